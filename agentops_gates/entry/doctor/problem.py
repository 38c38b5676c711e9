"""One thing the doctor has to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
_ORDER: tuple[Severity, ...] = ("error", "warning", "note")


class Problem(NamedTuple):
    """What is wrong and the next command (or step) that mends it.

    An "error" is something that should run and does not (or blocks everything), a "warning" something that makes git
    show another picture than the gates judge, or that turns a runner off; a "note" is worth knowing.
    """

    id: str
    severity: Severity
    message: str
    fix: str = ""


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return ``problems`` without repetitions, the gravest first."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: _ORDER.index(problem.severity)))
