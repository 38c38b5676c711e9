"""Making a signature: which keys serve, what is said when one does not, and that nobody waits for ever."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from conftest import Workspace
from verdicts.signlib import PAYLOAD, Agent, Key, line, make_key, record, verifier

from agentops_gates.model.errors import UndecidedError, UsageError
from agentops_gates.verdicts.signing import NAMESPACES, sign

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, so that a test can see what is left; and no agent of the outside."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    for name in ("SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return folder


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open sesame", "-C", "", "-f", path], check=True)
    return path


def copy(key: Key, path: Path, *, mode: int = 0o600) -> Path:
    shutil.copy(key.path, path)
    path.chmod(mode)
    return path


def of(path: Path) -> str:
    return f"judge@example.org {Path(f'{path}.pub').read_text()}"


@pytest.mark.parametrize("kind", NAMESPACES)
@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa", "rsa"])
def test_what_is_signed_is_verified(key_type: str, kind) -> None:
    key = make_key(key_type)
    item = record(sign(PAYLOAD, kind, str(key.path)))._replace(kind=kind)
    assert verifier(line(key)).check(item).fingerprint == key.fingerprint


@pytest.mark.parametrize("payload", [b"", b"\0\r\n\xff", b"x" * (1 << 20)], ids=["empty", "any bytes", "large"])
def test_every_byte_is_signed_as_it_is(payload: bytes) -> None:
    key = make_key("ed25519")
    assert verifier(line(key)).check(record(sign(payload, "verdict", str(key.path)), payload))


def test_nothing_is_left_behind(place: Path, tmp_path: Path) -> None:
    key = make_key("ed25519")
    sign(PAYLOAD, "verdict", str(key.path))
    with pytest.raises(UsageError):
        sign(PAYLOAD, "verdict", str(locked(tmp_path)))
    verifier(line(key)).check_all([record(b""), record(sign(PAYLOAD, "verdict", str(key.path)), b"changed")])
    assert list(place.iterdir()) == []


def test_files_are_for_this_account_only(place: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program(tmp_path / "bin" / "ssh-keygen", f"PATH={os.defpath}; ls -lnR {place} > {seen}; exit 1")
    with pytest.raises(UsageError):
        sign(PAYLOAD, "verdict", str(make_key("ed25519").path), environ={**os.environ, "PATH": str(tmp_path / "bin")})
    modes = [row.split()[0] for row in seen.read_text().splitlines() if row[:1] in {"d", "-"}]
    assert modes == ["drwx------", "-rw-------"]


def test_a_key_in_an_agent_serves_by_its_public_half(tmp_path: Path) -> None:
    key = make_key("ed25519", "agent")
    public = str(shutil.copy(f"{key.path}.pub", tmp_path / "alone.pub"))
    with Agent() as agent:
        agent.add(key)
        for given in (public, key.public, f"key::{key.public} comment"):
            assert verifier(line(key)).check(record(sign(PAYLOAD, "verdict", given, environ=agent.environ)))


def test_an_agent_that_refuses() -> None:
    key = make_key("ed25519", "agent")
    with Agent() as agent:
        agent.add(key, "-c")  # each use must be confirmed, and nobody is here to do so
        with pytest.raises(UsageError, match="the ssh-agent refuses to sign with"):
            sign(PAYLOAD, "verdict", key.public, environ=agent.environ, terminal=False)


@pytest.mark.parametrize("given", ["file", "literal"])
def test_a_key_that_no_agent_holds(given: str, tmp_path: Path) -> None:
    key = make_key("ed25519", "agent")
    public = shutil.copy(f"{key.path}.pub", tmp_path / "alone.pub") if given == "file" else key.public
    with pytest.raises(UsageError, match=r"the private key of .* is in no file and no ssh-agent"):
        sign(PAYLOAD, "verdict", str(public))
    with Agent() as agent, pytest.raises(UsageError, match="is in no file and no ssh-agent"):
        sign(PAYLOAD, "verdict", str(public), environ=agent.environ)


def test_a_key_of_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no signing key at .*/no\\x1b\[2Jkey") as caught:
        sign(PAYLOAD, "verdict", str(tmp_path / "no\x1b[2Jkey"))
    assert "name a private key" in caught.value.fix


def test_a_directory_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no signing key at"):
        sign(PAYLOAD, "verdict", str(tmp_path))


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    path = copy(make_key("ed25519"), tmp_path / "open {key}", mode=0o644)
    with pytest.raises(UsageError, match="can be read by other accounts") as caught:
        sign(PAYLOAD, "verdict", str(path))
    assert caught.value.fix == f"chmod 600 '{path}'"


@NOT_ROOT
def test_a_key_that_this_account_cannot_read(tmp_path: Path) -> None:
    path = copy(make_key("ed25519"), tmp_path / "foreign", mode=0o000)
    with pytest.raises(UsageError, match="cannot be read by this account"):
        sign(PAYLOAD, "verdict", str(path))


@pytest.mark.parametrize("content", [b"", b"PASS\n", b"\0" * 100], ids=["empty", "text", "binary"])
def test_a_file_that_is_no_key(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError) as caught:
        sign(PAYLOAD, "verdict", str(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_certificate_is_not_signed_with(tmp_path: Path) -> None:
    authority, key = make_key("ed25519", "authority"), copy(make_key("ed25519"), tmp_path / "certified")
    shutil.copy(f"{make_key('ed25519').path}.pub", f"{key}.pub")
    subprocess.run(["ssh-keygen", "-q", "-s", authority.path, "-I", "x", "-n", "judge", f"{key}.pub"], check=True)
    with pytest.raises(
        UsageError, match=r"is by a key of type ssh-ed25519-cert-v01@openssh\.com, which does not count"
    ):
        sign(PAYLOAD, "verdict", f"{key}-cert.pub")


def test_a_passphrase_is_not_waited_for(tmp_path: Path) -> None:
    path = locked(tmp_path)
    started = time.monotonic()
    with pytest.raises(UsageError, match="has a passphrase, and nobody is here to give it") as caught:
        sign(PAYLOAD, "verdict", str(path), terminal=False)
    assert time.monotonic() - started < 10
    assert caught.value.fix == f"ssh-add {path}, or sign in a terminal"


def asking(helper: Path) -> dict[str, str]:
    return {**os.environ, "SSH_ASKPASS": str(helper), "SSH_ASKPASS_REQUIRE": "force"}


def test_the_users_own_helper_is_asked(tmp_path: Path) -> None:
    helper = program(tmp_path / "askpass", "echo open sesame")
    path = locked(tmp_path)
    signature = sign(PAYLOAD, "verdict", str(path), environ=asking(helper), terminal=False)
    assert verifier(of(path)).check(record(signature))


def test_a_helper_out_of_the_work_tree_is_not_run(repo: Workspace, tmp_path: Path) -> None:
    helper = program(repo.path / "askpass", f"touch {tmp_path}/ran; echo open sesame")
    with pytest.raises(UsageError, match="has a passphrase"):
        sign(PAYLOAD, "verdict", str(locked(tmp_path)), cwd=str(repo.path), environ=asking(helper), terminal=False)
    assert not (tmp_path / "ran").exists()


def test_a_helper_that_never_answers_is_ended(tmp_path: Path, place: Path) -> None:
    helper = program(tmp_path / "askpass", f"echo $$ > {tmp_path}/pid; exec sleep 600")
    started = time.monotonic()
    with pytest.raises(UndecidedError, match=r"nobody answered .*ssh-keygen within 1 s"):
        sign(PAYLOAD, "verdict", str(locked(tmp_path)), environ=asking(helper), timeout=1, terminal=False)
    assert time.monotonic() - started < 10
    state = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
    assert list(place.iterdir()) == []


def test_a_person_at_a_terminal_is_asked(tmp_path: Path) -> None:
    path = locked(tmp_path)
    code = "import sys; from agentops_gates.verdicts.signing import sign; open(sys.argv[2], 'wb').write(sign("
    code += f"{PAYLOAD!r}, 'verdict', sys.argv[1]))"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", code, str(path), str(tmp_path / "signature")])
    shown = b""
    while b"passphrase" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"open sesame\n")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    assert verifier(of(path)).check(record((tmp_path / "signature").read_bytes()))


def test_a_terminal_is_given_back_when_nobody_answers(tmp_path: Path) -> None:
    code = "import sys; from agentops_gates.verdicts.signing import sign; sign(b'', 'verdict', sys.argv[1], timeout=2)"
    master, terminal = pty.openpty()
    argv = [sys.executable, "-c", code, str(locked(tmp_path))]

    def take() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    child = subprocess.Popen(argv, stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=take)  # noqa: PLW1509
    shown = b""
    while b"nobody answered" not in shown:
        shown += os.read(master, 1000)
    assert child.wait() == 1
    assert termios.tcgetattr(terminal)[3] & termios.ECHO
    os.close(terminal)
    os.close(master)


@pytest.mark.parametrize("where", ["work tree", "relative", "nowhere"])
def test_ssh_keygen_is_not_taken_from(where: str, repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    program(repo.path / "ssh-keygen", "touch ran")
    monkeypatch.chdir(repo.path)
    monkeypatch.setattr("os.defpath", "")
    path = {"work tree": str(repo.path), "relative": f".{os.pathsep}", "nowhere": ""}[where]
    with pytest.raises(UndecidedError, match="no usable ssh-keygen on PATH") as caught:
        sign(PAYLOAD, "verdict", str(make_key("ed25519").path), cwd=str(repo.path), environ={"PATH": path})
    assert "install OpenSSH" in caught.value.fix
    assert not (repo.path / "ran").exists()


@pytest.mark.parametrize("said", ["unknown option -- Y", "ssh-keygen: illegal option -- Y"])
def test_an_old_openssh_is_named(said: str, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "ssh-keygen", f"echo '{said}' >&2; exit 1")
    with pytest.raises(UndecidedError, match="is too old"):
        sign(PAYLOAD, "verdict", str(make_key("ed25519").path), environ={"PATH": str(tmp_path / "bin")})


def test_a_program_that_signs_nothing_is_not_believed(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "ssh-keygen", 'for last; do :; done; echo PASS > "$last.sig"')
    with pytest.raises(UsageError, match="does not count: it does not begin with"):
        sign(PAYLOAD, "verdict", str(make_key("ed25519").path), environ={"PATH": str(tmp_path / "bin")})


def test_a_program_that_writes_nothing_is_undecided(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "ssh-keygen", "exit 0")
    with pytest.raises(UndecidedError, match="wrote no signature"):
        sign(PAYLOAD, "verdict", str(make_key("ed25519").path), environ={"PATH": str(tmp_path / "bin")})
