"""A verdict on a base that moved: when it opens, at which level, and what is told if not."""

from __future__ import annotations

from typing import Any

import pytest
from verdicts.decidelib import (
    HUMAN,
    JUDGE,
    MOVE,
    OTHER,
    ack,
    ask,
    fail,
    known,
    signer,
    verdict,
)

from agentops_gates.model.errors import UndecidedError
from agentops_gates.verdicts.derive import Advance, Facts
from agentops_gates.verdicts.rules import Rules

BASE = "9" * 40
OLD = {"base": BASE, "base_tree": "8" * 40, "head_tree": "7" * 40, "trees": ("6" * 40, "7" * 40)}
GAIN = Advance("8" * 40, frozenset({"d" * 40}), frozenset({"z.py"}), {"3" * 40: "7" * 40, "4" * 40: "6" * 40}.get)


def test_derived() -> None:
    record = verdict(MOVE, **OLD)
    decision = ask(MOVE, record, facts=known(advance=GAIN))
    assert (decision.accepted, decision.derived, decision.rule, decision.level) == (True, True, "AG110", 1)
    assert decision.reason.endswith(", derived on the moved base 111111111111 from 999999999999")


@pytest.mark.parametrize(
    ("boundary", "by", "judges", "reached"),
    [
        pytest.param("", None, (JUDGE,), 1, id="unsigned"),
        pytest.param("", signer(apart=True), (JUDGE, OTHER), 1, id="local-verifier-is-the-author"),
        pytest.param("server", signer(HUMAN.principal, apart=True), (HUMAN,), 3, id="server-is-no-second-judge"),
        pytest.param("ci", signer(), (JUDGE,), 1, id="key-in-reach"),
    ],
)
def test_a_derived_verdict_reaches_no_more_than_its_verifier(boundary: Any, by: Any, judges: Any, reached: int) -> None:
    record = verdict(MOVE, by, judges=judges, **OLD)
    for required in range(5):
        given = {"facts": known(advance=GAIN), "boundary": boundary, "rules": Rules(required_level=required)}
        decision = ask(MOVE, record, **given)
        assert decision.accepted is (required <= reached)
        assert not decision.accepted or decision.level == reached
        assert decision.accepted or decision.rule in ("AG102", "AG105")
    if reached == 3:
        assert decision.reason.endswith("asks for 4; it has to be derived")


def test_an_exact_verdict_is_taken_before_a_derived_one_is_worked_out() -> None:
    exact = verdict(MOVE)
    assert ask(MOVE, verdict(MOVE, signer(apart=True), **OLD), exact).by == exact.id


@pytest.mark.parametrize("field", ["gate", "repository", "object_format", "ref", "policy", "plan"])
def test_only_a_moved_base_is_derived_from(field: str) -> None:
    other: Any = {"object_format": "sha256", "plan": None}.get(field, "9" * 64)
    decision = ask(MOVE, verdict(MOVE, **{**OLD, field: other}))
    assert not decision.accepted
    assert f"does not match: {field.replace('_', ' ')}: " in decision.reason


def test_what_has_the_same_base_is_never_derived() -> None:
    same = {**OLD, "base": MOVE.base}
    assert not ask(MOVE, verdict(MOVE, **same)).accepted


def test_undecided_facts_stay_undecided() -> None:
    def lost(*_: object) -> Any:
        raise UndecidedError("git cannot tell", "git fsck")

    with pytest.raises(UndecidedError, match="git cannot tell"):
        ask(MOVE, verdict(MOVE, **OLD), facts=Facts(lost, lost))


def test_a_refused_derivation_says_why_and_the_second_may_open() -> None:
    record = verdict(MOVE, **OLD)
    decision = ask(MOVE, record, facts=known(advance="no such base"))
    expected = "does not match: base: judged 999999999999, now 111111111111, and cannot be derived from: no such base"
    assert decision.reason == f"{record.id} {expected}"
    wrong = verdict(MOVE, **{**OLD, "changes": ("5" * 40,)})
    for records in ((wrong, record), (record, wrong)):
        assert ask(MOVE, *records, facts=known(advance=GAIN)).by == record.id


def test_the_checks_that_are_run_now_must_not_even_warn() -> None:
    decision = ask(MOVE, verdict(MOVE, **OLD), facts=known(advance=GAIN), mechanical="WARN", rules=Rules(warn="pass"))
    assert (decision.accepted, decision.rule) == (False, "AG102")
    assert decision.reason.endswith("cannot be derived from while the mechanical checks warn")


@pytest.mark.parametrize(
    "changes", [{"issued": 0}, {"judges": ()}, {"verdict": "WARN"}, {"authors": (JUDGE.principal,)}]
)
def test_what_is_refused_on_other_grounds_is_not_derived_from(changes: dict[str, Any]) -> None:
    assert not ask(MOVE, verdict(MOVE, **{**OLD, **changes})).accepted


def test_a_fail_of_what_was_judged_stands_for_what_is_derived() -> None:
    record = verdict(MOVE, **OLD)
    bad = fail(MOVE, **{**OLD, "issued": 0})
    decision = ask(MOVE, record, bad)
    assert (decision.accepted, decision.rule) == (False, "AG103")


def test_a_derived_warn_may_be_acknowledged() -> None:
    warn = verdict(MOVE, verdict="WARN", **OLD)
    assert ask(MOVE, warn, facts=known(advance=GAIN)).rule == "AG104"
    decision = ask(MOVE, warn, ack(warn), facts=known(advance=GAIN))
    assert (decision.accepted, decision.derived, decision.verdict) == (True, True, "WARN")
