"""Long lists are looked at as a whole: that must say what looking at each entry says."""

from __future__ import annotations

import itertools
import random

import pytest

from agentops_gates.verdicts.shape import Many, Text
from agentops_gates.verdicts.strictjson import MalformedError, loads

ENTRIES = (
    "a",
    "b",
    "ab",
    "A",
    "",
    "a\n",
    "a b",
    "\u00e9",
    "\u00ad",
    "\x7f",
    "abc",
    "\u0660",
    1,
    True,
    None,
    [],
    ["a"],
    {},
)
SHAPES = (
    Text(),
    Text(2),
    Text(2, 1),
    Text(3, 0, r"[ab]+", "letters"),
    Text(3, 1, r"(?:[0-9a-f]{1}|[0-9a-f]{2})", "digits"),
    Text(1_000, 2, r"[^x]*", "no x"),
)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("repeats", [False, True])
def test_a_list_is_taken_if_each_entry_is(shape: Text, repeats: bool) -> None:
    many = Many(shape, 3, repeats=repeats)
    for entries in itertools.chain.from_iterable(itertools.product(ENTRIES, repeat=count) for count in range(4)):
        words = [entry for entry in entries if isinstance(entry, str)]
        ordered = words == sorted(words) and (repeats or len(set(words)) == len(words))
        assert _takes(many, list(entries)) == (all(_takes(shape, entry) for entry in entries) and ordered), entries


@pytest.mark.parametrize("bad", [r"\u0000", r"\u007f", r"\u0085", r"\ud800"])
def test_one_bad_character_in_a_long_list(bad: str) -> None:
    rng = random.Random(bad)
    words = [f'"{number:040x}"' for number in range(1000)]
    place = rng.randrange(1000)
    loads(f"[{','.join(words)}]".encode())
    words[place] = words[place][:-1] + bad + '"'
    with pytest.raises(MalformedError, match="holds"):
        loads(f"[{','.join(words)}]".encode())


def _takes(shape: Text | Many, value: object) -> bool:
    try:
        shape.check(value, "place")
    except MalformedError:
        return False
    return True
