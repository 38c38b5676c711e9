"""Decides whether a changed unit got worse, under the policy of its path. Arithmetic only: no git, no text.

Fails on touched *and* worse, never on touched: what did not change is not looked at, and what changed without rising
is not charged, however complex it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model.light import Any, Literal, NamedTuple
from ..model.outcome import Level
from .events import Delta, FileTotals
from .pair import Version
from .unit import Suppression, Unit

REGRESSED = "AG601"
TOO_COMPLEX = "AG602"

Metric = Literal["cyclomatic", "cognitive"]


class Limits(NamedTuple):
    """The settings that hold for one path; see the gate's ``META`` for what each means. A limit of 0 is off."""

    level: str = "error"
    max_complexity: int = 10
    max_cognitive: int = 0
    mode: str = "regression"
    min_rise: int = 1
    counting: str = "radon"
    asserts: bool = False
    top_level: str = "warn"
    max_file_growth: int = 0
    suppressions: str = "base"

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Limits:
        """Take the limits out of a gate's settings."""
        return cls(**{name: settings[name] for name in cls._fields})


class Verdict(NamedTuple):
    """One unit that broke a rule in one metric: its number before (None: new) and after, and the limit it is above."""

    rule: str
    metric: Metric
    before: int | None
    after: int
    limit: int
    level: Level


def number(unit: Unit, metric: Metric, limits: Limits) -> int:
    """Return a unit's number as the policy counts: radon's, plus asserts, plus what radon cannot see."""
    if metric == "cognitive":
        return unit.cognitive
    strict = unit.unseen if limits.counting == "strict" else 0
    return unit.cyclomatic + strict + (unit.asserts if limits.asserts else 0)


def above(unit: Unit, limits: Limits) -> bool:
    """Tell whether a unit is above any limit, whether or not it may be."""
    return any(number(unit, metric, limits) > limit for metric, limit in _metrics(limits))


def judge(delta: Delta, limits: Limits, exempt: int = 0, *, based: bool = True) -> list[Verdict]:
    """Return what a changed unit breaks, at most one verdict per metric.

    ``exempt`` is the cyclomatic limit that an exemption grants. ``based`` is False when there is nothing to compare
    with at all: a regression needs a before, so nothing is an error then.
    """
    after = delta.after
    level = _natural_level(after.unit, limits) if after else None
    if after is None or level is None:
        return []
    found = []
    for metric, limit in _metrics(limits):
        ceiling = max(limit, exempt) if metric == "cyclomatic" else limit
        before, now = before_number(delta, metric, limits), number(after.unit, metric, limits)
        rule = _broken(before, now, ceiling, limits, exempted=ceiling > limit)
        if rule:
            found.append(Verdict(rule, metric, before, now, ceiling, level if based else "warning"))
    return found


def before_number(delta: Delta, metric: Metric, limits: Limits) -> int | None:
    """Return the highest number that the unit has in any base; None if it is in none."""
    return max((number(old.unit, metric, limits) for old in delta.befores if old), default=None)


def origin(delta: Delta, metric: Metric, limits: Limits) -> Version | None:
    """Return the base version whose number :func:`before_number` is."""
    old = [version for version in delta.befores if version]
    return max(old, key=lambda version: number(version.unit, metric, limits), default=None)


def final_level(level: Level, limits: Limits) -> Level | None:
    """Return what the policy's ``level`` makes of a finding's own level; None if the path is switched off."""
    if limits.level == "off":
        return None
    if limits.level == "trial":
        return "note"
    return "warning" if limits.level == "warn" and level == "error" else level


def allowed(delta: Delta, rule: str, limits: Limits) -> Suppression | None:
    """Return the comment that allows ``rule`` for this unit, None if none counts.

    Under ``suppressions = "base"`` every base that has the unit must have allowed the rule too: who edits the change
    does not edit its judgement.
    """
    comment = _allowing(delta.after, rule)
    if comment is None or limits.suppressions == "head":
        return comment
    olds = [version for version in delta.befores if version]
    return comment if olds and all(_allowing(old, rule) for old in olds) else None


def growth(totals: FileTotals) -> int:
    """Return by how many decision points a file grew against the base in which it had most; 0 if it did not exist."""
    olds = [total.points for total in totals.befores if total]
    return totals.after.points - max(olds) if totals.after and olds else 0


def relieved(delta: Delta, limits: Limits) -> bool:
    """Tell whether a function that was above a limit was brought under it, or removed: its decisions went somewhere."""
    olds = [version.unit for version in delta.befores if version]
    was = bool(olds) and all(unit.kind == "function" and above(unit, limits) for unit in olds)
    return was and not (delta.after and above(delta.after.unit, limits))


def _natural_level(unit: Unit, limits: Limits) -> Level | None:
    levels: dict[str, Level | None] = {"error": "error", "warn": "warning", "off": None}
    return "error" if unit.kind == "function" else levels[limits.top_level]


def _metrics(limits: Limits) -> Sequence[tuple[Metric, int]]:
    pairs: tuple[tuple[Metric, int], ...] = (
        ("cyclomatic", limits.max_complexity),
        ("cognitive", limits.max_cognitive),
    )
    return [(metric, limit) for metric, limit in pairs if limit]


def _broken(before: int | None, after: int, limit: int, limits: Limits, *, exempted: bool) -> str:
    if before is None:
        return TOO_COMPLEX if after > limit else ""
    if after - before < max(1, limits.min_rise):
        return ""
    if limits.mode == "any-rise" and not exempted:
        return REGRESSED
    crossed = limits.mode != "crossing" or before <= limit
    return REGRESSED if after > limit and crossed else ""


def _allowing(version: Version | None, rule: str) -> Suppression | None:
    marks = version.allows if version else ()
    return next((mark for mark in marks if rule in mark.rules), None)
