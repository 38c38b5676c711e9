"""Which workers there are: one ref for each, below ``refs/agentops/workers/``, made once, that names what was agreed.

The ref points at a blob of JSON, and not at a file in the work tree's git directory, which a worker could reach more
easily. Whoever starts two workers of one name at the same time makes one ref only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..git.repo import Repo
from ..git.write import Move, move_refs, read_ref, write_blob
from ..model.errors import UndecidedError, UsageError
from ..model.light import NamedTuple
from ..model.text import printable
from .role import MARKER, WORKER

PREFIX = "refs/agentops/workers/"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_LONGEST = 64
# How git names in a log what makes a commit; a checkout or a fast-forward only goes to one.
_MAKES = ("commit", "cherry-pick", "revert")


class Worker(NamedTuple):
    """A worker: its name, the folder of its work tree, its branch (in full), the commit that it started from.

    ``collected`` is the tree that was last collected, or "". ``oid`` is the blob that says so, "" before it is stored.
    """

    name: str
    path: str
    branch: str
    base: str
    collected: str = ""
    oid: str = ""


def plain(name: str, what: str) -> str:
    """Return a name that can stand in a ref, a path and a command as it is; UsageError for any other."""
    usable = name and _PLAIN.issuperset(name) and name[0].isalnum() and name[-1].isalnum() and ".." not in name
    if not usable or len(name) > _LONGEST or name.endswith(".lock"):
        raise UsageError(
            f"{printable(name)[:_LONGEST]!r} is no name for {what}",
            f"letters, digits, dots, dashes and underscores, {_LONGEST} at most, a letter or digit at both ends",
        )
    return name


def store(repo: Repo, worker: Worker) -> Worker:
    """Store what is known of a worker, in place of what ``worker.oid`` said. Raises UndecidedError if that changed."""
    import json

    content = json.dumps({name: value for name, value in worker._asdict().items() if name != "oid"}, sort_keys=True)
    oid = write_blob(repo, content.encode() + b"\n")
    if oid != worker.oid:
        move_refs(repo, [Move(PREFIX + worker.name, worker.oid, oid)])
    return worker._replace(oid=oid)


def forget(repo: Repo, worker: Worker) -> None:
    """Drop what is known of a worker."""
    move_refs(repo, [Move(PREFIX + worker.name, worker.oid, "")])


def find(repo: Repo, name: str) -> Worker:
    """Return the worker of this name; UsageError if there is none."""
    oid = read_ref(repo, PREFIX + plain(name, "a worker"))
    if oid is None:
        raise UsageError(f"there is no worker {name}", "agentops-gate worker list")
    return _read(repo, name, oid)


def every(repo: Repo) -> list[Worker]:
    """Return all workers by their names."""
    listing = repo.git.text("for-each-ref", "--format=%(objectname) %(refname)", PREFIX)
    rows = (row.split(" ", 1) for row in listing.split("\n") if row)
    return [_read(repo, ref.removeprefix(PREFIX), oid) for oid, ref in rows]


def _read(repo: Repo, name: str, oid: str) -> Worker:
    import json

    try:
        said = json.loads(repo.objects.blob(oid, 1 << 16) or b"")
        worker = Worker(**said, oid=oid)
    except (ValueError, TypeError):
        worker = None
    if worker is None or worker.name != name or not all(isinstance(value, str) for value in worker):
        raise UndecidedError(f"{PREFIX}{name} is damaged", f"git update-ref -d {PREFIX}{name}")
    return worker


def made(repo: Repo) -> dict[str, str]:
    """Return the commits that were made in workers' work trees, by the logs of these, each with the tree's name."""
    found: dict[str, str] = {}
    folder = os.path.join(repo.common_dir, "worktrees")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        place = os.path.join(folder, name)
        if _lines(os.path.join(place, MARKER))[:1] == [WORKER]:
            found.update(dict.fromkeys(_commits(_lines(os.path.join(place, "logs", "HEAD"))), name))
    return found


def _commits(log: list[str]) -> Iterator[str]:
    for line in log:
        before, _, what = line.partition("\t")
        if what.startswith(_MAKES):
            yield before.split(" ")[1]


def _lines(path: str) -> list[str]:
    # A worker who puts a pipe there must not keep the lead waiting.
    if not os.path.isfile(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().split("\n")
    except OSError:
        return []
