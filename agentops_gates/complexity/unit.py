"""What measuring a file yields: units with their numbers, independent of path, commit and policy."""

from __future__ import annotations

from ..model.light import Literal, NamedTuple

UnitKind = Literal["function", "class", "module"]

# The kind of a point starts with this if it counts in ``unseen`` only; a point of kind "assert" counts in ``asserts``.
UNSEEN = "~"


class Point(NamedTuple):
    """One decision point: ``kind``, line from 1, nesting depth from 0.

    Kinds: if, elif, ternary, for, while, else (of a loop or try), except, case, and, or, comprehension, filter (a
    comprehension's if); assert; and those that radon overlooks, which start with ``UNSEEN`` (~except*, ~case, ~and...).
    """

    kind: str
    line: int
    depth: int


class Unit(NamedTuple):
    """One scope with its own number.

    ``qualname`` is Python's (``A.m.<locals>.g``); a module's own code is ``<module>``, a class body ``A.<body>``.
    ``cyclomatic`` is radon's number with asserts off; ``asserts`` and ``unseen`` are what counting asserts and what
    correcting radon's blind spots (``except*``, guarded wildcard, operands of asserts) would add. ``body`` hashes the
    dedented body without signature, full-line comments and blank lines; ``decorators`` hashes the decorator list
    (outside Python the parameter list, which tells overloads apart) and is empty when there is none.
    ``points`` is packed, see :func:`pack_points`; it is empty for languages whose engine gives a number only,
    else it holds ``cyclomatic - 1 + asserts + unseen`` points.
    """

    qualname: str
    kind: UnitKind
    line: int
    end_line: int
    cyclomatic: int
    asserts: int
    unseen: int
    cognitive: int
    body: str
    decorators: str
    points: str


class Suppression(NamedTuple):
    """One ``agentops: allow[RULE, ...] reason`` comment.

    A malformed one has no ``rules`` and its own text for a ``reason``; a missing reason is empty.
    """

    line: int
    rules: tuple[str, ...]
    reason: str


class FileRecord(NamedTuple):
    """A measured blob. A non-empty ``problem`` says in one clause why it could not be; ``units`` is empty then.

    ``doubt`` is the line from which the reader evidently took code for a string, 0 if there is none.
    """

    units: tuple[Unit, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    problem: str = ""
    doubt: int = 0


def pack_points(points: list[Point]) -> str:
    """Pack points into one short string (``if:12:0 for:13:1``), in source order."""
    return " ".join(f"{kind}:{line}:{depth}" for kind, line, depth in points)


def unpack_points(packed: str) -> list[Point]:
    """Undo :func:`pack_points`."""
    fields = (item.split(":") for item in packed.split())
    return [Point(kind, int(line), int(depth)) for kind, line, depth in fields]
