"""How large a council an epic needs, and which judges sit in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.light import NamedTuple
from ...policy.paths import matches
from .config import CouncilConfig, JudgeConfig, Size

_QUICK = 2
_FAST = 6


class Seat(NamedTuple):
    """One place in the council: the judge who has it, and those who take it, in order, if nobody before answers."""

    judge: JudgeConfig
    fallbacks: tuple[JudgeConfig, ...] = ()


def size_of(issues: int | None) -> Size:
    """Return the council for an epic of so many issues: 1-2 quick, 3-6 fast, 7 and more full.

    None (no epic is named) is "fast": whoever leaves the epic out must not get the smallest council for it.
    """
    if issues is None:
        return "fast"
    if issues <= _QUICK:
        return "quick"
    return "fast" if issues <= _FAST else "full"


def seats(config: CouncilConfig, size: Size, paths: Sequence[str]) -> tuple[Seat, ...]:
    """Return who is asked about a change of ``paths``, in the order of the policy.

    A judge with globs of its own sits only if one of them matches. Whoever is a fallback has no seat of his own.
    """
    sitting = [judge for judge in config.judges if _suits(judge, size, paths)]
    return tuple(Seat(judge, tuple(_stand_ins(judge, sitting))) for judge in sitting if not judge.fallback_for)


def concerns(judge: JudgeConfig, path: str) -> bool:
    """Return whether ``path`` is among what the judge judges."""
    return not judge.paths or matches(path, judge.paths)


def _suits(judge: JudgeConfig, size: Size, paths: Sequence[str]) -> bool:
    return size in judge.sizes and (not judge.paths or any(concerns(judge, path) for path in paths))


def _stand_ins(judge: JudgeConfig, sitting: Sequence[JudgeConfig]) -> Iterator[JudgeConfig]:
    for other in sitting:
        if other.fallback_for == judge.name:
            yield other
            yield from _stand_ins(other, sitting)
