"""Runs gates over subjects. Every door ends here: a hook, the command line and CI differ in their subject only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence

from ..git.repo import Repo
from ..model.errors import DeadlineExceededError, SkippedError, UndecidedError
from ..model.finding import Finding, GateResult, Report
from ..model.light import NamedTuple
from ..model.outcome import from_levels, worst
from ..model.subject import Subject
from ..model.text import printable
from ..policy.load import judging
from ..policy.policy import Policy
from .deadline import cancel, deadline
from .registry import GateModule, metadata

Progress = Callable[[str, float], None]


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


_BY_POLICY = Limits()


def run(repo: Repo, subjects: Sequence[Subject], gates: Iterable[GateModule], limits: Limits = _BY_POLICY) -> Report:
    """Judge ``subjects`` with ``gates`` and return the report.

    Each subject is judged by the policy of its own base. Raises UsageError for one that cannot be read and that the
    subject does not mend; whatever goes wrong inside a gate is that gate's result.
    """
    started = time.monotonic()
    policies = [(subject, _policy(repo, subject)) for subject in subjects]
    results = tuple(_run_gate(gate, policies, repo, limits) for gate in gates)
    return Report(tuple(subjects), results, time.monotonic() - started)


def _policy(repo: Repo, subject: Subject) -> Policy:
    return judging(repo, subject.base, (subject.head,), metadata(), trust_cache=subject.door == "local")


def undecided(gates: Iterable[GateModule], error: UndecidedError) -> Report:
    """Return the report of a run that could not even name its subject."""
    return Report((), tuple(GateResult(gate.META.id, "undecided", str(error), (), error.fix) for gate in gates))


def _run_gate(gate: GateModule, policies: list[tuple[Subject, Policy]], repo: Repo, limits: Limits) -> GateResult:
    started = time.monotonic()
    parts = []
    for subject, policy in policies:
        limit = limits.seconds or (policy.deadline_local if subject.door == "local" else policy.deadline_ci)
        # The deadline is the gate's: a push of ten refs must not take ten of them.
        parts.append(_judge(gate, subject, policy, repo, _Time(limit, started + limit, limits.progress)))
    return _joined(gate.META.id, parts)


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


def _judge(gate: GateModule, subject: Subject, policy: Policy, repo: Repo, limit: _Time) -> GateResult:
    name = gate.META.id
    if subject.kind not in gate.META.kinds:
        return GateResult(name, "skip", f"it does not judge a {subject.kind} subject")
    findings: list[Finding] = []
    try:
        with deadline(limit.end - time.monotonic(), lambda elapsed: limit.progress(name, elapsed)):
            findings.extend(gate.check(subject, policy, repo))
    except SkippedError as why:
        return _skipped(name, findings, why)
    except UndecidedError as error:
        return _undecided(name, findings, str(error), error.fix)
    except DeadlineExceededError:
        cancel()
        # Whatever the long-lived git process still has to say belongs to a question nobody waits for.
        repo.objects.close()
        fix = "run it again (what was measured is kept), or raise [deadlines] in the policy"
        return _undecided(name, findings, f"it did not end within {limit.seconds:g} s", fix)
    except (Exception, SystemExit) as error:  # a gate that crashed has not judged, nor may a parser end the process
        if os.environ.get("AGENTOPS_DEBUG"):
            raise
        reason = f"internal error: {type(error).__name__}: {printable(str(error))[:200]}"
        return _undecided(name, findings, reason, "run it again with AGENTOPS_DEBUG=1 and report what it prints")
    return GateResult(name, from_levels(finding.level for finding in findings), "", tuple(findings))


def _skipped(name: str, findings: list[Finding], why: SkippedError) -> GateResult:
    # What it found before it declined stands, but notes do not make a pass of a skip.
    found = from_levels(finding.level for finding in findings)
    if found != "pass":
        return GateResult(name, found, "", tuple(findings))
    return GateResult(name, "skip", str(why), tuple(findings), why.fix)


def _undecided(name: str, findings: list[Finding], reason: str, fix: str) -> GateResult:
    outcome = worst(("undecided", from_levels(finding.level for finding in findings)))
    return GateResult(name, outcome, reason, tuple(findings), fix)
