"""Pairing within a file: names first, then content within a group of equal names."""

from __future__ import annotations

import random

import pytest
from complexity.complib import unit

from agentops_gates.complexity.pair import pair, same_numbers
from agentops_gates.complexity.unit import Unit

STUB = unit("f", 1, body="...", decorators="overload")
SECOND_STUB = unit("f", 4, body="...", decorators="overload")
BIG = unit("f", 10, body="big", cyclomatic=24)
BIGGER = unit("f", 20, body="bigger", cyclomatic=27)
GETTER = unit("A.x", 1, body="get", decorators="property", cyclomatic=2)
SETTER = unit("A.x", 9, body="set", decorators="x.setter", cyclomatic=24)
NEW_GETTER = unit("A.x", 40, body="get more", decorators="property", cyclomatic=5)

TABLE: dict[str, tuple[list[Unit], list[Unit], list[str]]] = {
    "one and one": ([BIG], [BIGGER], ["10>20 name"]),
    "stub above an untouched one": ([BIG], [STUB, BIG], ["+1", "10>10 body"]),
    "stubs above a changed one": ([BIG], [STUB, SECOND_STUB, BIGGER], ["+1", "+4", "10>20 decorators"]),
    "stub taken away": ([STUB, BIG], [BIGGER], ["-1", "10>20 decorators"]),
    "one stub of two taken away": ([STUB, SECOND_STUB, BIG], [STUB, BIG], ["-1", "10>10 body", "4>1 body"]),
    "getter and setter change places": ([GETTER, SETTER], [SETTER, GETTER], ["1>1 body", "9>9 body"]),
    "getter changed below the setter": ([GETTER, SETTER], [SETTER, NEW_GETTER], ["1>40 decorators", "9>9 body"]),
    "decorators changed": (
        [unit("f", 1, body="a", decorators="x"), unit("f", 5, body="b", decorators="y")],
        [unit("f", 1, body="a", decorators="y"), unit("f", 5, body="b", decorators="x")],
        ["1>1 body", "5>5 body"],
    ),
    "all changed, order from the end": (
        [unit("f", 1, body="a"), unit("f", 5, body="b")],
        [unit("f", 1, body="c"), unit("f", 5, body="d"), unit("f", 9, body="e")],
        ["+1", "1>5 decorators", "5>9 decorators"],
    ),
    "all changed, decorators too": (
        [unit("f", 1, body="a", decorators="v"), unit("f", 5, body="b", decorators="w")],
        [unit("f", 5, body="d", decorators="x"), unit("f", 9, body="e", decorators="y")],
        ["1>5 order", "5>9 order"],
    ),
    "added and removed": ([unit("g", 3)], [unit("h", 3)], ["+3", "-3"]),
}


@pytest.mark.parametrize(("before", "after", "expected"), TABLE.values(), ids=TABLE)
def test_pair(before: list[Unit], after: list[Unit], expected: list[str]) -> None:
    result = pair(before, after)
    shown = [f"{old.line}>{new.line} {how}" for old, new, how in result.pairs]
    shown += [f"-{unit.line}" for unit in result.removed] + [f"+{unit.line}" for unit in result.added]
    assert sorted(shown) == expected


def test_every_unit_is_used_exactly_once() -> None:
    chance = random.Random(7)
    for _ in range(200):
        before, after = ([_any(chance, line) for line in range(chance.randrange(9))] for _ in range(2))
        result = pair(before, after)
        assert sorted(map(id, [*(old for old, _, _ in result.pairs), *result.removed])) == sorted(map(id, before))
        assert sorted(map(id, [*(new for _, new, _ in result.pairs), *result.added])) == sorted(map(id, after))
        assert all(old.qualname == new.qualname for old, new, _ in result.pairs)


def test_an_equal_body_is_never_charged_while_it_has_an_equal() -> None:
    chance = random.Random(8)
    for _ in range(200):
        group = [unit("f", line, body=str(line), cyclomatic=line + 1) for line in range(6)]
        after = [*group, unit("f", 9, body="new", cyclomatic=30)]
        chance.shuffle(after)
        result = pair(group, after)
        assert all(same_numbers(old, new) for old, new, _ in result.pairs)
        assert [unit.cyclomatic for unit in result.added] == [30]


def _any(chance: random.Random, line: int) -> Unit:
    return unit(chance.choice("fg"), line, body=chance.choice("ab"), decorators=chance.choice(["", "d"]))
