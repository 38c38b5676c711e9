"""Acks let a WARN pass and overrides open everything: by whom, for what, for how long, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from verdicts.decidelib import (
    DAY,
    GATE,
    HOUR,
    JUDGE,
    MOVE,
    NOW,
    OTHER,
    ack,
    ask,
    fail,
    override,
    revocation,
    signer,
    verdict,
)

from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.verdict import Ack, Checked, Mechanical, Statement
from agentops_gates.verdicts.derive import Facts
from agentops_gates.verdicts.leave import ack_command, to_name
from agentops_gates.verdicts.rules import Rules

WARN = verdict(MOVE, verdict="WARN", findings=("F1", "F2"))
PERSON = frozenset({"Lead@example.org"})
HUMANS = Rules(humans=PERSON)
LEAD = signer("lead@example.org", key="SHA256:lead")
AWAY = 9 * DAY


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="in-order"),
        pytest.param({"findings": ("F0", "F1", "F2", "F3")}, id="names-more"),
        pytest.param({"issued": NOW + 300}, id="clock-ahead"),
        pytest.param({"issued": NOW - HOUR + 1}, id="about-to-expire"),
    ],
)
def test_ack(changes: dict[str, Any]) -> None:
    record = ack(WARN, **changes)
    decision = ask(MOVE, WARN, record)
    assert (decision.accepted, decision.verdict, decision.level, decision.by) == (True, "WARN", 1, WARN.id)
    assert decision.reason == f"{WARN.id}: WARN by judge@example.org, acknowledged in {record.id}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"verdict": "verdict-" + "1" * 40}, "nobody has acknowledged it", id="another-verdict"),
        pytest.param({"findings": ("F1",)}, "does not name the finding F2", id="a-finding-left-out"),
        pytest.param({"findings": ()}, "does not name the finding F1", id="no-findings"),
        pytest.param({"principal": "Judge@example.org"}, "is by Judge@example.org, who judged it", id="judge"),
        pytest.param({"principal": "ADA@example.org"}, "is by ADA@example.org, who is an author", id="author"),
        pytest.param({"principal": "Ada <ada@example.org>"}, "who is an author of the change", id="author-in-full"),
        pytest.param({"principal": "pusher"}, "is by pusher, who is an author of the change or pushes it", id="pusher"),
        pytest.param({"issued": NOW + 301}, "is issued 301 seconds in the future", id="future"),
        pytest.param({"issued": NOW - HOUR}, "expired 0 seconds ago", id="expired"),
        pytest.param({"issued": NOW - AWAY, "lifetime": 99 * DAY}, "expired", id="longer-than-the-policy-allows"),
    ],
)
def test_no_ack(changes: dict[str, Any], words: str) -> None:
    record = ack(WARN, **changes)
    decision = ask(MOVE, WARN, record, pusher=("Pusher",))
    assert (decision.accepted, decision.rule, decision.by) == (False, "AG104", WARN.id)
    assert words in decision.reason
    assert decision.fix.endswith(
        "somebody who neither wrote nor judged it take it on:\n"
        f"    agentops-gate verdict ack {WARN.id} --finding F1 --finding F2 --reason WHY"
    )


def test_the_command_for_somebody_else_names_what_it_takes() -> None:
    assert ack_command("verdict-1", ()) == "agentops-gate verdict ack verdict-1 --reason WHY"
    shown = ack_command("verdict-1", ("a; rm -rf ~", "\x1b[2J", "$(id)"))
    told = "--finding 'a; rm -rf ~' --finding '\\x1b[2J' --finding '$(id)'"
    assert shown == f"agentops-gate verdict ack verdict-1 {told} --reason WHY"
    many = ack_command("verdict-1", tuple(f"F{number}" for number in range(200)))
    assert "--finding F9 --finding ... (190 more: agentops-gate verdict show verdict-1) --reason WHY" in many


@pytest.mark.parametrize("recorded", [(), ("PASS",), ("PASS", "PASS")], ids=["none", "pass", "two"])
def test_nobody_took_on_what_a_gate_says_only_now(recorded: Sequence[Any]) -> None:
    checks = tuple(Mechanical(f"c{number}", "", word, "0" * 64) for number, word in enumerate(recorded))
    for word in ("PASS", "WARN"):
        record = verdict(MOVE, verdict=word, mechanical=checks)
        decision = ask(MOVE, record, ack(record), mechanical="WARN")
        assert (decision.accepted, decision.rule) == (False, "AG104")
        assert "was made before the gates warned" in decision.reason
    seen = verdict(MOVE, mechanical=(*checks, Mechanical("w", "", "WARN", "0" * 64)), findings=("check:w",))
    assert ask(MOVE, seen, ack(seen), mechanical="WARN").accepted
    assert "does not name the finding check:w" in ask(MOVE, seen, ack(seen, findings=()), mechanical="WARN").reason


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"verdict": "WARN"}, "no-finding"),
        ({"not_checked": ("a.py",)}, "not-checked:"),
        ({"mechanical": (Mechanical("w", "", "WARN", "0" * 64),)}, "check:w"),
    ],
    ids=["a-bare-word", "what-nobody-checked", "a-gate-that-warns"],
)
def test_an_ack_names_what_makes_it_a_warning(changes: dict[str, Any], named: str) -> None:
    warn = verdict(MOVE, **changes)
    assert isinstance(warn.content, Statement)
    (only,) = to_name(warn.content)
    assert only.startswith(named)
    for findings in ((), ("F1",), ("not-checked:000000000000",)):
        decision = ask(MOVE, warn, ack(warn, findings=findings))
        assert (decision.accepted, decision.rule) == (False, "AG104")
        assert f"does not name the finding {only}" in decision.reason
        assert f"--finding {only}" in decision.fix
    assert ask(MOVE, warn, ack(warn, findings=(only,))).accepted


def test_an_ack_of_what_was_not_checked_is_for_exactly_that() -> None:
    one, two = (verdict(MOVE, not_checked=paths).content for paths in (("a.py",), ("a.py", "b.py")))
    assert isinstance(one, Statement)
    assert isinstance(two, Statement)
    assert to_name(one) != to_name(two) == to_name(two._replace(not_checked=("b.py", "a.py")))


def test_ack_by_who_was_an_author_when_it_was_judged() -> None:
    warn = verdict(MOVE, verdict="WARN", authors=("lead@example.org",))
    assert "who is an author" in ask(MOVE, warn, ack(warn)).reason


def test_ack_by_who_judged_second() -> None:
    warn = verdict(MOVE, verdict="WARN", judges=(JUDGE, OTHER))
    assert "who judged it" in ask(MOVE, warn, ack(warn, principal=OTHER.principal)).reason


def test_ack_ends_with_a_problem_or_a_revocation() -> None:
    good = ack(WARN)
    assert "is revoked by" in ask(MOVE, WARN, good, revocation(good)).reason
    assert ask(MOVE, WARN, good._replace(problem="bad signature")).reason.endswith(f"{good.id} bad signature")
    assert ask(MOVE, WARN, ack(WARN, findings=()), good).accepted
    assert ask(MOVE, WARN, good, ack(WARN, findings=())).accepted


def test_ack_is_signed_by_whose_it_is() -> None:
    assert ask(MOVE, WARN, ack(WARN, LEAD)).accepted
    assert ask(MOVE, WARN, ack(WARN, signer("LEAD@example.org"))).accepted
    decision = ask(MOVE, WARN, ack(WARN, signer("ada@example.org")))
    assert "is signed by ada@example.org, not by lead@example.org" in decision.reason
    by_author = ack(WARN, signer("lead@example.org", key="SHA256:Ada"))
    assert "who is an author" in ask(MOVE, WARN, by_author).reason


def test_ack_is_signed_where_signatures_are_asked_for() -> None:
    rules = Rules(required_level=2)
    warn = WARN._replace(signer=signer(apart=True))
    assert "is not signed, and the policy asks for level 2" in ask(MOVE, warn, ack(warn), rules=rules).reason
    assert ask(MOVE, warn, ack(warn, LEAD), rules=rules).accepted


def spent(count: int, **changes: Any) -> list[Checked]:
    """Acks of other verdicts, one a minute, the latest an hour before the one in question."""
    other = verdict(MOVE, ref="refs/heads/x")
    return [ack(other, **{"issued": NOW - HOUR - 60 * n, **changes}) for n in range(1, count + 1)]


def test_budget() -> None:
    rules = Rules(acks_per_day=3)
    mine = ack(WARN)
    assert ask(MOVE, WARN, mine, *spent(2), rules=rules).accepted
    decision = ask(MOVE, WARN, mine, *spent(3), rules=rules)
    assert not decision.accepted
    assert decision.reason.endswith("is over the budget of 3 acks a day for lead@example.org")
    assert ask(MOVE, WARN, mine, *spent(9, principal="x@example.org"), rules=rules).accepted
    assert not ask(MOVE, WARN, mine, *spent(3, principal="LEAD@example.org"), rules=rules).accepted
    assert not ask(MOVE, WARN, ack(WARN, principal="LEAD@example.org"), *spent(3), rules=rules).accepted
    assert not ask(MOVE, WARN, mine, rules=Rules(acks_per_day=0)).accepted


def test_budget_is_of_the_day_before_the_ack() -> None:
    rules, mine = Rules(acks_per_day=1), ack(WARN)
    assert isinstance(mine.content, Ack)
    issued = mine.content.issued
    for when, accepted in ((issued - DAY, True), (issued - DAY + 1, False), (issued - 1, False), (issued + 1, True)):
        assert ask(MOVE, WARN, mine, *spent(1, issued=when), rules=rules).accepted is accepted, when
    same = spent(1, issued=issued)[0]
    assert ask(MOVE, WARN, mine, same, rules=rules).accepted is (mine.id < same.id)


def test_what_is_revoked_is_spent_all_the_same() -> None:
    rules = Rules(acks_per_day=1)
    (used,) = spent(1)
    assert not ask(MOVE, WARN, ack(WARN), used, revocation(used), rules=rules).accepted


def test_a_forged_ack_spends_nothing_where_signatures_are_asked_for() -> None:
    warn = WARN._replace(signer=signer(apart=True))
    mine = ack(warn, LEAD)
    rules = Rules(acks_per_day=1, required_level=2)
    assert ask(MOVE, warn, mine, *spent(2), rules=rules).accepted
    assert not ask(MOVE, warn, mine, *[item._replace(signer=LEAD) for item in spent(1)], rules=rules).accepted
    assert not ask(MOVE, warn, mine, *spent(1), rules=Rules(acks_per_day=1)).accepted


def test_an_ack_that_is_stored_twice_is_spent_once() -> None:
    (used,) = spent(1)
    assert ask(MOVE, WARN, ack(WARN), used, used._replace(signer=LEAD), rules=Rules(acks_per_day=2)).accepted


# -- overrides --------------------------------------------------------------------------------------------------------


def shut(kind: str) -> tuple[Any, list[Checked], dict[str, Any]]:
    """One way in which a transition is shut."""
    move, records, given = MOVE, [verdict(MOVE)], {}
    if kind == "nothing":
        records = []
    elif kind == "rewound":
        move = MOVE._replace(fast_forward=False)
    elif kind == "standing":
        records.append(fail(MOVE))
    elif kind == "escalated":
        records += [fail(MOVE, head_tree=str(n) * 40) for n in (7, 8, 9)]
    elif kind == "failing":
        given["mechanical"] = "FAIL"
    elif kind == "mismatch":
        records = [verdict(MOVE, policy="9" * 64)]
    elif kind == "self":
        records = [verdict(MOVE, judges=(JUDGE._replace(principal="ada@example.org"),))]
    elif kind == "warn":
        records = [WARN]
    else:
        records = [verdict(MOVE, base="9" * 40)]
        given["facts"] = Facts(lost, lost)
    return move, records, given


def lost(*_: object) -> Any:
    raise UndecidedError("git cannot tell", "git fsck")


KINDS = ("nothing", "rewound", "standing", "escalated", "failing", "mismatch", "self", "warn", "undecided")


@pytest.mark.parametrize("kind", KINDS)
def test_override_opens(kind: str) -> None:
    move, records, given = shut(kind)
    if kind == "undecided":
        with pytest.raises(UndecidedError):
            ask(move, *records, rules=HUMANS, **given)
        why = "git cannot tell"
    else:
        before = ask(move, *records, rules=HUMANS, **given)
        assert not before.accepted
        why = before.reason
    record = override(move, LEAD)
    decision = ask(move, *records, record, rules=HUMANS, **given)
    assert (decision.accepted, decision.by, decision.rule, decision.level) == (True, record.id, "AG109", 1)
    assert decision.reason == f"{record.id}: lead@example.org opens it: on fire; in spite of: {why}"
    assert (decision.verdict, decision.derived) == (None, False)


def test_an_override_that_is_not_needed_is_not_used() -> None:
    assert ask(MOVE, verdict(MOVE), override(MOVE, LEAD), rules=HUMANS).rule == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"repository": "x"}, "", id="repository"),
        pytest.param({"ref": "refs/heads/x"}, "", id="ref"),
        pytest.param({"base": "9" * 40}, "it is for another base", id="base"),
        pytest.param({"base": "9" * 40, "head_tree": "9" * 40}, "", id="what-landed-before"),
        pytest.param({"head_tree": "9" * 40}, "it is for another head tree", id="head-tree"),
        pytest.param({"gates": ("x",)}, f"it is not for {GATE}", id="gate"),
        pytest.param({"gates": ()}, f"it is not for {GATE}", id="no-gate"),
        pytest.param({"principal": "other@example.org"}, "is signed by lead@example.org, not by other", id="borrowed"),
        pytest.param({"reason": " \t"}, "it gives no reason", id="no-reason"),
        pytest.param({"lifetime": DAY + 1}, "it lasts longer than 24 hours", id="too-long"),
        pytest.param({"issued": NOW + 301}, "it is issued 301 seconds in the future", id="future"),
        pytest.param({"issued": NOW - HOUR}, "it expired 0 seconds ago", id="expired"),
    ],
)
def test_override_is_for_exactly_this(changes: dict[str, Any], words: str) -> None:
    record = override(MOVE, LEAD, **changes)
    decision = ask(MOVE, record, rules=HUMANS)
    assert (decision.accepted, decision.rule) == (False, "AG101")
    told = f"; {record.id} does not open it: {words}" if words else "to cccccccccccc"
    assert decision.reason.endswith(told) if not words else told in decision.reason
    assert "override" not in decision.fix


def test_override_of_a_whole_day() -> None:
    assert ask(MOVE, override(MOVE, LEAD, lifetime=DAY, issued=NOW - DAY + 1), rules=HUMANS).accepted


def test_override_needs_a_signature_of_a_person_whom_the_policy_names() -> None:
    assert "it is not signed" in ask(MOVE, override(MOVE), rules=HUMANS).reason
    assert "lead@example.org is not a person whom the policy names" in ask(MOVE, override(MOVE, LEAD)).reason
    judge = override(MOVE, signer(), principal=JUDGE.principal)
    assert "judge@example.org is not a person" in ask(MOVE, judge, rules=HUMANS).reason
    bad = override(MOVE, LEAD)._replace(problem="bad signature")
    assert ask(MOVE, bad, rules=HUMANS).reason.endswith("does not open it: bad signature")
    shouted = override(MOVE, signer("LEAD@EXAMPLE.ORG"), principal="lead@example.ORG")
    assert ask(MOVE, shouted, rules=HUMANS).accepted


def test_override_is_revoked() -> None:
    record = override(MOVE, LEAD)
    assert "is revoked by" in ask(MOVE, record, revocation(record), rules=HUMANS).reason


@pytest.mark.parametrize("required", range(5))
@pytest.mark.parametrize(
    ("apart", "boundary", "reached"), [(False, "server", 1), (True, "", 2), (True, "server", 3), (True, "ci", 3)]
)
def test_override_waives_no_level(apart: bool, boundary: Any, reached: int, required: int) -> None:
    record = override(MOVE, LEAD._replace(held_apart=apart))
    decision = ask(MOVE, record, rules=HUMANS._replace(required_level=required), boundary=boundary)
    assert decision.accepted is (reached >= min(required, 3))
    if decision.accepted:
        assert decision.level == reached
    else:
        assert f"it reaches level {reached}, and the policy asks for {min(required, 3)}" in decision.reason


def test_one_of_several_overrides_is_enough() -> None:
    bad, good = override(MOVE, LEAD, head_tree="9" * 40), override(MOVE, LEAD)
    for records in ((bad, good), (good, bad)):
        assert ask(MOVE, *records, rules=HUMANS).by == good.id
