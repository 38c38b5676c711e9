"""A person's override opens one way to one state, and what a rewind took off does not come back by what led there."""

from __future__ import annotations

from typing import Any

import pytest
from verdicts.decidelib import (
    DAY,
    GATE,
    MOVE,
    NOW,
    ack,
    ask,
    fail,
    override,
    revocation,
    signer,
    verdict,
)

from agentops_gates.verdicts.rules import Rules

HUMANS = Rules(humans=frozenset({"Lead@example.org"}))
LEAD = signer("lead@example.org", key="SHA256:lead")
BAD = "7" * 40
REWOUND = MOVE._replace(fast_forward=False, trees=frozenset({MOVE.head_tree}), lost=frozenset({BAD, "8" * 40}))
# Main went from MOVE's base to MOVE's head, and somebody took that off again.
OFF = {"base": MOVE.head, "head_tree": MOVE.base_tree, "trees": (MOVE.base_tree,), "rewind": MOVE.base}
OFF |= {"lost": (MOVE.head_tree, "4" * 40)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"trees": ()}, "it does not name tree 333333333333, which this brings", id="nothing"),
        pytest.param({"trees": (MOVE.head_tree,)}, "it does not name tree 444444444444, which", id="a-state-hidden"),
    ],
)
def test_an_override_names_every_state_on_the_way(changes: dict[str, Any], words: str) -> None:
    decision = ask(MOVE, override(MOVE, LEAD, **changes), rules=HUMANS)
    assert not decision.accepted
    assert words in decision.reason
    assert ask(MOVE, override(MOVE, LEAD, trees=(*MOVE.trees, "9" * 40)), rules=HUMANS).accepted


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "", id="in-order"),
        pytest.param({"lost": (BAD, "8" * 40, "9" * 40)}, "", id="more-than-is-lost"),
        pytest.param({"rewind": ""}, "it does not let the ref go back to cccccccccccc", id="no-rewind"),
        pytest.param({"rewind": "9" * 40}, "it does not let the ref go back to cccccccccccc", id="another-commit"),
        pytest.param({"lost": (BAD,)}, "it does not name all that would be lost", id="not-all-that-is-lost"),
        pytest.param({"lost": ()}, "it does not name all that would be lost", id="nothing-that-is-lost"),
        pytest.param({"trees": ()}, "it does not name tree 333333333333", id="no-tree"),
    ],
)
def test_a_rewind_is_said_in_full(changes: dict[str, Any], words: str) -> None:
    decision = ask(REWOUND, override(REWOUND, LEAD, **changes), rules=HUMANS)
    assert decision.accepted is (words == "")
    assert words in decision.reason
    assert (decision.rule == "AG109") is decision.accepted


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="just-now"),
        pytest.param({"issued": NOW - DAY, "lifetime": 1}, id="long-ago"),
        pytest.param({"principal": "LEAD@example.org"}, id="any-case"),
    ],
)
def test_what_led_to_what_was_taken_off_is_over(changes: dict[str, Any]) -> None:
    off = override(MOVE, LEAD, **{**OFF, **changes})
    old = verdict(MOVE, issued=NOW - 2 * DAY, lifetime=9 * DAY)
    for records in ((old, off), (off, old), (old, off, revocation(off, LEAD))):
        decision = ask(MOVE, *records, rules=HUMANS)
        assert (decision.accepted, decision.rule) == (False, "AG107")
        assert f"led to what {off.id} by " in decision.reason
        assert "took off again" in decision.reason


@pytest.mark.parametrize(
    ("issued", "accepted"), [(NOW - 61, False), (NOW - 60, False), (NOW - 59, True)], ids=["before", "with it", "after"]
)
def test_who_judges_anew_may_see_it_otherwise(issued: int, accepted: bool) -> None:
    assert ask(MOVE, verdict(MOVE, issued=issued), override(MOVE, LEAD, **OFF), rules=HUMANS).accepted is accepted


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        pytest.param(LEAD, {"lost": ("9" * 40,)}, id="another-state"),
        pytest.param(LEAD, {"lost": ()}, id="nothing"),
        pytest.param(LEAD, {"ref": "refs/heads/dev"}, id="another-ref"),
        pytest.param(LEAD, {"repository": "x"}, id="another-repository"),
        pytest.param(LEAD, {"gates": ("x",)}, id="another-gate"),
        pytest.param(None, {}, id="unsigned"),
        pytest.param(signer("other@example.org"), {}, id="borrowed"),
        pytest.param(signer("other@example.org"), {"principal": "other@example.org"}, id="nobody-named"),
    ],
)
def test_nothing_else_ends_a_verdict_by_a_rewind(by: Any, changes: dict[str, Any]) -> None:
    off = override(MOVE, by, **{**OFF, **changes})
    assert ask(MOVE, verdict(MOVE), off, rules=HUMANS).accepted
    assert ask(MOVE, verdict(MOVE), off._replace(problem="bad"), rules=HUMANS).accepted


def test_an_override_that_led_there_is_over_too_and_a_rewind_does_not_end_itself() -> None:
    landed, off = override(MOVE, LEAD), override(MOVE, LEAD, **OFF)
    assert ask(MOVE, landed, rules=HUMANS).accepted
    decision = ask(MOVE, landed, off, rules=HUMANS)
    assert not decision.accepted
    assert f"{landed.id} does not open it: led to what {off.id}" in decision.reason
    same = REWOUND._replace(lost=frozenset({REWOUND.head_tree}))
    assert ask(same, override(same, LEAD), rules=HUMANS).accepted


def test_a_signed_ack_is_its_signers_whatever_name_stands_in_it() -> None:
    warn = verdict(MOVE, verdict="WARN", findings=("F1",))
    dev = signer("dev@example.org", key="SHA256:dev")
    forged = [ack(warn, dev, issued=NOW - 120 - at) for at in range(3)]
    mine = ack(warn, LEAD)
    for rules in (Rules(acks_per_day=3), Rules(acks_per_day=1)):
        assert ask(MOVE, warn, mine, *forged, rules=rules).accepted
    own = ack(warn, LEAD, principal="x@example.org", issued=NOW - 120)
    assert "is over the budget of 1 acks" in ask(MOVE, warn, own, mine, rules=Rules(acks_per_day=1)).reason


def test_a_new_branch_that_begins_elsewhere_is_a_persons_to_open() -> None:
    given = {"origin": "is new and would begin elsewhere", "rules": HUMANS}
    decision = ask(MOVE, verdict(MOVE), **given)
    assert (decision.accepted, decision.rule) == (False, "AG101")
    assert decision.reason == "refs/heads/main is new and would begin elsewhere"
    assert decision.fix.startswith("create it where a protected branch is now")
    assert ask(MOVE, verdict(MOVE), override(MOVE, LEAD), **given).rule == "AG109"


def test_what_needs_no_verdict_is_stopped_by_a_fail_alone() -> None:
    free = ask(MOVE, free=True, mechanical="FAIL")
    assert (free.accepted, free.by) == (True, "")
    three = [fail(MOVE, ref="refs/heads/main", head_tree=str(n) * 40, issued=NOW - n) for n in (6, 7, 8)]
    assert ask(MOVE, *three, free=True).accepted
    for ref in ("refs/heads/main", "refs/heads/dev"):
        assert ask(MOVE, fail(MOVE, ref=ref), free=True).rule == "AG103"
    assert ask(MOVE, fail(MOVE, gate=f"{GATE}-x"), free=True).accepted
    assert ask(MOVE, fail(MOVE), override(MOVE, LEAD), free=True, rules=HUMANS).rule == "AG109"
