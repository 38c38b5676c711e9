"""Whose policy and whose keys count on a server: what a branch brings along was chosen by whoever made it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from doors.doorlib import Installed
from doors.serverlib import GATE, MAIN, POLICY, Served
from verdicts import signlib
from verdicts.signlib import make_key
from verdicts.test_signing_revoked import krl

from agentops_gates.model.verdict import Override

JUDGE, LEAD, THIEF = "judge@example.org", "lead@example.org", "thief@example.org"
LEVEL2 = f'[verdicts]\nrequired_level = 2\nheld_apart = ["{JUDGE}", "{LEAD}"]\nhumans = ["{LEAD}"]\n'
SIGNED = POLICY + LEVEL2
WIDER = SIGNED.replace('"release/*"]', '"release/*", "hotfix/*"]')
HOTFIX = "refs/heads/hotfix/1"
OPEN = "version = 1\n"
OWN = WIDER.replace(JUDGE, THIEF).replace(LEAD, THIEF)
FILE, SIGNERS, REVOKED = "agentops-gates.toml", ".agents/allowed_signers", ".agents/revoked_keys"


def _signers(*names: str) -> str:
    return "".join(signlib.line(make_key("ed25519", name), f"{name}@example.org") for name in names)


def _key(name: str) -> str:
    return str(make_key("ed25519", name).path)


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server that asks for signed verdicts, and one commit on main."""
    return Served(tmp_path, installed, SIGNED, **{SIGNERS: _signers("judge", "lead")})


def _administered(served: Served, files: dict[str, str | bytes]) -> None:
    """Move main past the hook, as its administrator can."""
    served.client.git("checkout", "-q", "--detach", "refs/remotes/origin/main")
    served.client.commit("by the administrator", files)
    served.bare.git("fetch", "-q", str(served.client.path), "HEAD:refs/heads/main")
    served.client.git("fetch", "-q", "origin")


def _work(served: Served, start: str, path: str = "a.py") -> str:
    served.client.git("checkout", "-q", "--detach", start)
    return served.client.commit("work", {path: f"x = {path!r}\n"})


def _hotfix(served: Served, policy: str | None, **files: str) -> None:
    """Make a free topic branch, and protect its name only then."""
    if policy is not None:
        served.client.commit("a topic", {FILE: policy, **files})
    assert served.push(f"HEAD:{HOTFIX}") == ""
    _administered(served, {FILE: WIDER})


def _override(served: Served, base: str, who: str) -> str:
    tree = served.client.git("rev-parse", "HEAD^{tree}")
    said = Override("", HOTFIX, base, tree, (GATE,), f"{who}@example.org", "at night", int(time.time()), 3600, (tree,))
    return served.stored(said, _key(who))


# What must pass.


def test_a_branch_that_left_before_main_changed_its_policy(served: Served) -> None:
    """Its policy is what main's was where they parted, and asks for as much."""
    _hotfix(served, None)
    start = served.refs()[HOTFIX]
    _work(served, start)
    record = served.judged(base=start, ref=HOTFIX, key=_key("judge"))
    assert served.push("--atomic", f"HEAD:{HOTFIX}", record) == ""


def test_a_person_whom_the_default_branch_names_opens_it(served: Served) -> None:
    """What is judged by another policy than its own stays open to him, and to nobody else."""
    _hotfix(served, OPEN, **{SIGNERS: _signers("thief")})
    base = served.refs()[HOTFIX]
    _work(served, base)
    theirs, his = _override(served, base, "thief"), _override(served, base, "lead")
    served.bare.git("fetch", "-q", str(served.client.path), f"{theirs}:{theirs}")
    assert "AG101" in served.push(f"HEAD:{HOTFIX}")
    assert served.push("--atomic", f"HEAD:{HOTFIX}", his) == ""


