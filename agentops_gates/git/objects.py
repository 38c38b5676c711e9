"""Reading objects by name through one long-lived ``git cat-file --batch``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType

from ..model.digest import sha1, sha256
from ..model.errors import UndecidedError
from ..model.light import IO, NamedTuple
from ..model.text import printable
from . import spawn
from .run import COMPLETE, Git, failed

_CHUNK = 1 << 20
_ANY = range(-64, 256)
_HEX = frozenset("0123456789abcdef")


class Header(NamedTuple):
    """What git knows of an object before its content: full id, type (blob, tree, commit, tag) and size in bytes."""

    oid: str
    type: str
    size: int


class Objects:
    """Content of objects. Opened lazily; close it, or use it as a context manager."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: spawn.Child | None = None

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the git process, if there is one. The next read starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()
        process.wait()

    def read(self, name: str, limit: int | None = None) -> tuple[Header, bytes] | None:
        """Return header and content of the object that ``name`` (an id or any revision expression) names.

        None when git knows no such object; a name that git could misread (newline, NUL) counts as unknown. Content
        larger than ``limit`` bytes is left out: compare with the header's size. Raises UndecidedError when git cannot
        tell: a damaged object, or one that a partial clone left out.
        """
        try:
            line = os.fsencode(name)
        except UnicodeEncodeError:  # half a surrogate pair is no byte of any file system
            return None
        if b"\n" in line or b"\0" in line:
            return None
        try:
            return self._ask(line, limit)
        except EOFError:
            self.close()
            raise self._reason(name, line) from None
        except BaseException:
            # A deadline or an interrupt in mid-answer: the rest of it would be read as the next one's.
            self.close()
            raise

    def blob(self, oid: str, limit: int | None = None) -> bytes | None:
        """Return a blob's content, or None if it is larger than ``limit`` bytes.

        Raises UndecidedError if the object is missing (a partial clone) or is no blob.
        """
        return next(iter(self.blobs([oid], limit)))[1]

    def blobs(self, oids: Iterable[str], limit: int | None = None) -> Iterator[tuple[str, bytes | None]]:
        """Yield ``(oid, content)`` in the order asked, with None for content larger than ``limit`` bytes."""
        # One request at a time: with requests in flight, an error or another reader in between would leave the
        # answers of one caller to the next.
        for oid in oids:
            found = self.read(oid, limit)
            if found is None:
                raise missing(oid)
            header, content = found
            if header.type != "blob":
                raise UndecidedError(f"object {printable(oid)} is a {header.type}, not a blob")
            yield oid, None if limit is not None and header.size > limit else content

    def _ask(self, line: bytes, limit: int | None) -> tuple[Header, bytes] | None:
        """Put one question and read its whole answer; EOFError when git went away."""
        process = self._start()
        questions, answers = process.stdin, process.stdout
        try:
            questions.write(line + b"\n")
            questions.flush()
        except BrokenPipeError:
            raise EOFError from None
        answer = answers.readline()
        if not answer.endswith(b"\n"):
            raise EOFError
        fields = answer.split()
        # "<name> missing", and for a short id "<name> ambiguous"; only a size is a number.
        if len(fields) != 3 or not fields[2].isdigit():
            return None
        header = Header(fields[0].decode(), fields[1].decode(), int(fields[2]))
        if limit is not None and header.size > limit:
            _discard(answers, header.size + 1)
            return header, b""
        content = answers.read(header.size)
        if len(content) != header.size or answers.read(1) != b"\n":
            raise EOFError
        must_be(header, content)
        return header, content

    def _start(self) -> spawn.Child:
        if self._process is None:
            try:
                self._process = spawn.start(self._git.command("cat-file", "--batch"), self._git.env)
            except OSError as error:
                raise UndecidedError(f"cannot run {printable(self._git.program)}: {error}") from error
        return self._process

    def _reason(self, name: str, line: bytes) -> UndecidedError:
        # Nobody reads the long-lived process's complaints; a short-lived one repeats them, without the content.
        done = self._git.run("cat-file", "--batch-check", stdin=line + b"\n", ok=_ANY)
        if b"promisor remote" in done.err:
            return missing(name.partition("^")[0])
        if done.rc:
            error = failed(("cat-file",), done)
            return UndecidedError(f"{printable(name)} cannot be read: {error}", error.fix or "git fsck")
        return UndecidedError(f"{printable(name)} cannot be read: git cat-file ended early", "git fsck")


def _discard(pipe: IO[bytes], count: int) -> None:
    while count:
        chunk = pipe.read(min(count, _CHUNK))
        if not chunk:
            raise EOFError
        count -= len(chunk)


def must_be(header: Header, content: bytes) -> None:
    """Raise UndecidedError unless an object is what its id says.

    Git looks at that when objects arrive, not when it reads them, and whoever can write to the folder can change them
    afterwards: what is judged here would then not be what a push brings elsewhere.
    """
    made = (sha1 if len(header.oid) == 40 else sha256)(f"{header.type} {header.size}\0".encode())
    made.update(content)
    if made.hexdigest() != header.oid:
        raise UndecidedError(f"object {header.oid} holds something else than its name says", "git fsck")


def is_oid(text: str) -> bool:
    """Return whether ``text`` is a full object id, of either object format."""
    return len(text) in (40, 64) and not set(text) - _HEX


def missing(oid: str) -> UndecidedError:
    """Return the error for an object that is not here, with the command that brings it."""
    return UndecidedError(
        f"object {printable(oid)} is not in this clone (a partial clone, or a damaged repository)", COMPLETE
    )
