"""Runs the complexity gate over a real repository, as a hook or CI would, without the policy file's detour."""

from __future__ import annotations

from agentops_gates.gates import complexity_regression as gate
from agentops_gates.git.repo import Repo
from agentops_gates.model.finding import Finding
from agentops_gates.model.outcome import from_levels
from agentops_gates.model.subject import Door, Subject
from agentops_gates.policy.policy import Policy, effective

GATE = "complexity-regression"


def policy(**settings: object) -> Policy:
    """Return the built-in policy with some settings of the gate changed."""
    return effective({"gates": {GATE: settings}}, [gate.META], "test")


def judged(
    path: object, *bases: str, head: str | None = None, door: Door = "local", **settings: object
) -> list[Finding]:
    """Return the findings of the gate for ``bases`` against ``head`` (None: the index)."""
    subject = Subject("range" if head else "staged", bases, head, door=door)
    with Repo.open(str(path)) as repo:
        return list(gate.check(subject, policy(**settings), repo))


def brief(findings: list[Finding]) -> list[str]:
    """Return each finding as ``rule level qualname-or-path before>after``."""
    return sorted(_brief(finding) for finding in findings)


def _brief(finding: Finding) -> str:
    if "qualname" not in finding.data:
        return f"{finding.rule} {finding.level} {finding.path}"
    data = finding.data
    return f"{finding.rule} {finding.level} {data['qualname']} {data['before']}>{data['after']}"


def outcome(findings: list[Finding]) -> str:
    """Return what the findings amount to."""
    return from_levels(finding.level for finding in findings)
