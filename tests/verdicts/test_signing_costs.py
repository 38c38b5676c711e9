"""What verifying costs: which records start a process, and what is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from verdicts.signlib import PAYLOAD, line, make_key, record, ssh_sign, verifier

from agentops_gates.model.errors import UndecidedError
from agentops_gates.verdicts.signing import SignatureError

# What entry/test_imports holds of every hook; a record's id is a digest, so hashlib is there in any case.
NEVER = {
    "subprocess",
    "re",
    "typing",
    "tempfile",
    "shutil",
    "pathlib",
    "dataclasses",
    "enum",
    "socket",
    "base64",
    "json",
}


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put an ``ssh-keygen`` on PATH, and none elsewhere, that writes down each call and does what the real one does."""
    calls = tmp_path / "calls"
    calls.write_text("")
    real = subprocess.run(["which", "ssh-keygen"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "ssh-keygen"
    program.write_text(f'#!/bin/sh\necho "$2" >> {calls}\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr("os.defpath", "")
    yield calls
    assert set(calls.read_text().split()) <= {"verify"}


def test_what_can_be_refused_by_reading_costs_no_process(counted: Path) -> None:
    key, other = make_key("ed25519"), make_key("ecdsa")
    expired = make_key("ed25519", "expired")
    signers = line(key) + line(expired, "old@example.org", 'valid-before="20200101"')
    tested = verifier(signers, make_key("rsa").public.encode(), environ={"PATH": str(counted.parent / "bin")})
    items = [b"", b"PASS", ssh_sign(other), ssh_sign(expired), ssh_sign(key, namespace="git"), ssh_sign(key)[:-9]]
    answers = tested.check_all(record(item) for item in items * 10)
    assert [type(answer) for answer in answers] == [SignatureError] * 60
    assert counted.read_text() == ""


def test_each_other_record_costs_one_process(counted: Path) -> None:
    key = make_key("ed25519")
    tested = verifier(line(key), b"", environ={"PATH": str(counted.parent / "bin")})
    tested.check_all([record(ssh_sign(key)), record(b""), record(ssh_sign(key), b"changed"), record(ssh_sign(key))])
    assert counted.read_text().split() == ["verify"] * 3


def test_without_ssh_keygen_only_a_signature_that_might_count_is_undecided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.defpath", "")
    key = make_key("ed25519")
    tested = verifier(line(key), environ={"PATH": str(tmp_path)})
    assert isinstance(tested.check_all([record(b"")])[0], SignatureError)
    with pytest.raises(UndecidedError, match="no usable ssh-keygen"):
        tested.check_all([record(b""), record(ssh_sign(key))])


def test_verifying_and_levels_import_nothing_heavy(tmp_path: Path) -> None:
    key = make_key("ed25519")
    (tmp_path / "signature").write_bytes(ssh_sign(key))
    code = (
        "import sys; from agentops_gates.verdicts.signing import Verifier, Record\n"
        "from agentops_gates.verdicts.levels import level\n"
        "from agentops_gates.verdicts.keys import key_readable\n"
        f"signature = open({str(tmp_path / 'signature')!r}, 'rb').read()\n"
        f"record = Record('r', 'verdict', {PAYLOAD!r}, signature)\n"
        f"signer = Verifier({line(key).encode()!r}, now=1767312000).check(record)\n"
        "level(bound=True, signer=signer, readable=key_readable(signer.fingerprint))\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & NEVER == set()
