"""What landed on a protected branch: which moves records account for, and where the branch went on without any."""

from __future__ import annotations

import time
from typing import Any

import pytest
from conftest import Workspace, branchy
from verdicts import decidelib

from agentops_gates.entry import desk
from agentops_gates.gates import landed
from agentops_gates.gates.engine import run
from agentops_gates.gates.registry import metadata, select
from agentops_gates.git.repo import Repo
from agentops_gates.model.finding import Finding
from agentops_gates.model.subject import Station, Subject
from agentops_gates.policy.load import load
from agentops_gates.verdicts.transition import read

GATE, MAIN = "push-after-vibe", "refs/heads/main"
JUDGE = decidelib.JUDGE
POLICY = """version = 1
[council.judges.one]
command = ["judge"]
principal = "judge@example.org"
[gates.push-after-vibe]
exempt = ["docs/**"]
"""
MONTH = 30 * 24 * 3600


class Branch:
    """A protected branch, to which commits are added with verdicts and without."""

    def __init__(self, repo: Workspace, policy: str = POLICY) -> None:
        self.repo = repo
        self.start = repo.commit("start", {"agentops-gates.toml": policy})

    def add(self, name: str, **more: str) -> str:
        """Add a commit that nobody has judged."""
        return self.repo.commit(name, {f"{name}.txt": name, **more})

    def judge(self, base: str, head: str = "HEAD", word: str = "PASS", **changes: Any) -> None:
        """Have a move judged."""
        with Repo.open(str(self.repo.path)) as opened:
            old, new = opened.commit(base), opened.commit(head)
            policy = load(opened, old, metadata(), trust_cache=False)
            move = read(opened, Subject("range", (old,), new), MAIN, policy)
            made = {"verdict": word, "judges": (JUDGE._replace(verdict=word),), "issued": int(time.time()) - 60}
            desk.keep(opened, [GATE], decidelib.statement(move, **{**made, **changes}), None)

    def judged(self, name: str, **changes: Any) -> str:
        """Add a commit that was judged."""
        base = self.repo.head()
        head = self.add(name)
        self.judge(base, **changes)
        return head

    def audit(self, before: str, pusher: tuple[str, ...] = ()) -> Finding:
        """Return what is said of the push from ``before`` to where the branch stands now."""
        with Repo.open(str(self.repo.path)) as opened:
            old, new = opened.commit(before), opened.commit("HEAD")
            station = Station(pusher=pusher)
            subject = Subject("range", (old,), new, door="ci", target=MAIN, old=old, station=station, landed=True)
            report = run(opened, [subject], select([GATE]))
        (gate,) = [gate for gate in report.gates if gate.id == GATE]
        (finding,) = gate.findings
        return finding


@pytest.fixture
def branch(repo: Workspace) -> Branch:
    return Branch(repo)


def began(finding: Finding) -> tuple[object, object, bool]:
    assert finding.level == "error"
    return finding.data.get("began"), finding.data.get("ago"), "or earlier" in finding.message


def test_what_was_judged_one_by_one(branch: Branch) -> None:
    branch.judged("one")
    branch.judged("two")
    base = branch.repo.head()
    branch.add("three")
    branch.add("four")
    branch.judge(base)
    found = branch.audit(branch.start)
    assert (found.level, found.rule) == ("note", "AG112")
    assert "3 moves in one push, each accepted" in found.message


def test_what_needs_no_verdict_is_no_gap(branch: Branch) -> None:
    branch.judged("one")
    branch.repo.commit("words", {"docs/a.md": "a\n"})
    branch.judged("two")
    assert "2 moves in one push" in branch.audit(branch.start).message


def test_the_gap_in_the_middle_of_a_push(branch: Branch) -> None:
    branch.judged("one")
    gap = branch.add("two")
    branch.judged("three")
    assert began(branch.audit(branch.start)) == (gap, 1, False)


def test_the_gap_goes_on_below_the_push(branch: Branch) -> None:
    branch.judged("one")
    gap = branch.add("two")
    branch.add("three")
    before = branch.repo.head()
    branch.add("four")
    assert began(branch.audit(before)) == (gap, 2, False)


def test_a_gap_of_the_past_is_not_this_one(branch: Branch) -> None:
    branch.add("one")
    branch.judged("two")
    before = branch.repo.head()
    gap = branch.add("three")
    assert began(branch.audit(before)) == (gap, 0, False)


def test_it_begins_where_verdicts_were_first_asked_for(repo: Workspace) -> None:
    repo.commit("before all that", {"a.txt": "a"})
    branch = Branch(repo)
    gap = branch.add("one")
    branch.add("two")
    assert began(branch.audit("HEAD~1")) == (gap, 1, False)


def test_what_expired_since_it_landed_accounts_for_it(branch: Branch) -> None:
    branch.judged("one", issued=int(time.time()) - MONTH)
    before = branch.repo.head()
    gap = branch.add("two")
    assert began(branch.audit(before)) == (gap, 0, False)


