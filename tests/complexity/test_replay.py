"""Running a policy over history."""

from __future__ import annotations

from conftest import Workspace, branchy

from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.measure import Measurer
from agentops_gates.complexity.replay import Row, replay, summarise
from agentops_gates.gates.complexity_regression import META
from agentops_gates.git.repo import Repo
from agentops_gates.policy.policy import effective


def _rows(repo: Workspace, last: int = 50, **settings: object) -> list[Row]:
    policy = effective({"gates": {META.id: settings}}, [META], "test")
    with Repo.open(str(repo.path)) as opened:
        return list(replay(opened, policy, "HEAD", last, Measurer(opened.objects, Cache(None))))


def _history(repo: Workspace) -> list[str]:
    first = repo.commit("first", {"a.py": branchy("f", 12)})
    second = repo.commit("fine", {"b.py": branchy("g", 5)})
    third = repo.commit("worse", {"a.py": branchy("f", 13)})
    return [first, second, third, repo.commit("better", {"a.py": branchy("f", 2)})]


def test_each_commit_is_judged_against_its_parent_newest_first(repo: Workspace) -> None:
    oids = _history(repo)
    rows = _rows(repo)
    assert [row.commit for row in rows] == oids[::-1]
    assert [row.outcome for row in rows] == ["pass", "fail", "pass", "warn"]
    assert [finding.rule for finding in rows[1].findings] == ["AG601"]


def test_last_limits_the_walk(repo: Workspace) -> None:
    oids = _history(repo)
    assert [row.commit for row in _rows(repo, 2)] == oids[:1:-1]


def test_a_merge_is_judged_against_all_its_parents(repo: Workspace) -> None:
    start = repo.commit("start", {"a.py": branchy("f", 12), "b.py": "\n"})
    repo.commit("ours", {"b.py": branchy("g", 5)})
    repo.git("checkout", "-q", "-b", "side", start)
    theirs = repo.commit("theirs", {"a.py": branchy("f", 14)})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "side")
    outcomes = {row.commit: row.outcome for row in _rows(repo)}
    assert outcomes[repo.head()] == "pass"
    assert outcomes[theirs] == "fail"


def test_a_trial_tells_what_would_be_stopped(repo: Workspace) -> None:
    _history(repo)
    assert [row.outcome for row in _rows(repo, level="trial")] == ["pass", "fail", "pass", "warn"]
    assert [row.outcome for row in _rows(repo, level="warn")] == ["pass", "warn", "pass", "warn"]
    assert {row.outcome for row in _rows(repo, level="off")} == {"skip"}


def test_the_policy_is_the_one_given(repo: Workspace) -> None:
    _history(repo)
    assert [row.outcome for row in _rows(repo, mode="crossing")] == ["pass", "pass", "pass", "warn"]


def test_a_commit_that_cannot_be_judged_is_told_and_the_others_go_on(repo: Workspace) -> None:
    repo.commit("first", {"a.py": branchy("f", 12), "agentops-gates.exemptions": "nonsense\n"})
    repo.commit("second", {"a.py": branchy("f", 13)})
    rows = _rows(repo)
    assert [row.outcome for row in rows] == ["undecided", "warn"]
    assert "agentops-gates.exemptions of the base, line 1" in rows[0].reason


def test_summary(repo: Workspace) -> None:
    _history(repo)
    summary = summarise(_rows(repo))
    assert summary.commits == 4
    assert summary.outcomes == {"pass": 2, "fail": 1, "warn": 1}
    assert summary.rules == {"AG601": 1}
