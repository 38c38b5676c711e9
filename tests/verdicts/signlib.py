"""Real keys and real signatures for tests, made once a run; and a hardware key made of software."""

from __future__ import annotations

import atexit
import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from agentops_gates.model.verdict import Record
from agentops_gates.verdicts.signing import SignatureError, Verifier

NOW = 1_767_312_000  # 2026-01-02 00:00:00 UTC
VERDICT = "agentops-verdict-v1"
PAYLOAD = b'{"gate": "push-after-vibe"}\n'
ID = "the signature of verdict-0123456789abcdef0123456789abcdef01234567 "
_HOME = tempfile.mkdtemp(prefix="signlib-")


@atexit.register
def _clean(owner: int = os.getpid()) -> None:
    # A forked child that ends must leave its parent's keys alone.
    if os.getpid() == owner:
        shutil.rmtree(_HOME, ignore_errors=True)


class Key(NamedTuple):
    """A key pair: ``public`` is "type base64"."""

    path: Path
    public: str

    @property
    def blob(self) -> bytes:
        return base64.b64decode(self.public.split()[1])

    @property
    def fingerprint(self) -> str:
        shown = subprocess.run(["ssh-keygen", "-lf", f"{self.path}.pub"], capture_output=True, text=True, check=True)
        return shown.stdout.split()[1]


@cache
def make_key(kind: str, name: str = "judge", *options: str) -> Key:
    path = Path(_HOME) / f"{name}-{kind}-{len(options)}"
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", path, *options], check=True)
    return Key(path, " ".join(Path(f"{path}.pub").read_text().split()[:2]))


@cache
def ssh_sign(key: Key, payload: bytes = PAYLOAD, namespace: str = VERDICT) -> bytes:
    """Sign with ssh-keygen directly, so that what verifies is not held against our own signing."""
    argv = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key.path]
    return subprocess.run(argv, input=payload, capture_output=True, check=True).stdout


def record(signature: bytes, payload: bytes = PAYLOAD) -> Record:
    return Record("verdict-0123456789abcdef0123456789abcdef01234567", "verdict", payload, signature)


def verifier(signers: str | bytes, revoked: bytes | None = None, *, now: int = NOW, **more) -> Verifier:
    return Verifier(signers.encode() if isinstance(signers, str) else signers, revoked, now=now, **more)


def refusal(tested: Verifier, item: Record) -> str:
    """Return why ``tested`` refuses ``item``, which has to be one line with a mend."""
    with pytest.raises(SignatureError) as caught:
        tested.check(item)
    message = str(caught.value)
    assert message.startswith(ID)
    assert message.isprintable()
    assert caught.value.fix
    return message.removeprefix(ID)


def line(key: Key, name: str = "judge@example.org", options: str = "") -> str:
    return " ".join(filter(None, (name, options, key.public))) + "\n"


def armour(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    rows = [text[at : at + 70] for at in range(0, len(text), 70)]
    return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *rows, b"-----END SSH SIGNATURE-----", b""])


def blob_of(signature: bytes) -> bytes:
    return base64.b64decode(b"".join(signature.split(b"\n")[1:-2]))


def strings(*items: bytes) -> bytes:
    return b"".join(len(item).to_bytes(4, "big") + item for item in items)


def sshsig(key: bytes, signature: bytes, namespace: str = VERDICT, digest: bytes = b"sha512") -> bytes:
    return armour(b"SSHSIG\0\0\0\1" + strings(key, namespace.encode(), b"", digest, signature))


def hardware(flags: int, payload: bytes = PAYLOAD, namespace: str = VERDICT) -> tuple[Key, bytes]:
    """Return an sk-ssh-ed25519 key and a signature with ``flags`` (1: touched), as in OpenSSH's PROTOCOL.u2f."""
    kind = b"sk-ssh-ed25519@openssh.com"
    secret = hashlib.sha256(b"hardware").digest()
    public = strings(kind, ed25519_public(secret), b"ssh:")
    message = b"SSHSIG" + strings(namespace.encode(), b"", b"sha512", hashlib.sha512(payload).digest())
    state = bytes([flags]) + (7).to_bytes(4, "big")
    signed = hashlib.sha256(b"ssh:").digest() + state + hashlib.sha256(message).digest()
    signature = strings(kind, ed25519_sign(secret, signed)) + state
    return Key(Path("none"), f"{kind.decode()} {base64.b64encode(public).decode()}"), sshsig(
        public, signature, namespace
    )


# Ed25519 as RFC 8032 section 5.1 has it, for keys that exist in tests only.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
)


def _add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    cross = _D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + cross, -1, _P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, -1, _P)
    return x % _P, y % _P


def _times(number: int) -> bytes:
    point, double = (0, 1), _BASE
    while number:
        if number & 1:
            point = _add(point, double)
        double, number = _add(double, double), number >> 1
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _scalar(secret: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(secret).digest()
    return int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254, digest[32:]


def ed25519_public(secret: bytes) -> bytes:
    return _times(_scalar(secret)[0])


def ed25519_sign(secret: bytes, message: bytes) -> bytes:
    scalar, prefix = _scalar(secret)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % _L
    point = _times(nonce)
    challenge = hashlib.sha512(point + ed25519_public(secret) + message).digest()
    total = (nonce + int.from_bytes(challenge, "little") * scalar) % _L
    return point + total.to_bytes(32, "little")


class Agent:
    """A running ssh-agent of its own; ``environ`` leads to it."""

    def __init__(self) -> None:
        socket = Path(tempfile.mkdtemp(prefix="agent-", dir=_HOME)) / "s"  # a socket's path must be short
        self.process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        for _ in range(200):
            if socket.exists():
                break
            time.sleep(0.02)
        self.environ = {**os.environ, "SSH_AUTH_SOCK": str(socket)}

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait()

    def add(self, key: Key, *options: str) -> None:
        subprocess.run(["ssh-add", "-q", *options, key.path], env=self.environ, check=True)
