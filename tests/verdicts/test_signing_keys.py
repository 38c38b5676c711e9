"""Where this account can get at a private key: every place where people keep one, and no place where they do not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from verdicts.signlib import Agent, Key, make_key

from agentops_gates.verdicts import keys
from agentops_gates.verdicts.keys import key_readable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    return tmp_path


def key() -> Key:
    return make_key("ed25519", "reach")


def test_a_key_that_is_not_here_is_not_found(home: Path) -> None:
    shutil.copy(f"{key().path}.pub", home / ".ssh" / "id_ed25519.pub")
    shutil.copy(f"{key().path}.pub", home / ".ssh" / "authorized_keys")
    shutil.copy(make_key("ecdsa", "reach").path, home / ".ssh" / "id_ecdsa")
    assert key_readable(key().fingerprint, ["", "~/.ssh/missing", key().public, str(home)]) == ""


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
@pytest.mark.parametrize("name", [".ssh/id", ".ssh/team/keys/judge", ".ssh/odd\x1b[2J"])
def test_a_key_below_home_is_found(kind: str, name: str, home: Path) -> None:
    held = make_key(kind, "reach")
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(held.path, home / name)
    assert key_readable(held.fingerprint) == f"{home}/{name}".replace("\x1b", r"\x1b")


@pytest.mark.parametrize("given", ["{}", "{}.pub"])
def test_a_configured_key_is_found_wherever_it_is(given: str) -> None:
    assert key_readable(key().fingerprint, [given.format(key().path)]) == str(key().path)


def test_a_passphrase_does_not_put_it_out_of_reach(home: Path) -> None:
    path = home / ".ssh" / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "open sesame", "-f", path], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", path], capture_output=True, text=True, check=True).stdout.split()[1]
    Path(f"{path}.pub").unlink()
    assert key_readable(shown) == str(path)


@pytest.mark.parametrize("style", ["PEM", "PKCS8"])
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_other_formats_are_found(style: str, passphrase: str, home: Path) -> None:
    path = home / ".ssh" / "old"
    argv = ["ssh-keygen", "-q", "-t", "ecdsa", "-m", style, "-N", passphrase, "-f", path]
    subprocess.run(argv, check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True, check=True)
    if not passphrase:  # of a locked one nobody knows the public half but from the file beside it
        Path(f"{path}.pub").unlink()
    assert key_readable(shown.stdout.split()[1]) == str(path)


def test_the_public_file_beside_it_cannot_hide_a_key(home: Path) -> None:
    path = home / ".ssh" / "old"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-m", "PEM", "-N", "", "-f", path], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True, check=True)
    shutil.copy(f"{key().path}.pub", f"{path}.pub")
    assert key_readable(shown.stdout.split()[1]) == str(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_of_another_account_is_not_found(home: Path) -> None:
    path = Path(shutil.copy(key().path, home / ".ssh" / "id"))
    path.chmod(0o000)
    assert key_readable(key().fingerprint) == ""


def test_a_pipe_and_garbage_are_passed_over(home: Path) -> None:
    os.mkfifo(home / ".ssh" / "a-pipe")
    writer = os.open(home / ".ssh" / "a-pipe", os.O_RDWR)
    (home / ".ssh" / "b-link").symlink_to("b-link")
    begin = b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
    for number, content in enumerate((begin, begin + b"!!!!", begin + b"AAAA", b"-----BEGIN PRIVATE KEY-----\n")):
        (home / ".ssh" / f"c-{number}").write_bytes(content)
    shutil.copy(key().path, home / ".ssh" / "d-key")
    assert key_readable(key().fingerprint) == f"{home}/.ssh/d-key"
    os.close(writer)


def test_a_made_up_home_does_not_hide_the_accounts_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    own = pwd.getpwuid(os.getuid()).pw_dir
    monkeypatch.setenv("HOME", "/nonexistent")
    looked: list[str] = []
    monkeypatch.setattr(os, "walk", lambda top: looked.append(top) or [])
    assert key_readable(key().fingerprint) == ""
    assert looked == ["/nonexistent/.ssh", f"{own}/.ssh"]


def test_a_key_in_a_running_agent_is_found() -> None:
    with Agent() as agent:
        assert key_readable(key().fingerprint, environ=agent.environ) == ""
        agent.add(make_key("ecdsa", "reach"))
        assert key_readable(key().fingerprint, environ=agent.environ) == ""
        agent.add(key())
        where = f"the ssh-agent at {agent.environ['SSH_AUTH_SOCK']}"
        assert key_readable(key().fingerprint, environ=agent.environ) == where


def test_an_agent_that_is_gone_holds_nothing(home: Path) -> None:
    assert key_readable(key().fingerprint, environ={**os.environ, "SSH_AUTH_SOCK": str(home / "gone")}) == ""


def test_an_agent_that_does_not_answer_counts_as_holding_it(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_PATIENCE", 300)
    path = tmp_path_factory.mktemp("s") / "s"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        started = time.monotonic()
        found = key_readable(key().fingerprint, environ={**os.environ, "SSH_AUTH_SOCK": str(path)})
    assert found == f"the ssh-agent at {path}, which cannot be asked"
    assert time.monotonic() - started < 10


def test_without_ssh_add_an_agent_counts_as_holding_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.defpath", "")
    with Agent() as agent:
        environ = {**agent.environ, "PATH": str(home)}
        assert key_readable(key().fingerprint, environ=environ).endswith("which cannot be asked")
