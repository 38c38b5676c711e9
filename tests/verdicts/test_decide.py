"""A verdict opens what it is bound to, and is refused for each single ground that speaks against it."""

from __future__ import annotations

from typing import Any

import pytest
from verdicts.decidelib import (
    DAY,
    HOUR,
    HUMAN,
    JUDGE,
    MOVE,
    NOW,
    OTHER,
    PLAN,
    ask,
    signer,
    verdict,
)

from agentops_gates.model.verdict import Checked, Mechanical, Transition
from agentops_gates.verdicts.rules import Rules

WARNED = Mechanical("tests", "1", "WARN", "0" * 64)
FAILED = WARNED._replace(result="FAIL")
EMPTY = MOVE._replace(plan=None, repository="")


@pytest.mark.parametrize(
    ("move", "changes"),
    [
        pytest.param(MOVE, {}, id="bound"),
        pytest.param(EMPTY, {}, id="no-plan-and-no-repository"),
        pytest.param(MOVE, {"trees": ("3" * 40, "4" * 40, "9" * 40)}, id="more-was-judged"),
        pytest.param(MOVE, {"issued": NOW + 300}, id="clock-five-minutes-ahead"),
        pytest.param(MOVE, {"issued": NOW - DAY + 1}, id="about-to-expire"),
        pytest.param(MOVE, {"judges": (JUDGE, OTHER, HUMAN)}, id="three-judges"),
        pytest.param(MOVE, {"judges": (JUDGE._replace(session=""),), "authors": ("session:",)}, id="no-session"),
        pytest.param(MOVE, {"lineage": "x", "attempt": 7}, id="lineage-is-not-believed"),
        pytest.param(MOVE, {"findings": ("F1",)}, id="a-pass-with-findings"),
        pytest.param(MOVE, {"changes": ()}, id="squash-has-other-patch-ids"),
    ],
)
def test_accepted(move: Transition, changes: dict[str, Any]) -> None:
    record = verdict(move, **changes)
    decision = ask(move, record)
    assert decision[:3] == (True, 1, record.id)
    assert decision.reason.startswith(f"{record.id}: PASS by judge@example.org")
    assert (decision.fix, decision.verdict, decision.derived, decision.rule) == ("", "PASS", False, "")


OID = "9" * 40
FIELDS: list[Any] = [
    ("gate", {"gate": "complexity-regression"}, "gate: judged complexity-regression, now push-after-vibe"),
    ("repository", {"repository": "acme/other"}, "repository: judged acme/other, now acme/app"),
    ("no-repository", {"repository": ""}, "repository: judged none, now acme/app"),
    ("object-format", {"object_format": "sha256"}, "object format: judged sha256, now sha1"),
    ("ref", {"ref": "refs/heads/dev"}, "ref: judged refs/heads/dev, now refs/heads/main"),
    ("hostile-ref", {"ref": "refs/heads/\x1b[2J"}, "ref: judged refs/heads/\\x1b[2J, now refs/heads/main"),
    ("policy", {"policy": "9" * 64}, "policy: judged 999999999999, now aaaaaaaaaaaa"),
    ("no-plan", {"plan": None}, "plan: judged none, now billing at bbbbbbbbbbbb with issues bd-1, bd-2"),
    ("plan-edited", {"plan": PLAN._replace(digest="9" * 64)}, "plan: judged billing at 999999999999 with issues bd-1"),
    ("epic", {"plan": PLAN._replace(epic="x")}, "plan: judged x at bbbbbbbbbbbb"),
    ("issues", {"plan": PLAN._replace(issues=())}, "plan: judged billing at bbbbbbbbbbbb with issues none, now"),
    ("base-tree", {"base_tree": OID}, "base tree: judged 999999999999, now 222222222222"),
    ("head-tree", {"head_tree": OID}, "head tree: judged 999999999999, now 333333333333"),
    ("trees", {"trees": ("3" * 40,)}, "trees: 1 of 2 in this range were never judged (444444444444)"),
    ("no-trees", {"trees": ()}, "trees: 2 of 2 in this range were never judged (333333333333)"),
]


@pytest.mark.parametrize(("changes", "words"), [pytest.param(*case[1:], id=case[0]) for case in FIELDS])
def test_a_field_that_differs_is_named(changes: dict[str, Any], words: str) -> None:
    record = verdict(MOVE, **changes)
    decision = ask(MOVE, record)
    assert (decision.accepted, decision.rule, decision.by, decision.level) == (False, "AG102", record.id, 0)
    assert decision.reason.startswith(f"{record.id} does not match: {words}")
    assert decision.reason.isprintable()
    assert decision.fix == "have it judged: agentops-gate vibe, then agentops-gate verdict publish"


