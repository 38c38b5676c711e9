"""Writes the commit of a snapshot through one ``git fast-import``: the bytes of files as they are, without any filter.

All new objects land in one pack. Files are read once, and what was read is hashed here: that is what the snapshot is
compared with when it is read back. A file that changes meanwhile is read again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType

from ..git import spawn
from ..model.digest import sha1, sha256
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from .mark import COMMITTER
from .workshop import Workshop

# Larger files are read twice, in pieces, instead of being held in memory.
_WHOLE = 16 << 20
_TRIES = 3
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_PLAIN = frozenset(range(0x21, 0x7F)) - {ord('"'), ord("\\")}
_OPTIONS = (
    *("-c", "core.fsync=pack,pack-metadata,loose-object,reference"),
    *("-c", "core.fsyncMethod=fsync"),
    *("-c", "fastimport.unpackLimit=0"),
    *("-c", "core.ignoreCase=false"),
    *("-c", "pack.compression=1"),
    *("-c", "core.compression=1"),
)
_SYMLINK, _EXECUTABLE, _REGULAR = 0o120000, 0o100755, 0o100644


class Put(NamedTuple):
    """A file as it was read: git's mode, its permission bits, its size, and the id of its content."""

    mode: int
    rights: int
    size: int
    oid: str


class Stream:
    """The commit under construction, as a context manager; after :meth:`finish`, ``commit`` is its id.

    ``message`` and ``parents`` go into it, ``now`` is its date. Raises UndecidedError when git or a file fails.
    """

    def __init__(
        self, workshop: Workshop, object_format: str, message: bytes, parents: Iterable[str], now: int
    ) -> None:
        self._hash = sha1 if object_format == "sha1" else sha256
        self._git = workshop.git
        self._marks = os.path.join(workshop.path, "marks")
        arguments = ("fast-import", "--quiet", "--done", "--depth=0", f"--export-marks={self._marks}")
        try:
            self._child = spawn.start(self._git.command(*_OPTIONS, *arguments), self._git.env, errors=True)
        except OSError as error:
            raise UndecidedError(f"cannot run {printable(self._git.program)}: {error}") from error
        who = f"committer {COMMITTER.decode()} {now} +0000\n"
        merges = "".join(f"merge {oid}\n" for oid in parents)
        start = f"commit refs/heads/snapshot\nmark :1\n{who}data {len(message)}\n".encode()
        self._send([start, message, f"\n{merges}".encode()])

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()

    def name(self, place: bytes, mode: int, oid: str) -> None:
        """Put an object that git has at ``place``."""
        self._send([f"M {mode:06o} {oid} ".encode(), _quoted(place), b"\n"])

    def text(self, place: bytes, content: bytes, mode: int = _REGULAR) -> str:
        """Put ``content`` at ``place`` and return its id."""
        self._inline(place, mode, len(content), [content])
        return self._digest(len(content), [content])

    def file(self, place: bytes, path: bytes, known: tuple[int, str] = (0, "")) -> Put | None:
        """Put the file or link at ``path`` at ``place``, unless it has the ``known`` mode and id.

        None if it is neither file nor link. Raises FileNotFoundError if it is gone.
        """
        for _ in range(_TRIES):
            try:
                return self._try_file(place, path, known)
            except _ChangedError:
                continue
        raise UndecidedError(f"{printable(path)} changes while it is saved", "stop what writes to it")

    def _try_file(self, place: bytes, path: bytes, known: tuple[int, str]) -> Put | None:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            content = os.readlink(path)
            put = Put(_SYMLINK, 0o777, len(content), self._digest(len(content), [content]))
            return self._unless(known, place, put, [content])
        if not stat.S_ISREG(found.st_mode):
            return None
        try:
            descriptor = os.open(path, _OPEN)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UndecidedError(f"{printable(path)} cannot be read: {error.strerror}") from error
        with open(descriptor, "rb", buffering=0) as file:
            found = os.fstat(descriptor)
            size, rights = found.st_size, stat.S_IMODE(found.st_mode)
            mode = _EXECUTABLE if rights & 0o100 else _REGULAR
            if size > _WHOLE:
                put = Put(mode, rights, size, self._digest(size, _pieces(file.fileno(), size)))
                os.lseek(file.fileno(), 0, os.SEEK_SET)
                return self._unless(known, place, put, _pieces(file.fileno(), size))
            content = b"".join(_pieces(file.fileno(), size))
        return self._unless(known, place, Put(mode, rights, size, self._digest(size, [content])), [content])

    def _unless(self, known: tuple[int, str], place: bytes, put: Put, pieces: Iterable[bytes]) -> Put:
        if known != (put.mode, put.oid):
            self._inline(place, put.mode, put.size, pieces)
        return put

    def _inline(self, place: bytes, mode: int, size: int, pieces: Iterable[bytes]) -> None:
        self._send([f"M {mode:06o} inline ".encode(), _quoted(place), f"\ndata {size}\n".encode()])
        try:
            self._send(pieces)
        except _ChangedError as error:
            # Too late to read it again: git waits for the bytes that were announced.
            raise UndecidedError(f"{printable(place)} changes while it is saved", "stop what writes to it") from error
        self._send([b"\n"])

    def _digest(self, size: int, pieces: Iterable[bytes]) -> str:
        made = self._hash(b"blob %d\0" % size)
        for piece in pieces:
            made.update(piece)
        return str(made.hexdigest())

    def _send(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            try:
                self._child.stdin.write(piece)
            except BrokenPipeError:
                raise self._failed() from None

    def finish(self) -> str:
        """End the commit and return its id, once git has written all of it."""
        try:
            self._child.stdin.write(b"\ndone\n")
            self._child.stdin.close()
        except BrokenPipeError:
            raise self._failed() from None
        if self._child.wait():
            raise self._failed()
        try:
            with open(self._marks, "rb") as file:
                return file.read().split()[1].decode()
        except (OSError, IndexError, UnicodeError) as error:
            raise UndecidedError("git fast-import gave no commit") from error

    def _failed(self) -> UndecidedError:
        said = self._child.stderr.read() if self._child.stderr else b""
        line = next((line for line in said.split(b"\n") if line.startswith((b"fatal: ", b"error: "))), said[:200])
        return UndecidedError(f"git fast-import: {printable(line) or 'ended early'}", "is the disk full?")


class _ChangedError(Exception):
    """A file is not what it was a moment ago."""


def _pieces(descriptor: int, size: int) -> Iterator[bytes]:
    """Yield exactly ``size`` bytes of a file. Raises _ChangedError if it has fewer or more."""
    left = size
    while left:
        piece = os.read(descriptor, min(left, _WHOLE))
        if not piece:
            raise _ChangedError
        left -= len(piece)
        yield piece
    if os.read(descriptor, 1):
        raise _ChangedError


def _quoted(path: bytes) -> bytes:
    if _PLAIN.issuperset(path):
        return path
    return b'"%s"' % b"".join(b"%c" % byte if byte in _PLAIN else b"\\%03o" % byte for byte in path)
