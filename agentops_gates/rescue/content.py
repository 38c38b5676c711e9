"""What a snapshot holds, as plain data."""

from __future__ import annotations

from ..model.light import Literal, NamedTuple

#: What can be lost, in the words of the guard's rules.
Thing = Literal["worktree", "index", "untracked", "ignored", "refs", "stash", "reflog"]
THINGS = frozenset({"worktree", "index", "untracked", "ignored", "refs", "stash", "reflog"})
#: "state" is a file of git's own that tells how far a merge or rebase is, "log" a reflog, "bundle" the commits of a
#: repository within this one.
Kind = Literal["changed", "deleted", "untracked", "ignored", "staged", "unmerged", "state", "log", "bundle"]


class Wanted(NamedTuple):
    """A file that may have to be saved: ``oid`` and ``mode`` are those of the index, if it is there."""

    path: bytes
    kind: Kind
    mode: int = 0
    oid: str = ""


class File(NamedTuple):
    """A file as it was saved at ``place`` in the snapshot's tree; a deleted one has neither place nor id.

    ``path`` is relative to the top of the work tree, ``mode`` git's, ``rights`` the permission bits.
    """

    path: str
    kind: Kind
    mode: int
    rights: int
    size: int
    oid: str
    place: str


class Left(NamedTuple):
    """What was not saved although it stands in what is endangered, and why."""

    path: str
    why: str


class Saved(NamedTuple):
    """A ref that was pinned: its name, the id that it had, and where it pointed if it was symbolic."""

    ref: str
    oid: str
    link: str = ""


class Stash(NamedTuple):
    """A stash: its commit and what it was called."""

    oid: str
    words: str


class Snapshot(NamedTuple):
    """A snapshot. ``time`` is in seconds since 1970, ``fresh`` tells whether it was made now or stood there already.

    ``worktree`` is the path of the work tree (empty: a bare repository), ``head`` the commit (empty: none yet) and
    ``branch`` the ref that HEAD pointed to (empty: detached). ``index_tree`` is that of what was staged (empty: not
    saved).
    """

    id: str
    ref: str
    oid: str
    time: int
    why: str
    endangered: tuple[str, ...]
    worktree: str
    head: str
    branch: str
    index_tree: str
    files: tuple[File, ...]
    left: tuple[Left, ...]
    refs: tuple[Saved, ...]
    stashes: tuple[Stash, ...]
    reflog: int
    fresh: bool = False

    @property
    def bytes(self) -> int:
        """The bytes of all files in it."""
        return sum(file.size for file in self.files)
