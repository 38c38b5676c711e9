"""What a gate found, what each gate concluded, and the report of a run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .light import Any, NamedTuple
from .outcome import Level, Outcome, worst
from .subject import Subject

_NO_DATA: Mapping[str, Any] = MappingProxyType({})


class Finding(NamedTuple):
    """One thing that is wrong (or worth a note), where, and what makes it pass.

    ``path`` is relative to the repository root in git's spelling, decoded with ``os.fsdecode`` (so it may hold
    lone surrogates); ``line`` counts from 1; ``commit`` is a full object id; ``data`` holds JSON values only.
    """

    rule: str
    level: Level
    message: str
    path: str | None = None
    line: int | None = None
    commit: str | None = None
    fix: str = ""
    data: Mapping[str, Any] = _NO_DATA


class GateResult(NamedTuple):
    """Conclusion of one gate over one run. ``reason`` says why it was skipped or stayed undecided, else it is empty."""

    id: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    fix: str = ""


class Report(NamedTuple):
    """A whole run: the subjects judged (a push has one per ref), a result per gate, and the wall time in seconds."""

    subjects: tuple[Subject, ...]
    gates: tuple[GateResult, ...]
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of any gate; "skip" if nothing was judged."""
        return worst(gate.outcome for gate in self.gates)
