"""Reduces two versions of a Python file to the pieces in which they differ, so that only these are parsed.

Both versions are cut at the left margin, and a class that differs into its members (see ``pieces.py`` for why a piece
is whole). Pieces that both have cancel out. What remains of either version is joined again, members under a ``class``
line of the same name, and is measured like a file.

Why this gives the numbers of the whole files, if the old one parses:

- a piece that cancels out stood in the old file between whole statements of its block, and can stand anywhere in it;
- a piece that does not is parsed, with a statement before and after it that no open bracket or block would take;
- the class line and what precedes the members is parsed too, with a statement at the members' indentation;
- definitions of one name in one block are told apart by order and body: they stay together, all of them or none;
- code of the module or of a cut class is spread over pieces: what is left of it must come to the same numbers on both
  sides, or the caller measures the whole files.

A syntax error that both versions share is not seen: what neither side changed cannot have become worse.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Sequence

from ..model.light import NamedTuple
from .pieces import Cutter, Piece, cuttable
from .python import class_name, measure_python
from .source import plain_python
from .suppressions import MARK
from .unit import FileRecord, Unit, pack_points, unpack_points

_MEMBER = re.compile(rb"\n([ \t]+)(?:@|def |class |async def )")
_MARGIN = re.compile(rb"\n[^ \t\n#]")
# With more pieces than this to join, parsing both files whole is as fast.
_MOST = 1000
_MOST_STEPS = 10

_Sides = tuple[list[Piece], list[Piece]]


class _Class(NamedTuple):
    """A class in pieces: its name, its line, the text up to the first member, their indentation, the members."""

    name: str
    line: int
    head: bytes
    indent: bytes
    members: list[Piece]


def difference(old: bytes, new: bytes) -> tuple[FileRecord, FileRecord] | None:
    """Return records of two versions of a Python file that hold only the units in which they may differ.

    None if the files must be measured whole: what differs does not parse by itself, or it changes the numbers of the
    module or of a class body, or there are suppressions, or text that cannot be cut.
    """
    cutter = Cutter()
    whole = _cut(old, cutter), _cut(new, cutter)
    if whole[0] is None or whole[1] is None:
        return None
    sides = _cancelled(whole[0], whole[1])
    if max(map(len, sides)) > _MOST:
        return None
    opened = _opened(_classes(sides[0], cutter), _classes(sides[1], cutter))
    units = _joined(sides[0], opened[0]).measured(), _joined(sides[1], opened[1]).measured()
    if units[0] is None or units[1] is None:
        return None
    return _settled(units[0], units[1], {"<module>", *(f"{cut.name}.<body>" for cut in opened[0].values())})


def _cut(version: bytes, cutter: Cutter) -> list[Piece] | None:
    text = plain_python(version)
    # Suppressions belong to the unit around them, which may be left out.
    if text is None or not cuttable(text) or MARK in text.lower():
        return None
    return cutter.cut(text, 1)


def _cancelled(old: Sequence[Piece], new: Sequence[Piece]) -> _Sides:
    """Leave out, on both sides, what both have equally often and what shares no name with anything that stays."""
    counts = Counter(piece.text for piece in old)
    counts.subtract(piece.text for piece in new)
    equal = {piece.text: piece.names() for piece in old if not counts[piece.text]}
    names = set[str]().union(*(piece.names() for piece in (*_besides(equal, old), *_besides(equal, new))))
    _keep_together(equal, names)
    return _besides(equal, old), _besides(equal, new)


def _besides(equal: Container[bytes], pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text not in equal]


def _keep_together(equal: dict[bytes, frozenset[str]], names: set[str]) -> None:
    """Take the texts out of ``equal`` that share one of ``names``, with those that share one of theirs, and so on."""
    for _ in range(_MOST_STEPS):
        met = [text for text, own in equal.items() if own & names]
        if not met:
            return
        names.update(*map(equal.pop, met))
    equal.clear()


def _classes(pieces: Sequence[Piece], cutter: Cutter) -> dict[str, _Class]:
    """Cut the classes among ``pieces`` whose name nothing else there has."""
    counts = Counter(name for piece in pieces for name in piece.names())
    found = (cut for piece in pieces if (cut := _class(piece, cutter)))
    return {cut.name: cut for cut in found if counts[cut.name] == 1}


def _class(piece: Piece, cutter: Cutter) -> _Class | None:
    text = piece.text
    first = _MEMBER.search(text, piece.start) if piece.start >= 0 and text.startswith(b"class ", piece.start) else None
    if first is None:
        return None
    head, indent, rest = text[: first.start() + 1], first[1], text[first.start() + 1 :]
    name = "" if head.endswith(b"\\\n") else class_name(head + indent + b"pass\n", len(indent))
    if not name:
        return None
    # What stands at the margin again may be a statement after the class: no member is looked for from there on.
    after = _MARGIN.search(rest)
    members = cutter.cut(rest, piece.line + head.count(b"\n"), indent, after.start() + 1 if after else None)
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


def _joined(pieces: Iterable[Piece], cuts: dict[int, _Class]) -> _Joined:
    joined = _Joined()
    for piece in pieces:
        cut = cuts.get(piece.line)
        if cut is None:
            joined.add(piece.text, piece.line)
        else:
            joined.add(cut.head + cut.indent + b"pass\n", cut.line)
            for member in cut.members:
                joined.add(member.text, member.line, cut.indent)
    return joined


class _Joined:
    """Pieces put together again, with the memory of where they stood."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._count = 0
        self._starts = [0]
        self._shifts = [0]

    def add(self, text: bytes, line: int, indent: bytes = b"") -> None:
        """Append a piece that starts at ``line`` of its file and is indented by ``indent``."""
        # A statement between two pieces keeps a bracket that is open at the end of one from being closed by the next;
        # and no piece gets into the first line of a file, where an encoding can be declared.
        whole = b"%bpass\n%b%b" % (indent, text, b"" if text.endswith(b"\n") else b"\n")
        self._starts.append(self._count + 2)
        self._shifts.append(line - self._count - 2)
        self._texts.append(whole)
        self._count += whole.count(b"\n")

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
