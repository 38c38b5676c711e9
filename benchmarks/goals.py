"""The goals, each checked against what this run measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from jobs import BARE
from parsed import Parsed
from timing import Result

Results = Mapping[str, Result]


class Goal(NamedTuple):
    """A goal in words, what was measured, and whether it is met (None: not measured)."""

    text: str
    measured: str
    met: bool | None

    @property
    def word(self) -> str:
        """The verdict in words."""
        return {True: "met", False: "NOT met", None: "not measured"}[self.met]


def goals(results: Results, counts: Mapping[int, Parsed]) -> list[Goal]:
    """Check every goal that this run can speak to."""
    return [
        *_hooks(results),
        *_one_commit(results),
        *_peer(results, counts),
        *_cached(results),
        *_parsed(counts),
        *_memory(results),
    ]


def _ratio(results: Results, name: str, against: str) -> float | None:
    one, other = results.get(name), results.get(against)
    if one is None or other is None or one.note or other.note or not one.wall or not other.wall:
        return None
    return one.wall / other.wall


def _at_most(text: str, ratio: float | None, limit: float) -> Goal:
    return Goal(text, "-" if ratio is None else f"{ratio:.2f}x", None if ratio is None else ratio <= limit)


def _at_least(text: str, ratio: float | None, limit: float) -> Goal:
    return Goal(text, "-" if ratio is None else f"{ratio:.2f}x", None if ratio is None else ratio >= limit)


def _hooks(results: Results) -> Iterator[Goal]:
    for name in ("hook commit-msg", "hook pre-push, no ref", "hook pre-push, one ref, nothing new"):
        yield _at_most(f"{name}: at most 4x `{BARE}`", _ratio(results, name, BARE), 4)


def _one_commit(results: Results) -> Iterator[Goal]:
    for door in ("hook pre-commit", "check"):
        for state, limit in (("cold", 8), ("cached", 4)):
            ratio = _ratio(results, f"{door}, 1, {state}", BARE)
            yield _at_most(f"one commit, {door}, {state}: at most {limit}x `{BARE}`", ratio, limit)


def _peer(results: Results, counts: Mapping[int, Parsed]) -> Iterator[Goal]:
    for size in sorted(set(counts) & {1, 10, 100}):
        peer = f"complexipy --diff, {size}"
        for name in (peer, f"{peer}, given the changed files"):
            ratio = _ratio(results, name, f"check, {size}, cold")
            yield _at_least(f"check, {size}, cold: ahead of `{name}`", ratio, 1)
        ratio = _ratio(results, peer, f"check, {size}, cached")
        yield _at_least(f"check, {size}, cached: ahead of `{peer}`", ratio, 1)


def _cached(results: Results) -> Iterator[Goal]:
    ratio = _ratio(results, "ast.parse of both sides, 100", "check, 100, cached")
    yield _at_least("100 commits, cached: at least 20x faster than parsing both sides", ratio, 20)


def _parsed(counts: Mapping[int, Parsed]) -> Iterator[Goal]:
    for size, count in counts.items():
        share = count.parsed / count.differing if count.differing else 0
        measured = f"{share:.0%} of {count.differing / 1e6:.1f} MB in {count.blobs} blobs"
        yield Goal(f"{size}, cold: only what differs is parsed", measured, count.parsed <= count.differing)


def _memory(results: Results) -> Iterator[Goal]:
    for name, result in results.items():
        if name.startswith("check, ") and result.peak is not None:
            yield Goal(f"{name}: at most 100 MB", f"{result.peak:.0f} MiB", result.peak * 1.048576 <= 100)
