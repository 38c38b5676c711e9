"""Workers write files and the lead commits: who is a worker, the work tree it gets, and what comes back of it."""
