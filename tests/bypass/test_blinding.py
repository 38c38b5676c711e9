"""No attack makes a gate see what is not there: every row of blinding_rows.py, against real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest
from bypass.blinding_around import ATTACKS as AROUND
from bypass.blinding_objects import ATTACKS as OBJECTS
from bypass.blinding_rows import BYPASS, NONE, OTHER, TABLES
from bypass.blinding_settings import ATTACKS as SETTINGS
from bypass.blindlib import DOORS, SIGNED, Scene, Seen, template
from doors.doorlib import Installed
from doors.serverlib import POLICY

ATTACKS = {**OBJECTS, **SETTINGS, **AROUND}
ROWS = {row.id: row for table in TABLES for row in table.rows}
NAMED = {"other": {"AG102"}, "worse": {"AG103", "AG602"}, "hidden": {"AG102"}}


class Shelf:
    """Makes scenes for one test, from templates that are made once a run."""

    def __init__(self, made: Path, folder: Path, installed: Installed) -> None:
        self.made, self.folder, self.installed = made, folder, installed

    def scene(self, evil: str, policy: str = POLICY) -> Scene:
        """Return a copy of the template with this policy, in which ``evil`` is about to be pushed."""
        seed = self.made / ("signed" if policy == SIGNED else "plain")
        # By the first test that asks, as git's environment is set for each test.
        made = seed / "scene" if seed.exists() else template(seed, self.installed, policy)
        return Scene(made, self.folder / evil, self.installed, evil)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the templates are."""
    return tmp_path_factory.mktemp("blinding")


@pytest.fixture
def shelf(made: Path, tmp_path: Path, installed: Installed) -> Shelf:
    """Where scenes come from."""
    return Shelf(made, tmp_path, installed)


# The controls: without these no row would mean anything.


@pytest.mark.parametrize("policy", [POLICY, SIGNED], ids=["unsigned", "signed"])
def test_what_was_judged_passes(shelf: Shelf, policy: str) -> None:
    scene = shelf.scene("good", policy)
    assert [scene.door(name)[:2] for name in DOORS] == [("it", frozenset({"AG112"}))] * 3


@pytest.mark.parametrize("evil", NAMED)
@pytest.mark.parametrize("policy", [POLICY, SIGNED], ids=["unsigned", "signed"])
def test_what_is_evil_is_blocked(shelf: Shelf, evil: str, policy: str) -> None:
    scene = shelf.scene(evil, policy)
    assert [scene.door(name)[:2] for name in DOORS] == [("", frozenset(NAMED[evil]))] * 3


def test_what_is_staged_is_blocked_or_passes(shelf: Shelf) -> None:
    scene = shelf.scene("good")
    scene.check_args = ["--staged"]
    scene.client.write("a.py", "x = 3\n")
    scene.client.git("add", "a.py")
    assert scene.check()[:2] == ("else", frozenset())
    scene.client.git("checkout", "-q", "worse", "--", "a.py")
    assert scene.check()[:2] == ("", frozenset({"AG602"}))


def test_what_is_let_through_is_called_so() -> None:
    must = frozenset({"AG102"})
    assert Seen("it", must, "").against(must) == BYPASS
    assert Seen("else", must, "").against(must) == OTHER
    assert Seen("", must, "").against(must) == NONE
    assert Seen("", frozenset({"AG101"}), "x").against(must) == "not clear: x"


def test_every_row_has_its_attack() -> None:
    assert set(ROWS) == set(ATTACKS)


def test_nothing_evil_passes_a_hook_or_the_server() -> None:
    assert [row.id for row in ROWS.values() if BYPASS in row.outcomes[1:]] == []


# The rows.


@pytest.mark.parametrize("name", ROWS)
def test_row(shelf: Shelf, name: str) -> None:
    attack, row = ATTACKS[name], ROWS[name]
    scene = shelf.scene(attack.evil, attack.policy)
    scene.must = dict.fromkeys(DOORS, frozenset(NAMED.get(attack.evil, NAMED["worse"])))
    attack.do(scene)
    for door, expected in zip(DOORS, row.outcomes, strict=True):
        if expected == "-":
            continue
        scene.marker.unlink(missing_ok=True)
        assert scene.door(door).against(scene.must[door]) == expected, door
        assert not scene.marker.exists() or expected in (OTHER, BYPASS), door
