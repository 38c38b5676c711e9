"""What a rule of the guard is, and what it found."""

from __future__ import annotations

from ...model.light import Literal, NamedTuple, Protocol
from ..value import Value

Level = Literal["deny", "ask", "snapshot", "allow"]
#: What can be lost, in the words that a rescue understands.
Thing = Literal["worktree", "index", "untracked", "ignored", "refs", "stash", "reflog", "remote", "none"]


class Rule(NamedTuple):
    """A rule: its default level, what is lost by the default, what to do instead, and what a rescue has to save."""

    id: str
    name: str
    level: Level
    loses: str
    instead: str
    endangers: tuple[Thing, ...]


class Hazard(NamedTuple):
    """A rule that fired: ``start`` to ``end`` is the part of the command line, ``what`` names the danger in it."""

    rule: str
    start: int
    end: int
    what: str
    loses: str
    instead: str
    endangers: tuple[Thing, ...]
    level: Level


class Inner(NamedTuple):
    """Shell text that a command runs, to be judged like the command line itself. ``cwd`` is where."""

    text: Value
    cwd: Value | None
    start: int
    end: int


class Unclear(NamedTuple):
    """A call of git whose danger cannot be told; ``why`` is one clause."""

    why: str
    start: int
    end: int


Found = Hazard | Inner | Unclear


class Place(Protocol):
    """Anything with a place in the command line."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


def hazard(rule: str, place: Place, what: str, *endangers: Thing) -> Hazard:
    """Return the hazard of a rule at a place; what it ``endangers`` is the rule's own unless it is said."""
    from .rules import RULES

    known = RULES[rule]
    things = endangers or known.endangers
    return Hazard(rule, place.start, place.end, what, known.loses, known.instead, things, known.level)
