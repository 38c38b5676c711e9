"""What a verdict on a plan is about: an id that git would give, and another one for every other plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Workspace, make_repository
from verdicts.decidelib import NOW, PLAN, POLICY, ask, fail, revocation, verdict

from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Decision, Plan, Transition
from agentops_gates.verdicts import plan_verdict
from agentops_gates.verdicts.rules import Rules

GATE = plan_verdict.GATE
AUTHORS = ("planner@example.org",)


def of(repo: Workspace, plan: Plan = PLAN) -> Transition:
    with Repo.open(str(repo.path)) as opened:
        return plan_verdict.transition(opened, plan, POLICY, AUTHORS)


def decided(move: Transition, *records: Any, **given: Any) -> Decision:
    return ask(move, *records, gate=GATE, facts=plan_verdict.FACTS, **given)


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_the_tree_is_the_one_that_git_makes_of_it(tmp_path: Path, options: tuple[str, ...]) -> None:
    repo = make_repository(tmp_path / "repo", *options)
    blob = repo.git("hash-object", "-w", "--stdin", stdin=plan_verdict.text(PLAN))
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tplan\n".encode())
    move = of(repo)
    assert (move.head_tree, move.trees) == (tree, {tree})
    assert len(move.base) == len(tree)


def test_it_opens_for_this_plan_and_for_no_other(repo: Workspace) -> None:
    move = of(repo)
    good = verdict(move, gate=GATE)
    assert decided(move, good).accepted
    for other in (
        PLAN._replace(digest="c" * 64),
        PLAN._replace(issues=("bd-1",)),
        PLAN._replace(epic="login"),
    ):
        found = decided(of(repo, other), good)
        assert (found.accepted, found.rule) == (False, "AG102")
    assert "plan: judged billing at bbbbbbbbbbbb" in decided(of(repo, PLAN._replace(digest="c" * 64)), good).reason


def test_it_ends_as_every_verdict_does(repo: Workspace) -> None:
    move = of(repo)
    good = verdict(move, gate=GATE)
    assert decided(move, good, revocation(good)).rule == "AG107"
    assert decided(move, good, now=NOW + 10**8).rule == "AG107"
    assert decided(move, good, fail(move, gate=GATE)).rule == "AG103"
    assert decided(move, good, rules=Rules(required_level=2)).rule == "AG102"
    assert decided(move._replace(authors=frozenset({"judge@example.org"})), good).rule == "AG106"
    assert not decided(move, verdict(move)).accepted


def test_three_fails_of_an_epic_end_it_and_those_of_another_do_not(repo: Workspace) -> None:
    plans = [PLAN._replace(digest=digit * 64) for digit in "123"]
    move = of(repo)
    good = verdict(move, gate=GATE)
    assert decided(move, good, *(fail(of(repo, plan), gate=GATE) for plan in plans)).rule == "AG108"
    others = [plan._replace(epic="login") for plan in plans]
    assert decided(move, good, *(fail(of(repo, plan), gate=GATE) for plan in others)).accepted
