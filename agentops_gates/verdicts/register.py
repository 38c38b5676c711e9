"""Whose key counts at a given time: the signers file and the revocation list, asked together about one key."""

from __future__ import annotations

import time

from ..model.errors import UsageError
from ..model.text import printable
from . import sshsig
from .signers import Line, read_revoked, read_signers
from .sshsig import SignatureError

_YEAR_10000 = 253402300800
_MEND = "correct it on the protected branch first: a change cannot name its own judges"


class Register:
    """Those who may sign. ``signers`` and ``revoked`` are the bytes of two files, ``files`` their names for messages.

    ``now`` is the verifier's clock, in seconds since 1970. Nothing is read before the first question.
    """

    def __init__(self, signers: bytes, revoked: bytes | None, now: int, files: tuple[str, str]) -> None:
        # OpenSSH takes the time 0 for "now".
        if not 0 < now < _YEAR_10000:
            raise UsageError(f"the verifier's clock says {now}, which is not between the years 1970 and 9999")
        self.now = "{:04}{:02}{:02}{:02}{:02}{:02}".format(*time.gmtime(now)[:6])
        self.revoked = revoked
        self.files = (printable(files[0]), printable(files[1]))
        self._signers = signers
        self._lines: dict[bytes, list[Line]] | None = None
        self._unread: tuple[int, ...] = ()
        self._ended: frozenset[bytes] | None = None

    def lines(self, key: bytes) -> list[Line]:
        """Return the lines by which ``key`` counts now: at least one, and all with the same one name.

        Raises SignatureError, worded to follow "the signature of ...", when there is none.
        """
        found = self._found(key)
        where = f"{_numbers([line.number for line in found])} of {self.files[0]}"
        _of_one_person(found, where)
        problems = [line.problem or self._untimely(line) for line in found]
        if all(problems):
            raise SignatureError(f"is by the key in {where}, {problems[0]}", _MEND)
        lines = [line for line, problem in zip(found, problems, strict=True) if not problem]
        self._not_revoked(key, lines[0].names[0])
        return lines

    def gone(self, name: str, fingerprint: str) -> SignatureError:
        """Return the error for a key that was revoked."""
        text = f"is by a key of {name} that {self.files[1]} revokes ({fingerprint})"
        return SignatureError(text, "have it judged and signed again with a key that is in force")

    def _found(self, key: bytes) -> list[Line]:
        if self._lines is None:
            self._lines, self._unread = read_signers(self._signers, self.files[0])
        if key not in self._lines:
            hint = f"; {_numbers(self._unread)} there cannot be read" if self._unread else ""
            unknown = f"is by a key that {self.files[0]} does not list ({sshsig.fingerprint(key)}){hint}"
            raise SignatureError(unknown, "have the record made and signed by somebody who is listed there")
        return self._lines[key]

    def _not_revoked(self, key: bytes, name: str) -> None:
        """Raise SignatureError if a list in plain text has the key; a binary one is for ssh-keygen to read."""
        if self._ended is None:
            self._ended = read_revoked(self.revoked or b"", self.files[1]) or frozenset()
        if key in self._ended:
            raise self.gone(name, sshsig.fingerprint(key))

    def _untimely(self, line: Line) -> str:
        if line.after and self.now < line.after:
            return f"which counts from {_shown(line.after)} on (the verifier's clock says {_shown(self.now)})"
        if line.before and self.now >= line.before:
            return f"which expired at {_shown(line.before)} (the verifier's clock says {_shown(self.now)})"
        return ""


def _of_one_person(lines: list[Line], where: str) -> None:
    """Raise SignatureError if a key's ``lines`` have more than one name for it."""
    names = {name.casefold(): name for line in lines for name in line.names}
    if len(names) > 1:
        given = f"is by a key that {where} give{'s' if len(lines) == 1 else ''} to {' and '.join(names.values())}"
        raise SignatureError(f"{given}: nobody can tell a judge from an author by it", f"one key, one name: {_MEND}")


def _numbers(numbers: list[int] | tuple[int, ...]) -> str:
    text = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
    return f"line{'s' if len(numbers) > 1 else ''} {text}"


def _shown(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]} UTC"
