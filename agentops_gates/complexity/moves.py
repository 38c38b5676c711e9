"""Finds functions that moved or were renamed, among what pairing by name left over in the whole change.

An equal body is proof enough; a body that changed as well must share most of its text. One removed function explains
one added function only: a copy of something that stays, or a second copy, is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from .explain import Sources
from .pair import Version

# Facts page on complexity, section 7: an untuned guess there; the tests hold what it must and must not join.
LIKENESS = 0.6
_SHINGLE = 4
# Texts whose lengths differ more than this cannot reach the likeness, and are not read.
_LONGER = 2.0
_SHORT = 3

Move = tuple[Version, Version]
_Shingle = tuple[bytes, ...]


def moved(removed: Sequence[Version], added: Sequence[Version]) -> list[Move]:
    """Return (before, after) for equal bodies; the same name in the same file is preferred, then either alone.

    A body without a decision that is only a few lines long is everybody's; it moves under its own name only.
    Linear in the number of versions, however many bodies are equal.
    """
    found: list[Move] = []
    for key in _STAGES:
        waiting: dict[object, list[Version]] = {}
        for version in reversed(removed):
            waiting.setdefault((_content(version), *key(version)), []).append(version)
        left: list[Version] = []
        for after in added:
            same = waiting.get((_content(after), *key(after)))
            if same:
                found.append((same.pop(), after))
            else:
                left.append(after)
        used = {id(before) for before, _ in found}
        removed, added = [version for version in removed if id(version) not in used], left
    return found


def similar(removed: Sequence[Version], added: Sequence[Version], sources: Sources) -> list[Move]:
    """Return (before, after) for functions whose token shingles overlap by more than ``LIKENESS`` (Jaccard).

    Reads blobs; call it with the few added functions that matter. Memory: the shingles of ``added``.
    """
    texts = _Texts(_shingles(after, sources) for after in added)
    scored = []
    for index, before in enumerate(removed):
        near = {number for number, after in enumerate(added) if _comparable(before, after)}
        if near:
            for number, likeness in texts.likenesses(_shingles(before, sources), near):
                if likeness > LIKENESS:
                    scored.append((-likeness, -_affinity(before, added[number]), index, number))
    return [(removed[index], added[number]) for index, number in _best(scored)]


class _Texts:
    """Texts by number, as sets of shingles, with an index from a shingle to the texts that hold it."""

    def __init__(self, texts: Iterable[frozenset[_Shingle]]) -> None:
        self._sizes: list[int] = []
        self._holders: dict[_Shingle, list[int]] = {}
        for number, shingles in enumerate(texts):
            self._sizes.append(len(shingles))
            for shingle in shingles:
                self._holders.setdefault(shingle, []).append(number)

    def likenesses(self, text: frozenset[_Shingle], near: Container[int]) -> Iterator[tuple[int, float]]:
        """Yield those ``near`` that share a shingle with ``text``, each with its Jaccard index."""
        shared = Counter(number for shingle in text for number in self._holders.get(shingle, ()) if number in near)
        for number, common in shared.items():
            yield number, common / (len(text) + self._sizes[number] - common)


def _best(scored: list[tuple[float, int, int, int]]) -> Iterator[tuple[int, int]]:
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, _, index, number in sorted(scored):
        if index not in taken[0] and number not in taken[1]:
            taken[0].add(index)
            taken[1].add(number)
            yield index, number


def _content(version: Version) -> tuple[str, str, str]:
    return version.language, version.unit.kind, version.unit.body


def _simple(version: Version) -> str:
    return version.unit.qualname.rpartition(".")[2]


def _nameless(version: Version, place: str) -> tuple[str, str]:
    """Return a key without the name, unless nothing but the name could be evidence."""
    unit = version.unit
    trivial = unit.cyclomatic == 1 and unit.end_line - unit.line <= _SHORT
    return place, _simple(version) if trivial else ""


_STAGES: tuple[Callable[[Version], tuple[str, str]], ...] = (
    lambda version: (version.path, _simple(version)),
    lambda version: ("", _simple(version)),
    lambda version: _nameless(version, version.path),
    lambda version: _nameless(version, ""),
)


def _affinity(before: Version, after: Version) -> int:
    return 2 * (_simple(before) == _simple(after)) + (before.path == after.path)


def _comparable(before: Version, after: Version) -> bool:
    if (before.language, before.unit.kind) != (after.language, after.unit.kind) or after.unit.kind != "function":
        return False
    old, new = _length(before), _length(after)
    return old <= new * _LONGER and new <= old * _LONGER


def _length(version: Version) -> int:
    return version.unit.end_line - version.unit.line + 1


def _shingles(version: Version, sources: Sources) -> frozenset[_Shingle]:
    import re

    lines = sources.lines(version.oid)[version.unit.line - 1 : version.unit.end_line]
    tokens = re.findall(rb"\w+|[^\w\s]", b"\n".join(lines))
    return frozenset(tuple(tokens[at : at + _SHINGLE]) for at in range(max(1, len(tokens) - _SHINGLE + 1)))
