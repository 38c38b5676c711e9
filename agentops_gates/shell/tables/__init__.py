"""The options that git's commands know, over several versions of git; made by .ci/gittables.py.

A command's table is one string, so that what is not asked for costs nothing: ``letter/name`` with ``=`` for a value in
the same or the next word, ``?`` for one in the same word only. A name alone has no letter, a letter alone no name.
"""

from __future__ import annotations

from collections.abc import Mapping

#: One module for the commands that begin with these letters.
GROUPS = ("ab", "c", "defg", "hijklmno", "pqr", "stuvwxyz")


def table(verb: str) -> str | None:
    """Return the table of a command (``push``, ``worktree remove``), None for one that no known git has."""
    return _group(verb).get(verb)


def children(verb: str) -> tuple[str, ...]:
    """Return the names of the commands below this one."""
    lead = f"{verb} "
    return tuple(name[len(lead) :] for name in _group(verb) if name.startswith(lead))


def verbs() -> tuple[str, ...]:
    """Return all that have a table."""
    return tuple(verb for group in GROUPS for verb in _group(group))


def _group(verb: str) -> Mapping[str, str]:
    letter = verb[:1]
    name = next((group for group in GROUPS if letter and letter in group), "")
    if not name:
        return {}
    module = __import__(f"{__name__}.options_{name[0]}", fromlist=("TABLES",))
    tables: Mapping[str, str] = module.TABLES
    return tables
