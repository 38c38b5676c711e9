"""The little that this package writes through git: objects, and refs of its own. All else is the user's.

Objects are flushed to disk before a ref names them, whatever the user's settings say: git's own default leaves loose
objects to the operating system. Refs move in transactions, each by its old value, so that of two writers one fails and
neither undoes the other. Whoever writes here reads back what he wrote.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from .objects import is_oid
from .repo import Repo
from .run import Result, failed

# core.fsyncObjectFiles is what git before 2.36 knew of this; later ones call it deprecated on a channel nobody reads.
_DURABLE = (
    *("-c", "core.fsync=loose-object,pack,reference"),
    *("-c", "core.fsyncMethod=fsync"),
    *("-c", "core.fsyncObjectFiles=true"),
)
_OWN = ("refs/agentops/", "refs/agentops-rescue-")
# A killed git leaves its lock files. A living one holds the lock of a ref for milliseconds.
_STALE_SECONDS = 2.0
_LOCKED = "if no other git is running here, one was killed: remove the file named above, then try again"


class Move(NamedTuple):
    """One ref of a transaction: from ``old`` to ``new``, each an object id, or empty for "there is none".

    Equal ones only demand that the ref stands there.
    """

    ref: str
    old: str
    new: str


def write_blob(repo: Repo, content: bytes) -> str:
    """Store a blob and return its id. Raises UndecidedError, as all of these do, when git cannot."""
    return _oid(repo, content, "hash-object", "-w", "--stdin", "--no-filters")


def write_tree(repo: Repo, entries: Iterable[tuple[str, str, str]]) -> str:
    """Store a tree of ``(mode, oid, name)``, in any order, and return its id; what it names must be there already."""
    kinds = {"040000": "tree"}
    lines = (f"{mode} {kinds.get(mode, 'blob')} {oid}\t{name}\0" for mode, oid, name in entries)
    return _oid(repo, "".join(lines).encode(), "mktree", "-z")


def write_commit(repo: Repo, content: bytes) -> str:
    """Store a commit of exactly these bytes, which git checks for their form, and return its id."""
    return _oid(repo, content, "hash-object", "-t", "commit", "-w", "--stdin")


def read_ref(repo: Repo, ref: str) -> str | None:
    """Return the id that the ref of exactly this name has, or None if there is none."""
    args = ("show-ref", "--verify", "--", ref)
    done = repo.git.run(*args, ok=(0, 1, 128))
    if done.rc == 0:
        return done.out.split()[0].decode()
    if done.rc == 128 and b"not a valid ref" in done.err:
        return None
    raise failed(args, done)


def move_refs(repo: Repo, moves: Sequence[Move]) -> None:
    """Move refs of ours, all of them or none; raise UndecidedError if one is not at its old value.

    The lock files that a killed git left on these refs are removed, once they have not changed for two seconds.
    """
    lines = [line for move in moves for line in ("option no-deref", _line(move))]
    stdin = "\n".join(["start", *lines, "prepare", "commit", ""]).encode()
    done = _update(repo, stdin)
    if done.rc and _unlock(_place(repo, f"{move.ref}.lock") for move in moves):
        done = _update(repo, stdin)
    if done.rc:
        error = failed(("update-ref",), done)
        raise UndecidedError(str(error), _LOCKED if b"packed-refs.lock" in done.err else error.fix)


def sweep_locks(repo: Repo, below: str) -> None:
    """Remove the lock files that a killed git left on refs below ``below``; whoever fetched them would be refused."""
    if not below.startswith(_OWN):
        raise ValueError(f"not ours to sweep: {below}")
    _unlock(
        os.path.join(folder, name)
        for folder, _, names in os.walk(_place(repo, below))
        for name in names
        if name.endswith(".lock")
    )


def _place(repo: Repo, ref: str) -> str:
    return os.path.join(repo.common_dir, *ref.split("/"))


def _update(repo: Repo, stdin: bytes) -> Result:
    return repo.git.run(*_DURABLE, "update-ref", "--stdin", stdin=stdin, ok=range(-64, 256), writes=True)


def _line(move: Move) -> str:
    if not move.ref.startswith(_OWN):
        raise ValueError(f"not ours to move: {move.ref}")
    if move.old == move.new:
        return f"verify {move.ref} {move.old}"
    if not move.old:
        return f"create {move.ref} {move.new}"
    return f"update {move.ref} {move.new} {move.old}" if move.new else f"delete {move.ref} {move.old}"


def _unlock(paths: Iterable[str]) -> bool:
    """Remove those of these lock files that are stale, and say whether there were any at all."""
    # Never packed-refs.lock: it guards the user's own refs, and git names it in its complaint.
    before = {path: state for path in paths if (state := _state(path))}
    if not before:
        return False
    time.sleep(_STALE_SECONDS)
    for path, state in before.items():
        if _state(path) == state:
            with suppress(FileNotFoundError):
                os.unlink(path)
    return True


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _oid(repo: Repo, stdin: bytes, *args: str) -> str:
    done = repo.git.run(*_DURABLE, *args, stdin=stdin, writes=True)
    oid = done.out.strip().decode("ascii", "replace")
    if not is_oid(oid):
        raise UndecidedError(f"git {args[0]} gave no object id")
    return oid
