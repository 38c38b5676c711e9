"""Claims: of any number who claim at once one gets it, and the others learn who."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace
from workers.workerlib import make

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError, UsageError
from agentops_gates.workers import claims

ROOT = Path(claims.__file__).parents[2]
_RACER = """
import sys
sys.path.insert(0, sys.argv[1])
from agentops_gates.git.repo import Repo
from agentops_gates.workers import claims
with Repo.open(sys.argv[2]) as repo:
    sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
    try:
        print("won", claims.claim(repo, "7", sys.argv[3]).holder)
    except claims.TakenError as error:
        print("lost", error)
"""


def names(repo: Workspace) -> list[str]:
    return [
        line.split(" ")[-1]
        for line in repo.git("for-each-ref", "--format=%(refname)", claims.PREFIX).split("\n")
        if line
    ]


def test_a_claim_is_seen_in_every_work_tree(lead: Workspace, tmp_path: Path) -> None:
    lead.git("worktree", "add", "-q", str(tmp_path / "other"))
    with Repo.open(str(lead.path)) as repo:
        made = claims.claim(repo, "#12", "ada")
        assert claims.claim(repo, "12", "ada") == made
    with Repo.open(str(tmp_path / "other")) as repo:
        (found,) = claims.every(repo)
        assert (found.issue, found.holder, found.worktree) == ("12", "ada", str(lead.path))
        with pytest.raises(claims.TakenError, match=r"12 is claimed by ada, since .* in "):
            claims.claim(repo, "12", "bob")
        with pytest.raises(claims.TakenError, match="ada"):
            claims.release(repo, "12", "bob")


def test_a_claim_is_given_up_and_taken_again(lead: Workspace) -> None:
    with Repo.open(str(lead.path)) as repo:
        claims.claim(repo, "7", "ada")
        assert claims.release(repo, "7", "ada").holder == "ada"
        assert names(lead) == []
        assert claims.claim(repo, "7", "bob").holder == "bob"
        with pytest.raises(UsageError, match="nobody has claimed 8"):
            claims.release(repo, "8", "bob")


def test_a_claim_is_stolen_only_when_asked(lead: Workspace) -> None:
    with Repo.open(str(lead.path)) as repo:
        claims.claim(repo, "7", "ada")
        assert claims.claim(repo, "7", "bob", steal=True).holder == "bob"
        with pytest.raises(claims.TakenError, match="bob"):
            claims.release(repo, "7", "ada")


@pytest.mark.parametrize(
    "issue", ["", "#", "a b", "../x", "a..b", "x.lock", "-x", "x.", "a/b", "é", "x" * 65], ids=repr
)
def test_names_that_are_none(lead: Workspace, issue: str) -> None:
    with Repo.open(str(lead.path)) as repo, pytest.raises(UsageError):
        claims.claim(repo, issue, "ada")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"issue": "8"}', b"\xff"], ids=repr)
def test_a_damaged_claim_is_nobodys(lead: Workspace, content: bytes) -> None:
    oid = lead.git("hash-object", "-w", "--stdin", stdin=content)
    lead.git("update-ref", f"{claims.PREFIX}7", oid)
    with Repo.open(str(lead.path)) as repo, pytest.raises(UndecidedError, match="damaged"):
        claims.claim(repo, "7", "ada")


def test_of_sixteen_one_wins(lead: Workspace) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", _RACER, str(ROOT), str(lead.path), f"racer-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(16)
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=60)[0] for racer in racers]
    (winner,) = (line.split()[1] for line in said if line.startswith("won"))
    lost = [line for line in said if line.startswith("lost")]
    assert len(lost) == 15
    assert all(f"7 is claimed by {winner}, since" in line for line in lost)
    kept = json.loads(lead.git("cat-file", "blob", f"{claims.PREFIX}7"))
    assert kept["holder"] == winner


def test_the_command_line(lead: Workspace, installed) -> None:
    assert installed.gate(lead, "worker", "list").stdout == "no workers, no claims\n"
    worker, tree = make(lead)
    assert installed.gate(tree, "worker", "claim", "7").stdout == "7 is claimed by w1\n"
    done = installed.gate(lead, "worker", "claim", "7", ok=1)
    assert "7 is claimed by w1" in done.stderr
    assert "only the lead" in installed.gate(tree, "worker", "claim", "7", "--steal", ok=2).stderr
    assert installed.gate(lead, "worker", "claim", "8", "--for", "w1").stdout == "8 is claimed by w1\n"
    assert installed.gate(tree, "worker", "release", "8").stdout == "8 is free\n"
    assert installed.gate(lead, "worker", "claim", "7", "--steal").stdout == "7 is claimed by ada@example.org\n"
    assert "7  claimed by ada@example.org" in installed.gate(lead, "worker", "list").stdout
    installed.gate(lead, "worker", "release", "7")
    installed.gate(lead, "worker", "claim", "9", "--for", worker.name)
    assert installed.gate(lead, "worker", "end", "w1").stdout == "released 9\n"
    assert names(lead) == []
