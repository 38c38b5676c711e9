"""Edits of the files of signers and of revoked keys: what lets no further key count, and what does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from agentops_gates.policy.keyfiles import revoked_changed, signers_changed

K1, K2, K3 = ("AAAAC3NzaC1lZDI1NTE5AAAAI" + char * 43 for char in "abc")
ADA = f"ada@x ssh-ed25519 {K1} Ada's laptop\n"
BOB = f"bob@x ssh-ed25519 {K2}\n"
NAMED = f'ada@x namespaces="agentops-verdict-v1" ssh-ed25519 {K1}\n'
R1, R2 = f"ssh-ed25519 {K1} lost\n", f"ssh-ed25519 {K2}\n"
KRL = b"SSHKRL\n\0\0\0\0\1"

STRICT_SIGNERS = {
    "nothing": (ADA, ADA),
    "comment lines": (ADA, f"# who judges\n\n{ADA}   # and nobody else\n"),
    "comment behind a key": (ADA, ADA.replace("Ada's laptop", "Ada's desktop")),
    "blanks and line ends": (ADA, f"  ada@x\t ssh-ed25519   {K1}\r\n"),
    "order": (ADA + BOB, BOB + ADA),
    "signer removed": (ADA + BOB, BOB),
    "all removed": (ADA + BOB, ""),
    "line that nobody can read removed": (f"nonsense\n{ADA}", ADA),
    "repeated": (ADA, ADA + ADA),
}
LOOSE_SIGNERS = {
    "first signer": ("", ADA),
    "signer added": (ADA, ADA + BOB),
    "other key": (ADA, ADA.replace(K1, K2)),
    "other name": (ADA, ADA.replace("ada@x", "eve@x")),
    "one more name": (ADA, ADA.replace("ada@x", "ada@x,eve@x")),
    "one name less: the key had two and counted for nobody": (ADA.replace("ada@x", "ada@x,eve@x"), ADA),
    "a second name's line goes: the key counted for nobody": (ADA + ADA.replace("ada", "eve"), ADA),
    "a second key's line goes: of one name": (ADA + ADA.replace(K1, K3), ADA),
    "a pattern's line goes": (ADA + f"* ssh-ed25519 {K2}\n", ADA),
    "option dropped": (NAMED, ADA),
    "option changed": (NAMED, NAMED.replace("verdict", "override")),
    "option added": (ADA, NAMED),
    "authority": (ADA, ADA.replace(" ssh-", " cert-authority ssh-")),
    "comment mark taken away": (f"#{ADA}", ADA),
    "a line that nobody can read": (ADA, f"{ADA}eve@x\x0bssh-ed25519 {K2}\n"),
    "hidden behind a carriage return": (ADA, f"{ADA}\r{BOB}"),
    "hidden behind a NUL": (ADA, ADA.replace(K1, f"{K1}\0")),
    "a known key between quotes": (ADA, f'ada@x namespaces="x ssh-ed25519 {K1} y" ssh-ed25519 {K2}\n'),
    "byte order mark": (ADA, f"\ufeff{ADA}"),
}


@pytest.mark.parametrize(("old", "new"), STRICT_SIGNERS.values(), ids=STRICT_SIGNERS)
def test_no_further_key_signs(old: str, new: str) -> None:
    assert not any(clause.looser for clause in signers_changed(old.encode(), new.encode()))


@pytest.mark.parametrize(("old", "new"), LOOSE_SIGNERS.values(), ids=LOOSE_SIGNERS)
def test_a_key_may_sign_that_could_not(old: str, new: str) -> None:
    assert any(clause.looser for clause in signers_changed(old.encode(), new.encode()))


STRICT_REVOKED = {
    "nothing": (R1, R1),
    "one more": (R1, R1 + R2),
    "first": ("", R1),
    "comments": (R1, f"# lost\nssh-ed25519 {K1}\n"),
    "binary, where nothing was": (b"", KRL),
    "binary, unchanged": (KRL, KRL),
}
LOOSE_REVOKED = {
    "one less": (R1 + R2, R1),
    "emptied": (R1, ""),
    "exchanged": (R1, R2),
    "commented out": (R1, f"# {R1}"),
    "hidden behind a comment and a carriage return": (R1, f"# x\r{R1}"),
    "split": (R1, R1.replace(" ", "\n")),
    "something before it": (R1, f"x {R1}"),
    "another blank": (R1, R1.replace(" ", "\x0c")),
    "made binary": (R1, KRL),
    "binary and changed": (KRL, KRL + b"x"),
    "binary and removed": (KRL, b""),
    "binary made plain": (KRL, R1),
}


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize(("old", "new"), STRICT_REVOKED.values(), ids=STRICT_REVOKED)
def test_no_revoked_key_comes_back(old: str | bytes, new: str | bytes) -> None:
    assert not any(clause.looser for clause in revoked_changed(_bytes(old), _bytes(new)))


@pytest.mark.parametrize(("old", "new"), LOOSE_REVOKED.values(), ids=LOOSE_REVOKED)
def test_a_revoked_key_may_come_back(old: str | bytes, new: str | bytes) -> None:
    assert any(clause.looser for clause in revoked_changed(_bytes(old), _bytes(new)))


def test_the_words() -> None:
    (added,) = signers_changed(b"", BOB.encode())
    assert added.text == "bob@x (ssh-ed25519 ...bbbbbbbbbbbb) may sign from now on"
    (gone,) = signers_changed((ADA + BOB).encode(), ADA.encode())
    assert (
        gone.text == "bob@x (ssh-ed25519 ...bbbbbbbbbbbb) may no longer sign: no verdict of theirs counts, and no FAIL"
    )
    (back,) = revoked_changed(R1.encode(), b"")
    assert back.text == "ssh-ed25519 ...aaaaaaaaaaaa is no longer revoked"
    hostile = signers_changed(b"", f"\u202e{'e' * 90} ssh-ed25519 {K1}\n".encode())
    assert hostile[0].text.isprintable()
    assert len(hostile[0].text) < 130


def test_a_list_as_ssh_keygen_makes_it_is_known_as_binary(tmp_path: Path) -> None:
    key, krl = str(tmp_path / "key"), str(tmp_path / "krl")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, env=environment)
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", krl, f"{key}.pub"], check=True, env=environment)
    made = Path(krl).read_bytes()
    assert [clause.looser for clause in revoked_changed(made, b"")] == [True]
    assert [clause.looser for clause in revoked_changed(b"", made)] == [False]
    public = Path(f"{key}.pub").read_bytes()
    assert [clause.looser for clause in revoked_changed(public, made)] == [True]
    assert [clause.looser for clause in signers_changed(b"", b"ada@x " + public)] == [True]
