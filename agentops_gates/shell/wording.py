"""The decision in words: for a person's terminal, and for an agent that has to do something else now."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.text import printable
from .decision import Decision
from .hazards.hazard import Hazard

_LONGEST = 60
_HEADS = {"deny": "denied", "ask": "to be asked first", "allow": "allowed"}


def explained(decision: Decision, line: str) -> str:
    """Return what there is to say, in a few lines without a final line end; empty if nothing was found.

    It never names a command by which the one who is refused could give himself leave.
    """
    shown = [found for found in decision.hazards if found.level != "allow"]
    return "\n".join([*_doubted(decision, line), *(text for found in _first(shown) for text in _told(found, line))])


def _first(found: list[Hazard]) -> list[Hazard]:
    """Return the hazards to tell of: one of each rule, the first."""
    return list({one.rule: one for one in reversed(found)}.values())[::-1]


def _doubted(decision: Decision, line: str) -> Iterator[str]:
    doubt = decision.doubt
    if doubt is not None:
        head = _HEADS[decision.answer]
        yield f"{head}: a part that involves git could not be understood: {doubt.why}"
        yield from _here(line, doubt.start, doubt.end)
        yield "  instead: write the git command out, one a line, without variables that only the shell knows"


def _told(found: Hazard, line: str) -> Iterator[str]:
    from .hazards.rules import RULES

    head = {"snapshot": "allowed after a snapshot"}.get(found.level) or _HEADS[found.level]
    yield f"{head}: {printable(found.what)} ({found.rule} {RULES[found.rule].name})"
    yield from _here(line, found.start, found.end)
    yield f"  at stake: {found.loses}"
    if found.level != "snapshot":
        yield f"  instead: {found.instead}"


def _here(line: str, start: int, end: int) -> Iterator[str]:
    part = printable(span(line, start, end))
    if part:
        yield f"  here: {part if len(part) <= _LONGEST else part[: _LONGEST - 3] + '...'}"


def span(line: str, start: int, end: int) -> str:
    """Return the part of the command line that is the reason."""
    return line[start:end].strip()
