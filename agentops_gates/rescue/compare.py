"""How the work tree of now differs from that of a snapshot."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from ..git.diff import SYMLINK
from ..git.repo import Repo
from ..model.text import printable
from .content import Snapshot
from .restore import Item, Version, choose, covers

_LIMIT = 1 << 20


def difference(repo: Repo, snapshot: Snapshot, paths: Sequence[str], version: Version) -> Iterator[str]:
    """Yield lines: a unified diff from the snapshot to the work tree for text, one line for all else that differs."""
    for item in choose(repo, snapshot, paths, version):
        yield from _file(repo, item)
    if version == "work":
        for file in snapshot.files:
            named = not paths or any(covers(path, file.path) for path in paths)
            if named and file.kind == "deleted" and os.path.lexists(os.path.join(repo.toplevel, file.path)):
                yield f"{printable(file.path)}: was deleted then, is there now"


def _file(repo: Repo, item: Item) -> Iterator[str]:
    name = printable(item.path)
    then = repo.objects.blob(item.oid, _LIMIT)
    now = _present(repo, item)
    if now is None:
        yield f"{name}: is not there now"
    elif then is None or len(now) > _LIMIT:
        yield f"{name}: too large to compare"
    elif then != now and (b"\0" in then or b"\0" in now):
        yield f"{name}: differs (no text)"
    elif then != now:
        from difflib import unified_diff

        lines = list(unified_diff(_lines(then), _lines(now), f"{name} (then)", f"{name} (now)", lineterm=""))
        yield from map(printable, lines)
        if not lines:
            yield f"{name}: differs in its last line break"


def _lines(text: bytes) -> list[str]:
    return text.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")


def _present(repo: Repo, item: Item) -> bytes | None:
    path = os.path.join(repo.toplevel, item.path)
    try:
        if os.path.islink(path):
            return b"" if item.mode != SYMLINK else os.fsencode(os.readlink(path))
        with open(path, "rb") as file:
            return file.read(_LIMIT + 1)
    except OSError:
        return None
