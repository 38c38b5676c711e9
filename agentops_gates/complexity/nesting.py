"""Says why a cognitive number rose: what each decision costs where it stands, and what was nested deeper.

Of the parts of the number (see :mod:`.scoring`) only those that have a decision point of their own can be told with
their line; what is left of the difference is told as one sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .explain import Sources, align, keys, places
from .pair import Version
from .unit import UNSEEN, Point, unpack_points

# These cost 1 and as much again as they are nested, those 1 wherever they stand.
_NESTED = frozenset({"if", "ternary", "for", "while", "except", "except*", "comprehension"})
_FLAT = frozenset({"elif", "else", "filter"})
_REST = "in else branches, and/or, match or recursion"

#: What a reason is about: decisions of one kind at one depth before (None: not there) and after (None: gone).
_Group = tuple[str, int | None, int | None]


def explain_cognitive(before: Version | None, after: Version, sources: Sources) -> tuple[str, ...]:
    """Return reasons: ``+3 if (nested 2), line 12``, ``+1 for (nested 0 -> 1), line 9``, ``-1 elif, old line 4``.

    The number is what all decisions of the reason cost together. Empty for
    languages whose engine records no decision points.
    """
    if after.language != "python":
        return ()
    new = _points(after)
    old = _points(before) if before else []
    gone, come, pairs = align(keys(old, before, sources) if before else [], keys(new, after, sources))
    groups: dict[_Group, list[int]] = {}
    for group, line in _costly(old, new, gone, come, pairs):
        groups.setdefault(group, []).append(line)
    told = sum(_cost(group) * len(lines) for group, lines in groups.items())
    rest = after.unit.cognitive - (before.unit.cognitive if before else 0) - told
    reasons = [_reason(group, lines) for group, lines in sorted(groups.items(), key=_most)]
    return (*reasons, *([f"{rest:+d} {_REST}"] if rest else []))


def _points(version: Version) -> list[Point]:
    # Whatever radon overlooks counts here, an assert's own point does not.
    points = [point._replace(kind=point.kind.removeprefix(UNSEEN)) for point in unpack_points(version.unit.points)]
    return [point for point in points if point.kind != "assert"]


def _costly(
    old: Sequence[Point],
    new: Sequence[Point],
    gone: Iterable[int],
    come: Iterable[int],
    pairs: Iterable[tuple[int, int]],
) -> Iterator[tuple[_Group, int]]:
    """Yield what makes a difference, with its line: the new one, for what is gone the old one."""
    yield from (((new[at].kind, None, new[at].depth), new[at].line) for at in come if _costs(new[at]))
    for before, after in sorted(pairs, key=lambda pair: pair[1]):
        group = (new[after].kind, old[before].depth, new[after].depth)
        if _cost(group):
            yield group, new[after].line
    yield from (((old[at].kind, old[at].depth, None), old[at].line) for at in gone if _costs(old[at]))


def _costs(point: Point) -> bool:
    return point.kind in _NESTED or point.kind in _FLAT


def _cost(group: _Group) -> int:
    kind, before, after = group
    return _price(kind, after) - _price(kind, before)


def _price(kind: str, depth: int | None) -> int:
    if depth is None:
        return 0
    return 1 + depth if kind in _NESTED else int(kind in _FLAT)


def _most(item: tuple[_Group, list[int]]) -> int:
    return -_cost(item[0]) * len(item[1])


def _reason(group: _Group, lines: list[int]) -> str:
    kind, before, after = group
    depths = [str(depth) for depth in (before, after) if depth is not None]
    nested = f" (nested {' -> '.join(depths)})" if kind in _NESTED and depths != ["0"] else ""
    return f"{_cost(group) * len(lines):+d} {kind}{nested}, {places(lines, 'old line' if after is None else 'line')}"
