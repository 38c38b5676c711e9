"""Keeps what was measured in files below the git directory, so that nothing is measured twice by the same engine.

Records are named after their blob, or the two blobs that they set side by side, and the engine; never after a path, so
renames and branches share them. Each is a file of its own, written to a temporary name and renamed: readers see all of
it or none, writers do not wait for each other. There is no fsync, because a torn record fails its checksum and is
measured again. Deleting the folder loses nothing.

Whoever can write to the git directory can write a record: doors that must not believe the author pass no directory.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from zlib import crc32

from ..model.values import from_json
from .unit import FileRecord, Suppression, Unit

MAX_BYTES = 64 << 20
_MAX_RECORD = 1 << 20
_FORMAT = "agentops-complexity/2"
_SHARDS = "0123456789abcdef"
# A file takes whole blocks; counting bytes would let many small records take several times the bound.
_BLOCK = 4096
_STALE_SECONDS = 3600
_TEMPORARY = ".tmp"
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_KINDS = frozenset({"function", "class", "module"})
# The types in each column of units: qualname, kind; six numbers; body, decorators, points.
_TYPES = [{str}] * 2 + [{int}] * 6 + [{str}] * 3


class Cache:
    """Records by key (a blob id, or two) and engine.

    A cache whose ``directory`` is None, a link or not writable just holds nothing.
    """

    def __init__(self, directory: str | None, limit: int = MAX_BYTES) -> None:
        self._directory = directory if directory and _plain(os.path.dirname(directory), directory) else None
        self._limit = limit
        self._writable = True
        self._written: set[str] = set()

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load(self, key: str, engine: str) -> tuple[FileRecord, ...] | None:
        """Return the records of ``key``, or None: not there, torn, damaged or somebody else's."""
        if self._directory is None:
            return None
        data = _read(os.path.join(self._directory, *_place(key, engine)))
        return None if data is None else decode(data, key, engine)

    def store(self, key: str, engine: str, *records: FileRecord) -> None:
        """Keep records, unless they are too large; when that fails (no space, no right) nothing more is written."""
        if self._directory is None or not self._writable:
            return
        data = encode(records, key, engine)
        if len(data) > _MAX_RECORD:
            return
        shard, name = _place(key, engine)
        folder = os.path.join(self._directory, shard)
        try:
            if shard not in self._written:
                os.makedirs(folder, exist_ok=True)
                if not _plain(self._directory, folder):
                    raise NotADirectoryError(folder)
                self._written.add(shard)
            _write(folder, name, data)
        except OSError:
            self._writable = False

    def close(self) -> None:
        """Delete the oldest records of each shard that was written to and has outgrown its part of the limit."""
        written, self._written = self._written, set()
        for shard in written:
            with suppress(OSError):
                _evict(os.path.join(self._directory or "", shard), self._limit // len(_SHARDS))


def encode(records: Iterable[FileRecord], key: str, engine: str) -> bytes:
    """Return records as bytes: a line with format, key, checksum and length, then JSON, units column by column."""
    import json

    rows = [[list(zip(*record.units, strict=True)), *record[1:]] for record in records]
    body = json.dumps(rows, separators=(",", ":")).encode()
    return _header(key, engine, body) + body


def decode(data: bytes, key: str, engine: str) -> tuple[FileRecord, ...] | None:
    """Return what :func:`encode` made of the records of this key; None for any other bytes."""
    header, newline, body = data.partition(b"\n")
    if header + newline != _header(key, engine, body):
        return None
    try:
        return tuple(
            FileRecord(_units(columns), tuple(_suppression(*row) for row in marks), _text(problem), _number(doubt))
            for columns, marks, problem, doubt in from_json(body.decode())
        )
    except (ValueError, TypeError, RecursionError):
        return None


def _units(columns: list[list[object]]) -> tuple[Unit, ...]:
    if not columns:
        return ()
    if [set(map(type, column)) for column in columns] != _TYPES or not _KINDS.issuperset(map(str, columns[1])):
        raise TypeError
    return tuple(map(Unit._make, zip(*columns, strict=True)))


def _suppression(line: object, rules: list[object], reason: object) -> Suppression:
    return Suppression(_number(line), tuple(map(_text, rules)), _text(reason))


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _header(key: str, engine: str, body: bytes) -> bytes:
    return f"{_FORMAT} {key} {engine} {crc32(body):08x} {len(body)}\n".encode()


def _place(key: str, engine: str) -> tuple[str, str]:
    return key[0], f"{key}.{engine}"


def _plain(*paths: str) -> bool:
    """Tell whether each path is a real directory or nothing yet: a link would let the repository aim our writes."""
    for path in paths:
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            continue
        except OSError:
            return False
        if not stat.S_ISDIR(mode):
            return False
    return True


def _read(path: str) -> bytes | None:
    try:
        # Without O_NONBLOCK a named pipe that lies there would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_RECORD:
            return None
        return os.read(descriptor, found.st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _write(folder: str, name: str, data: bytes) -> None:
    temporary = os.path.join(folder, f"{name}.{os.getpid()}.{time.monotonic_ns()}{_TEMPORARY}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _evict(folder: str, limit: int) -> None:
    records: list[tuple[float, int, str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found = entry.stat(follow_symlinks=False)
            if entry.name.endswith(_TEMPORARY) and found.st_mtime < time.time() - _STALE_SECONDS:
                # Its writer was killed between writing and renaming.
                os.unlink(entry.path)
            elif stat.S_ISREG(found.st_mode):
                records.append((found.st_mtime, -(-found.st_size // _BLOCK) * _BLOCK, entry.path))
    total = sum(size for _, size, _ in records)
    if total <= limit:
        return
    # Some room below the limit, or the next record would start all over.
    for _, size, path in sorted(records):
        if total <= limit - limit // 4:
            return
        with suppress(FileNotFoundError):
            os.unlink(path)
        total -= size
