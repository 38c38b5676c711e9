"""What counts as loosening: a table of changes that do not, one of changes that do, and a proof by trying paths."""

from __future__ import annotations

import random
from typing import Any

import pytest
from policy.policylib import GATES, policy

from agentops_gates.policy.loosen import compare, looser
from agentops_gates.policy.paths import settings_for

GATE = "[gates.complexity-regression]\n"


def override(paths: str, *lines: str) -> str:
    globs = ", ".join(f'"{path}"' for path in paths.split())
    return f"[[gates.complexity-regression.overrides]]\npaths = [{globs}]\n" + "".join(f"{line}\n" for line in lines)


OFF = 'level = "off"'
WARN = 'level = "warn"'
ERROR = 'level = "error"'

STRICT = {
    "nothing": ("", ""),
    "defaults written out": ("", f"version = 1\n[deadlines]\nlocal = 5\nci = 60\n{GATE}{ERROR}\nmax_complexity = 10"),
    "lower limit": ("", GATE + "max_complexity = 9"),
    "stricter level": (GATE + OFF, GATE + WARN),
    "higher gain": ("", GATE + "min_gain = 4"),
    "check switched on": ("", GATE + "max_growth = 50"),
    "check tightened": (GATE + "max_growth = 50", GATE + "max_growth = 49"),
    "true to false": (GATE + "skip_new = true", ""),
    "entry removed": (GATE + 'exclude = ["a", "b"]', GATE + 'exclude = ["b"]'),
    "entries reordered": (GATE + 'exclude = ["a", "b"]', GATE + 'exclude = ["b", "a"]'),
    "branch added": ("", '[protected]\nbranches = ["master", "main", "x"]'),
    "branch covered by a glob": ('[protected]\nbranches = ["v/1"]', '[protected]\nbranches = ["v/*"]'),
    "shorter deadline": ("", "[deadlines]\nlocal = 1\nci = 1"),
    "longer deadline": ("", "[deadlines]\nlocal = 60\nci = 600"),
    "override as strict as everywhere": ("", override("a", ERROR, "max_complexity = 10")),
    "override stricter than everywhere": ("", override("a", "max_complexity = 2")),
    "override tightened": (override("a", OFF), override("a", WARN)),
    "looser override removed": (override("a", OFF), ""),
    "looser override of fewer paths": (override("a b", OFF), override("b", OFF)),
    "override split in two": (override("a b", OFF), override("a", OFF) + override("b", OFF)),
    "overrides of different keys reordered": (
        override("a", OFF) + override("b", "asserts = true"),
        override("b", "asserts = true") + override("a", OFF),
    ),
    "everywhere tightened to what an override says": (override("a", "max_complexity = 5"), GATE + "max_complexity = 5"),
    "looser override beaten by a later one of the same paths": ("", override("a", OFF) + override("b a", ERROR)),
    "new override below one that wins": (override("a", WARN), override("a", OFF) + override("a", WARN)),
}

LOOSE = {
    "higher limit": ("", GATE + "max_complexity = 11", "max_complexity"),
    "level down": ("", GATE + WARN, "level"),
    "level off": (GATE + 'level = "trial"', GATE + OFF, "level"),
    "lower gain": ("", GATE + "min_gain = 2", "min_gain"),
    "check switched off": (GATE + "max_growth = 50", GATE + "max_growth = 0", "max_growth"),
    "check widened": (GATE + "max_growth = 50", GATE + "max_growth = 51", "max_growth"),
    "any change, true": ("", GATE + "asserts = true", "asserts"),
    "any change, back": (GATE + "asserts = true", "", "asserts"),
    "false to true": ("", GATE + "skip_new = true", "skip_new"),
    "entry added": ("", GATE + 'exclude = ["a"]', "exclude"),
    "entry exchanged": (GATE + 'exclude = ["a/b"]', GATE + 'exclude = ["a/c"]', "exclude"),
    "any change of a list": ("", GATE + 'languages = ["python", "go"]', "languages"),
    "looser override": ("", override("a", OFF), "level"),
    "override loosened": (override("a", WARN), override("a", OFF), "level"),
    "override of more paths": (override("a", OFF), override("a b", OFF), "level"),
    "override of a wider glob": (override("a/b", OFF), override("a/**", OFF), "level"),
    "stricter override removed": (override("a", "max_complexity = 2"), "", "max_complexity"),
    "stricter override of fewer paths": (
        override("a b", "max_complexity = 2"),
        override("a", "max_complexity = 2"),
        "max_complexity",
    ),
    "override for what it may not decide": ("", override("a", "asserts = true"), "asserts"),
    "order turned round": (
        override("a", OFF) + override("b", ERROR),
        override("b", ERROR) + override("a", OFF),
        "level",
    ),
    "everywhere loosened under a strict override": (
        override("a", ERROR),
        GATE + OFF + "\n" + override("a", ERROR),
        "level",
    ),
    "later override that does not always win": ("", override("a b", OFF) + override("a", ERROR), "level"),
}


