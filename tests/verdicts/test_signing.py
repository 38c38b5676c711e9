"""Whose signature a record bears: what must never count, then what counts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from verdicts.signlib import (
    ID,
    PAYLOAD,
    VERDICT,
    Key,
    armour,
    blob_of,
    hardware,
    line,
    make_key,
    record,
    refusal,
    ssh_sign,
    sshsig,
    strings,
    verifier,
)

from agentops_gates.model.errors import UndecidedError, UsageError
from agentops_gates.model.verdict import Signer
from agentops_gates.verdicts.signing import NAMESPACES

KINDS = ["ed25519", "ecdsa", "rsa"]


def judge() -> Key:
    return make_key("ed25519")


def good() -> bytes:
    return ssh_sign(judge())


BROKEN = {
    "no signature": (lambda: b"", "is missing"),
    "not armoured": (lambda: b"yes, PASS", "does not begin with"),
    "text before": (lambda: b"PASS\n" + good(), "does not begin with"),
    "text after": (lambda: good() + b"PASS\n", "has something after its end"),
    "several": (lambda: good() + ssh_sign(make_key("ecdsa")), "is not one but several"),
    "several, the good one last": (lambda: ssh_sign(make_key("ecdsa")) + good(), "is not one but several"),
    "cut in the middle": (lambda: good()[:150], "is cut short"),
    "cut at the end": (lambda: good()[:-6], "is cut short"),
    "a blank in the text": (lambda: good().replace(b"U1NI", b"U1 NI"), "is damaged: its text is not proper Base64"),
    "other line ends": (lambda: good().replace(b"\n", b"\r\n"), "does not begin with"),
    "huge": (lambda: good() + b"\n" * 20_000, "bytes long"),
    "another version": (lambda: armour(b"SSHSIG\0\0\0\2" + blob_of(good())[10:]), "is not an OpenSSH signature"),
    "another format": (lambda: armour(b"PGPSIG\0\0\0\1" + blob_of(good())[10:]), "is not an OpenSSH signature"),
    "a field cut": (lambda: armour(blob_of(good())[:-3]), "a field ends too soon"),
    "a field too many": (lambda: armour(blob_of(good()) + b"\0"), "something follows its last field"),
    "a length beyond the end": (lambda: armour(blob_of(good())[:10] + b"\xff" * 40), "a field ends too soon"),
    "nothing inside": (lambda: armour(b"SSHSIG\0\0\0\1"), "a field ends too soon"),
    "a digest that is weak": (
        lambda: sshsig(judge().blob, strings(b"ssh-ed25519", b"x" * 64), digest=b"sha1"),
        "is made in a way that does not count: ssh-ed25519 over sha1",
    ),
    "an algorithm that is weak": (
        lambda: sshsig(make_key("rsa").blob, strings(b"ssh-rsa", b"x" * 256)),
        "is made in a way that does not count: ssh-rsa over sha512",
    ),
    "a certificate": (
        lambda: sshsig(strings(b"ssh-ed25519-cert-v01@openssh.com", b"n"), strings(b"ssh-ed25519", b"x" * 64)),
        "is by a key of type ssh-ed25519-cert-v01@openssh.com",
    ),
    "a type with an escape": (lambda: sshsig(strings(b"\x1b[2J", b"n"), strings(b"x", b"y")), r"of type \x1b[2J"),
    "made for another purpose": (lambda: ssh_sign(judge(), namespace="git"), f"is made for git, not for {VERDICT}"),
    "made for an ack": (
        lambda: ssh_sign(judge(), namespace="agentops-ack-v1"),
        f"is made for agentops-ack-v1, not for {VERDICT}",
    ),
    "relabelled for another purpose": (
        lambda: armour(blob_of(ssh_sign(judge(), namespace="agentops-verdict-v2")).replace(b"-v2", b"-v1")),
        "does not fit the record",
    ),
    "by an unknown key": (
        lambda: ssh_sign(make_key("ed25519", "worker")),
        "is by a key that .agents/allowed_signers does not list (SHA256:",
    ),
    "by an unknown key, relabelled": (
        lambda: armour(
            blob_of(ssh_sign(make_key("ed25519", "worker"))).replace(make_key("ed25519", "worker").blob, judge().blob)
        ),
        "does not fit the record",
    ),
    "of something else": (lambda: ssh_sign(judge(), b"something else"), "does not fit the record"),
    "made up": (lambda: sshsig(judge().blob, strings(b"ssh-ed25519", b"x" * 64)), "does not fit the record"),
    "made up, too short": (lambda: sshsig(judge().blob, strings(b"ssh-ed25519", b"x")), "does not fit the record"),
}


@pytest.mark.parametrize(("signature", "reason"), BROKEN.values(), ids=BROKEN)
def test_refused_with_its_own_line(signature, reason: str) -> None:
    assert reason in refusal(verifier(line(judge())), record(signature()))


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_byte_of_the_record_is_refused(kind: str) -> None:
    key = make_key(kind)
    tested = verifier(line(key))
    for at in range(len(PAYLOAD)):
        changed = PAYLOAD[:at] + bytes([PAYLOAD[at] ^ 1]) + PAYLOAD[at + 1 :]
        assert "does not fit the record" in refusal(tested, record(ssh_sign(key), changed))


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_byte_of_the_signature_is_refused(kind: str) -> None:
    key = make_key(kind)
    signature = ssh_sign(key)
    changed = [signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :] for at in range(len(signature))]
    # A line end may stand anywhere in the text: where the changed byte becomes one, a letter is lost all the same.
    answers = verifier(line(key)).check_all([record(item) for item in changed])
    assert [item for item in answers if isinstance(item, Signer)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_of_key_counts(kind: str) -> None:
    key = make_key(kind)
    assert verifier(line(key)).check(record(ssh_sign(key))) == Signer(
        "judge@example.org", key.fingerprint, key.public.split()[0], False
    )


@pytest.mark.parametrize("kind", NAMESPACES)
@pytest.mark.parametrize("namespace", sorted({*NAMESPACES.values(), "git"}))
def test_a_record_needs_a_signature_for_its_kind(kind, namespace: str) -> None:
    item = record(ssh_sign(judge(), namespace=namespace))._replace(kind=kind)
    if NAMESPACES[kind] == namespace:
        assert verifier(line(judge())).check(item).principal == "judge@example.org"
    else:
        assert f"is made for {namespace}, not for {NAMESPACES[kind]}" in refusal(verifier(line(judge())), item)


@pytest.mark.parametrize(
    ("flags", "listed", "apart"),
    [(1, False, True), (1, True, True), (0, False, False), (0, True, False), (4, True, False), (5, False, True)],
)
def test_a_hardware_key_is_held_apart_only_if_it_was_touched(flags: int, listed: bool, apart: bool) -> None:
    key, signature = hardware(flags)
    names = ["judge@example.org"] if listed else []
    signer = verifier(line(key), held_apart=names).check(record(signature))
    assert (signer.key_type, signer.held_apart) == ("sk-ssh-ed25519@openssh.com", apart)


def test_the_touch_cannot_be_written_into_a_signature() -> None:
    key, signature = hardware(0)
    blob = blob_of(signature)
    assert blob[-5:] == b"\0\0\0\0\7"
    assert "does not fit the record" in refusal(verifier(line(key)), record(armour(blob[:-5] + b"\1\0\0\0\7")))


@pytest.mark.parametrize("blob", [b"", b"\1\0\0\0\7\0"], ids=["no flags", "flags too long"])
def test_hardware_flags_must_be_whole(blob: bytes) -> None:
    key, signature = hardware(1)
    head = blob_of(signature)
    inner = strings(b"sk-ssh-ed25519@openssh.com", head[-69:-5]) + blob
    assert "something follows its last field" in refusal(verifier(line(key)), record(sshsig(key.blob, inner)))


def test_only_the_listed_are_held_apart() -> None:
    item = record(good())
    assert verifier(line(judge()), held_apart=["JUDGE@example.org"]).check(item).held_apart
    assert not verifier(line(judge()), held_apart=["other@example.org"]).check(item).held_apart


def test_many_at_once_get_each_their_own_answer() -> None:
    other = make_key("ecdsa")
    items = [record(good()), record(b""), record(ssh_sign(other)), record(good(), b"else"), record(good())] * 5
    answers = verifier(line(judge()) + line(other, "other@example.org")).check_all(items)
    names = [item.principal if isinstance(item, Signer) else str(item).removeprefix(ID)[:12] for item in answers]
    assert names == ["judge@example.org", "is missing", "other@example.org", "does not fit", "judge@example.org"] * 5


def test_a_large_record_goes_through() -> None:
    payload = b"x" * (1 << 20)
    item = record(ssh_sign(judge(), payload), payload)
    assert [type(answer) for answer in verifier(line(judge())).check_all([item] * 3)] == [Signer] * 3


@pytest.mark.parametrize("clock", [0, -1, 253402300800], ids=["never set", "negative", "the year 10000"])
def test_a_clock_that_ssh_keygen_would_misread_is_refused(clock: int) -> None:
    with pytest.raises(UsageError, match="the verifier's clock says"):
        verifier(line(judge()), now=clock)


def test_the_repository_and_its_configuration_have_no_say(repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("signers", line(make_key("ed25519", "worker")))
    repo.git("config", "gpg.ssh.allowedSignersFile", "signers")
    repo.write("ssh-keygen", "#!/bin/sh\necho 'Good \"x\"'\n").chmod(0o755)
    repo.git("config", "gpg.ssh.program", str(repo.path / "ssh-keygen"))
    item, changed = record(ssh_sign(make_key("ed25519", "worker"))), record(good(), b"changed")
    monkeypatch.setenv("PATH", f"{repo.path}{os.pathsep}.{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(repo.path)
    assert "does not list" in refusal(verifier(line(judge()), cwd=str(repo.path)), item)
    assert "does not fit" in refusal(verifier(line(judge()), cwd=str(repo.path)), changed)


@pytest.mark.parametrize("end", ["", "{fingerprint}; exit 1"], ids=["names no key", "fails"])
def test_a_program_that_only_says_yes_is_not_believed(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ssh-keygen"
    yes = f"cat >/dev/null; echo 'Good \"agentops-verdict-v1\" signature' {end.format(fingerprint=judge().fingerprint)}"
    program.write_text(f"#!/bin/sh\nPATH={os.defpath}\n{yes}\n")
    program.chmod(0o755)
    monkeypatch.setattr("os.defpath", "")
    reason = refusal(verifier(line(judge()), environ={"PATH": str(tmp_path)}), record(good()))
    assert reason.startswith("is refused by ssh-keygen: exit code ")


def test_the_systems_own_program_comes_before_path_unless_it_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pushes sets PATH, for a hook and for a server on the same disk."""
    said = f"echo 'Good \"agentops-verdict-v1\" signature by {judge().fingerprint}'"
    old = "echo 'ssh-keygen: illegal option -- Y' >&2; exit 1"
    for folder, does in (("lies", said), ("old", old)):
        (tmp_path / folder).mkdir()
        program = tmp_path / folder / "ssh-keygen"
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
    forged = record(good(), b"changed")
    tested = verifier(line(judge()), environ={"PATH": str(tmp_path / "lies")})
    assert "does not fit" in refusal(tested, forged)
    real = os.defpath
    monkeypatch.setattr("os.defpath", str(tmp_path / "old"))
    assert "does not fit" in refusal(verifier(line(judge()), environ={"PATH": real}), forged)


CANNOT = {
    "too old": ("echo 'ssh-keygen: illegal option -- Y' >&2; exit 1", "is too old"),
    "no account": ("echo 'No user exists for uid 4711' >&2; exit 255", "cannot work here: No user exists"),
    "killed": ("kill -9 $$", "cannot work here: ended by signal 9"),
}


@pytest.mark.parametrize(("script", "reason"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_asked_is_undecided(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.defpath", "")
    program = tmp_path / "ssh-keygen"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(UndecidedError, match=reason):
        verifier(line(judge()), environ={"PATH": str(tmp_path)}).check(record(good()))


def test_no_place_for_files_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.mkdir", full)
    tested, item = verifier(line(judge())), record(good())
    with pytest.raises(UndecidedError, match=r"no place for temporary files \(/var/tmp: No space left on device\)"):
        tested.check(item)
