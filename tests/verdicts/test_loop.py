"""Waves, the end and strikes of a loop, and what became of predictions: all from commit messages."""

from __future__ import annotations

import itertools

import pytest
from conftest import Workspace

from agentops_gates.git.commits import commits, listed
from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Word
from agentops_gates.verdicts.loop import (
    Commit,
    attempts,
    completion_faults,
    is_complete,
    strike_faults,
    struck_out,
    wave_faults,
    waves,
)
from agentops_gates.verdicts.predictions import Score, is_prediction, report, score


def made(*trailers: str) -> list[Commit]:
    return [Commit(f"{number:040x}", f"Work\n\n{text}\n".encode()) for number, text in enumerate(trailers, 1)]


@pytest.mark.parametrize("value", ["1", "50", "007", "7/12", "7 of 12"])
def test_waves_up_to_fifty_are_fine(value: str) -> None:
    assert wave_faults(made(f"Wave: {value}")) == []
    assert waves(made(f"Wave: {value}")) == {int(value.replace("/", " ").partition(" ")[0])}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("51", "wave 51 of an epic that may take 50"),
        ("0", "`Wave: 0` is no number from 1 to 50"),
        ("-1", "`Wave: -1` is no number from 1 to 50"),
        ("last", "`Wave: last` is no number from 1 to 50"),
        ("", "`Wave: ` is no number from 1 to 50"),
        ("1" * 10, "`Wave: 1111111111` is no number from 1 to 50"),
        ("\u0661", "`Wave: \u0661` is no number from 1 to 50"),
        ("\x1b[2J", "`Wave: \\x1b[2J` is no number from 1 to 50"),
    ],
)
def test_other_waves_are_faults(value: str, text: str) -> None:
    (first, fault) = made("Wave: 3", f"Wave: {value}")
    assert wave_faults([first, fault]) == [(fault.oid, text)]


def test_an_epic_is_complete_when_somebody_says_so() -> None:
    silent = [
        b"Work\n\nIssue: a-1\n",
        b"Epic-Complete: login\n",
        b"Epic-Complete: login is near\n\nEpic-Complete: logout\n",
    ]
    assert not is_complete("login", silent)
    assert not is_complete("login", silent, "active")
    assert is_complete("login", [*silent, b"Last\n\nEpic-Complete: login\n\nSigned-off-by: x\n"])
    assert is_complete("login", silent, "complete")


def test_a_marker_for_another_epic_is_a_fault() -> None:
    good, bad, empty = made("Epic-Complete: login", "Epic-Complete: logout", "Epic-Complete:")
    assert [fault.commit for fault in completion_faults("login", [good, bad, empty])] == [bad.oid, empty.oid]
    assert completion_faults("login", [bad])[0].text == (
        "`Epic-Complete: logout` on work for login: write Epic-Complete: login"
    )


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ("FF", False),
        ("FFPFF", False),
        ("FWFPF", False),
        ("PPP", False),
        ("FFF", True),
        ("FWFWF", True),
        ("PFFF", True),
        ("FFFP", True),
        ("FFFPPP", True),
    ],
)
def test_three_failures_in_a_row_strike_out(words: str, out: bool) -> None:
    long: dict[str, Word] = {"F": "FAIL", "P": "PASS", "W": "WARN"}
    tried = [("a-1", long[word]) for word in words]
    mixed = list(itertools.chain.from_iterable((one, ("a-2", "PASS")) for one in tried))
    assert struck_out(tried) == struck_out(mixed) == (frozenset({"a-1"}) if out else frozenset())


def test_strikes_are_told_by_commits() -> None:
    told = made("Strike: a-1 the tests hang", "Closes: a-2, a-3", "Strike: see below", "Strike:", "Strike: (none)")
    assert list(attempts(told)) == [("a-1", "FAIL"), ("a-2", "PASS"), ("a-3", "PASS"), ("see", "FAIL")]


def test_work_on_a_goal_that_struck_out_is_a_fault() -> None:
    loop = made(*["Issue: a-1\nStrike: a-1"] * 3, "Issue: a-2", "Issue: a-2, a-1", "Closes: a-1", "Issue: a-1")
    assert [fault.commit for fault in strike_faults(loop)] == [loop[4].oid, loop[6].oid]
    assert strike_faults(loop)[0].text == "a-1 failed 3 times: leave it to a person and go on"
    assert strike_faults(loop[:4]) == []
    assert [fault.commit for fault in strike_faults(loop[3:5], [("a-1", "FAIL")] * 3)] == [loop[4].oid]


def test_real_commits_are_read(repo: Workspace) -> None:
    base = repo.commit("start")
    for number in (1, 2, 51):
        repo.commit(f"Work\n\nWave: {number}\nEpic: login\n\nCo-authored-by: A <a@b>")
    with Repo.open(str(repo.path)) as opened:
        oids = listed(opened, repo.head(), base, 10)
        assert oids is not None
        found = [Commit(commit.oid, commit.message) for commit in commits(opened, oids[::-1])]
    assert [fault.commit for fault in wave_faults(found)] == [repo.head()]
    assert waves(found) == {1, 2, 51}


CLAIMS = made(
    "Predicted-By: pm-2 HIT",
    "Predicted-By: pm-10 miss",
    "Predicted-By: pm-2 MISS\nPredicted-By: nobody",
    "Predicted-By: PM-1",
    "Predicted-By: pm-99 HIT",
    "Predicted-By: pm-1 PERHAPS",
)


def test_predictions_are_scored() -> None:
    found = score(["pm-10", "pm-2", "pm-1", "pm-3", "F-7"], CLAIMS)
    assert found == Score(
        ("pm-1", "pm-2"),
        ("pm-10",),
        ("pm-3",),
        (CLAIMS[2].oid,),
        ((CLAIMS[4].oid, "pm-99 HIT"), (CLAIMS[5].oid, "pm-1 PERHAPS")),
    )
    assert score(["pm-3"], CLAIMS, complete=True).misses == ("pm-3",)


def test_the_report() -> None:
    assert report(score(["pm-10", "pm-2", "pm-1", "pm-3"], CLAIMS)) == [
        "2 of 3 predictions came true (66 %)",
        "HIT       pm-1, pm-2",
        "MISS      pm-10",
        f"SURPRISE  {CLAIMS[2].oid[:12]}",
        "pending   pm-3",
        f"unclear   {CLAIMS[4].oid[:12]} Predicted-By: pm-99 HIT",
        f"unclear   {CLAIMS[5].oid[:12]} Predicted-By: pm-1 PERHAPS",
    ]
    assert report(score([], [])) == ["no predictions: nothing to score"]
    assert report(score(["pm-1"], [])) == ["insufficient: nothing is known of any prediction yet", "pending   pm-1"]
    surprised = report(score(["pm-1"], made("Predicted-By: pm-1 MISS", "Predicted-By: none")))
    assert surprised[0] == "0 of 1 predictions came true (0 %)"
    assert surprised[-1] == "more surprises than hits: the pre-mortem looked elsewhere"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pm-1", True),
        ("pm-999999", True),
        ("pm-0", False),
        ("pm-01", False),
        ("pm-", False),
        ("F-1", False),
        ("pm-1 ", False),
    ],
)
def test_ids_of_predictions(name: str, expected: bool) -> None:
    assert is_prediction(name) is expected
