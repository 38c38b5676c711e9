"""The gate on policy changes where it is about whose signatures count."""

from __future__ import annotations

import os

import pytest
from conftest import Workspace
from gates.changelib import OWN, Files, both_doors, brief, ranged, staged

SIGNERS, REVOKED = ".agents/allowed_signers", ".agents/revoked_keys"
K1, K2 = ("AAAAC3NzaC1lZDI1NTE5AAAAI" + char * 43 for char in "ab")
ADA, BOB = f"ada@x ssh-ed25519 {K1}\n", f"bob@x ssh-ed25519 {K2}\n"
R1, R2 = f"ssh-ed25519 {K1}\n", f"ssh-ed25519 {K2}\n"
MOVED = '[verdicts]\nsigners = "keys"\n'
BOB_IN = "bob@x (ssh-ed25519 ...bbbbbbbbbbbb) may sign from now on"
BOB_OUT = "bob@x (ssh-ed25519 ...bbbbbbbbbbbb) may no longer sign: no verdict of theirs counts, and no FAIL"

HARMLESS: dict[str, tuple[Files, Files, list[tuple[str, str]]]] = {
    "other files of that folder": ({SIGNERS: ADA}, {".agents/x": BOB, "allowed_signers": BOB}, []),
    "comments": ({SIGNERS: ADA}, {SIGNERS: f"# who\n{ADA}"}, []),
    "signer removed": ({SIGNERS: ADA + BOB}, {SIGNERS: ADA}, [("AG901", BOB_OUT)]),
    "key revoked": (
        {REVOKED: R1},
        {REVOKED: R1 + R2},
        [("AG901", "ssh-ed25519 ...bbbbbbbbbbbb is revoked: nothing it signed counts, and no FAIL")],
    ),
    "a file that the policy does not name": ({OWN: MOVED, "keys": ADA}, {SIGNERS: BOB}, []),
}
BLOCKED: dict[str, tuple[Files, Files, list[tuple[str, str]]]] = {
    "first signer": ({"x": ""}, {SIGNERS: BOB}, [("AG909", BOB_IN)]),
    "signer added": ({SIGNERS: ADA}, {SIGNERS: ADA + BOB}, [("AG909", BOB_IN)]),
    "revoked key taken out": (
        {REVOKED: R1},
        {REVOKED: None},
        [("AG909", "ssh-ed25519 ...aaaaaaaaaaaa is no longer revoked")],
    ),
    "where the policy says": ({OWN: MOVED, "keys": ADA}, {"keys": ADA + BOB}, [("AG909", BOB_IN)]),
    "moved elsewhere, and filled there": (
        {SIGNERS: ADA},
        {OWN: MOVED, "keys": BOB},
        [("AG902", "verdicts.signers"), ("AG905", "policy")],
    ),
    "a judge's program": (
        {OWN: '[council.judges.ada]\ncommand = ["x"]\n'},
        {OWN: '[council.judges.ada]\ncommand = ["true"]\n'},
        [("AG902", "council.judges.ada.command")],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), HARMLESS.values(), ids=HARMLESS)
def test_what_lets_no_key_count_does_not_block(
    repo: Workspace, before: Files, after: Files, expected: list[tuple[str, str]]
) -> None:
    both_doors(repo, before, after, expected, {"pass", "warn"})


@pytest.mark.parametrize(("before", "after", "expected"), BLOCKED.values(), ids=BLOCKED)
def test_what_lets_a_key_count_blocks(
    repo: Workspace, before: Files, after: Files, expected: list[tuple[str, str]]
) -> None:
    both_doors(repo, before, after, expected, {"fail"})


@pytest.mark.parametrize("name", [SIGNERS, REVOKED])
def test_a_file_that_becomes_a_link_blocks(repo: Workspace, name: str) -> None:
    base = repo.commit("before", {name: "", "elsewhere": BOB})
    (repo.path / name).unlink()
    os.symlink("../elsewhere", repo.path / name)
    assert brief(staged(repo)) == [("AG904", name)]
    repo.commit("link")
    assert ranged(repo, base).outcome == "fail"


def test_a_root_commit_introduces_and_loosens_nothing(repo: Workspace) -> None:
    repo.write(SIGNERS, ADA)
    repo.write(REVOKED, R2)
    result = staged(repo)
    assert brief(result) == [("AG905", SIGNERS), ("AG905", REVOKED)]
    assert result.outcome == "warn"


def test_merging_what_was_decided_passes_and_one_more_does_not(repo: Workspace) -> None:
    repo.commit("root", {SIGNERS: ADA, "a": ""})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("topic", {"a": "b"})
    repo.git("checkout", "-q", "main")
    repo.commit("decided by a person", {SIGNERS: ADA + BOB})
    repo.git("checkout", "-q", "topic")
    repo.git("merge", "-q", "--no-commit", "main")
    assert staged(repo).findings == ()
    repo.write(SIGNERS, ADA + BOB + BOB.replace("bob", "eve"))
    assert [rule for rule, _ in brief(staged(repo))] == ["AG909"]


def test_a_broken_policy_does_not_hide_where_its_mended_version_keeps_the_keys(repo: Workspace) -> None:
    repo.commit("broken", {OWN: "nonsense", "keys": ADA, SIGNERS: ADA})
    repo.write(OWN, MOVED)
    repo.write("keys", ADA + BOB)
    assert ("AG909", BOB_IN) in brief(staged(repo))


def test_a_finding_says_what_to_do_and_who_decides(repo: Workspace) -> None:
    repo.commit("before", {SIGNERS: ADA})
    repo.write(SIGNERS, ADA + BOB)
    (finding,) = staged(repo).findings
    assert (finding.path, finding.level, finding.message) == (SIGNERS, "error", BOB_IN)
    assert finding.fix.splitlines() == [
        "leave it out, or put back what was there",
        "if it is to be looser, a person decides: leave it out of this commit",
    ]


def test_a_judge_who_comes_or_goes_is_named_as_such(repo: Workspace) -> None:
    judge = '[council.judges.{}]\ncommand = ["x"]\n'
    repo.commit("before", {OWN: judge.format("ada")})
    repo.write(OWN, judge.format("bob"))
    found = {finding.message: finding for finding in staged(repo).findings}
    assert set(found) == {"council.judges.ada is removed", "council.judges.bob is added"}
    assert found["council.judges.bob is added"].fix.startswith("leave out council.judges.bob")
    assert found["council.judges.bob is added"].line == 1
    assert found["council.judges.ada is removed"].fix.startswith('put back council.judges.ada = {"command": ["x"], ')
