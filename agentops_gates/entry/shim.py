"""A ``git`` that stands before git on PATH, for runtimes without hooks: it asks the guard, and becomes git.

It is a POSIX shell script. Commands that only look go straight to git; for all others Python is asked once, with the
words as git would get them: aliases, and what ``rebase --exec``, ``submodule foreach`` and ``bisect run`` start, are
the guard's to look into, since git runs its own and never comes back here.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence

from ..git.run import SHIM
from ..model.errors import UsageError
from ..model.text import printable
from .githooks.script import Pins

#: Verbs that change nothing and start nothing, whatever follows them. Git knows no alias of the name of its own.
_LOOKING = (
    "--version",
    "cat-file",
    "check-ignore",
    "for-each-ref",
    "ls-files",
    "ls-tree",
    "merge-base",
    "rev-list",
    "rev-parse",
    "show-ref",
    "status",
    "version",
)
_SCRIPT = rf"""
case $1 in
  {" | ".join(_LOOKING)}) exec "$git" "$@" ;;
esac
if [ ! -x "$git" ] || [ ! -x "$python" ] || [ ! -f "$package" ]; then
  printf '%s\n' "agentops-gate: git is blocked: what this shim was made with is gone ($git, $python)" \
    "  fix: agentops-gate shim" >&2
  exit 3
fi
AGENTOPS_GIT=$git "$python" -I -m agentops_gates hook git "$@" </dev/null || exit
exec "$git" "$@"
"""


def render(pins: Pins) -> str:
    """Return the script. Raises UsageError for a path that cannot stand on one line of it."""
    for path in pins:
        if not os.path.isabs(path) or "\n" in path or "\r" in path:
            raise UsageError(f"a shim cannot name {printable(path)!r}: it must be absolute and on one line")
    names = zip(("python", "package", "git"), pins, strict=True)
    return f"#!/bin/sh\n{SHIM}\n" + "\n".join(f"{name}={shlex.quote(path)}" for name, path in names) + _SCRIPT


def main(words: Sequence[str]) -> int:
    """Judge ``git WORDS`` as the shim asks; return 0 if it may run, after what it endangers was saved."""
    from ..shell.guard import decide, written
    from ..shell.hazards.context import Context
    from .guard import levels_in

    line, place = ("git", *words), os.getcwd()
    decision = decide(line, Context(place), lambda: levels_in(place))
    if decision.answer != "allow":
        from ..shell.wording import explained

        sys.stderr.write(f"agentops-gate: {explained(decision, written(line))}\n")
        return 1
    if decision.snapshot:
        from .runtimes.rescued import save

        save(decision.snapshot, written(line), place)
    return 0
