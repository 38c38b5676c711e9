"""Verdicts that have to be signed, at the doors: by keys that the base names, whatever else lies about."""

from __future__ import annotations

import time
from typing import Any

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from doors.vibelib import GATE, JUDGE, LINES, POLICY, Crank, World
from verdicts import decidelib, signlib
from verdicts.signlib import make_key, ssh_sign

from agentops_gates.model.verdict import Override
from agentops_gates.verdicts.statement import dump

SIGNED = """[verdicts]
required_level = 2
held_apart = ["judge@example.org", "lead@example.org"]
humans = ["lead@example.org"]
"""
LEAD = "agentops-override-v1"


def signers() -> str:
    lines = ((make_key("ed25519"), "judge@example.org"), (make_key("ed25519", "lead"), "lead@example.org"))
    return "".join(signlib.line(key, name) for key, name in lines)


def judged(world: World, word: str = "PASS", key: str = "judge", **changes: Any) -> str:
    made = {"verdict": word, "judges": (JUDGE._replace(verdict=word),), "issued": int(time.time()) - 60}
    content = decidelib.statement(world.move(), **{**made, **changes})
    return world.store(content, ssh_sign(make_key("ed25519", key), dump(content)))


@pytest.fixture
def world(repo: Workspace, installed: Installed) -> World:
    repo.write(".agents/allowed_signers", signers())
    made = World(repo, installed, POLICY + SIGNED)
    repo.commit("one", {"app.txt": LINES.replace("line 3", "line three")})
    return made


def test_a_signature_by_a_judge_opens(world: World) -> None:
    name = judged(world)
    done = world.push()
    assert done.returncode == 0
    assert f"accepted at level 2 (signed): {name}" in " ".join(done.stderr.split())


@pytest.mark.parametrize("key", ["stranger", "lead"])
def test_a_signature_by_anybody_else_does_not(world: World, key: str) -> None:
    judged(world, key=key)
    done = world.push()
    assert done.returncode != 0
    assert "error AG10" in done.stderr
    assert "level 2 (signed)" not in done.stderr


def test_the_change_cannot_name_its_own_judge(world: World) -> None:
    stranger = signlib.line(make_key("ed25519", "stranger"), "judge@example.org")
    world.mine.commit("my own judge", {".agents/allowed_signers": stranger})
    judged(world, key="stranger")
    done = world.push()
    assert done.returncode != 0
    assert "AG909" in done.stderr


def test_an_unsigned_fail_shuts_nothing_where_signatures_are_asked_for(world: World) -> None:
    world.judge("FAIL")
    judged(world)
    assert world.push().returncode == 0


def test_a_person_opens_what_a_fail_shut_and_it_is_shown(world: World) -> None:
    judged(world, "FAIL")
    assert "AG103" in world.push().stderr
    move = world.move()
    content = Override(
        move.repository,
        move.ref,
        move.base,
        move.head_tree,
        (GATE,),
        "lead@example.org",
        "on fire",
        int(time.time()) - 5,
        3600,
        tuple(sorted(move.trees)),
    )
    name = world.store(content, ssh_sign(make_key("ed25519", "lead"), dump(content), LEAD))
    done = world.push()
    said = " ".join(done.stderr.split())
    assert done.returncode == 0
    assert "warning AG109: refs/heads/main is accepted at level 2 (signed)" in said
    assert f"{name}: lead@example.org opens it: on fire; in spite of:" in said


def test_rubbish_does_not_keep_a_signed_pre_mortem_from_counting(repo: Workspace, installed: Installed) -> None:
    repo.write(".agents/allowed_signers", signers())
    crank = Crank(repo, installed, POLICY + SIGNED)
    for number in range(4, 8):
        crank.plan(issues=f"[ag-1, ag-2, ag-{number}]")
        crank.attack("FAIL")
    crank.plan()
    crank.attack(issued=int(time.time()) - 90)
    done = crank.commit("one", app="1")
    assert "is not signed, and the policy asks for level 2" in " ".join(done.stderr.split())
    crank.signed(make_key("ed25519"))
    assert crank.commit("one", app="1").returncode == 0
