"""The project's own commands, run on the head's tree."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

import pytest
from verdicts.council.councillib import PASS, Bench

from agentops_gates.verdicts.council import CouncilResult


def sit(bench: Bench, *commands: tuple[str, ...], body: str = PASS, **config: Any) -> CouncilResult:
    return bench.council(bench.judge("j", body), config={"checks": commands, **config})


def test_a_check_sees_the_head_and_not_the_work_tree(bench: Bench) -> None:
    bench.workspace.write("a.py", "not committed\n")
    result = sit(bench, ("sh", "-c", "cat a.py"))
    (check,) = result.mechanical
    assert (check.check, check.result) == ("sh -c cat a.py", "PASS")
    assert check.digest == hashlib.sha256(b"x = 2\n").hexdigest()
    assert result.verdict == "PASS"


def test_a_failed_check_is_a_fail_and_is_shown_to_judges(bench: Bench) -> None:
    body = "p = read(); answer(summary=p['mechanical'][0]['result'] + p['mechanical'][0]['output'].split('\\n')[1])"
    result = sit(bench, ("sh", "-c", "echo broken >&2; exit 1"), body=body)
    assert (result.council, result.verdict) == ("PASS", "FAIL")
    assert result.opinions[0].answer
    assert result.opinions[0].answer.summary == "FAILbroken"


def test_checks_share_a_tree_and_judges_do_not_see_it(bench: Bench) -> None:
    body = "read(); answer(summary=' '.join(sorted(os.listdir(os.environ['AGENTOPS_TREE']))))"
    result = sit(bench, ("sh", "-c", "touch built"), ("test", "-e", "built"), body=body)
    assert [check.result for check in result.mechanical] == ["PASS", "PASS"]
    assert result.opinions[0].answer
    assert result.opinions[0].answer.summary == "README.md a.py"


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("no-such-program",), "cannot be started"),
        (("sleep", "60"), "did not answer within 1 s"),
        (("./check",), "cannot be started"),
    ],
)
def test_a_check_that_proves_nothing_is_undecided_and_asks_nobody(
    bench: Bench, command: tuple[str, ...], problem: str
) -> None:
    result = sit(bench, command, timeout=1)
    assert (result.verdict, result.opinions) == (None, ())
    assert problem in result.problems[0]


def test_endless_output_is_not_held(bench: Bench) -> None:
    command = (sys.executable, "-c", "import sys\nfor _ in range(800): sys.stdout.write('x' * 65536)")
    result = sit(bench, command)
    assert result.mechanical[0].digest == hashlib.sha256(b"x" * 65536 * 800).hexdigest()


def test_a_check_that_edits_the_users_tree_is_found_out(bench: Bench) -> None:
    result = sit(bench, ("sh", "-c", f"echo evil > {bench.workspace.path}/a.py"))
    assert result.verdict is None
    assert result.problems == ("the work tree (a.py) changed while the council sat",)


def test_results_are_sorted_and_the_worst_of_one_name_counts(bench: Bench) -> None:
    result = sit(bench, ("sh", "-c", "true"), ("sh", "-c", "exit 1"), ("false",), ("true",))
    names = [check.check for check in result.mechanical]
    assert names == sorted(set(names))
    twice = sit(
        bench, ("sh", "-c", "test -e x || { touch x; exit 1; }"), ("sh", "-c", "test -e x || { touch x; exit 1; }")
    )
    assert [check.result for check in twice.mechanical] == ["FAIL"]
