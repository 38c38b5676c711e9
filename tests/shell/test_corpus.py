"""The decision on a corpus of command lines. What must not be refused comes first."""

from __future__ import annotations

import pytest

from agentops_gates.shell.decision import Decision
from agentops_gates.shell.guard import decide
from agentops_gates.shell.hazards import Context

from .corpuslib import expected, files, guarded, lines

ALLOWED = [line for name in files("allow") for line in lines(name)]
BLOCKED = [pair for name in files("block") for pair in expected(name)]
POLICY = list(expected("policy"))
RESIDUAL = list(expected("residual"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Return where the command lines are judged."""
    return Context(str(guarded(tmp_path_factory.mktemp("corpus") / "repo").path))


def said(line: str, place: Context) -> Decision:
    """Return the decision, asked in a context without memory."""
    return decide(line, Context(place.cwd))


@pytest.mark.parametrize("line", ALLOWED)
def test_allowed(line: str, place: Context) -> None:
    decision = said(line, place)
    assert decision.answer == "allow", decision
    assert all(found.level == "allow" for found in decision.hazards), decision


@pytest.mark.parametrize(("rule", "line"), BLOCKED, ids=[line for _, line in BLOCKED])
def test_blocked(rule: str, line: str, place: Context) -> None:
    decision = said(line, place)
    assert decision.answer == "deny", decision
    assert rule in {found.rule for found in decision.hazards}, decision
    assert decision.reason is not None
    assert 0 <= decision.reason.start < decision.reason.end <= len(line), decision


@pytest.mark.parametrize(("what", "line"), POLICY, ids=[line for _, line in POLICY])
def test_policy(what: str, line: str, place: Context) -> None:
    level, rule = what.split()
    decision = said(line, place)
    assert decision.answer == ("ask" if level == "ask" else "allow"), decision
    assert (rule, level) in {(found.rule, found.level) for found in decision.hazards}, decision
    assert bool(decision.snapshot) == (level == "snapshot" or (level == "ask" and bool(decision.snapshot)))


@pytest.mark.parametrize(("why", "line"), RESIDUAL, ids=[line for _, line in RESIDUAL])
def test_let_through_on_purpose(why: str, line: str, place: Context) -> None:
    assert said(line, place).answer == "allow", f"it is refused now, and belongs to what must be: {why}"
