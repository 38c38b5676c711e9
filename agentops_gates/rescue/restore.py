"""Brings files back from a snapshot: into a new folder, onto a new branch, or in place where nothing stands in the way.

Nothing that is there now is ever written over. A snapshot can be anybody's commit, so its names are not trusted: no
path leads out of the folder, into a ``.git``, or through a link.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from io import BytesIO

from ..git.diff import SYMLINK
from ..git.repo import Repo
from ..git.tree import tree_entries, tree_entry
from ..model.digest import sha1, sha256
from ..model.errors import UndecidedError, UsageError
from ..model.light import Literal, NamedTuple
from ..model.text import printable
from .content import File, Snapshot

Version = Literal["work", "staged", "ours", "theirs", "base", "git"]
_WORK = frozenset({"changed", "untracked", "ignored", "bundle"})
_STAGES: dict[Version, str] = {"base": "1", "ours": "2", "theirs": "3"}
_NEVER = frozenset({"", ".", ".."})
_TREE, _SUBMODULE = 0o040000, 0o160000
_SET_ID = 0o6000


class Item(NamedTuple):
    """A file to bring back: its path, git's mode, permission bits (0: by the mode), and its content's id."""

    path: str
    mode: int
    rights: int
    oid: str


def choose(repo: Repo, snapshot: Snapshot, paths: Sequence[str], version: Version) -> list[Item]:
    """Return the files of one version, those at or below ``paths`` if there are any.

    A path that did not differ from what was staged is taken from there. Raises UsageError for a path that the snapshot
    does not hold.
    """
    held = [_item(file) for file in _held(snapshot, version)]
    if not paths:
        return held
    items: dict[str, Item] = {}
    for path in paths:
        found = {item.path: item for item in held if covers(path, item.path)}
        if version in ("work", "staged"):
            found = _others(repo, snapshot, path, version) | found
        if not found:
            raise UsageError(
                f"{printable(path)} is not in snapshot {snapshot.id} ({version} version)",
                f"agentops-gate rescue show {snapshot.id}",
            )
        items |= found
    return list(items.values())


def _others(repo: Repo, snapshot: Snapshot, path: str, version: Version) -> dict[str, Item]:
    """Return by path what was staged or committed there, save what was deleted in the work tree."""
    gone = {file.path for file in snapshot.files if file.kind == "deleted" and version == "work"}
    return {item.path: item for item in _staged(repo, snapshot, path.rstrip("/") or ".") if item.path not in gone}


def _held(snapshot: Snapshot, version: Version) -> Iterator[File]:
    yield from (file for file in snapshot.files if _is(file, version))
    if version == "work":
        # What was staged and not changed since stood in the work tree as well.
        other = {file.path for file in snapshot.files if file.kind in ("changed", "deleted", "untracked", "unmerged")}
        yield from (file for file in snapshot.files if _is(file, "staged") and file.path not in other)


def _is(file: File, version: Version) -> bool:
    if version == "work":
        return file.kind in _WORK
    if version == "staged":
        return file.kind == "staged" and file.mode != _SUBMODULE
    if version == "git":
        return file.kind in ("state", "log")
    return file.kind == "unmerged" and f"unmerged/{_STAGES[version]}/" in f"{file.place}/"


def covers(wanted: str, path: str) -> bool:
    """Return whether ``path`` is the one that is wanted, or stands below it; ``.`` is all of them."""
    folder = wanted.rstrip("/") or "."
    return folder in (".", path) or path.startswith(f"{folder}/")


def _item(file: File) -> Item:
    return Item(file.path, file.mode, file.rights, file.oid)


def _staged(repo: Repo, snapshot: Snapshot, wanted: str) -> Iterator[Item]:
    """Yield what the saved index, or HEAD where none was saved, has at or below a path."""
    root = snapshot.index_tree or (f"{snapshot.head}^{{tree}}" if snapshot.head else "")
    if not root:
        return
    found = repo.git.run("ls-tree", "-r", "-z", "--full-tree", root, "--", *([] if wanted == "." else [wanted])).out
    for row in filter(None, found.split(b"\0")):
        facts, _, path = row.partition(b"\t")
        mode, _, oid = facts.split(b" ")
        if int(mode, 8) != _SUBMODULE:
            yield Item(os.fsdecode(path), int(mode, 8), 0, oid.decode())


def into_folder(repo: Repo, items: Sequence[Item], folder: str) -> None:
    """Write files into ``folder``, which must be new or empty. Raises UsageError, and UndecidedError when it cannot."""
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.islink(folder) or os.listdir(folder):
            raise UsageError(f"{printable(folder)} is not empty", "name another folder: --to DIR")
        for item in items:
            _write(repo, item, folder)
    except OSError as error:
        raise _cannot(error) from error


def in_place(repo: Repo, items: Sequence[Item]) -> None:
    """Write files to where they were, all or none: there must be nothing, or what was committed and staged alike.

    Raises UsageError naming the first one in the way.
    """
    try:
        for item in items:
            _parts(item.path)
            if why := _in_the_way(repo, item.path):
                raise UsageError(f"{printable(item.path)} {why}", "restore into a folder and compare: --to DIR")
        for item in items:
            _write(repo, item, repo.toplevel, replace=True)
    except OSError as error:
        raise _cannot(error) from error


def _in_the_way(repo: Repo, path: str) -> str:
    folder = os.path.dirname(path)
    while folder:
        above = os.path.join(repo.toplevel, folder)
        if os.path.islink(above) or os.path.isfile(above):
            return "would stand beyond a file or link"
        if os.path.lexists(os.path.join(above, ".git")):
            return "stands in another repository"
        folder = os.path.dirname(folder)
    place = os.path.join(repo.toplevel, path)
    if not os.path.lexists(place):
        return ""
    if os.path.islink(place) or os.path.isfile(place):
        return _unsaved(repo, path, place)
    return "is a folder now, or no file"


def _unsaved(repo: Repo, path: str, place: str) -> str:
    """Say why the file at ``place`` cannot go; its bytes are compared, since git can be told to overlook a change."""
    staged = repo.git.run("ls-files", "-s", "-z", "--", path).out.partition(b"\t")[0].split(b" ")
    if len(staged) != 3:
        return "is there now, and git does not have it"
    head = tree_entry(repo.objects, "HEAD^{tree}", path) if repo.resolve("HEAD") else None
    with open(place, "rb") if not os.path.islink(place) else BytesIO(os.readlink(os.fsencode(place))) as file:
        content = file.read()
    made = (sha1 if repo.object_format == "sha1" else sha256)(b"blob %d\0" % len(content) + content).hexdigest()
    if head is None or not head[1] == staged[1].decode() == made:
        return "has changes now that are not committed, or is checked out with other bytes"
    return ""


def _write(repo: Repo, item: Item, root: str, *, replace: bool = False) -> None:
    parts = _parts(item.path)
    folder = root
    for part in parts[:-1]:
        folder = os.path.join(folder, part)
        if not os.path.isdir(folder) or os.path.islink(folder):
            os.mkdir(folder)
    target = os.path.join(folder, parts[-1])
    content = repo.objects.blob(item.oid)
    assert content is not None
    temporary = f"{target}.rescue-{os.getpid()}"
    if item.mode == SYMLINK:
        os.symlink(content, os.fsencode(temporary))
    else:
        _fill(temporary, content, item)
    try:
        if replace:
            os.replace(temporary, target)
        else:
            _rename(temporary, target)
    except OSError:
        os.unlink(temporary)
        raise


def _rename(source: str, target: str) -> None:
    # The folder is a new one of ours: only two names that the file system takes for one can meet here.
    if os.path.lexists(target):
        raise FileExistsError(17, "there is a file of this name", target)
    os.rename(source, target)


def _fill(path: str, content: bytes, item: Item) -> None:
    rights = item.rights & ~_SET_ID or (0o755 if item.mode & 0o100 else 0o644)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(path, rights)
    except BaseException:
        os.unlink(path)
        raise


def _parts(path: str) -> list[str]:
    parts = path.split("/")
    for part in parts:
        plain = part.partition(":")[0].rstrip(" .").casefold()
        if part in _NEVER or plain in (".git", "git~1"):
            raise UsageError(f"{printable(path)} is a name that no work tree may hold", "restore the others: --path P")
    return parts


def _cannot(error: OSError) -> UndecidedError:
    return UndecidedError(f"cannot write {printable(error.filename or 'a file')}: {error.strerror}")


def top_entries(repo: Repo, snapshot: Snapshot) -> dict[str, str]:
    """Return ids by name of what stands at the top of the snapshot's tree."""
    return {os.fsdecode(name): oid for name, _, oid in tree_entries(repo.objects, f"{snapshot.oid}^{{tree}}")}
