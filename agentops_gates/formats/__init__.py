"""One output format = one file: a function from a report to text."""
