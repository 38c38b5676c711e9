"""Which git command started a hook, where the system shows it (Linux): the words of a process, aliases expanded.

Any process can be given any words, so this tells only what to look at more closely, or what is housekeeping besides
what the refs say.
"""

from __future__ import annotations

import os

from ...model.light import NamedTuple

# Global options whose value is the next word.
_VALUED = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env", "--attr-source")
_HIGHEST = 12


class Call(NamedTuple):
    """A git process: its subcommand ("" for none) and the words that follow it."""

    verb: str
    words: tuple[str, ...]


def calling(verb: str) -> Call | None:
    """Return the nearest process above this one that is ``git VERB``; None if there is none, or nobody tells."""
    process = os.getppid()
    for _ in range(_HIGHEST):
        if process <= 1:
            break
        call = read(process)
        if call is not None and call.verb == verb:
            return call
        process = _parent(process)
    return None


def read(process: int) -> Call | None:
    """Return the git call that a process is, None for any other program."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = os.fsdecode(file.read()).split("\0")[:-1]
    except OSError:
        return None
    name = os.path.basename(words[0]).removesuffix(".exe") if words else ""
    if name.startswith("git-"):
        return Call(name.removeprefix("git-"), tuple(words[1:]))
    return _call(words[1:]) if name == "git" else None


def _call(words: list[str]) -> Call:
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in _VALUED else 1
    return Call(words[place] if place < len(words) else "", tuple(words[place + 1 :]))


def _parent(process: int) -> int:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            # The name before it stands in brackets, and may hold any.
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0