def test_other_differences_are_listed() -> None:
    decision = ask(MOVE, verdict(MOVE, ref="refs/heads/dev", policy="9" * 64, trees=()))
    assert decision.reason.endswith("ref: judged refs/heads/dev, now refs/heads/main (also: policy, trees)")


def test_a_plan_where_none_is_now() -> None:
    decision = ask(EMPTY, verdict(MOVE, repository=""))
    assert decision.reason.endswith("plan: judged billing at bbbbbbbbbbbb with issues bd-1, bd-2, now none")


def test_a_moved_base_is_refused_by_a_strict_policy() -> None:
    decision = ask(MOVE, verdict(MOVE, base=OID), rules=Rules(rebase="strict"))
    assert decision.reason.endswith("does not match: base: judged 999999999999, now 111111111111")


@pytest.mark.parametrize(
    ("changes", "rules", "rule", "words"),
    [
        pytest.param({"issued": NOW + 301}, Rules(), "AG107", "is issued 301 seconds in the future", id="future"),
        pytest.param({"issued": NOW - DAY}, Rules(), "AG107", "expired 0 seconds ago", id="expired-now"),
        pytest.param({"issued": NOW - 2 * DAY}, Rules(), "AG107", "expired 86,400 seconds ago", id="expired"),
        pytest.param({"lifetime": 0, "issued": NOW}, Rules(), "AG107", "expired 0 seconds ago", id="no-lifetime"),
        pytest.param({"lifetime": -9}, Rules(), "AG107", "expired", id="negative-lifetime"),
        pytest.param(
            {"issued": NOW - HOUR, "lifetime": 9 * DAY},
            Rules(lifetime=HOUR),
            "AG107",
            "expired 0 s",
            id="policy-caps-it",
        ),
        pytest.param({"verdict": "FAIL"}, Rules(), "AG103", "is a FAIL by judge@example.org", id="fail"),
        pytest.param({"mechanical": (FAILED,)}, Rules(), "AG103", "is a FAIL", id="failed-check-in-a-pass"),
        pytest.param(
            {"judges": (JUDGE, OTHER._replace(verdict="FAIL"))}, Rules(), "AG103", "is a FAIL", id="one-judge"
        ),
        pytest.param({"verdict": "WARN"}, Rules(), "AG104", "is a WARN: nobody has acknowledged it", id="warn"),
        pytest.param({"mechanical": (WARNED,)}, Rules(), "AG104", "is a WARN", id="warned-check-in-a-pass"),
        pytest.param({"judges": (JUDGE._replace(verdict="WARN"),)}, Rules(), "AG104", "is a WARN", id="judge-warns"),
        pytest.param({"not_checked": ("a.py",)}, Rules(), "AG104", "is a WARN", id="not-all-checked"),
        pytest.param(
            {"verdict": "WARN"},
            Rules(warn="fail"),
            "AG104",
            "a WARN, which the policy does not let pass",
            id="warn-fail",
        ),
        pytest.param({"judges": ()}, Rules(), "AG105", "names no judge of its own", id="nobody-judged"),
        pytest.param(
            {"derived_from": "verdict-" + "1" * 40}, Rules(), "AG105", "names no judge of its own", id="stored"
        ),
        pytest.param({}, Rules(quorum=2), "AG102", "has 1 of the 2 judges", id="quorum"),
        pytest.param(
            {"judges": (JUDGE, OTHER._replace(vendor="ACME"))},
            Rules(vendors=2),
            "AG102",
            "of 1 of the 2 ven",
            id="vendors",
        ),
        pytest.param({}, Rules(judges=frozenset({"x"})), "AG102", "whom the policy does not name", id="unknown-judge"),
        pytest.param(
            {}, Rules(required_level=2), "AG102", "is not signed, and the policy asks for level 2", id="unsigned"
        ),
    ],
)
def test_refused(changes: dict[str, Any], rules: Rules, rule: str, words: str) -> None:
    record = verdict(MOVE, **changes)
    decision = ask(MOVE, record, rules=rules)
    assert (decision.accepted, decision.rule, decision.by or record.id) == (False, rule, record.id), decision
    assert words in decision.reason
    assert decision.fix


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        pytest.param({"judges": (JUDGE, OTHER)}, Rules(quorum=2, vendors=2), id="quorum-and-vendors"),
        pytest.param({"judges": (JUDGE, HUMAN)}, Rules(vendors=2), id="a-person-is-a-vendor"),
        pytest.param({}, Rules(judges=frozenset({"JUDGE@example.org", "x"})), id="judge-that-the-policy-names"),
        pytest.param({"verdict": "WARN"}, Rules(warn="pass"), id="warn-may-pass"),
        pytest.param({}, Rules(required_level=0), id="level-0"),
    ],
)
def test_let_through_by_the_policy(changes: dict[str, Any], rules: Rules) -> None:
    decision = ask(MOVE, verdict(MOVE, **changes), rules=rules)
    assert decision.accepted
    assert decision.verdict == changes.get("verdict", "PASS")


