"""Looks for a private key within reach of this account, so that a signature by it is not taken for somebody else's.

Finding it lowers a level. Not finding it proves nothing: a key can lie anywhere, and who looks may be who hid it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress

from ..git import spawn
from ..model.errors import UndecidedError
from ..model.text import printable
from . import openssh, sshsig

_FILES = 500
_LONGEST = 1 << 16
# An agent may wait for a person; this only asks what it holds, which it answers at once.
_PATIENCE = 5000  # milliseconds
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
_MAGIC = b"openssh-key-v1\0"


def key_readable(
    fingerprint: str, configured: Collection[str] = (), cwd: str | None = None, environ: Mapping[str, str] = os.environ
) -> str:
    """Return where this account can get at the private key with this ``SHA256:...`` fingerprint, or an empty string.

    ``configured`` are values of git's ``user.signingKey`` and the like. A passphrase does not put a key out of reach:
    who shares the account can wait until it is typed. An ssh-agent that cannot be asked is returned as if it had the
    key.
    """
    for path in _candidates(configured, environ):
        if _fingerprint(path, cwd, environ) == fingerprint:
            return printable(path)
    return _in_agent(fingerprint, cwd, environ)


def _candidates(configured: Collection[str], environ: Mapping[str, str]) -> list[str]:
    """Return the paths of files that may hold a private key, each once."""
    homes = [environ.get("HOME", ""), environ.get("USERPROFILE", "")]
    if os.name == "posix":
        import pwd

        # OpenSSH asks the account, not the environment, where home is. A made-up account has none.
        with suppress(KeyError):
            homes.append(pwd.getpwuid(os.getuid()).pw_dir)
    paths = [os.path.expanduser(value.removesuffix(".pub")) for value in configured]
    for home in filter(os.path.isabs, homes):
        for folder, _, names in os.walk(os.path.join(home, ".ssh")):
            paths += [os.path.join(folder, name) for name in sorted(names) if not name.endswith(".pub")]
            if len(paths) > _FILES:
                break
    return list(dict.fromkeys(paths))


def _fingerprint(path: str, cwd: str | None, environ: Mapping[str, str]) -> str:
    """Return the fingerprint of the private key in the file, or an empty string."""
    data = _read(path)
    if data.startswith(_OPENSSH):
        body = data[len(_OPENSSH) :].partition(b"-----END")[0].replace(b"\n", b"")
        with suppress(ValueError):
            magic, _, rest = sshsig.decode(body).partition(_MAGIC)
            # Cipher, key derivation and its options, the number of keys; then the public key, in clear text.
            return "" if magic else sshsig.fingerprint(sshsig.fields(sshsig.fields(rest, 3)[1][4:], 1)[0][0])
    if not (data.startswith(b"-----BEGIN ") and b"PRIVATE KEY-----" in data):
        return ""
    return _of_public(_asked(path, cwd, environ)) or _of_public(_read(f"{path}.pub"))


def _asked(path: str, cwd: str | None, environ: Mapping[str, str]) -> bytes:
    """Return the public key that ssh-keygen finds in a file of another format; nothing if that is locked."""
    with suppress(UndecidedError):
        argv = [openssh.find("ssh-keygen", cwd, environ, believed=True), "-y", "-P", "", "-f", path]
        return openssh.together([(argv, b"")], openssh.bare_environment(environ))[0][1]
    return b""


def _of_public(text: bytes) -> str:
    words = text.split(None, 2)
    with suppress(ValueError):
        return sshsig.fingerprint(sshsig.decode(words[1])) if len(words) > 1 else ""
    return ""


def _read(path: str) -> bytes:
    """Return the beginning of a plain file, or nothing. A pipe of that name must not keep us waiting."""
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            return file.read(_LONGEST) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except (OSError, ValueError):
        return b""


def _in_agent(fingerprint: str, cwd: str | None, environ: Mapping[str, str]) -> str:
    socket = environ.get("SSH_AUTH_SOCK", "")
    if not socket:
        return ""
    where = f"the ssh-agent at {printable(socket)}"
    env = {**openssh.bare_environment(environ), "SSH_AUTH_SOCK": socket}
    try:
        said = _listen([openssh.find("ssh-add", cwd, environ, believed=True), "-l", "-E", "sha256"], env)
    except (UndecidedError, OSError):
        said = None
    if said is None:
        return f"{where}, which cannot be asked"
    return where if fingerprint in os.fsdecode(said).split() else ""


def _listen(argv: list[str], env: Mapping[str, str]) -> bytes | None:
    """Return the output of a program, or None if it takes too long. Raises OSError when it cannot be started."""
    import select

    child = spawn.start(argv, env)
    heard = b""
    try:
        if not hasattr(select, "poll"):
            return child.stdout.read()
        ready = select.poll()
        ready.register(child.stdout.fileno(), select.POLLIN)
        while ready.poll(_PATIENCE):
            more = os.read(child.stdout.fileno(), _LONGEST)
            if not more:
                return heard
            heard += more
        return None
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