# What must not.


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(OPEN, id="no judges"),
        pytest.param("version = 1\nnonsense = 2\n", id="one that cannot be read"),
        pytest.param(OWN, id="judges of his own"),
        pytest.param(WIDER + '[gates.push-after-vibe]\nlevel = "trial"\n', id="findings that block nothing"),
        pytest.param(WIDER.replace("= 2", "= 1"), id="a lower level"),
    ],
)
def test_a_branch_that_brings_a_policy_of_its_own(served: Served, policy: str) -> None:
    """A topic branch is free; its name is protected later, and what its policy says was never agreed on."""
    _hotfix(served, policy, **{SIGNERS: _signers("thief")})
    _work(served, served.refs()[HOTFIX])
    before = served.refs()
    said = served.push(f"HEAD:{HOTFIX}")
    assert "AG101" in said
    assert "is judged by the policy of refs/heads/main" in said
    if policy == OWN:
        record = served.judged(base=before[HOTFIX], ref=HOTFIX, principal=THIEF, key=_key("thief"))
        # Neither is the record taken, nor would it open anything.
        assert "does not list" in served.push(record)
        served.bare.git("fetch", "-q", str(served.client.path), f"{record}:{record}")
        assert "AG102" in served.push(f"HEAD:{HOTFIX}")
        before = {**before, record: served.refs()[record]}
    assert served.refs() == before


def test_an_old_policy_that_asked_for_nothing(tmp_path: Path, installed: Installed) -> None:
    """It was main's, once; so it is no policy of somebody's own, and still it counts no more."""
    served = Served(tmp_path, installed, OPEN)
    _hotfix(served, None)
    _work(served, served.refs()[HOTFIX])
    assert "AG101" in served.push(f"HEAD:{HOTFIX}")


@pytest.mark.parametrize(
    "files",
    [{REVOKED: make_key("ed25519").public + "\n"}, {SIGNERS: _signers("lead")}],
    ids=["a revoked key", "a signer who left"],
)
def test_a_new_branch_from_where_a_key_still_counted(served: Served, files: dict[str, str]) -> None:
    first = served.client.head()
    _administered(served, files)
    assert "other signers, or revoked keys" in served.push(f"{first}:refs/heads/release/1")
    assert "refs/heads/release/1" not in served.refs()


@pytest.mark.parametrize("binary", [False, True], ids=["plain", "krl"])
def test_a_key_that_the_default_branch_revoked_counts_on_no_branch(
    served: Served, binary: bool, tmp_path: Path
) -> None:
    """Also on one that was there before."""
    assert served.push("HEAD:refs/heads/release/1") == ""
    start = served.client.head()
    _work(served, start)
    record = served.judged(base=start, ref="refs/heads/release/1", key=_key("judge"))
    # The record came while the key counted.
    assert served.push(record) == ""
    head, revoked = served.client.head(), f"{make_key('ed25519').public}\n".encode()
    _administered(served, {REVOKED: krl(tmp_path, make_key("ed25519")) if binary else revoked})
    assert "revokes" in served.push(f"{head}:refs/heads/release/1")
    assert served.refs()["refs/heads/release/1"] == start


# While nobody can tell.


def test_a_head_that_names_nothing_beside_main(served: Served) -> None:
    """`git init --bare` leaves HEAD at master; whoever creates that would say what is protected."""
    served.bare.git("symbolic-ref", "HEAD", "refs/heads/master")
    _work(served, "HEAD")
    assert "git symbolic-ref HEAD" in served.push("HEAD:refs/heads/master")
    assert served.push("HEAD:refs/heads/topic") == ""
    assert "AG101" in served.push(MAIN)
    assert "refs/heads/master" not in served.refs()


def test_main_is_not_made_beside_master(served: Served) -> None:
    """It would be asked before master."""
    served.bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    served.bare.git("branch", "-m", "main", "master")
    _work(served, "HEAD")
    assert "git symbolic-ref HEAD" in served.push(MAIN)


def test_a_head_that_names_nothing_and_no_trunk(served: Served, tmp_path: Path) -> None:
    served.bare.git("symbolic-ref", "HEAD", "refs/heads/master")
    served.bare.git("branch", "-m", "main", "trunk")
    served.bare.git("update-ref", "refs/heads/topic", "refs/heads/trunk")
    _work(served, "HEAD")
    for ref in ("refs/heads/release/1", "refs/heads/trunk", "refs/heads/main", "refs/heads/topic"):
        assert "git symbolic-ref HEAD" in served.push(f"HEAD:{ref}"), ref
    assert served.push(":refs/heads/topic") == ""
    said = served.installed.gate(tmp_path, "install", "--server", str(served.bare.path)).stdout
    assert "git symbolic-ref HEAD refs/heads/trunk" in said
    doctor = served.installed.gate(tmp_path, "doctor", "--server", str(served.bare.path), ok=1)
    assert "HEAD names refs/heads/master, which is not there" in " ".join(doctor.stdout.split())
    served.bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    assert "AG101" in served.push("HEAD:refs/heads/release/1")