@pytest.mark.parametrize("who", ["ada@example.org", "ADA@Example.ORG", " ada@example.org", "Ada <ada@example.org>"])
@pytest.mark.parametrize("place", ["principal", "signer", "pusher", "statement"])
def test_no_author_judges(who: str, place: str) -> None:
    """Whoever is an author, a co-author, the pusher, or was one when it was judged, under any spelling."""
    move, judge, by, pusher, authors = MOVE._replace(authors=frozenset({"x@example.org"})), JUDGE, None, (), ()
    if place == "principal":
        move, judge = MOVE, JUDGE._replace(principal=who)
    elif place == "signer":
        move, judge, by = MOVE, JUDGE._replace(principal=who), signer(who)
    elif place == "pusher":
        judge, pusher = JUDGE._replace(principal="ada@example.org"), (who,)
    else:
        judge, authors = JUDGE._replace(principal="ada@example.org"), (who,)
    decision = ask(move, verdict(move, by, judges=(judge, OTHER), authors=authors), pusher=pusher)
    assert (decision.accepted, decision.rule) == (False, "AG106")
    assert "who is an author of the change or pushes it" in decision.reason
    assert "did not work on it" in decision.fix


@pytest.mark.parametrize(
    ("judge", "key"),
    [
        pytest.param(JUDGE._replace(session="42"), "SHA256:judge", id="same-session"),
        pytest.param(JUDGE._replace(session="42"), "", id="same-session-unsigned"),
        pytest.param(JUDGE._replace(session="B-7"), "", id="same-session-other-case"),
        pytest.param(JUDGE, "SHA256:ada", id="same-key"),
        pytest.param(JUDGE, "SHA256:ADA", id="same-key-other-case"),
    ],
)
def test_no_session_or_key_of_an_author_judges(judge: Any, key: str) -> None:
    move = MOVE._replace(authors=MOVE.authors | {"session:b-7"})
    decision = ask(move, verdict(move, signer(key=key) if key else None, judges=(judge,)))
    assert (decision.accepted, decision.rule) == (False, "AG106")


@pytest.mark.parametrize(
    ("by", "changes", "issuers", "accepted"),
    [
        pytest.param(signer(), {}, (), True, id="judge"),
        pytest.param(signer("JUDGE@example.org"), {}, (), True, id="judge-other-case"),
        pytest.param(signer("second@example.org"), {"judges": (JUDGE, OTHER)}, (), True, id="one-of-two"),
        pytest.param(signer("worker@example.org"), {}, (), False, id="worker"),
        pytest.param(signer("ci@example.org"), {}, ("CI@example.org",), True, id="issuer"),
        pytest.param(signer("ci@example.org"), {"judges": ()}, ("ci@example.org",), True, id="issuer-without-judges"),
        pytest.param(signer(), {"judges": ()}, ("ci@example.org",), False, id="no-issuer-without-judges"),
        pytest.param(
            signer("ci@example.org"), {"derived_from": "verdict-" + "1" * 40}, ("ci@example.org",), True, id="derived"
        ),
        pytest.param(
            signer(), {"derived_from": "verdict-" + "1" * 40}, ("ci@example.org",), False, id="derived-by-judge"
        ),
    ],
)
@pytest.mark.parametrize("required", [1, 2])
def test_who_signs(by: Any, changes: dict[str, Any], issuers: tuple[str, ...], accepted: bool, required: int) -> None:
    rules = Rules(issuers=frozenset(issuers), required_level=required)
    decision = ask(MOVE, verdict(MOVE, by._replace(held_apart=True), **changes), rules=rules)
    assert decision.accepted is accepted
    assert accepted or (decision.rule == "AG105" and "is signed by" in decision.reason)
    assert accepted or ("not an issuer" in decision.reason) is bool(changes)
    assert not accepted or ("by no judge" in decision.reason) is (changes.get("judges") == ())


