"""Runs gates over subjects. Every door ends here: a hook, the command line and CI differ in their subject only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from ..git.repo import Repo
from ..model.errors import DeadlineExceededError, SkippedError, UndecidedError
from ..model.finding import Finding, GateResult, Report
from ..model.light import NamedTuple, cast
from ..model.outcome import from_levels, worst
from ..model.subject import Subject
from ..model.text import printable
from ..policy.load import judging
from ..policy.policy import Policy
from .deadline import cancel, deadline
from .registry import Checks, GateModule, Weighing, mechanical, metadata

Progress = Callable[[str, float], None]
_Judged = tuple[Subject, Policy]


class Limits(NamedTuple):
    """How long a gate may take.

    ``seconds`` overrides the policy's deadline; ``progress(gate, elapsed)`` is called every second.
    """

    seconds: float | None = None
    progress: Progress = lambda gate, elapsed: None


class _Time(NamedTuple):
    seconds: float
    end: float
    progress: Progress
    asked: bool


_BY_POLICY = Limits()


def run(repo: Repo, subjects: Sequence[Subject], gates: Iterable[GateModule], limits: Limits = _BY_POLICY) -> Report:
    """Judge ``subjects`` with ``gates`` and return the report.

    Each subject is judged by the policy of its own base. Raises UsageError for one that cannot be read and that the
    subject does not mend; whatever goes wrong inside a gate is that gate's result.
    """
    started = time.monotonic()
    run_ = _Run(repo, [(subject, _policy(repo, subject)) for subject in subjects], limits)
    chosen = tuple(gates)
    # A gate that weighs what others concluded finds it there, and each still has a deadline of its own.
    results = {id(gate): run_.result(gate) for gate in sorted(chosen, key=lambda gate: gate.META.weighs)}
    return Report(tuple(subjects), tuple(results[id(gate)] for gate in chosen), time.monotonic() - started)


def _policy(repo: Repo, subject: Subject) -> Policy:
    # Taking something away mends nothing.
    heads = () if subject.kind in ("deletion", "ref") else (subject.head,)
    return judging(repo, subject.court, heads, metadata(), trust_cache=subject.door == "local")


def undecided(gates: Iterable[GateModule], error: UndecidedError) -> Report:
    """Return the report of a run that could not even name its subject."""
    return Report((), tuple(GateResult(gate.META.id, "undecided", str(error), (), error.fix) for gate in gates))


class _Run:
    """One run: what each gate concluded about each subject, asked once."""

    def __init__(self, repo: Repo, judged: Sequence[_Judged], limits: Limits) -> None:
        self._repo = repo
        self._judged = judged
        self._limits = limits
        self._known: dict[tuple[str, int], GateResult] = {}

    def result(self, gate: GateModule) -> GateResult:
        """Return what ``gate`` concludes about all subjects together."""
        started = time.monotonic()
        parts = []
        for place, (subject, policy) in enumerate(self._judged):
            seconds = self._limits.seconds or (policy.deadline_local if subject.door == "local" else policy.deadline_ci)
            # The deadline is the gate's: a push of ten refs must not take ten of them.
            limit = _Time(seconds, started + seconds, self._limits.progress, bool(self._limits.seconds))
            parts.append(self._part(gate, place, limit))
        return _joined(gate.META.id, parts)

    def _part(self, gate: GateModule, place: int, limit: _Time | None = None) -> GateResult:
        key = (gate.META.id, place)
        if key not in self._known:
            self._known[key] = _judge(gate, self._judged[place], self._repo, limit, lambda: self._checks(place))
        return self._known[key]

    def _checks(self, place: int) -> tuple[GateResult, ...]:
        """Return what the mechanical gates conclude about one subject; those not chosen have the asker's time."""
        return tuple(self._part(gate, place) for gate in mechanical(self._judged[place][0].kind))


def _joined(name: str, parts: Sequence[GateResult]) -> GateResult:
    """Return one result for what a gate concluded about each subject."""
    if not parts:
        return GateResult(name, "skip", "nothing to judge")
    outcome = worst(part.outcome for part in parts)
    # A reason belongs to a skip or to what stayed undecided, alone or beside a failure.
    told = ("undecided", "fail") if outcome == "fail" else (outcome,)
    telling = next((part for part in parts if part.reason and part.outcome in told), GateResult("", outcome))
    # Two refs of one push often bring the same commits: say each thing once.
    findings = tuple({repr(finding): finding for part in parts for finding in part.findings}.values())
    return GateResult(name, outcome, telling.reason, findings, telling.fix)


def _judge(gate: GateModule, judged: _Judged, repo: Repo, limit: _Time | None, checks: Checks) -> GateResult:
    """Return what ``gate`` concludes about one subject; without ``limit``, in the time of whoever asks."""
    name, subject = gate.META.id, judged[0]
    if subject.kind not in gate.META.kinds:
        return GateResult(name, "skip", f"it does not judge a {subject.kind} subject")
    findings: list[Finding] = []
    try:
        with _clock(name, limit):
            findings.extend(_found(gate, judged, repo, checks))
    except SkippedError as why:
        return _skipped(name, findings, why)
    except UndecidedError as error:
        return _undecided(name, findings, str(error), error.fix)
    except DeadlineExceededError:
        if limit is None:
            raise
        cancel()
        # Whatever the long-lived git process still has to say belongs to a question nobody waits for.
        repo.objects.close()
        more = "give it more with --deadline" if limit.asked else "raise [deadlines] in the policy"
        fix = f"run it again (what was measured is kept), or {more}"
        return _undecided(name, findings, f"it did not end within {limit.seconds:g} s", fix)
    except (Exception, SystemExit) as error:  # a gate that crashed has not judged, nor may a parser end the process
        if os.environ.get("AGENTOPS_DEBUG"):
            raise
        reason = f"internal error: {type(error).__name__}: {printable(str(error))[:200]}"
        return _undecided(name, findings, reason, "run it again with AGENTOPS_DEBUG=1 and report what it prints")
    return GateResult(name, from_levels(finding.level for finding in findings), "", tuple(findings))


def _clock(name: str, limit: _Time | None) -> AbstractContextManager[None]:
    if limit is None:
        return nullcontext()
    return deadline(limit.end - time.monotonic(), lambda elapsed: limit.progress(name, elapsed))


def _found(gate: GateModule, judged: _Judged, repo: Repo, checks: Checks) -> Iterator[Finding]:
    subject, policy = judged
    if gate.META.weighs:
        return cast("Weighing", gate).check(subject, policy, repo, checks)
    return gate.check(subject, policy, repo)


def _skipped(name: str, findings: list[Finding], why: SkippedError) -> GateResult:
    # What it found before it declined stands, but notes do not make a pass of a skip.
    found = from_levels(finding.level for finding in findings)
    if found != "pass":
        return GateResult(name, found, "", tuple(findings))
    return GateResult(name, "skip", str(why), tuple(findings), why.fix)


def _undecided(name: str, findings: list[Finding], reason: str, fix: str) -> GateResult:
    outcome = worst(("undecided", from_levels(finding.level for finding in findings)))
    return GateResult(name, outcome, reason, tuple(findings), fix)
