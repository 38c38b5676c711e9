"""Cutting an epic in two: the cuts that are seen, and (first) epics that have nothing to do with each other."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from conftest import Workspace

from agentops_gates.git.repo import Repo
from agentops_gates.verdicts.epics import epics_in_lineage, issues_in_lineage, named_issues
from agentops_gates.verdicts.plan import Plans, read_plans

Files = dict[str, str | bytes | None]
TRACKER = ".beads/issues.jsonl"


@pytest.fixture
def opened(repo: Workspace) -> Iterator[Repo]:
    with Repo.open(str(repo.path)) as found:
        yield found


def plan(name: str, issues: str, *more: str) -> Files:
    front = "".join(f"{line}\n" for line in (f"issues: [{issues}]", *more))
    return {f".agents/plans/{name}.md": f"---\n{front}---\n"}


def tracked(*rows: tuple[str, str, str]) -> Files:
    lines = [json.dumps({"id": name, "issue_type": kind, "parent": parent}) for name, kind, parent in rows]
    return {TRACKER: "\n".join(lines)}


A, B = plan("a", "i-1, i-2"), plan("b", "i-3, i-4")
OWN = ("i-1", "i-2")
ALL = ("i-1", "i-2", "i-3", "i-4")

APART: dict[str, Files] = {
    "alone": A,
    "two plans": A | B,
    "other parents": plan("a", "i-1, i-2", "parent: x") | plan("b", "i-3, i-4", "parent: y"),
    "other lineages": plan("a", "i-1, i-2", "lineage: x") | plan("b", "i-3, i-4", "lineage: y"),
    "a lineage called like a parent": plan("a", "i-1, i-2", "lineage: x") | plan("b", "i-3, i-4", "parent: x"),
    "other epics in the tracker": A
    | B
    | tracked(("i-1", "task", "e"), ("i-3", "task", "f"), ("e", "epic", ""), ("f", "epic", "")),
    "a task in common, not an epic": A | B | tracked(("i-1", "task", "t"), ("i-3", "task", "t"), ("t", "task", "")),
}
TOGETHER: dict[str, Files] = {
    "same parent": plan("a", "i-1, i-2", "parent: x") | plan("b", "i-3, i-4", "parent: x"),
    "same lineage": plan("a", "i-1, i-2", "lineage: x") | plan("b", "i-3, i-4", "lineage: x"),
    "part of it": A | plan("b", "i-3, i-4", "parent: a"),
    "it is a part": plan("a", "i-1, i-2", "parent: b") | B,
    "over a third one": plan("a", "i-1, i-2", "parent: x")
    | plan("x", "", "lineage: l")
    | plan("b", "i-3, i-4", "lineage: l"),
    "an issue in common": A | plan("b", "i-2, i-3, i-4"),
    "one epic in the tracker": A | B | tracked(("i-1", "task", "e"), ("i-4", "task", "e"), ("e", "epic", "")),
    "one epic that the tracker lost": A | B | tracked(("i-1", "task", "e"), ("i-4", "task", "e")),
    "one epic of epics": A
    | B
    | tracked(("i-1", "task", "e"), ("i-4", "task", "f"), ("e", "epic", "g"), ("f", "epic", "g"), ("g", "epic", "")),
    "one epic, below a task": A
    | B
    | tracked(("i-1", "task", "t"), ("t", "task", "e"), ("i-3", "", "e"), ("e", "epic", "")),
    "the tracker's parts alone": A | tracked(("a", "epic", ""), ("i-3", "task", "a"), ("i-4", "task", "a")),
    "the tracker's other half": A
    | tracked(("a", "epic", "g"), ("b", "epic", "g"), ("g", "epic", ""), ("i-3", "task", "b"), ("i-4", "task", "b")),
}


def read(repo: Workspace, opened: Repo, files: Files) -> Plans:
    return read_plans(opened, repo.commit("plans", files))


@pytest.mark.parametrize("files", APART.values(), ids=APART)
def test_small_epics_stay_small(repo: Workspace, opened: Repo, files: Files) -> None:
    assert issues_in_lineage([read(repo, opened, files)], "a") == OWN


@pytest.mark.parametrize("files", TOGETHER.values(), ids=TOGETHER)
def test_a_cut_is_seen_from_either_side(repo: Workspace, opened: Repo, files: Files) -> None:
    sides = [read(repo, opened, files)]
    assert set(ALL) <= set(issues_in_lineage(sides, "a"))
    if "b" in epics_in_lineage(sides, "a"):
        assert issues_in_lineage(sides, "b") == issues_in_lineage(sides, "a")


def test_what_the_change_deletes_still_counts(repo: Workspace, opened: Repo) -> None:
    base = read(repo, opened, plan("a", "i-1, i-2", "parent: x") | plan("b", "i-3, i-4", "parent: x"))
    head = read(repo, opened, {".agents/plans/b.md": None} | plan("a", "i-1, i-2"))
    assert issues_in_lineage([head], "a") == OWN
    assert issues_in_lineage([head, base], "a") == ALL
    assert epics_in_lineage([head, base], "a") == ("a", "b", "x")


def test_moving_issues_to_a_new_plan_is_seen_by_the_old_one(repo: Workspace, opened: Repo) -> None:
    base = read(repo, opened, plan("a", ", ".join(ALL)))
    head = read(repo, opened, A | B)
    assert issues_in_lineage([head, base], "a") == issues_in_lineage([head, base], "b") == ALL


def test_issues_that_commits_name_count(repo: Workspace, opened: Repo) -> None:
    sides = [read(repo, opened, A | tracked(("t-1", "task", "")))]
    messages = [
        b"Work\n\nIssue: i-2\n\nCo-authored-by: A <a@b>\n",
        b"More\n\nIssues: new-1, new-2\n",
        b'Mend\n\nFixes: t-1\nFixes: 0123456789ab ("Work")\nRefs: unknown-7\n',
        b"Issue: subject-1\n",
    ]
    assert issues_in_lineage(sides, "a", messages) == ("i-1", "i-2", "new-1", "new-2", "t-1")
    assert named_issues(messages[2]) == set()


def test_an_epic_that_nothing_is_known_of_has_what_its_commits_name() -> None:
    sides = [Plans({}, {})]
    assert epics_in_lineage(sides, "a") == ("a",)
    assert issues_in_lineage(sides, "a", [b"x\n\nIssue: 1\n", b"x\n\nIssue: 2\n", b"x\n\nIssue: 3\n"]) == (
        "1",
        "2",
        "3",
    )


def test_thousands_of_plans_in_one_chain_are_compared_in_a_moment(repo: Workspace, opened: Repo) -> None:
    files: Files = {}
    for number in range(1500):
        files |= plan(f"p{number}", f"i-{number}", f"parent: p{number + 1}")
    side = read(repo, opened, files)
    assert len(epics_in_lineage([side, side], "p0")) == 1501
    assert len(issues_in_lineage([side, side], "p700")) == 1500
