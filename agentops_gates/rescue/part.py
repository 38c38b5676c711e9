"""One work tree of a snapshot: the one that it is about, or a repository within it."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator

from ..git.repo import Repo
from ..model.errors import UndecidedError, UsageError
from ..model.text import printable
from .budget import Budget
from .content import File, Left, Wanted
from .look import Index
from .settings import Settings
from .stream import Put, Stream

_SUBMODULE = 0o160000
_FOREIGN = ("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
_IGNORED = "ignored (rescue.ignored does not name it)"
_PARTLY_IGNORED = "ignored, all but what rescue.ignored names"
_SPECIAL = (
    (stat.S_ISFIFO, "a fifo"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


class Part:
    """What has to be saved of the work tree of ``repo``; ``prefix`` is where it stands in the outermost one.

    ``place`` is the folder for it in the snapshot's tree, ``borrowed`` as for :class:`Index`. Making one asks git;
    :meth:`write` puts all of it into a stream. Both raise UndecidedError when anything cannot be had.
    """

    def __init__(
        self, repo: Repo, index_path: str, borrowed: dict[str, str], prefix: bytes = b"", place: bytes = b""
    ) -> None:
        self.repo = repo
        self.prefix = prefix
        self.place = place
        self.index = Index(repo, index_path, borrowed)
        self.wanted: list[Wanted] = []
        self.nested: list[bytes] = []
        self.left: list[Left] = []
        self.files: list[File] = []
        self._top = os.fsencode(repo.toplevel)

    def look(self, endangered: Collection[str], settings: Settings) -> None:
        """Find out what stands in danger."""
        if "worktree" in endangered:
            self.wanted += self.index.changed()
        if not {"worktree", "untracked"}.isdisjoint(endangered):
            self._untracked(settings, needed="untracked" in endangered)
        if "untracked" in endangered:
            self.left += self._unheard()
        if "ignored" in endangered:
            self._ignored(settings)
        self.left += [Left(self._name(os.fsencode(path)), "a folder that cannot be read") for path in self.index.closed]

    def _untracked(self, settings: Settings, *, needed: bool) -> None:
        found = self.index.untracked()
        files = [path for path in found if not path.endswith(b"/")]
        self.nested += [path.rstrip(b"/") for path in found if path.endswith(b"/")]
        self.nested += filter(self._is_repository, self.index.links)
        if needed or self._few(files, settings):
            self.wanted += [Wanted(path, "untracked") for path in files]
        else:
            # They are in danger only where a file of the same name is checked out over them.
            why = f"{len(files):,} untracked files, more than a snapshot may hold"
            self.left.append(Left(self._name(b""), why))

    def _is_repository(self, path: bytes) -> bool:
        return os.path.lexists(os.path.join(self._top, path, b".git"))

    def _few(self, files: list[bytes], settings: Settings) -> bool:
        if len(files) > settings.max_files // 2:
            return False
        return sum(_size(os.path.join(self._top, path)) for path in files) <= settings.max_bytes // 2

    def _ignored(self, settings: Settings) -> None:
        chosen = self._chosen(settings.ignored)
        self.wanted += [Wanted(path, "ignored") for path in chosen]
        for path in self.index.ignored(folders=True):
            if path in chosen:
                continue
            partly = path.endswith(b"/") and any(one.startswith(path) for one in chosen)
            self.left.append(Left(self._name(path), _PARTLY_IGNORED if partly else _IGNORED))

    def _chosen(self, patterns: tuple[str, ...]) -> dict[bytes, None]:
        """Return the ignored files that the policy wants saved."""
        if not patterns:
            return {}
        from ..policy.paths import matches

        every = (path for path in self.index.ignored(folders=False) if not path.endswith(b"/"))
        return dict.fromkeys(path for path in every if matches(os.fsdecode(path), patterns))

    def _unheard(self) -> Iterator[Left]:
        """Yield what git passes over in silence where nothing is tracked: empty folders, fifos, sockets, devices."""
        for untracked in self.index.untracked_folders():
            for folder, folders, names in os.walk(os.path.join(self._top, untracked)):
                if b".git" in folders or b".git" in names:
                    folders.clear()
                    continue
                here = os.path.relpath(folder, self._top)
                if not folders and not names:
                    yield Left(self._name(here + b"/"), "an empty folder")
                for name in names:
                    if word := _special(os.path.join(folder, name)):
                        yield Left(self._name(os.path.join(here, name)), word)

    def _name(self, path: bytes) -> str:
        return os.fsdecode(os.path.join(self.prefix, path))

    def write(self, stream: Stream, budget: Budget) -> None:
        """Put every file that is wanted into the stream, within the budget."""
        budget.files(sum(not one.oid for one in self.wanted))
        for one in self.wanted:
            self._write(one, stream, budget)
        for entry in self.index.unmerged:
            place = os.path.join(self.place, b"unmerged", b"%d" % entry.stage, entry.path)
            size = self._put(stream, place, entry.mode, entry.oid)
            budget.take(size)
            name = self._name(entry.path)
            self.files.append(File(name, "unmerged", entry.mode, 0, size, entry.oid, os.fsdecode(place)))

    def _write(self, one: Wanted, stream: Stream, budget: Budget) -> None:
        place = os.path.join(self.place, b"worktree", one.path)
        name = self._name(one.path)
        try:
            put = None if one.kind == "deleted" else self._file(one, place, stream, budget)
        except FileNotFoundError:
            if one.kind != "changed":
                return
            put = None
        if put is None and one.kind in ("changed", "deleted"):
            self.files.append(File(name, "deleted", one.mode, 0, 0, one.oid, ""))
        elif put is None:
            self.left.append(Left(name, _special(os.path.join(self._top, one.path)) or "neither file nor link"))
        elif (put.mode, put.oid) != (one.mode, one.oid):
            budget.take(put.size)
            self.files.append(File(name, one.kind, *put, place=os.fsdecode(place)))

    def _file(self, one: Wanted, place: bytes, stream: Stream, budget: Budget) -> Put | None:
        path = os.path.join(self._top, one.path)
        size = os.lstat(path).st_size
        if size > budget.bytes:
            # Of what may be unchanged the size counts when it has been read, unless it is far too large.
            budget.take(size)
        return stream.file(place, path, (one.mode, one.oid))

    def staged(self, tree: str, env: dict[str, str]) -> Iterator[tuple[int, str, bytes]]:
        """Yield mode, id and path of what the index's ``tree`` has otherwise than HEAD."""
        head = self.repo.resolve("HEAD") or self.repo.empty_tree
        args = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none")
        fields = iter(self.repo.git.run(*args, head, tree, "--", env=env).out.split(b"\0"))
        for row in filter(None, fields):
            _, mode, _, oid, status = row.removeprefix(b":").split(b" ")
            path = next(fields)
            if status != b"D":
                yield int(mode, 8), oid.decode(), path

    def list_staged(self, tree: str, env: dict[str, str]) -> None:
        """Add to the files what is staged in the outermost work tree; the index's own tree holds it."""
        for mode, oid, path in self.staged(tree, env):
            header = self.repo.objects.read(oid, 0) if mode != _SUBMODULE else None
            place = os.fsdecode(os.path.join(b"index", path))
            self.files.append(File(self._name(path), "staged", mode, 0, header[0].size if header else 0, oid, place))

    def write_staged(self, stream: Stream, budget: Budget) -> None:
        """Put what is staged in a repository within this one into the stream: nobody else keeps its objects."""
        for mode, oid, path in self.staged(self.index.tree(), {}):
            if mode == _SUBMODULE:
                continue
            place = os.path.join(self.place, b"index", path)
            size = self._copy(stream, budget, place, mode, oid)
            self.files.append(File(self._name(path), "staged", mode, 0, size, oid, os.fsdecode(place)))

    def _put(self, stream: Stream, place: bytes, mode: int, oid: str) -> int:
        """Put an object of ours into the stream and return its size; one of an inner repository is copied."""
        header = self.repo.objects.read(oid, 0)
        if header is None:
            raise UndecidedError(f"{printable(place)}: object {oid} is not here", "git fsck")
        if self.prefix:
            stream.text(place, self.repo.objects.blob(oid) or b"", mode)
        else:
            stream.name(place, mode, oid)
        return header[0].size

    def _copy(self, stream: Stream, budget: Budget, place: bytes, mode: int, oid: str) -> int:
        header = self.repo.objects.read(oid, 0)
        size = header[0].size if header else 0
        budget.take(size)
        return self._put(stream, place, mode, oid)


def inner(outer: Repo, path: bytes) -> Repo:
    """Open the repository whose work tree begins at ``path``, whatever variables lead elsewhere.

    Raises UsageError if there is none, UndecidedError if git cannot read it.
    """
    place = os.fsdecode(os.path.join(os.fsencode(outer.toplevel), path))
    env = {name: value for name, value in outer.git.env.items() if name not in _FOREIGN}
    found = Repo.open(place, {**env, "AGENTOPS_GIT": outer.git.program})
    if found.toplevel and os.path.realpath(found.toplevel) == os.path.realpath(place):
        return found
    found.close()
    raise UsageError(f"{printable(place)} is not the top of a repository")


def _size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _special(path: bytes) -> str:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return ""
    return next((word for test, word in _SPECIAL if test(mode)), "")
