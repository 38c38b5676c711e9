"""Which verdicts are about the same work, and how often it failed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from verdicts.decidelib import GATE, JUDGE, MOVE, NOW, PLAN, statement

from agentops_gates.model.verdict import Mechanical, Plan, Statement
from agentops_gates.verdicts.lineage import STRIKES, about, attempt, lineage, name, strikes
from agentops_gates.verdicts.word import word_of, worst

FREE = MOVE._replace(plan=None, changes=())
FAILED = (JUDGE._replace(verdict="FAIL"),)


def plan(epic: str) -> Plan:
    return PLAN._replace(epic=epic)


def one(base: str = "0", epic: str = "", changes: Sequence[str] = (), **more: Any) -> Statement:
    """A FAIL with these links; ``base`` is one digit."""
    fields = {"base": base * 40, "plan": plan(epic) if epic else None, "changes": tuple(changes), "verdict": "FAIL"}
    return statement(FREE, **{**fields, **more})


def refuse() -> Any:
    raise AssertionError("the patch ids are not needed for this")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(one(base="9"), id="nothing-in-common"),
        pytest.param(one(base="9", epic="shipping"), id="another-epic"),
        pytest.param(one(base="9", changes=("x", "y")), id="other-patch-ids"),
        pytest.param(one(base="9", epic="base:" + "1" * 40), id="an-epic-named-like-a-base"),
        pytest.param(one(base="9", epic="p1"), id="an-epic-named-like-a-patch-id"),
    ],
)
def test_not_linked(other: Statement) -> None:
    move = FREE._replace(plan=plan("billing"))
    assert lineage(move, ("p1",), [other]) == []
    assert attempt(move, ("p1",), [other]) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(one(base="1"), id="base"),
        pytest.param(one(base="9", epic="billing"), id="epic"),
        pytest.param(one(base="9", epic="billing", verdict="PASS"), id="any-word"),
        pytest.param(one(base="9", changes=("x", "p1")), id="one-patch-id"),
        pytest.param(one(base="1", epic="shipping"), id="base-although-another-epic"),
    ],
)
def test_linked(other: Statement) -> None:
    move = FREE._replace(plan=plan("billing"))
    assert lineage(move, ("p1",), [other]) == [other]
    assert attempt(move, ("p1",), [other]) == 2


def test_links_are_followed() -> None:
    """Base to epic to patch id to base: each step of somebody who starts over under another sign."""
    chain = [one("1", "a"), one("2", "a", ("p",)), one("3", "b", ("p",)), one("3", "c"), one("4", "c")]
    stranger = one("5", "d", ("q",))
    for order in (chain, chain[::-1]):
        assert lineage(FREE, (), [stranger, *order]) == order
    assert lineage(FREE, (), chain[1:]) == []


def test_links_are_those_of_a_plain_closure() -> None:
    chance = random.Random(11)
    for _ in range(300):
        items = [
            one(
                chance.choice("123456"),
                chance.choice(["", "a", "b", "c"]),
                chance.sample("pqrstuv", chance.randrange(3)),
                issued=number,
            )
            for number in range(chance.randrange(9))
        ]
        move = FREE._replace(base=chance.choice("123") * 40, plan=plan("a") if chance.random() < 0.3 else None)
        changes = tuple(chance.sample("pqr", chance.randrange(2)))
        assert lineage(move, changes, items) == slow(move, changes, items)


def slow(move: Any, changes: Sequence[str], items: Sequence[Statement]) -> list[Statement]:
    def linked(a: Any, b: Any) -> bool:
        epics = a[0] is not None and b[0] is not None and a[0].epic == b[0].epic
        return bool(epics or a[1] == b[1] or set(a[2]) & set(b[2]))

    found = [(move.plan, move.base, changes)]
    rest = list(items)
    while more := [item for item in rest if any(linked((item.plan, item.base, item.changes), one) for one in found)]:
        found += [(item.plan, item.base, item.changes) for item in more]
        rest = [item for item in rest if item not in more]
    return [item for item in items if item not in rest]


@pytest.mark.parametrize("field", ["gate", "repository", "ref"])
def test_about_is_one_gate_repository_and_ref(field: str) -> None:
    other = one(base="1", **{field: "refs/heads/other"})
    assert about(GATE, FREE, [other, one(base="1")]) == [one(base="1")]
    assert about("refs/heads/other", FREE, [other]) == ([other] if field == "gate" else [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], 0, id="none"),
        pytest.param(["FAIL"], 1, id="one"),
        pytest.param(["FAIL", "PASS", "WARN", "FAIL"], 2, id="only-fails"),
        pytest.param(["FAIL"] * 5, 5, id="five"),
    ],
)
def test_strikes(words: list[Any], expected: int) -> None:
    assert strikes(FREE, refuse, [one(base="1", verdict=word, issued=n) for n, word in enumerate(words)]) == expected


def test_patch_ids_are_asked_for_only_when_they_can_matter() -> None:
    away = [one("9", changes=("p",), issued=n) for n in range(4)]
    assert strikes(FREE, refuse, away[:2]) == 0
    assert strikes(FREE, refuse, [*away[:2], *[item._replace(verdict="PASS") for item in away]]) == 0
    assert strikes(FREE, refuse, [one("1", issued=n) for n in range(3)] + away) == 3
    assert strikes(FREE, lambda: ("p",), away) == 4
    assert strikes(FREE, lambda: ("q",), away) == 0
    assert strikes(FREE, lambda: ("p",), [*away[:1], one("1"), one("1", issued=1)]) == STRIKES


def test_an_edit_that_changes_one_byte_does_not_start_over() -> None:
    """The base stays, so do the strikes, whatever becomes of trees and patch ids."""
    tries = [one("1", changes=(f"p{n}",), head_tree=str(n) * 40) for n in (4, 5, 6)]
    assert strikes(FREE, refuse, tries) == STRIKES


def test_name_is_that_of_the_first() -> None:
    move = FREE._replace(plan=plan("billing"))
    assert name(FREE, (), []) == "base:" + "1" * 40
    assert name(move, (), []) == "epic:billing"
    first = one("1", lineage="base:x", attempt=1, issued=NOW)
    second = one("1", lineage="y", attempt=2, issued=0)
    assert name(move, (), [second, first]) == "base:x"
    assert name(move, (), [first._replace(lineage="z", issued=NOW + 1), first]) == "base:x"


WARN = Mechanical("a", "", "WARN", "0" * 64)


@pytest.mark.parametrize("word", ["PASS", "WARN", "FAIL"])
@pytest.mark.parametrize("check", ["PASS", "WARN", "FAIL", None])
@pytest.mark.parametrize("judge", ["PASS", "WARN", "FAIL", None])
@pytest.mark.parametrize("whole", [True, False])
def test_a_word_is_the_worst_of_its_parts(word: Any, check: Any, judge: Any, whole: bool) -> None:
    item = statement(
        FREE,
        verdict=word,
        mechanical=(WARN._replace(result="PASS"), WARN._replace(result=check)) if check else (),
        judges=(JUDGE, JUDGE._replace(verdict=judge)) if judge else (),
        not_checked=() if whole else ("a.py",),
    )
    parts = [part for part in (word, check, judge, "PASS" if whole else "WARN") if part]
    expected = "FAIL" if "FAIL" in parts else "WARN" if "WARN" in parts else "PASS"
    assert word_of(item) == expected


def test_worst_is_a_lattice() -> None:
    words: tuple[Any, ...] = ("FAIL", "WARN", "PASS")
    assert worst(()) == "PASS"
    for a in words:
        assert worst((a, a)) == a
        assert (worst((a, "PASS")), worst((a, "FAIL"))) == (a, "FAIL")
        for b in words:
            assert worst((a, b)) == worst((b, a)) == words[min(words.index(a), words.index(b))]
            for c in words:
                assert worst((worst((a, b)), c)) == worst((a, worst((b, c))))
