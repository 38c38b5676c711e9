"""Finding paths in a tree without a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..model.errors import UndecidedError
from ..model.text import printable
from .objects import Objects

TREE = 0o040000


def tree_entry(objects: Objects, treeish: str, path: str) -> tuple[int, str] | None:
    """Return ``(mode, oid)`` of ``path`` in the tree that ``treeish`` names; None if there is no such path.

    Raises UndecidedError when the tree itself cannot be read.
    """
    *folders, name = os.fsencode(path).split(b"/")
    oid = treeish
    for folder in folders:
        found = _lookup(objects, oid, folder)
        if found is None or found[0] != TREE:
            return None
        oid = found[1]
    return _lookup(objects, oid, name)


def tree_entries(objects: Objects, treeish: str) -> Iterator[tuple[bytes, int, str]]:
    """Yield ``(name, mode, oid)`` of what the tree that ``treeish`` names holds, sub-folders unopened.

    Raises UndecidedError when it cannot be read.
    """
    found = objects.read(treeish)
    if found is None or found[0].type != "tree":
        raise UndecidedError(f"tree {printable(treeish)} cannot be read", "git fsck")
    header, content = found
    width = len(header.oid) // 2
    position = 0
    while position < len(content):
        # An entry is "<octal mode> <name>\0<binary id>".
        try:
            end = content.index(b"\0", position)
            mode, name = content[position:end].split(b" ", 1)
            number = int(mode, 8)
        except ValueError as error:
            raise UndecidedError(f"tree {printable(treeish)} is damaged", "git fsck") from error
        position = end + 1 + width
        yield name, _canonical(number), content[end + 1 : position].hex()


def _canonical(mode: int) -> int:
    """Return what git makes of a mode (canon_mode in its tree-walk): diff-tree shows no other, so neither may we."""
    kind = mode & 0o170000
    if kind == 0o100000:
        return 0o100755 if mode & 0o100 else 0o100644
    return kind if kind in (0o120000, TREE) else 0o160000


def _lookup(objects: Objects, treeish: str, name: bytes) -> tuple[int, str] | None:
    return next(((mode, oid) for entry, mode, oid in tree_entries(objects, treeish) if entry == name), None)
