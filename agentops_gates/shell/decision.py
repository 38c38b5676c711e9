"""What the guard says of a command line."""

from __future__ import annotations

from ..model.light import Literal, NamedTuple
from .command import Doubt
from .hazards.hazard import Hazard, Level, Thing

Answer = Literal["allow", "ask", "deny"]
#: From strict to loose.
LEVELS: tuple[Level, ...] = ("deny", "ask", "snapshot", "allow")


class Decision(NamedTuple):
    """``allow``, ``ask`` or ``deny``, and why.

    ``hazards`` stand in the order of the command line, each with the level that counts; ``doubt`` is what could not be
    understood. What ``snapshot`` names is in danger from an allowed command: whoever lets it run has to save that
    first, and must not let it run where that fails. ``reason`` is the hazard that decided, None for a doubt.
    """

    answer: Answer
    hazards: tuple[Hazard, ...] = ()
    doubt: Doubt | None = None
    snapshot: tuple[Thing, ...] = ()
    reason: Hazard | None = None


ALLOW = Decision("allow")
