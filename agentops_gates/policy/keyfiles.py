"""What a change makes of the two files that say whose signatures count: allowed signers, and revoked keys.

They are compared line by line and never understood: a line is what it was, or it is another one. A key must not come
to count by any edit, so of two readings the one that lets less through is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..model.light import NamedTuple
from ..model.text import printable
from .enforcement import Weakened
from .side import Side

_KRL = b"SSHKRL\n\0"
_BLANKS = re.compile(rb"[ \t]+")
_PATTERN = frozenset(b'*?!"\\')


class Clause(NamedTuple):
    """One difference in words, and whether it can make a signature count that did not count before."""

    text: str
    looser: bool


Line = tuple[bytes, ...]


def watched(side: Side, signers: str, revoked: str) -> Iterator[Weakened]:
    """Yield what the change makes of the files at these paths; of a path that it does not touch, nothing."""
    yield from _watched(side, signers, signers_changed, "leave it out, or put back what was there")
    yield from _watched(side, revoked, revoked_changed, "put it back: keys are only ever added to this file")


def signers_changed(old: bytes, new: bytes) -> list[Clause]:
    """Return what is different between two files of allowed signers.

    A line that goes is loosening if another one stays with its key or one of its names: a key that two lines give to
    two people counts for neither of them, and for one of them when the other line is gone.
    """
    before, after = _lines(old), _lines(new)
    found = [Clause(f"{_who(line)} may sign from now on", looser=True) for line in after if line not in before]
    for line in before:
        if line not in after:
            if shared := next((other for other in after if _shares(line, other)), None):
                text = f"{_who(line)} may no longer sign, but {_who(shared)} has that key or that name too"
            else:
                text = f"{_who(line)} may no longer sign: no verdict of theirs counts, and no FAIL"
            found.append(Clause(text, looser=shared is not None))
    return found


def revoked_changed(old: bytes, new: bytes) -> list[Clause]:
    """Return what is different between two lists of revoked keys. Lists in OpenSSH's binary form cannot be compared."""
    if old == new:
        return []
    if old.startswith(_KRL):
        return [
            Clause("the binary list of revoked keys changes: nobody can tell what was taken out of it", looser=True)
        ]
    before = _lines(old)
    if new.startswith(_KRL):
        text = "the list of revoked keys becomes a binary one" + (
            ": nobody can tell what it leaves out" if before else ""
        )
        return [Clause(text, looser=bool(before))]
    after = _lines(new)
    gone = [Clause(f"{_key(line)} is no longer revoked", looser=True) for line in before if line not in after]
    come = [Clause(f"{_key(line)} is revoked: nothing it signed counts, and no FAIL", looser=False) for line in after]
    return gone + [clause for clause, line in zip(come, after, strict=True) if line not in before]


def _watched(
    side: Side, path: str, compare: Callable[[bytes, bytes], list[Clause]], restore: str
) -> Iterator[Weakened]:
    if not side.touched(path):
        return
    name = printable(path)
    if side.odd(path):
        yield Weakened("AG904", f"{name} is not a regular file", path, "make it one", {"key": path})
        return
    clauses = compare(side.old(path) or b"", side.new(path) or b"")
    if side.base is None:
        message = f"{name} is introduced with {len(clauses)} lines"
        yield Weakened("AG905", message, path, "make sure that every key is whose it says", {"key": path})
        return
    for clause in clauses:
        data = {"key": clause.text}
        if clause.looser:
            yield Weakened("AG909", clause.text, path, restore, data)
        else:
            yield Weakened("AG901", clause.text, path, "make sure that this is meant", data)


def _lines(data: bytes) -> list[Line]:
    """Return the lines that say anything as their words, less the comment that may stand behind a key."""
    found = []
    for raw in data.split(b"\n"):
        text = raw.removesuffix(b"\r").strip(b" \t")
        if text and not text.startswith(b"#"):
            words = tuple(_BLANKS.split(text))
            place = _place(words)
            # Between quotes anything can stand, also what looks like a key.
            found.append(words if place is None or b'"' in text else words[: place + 1])
    return found


def _place(words: Line) -> int | None:
    """Return where the key stands: the first word that begins as all of OpenSSH's keys do."""
    return next((number for number, word in enumerate(words) if word.startswith(b"AAAA")), None)


def _shares(one: Line, other: Line) -> bool:
    keys = [{word for word in line if word.startswith(b"AAAA")} for line in (one, other)]
    names = [set(line[0].lower().split(b",")) for line in (one, other)]
    return bool(keys[0] & keys[1] or names[0] & names[1] or _PATTERN & {*one[0], *other[0]})


def _who(line: Line) -> str:
    # A file of revoked keys has no names before the keys, one of signers always has.
    return f"{_short(line[0])} ({_key(line[1:])})"


def _key(line: Line) -> str:
    place = _place(line)
    if place is None:
        return f"a line that cannot be read, `{_short(b' '.join(line))}`"
    kind = printable(line[place - 1]) if place else "key"
    return f"{kind[:40]} ...{printable(line[place])[-12:]}"


def _short(text: bytes) -> str:
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
