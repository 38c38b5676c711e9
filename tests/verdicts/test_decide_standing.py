"""What shuts whatever verdict there is, what ends a verdict, and which ground is told first."""

from __future__ import annotations

from typing import Any

import pytest
from verdicts.decidelib import (
    DAY,
    GATE,
    JUDGE,
    MOVE,
    NOW,
    ask,
    checked,
    fail,
    known,
    revocation,
    signer,
    verdict,
)

from agentops_gates.model.verdict import Attempt, Checked, Mechanical, Signer, Transition
from agentops_gates.verdicts.rules import Rules

WARNED = Mechanical("tests", "1", "WARN", "0" * 64)
FAILED = WARNED._replace(result="FAIL")
OID = "9" * 40


def test_no_records() -> None:
    decision = ask(MOVE)
    assert decision[:3] == (False, 0, "")
    assert decision.reason == "no verdict for refs/heads/main from 111111111111 to cccccccccccc"
    assert (decision.rule, decision.verdict) == ("AG101", None)
    assert ask(MOVE, gate="pre-mortem-before-crank").fix.startswith("have it judged: agentops-gate pre-mortem PLAN")
    assert ask(MOVE, gate="other").fix.startswith("have it judged: agentops-gate verdict,")


def test_unreadable_records_are_mentioned_and_open_nothing() -> None:
    decision = ask(MOVE, Checked("verdict-1\x1b", None, None, "is no JSON"), Checked("x", None, None, "gone"))
    assert decision.rule == "AG101"
    assert decision.reason.endswith("; 2 record(s) cannot be read, first verdict-1\\x1b: is no JSON")


def test_a_record_with_a_problem_opens_nothing() -> None:
    record = verdict(MOVE, None, "its signature is by nobody known")
    decision = ask(MOVE, record)
    assert (decision.accepted, decision.rule) == (False, "AG102")
    assert decision.reason == f"{record.id} its signature is by nobody known"


def test_revoked() -> None:
    record = verdict(MOVE)
    decision = ask(MOVE, record, revocation(record))
    assert (decision.accepted, decision.rule) == (False, "AG107")
    assert decision.reason == f"{record.id} is revoked by lead@example.org: too early"


def test_an_unsigned_revocation_does_not_end_a_signed_verdict_where_signatures_are_asked_for() -> None:
    record, rules = verdict(MOVE, signer(apart=True)), Rules(required_level=2)
    assert ask(MOVE, record, revocation(record), rules=rules).accepted
    assert not ask(MOVE, record, revocation(record, signer("x")), rules=rules).accepted
    bad = revocation(record, signer("x"))._replace(problem="revoked key")
    assert ask(MOVE, record, bad, rules=rules).accepted


def test_two_records_of_one_id_open_nothing() -> None:
    record = verdict(MOVE)
    twin = verdict(MOVE, issued=NOW - 1)._replace(id=record.id)
    decision = ask(MOVE, record, twin)
    assert (decision.accepted, decision.rule) == (False, "AG107")
    assert decision.reason == f"{record.id} shares its id with another record"
    assert ask(MOVE, record, record).accepted


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="same"),
        pytest.param({"base": OID, "base_tree": OID}, id="another-base"),
        pytest.param({"issued": 0, "lifetime": 1}, id="long-expired"),
        pytest.param({"issued": NOW + DAY}, id="from-the-future"),
        pytest.param({"policy": "9" * 64, "plan": None}, id="another-policy-and-plan"),
        pytest.param({"trees": ()}, id="other-trees"),
        pytest.param({"verdict": "PASS", "mechanical": (FAILED,)}, id="by-its-checks"),
        pytest.param({"verdict": "PASS"}, id="by-its-judge"),
    ],
)
def test_a_fail_stands(changes: dict[str, Any]) -> None:
    bad = fail(MOVE, **changes)
    for records in ((verdict(MOVE), bad), (bad, verdict(MOVE, issued=NOW)), (bad, verdict(MOVE), revocation(bad))):
        decision = ask(MOVE, *records)
        assert (decision.accepted, decision.rule) == (False, "AG103")
        assert f"{bad.id} is a FAIL by judge@example.org for this very tree (333333333333)" in decision.reason
        assert decision.fix.startswith("change what it found")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"gate": "other"}, id="gate"),
        pytest.param({"repository": "other"}, id="repository"),
        pytest.param({"head_tree": OID}, id="head-tree"),
    ],
)
def test_a_fail_of_something_else_does_not_stand(changes: dict[str, Any]) -> None:
    assert ask(MOVE, verdict(MOVE), fail(MOVE, **changes)).accepted


def test_a_fail_stands_on_every_branch() -> None:
    decision = ask(MOVE, verdict(MOVE), fail(MOVE, ref="refs/heads/release/1", base="9" * 40, issued=0))
    assert (decision.accepted, decision.rule) == (False, "AG103")


