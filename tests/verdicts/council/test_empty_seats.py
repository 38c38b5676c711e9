"""A seat that stays empty: whoever makes the strict judge stumble is not judged by the lenient one alone."""

from __future__ import annotations

import pytest
from verdicts.council.councillib import FAIL, PASS, WARN, Bench

EMPTY = {
    "crashes": ("sys.exit(3)", "exited with code 3"),
    "is-killed": ("os.kill(os.getpid(), 9)", "was ended by signal 9"),
    "garbage": ("read(); print('PASS')", "gave no answer in the form asked for"),
    "never-ends": ("time.sleep(60)", "did not answer within 2 s"),
    "too-much": ("read(); sys.stdout.write('x' * 2_000_000)", "printed more than"),
}


@pytest.mark.parametrize(("body", "why"), EMPTY.values(), ids=EMPTY)
def test_one_judge_who_says_nothing_leaves_it_undecided(bench: Bench, body: str, why: str) -> None:
    result = bench.council(bench.judge("security", body), bench.judge("style", PASS), config={"timeout": 2})
    assert (result.council, result.verdict) == ("PASS", None)
    (problem,) = result.problems
    assert problem.startswith(f"the seat of security is empty: security {why}")


def test_an_author_leaves_his_seat_empty(bench: Bench) -> None:
    own = bench.judge("own", PASS, principal="ada@example.org")
    result = bench.council(own, bench.judge("style", PASS))
    assert result.verdict is None
    assert "the seat of own is empty: own is an author of this change" in result.problems[0]


def test_names_as_long_as_the_author_likes_push_nobody_out(bench: Bench) -> None:
    names = {"z/" + "n" * 200 + f"{number}.txt": "x" * 400 + "\n" for number in range(230)}
    bench.workspace.commit("evil", {"a.py": "import evil\n", **names})
    strict = bench.judge("security", FAIL, context=32_000)
    result = bench.council(strict, bench.judge("style", PASS))
    assert result.verdict is None
    assert result.problems == (
        "the seat of security is empty: security has no room for a packet (40 % of 32,000 tokens)",
    )
    deputy = bench.judge("deputy", FAIL, fallback_for="security")
    assert bench.council(strict, deputy, bench.judge("style", PASS)).verdict == "FAIL"


def test_a_fallback_fills_the_seat(bench: Bench) -> None:
    judges = [
        bench.judge("security", "sys.exit(3)"),
        bench.judge("deputy", PASS, fallback_for="security"),
        bench.judge("style", PASS),
    ]
    result = bench.council(*judges)
    assert (result.verdict, result.problems) == ("PASS", ())


def test_one_that_has_no_fallback_left_says_what_became_of_each(bench: Bench) -> None:
    judges = [
        bench.judge("security", "sys.exit(3)"),
        bench.judge("deputy", "sys.exit(4)", fallback_for="security"),
        bench.judge("style", PASS),
    ]
    assert bench.council(*judges).problems == (
        "the seat of security is empty: security exited with code 3; deputy exited with code 4",
    )


@pytest.mark.parametrize(
    ("body", "verdict"), [(PASS, None), (WARN, None), (FAIL, "FAIL")], ids=["pass", "warn", "fail"]
)
def test_only_a_fail_stands_beside_an_empty_seat(bench: Bench, body: str, verdict: str | None) -> None:
    assert bench.council(bench.judge("a", "sys.exit(1)"), bench.judge("b", body)).verdict == verdict


def test_a_warning_without_findings_is_one_itself(bench: Bench) -> None:
    result = bench.council(bench.judge("j", "read(); answer('WARN', summary='I am not sure')"))
    assert (result.verdict, result.finding_ids) == ("WARN", ("j:verdict",))
    assert result.findings[0].description == "I am not sure"
