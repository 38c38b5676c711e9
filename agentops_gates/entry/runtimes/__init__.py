"""One file per agent runtime: its JSON in, its JSON out. What is between them is the same for all."""

#: The names that ``--runtime`` takes, in the order in which they are told.
NAMES = ("claude", "codex", "cursor", "gemini", "copilot", "opencode")
