"""What stands on either side of a changed path: a measured file, or one of the things that cannot be measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..git.diff import SUBMODULE, SYMLINK, Change
from ..git.objects import Objects
from ..model.light import Literal, NamedTuple, Protocol
from .languages import language_of, unmeasured
from .pair import Version
from .unit import FileRecord, Suppression, Unit

State = Literal["measured", "absent", "syntax", "unmeasurable", "symlink", "submodule", "unsupported", "unmerged"]

_TYPE = 0o170000
_REGULAR = 0o100000
_LONGEST_LINK = 1 << 16


class Records(Protocol):
    """What measures blobs, and nothing twice."""

    def record(self, oid: str, language: str) -> FileRecord:
        """Return the measured blob."""

    def difference(self, old: str, new: str, language: str) -> tuple[FileRecord, FileRecord] | None:
        """Return records of two blobs without the units that surely are equal; None: measure them whole."""


class Side(NamedTuple):
    """One side of a change. ``record`` is empty unless the state is "measured" or tells a problem of measuring.

    What is the same on both sides may have been left out of the records of both.

    ``allows`` holds the suppressions of each unit that has any, by the unit's identity.
    """

    state: State
    path: str
    oid: str = ""
    language: str = ""
    record: FileRecord = FileRecord()
    allows: Mapping[int, tuple[Suppression, ...]] = MappingProxyType({})

    def version(self, unit: Unit) -> Version:
        """Return ``unit`` of this file with the place where it stands and the suppressions that cover it."""
        return Version(self.path, self.oid, self.language, unit, self.allows.get(id(unit), ()))


class Sides:
    """Reads the sides of changes; a path that is ``ignored`` is absent."""

    def __init__(self, objects: Objects, records: Records, ignored: Callable[[str], bool]) -> None:
        self._objects = objects
        self._records = records
        self._ignored = ignored

    def old(self, change: Change) -> Side:
        """Return the side of the base."""
        return self._side(change.old_mode, change.old_oid, change.old_path)

    def new(self, change: Change) -> Side:
        """Return the side of the head."""
        if change.status == "U":
            return Side("unmerged" if self._language(change.new_path) else "absent", change.new_path)
        return self._side(change.new_mode, change.new_oid, change.new_path)

    def both(self, change: Change) -> tuple[Side, Side] | None:
        """Return both sides without the units that surely are equal; None if each is to be read by itself."""
        # What a renamed file's old version could not show is new here, so it is looked at whole.
        if change.status in "UR" or not change.old_oid or not change.new_oid:
            return None
        if {change.old_mode & _TYPE, change.new_mode & _TYPE} != {_REGULAR}:
            return None
        language = self._language(change.old_path)
        if not language or language != self._language(change.new_path):
            return None
        records = self._records.difference(change.old_oid, change.new_oid, language)
        if records is None:
            return None
        old, new = records
        return (
            Side("measured", change.old_path, change.old_oid, language, old),
            Side("measured", change.new_path, change.new_oid, language, new),
        )

    def identical(self, change: Change) -> bool:
        """Tell whether nothing but the path or the executable bit changed, and neither changes what is measured."""
        same = change.old_oid == change.new_oid and (change.old_mode ^ change.new_mode) & _TYPE == 0
        return same and self._language(change.old_path) == self._language(change.new_path)

    def target(self, link: Side) -> str:
        """Return where a symbolic link points to."""
        return os.fsdecode(self._objects.blob(link.oid, _LONGEST_LINK) or b"")

    def _language(self, path: str) -> str | None:
        return None if self._ignored(path) else language_of(path)

    def _side(self, mode: int, oid: str, path: str) -> Side:
        state = self._without_content(mode, oid, path)
        if state:
            return Side(state, path, oid)
        language = language_of(path) or ""
        record = self._records.record(oid, language)
        return Side(_measured(record), path, oid, language, record, _allows(record))

    def _without_content(self, mode: int, oid: str, path: str) -> State | None:
        if not oid or self._ignored(path):
            return "absent"
        if mode == SUBMODULE:
            return "submodule"
        if language_of(path) is None:
            return "unsupported" if unmeasured(path) else "absent"
        return "symlink" if mode == SYMLINK else None


def covers(record: FileRecord, suppression: Suppression) -> Unit | None:
    """Return the innermost unit whose lines hold the suppression, from its first line to its last."""
    around = [unit for unit in record.units if unit.line <= suppression.line <= unit.end_line]
    # Of two that span the same lines, a function and a module of nothing else, the inner one comes later.
    return min(reversed(around), key=lambda unit: unit.end_line - unit.line, default=None)


def _allows(record: FileRecord) -> dict[int, tuple[Suppression, ...]]:
    found: dict[int, tuple[Suppression, ...]] = {}
    for suppression in record.suppressions:
        unit = id(covers(record, suppression))
        found[unit] = (*found.get(unit, ()), suppression)
    return found


def _measured(record: FileRecord) -> State:
    if not record.problem:
        return "measured"
    return "syntax" if record.problem.startswith("does not parse") else "unmeasurable"
