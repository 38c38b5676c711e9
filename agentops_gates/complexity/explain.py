"""Says why a number rose: aligns the decision points of two versions of a function, without parsing anything again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..git.objects import Objects
from ..model.light import NamedTuple
from .pair import Version
from .unit import UNSEEN, Point, unpack_points

_KEPT = 8
# Aligning is quadratic; a function of a thousand decisions is told less exactly, and in time.
_MOST_PAIRS = 1_000_000

_Key = tuple[str, bytes]


class Sources:
    """The lines of blobs, read when asked for; keeps the last few."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._kept: dict[str, list[bytes]] = {}

    def lines(self, oid: str) -> list[bytes]:
        """Return the lines of a blob without their ends (LF, CRLF or CR)."""
        if oid not in self._kept:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[oid] = (self._objects.blob(oid) or b"").splitlines()
        return self._kept[oid]


class Counted(NamedTuple):
    """Which points a policy counts beside radon's: asserts, and what radon cannot see."""

    asserts: bool = False
    unseen: bool = False


RADON = Counted()


def explain(before: Version | None, after: Version, sources: Sources, counted: Counted = RADON) -> tuple[str, ...]:
    """Return the reasons for a changed number, such as ``+2 and, line 1390`` or ``-1 for, line 12 before``.

    For a function without a previous version: its decision points by kind, the most frequent first. Empty if the
    language's engine records no decision points. Nothing is left out: what people read is shortened where it is shown.
    """
    new = _points(after, counted)
    if before is None:
        return _composition(new)
    old = _points(before, counted)
    if not old and not new:
        return ()
    gone, come, _ = align(keys(old, before, sources), keys(new, after, sources))
    added, removed = [new[at] for at in come], [old[at] for at in gone]
    return (*_grouped("+", added, "line"), *_grouped("-", removed, "old line"))


def _points(version: Version, counted: Counted) -> list[Point]:
    points = unpack_points(version.unit.points)
    if not counted.asserts:
        points = [point for point in points if point.kind != "assert"]
    if not counted.unseen:
        points = [point for point in points if not point.kind.startswith(UNSEEN)]
    return [point._replace(kind=point.kind.removeprefix(UNSEEN)) for point in points]


def _composition(points: Sequence[Point]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for point in points:
        counts[point.kind] = counts.get(point.kind, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return tuple(f"{count} {kind}" for kind, count in ordered)


def keys(points: Sequence[Point], version: Version, sources: Sources) -> list[_Key]:
    """Return what tells each point from others when two versions are aligned: its kind and the text of its line."""
    lines = sources.lines(version.oid)
    return [(point.kind, lines[point.line - 1].strip() if point.line <= len(lines) else b"") for point in points]


def align(old: list[_Key], new: list[_Key]) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Return the indexes of points that only ``old`` has, of those that only ``new`` has, and the pairs of the rest."""
    gone: list[int] = []
    come: list[int] = []
    pairs: list[tuple[int, int]] = []
    for old_range, new_range, same in _matched(old, new):
        if same:
            pairs.extend(zip(old_range, new_range, strict=True))
            continue
        # A decision whose line was edited in place is still the same decision: only its kind must agree.
        lost, won, edited = _cancel(list(old_range), list(new_range), old, new, 1)
        gone.extend(lost)
        come.extend(won)
        pairs.extend(edited)
    # What merely changed places is no reason either.
    gone, come, displaced = _cancel(gone, come, old, new, 2)
    return gone, come, pairs + displaced


def _matched(old: list[_Key], new: list[_Key]) -> Iterator[tuple[range, range, bool]]:
    if len(old) * len(new) > _MOST_PAIRS:
        start = 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        yield range(start), range(start), True
        yield range(start, len(old)), range(start, len(new)), False
        return
    from difflib import SequenceMatcher

    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield range(old_from, old_to), range(new_from, new_to), tag == "equal"


def _cancel(
    gone: list[int], come: list[int], old: list[_Key], new: list[_Key], width: int
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    waiting: dict[tuple[object, ...], list[int]] = {}
    for at in gone:
        waiting.setdefault(old[at][:width], []).append(at)
    left: list[int] = []
    pairs: list[tuple[int, int]] = []
    for at in come:
        same = waiting.get(new[at][:width])
        if same:
            pairs.append((same.pop(0), at))
        else:
            left.append(at)
    return sorted(at for group in waiting.values() for at in group), left, pairs


def _grouped(sign: str, points: Sequence[Point], word: str) -> list[str]:
    lines: dict[str, list[int]] = {}
    for point in points:
        lines.setdefault(point.kind, []).append(point.line)
    return [f"{sign}{len(where)} {kind}, {places(where, word)}" for kind, where in lines.items()]


def places(lines: Sequence[int], word: str) -> str:
    """Return line numbers in words: ``line 7``, ``lines 7, 9, 11``."""
    distinct = sorted(set(lines))
    return f"{word}{'s' if len(distinct) > 1 else ''} {', '.join(map(str, distinct))}"