def test_an_unsigned_fail_shuts_only_where_unsigned_verdicts_open() -> None:
    good = verdict(MOVE, signer(apart=True))
    assert not ask(MOVE, good, fail(MOVE)).accepted
    assert not ask(MOVE, good, fail(MOVE)._replace(problem="bad signature")).accepted
    rules = Rules(required_level=2)
    assert ask(MOVE, good, fail(MOVE), rules=rules).accepted
    assert ask(MOVE, good, fail(MOVE, signer())._replace(problem="bad signature"), rules=rules).accepted
    assert not ask(MOVE, good, fail(MOVE, signer("anybody@example.org")), rules=rules).accepted


def test_mechanical_checks_are_run_now() -> None:
    failing = ask(MOVE, verdict(MOVE), mechanical="FAIL")
    assert (failing.reason, failing.rule) == ("the mechanical checks fail now", "AG103")
    decision = ask(MOVE, verdict(MOVE), mechanical="WARN")
    assert (decision.accepted, decision.rule, decision.verdict) == (False, "AG104", "PASS")
    passed = ask(MOVE, verdict(MOVE), mechanical="WARN", rules=Rules(warn="pass"))
    assert passed.verdict == "WARN"
    assert passed.reason.endswith(": WARN by judge@example.org")


def test_rewound() -> None:
    decision = ask(MOVE._replace(fast_forward=False), verdict(MOVE))
    assert (decision.accepted, decision.rule) == (False, "AG111")


def three(move: Transition = MOVE, **changes: Any) -> tuple[Checked, ...]:
    """Three FAIL verdicts on other states of the same work."""
    states = {n: {"head_tree": str(n) * 40, "trees": (str(n) * 40,), "issued": NOW - n} for n in (7, 8, 9)}
    return tuple(fail(move, **{**state, **changes}) for state in states.values())


def test_three_strikes() -> None:
    decision = ask(MOVE, verdict(MOVE), *three())
    assert (decision.accepted, decision.rule, decision.by) == (False, "AG108", "")
    assert decision.reason == "3 FAIL verdicts in this lineage (3 end the attempts)"
    assert "vibe" not in decision.fix
    assert ask(MOVE, verdict(MOVE), *three()[:2]).accepted
    assert ask(MOVE, verdict(MOVE), *three(ref="refs/heads/dev")).accepted
    assert ask(MOVE, verdict(MOVE), *three(gate="other")).accepted


def test_strikes_by_patch_ids() -> None:
    """FAIL verdicts at another base. What the records say of the patch ids does not stand in for what git says."""
    away = three(base="9" * 40, plan=None)
    for good in (verdict(MOVE), verdict(MOVE, changes=()), verdict(MOVE, changes=("8" * 40,))):
        assert ask(MOVE, good, *away, facts=known()).rule == "AG108"
    others = three(base="9" * 40, plan=None, changes=("8" * 40,))
    assert ask(MOVE, verdict(MOVE), *others, facts=known()).accepted


def run(number: int, by: Signer | None = None, **changes: Any) -> Checked:
    """A run of judges on this work that led to no verdict."""
    fields = {
        "gate": GATE,
        "repository": MOVE.repository,
        "object_format": "sha1",
        "ref": MOVE.ref,
        "base": MOVE.base,
        "head_tree": f"{number + 80:040x}",
        "epic": "billing",
        "changes": (),
        "authors": (),
        "touched": (),
        "issued": NOW - number,
    }
    return checked(Attempt(**{**fields, **changes}), by)


def test_runs_that_are_broken_off_are_strikes_in_the_end() -> None:
    """Whoever kills the judges when he sees a FAIL coming has two of that for nothing, and not a tenth."""
    good, runs = verdict(MOVE), [run(n) for n in range(6)]
    assert ask(MOVE, good, *runs[:4]).accepted
    decision = ask(MOVE, good, *runs[:5])
    assert (decision.accepted, decision.rule) == (False, "AG108")
    assert decision.reason == (
        "0 FAIL verdicts and 5 runs without a verdict (2 are forgiven) in this lineage (3 end the attempts)"
    )
    assert ask(MOVE, good, *three()[:2], *runs[:2]).accepted
    assert ask(MOVE, good, *three()[:2], *runs[:3]).rule == "AG108"
    assert ask(MOVE, good, *three()[:2], *runs[:2], runs[0]).accepted, "one that is stored twice"


