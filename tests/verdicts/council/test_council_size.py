"""The change does not choose its own council: a small one takes a plan that the base has, counted over its lineage."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Workspace

from agentops_gates.entry import desk
from agentops_gates.entry.planned import planned
from agentops_gates.git.repo import Repo
from agentops_gates.verdicts.council.sizing import council_for

POLICY = {"agentops-gates.toml": "version = 1\n"}


def plan(*issues: str, more: str = "") -> str:
    return f"---\nissues: [{', '.join(issues)}]\n{more}---\nwords\n"


def many(count: int) -> str:
    return plan(*(f"i-{number}" for number in range(count)))


def at(name: str) -> str:
    return f".agents/plans/{name}.md"


@pytest.mark.parametrize(
    ("before", "after", "trailer", "size"),
    [
        pytest.param({at("e"): many(2)}, {}, "Epic: e", "quick", id="small-and-landed"),
        pytest.param({at("e"): many(3)}, {}, "Epic: e", "fast", id="landed"),
        pytest.param({at("e"): many(7)}, {}, "Epic: e", "full", id="large"),
        pytest.param({}, {}, "", "fast", id="no-epic"),
        pytest.param({}, {at("e"): many(1)}, "Epic: e", "fast", id="the-change-brings-its-plan"),
        pytest.param({}, {at("e"): many(7)}, "Epic: e", "full", id="the-change-brings-a-large-plan"),
        pytest.param({at("e"): many(7)}, {at("e"): many(1)}, "Epic: e", "full", id="the-change-shortens-its-plan"),
        pytest.param({at("e"): many(1)}, {at("e"): many(7)}, "Epic: e", "full", id="the-change-extends-its-plan"),
        pytest.param(
            {at("e"): plan("i-1", more="parent: big\n"), at("f"): plan(*"stuvwxyz", more="parent: big\n")},
            {}, "Epic: e", "full", id="a-part-of-a-large-one",
        ),
        pytest.param(
            {at("e"): plan("i-1", more="parent: big\n"), at("f"): plan(*"stuvwxyz", more="parent: big\n")},
            {at("e"): plan("i-1")}, "Epic: e", "full", id="a-part-that-the-change-cuts-loose",
        ),
        pytest.param(
            {at("e"): many(1)}, {}, "Epic: e\nIssue: x-1, x-2, x-3", "fast", id="issues-that-only-commits-name"
        ),
        pytest.param({at("e"): many(1), at("f"): many(1)}, {}, "Epic: e\nEpic: f", "fast", id="two-epics"),
        pytest.param({at("f"): many(1)}, {}, "Epic: unknown", "fast", id="an-epic-that-nobody-knows"),
    ],
)  # fmt: skip
def test_of_a_change(repo: Workspace, before: dict[str, Any], after: dict[str, Any], trailer: str, size: str) -> None:
    repo.commit("base", {**POLICY, **before})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit(f"work\n\n{trailer}\n", {"a.py": "import evil\n", **after})
    with Repo.open(str(repo.path)) as opened:
        work = desk.work(opened, "refs/heads/main", "HEAD", None)
        assert council_for(opened, work.subject, work.policy, work.transition.plan) == size


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [
        pytest.param(many(2), many(2), "quick", id="small-and-landed"),
        pytest.param(None, many(1), "fast", id="new"),
        pytest.param(None, many(7), "full", id="new-and-large"),
        pytest.param(many(7), many(1), "full", id="shortened"),
        pytest.param(many(1), many(7), "full", id="extended"),
    ],
)
def test_of_a_plan(repo: Workspace, before: str | None, after: str, size: str) -> None:
    repo.commit("base", {**POLICY, **({at("e"): before} if before else {})})
    repo.write(at("e"), after)
    repo.git("add", "-A")
    with Repo.open(str(repo.path)) as opened:
        found = planned(opened, "e")
        assert council_for(opened, found.judged.subject, found.judged.policy, found.plan) == size
