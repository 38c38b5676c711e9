"""Which epic work is for: a branch ``crank/<epic>`` or a trailer ``Epic: <epic>`` says so.

Every commit's message is asked this, so nothing here is slow to load.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..git.messages import trailers
from ..model.text import printable

_BRANCHES = "crank/"
_LONGEST = 100
_NO_MARKS = dict.fromkeys(map(ord, "._-"))


class EpicError(ValueError):
    """A branch or a message names no epic where it should, or more than one: one line, to be told as a finding."""


def epic_of(branch: str, message: bytes = b"") -> str:
    """Return the epic that a branch (``crank/login``, or in full) and a commit message are for; empty for none.

    The subject line is prose and is not asked, and a value of several words is prose too, unless what comes after the
    first is no word: ``login (1/2)`` means an epic. Raises EpicError when two different epics are named, or one that
    cannot be the name of a plan.
    """
    found = list(dict.fromkeys(_named(branch, message)))
    if len(found) > 1:
        raise EpicError(f"two epics are named, {found[0]} and {found[1]}: a commit is for one of them")
    return found[0] if found else ""


def is_epic(name: str) -> bool:
    """Return whether an epic can be called that: letters, digits and ``. _ -``, at most 100, and no ``..``."""
    plain = name.isascii() and name.translate(_NO_MARKS).isalnum() and len(name) <= _LONGEST
    return plain and name[0].isalnum() and ".." not in name and not name.endswith(".")


def _named(branch: str, message: bytes) -> Iterator[str]:
    short = branch.removeprefix("refs/heads/")
    if short.startswith(_BRANCHES):
        # A worker's branch can go on: crank/login/worker-2.
        yield _checked(short.removeprefix(_BRANCHES).partition("/")[0], f"branch {printable(short)[:100]}")
    for _, value in trailers(message.partition(b"\n")[2], "epic"):
        if value and not _is_prose(value):
            yield _checked(value, f"trailer Epic: {value[:100]}")


def _is_prose(value: str) -> bool:
    name, _, rest = value.partition(" ")
    return bool(rest) and (rest[0].isalpha() or not is_epic(name))


def _checked(name: str, where: str) -> str:
    if not is_epic(name):
        raise EpicError(f"the {where} cannot name an epic: that is letters, digits and . _ - alone, at most 100")
    return name
