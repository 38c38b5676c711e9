"""Measures blobs, or what differs between two: from the cache or by parsing, nothing twice."""

from __future__ import annotations

import os
import sys
from collections import OrderedDict

from ..model.light import Protocol
from .cache import Cache
from .unit import FileRecord

# Facts page on complexity, section 6: a literal table of 6.7 MB costs the parser 3.7 s and 882 MB.
MAX_BYTES = 1_000_000
# Part of every cache key. Raise it when a number, a name or a hash of an unchanged blob can come out differently.
METRIC_VERSION = 2
# Records kept in memory: a history walk meets the head of one commit again as the base of the next.
_KEPT = 512
_MAX_VERSION_FILE = 4096
_TOO_LARGE = FileRecord(problem=f"is larger than {MAX_BYTES:,} bytes")


class Reader(Protocol):
    """Where blobs come from."""

    def blob(self, oid: str, limit: int | None = None) -> bytes | None:
        """Return a blob's content, or None if it is larger than ``limit`` bytes."""


def measure(blob: bytes, language: str) -> FileRecord:
    """Return what is measured of a file's content; ``language`` is one of ``languages.LANGUAGES``.

    Whatever keeps it from being measured is the record's problem, in one clause; nothing is raised for it.
    """
    if len(blob) > MAX_BYTES:
        return _TOO_LARGE
    if language == "python":
        from .python import measure_python

        return measure_python(blob)
    from .foreign import measure_foreign

    return measure_foreign(blob, language)


class Measurer:
    """Records of blobs and of differences; ``parsed`` and ``compared`` count what had to be measured for them."""

    def __init__(self, objects: Reader, cache: Cache, kept: int = _KEPT) -> None:
        self.parsed = self.compared = 0
        self._limit = kept
        self._objects = objects
        self._cache = cache
        self._kept: OrderedDict[tuple[str, str], FileRecord] = OrderedDict()
        self._engines: dict[str, str] = {}

    def record(self, oid: str, language: str) -> FileRecord:
        """Return the record of blob ``oid``; raises UndecidedError if the blob is not there."""
        key = (oid, language)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        record = self._kept[key] = self._cached(oid, language)
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return record

    def difference(self, old: str, new: str, language: str) -> tuple[FileRecord, FileRecord] | None:
        """Return records of two blobs without the units that surely are equal; see ``reduce.difference``.

        None if the blobs are to be measured whole; always so for other languages than Python. Raises UndecidedError if
        a blob is not there.
        """
        if language != "python":
            return None
        key, engine = f"{old}-{new}", self._engine(language)
        kept = self._cache.load(key, engine)
        if kept is None:
            kept = self._compared(old, new)
            self._cache.store(key, engine, *kept)
        return (kept[0], kept[1]) if len(kept) == 2 else None

    def _compared(self, old: str, new: str) -> tuple[FileRecord, ...]:
        from .reduce import difference

        self.compared += 1
        blobs = [self._objects.blob(oid, MAX_BYTES) for oid in (old, new)]
        if blobs[0] is None or blobs[1] is None:
            return ()
        return difference(blobs[0], blobs[1]) or ()

    def _engine(self, language: str) -> str:
        if language not in self._engines:
            self._engines[language] = engine_id(language)
        return self._engines[language]

    def _cached(self, oid: str, language: str) -> FileRecord:
        engine = self._engine(language)
        kept = self._cache.load(oid, engine) if engine else None
        if kept:
            return kept[0]
        blob = self._objects.blob(oid, MAX_BYTES)
        if blob is None:
            return _TOO_LARGE
        self.parsed += 1
        record = measure(blob, language)
        # A problem may be the machine's (memory, recursion, a library) as well as the blob's: it is looked at again.
        if engine and (not record.problem or record.problem.startswith("does not parse")):
            self._cache.store(oid, engine, record)
        return record


def engine_id(language: str) -> str:
    """Return what the numbers of a language depend on beside the blob; empty if that cannot be told.

    The metric version, and for Python its implementation and minor version (the grammar), else lizard's version.
    """
    if language == "python":
        return f"python-{METRIC_VERSION}-{sys.implementation.name}-{sys.version_info[0]}.{sys.version_info[1]}"
    version = _lizard_version()
    return f"{language}-{METRIC_VERSION}-lizard-{version}" if version else ""


def _lizard_version() -> str:
    """Return lizard's version without importing it (70 ms) nor importlib.metadata (as much again); empty if unknown."""
    for folder in filter(None, sys.path):
        try:
            with open(os.path.join(folder, "lizard_ext", "version.py"), encoding="utf-8") as file:
                fields = file.read(_MAX_VERSION_FILE).rpartition('version = "')[2].partition('"')
        except (OSError, ValueError):
            continue
        return fields[0] if fields[1] and fields[0].replace(".", "").isalnum() else ""
    return ""
