"""One file per git hook: standard input, arguments and environment become subjects. Also installs those hooks."""

# In the order in which git runs them over a change's life.
HOOKS = ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push")
# On a server; nothing switches it off.
SERVER = "pre-receive"
# `install --strict` adds it; git calls it for every ref that moves.
STRICT = "reference-transaction"
