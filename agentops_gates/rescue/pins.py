"""What keeps commits from being collected: refs, stashes, reflogs, and where a merge or rebase stands.

Commits become parents of the snapshot. Tag objects are small, and no parents: they are stored as they are, and made
again from that. Blobs and trees that a ref names go into the snapshot's tree.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator

from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.text import printable
from .budget import Budget
from .content import File, Saved, Stash
from .refs import PREFIX
from .stream import Stream

_TREE, _BLOB = 0o040000, 0o100644
_HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "ORIG_HEAD")
_STATE = (*_HEADS, "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE", "SQUASH_MSG", "BISECT_LOG", "BISECT_START")
_FOLDERS = ("rebase-merge", "rebase-apply", "sequencer")
# What git says when there is nothing to begin with.
_NOTHING = 129


class Pins:
    """Everything that ``endangered`` asks to pin. Asks git when it is made; raises UndecidedError."""

    def __init__(self, repo: Repo, endangered: Collection[str]) -> None:
        self._repo = repo
        self._commits: dict[str, None] = {}
        self._others: dict[str, str] = {}
        self._tags: dict[str, bytes] = {}
        self.refs: tuple[Saved, ...] = ()
        self.stashes: tuple[Stash, ...] = ()
        self.reflog = 0
        self.branch = repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
        self.head = repo.resolve("HEAD") or ""
        self._add([self.head])
        self._add(repo.resolve(name) or "" for name in _HEADS if os.path.exists(os.path.join(repo.git_dir, name)))
        if "refs" in endangered:
            self.refs = tuple(self._refs())
        if not {"stash", "refs", "reflog"}.isdisjoint(endangered):
            self.stashes = tuple(self._stashes())
        if "reflog" in endangered:
            self._reflogs()

    @property
    def parents(self) -> tuple[str, ...]:
        """The commits to pin, HEAD first."""
        return tuple(self._commits)

    def _add(self, oids: Iterable[str]) -> None:
        self._commits.update(dict.fromkeys(filter(None, oids)))

    def _refs(self) -> Iterator[Saved]:
        form = "%(objectname) %(objecttype) %(refname)%00%(symref)"
        for row in filter(None, self._repo.git.text("for-each-ref", f"--format={form}").split("\n")):
            names, _, link = row.partition("\0")
            oid, kind, ref = names.split(" ", 2)
            if not ref.startswith(PREFIX):
                yield Saved(ref, oid, link)
                self._pin(oid, kind)

    def _pin(self, oid: str, kind: str) -> None:
        while kind == "tag":
            if oid in self._tags:
                return
            found = self._repo.objects.read(oid)
            if found is None:
                raise UndecidedError(f"tag object {oid} is not here", "git fsck")
            self._tags[oid] = found[1]
            target, kind, *_ = (line.partition(b" ")[2].decode() for line in found[1].split(b"\n", 2)[:2])
            oid = target
        if kind == "commit":
            self._add([oid])
        else:
            self._others[oid] = kind

    def _stashes(self) -> Iterator[Stash]:
        if self._repo.resolve("refs/stash") is None:
            return
        fields = self._repo.git.text("log", "-g", "-z", "--format=%H %gs", "refs/stash", "--").split("\0")
        for row in filter(None, fields):
            oid, _, words = row.partition(" ")
            self._add([oid])
            yield Stash(oid, words)

    def _reflogs(self) -> None:
        oids = self._repo.git.text("rev-list", "--no-walk=unsorted", "--reflog", ok=(0, _NOTHING)).split()
        self.reflog = len(oids)
        self._add(oids)

    def write(self, stream: Stream, budget: Budget) -> None:
        """Put what is no commit into the stream."""
        for oid, kind in self._others.items():
            stream.name(f"objects/{oid}".encode(), _TREE if kind == "tree" else _BLOB, oid)
        for oid, content in self._tags.items():
            budget.take(len(content))
            stream.text(f"tags/{oid}".encode(), content)


def state_files(repo: Repo) -> Iterator[tuple[str, str]]:
    """Yield ``(name, path)`` of the files that tell how far a merge, a rebase or a bisection is."""
    for name in _STATE:
        path = os.path.join(repo.git_dir, name)
        if os.path.isfile(path):
            yield name, path
    for name in _FOLDERS:
        yield from _below(os.path.join(repo.git_dir, name), name)


def log_files(repo: Repo) -> Iterator[tuple[str, str]]:
    """Yield ``(name, path)`` of the reflogs, those of all work trees, where git keeps them as files."""
    yield from _below(os.path.join(repo.common_dir, "logs"), "logs")
    folder = os.path.join(repo.common_dir, "worktrees")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        yield from _below(os.path.join(folder, name, "logs"), f"worktrees/{name}/logs")


def _below(folder: str, name: str) -> Iterator[tuple[str, str]]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for one in sorted(names):
            path = os.path.join(place, one)
            if os.path.isfile(path) and not os.path.islink(path):
                yield os.path.join(name, os.path.relpath(path, folder)), path


def put_files(stream: Stream, budget: Budget, kind: str, files: Iterable[tuple[str, str]]) -> Iterator[File]:
    """Put files of git's own into the stream below ``kind``, and yield them; one that is gone by now is left out."""
    for name, path in files:
        place = os.fsencode(f"{kind}/{name}")
        try:
            budget.take(os.lstat(path).st_size)
            put = stream.file(place, os.fsencode(path))
        except FileNotFoundError:
            continue
        if put is None:
            raise UndecidedError(f"{printable(path)} is no file")
        yield File(
            name, "log" if kind == "log" else "state", put.mode, put.rights, put.size, put.oid, os.fsdecode(place)
        )
