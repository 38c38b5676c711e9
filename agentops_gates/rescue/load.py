"""Reads a snapshot that stands."""

from __future__ import annotations

from ..git.repo import Repo
from ..git.tree import tree_entry
from ..model.errors import UndecidedError
from .content import Snapshot
from .manifest import read
from .refs import Kept

_LIMIT = 1 << 28


def load(repo: Repo, one: Kept) -> Snapshot:
    """Return the snapshot that a ref names. Raises UndecidedError when it is none, or cannot be read."""
    found = repo.objects.read(one.oid)
    entry = tree_entry(repo.objects, one.tree, "about")
    told = repo.objects.blob(entry[1], _LIMIT) if entry else None
    if found is None or told is None:
        raise UndecidedError(f"{one.ref} is no snapshot", "git fsck")
    return read(one, found[1].partition(b"\n\n")[2], told)
