"""Where a runtime's hook starts: ``python -I -S start.py RUNTIME EVENT``, which needs nothing but this package.

Run as a file, so that no folder is searched for what is to judge.
"""

import os
import sys

# Last: beside this package stands whatever else is installed, and none of it is asked for.
sys.path.append(os.path.abspath(__file__).replace("\\", "/").rsplit("/", 4)[0])

if __name__ == "__main__":
    from agentops_gates.entry.runtimes.session import answer

    # Nothing is left to close, and an answer is out: what an interpreter does at its end takes time.
    os._exit(answer(sys.argv[1], sys.argv[2]))
