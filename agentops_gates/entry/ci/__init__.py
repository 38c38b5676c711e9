"""One file per CI provider: its environment becomes base, head and where to annotate."""
