"""Where snapshots stand: one ref each, made once, and named so that no push of "all refs" takes it along.

``refs/agentops-rescue-<id>`` has one level below ``refs/``, as ``refs/stash`` has. Git keeps what such a ref names
through every collection, but leaves it out of ``push --mirror`` and of every pattern (since 1.6.1), and a git server
refuses to make one ("funny refname"). Below ``refs/agentops/rescue/`` a mirror would publish uncommitted text.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence

from ..git.repo import Repo
from ..git.write import Move, move_refs, read_ref
from ..model.errors import UndecidedError, UsageError
from ..model.light import NamedTuple
from ..model.text import printable
from .settings import Settings

PREFIX = "refs/agentops-rescue-"
_DAY = 86_400
# What is younger goes by age alone, so that nobody drives a snapshot out by making many.
_YOUNG = _DAY
_FLOOD = 20


class Kept(NamedTuple):
    """A snapshot as its ref tells: id, commit, tree, parents, and when it was made (seconds since 1970)."""

    id: str
    oid: str
    tree: str
    parents: tuple[str, ...]
    time: int

    @property
    def ref(self) -> str:
        """The whole name of its ref."""
        return PREFIX + self.id


def kept(repo: Repo) -> list[Kept]:
    """Return all snapshots, the latest first. What is no commit is none. Raises UndecidedError."""
    form = "%(refname)%00%(objectname)%00%(tree)%00%(parent)%00%(committerdate:unix)"
    listing = repo.git.text("for-each-ref", f"--format={form}", f"{PREFIX}*")
    found = []
    for row in filter(None, listing.split("\n")):
        ref, oid, tree, parents, when = row.split("\0")
        if tree and when.isdigit():
            found.append(Kept(ref.removeprefix(PREFIX), oid, tree, tuple(parents.split()), int(when)))
    return sorted(found, key=lambda one: (one.time, one.id), reverse=True)


def find(repo: Repo, name: str) -> Kept:
    """Return the snapshot whose id, or the only one whose id begins or ends, is ``name``; ``latest`` is the last one.

    Raises UsageError when there is none, or more than one.
    """
    every = kept(repo)
    wanted = name.removeprefix(PREFIX)
    found = every[:1] if wanted == "latest" else [one for one in every if one.id == wanted]
    if not found and wanted:
        found = [one for one in every if wanted in (one.id[: len(wanted)], one.id[-len(wanted) :])]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} snapshots have the id" if found else "there is no snapshot"
    raise UsageError(f"{what} {printable(name)}", "agentops-gate rescue list")


def create(repo: Repo, name: str, oid: str) -> None:
    """Make the ref of a snapshot and read it back. Raises UndecidedError if it cannot be made, or is another's."""
    ref = PREFIX + name
    move_refs(repo, [Move(ref, "", oid)])
    _flush(repo, ref)
    if read_ref(repo, ref) != oid:
        raise UndecidedError(f"{ref} was written and reads back differently", "git fsck")


def expire(repo: Repo, every: Sequence[Kept], settings: Settings, now: int) -> list[Kept]:
    """Remove the snapshots that are too old or too many, and return them; ``every`` has the latest first.

    Raises UndecidedError when so many were made in one day that there is no room for more.
    """
    old = [one for one in every if now - one.time > settings.keep_days * _DAY]
    many = [one for one in every[settings.keep_count :] if now - one.time > _YOUNG]
    gone = list(dict.fromkeys((*old, *many)))
    if len(every) - len(gone) >= settings.keep_count * _FLOOD:
        raise UndecidedError(
            f"there are {len(every):,} snapshots, most of them of this day; rescue.keep_count is "
            f"{settings.keep_count:,}",
            "a person looks at them (agentops-gate rescue list) and raises it, or waits a day",
        )
    for one in gone:
        _remove(repo, one)
    return gone


def _remove(repo: Repo, one: Kept) -> None:
    try:
        move_refs(repo, [Move(one.ref, one.oid, "")])
    except UndecidedError:
        # Of two that expire at once, one finds it gone.
        if read_ref(repo, one.ref) is not None:
            raise


def name_at(now: float) -> str:
    """Return the id of a snapshot made at ``now``: its time, in UTC, to the microsecond."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{int(now % 1 * 1_000_000):06}"


def _flush(repo: Repo, ref: str) -> None:
    """Flush the folder that a loose ref stands in: git flushes the file, not its name."""
    flush_folders([os.path.dirname(os.path.join(repo.common_dir, *ref.split("/")))])


def flush_folders(folders: Iterable[str]) -> None:
    """Write the names in these folders to disk, where the system can do that."""
    for folder in folders:
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.fsync(descriptor)
        except OSError:
            pass
        finally:
            os.close(descriptor)
