"""What a comparison tells of a change."""

from __future__ import annotations

from ..model.light import Literal, NamedTuple
from .pair import How, Version
from .sides import State
from .unit import Suppression, Unit


class Delta(NamedTuple):
    """One unit whose numbers changed, with its version in each base (None: not there) and how each was paired.

    ``after`` is None for a removed unit. Without any base ``befores`` holds one None.
    """

    after: Version | None
    befores: tuple[Version | None, ...]
    hows: tuple[How | None, ...] = ()

    @property
    def place(self) -> Version:
        """The version to show: the new one, else the old one."""
        return self.after or next(version for version in self.befores if version)


class NotJudged(NamedTuple):
    """A file without a judgement, at ``side``, and why; ``before`` is the state of its version in the bases."""

    path: str
    side: Literal["base", "head"]
    state: State
    reason: str
    before: State = "absent"

    @property
    def known(self) -> bool:
        """Whether a base could not be measured either: the change made nothing worse."""
        return self.before in {self.state, "syntax", "unmeasurable"}


class Total(NamedTuple):
    """A file's number of functions and its decision points: the sum of cyclomatic - 1 over all its units."""

    functions: int = 0
    points: int = 0


class FileTotals(NamedTuple):
    """Totals of a changed file before (per base, None: not there) and after (None: removed).

    What is the same on both sides may have been left out of both: only the difference counts.
    """

    path: str
    befores: tuple[Total | None, ...]
    after: Total | None


class Mark(NamedTuple):
    """A suppression comment in a changed file, its unit, and those of its rules that no base allowed for that unit."""

    path: str
    suppression: Suppression
    unit: Unit | None
    fresh: tuple[str, ...]


Event = Delta | NotJudged | FileTotals | Mark