def test_what_expired_before_it_lands_does_not(branch: Branch) -> None:
    branch.judged("one", issued=int(time.time()) - MONTH)
    gap = branch.repo.head()
    assert branch.audit(branch.start).rule == "AG107"
    branch.judged("two")
    assert began(branch.audit(branch.start)) == (gap, 1, False)


def test_a_record_of_the_future_accounts_for_nothing(branch: Branch) -> None:
    gap = branch.judged("one", issued=int(time.time()) + MONTH)
    before = branch.repo.head()
    branch.add("two")
    assert began(branch.audit(before)) == (gap, 1, False)


def test_a_fail_accounts_for_nothing(branch: Branch) -> None:
    gap = branch.judged("one", word="FAIL")
    before = branch.repo.head()
    branch.add("two")
    assert began(branch.audit(before)) == (gap, 1, False)


def test_who_pushes_now_has_nothing_to_do_with_what_was_pushed_then(branch: Branch) -> None:
    branch.judged("one")
    before = branch.repo.head()
    gap = branch.add("two")
    assert began(branch.audit(before, ("judge@example.org",))) == (gap, 0, False)


def test_who_pushes_judges_none_of_the_parts(branch: Branch) -> None:
    branch.judged("one")
    branch.judged("two")
    assert branch.audit(branch.start, ("judge@example.org",)).level == "error"


def test_a_policy_that_came_with_the_push_judges_none_of_it(repo: Workspace) -> None:
    policy = POLICY + 'warn = "pass"\n'
    branch = Branch(repo, policy)
    branch.judged("one")
    base = branch.repo.head()
    branch.repo.commit("stricter", {"agentops-gates.toml": policy + "[verdicts]\nlifetime_hours = 100\n"})
    branch.judge(base)
    assert "2 moves in one push" in branch.audit(branch.start).message
    branch.judged("two")
    found = branch.audit(branch.start)
    assert began(found) == (branch.repo.head(), 0, False)


def test_what_the_other_gates_find_in_the_whole_counts(branch: Branch) -> None:
    branch.judged("one")
    base = branch.repo.head()
    branch.add("two", **{"grow.py": branchy("f", 20)})
    branch.judge(base)
    found = branch.audit(branch.start)
    assert (found.rule, found.data["why"]) == ("AG103", ["complexity-regression fails now"])
    assert began(found) == (branch.repo.head(), 0, False)
    assert found.fix.startswith("revert it, or ")


def test_a_warning_about_one_part_is_for_that_part_to_answer(branch: Branch) -> None:
    branch.judged("one")
    base = branch.repo.head()
    branch.repo.commit("attributes", {".gitattributes": "gen/** linguist-generated\n"})  # AG907
    branch.judge(base)
    assert began(branch.audit(branch.start)) == (branch.repo.head(), 0, False)
    branch.repo.git("reset", "-q", "--hard", base)
    branch.repo.commit("attributes", {".gitattributes": "docs/** linguist-generated\n"})
    branch.judged("two")
    assert began(branch.audit(branch.start)) == (branch.repo.git("rev-parse", "HEAD~1"), 1, False)


def test_a_merge_that_puts_the_branch_second(branch: Branch) -> None:
    repo = branch.repo
    branch.judged("one")
    before = repo.head()
    repo.git("switch", "-q", "-c", "topic", branch.start)
    branch.add("two")
    repo.git("merge", "-q", "--no-ff", "-m", "the wrong way round", before)
    assert began(branch.audit(before)) == (repo.head(), 0, False)


@pytest.mark.parametrize(("name", "value"), [("MOST_QUESTIONS", 4), ("MOST_COMMITS", 5)])
def test_the_walk_ends(branch: Branch, monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setattr(landed, name, value)
    for number in range(8):
        branch.add(f"c{number}")
    found = branch.audit("HEAD~1")
    assert began(found) == (branch.repo.git("rev-parse", "HEAD~3"), 3, True)


def test_more_moves_than_it_can_tell_apart(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landed, "MOST_QUESTIONS", 2)
    for number in range(4):
        branch.judged(f"c{number}")
    with Repo.open(str(branch.repo.path)) as opened:
        subject = Subject("range", (branch.start,), branch.repo.head(), door="ci", target=MAIN, landed=True)
        report = run(opened, [subject], select([GATE]))
    assert [gate.outcome for gate in report.gates if gate.id == GATE] == ["undecided"]


@pytest.mark.parametrize("title", [b"\x1b[31mred", "\u202eevil".encode(), b"\xff\xfe", b"x" * 500])
def test_a_title_is_text(branch: Branch, title: bytes) -> None:
    branch.repo.git("commit", "-q", "--allow-empty", "-F", "-", stdin=title)
    branch.repo.write("a.txt", "a")
    branch.repo.git("add", "-A")
    branch.repo.git("commit", "-q", "-F", "-", stdin=title)
    found = branch.audit("HEAD~1")
    assert found.message.isprintable()
    assert len(found.message) < 500
