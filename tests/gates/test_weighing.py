"""A gate that weighs what the mechanical ones conclude: told in the same run, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Workspace, branchy

from agentops_gates.gates import engine, push_after_vibe
from agentops_gates.gates.by_verdict import word
from agentops_gates.gates.engine import Limits, run
from agentops_gates.gates.registry import Checks, mechanical, select
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import DeadlineExceededError, SkippedError, UndecidedError
from agentops_gates.model.finding import Finding, GateResult
from agentops_gates.model.gate import Gate
from agentops_gates.model.outcome import Outcome
from agentops_gates.model.subject import Subject
from agentops_gates.policy.policy import Policy

STAGED = Subject("staged")
ERROR = Finding("AG001", "error", "an error")


class Counted:
    """A mechanical gate that counts how often it is asked, and does what a test tells it to."""

    def __init__(self, name: str = "counted", *items: Finding | BaseException, seconds: float = 0) -> None:
        self.META = Gate(name, "Counted", (), ("pre-commit",), ("staged", "range"))
        self.asked = 0
        self._items, self._seconds = items, seconds

    def check(self, subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        import time

        self.asked += 1
        time.sleep(self._seconds)
        for item in self._items:
            if isinstance(item, BaseException):
                raise item
            yield item


class Weigher:
    """A gate that keeps what it is told of the others."""

    def __init__(self, times: int = 1) -> None:
        self.META = Gate(
            "a-weigher", "Weigher", (), ("pre-commit",), ("staged", "range"), mechanical=False, weighs=True
        )
        self.told: list[tuple[GateResult, ...]] = []
        self._times = times

    def check(self, subject: Subject, policy: Policy, repo: Repo, checks: Checks | None = None) -> Iterator[Finding]:
        assert checks is not None
        for _ in range(self._times):
            self.told.append(checks())
        yield Finding("AG003", "note", "weighed")


@pytest.fixture
def opened(repo: Workspace) -> Iterator[Repo]:
    repo.commit("one", {"a.py": branchy("f", 2)})
    with Repo.open(str(repo.path)) as found:
        yield found


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The mechanical gates that the engine finds; tests put theirs in."""
    gates: list[Any] = []
    monkeypatch.setattr(engine, "mechanical", lambda kind: tuple(gates))
    return gates


def test_it_is_told_what_the_others_concluded_and_nobody_is_asked_twice(opened: Repo, built: list[Any]) -> None:
    weigher, counted = Weigher(times=3), Counted("counted", ERROR)
    built.append(counted)
    report = run(opened, (STAGED, STAGED._replace(door="ci")), (weigher, counted))
    assert [gate.id for gate in report.gates] == ["a-weigher", "counted"]
    assert report.gates[1].outcome == "fail"
    assert weigher.told == [(GateResult("counted", "fail", "", (ERROR,)),)] * 6
    assert counted.asked == 2


def test_a_gate_that_nobody_chose_is_asked_when_it_is_wanted_and_not_reported(opened: Repo, built: list[Any]) -> None:
    weigher, counted, idle = Weigher(), Counted("counted", ERROR), Weigher(times=0)
    built.append(counted)
    assert run(opened, (STAGED,), (idle,)).outcome == "pass"
    assert counted.asked == 0
    report = run(opened, (STAGED,), (weigher,))
    assert [gate.id for gate in report.gates] == ["a-weigher"]
    assert [result.outcome for result in weigher.told[0]] == ["fail"]
    assert counted.asked == 1


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        (UndecidedError("no facts"), "undecided"),
        (ValueError("crash"), "undecided"),
        (SkippedError("off"), "skip"),
        (ERROR, "fail"),
    ],
    ids=["undecided", "crash", "skip", "error"],
)
@pytest.mark.parametrize("chosen", [True, False])
def test_what_goes_wrong_in_one_is_told_as_its_result(
    opened: Repo, built: list[Any], item: Any, outcome: str, chosen: bool
) -> None:
    weigher, counted = Weigher(), Counted("counted", item)
    built.append(counted)
    report = run(opened, (STAGED,), (weigher, counted) if chosen else (weigher,))
    assert report.gates[0].outcome == "pass"
    assert weigher.told[0][0].outcome == outcome


def test_one_that_is_too_slow_is_undecided_whoever_asked(opened: Repo, built: list[Any]) -> None:
    weigher, slow = Weigher(), Counted("slow", seconds=5)
    built.append(slow)
    alone = run(opened, (STAGED,), (weigher,), Limits(0.3))
    assert [(gate.id, gate.outcome) for gate in alone.gates] == [("a-weigher", "undecided")]
    assert alone.seconds < 4
    both = run(opened, (STAGED,), (weigher, slow), Limits(0.3))
    assert [gate.outcome for gate in both.gates] == ["pass", "undecided"]
    assert both.gates[1].reason == "it did not end within 0.3 s"
    assert weigher.told[-1][0].outcome == "undecided"


def test_a_deadline_of_the_asker_is_no_crash_of_the_asked(opened: Repo, built: list[Any]) -> None:
    built.append(Counted("late", DeadlineExceededError()))
    report = run(opened, (STAGED,), (Weigher(),))
    assert report.gates[0].reason.startswith("it did not end within")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), "PASS"),
        (("pass", "skip"), "PASS"),
        (("skip",), "PASS"),
        (("pass", "warn", "skip"), "WARN"),
        (("warn", "fail", "pass"), "FAIL"),
    ],
)
def test_results_amount_to_the_worst_of_them(outcomes: tuple[Outcome, ...], expected: str) -> None:
    assert word(GateResult("x", outcome) for outcome in outcomes) == expected


@pytest.mark.parametrize(
    ("outcome", "advisory", "expected"),
    [
        ("warn", ("y",), "WARN"),
        ("fail", ("x",), "FAIL"),
        ("warn", ("x",), "PASS"),
        ("warn", ("y", "x"), "PASS"),
    ],
)
def test_a_gate_that_advises_does_not_warn(outcome: Outcome, advisory: tuple[str, ...], expected: str) -> None:
    assert word([GateResult("x", outcome), GateResult("z", "pass")], advisory) == expected
    with pytest.raises(UndecidedError):
        word([GateResult("x", "undecided", "why")], advisory)


@pytest.mark.parametrize("others", [(), ("fail",), ("pass",)])
def test_an_undecided_one_leaves_it_undecided(others: tuple[Outcome, ...]) -> None:
    results = [GateResult("x", outcome) for outcome in others] + [GateResult("y", "undecided", "why", (), "mend")]
    with pytest.raises(UndecidedError, match=r"^y is undecided: why$") as caught:
        word(results)
    assert caught.value.fix == "mend"


def test_the_built_gates_that_are_mechanical() -> None:
    assert [gate.META.id for gate in mechanical("range")] == ["complexity-regression", "policy-change"]
    assert mechanical("message") == mechanical("deletion") == ()
    weighing = [gate.META.id for gate in select() if gate.META.weighs]
    assert weighing == [push_after_vibe.META.id]
