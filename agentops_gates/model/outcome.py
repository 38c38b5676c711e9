"""Outcomes of a gate and of a run, and the exit codes they become."""

from __future__ import annotations

from .light import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Outcome = Literal["pass", "warn", "fail", "undecided", "skip"]
Level = Literal["error", "warning", "note"]

EXIT_OK = 0
EXIT_BLOCKED = 1
EXIT_USAGE = 2
EXIT_UNDECIDED = 3
EXIT_INTERNAL = 70
EXIT_INTERRUPT = 130
# What a shell makes of a program that SIGPIPE ended: whoever was to read the answer went away.
EXIT_UNREAD = 141

# From harmless to serious. A failure outranks "undecided": the run is blocked either way, and a
# finding tells the reader what to mend, which an undecided gate beside it does not.
_SEVERITY: tuple[Outcome, ...] = ("skip", "pass", "warn", "undecided", "fail")

_EXIT: dict[Outcome, int] = {
    "skip": EXIT_OK,
    "pass": EXIT_OK,
    "warn": EXIT_OK,
    "undecided": EXIT_UNDECIDED,
    "fail": EXIT_BLOCKED,
}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the most serious of ``outcomes``; "skip" when there are none or all were skipped."""
    return max(outcomes, key=_SEVERITY.index, default="skip")


def exit_code(outcome: Outcome) -> int:
    """Return the process exit code for ``outcome``: 0 pass, warn or skip, 1 fail, 3 undecided."""
    return _EXIT[outcome]


def from_levels(levels: Iterable[Level]) -> Outcome:
    """Return what findings of these ``levels`` amount to: any error fails, any warning warns, notes pass."""
    seen = set(levels)
    if "error" in seen:
        return "fail"
    return "warn" if "warning" in seen else "pass"