def test_runs_that_do_not_count() -> None:
    good, runs = verdict(MOVE), [run(n) for n in range(6)]
    named = [verdict(MOVE, run=item.id, issued=NOW - n) for n, item in enumerate(runs)]
    assert ask(MOVE, *named, *runs).accepted
    assert ask(MOVE, good, *runs, *(run(n, unheard=item.id) for n, item in enumerate(runs[:2]))).accepted
    assert ask(MOVE, good, *(run(n, ref="refs/heads/dev") for n in range(6))).accepted
    assert ask(MOVE, good, *(run(n, gate="other") for n in range(6))).accepted
    assert ask(MOVE, good, *(run(n, epic="other") for n in range(6)), facts=known()).accepted
    week = 7 * DAY
    assert ask(MOVE, good, *(run(n, issued=NOW - week) for n in range(6))).accepted
    assert ask(MOVE, good, *(run(n, issued=NOW - week + 1) for n in range(6))).rule == "AG108"
    assert ask(MOVE, good, *runs, rules=Rules(recent=0)).accepted
    assert ask(MOVE, good, *runs, *map(revocation, runs)).rule == "AG108", "nobody takes a run back"


def test_runs_are_signed_where_signatures_are_asked_for() -> None:
    rules, good = Rules(required_level=2), verdict(MOVE, signer(apart=True))
    signed = [run(n, signer()) for n in range(5)]
    assert ask(MOVE, good, *(run(n) for n in range(5)), rules=rules).accepted
    assert ask(MOVE, good, *signed, rules=rules).rule == "AG108"
    closed = verdict(MOVE, run=signed[0].id)
    assert ask(MOVE, good, *signed, closed, rules=rules).rule == "AG108", "whoever has no key ends no run"
    assert ask(MOVE, good, *signed, closed._replace(signer=signer()), rules=rules).accepted
    assert ask(MOVE, good, *signed[:4], signed[4]._replace(problem="bad signature"), rules=rules).accepted


def test_a_record_that_is_stored_twice_is_one_strike() -> None:
    one, two, _ = three()
    again = two._replace(signer=signer())
    assert ask(MOVE, verdict(MOVE), one, two, again, one).accepted


def test_strikes_are_signed_where_signatures_are_asked_for() -> None:
    rules, good = Rules(required_level=2), verdict(MOVE, signer(apart=True))
    assert ask(MOVE, good, *three(), rules=rules).accepted
    signed = tuple(item._replace(signer=signer()) for item in three())
    assert ask(MOVE, good, *signed, rules=rules).rule == "AG108"
    assert ask(MOVE, good, *signed[:2], signed[2]._replace(problem="x"), rules=rules).accepted


def test_the_order_of_what_shuts() -> None:
    """Each ground hides the ones after it: take them away one by one."""
    move = MOVE._replace(fast_forward=False)
    records = (*three(), fail(MOVE))
    assert ask(move, *records, mechanical="FAIL").rule == "AG111"
    assert ask(MOVE, *records, mechanical="FAIL").rule == "AG108"
    assert "for this very tree" in ask(MOVE, fail(MOVE), mechanical="FAIL").reason
    assert ask(MOVE, mechanical="FAIL").reason == "the mechanical checks fail now"
    assert ask(MOVE).rule == "AG101"


GROUNDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"ref": "refs/heads/dev"}, "does not match"),
    ({}, "is revoked"),
    ({"issued": 0}, "expired"),
    ({"judges": ()}, "names no judge"),
    ({"authors": ("judge@example.org",)}, "who is an author"),
    ({"verdict": "WARN"}, "has 1 of the 2 judges"),
    ({"verdict": "WARN"}, "is a WARN"),
)


@pytest.mark.parametrize("first", range(len(GROUNDS)))
def test_the_order_of_the_steps(first: int) -> None:
    """A record with every ground from ``first`` on is refused for that one."""
    changes: dict[str, Any] = {}
    for ground, _ in reversed(GROUNDS[first:]):
        changes |= ground
    if first > 3:
        changes["judges"] = (JUDGE,)
    record = verdict(MOVE, **changes)
    records = (record, revocation(record)) if first <= 1 else (record,)
    rules = Rules(quorum=2) if first <= 5 else Rules()
    assert GROUNDS[first][1] in ask(MOVE, *records, rules=rules).reason


def test_nearest_by_fields_then_by_steps_then_the_latest() -> None:
    far = verdict(MOVE, ref="refs/heads/dev", policy="9" * 64)
    near = verdict(MOVE, ref="refs/heads/dev")
    expired = verdict(MOVE, issued=0)
    warned = verdict(MOVE, verdict="WARN", issued=NOW - 9)
    later = verdict(MOVE, verdict="WARN", issued=NOW - 8)
    for worse, better in ((far, near), (near, expired), (expired, warned), (warned, later)):
        assert ask(MOVE, worse, better).by == better.id
        assert ask(MOVE, better, worse).by == better.id


def test_content_of_another_kind_is_no_verdict() -> None:
    assert ask(MOVE, revocation(verdict(MOVE))).rule == "AG101"
    assert checked(verdict(MOVE).content) == verdict(MOVE)  # type: ignore[arg-type]
