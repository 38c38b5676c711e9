"""Asks ``ssh-keygen`` whether signatures are good: the only one who says so.

It sees a signers file that was written for the one question: the lines of one person's one key. What else stands in the
real file, and how ssh-keygen would have read it, does not matter then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from . import openssh, sshsig
from .register import Register
from .signers import Line
from .sshsig import Signature, SignatureError

# Two cores nearly halve the wait; more than this many at once would be impolite on a server.
_AT_ONCE = 8
_AGAIN = "have the record made and signed again"

Said = tuple[int, bytes, bytes]


class Question(NamedTuple):
    """A signature to verify: ``armour`` over ``payload`` for ``namespace``, by the key in ``lines``, all ``name``'s."""

    payload: bytes
    armour: bytes
    signature: Signature
    namespace: str
    name: str
    lines: tuple[Line, ...]


class Keygen:
    """One ``ssh-keygen`` with a directory to put its files in. ``register`` gives the time and the revocation list."""

    def __init__(self, program: str, place: str, register: Register, environ: Mapping[str, str]) -> None:
        self.program = program
        self.place = place
        self.register = register
        self.environ = environ
        self._count = 0
        self._revoked = "" if register.revoked is None else self._put(register.revoked)

    def ask(self, questions: Sequence[Question]) -> Iterator[SignatureError | None]:
        """Yield for each question why the signature does not count, or None if it is good.

        Raises UndecidedError when ssh-keygen is too old or cannot work here.
        """
        width = min(os.cpu_count() or 1, _AT_ONCE)
        for start in range(0, len(questions), width):
            group = questions[start : start + width]
            calls = [(self._command(question), question.payload) for question in group]
            for question, said in zip(group, openssh.together(calls, self.environ), strict=True):
                yield self._answer(question, said)

    def _put(self, data: bytes) -> str:
        self._count += 1
        return openssh.put(self.place, str(self._count), data)

    def _command(self, question: Question) -> list[str]:
        allowed = self._put(b"".join(_line(question, line) for line in question.lines))
        who = ["-f", allowed, "-I", question.name, "-n", question.namespace, "-s", self._put(question.armour)]
        revoked = ["-r", self._revoked] if self._revoked else []
        return [self.program, "-Y", "verify", *who, "-O", f"verify-time={self.register.now}", *revoked]

    def _answer(self, question: Question, said: Said) -> SignatureError | None:
        rc, out, err = said
        fingerprint = sshsig.fingerprint(question.signature.key)
        # A program that only says "yes" is not ssh-keygen, which also names the key.
        if rc == 0 and out.startswith(b'Good "') and fingerprint.encode() in out:
            return None
        _must_work(self.program, rc, err)
        if b"incorrect signature" in err:
            return SignatureError("does not fit the record: one of the two was changed", _AGAIN)
        if b"not permitted for use in signature namespace" in err:
            listed = f"{question.name} in {self.register.files[0]}"
            return SignatureError(f"is by the key of {listed}, which is not allowed for {question.namespace}", _AGAIN)
        return self._revocation(question, fingerprint) or SignatureError(
            f"is refused by ssh-keygen: {self._complaint(err) or f'exit code {rc}'}", _AGAIN
        )

    def _revocation(self, question: Question, fingerprint: str) -> SignatureError | None:
        """Return the error if the revocation list is the reason, of which ``-Y verify`` itself says nothing."""
        if not self._revoked:
            return None
        key = self._put(_public(question.signature) + b"\n")
        argv = [self.program, "-Q", "-f", self._revoked, key]
        [(rc, out, err)] = openssh.together([(argv, b"")], self.environ)
        if rc == 0:
            return None
        if b"REVOKED" in out:
            return self.register.gone(question.name, fingerprint)
        unread = f"cannot be verified: ssh-keygen cannot read {self.register.files[1]} ({self._complaint(err)})"
        return SignatureError(
            unread, f"write {self.register.files[1]} again with ssh-keygen -k, or as one public key a line"
        )

    def _complaint(self, err: bytes) -> str:
        # Where we put a file that is gone by now helps nobody.
        said = err.replace(f"{self.place}{os.sep}".encode(), b"").strip()
        return printable(said.split(b"\n")[-1].strip())


def _must_work(program: str, rc: int, err: bytes) -> None:
    """Raise UndecidedError if ssh-keygen could not even try."""
    if any(sign in err for sign in openssh.TOO_OLD):
        raise openssh.too_old(program)
    # It looks up its own account first: there is none where a container runs under a made-up number.
    if rc < 0 or b"No user exists for uid" in err:
        raise UndecidedError(
            f"{printable(program)} cannot work here: {printable(err.strip()) or f'ended by signal {-rc}'}"
        )


def _public(signature: Signature) -> bytes:
    import binascii

    return signature.key_type.encode() + b" " + binascii.b2a_base64(signature.key, newline=False)


def _line(question: Question, line: Line) -> bytes:
    options = {"namespaces": line.namespaces, "valid-after": line.after, "valid-before": line.before}
    text = ",".join(f'{name}="{value}"' for name, value in options.items() if value)
    return b" ".join(filter(None, (question.name.encode(), text.encode(), _public(question.signature)))) + b"\n"
