"""One gate = one file: metadata, documentation (its docstring) and check(). Found by the registry."""
