"""How large a council an epic needs, and which judges sit in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...git.repo import Repo
from ...model.light import NamedTuple
from ...model.subject import Subject
from ...model.verdict import Plan
from ...policy.paths import matches
from ...policy.policy import Policy
from ..work import GATE
from .config import CouncilConfig, JudgeConfig, Size

_QUICK = 2
_FAST = 6


class Seat(NamedTuple):
    """One place in the council: the judge who has it, and those who take it, in order, if nobody before answers."""

    judge: JudgeConfig
    fallbacks: tuple[JudgeConfig, ...] = ()


def size_of(issues: int | None, *, landed: bool = True) -> Size:
    """Return the council for an epic of so many issues: 1-2 quick, 3-6 fast, 7 and more full.

    None (no epic is named) is "fast", and so is a small epic whose plan has not ``landed``: whoever leaves the epic
    out, or makes one up, must not get the smallest council for it.
    """
    if issues is not None and issues > _FAST:
        return "full"
    return "quick" if landed and issues is not None and issues <= _QUICK else "fast"


def council_for(repo: Repo, subject: Subject, policy: Policy, plan: Plan | None) -> Size:
    """Return the council that work for ``plan`` needs, or a plan that is judged itself.

    Its issues are those of all epics that belong together with it, in the base or in the change. Raises UndecidedError
    for plans that cannot be read.
    """
    if plan is None:
        return size_of(None)
    from ..crank import shelf, works
    from ..plan import plan_in

    plans = shelf(repo, subject, policy.gates[GATE])
    issues = {*plan.issues, *plans.issues(plan.epic, works(repo, subject)[0])}
    landed = any(plan_in(base, plan.epic) for base in plans.sides[1:])
    return size_of(len(issues), landed=landed)


def seats(config: CouncilConfig, size: Size, paths: Sequence[str]) -> tuple[Seat, ...]:
    """Return who is asked about a change of ``paths``, in the order of the policy.

    A judge with globs of its own sits only if one of them matches. Whoever is a fallback has no seat of his own.
    """
    sitting = [judge for judge in config.judges if _suits(judge, size, paths)]
    return tuple(Seat(judge, tuple(_stand_ins(judge, sitting))) for judge in sitting if not judge.fallback_for)


def concerns(judge: JudgeConfig, *paths: str) -> bool:
    """Return whether one of ``paths`` is among what the judge judges."""
    return not judge.paths or any(matches(path, judge.paths) for path in paths)


def _suits(judge: JudgeConfig, size: Size, paths: Sequence[str]) -> bool:
    return size in judge.sizes and (not judge.paths or any(concerns(judge, path) for path in paths))


def _stand_ins(judge: JudgeConfig, sitting: Sequence[JudgeConfig]) -> Iterator[JudgeConfig]:
    for other in sitting:
        if other.fallback_for == judge.name:
            yield other
            yield from _stand_ins(other, sitting)
