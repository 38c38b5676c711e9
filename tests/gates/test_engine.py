"""The engine: whatever happens inside a gate becomes that gate's result, and nothing is lost on the way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Workspace, branchy

from agentops_gates.gates import registry
from agentops_gates.gates.engine import Limits, run, undecided
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import SkippedError, UndecidedError, UsageError
from agentops_gates.model.finding import Finding, GateResult
from agentops_gates.model.gate import Gate
from agentops_gates.model.subject import RefUpdate, Subject
from agentops_gates.policy.policy import Policy

Check = Callable[[Subject, Policy, Repo], Iterator[Finding]]
STAGED = Subject("staged")
ERROR = Finding("AG001", "error", "an error")
WARNING = Finding("AG002", "warning", "a warning")
NOTE = Finding("AG003", "note", "a note")


class Tiny:
    """A gate that does what a test tells it to."""

    def __init__(self, check: Check, name: str = "tiny", kinds: Any = ("staged", "range")) -> None:
        self.META = Gate(name, "A tiny gate", (), ("pre-commit",), kinds)
        self._check = check

    def check(self, subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        return self._check(subject, policy, repo)


def yields(*items: Finding | BaseException) -> Tiny:
    """A gate that yields findings and raises errors, in this order."""

    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        for item in items:
            if isinstance(item, BaseException):
                raise item
            yield item

    return Tiny(check)


@pytest.fixture
def opened(repo: Workspace) -> Iterator[Repo]:
    repo.commit("one", {"a.py": branchy("f", 2), "b.py": "b = 1\n"})
    with Repo.open(str(repo.path)) as found:
        yield found


def judge(
    repo: Repo, *gates: Any, subjects: tuple[Subject, ...] = (STAGED,), limits: Limits | None = None
) -> GateResult:
    report = run(repo, subjects, gates, limits or Limits())
    assert report.subjects == subjects
    return report.gates[0]


@pytest.mark.parametrize(
    ("items", "outcome"),
    [
        pytest.param((), "pass", id="nothing"),
        pytest.param((NOTE,), "pass", id="note"),
        pytest.param((NOTE, WARNING), "warn", id="warning"),
        pytest.param((WARNING, ERROR, NOTE), "fail", id="error"),
    ],
)
def test_findings_make_the_outcome(opened: Repo, items: tuple[Finding, ...], outcome: str) -> None:
    assert judge(opened, yields(*items)) == GateResult("tiny", outcome, "", items)


@pytest.mark.parametrize(
    ("error", "reason", "fix"),
    [
        pytest.param(UndecidedError("no facts", "get them"), "no facts", "get them", id="undecided"),
        pytest.param(ValueError("bad\x1b\nvalue"), r"ValueError: bad\x1b\x0avalue", "AGENTOPS_DEBUG=1", id="crash"),
        pytest.param(RecursionError("deep"), "RecursionError: deep", "report", id="recursion"),
        pytest.param(MemoryError(), "MemoryError", "report", id="memory"),
        pytest.param(UsageError("what?"), "what?", "", id="usage"),
    ],
)
@pytest.mark.parametrize(("before", "outcome"), [((), "undecided"), ((WARNING,), "undecided"), ((ERROR,), "fail")])
def test_a_gate_that_cannot_judge_is_undecided_and_keeps_what_it_found(
    opened: Repo, error: Exception, reason: str, fix: str, before: tuple[Finding, ...], outcome: str
) -> None:
    result = judge(opened, yields(*before, error))
    assert (result.outcome, result.findings) == (outcome, before)
    assert reason in result.reason
    assert fix in result.fix
    assert result.reason.isprintable()


def test_a_crash_on_the_call_itself_is_undecided_too(opened: Repo) -> None:
    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        raise LookupError("at once")

    assert "LookupError: at once" in judge(opened, Tiny(check)).reason


def test_a_crash_does_not_take_the_other_gates_with_it(opened: Repo) -> None:
    report = run(opened, (STAGED,), (yields(ValueError("x")), Tiny(lambda s, p, r: iter((ERROR,)), "other")))
    assert [(gate.id, gate.outcome) for gate in report.gates] == [("tiny", "undecided"), ("other", "fail")]
    assert report.outcome == "fail"


def test_a_crash_is_shown_whole_on_demand(opened: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_DEBUG", "1")
    with pytest.raises(ValueError, match="whole"):
        judge(opened, yields(ValueError("whole")))


def test_an_interrupt_ends_the_run(opened: Repo) -> None:
    with pytest.raises(KeyboardInterrupt):
        judge(opened, yields(KeyboardInterrupt()))


@pytest.mark.parametrize("repeat", ["python", "git"])
def test_a_timeout_is_undecided_within_its_limit_and_keeps_what_was_found(opened: Repo, repeat: str) -> None:
    oid = opened.git.text("rev-parse", "HEAD:b.py")

    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        yield WARNING
        while True:
            if repeat == "git":
                assert repo.objects.blob(oid) == b"b = 1\n"

    started = time.monotonic()
    result = judge(opened, Tiny(check), limits=Limits(0.4))
    assert 0.4 <= time.monotonic() - started < 5
    assert (result.outcome, result.findings) == ("undecided", (WARNING,))
    assert "did not end within 0.4 s" in result.reason
    assert result.fix
    # The conversation with git was cut somewhere; the next gate gets its own answers.
    assert opened.objects.blob(oid) == b"b = 1\n"


def test_the_policy_names_the_limit_of_each_door(repo: Workspace) -> None:
    repo.commit("one", {"agentops-gates.toml": "[deadlines]\nlocal = 0.3\nci = 1.5\n"})

    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        time.sleep(60)
        yield ERROR

    with Repo.open(str(repo.path)) as opened:
        for door, limit in (("local", "0.3"), ("ci", "1.5")):
            subject = Subject("staged", (repo.head(),), door=door)
            assert f"within {limit} s" in judge(opened, Tiny(check), subjects=(subject,)).reason


def test_progress_is_told_by_the_gate(opened: Repo) -> None:
    told: list[tuple[str, int]] = []

    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        time.sleep(1.2)
        return iter(())

    judge(opened, Tiny(check), limits=Limits(5, lambda gate, elapsed: told.append((gate, round(elapsed)))))
    assert told == [("tiny", 1)]


@pytest.mark.parametrize("kind", ["message", "command", "repository"])
def test_a_kind_that_is_not_judged_is_a_skip_with_its_reason(opened: Repo, kind: Any) -> None:
    result = judge(opened, yields(ERROR), subjects=(Subject(kind),))
    assert (result.outcome, result.findings) == ("skip", ())
    assert kind in result.reason


def test_a_gate_that_declines_is_a_skip_with_its_reason(opened: Repo) -> None:
    assert judge(opened, yields(SkippedError("off", "on"))) == GateResult("tiny", "skip", "off", (), "on")
    assert run(opened, (STAGED,), (yields(SkippedError("off")),)).outcome == "skip"


def test_no_subject_and_no_gate(opened: Repo) -> None:
    assert judge(opened, yields(ERROR), subjects=()).outcome == "skip"
    assert run(opened, (STAGED,), ()).outcome == "skip"


def pushed(*names: str) -> tuple[Subject, ...]:
    return tuple(Subject("range", (), None, RefUpdate(name, "1" * 40, name, "0" * 40)) for name in names)


def by_ref(**items: tuple[Finding | BaseException, ...]) -> Tiny:
    """A gate whose findings and errors depend on the ref that is pushed."""

    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        assert subject.ref is not None
        return yields(*items[subject.ref.remote_ref]).check(subject, policy, repo)

    return Tiny(check)


UNDECIDED, SKIPPED = UndecidedError("cannot tell", "look"), SkippedError("off")


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        pytest.param((), (ERROR,), "fail", id="second-is-bad"),
        pytest.param((ERROR,), (), "fail", id="first-is-bad"),
        pytest.param((WARNING,), (UNDECIDED,), "undecided", id="warning-and-undecided"),
        pytest.param((UNDECIDED,), (ERROR,), "fail", id="undecided-and-error"),
        pytest.param((SKIPPED,), (), "pass", id="skip-and-pass"),
        pytest.param((SKIPPED,), (UNDECIDED,), "undecided", id="skip-and-undecided"),
        pytest.param((), (UNDECIDED,), "undecided", id="pass-and-undecided"),
    ],
)
def test_the_worst_of_several_subjects_counts(opened: Repo, first: Any, second: Any, outcome: str) -> None:
    result = judge(opened, by_ref(a=first, b=second), subjects=pushed("a", "b"))
    assert result.outcome == outcome
    assert list(result.findings) == [item for item in (*first, *second) if isinstance(item, Finding)]
    if outcome == "undecided":
        assert (result.reason, result.fix) == ("cannot tell", "look")


def test_two_refs_with_the_same_commits_say_it_once(opened: Repo) -> None:
    other = ERROR._replace(path="b.py", data={"before": [1, 2]})
    result = judge(opened, by_ref(a=(ERROR, other), b=(ERROR, other, NOTE)), subjects=pushed("a", "b"))
    assert result.findings == (ERROR, other, NOTE)


def test_each_subject_is_judged_by_the_policy_of_its_own_base(repo: Workspace) -> None:
    lax = repo.commit("lax", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complexity = 20\n"})
    strict = repo.commit("strict", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complexity = 5\n"})
    seen: list[Any] = []

    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        seen.append(policy.gates["complexity-regression"]["max_complexity"])
        return iter(())

    subjects = tuple(Subject("range", bases, strict) for bases in ((lax,), (strict, lax), ()))
    with Repo.open(str(repo.path)) as opened:
        judge(opened, Tiny(check), subjects=subjects)
    assert seen == [20, 5, 10]


def test_a_policy_that_cannot_be_read_is_a_usage_error(repo: Workspace) -> None:
    head = repo.commit("bad", {"agentops-gates.toml": "max_complexity = 20\n"})
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError, match="max_complexity"):
        judge(opened, yields(), subjects=(Subject("staged", (head,)),))


def test_a_run_without_a_subject_is_undecided_for_every_gate() -> None:
    report = undecided((yields(), Tiny(lambda s, p, r: iter(()), "other")), UndecidedError("shallow", "fetch"))
    assert report.outcome == "undecided"
    assert [(gate.id, gate.reason, gate.fix) for gate in report.gates] == [
        ("tiny", "shallow", "fetch"),
        ("other", "shallow", "fetch"),
    ]


def test_every_gate_is_found_and_has_its_own_name() -> None:
    gates = registry.built_gates()
    names = [gate.META.id for gate in gates]
    assert "complexity-regression" in names
    assert names == sorted(set(names))
    rules = [rule.id for gate in gates for rule in gate.META.rules]
    assert len(rules) == len(set(rules))
    assert registry.metadata() == tuple(gate.META for gate in gates)


def test_unknown_gate() -> None:
    with pytest.raises(UsageError, match="no gate 'complexity'") as caught:
        registry.select(("complexity",))
    assert "complexity-regression" in caught.value.fix


def test_a_stage_selects() -> None:
    assert {gate.META.id for gate in registry.select(stage="pre-commit")} >= {"complexity-regression"}
    assert registry.select(stage="no-such-stage") == ()


@pytest.mark.parametrize("stage", ["commit-msg", "no-such-stage"])
def test_a_gate_that_is_named_and_does_not_run_there_is_refused(stage: str) -> None:
    with pytest.raises(UsageError, match=f"^the gate complexity-regression does not run at {stage}$") as caught:
        registry.select(("complexity-regression",), stage)
    assert caught.value.fix == "it runs at: pre-commit, pre-merge-commit, pre-push"


def test_gates_are_cheap_to_import() -> None:
    import subprocess

    root = registry.__file__.rsplit("/agentops_gates/", 1)[0]
    code = f"import sys; sys.path.insert(0, {root!r}); from agentops_gates.gates.registry import select; select()\n"
    code += "print(*sorted({'ast', 'click', 'pygit2', 'radon', 'lizard', 'tomllib', 'jsonschema'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == []


def test_a_gate_that_declines_after_an_error_does_not_hide_it(opened: Repo) -> None:
    assert judge(opened, yields(ERROR, SKIPPED)) == GateResult("tiny", "fail", "", (ERROR,))
    assert judge(opened, yields(NOTE, SKIPPED)) == GateResult("tiny", "skip", "off", (NOTE,))


@pytest.mark.parametrize("code", [0, 1, None])
def test_a_parser_that_ends_the_process_does_not_end_the_run(opened: Repo, code: int | None) -> None:
    result = judge(opened, yields(WARNING, SystemExit(code)))
    assert (result.outcome, result.findings) == ("undecided", (WARNING,))
    assert "SystemExit" in result.reason


def test_the_deadline_is_the_gates_and_not_each_refs(opened: Repo) -> None:
    def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        time.sleep(60)
        yield ERROR

    started = time.monotonic()
    result = judge(opened, Tiny(check), subjects=pushed(*"abcdefghij"), limits=Limits(0.5))
    assert time.monotonic() - started < 3
    assert (result.outcome, result.reason) == ("undecided", "it did not end within 0.5 s")


def test_a_reason_stands_beside_what_it_explains_only(opened: Repo) -> None:
    assert judge(opened, by_ref(a=(SKIPPED,), b=()), subjects=pushed("a", "b")) == GateResult("tiny", "pass")
    assert judge(opened, by_ref(a=(SKIPPED,), b=(ERROR,)), subjects=pushed("a", "b")).reason == ""
    both = judge(opened, by_ref(a=(ERROR,), b=(UNDECIDED,)), subjects=pushed("a", "b"))
    assert (both.outcome, both.reason, both.fix) == ("fail", "cannot tell", "look")