@pytest.mark.parametrize(("old", "new"), STRICT.values(), ids=STRICT)
def test_is_not_loosening(old: str, new: str) -> None:
    assert [change for change in compare(policy(old), policy(new), GATES) if change.loosened] == []


@pytest.mark.parametrize(("old", "new", "key"), LOOSE.values(), ids=LOOSE)
def test_is_loosening(old: str, new: str, key: str) -> None:
    loosened = {change.key for change in compare(policy(old), policy(new), GATES) if change.loosened}
    assert loosened == {f"gates.complexity-regression.{key}"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["main", "x"]', '["main"]'),
        ('["main"]', "[]"),
        ('["v/*"]', '["v/1"]'),
        ('["v/*"]', '["v/?"]'),
        ('["v/"]', '["v/*"]'),
        ('["a/b"]', '["*"]'),
    ],
)
def test_a_branch_that_is_no_longer_protected_is_loosening(old: str, new: str) -> None:
    old, new = (f"[protected]\nbranches = {names}" for names in (old, new))
    assert [(c.key, c.loosened) for c in compare(policy(old), policy(new), GATES)] == [("protected.branches", True)]


def test_a_change_names_key_paths_and_both_values() -> None:
    found = compare(policy(""), policy(GATE + "max_complexity = 5\n" + override("a b", "max_complexity = 20")), GATES)
    key = "gates.complexity-regression.max_complexity"
    assert [tuple(change) for change in found] == [(key, 10, 5, False, ()), (key, 10, 20, True, ("a", "b"))]


def test_a_stricter_override_is_a_change_too() -> None:
    (change,) = compare(policy(""), policy(override("a", "max_complexity = 2")), GATES)
    assert not change.loosened
    assert (change.old, change.new) == ((), ({"paths": ("a",), "value": 2},))


GLOBS = ("a", "b", "a/*", "**/c", "b/**", "*")
PATHS = ("a", "b", "a/c", "a/x", "b/c", "b/x/c", "x", "c", "x/y/z")


def _random(dice: random.Random) -> str:
    lines = [GATE, f"max_complexity = {dice.randint(1, 3)}\n", f'level = "{dice.choice(["error", "warn", "off"])}"\n']
    for _ in range(dice.randint(0, 3)):
        keys = [f"max_complexity = {dice.randint(1, 3)}", f'level = "{dice.choice(["error", "warn", "off"])}"']
        lines.append(override(" ".join(dice.sample(GLOBS, dice.randint(1, 2))), *dice.sample(keys, dice.randint(1, 2))))
    return "".join(lines)


def test_what_is_called_strict_is_strict_for_every_path() -> None:
    dice = random.Random(20260102)
    verdicts: dict[bool, int] = {True: 0, False: 0}
    for _ in range(1500):
        old, new = policy(_random(dice)), policy(_random(dice))
        loosened = any(change.loosened for change in compare(old, new, GATES))
        verdicts[loosened] += 1
        assert loosened or not any(_weaker(old, new, path) for path in PATHS)
    assert min(verdicts.values()) > 100


def _weaker(old: Any, new: Any, path: str) -> bool:
    before, after = (settings_for(side.gates["complexity-regression"], path) for side in (old, new))
    return any(looser(setting, before[setting.name], after[setting.name]) for setting in GATES[0].settings)


def test_many_overrides_with_many_globs_are_compared_in_a_moment() -> None:
    globs = [" ".join(f"g{n}x{m}" for m in range(40)) for n in range(100)]
    old = "".join(override(paths, OFF, "max_complexity = 20") for paths in globs)
    new = "".join(override(paths, OFF, "max_complexity = 20") for paths in reversed(globs))
    assert not any(change.loosened for change in compare(policy(old), policy(new), GATES))