@pytest.mark.parametrize("required", range(5))
@pytest.mark.parametrize(
    ("by", "boundary", "judges", "reached"),
    [
        pytest.param(None, "", (JUDGE,), 1, id="unsigned"),
        pytest.param(signer(), "server", (JUDGE, OTHER), 1, id="key-in-reach"),
        pytest.param(signer(apart=True), "", (JUDGE, OTHER), 2, id="local"),
        pytest.param(signer(apart=True), "server", (JUDGE,), 3, id="server"),
        pytest.param(signer(apart=True), "ci", (JUDGE, OTHER._replace(vendor="acme")), 3, id="one-vendor"),
        pytest.param(signer(apart=True), "ci", (JUDGE, OTHER), 3, id="two-vendors-one-signature"),
    ],
)
def test_levels(by: Any, boundary: Any, judges: Any, reached: int, required: int) -> None:
    decision = ask(MOVE, verdict(MOVE, by, judges=judges), rules=Rules(required_level=required), boundary=boundary)
    assert decision.accepted is (reached >= required)
    if decision.accepted:
        assert decision.level == reached
    elif by:
        assert decision.rule == "AG105"
        assert f"reaches level {reached} and the policy asks for {required}; level {reached + 1}: " in decision.reason
        assert decision.level == 0


def test_a_key_within_reach_counts_as_none() -> None:
    record = verdict(MOVE, signer(apart=True))
    assert ask(MOVE, record, readable={"SHA256:other": "/home/ada"}).level == 2
    assert ask(MOVE, record, readable={"SHA256:judge": "/home/ada"}).level == 1
    decision = ask(MOVE, record, readable={"SHA256:judge": "/home/ada"}, rules=Rules(required_level=2))
    assert "is within reach of this account: /home/ada" in decision.reason


def test_the_highest_level_is_taken() -> None:
    low, high = verdict(MOVE), verdict(MOVE, signer(apart=True), issued=NOW - 2 * HOUR)
    for records in ((low, high), (high, low)):
        assert ask(MOVE, *records).by == high.id


def test_a_pass_is_taken_before_a_warn() -> None:
    warn, good = verdict(MOVE, verdict="WARN"), verdict(MOVE)
    for records in ((warn, good), (good, warn)):
        decision = ask(MOVE, *records, rules=Rules(warn="pass"))
        assert (decision.by, decision.verdict) == (good.id, "PASS")


SECOND = signer(OTHER.principal, apart=True, key="SHA256:second")
TWICE = verdict(MOVE, signer(apart=True), judges=(JUDGE, OTHER))


@pytest.mark.parametrize("required", [0, 4])
@pytest.mark.parametrize(
    ("second", "reached"),
    [
        pytest.param(TWICE._replace(signer=SECOND), 4, id="the-same-record"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER,)), 4, id="a-record-of-his-own"),
        pytest.param(verdict(MOVE, SECOND._replace(fingerprint="SHA256:judge"), judges=(OTHER,)), 3, id="one-key"),
        pytest.param(verdict(MOVE, SECOND._replace(held_apart=False), judges=(OTHER,)), 3, id="key-in-reach"),
        pytest.param(verdict(MOVE, judges=(OTHER,)), 3, id="unsigned"),
        pytest.param(verdict(MOVE, SECOND, "bad", judges=(OTHER,)), 3, id="bad-signature"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER._replace(vendor="Acme "),)), 3, id="one-vendor"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER._replace(vendor=""),)), 3, id="no-vendor"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER,), ref="refs/heads/dev"), 3, id="another-ref"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER,), base="9" * 40), 3, id="another-base"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER,), issued=0), 3, id="expired"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER,), authors=(OTHER.principal,)), 3, id="an-author"),
        pytest.param(verdict(MOVE, SECOND, judges=(OTHER,), verdict="WARN"), 3, id="a-warn-nobody-took-on"),
    ],
)
def test_two_parties_take_two_signatures(second: Checked, reached: int, required: int) -> None:
    for records in ((TWICE, second), (second, TWICE)):
        decision = ask(MOVE, *records, rules=Rules(required_level=required), boundary="ci")
        assert decision.accepted is (reached >= required)
        assert decision.accepted or (decision.rule, "each with a key of their own" in decision.reason) == (
            "AG105",
            True,
        )
        assert not decision.accepted or decision.level == reached
