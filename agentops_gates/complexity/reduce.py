"""Reduces two versions of a Python file to the pieces in which they differ, so that only these are parsed.

A file is cut before each ``def``, ``class`` or decorator at the left margin, and a class that differs before each of
its members; pieces that both versions have cancel out. What remains of either version is joined again, members under a
``class`` line of the same name, and is measured like a file.

Why this gives the numbers of the whole files. ``def`` and ``class`` cannot stand inside brackets, so a line that starts
with one is a statement unless it is inside a string; every piece, also those that cancel out, is therefore proved to
end outside of strings. A cut class is proved to have its members' indentation by parsing its head. All else that could
be amiss with a piece (an open bracket, a compound statement without its body) does not parse once the pieces are
joined, and then the caller measures the whole files. Code of the module or of a cut class is spread over pieces: it
must come to the same numbers on both sides, else the caller measures the whole files too.

A syntax error that both versions share is not seen: what neither side changed cannot have become worse.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ..model.light import NamedTuple
from .python import class_name, measure_python
from .source import plain_python
from .suppressions import MARK
from .unit import FileRecord, Unit, pack_points, unpack_points

_STARTS = rb"(?:@|def |class |async def )"
# The engine searches for a newline several times faster than for a line's start.
_TOP = re.compile(rb"\n" + _STARTS)
_MEMBER = re.compile(rb"\n([ \t]+)" + _STARTS)
_LEFT = re.compile(rb"\n[^\s#]")
_CLASS = re.compile(rb"(?:\A|\n)class ")
# What looks like a decorator is a matrix product when it continues the line before.
_CONTINUED = re.compile(rb"\\\n[ \t]*@")
# More pieces than this that end inside a string: a text about Python rather than Python.
_MOST_OPEN = 16


def _strings() -> bytes:
    """Return a pattern for one string literal, for every Python from 3.11 on.

    From 3.12 on a replacement field of an f-string may hold the quote that delimits it. Only such fields are accepted
    in which both readings end the literal at the same quote: no braces, comments or escapes inside, quotes in pairs.
    """
    kinds = []
    for quote in (b'"', b"'"):
        other = b"'" if quote == b'"' else b'"'
        for delimiter in (quote * 3, quote):
            triple = len(delimiter) == 3
            end = b"" if triple else rb"\n"
            lone = rb"|%b(?!%b%b)" % (quote, quote, quote) if triple else b""
            inner = rb"|%b(?!%b%b)[^\"'{}#\\\n]*+%b(?!%b%b)" % ((quote,) * 6) if triple else b""
            text = rb"(?:[^%b\\%b]++|\\.%b)*+" % (quote, end, lone)
            field = rb"(?:[^\"'{}#\\%b]++|%b[^\"'{}#\\\n]*+%b%b)*+" % (end, other, other, inner)
            fields = rb"\{%b(?:\{%b\}%b)*+\}" % (field, field, field)
            formatted = rb"(?:[^%b\\{}%b]++|\\[^{}]|\{\{|\}\}|%b%b)*+" % (quote, end, fields, lone)
            prefixed = rb"(?:(?<=[fFtT])|(?<=[fFtT][rR]))"
            plain = rb"(?<![fFtT])(?<![fFtT][rR])"
            # Three quotes are never an empty string and the start of another.
            opening = delimiter if triple else rb"%b(?!%b%b)" % ((quote,) * 3)
            kinds += [plain + opening + text + delimiter, prefixed + opening + formatted + delimiter]
    return b"|".join(kinds)


_CLOSED = re.compile(rb"(?:[^\"'#]++|\#[^\n]*+|%b)*+" % _strings(), re.DOTALL)


class _Piece(NamedTuple):
    """A piece of a file, and the line at which it starts."""

    text: bytes
    line: int


class _Class(NamedTuple):
    """A class in pieces: its name, its line, the text up to the first member, their indentation, the members."""

    name: str
    line: int
    head: bytes
    indent: bytes
    members: list[_Piece]


def difference(old: bytes, new: bytes) -> tuple[FileRecord, FileRecord] | None:
    """Return records of two versions of a Python file that hold only the units in which they may differ.

    None if the files must be measured whole: what differs does not parse by itself, or it changes the numbers of the
    module or of a class body, or there are suppressions, or text that cannot be cut.
    """
    closed: set[bytes] = set()
    whole = [_pieces(_Piece(text, 1), _TOP, len(text), closed) for text in _texts(old, new)]
    if len(whole) < 2 or not whole[0] or not whole[1]:
        return None
    sides = _cancelled(*whole)
    opened = _opened(*(_classes(side, closed) for side in sides))
    units = [_joined(side, cuts).measured() for side, cuts in zip(sides, opened, strict=True)]
    if units[0] is None or units[1] is None:
        return None
    return _settled(units[0], units[1], {"<module>", *(f"{cut.name}.<body>" for cut in opened[0].values())})


def _texts(*versions: bytes) -> list[bytes]:
    """Return the versions as texts, without those that cannot be cut."""
    texts = [text for text in map(plain_python, versions) if text is not None]
    # Suppressions belong to the unit around them, which may be left out.
    return [text for text in texts if MARK not in text.lower() and not _CONTINUED.search(text)]


def _pieces(whole: _Piece, starts: re.Pattern[bytes], stop: int, closed: set[bytes]) -> list[_Piece]:
    """Cut before each of ``starts`` up to ``stop``, but inside no string; empty if the text ends inside one.

    ``closed`` collects the texts that are known to begin and end outside of strings.
    """
    text, pieces, begin, line, opened = whole.text, list[_Piece](), 0, whole.line, 0
    for end in [*_cuts(text, starts, stop), len(text)]:
        piece = text[begin:end]
        if piece in closed or _CLOSED.fullmatch(piece):
            closed.add(piece)
            pieces.append(_Piece(piece, line))
            begin, line = end, line + piece.count(b"\n")
        elif (opened := opened + 1) > _MOST_OPEN:
            return []
    return pieces if begin == len(text) else []


def _cuts(text: bytes, starts: re.Pattern[bytes], stop: int) -> Iterator[int]:
    decorated = text.lstrip().startswith(b"@")
    for found in starts.finditer(text, 0, stop):
        if not decorated:
            yield found.start() + 1
        decorated = found.group().endswith(b"@")


def _cancelled(old: Iterable[_Piece], new: Iterable[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """Leave out, on both sides, each text as often as both have it."""
    old, new = list(old), list(new)
    return _without(old, new), _without(new, old)


def _without(pieces: Iterable[_Piece], others: Iterable[_Piece]) -> list[_Piece]:
    spare: dict[bytes, int] = {}
    for other in others:
        spare[other.text] = spare.get(other.text, 0) + 1
    left = []
    for piece in pieces:
        if spare.get(piece.text):
            spare[piece.text] -= 1
        else:
            left.append(piece)
    return left


def _classes(pieces: Iterable[_Piece], closed: set[bytes]) -> dict[str, _Class]:
    """Cut the classes among ``pieces``; of several with one name none, for nothing would tell their members apart."""
    found: dict[str, list[_Class]] = {}
    for piece in pieces:
        cut = _class(piece, closed)
        if cut:
            found.setdefault(cut.name, []).append(cut)
    return {name: cuts[0] for name, cuts in found.items() if len(cuts) == 1}


def _class(piece: _Piece, closed: set[bytes]) -> _Class | None:
    text = piece.text
    start = _CLASS.search(text)
    first = start and _MEMBER.search(text, start.end())
    if not first:
        return None
    head, indent, rest = text[: first.start() + 1], first.group(1), text[first.start() + 1 :]
    name = class_name(head + indent + b"pass\n", len(indent))
    if not name:
        return None
    # What stands at the margin again may be a statement after the class: no member is looked for from there on.
    after = _LEFT.search(rest)
    line = piece.line + head.count(b"\n")
    starts = re.compile(rb"\n%b%b" % (indent, _STARTS))
    members = _pieces(_Piece(rest, line), starts, after.start() if after else len(rest), closed)
    return _Class(name, piece.line, head, indent, members) if members else None


def _opened(old: dict[str, _Class], new: dict[str, _Class]) -> tuple[dict[int, _Class], dict[int, _Class]]:
    """Return the classes that both sides have, by their line, with the members in which they differ."""
    opened: tuple[dict[int, _Class], dict[int, _Class]] = ({}, {})
    for name in old.keys() & new.keys():
        cuts = old[name], new[name]
        members = _cancelled(cuts[0].members, cuts[1].members)
        alike = cuts[0].head == cuts[1].head
        for side, cut, left in zip(opened, cuts, members, strict=True):
            side[cut.line] = cut._replace(head=b"class %b:\n" % name.encode() if alike else cut.head, members=left)
    return opened


def _joined(pieces: Iterable[_Piece], cuts: dict[int, _Class]) -> _Joined:
    joined = _Joined()
    for piece in pieces:
        cut = cuts.get(piece.line)
        if cut is None:
            joined.add(piece)
        else:
            joined.add(_Piece(cut.head + cut.indent + b"pass\n", cut.line))
            for member in cut.members:
                joined.add(member, cut.indent)
    return joined


class _Joined:
    """Pieces put together again, with the memory of where they stood."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._count = 0
        self._starts = [0]
        self._shifts = [0]

    def add(self, piece: _Piece, indent: bytes = b"") -> None:
        """Append a piece that is indented by ``indent``."""
        # A statement between two pieces keeps a bracket that is open at the end of one from being closed by the next;
        # and no piece gets into the first line of a file, where an encoding can be declared.
        text = b"%bpass\n%b%b" % (indent, piece.text, b"" if piece.text.endswith(b"\n") else b"\n")
        self._starts.append(self._count + 2)
        self._shifts.append(piece.line - self._count - 2)
        self._texts.append(text)
        self._count += text.count(b"\n")

    def measured(self) -> list[Unit] | None:
        """Return the units, at the lines of the file; None if the pieces do not parse."""
        record = measure_python(b"".join(self._texts))
        return None if record.problem else list(map(self._placed, record.units))

    def _placed(self, unit: Unit) -> Unit:
        shift = self._shifts[bisect_right(self._starts, unit.line) - 1]
        points = [point._replace(line=point.line + shift) for point in unpack_points(unit.points)]
        return unit._replace(line=unit.line + shift, end_line=unit.end_line + shift, points=pack_points(points))


def _settled(old: list[Unit], new: list[Unit], spread: set[str]) -> tuple[FileRecord, FileRecord] | None:
    """Leave out the units that are ``spread`` over pieces; None if what the pieces hold of them differs in numbers."""
    numbers = _numbers(old, spread)
    if numbers is None or numbers != _numbers(new, spread):
        return None
    return _record(old, spread), _record(new, spread)


def _numbers(units: list[Unit], names: set[str]) -> dict[str, tuple[int, ...]] | None:
    """Return the numbers of the units that have one of ``names``; None if two of them share it."""
    named = [unit for unit in units if unit.qualname in names]
    found: dict[str, tuple[int, ...]] = {}
    for unit in named:
        found[unit.qualname] = (unit.cyclomatic, unit.asserts, unit.unseen, unit.cognitive)
    return found if len(found) == len(named) else None


def _record(units: list[Unit], names: set[str]) -> FileRecord:
    return FileRecord(tuple(unit for unit in units if unit.qualname not in names))
