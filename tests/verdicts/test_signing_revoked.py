"""The list of revoked keys: whatever it says ends a key, and whatever cannot be read ends all of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from verdicts.signlib import Key, line, make_key, record, refusal, ssh_sign, verifier

LIST = ".agents/revoked_keys"
GONE = f"is by a key of judge@example.org that {LIST} revokes (SHA256:"


def judge() -> Key:
    return make_key("ed25519")


def other() -> Key:
    return make_key("ecdsa")


def krl(folder: Path, *keys: Key, options: tuple[str, ...] = (), spec: str = "") -> bytes:
    """Return a binary revocation list as ssh-keygen makes it of public keys, or of a text that describes them."""
    files: list[str | Path] = [f"{key.path}.pub" for key in keys]
    if spec:
        (folder / "spec").write_text(spec)
        files = [folder / "spec"]
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", folder / "krl", *options, *files], check=True)
    return (folder / "krl").read_bytes()


REVOKED = {
    "one key": lambda: judge().public,
    "with a comment": lambda: f"# stolen\n{judge().public} laptop\n",
    "among others": lambda: f"{other().public}\n\n{judge().public}\n",
    "with Windows line ends": lambda: f"{other().public}\r\n{judge().public}\r\n",
    "behind blanks": lambda: f"  \t{judge().public}\n",
}


@pytest.mark.parametrize("text", REVOKED.values(), ids=REVOKED)
def test_a_listed_key_is_revoked(text) -> None:
    assert GONE in refusal(verifier(line(judge()), text().encode()), record(ssh_sign(judge())))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_key_in_a_binary_list_is_revoked(kind: str, tmp_path: Path) -> None:
    key = make_key(kind)
    assert GONE in refusal(verifier(line(key), krl(tmp_path, key)), record(ssh_sign(key)))


@pytest.mark.parametrize("spec", ["sha256: {1}", "hash: {0}", "key: {1}"])
def test_a_binary_list_may_be_of_fingerprints(spec: str, tmp_path: Path) -> None:
    revoked = krl(tmp_path, spec=spec.format(judge().fingerprint, judge().public) + "\n")
    assert GONE in refusal(verifier(line(judge()), revoked), record(ssh_sign(judge())))


UNREADABLE = {
    "words": "the laptop of the judge\n",
    "a fingerprint": "{fingerprint}\n",
    "the description of a binary list": "sha256: {fingerprint}\n",
    "as in the signers file": "judge@example.org {judge}\n",
    "with options": "no-pty {other}\n",
    "old Macintosh line ends": "{other}\r{judge}\r",
    "hidden in a comment": "# stolen\r{judge}\n",
    "NUL": "{other}\n\0{judge}\n",
    "a byte order mark": "\ufeff{judge}\n",
    "a key cut short": "{cut}\n",
    "a binary list without its beginning": "\n\0\0\0\0\1",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_list_that_cannot_be_read_ends_every_key(text: str, encoding: str) -> None:
    """Even the other judge's: nobody knows whom the unreadable line meant."""
    facts = {"judge": judge().public, "other": other().public, "cut": other().public[:-8]}
    data = text.format(**facts, fingerprint=judge().fingerprint).encode(encoding)
    tested = verifier(line(judge()) + line(other(), "other@example.org"), data)
    for key in (judge(), other()):
        assert "cannot be verified: line" in refusal(tested, record(ssh_sign(key)))


def test_a_damaged_binary_list_ends_every_key(tmp_path: Path) -> None:
    whole = krl(tmp_path, other())
    for size in range(8, len(whole), 7):
        reason = refusal(verifier(line(judge()), whole[:size]), record(ssh_sign(judge())))
        assert f"cannot be verified: ssh-keygen cannot read {LIST}" in reason


def test_what_a_list_does_not_name_counts(tmp_path: Path) -> None:
    item = record(ssh_sign(judge()))
    for revoked in (None, b"", b"\n# nobody so far\n", f"{other().public}\n".encode(), krl(tmp_path, other())):
        assert verifier(line(judge()), revoked).check(item)


def test_a_changed_record_is_not_called_revoked(tmp_path: Path) -> None:
    reason = refusal(verifier(line(judge()), krl(tmp_path, other())), record(ssh_sign(judge()), b"changed"))
    assert "does not fit the record" in reason
