"""What a tree would be on an older base: its id if all that the base gained were taken out again, computed, not stored.

No file is merged. Where the tree does not hold exactly what the newer base holds, in one of the places in which the two
bases differ, there is no answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from .diff import Change
from .objects import Objects
from .tree import TREE, tree_entries

Entry = tuple[int, str]


class MixedError(Exception):
    """The tree does not hold what the newer base holds."""


class Place:
    """A name in which two bases differ: the file there before and after, and what differs in a folder of that name."""

    __slots__ = ("after", "before", "below")

    def __init__(self) -> None:
        self.before: Entry | None = None
        self.after: Entry | None = None
        self.below: dict[bytes, Place] = {}


def places(changes: Iterable[Change]) -> Place:
    """Return ``changes`` from the older to the newer base as a tree of names."""
    root = Place()
    for change in changes:
        if change.old_oid:
            _place(root, change.old_path).before = (change.old_mode, change.old_oid)
        if change.new_oid:
            _place(root, change.new_path).after = (change.new_mode, change.new_oid)
    return root


class Transplant:
    """Takes one base's advance out of any number of trees; what they share is read once."""

    def __init__(self, objects: Objects, object_format: str, changes: Iterable[Change]) -> None:
        self._objects = objects
        self._format = object_format
        self._root = places(changes)
        self._known: dict[tuple[str, int], str | None] = {}

    def origin(self, tree: str) -> str | None:
        """Return the id of ``tree`` with the older base's entries in place of the newer's; None if it mixes them."""
        try:
            return self._folder(tree, self._root) or self._id([])
        except (MixedError, RecursionError):  # so deep that nobody builds it but to be in the way
            return None

    def _folder(self, tree: str | None, place: Place) -> str | None:
        """Return what becomes of a folder; None stands for one that is not there."""
        key = (tree or "", id(place))
        if key not in self._known:
            self._known[key] = self._changed(tree, place)
        return self._known[key]

    def _changed(self, tree: str | None, place: Place) -> str | None:
        entries = {name: (mode, oid) for name, mode, oid in tree_entries(self._objects, tree)} if tree else {}
        if tree and self._id(list(entries.items())) != tree:
            raise MixedError  # doubled names, odd modes or a false order: what this tree holds depends on who reads it
        for name, below in place.below.items():
            entry = self._entry(entries.pop(name, None), below)
            if entry is not None:
                entries[name] = entry
        return self._id(list(entries.items())) if entries else None

    def _entry(self, entry: Entry | None, place: Place) -> Entry | None:
        """Return what becomes of one entry."""
        folder = entry[1] if entry and entry[0] == TREE else None
        if (None if folder else entry) != place.after:
            raise MixedError
        rest = self._folder(folder, place) if place.below else folder
        if place.before is None:
            return (TREE, rest) if rest else None
        if rest:
            raise MixedError  # a file cannot come back where a folder stays
        return place.before

    def _id(self, entries: list[tuple[bytes, Entry]]) -> str:
        # git sorts a folder as if its name ended in a slash.
        rows = sorted((name + b"/" * (mode == TREE), name, mode, oid) for name, (mode, oid) in entries)
        content = b"".join(b"%o %s\0%s" % (mode, name, bytes.fromhex(oid)) for _, name, mode, oid in rows)
        return _hasher(self._format)(b"tree %d\0%s" % (len(content), content))


def _place(root: Place, path: str) -> Place:
    place = root
    for name in os.fsencode(path).split(b"/"):
        place = place.below.setdefault(name, Place())
    return place


def _hasher(object_format: str) -> Callable[[bytes], str]:
    import hashlib

    if object_format == "sha256":
        return lambda data: hashlib.sha256(data).hexdigest()
    return lambda data: hashlib.sha1(data, usedforsecurity=False).hexdigest()
