"""Which paths a tree itself marks as generated or vendored."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ..model.errors import UndecidedError
from ..model.light import TYPE_CHECKING
from ..model.text import printable
from .repo import Repo
from .tree import TREE, tree_entries

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

_FILE = b".gitattributes"
_FILE_LIMIT = 1 << 20
_REGULAR = (0o100644, 0o100755)
# Neither the user's attributes nor the file system's rules for names decide what matches.
_NEUTRAL = tuple(
    part
    for setting in (f"core.attributesFile={os.devnull}", "core.ignoreCase=false", "core.protectNTFS=false")
    for part in ("-c", setting)
)
_MARKS = ("linguist-generated", "linguist-vendored")


def generated(repo: Repo, treeish: str, paths: Sequence[str]) -> dict[str, str]:
    """Return for each of ``paths`` that the ``.gitattributes`` of ``treeish`` mark, the attribute that marks it.

    Attributes of the work tree, the index, the user, the machine and ``$GIT_DIR/info`` do not count: a change must not
    excuse itself, and the answer must be the same everywhere. Raises UndecidedError where one cannot be read.
    """
    # Where a path climbs out of the tree there is nothing to look up; only a forged tree holds such names.
    plain = [name for name in map(os.fsencode, paths) if not {b"", b".", b"..", b".git"} & {*name.split(b"/")}]
    files = _attribute_files(repo, treeish, plain)
    texts = (_text(repo, folder, oid) for folder, oid in files.items())
    # A name of an attribute cannot be quoted or escaped, so most repositories are done here, without a process.
    if not any(mark.encode() in text for text in texts for mark in _MARKS):
        return {}
    return _ask(repo, files, plain)


def _attribute_files(repo: Repo, treeish: str, paths: Iterable[bytes]) -> dict[bytes, str]:
    """Return the blob of every ``.gitattributes`` that can concern ``paths``, by its own path."""
    wanted = _folders(paths)
    trees = {b"": f"{treeish}^{{tree}}"}
    files: dict[bytes, str] = {}
    for folder in sorted(wanted):  # a folder sorts before what lies in it
        if folder in trees:
            prefix = folder + b"/" if folder else b""
            for name, mode, oid in tree_entries(repo.objects, trees[folder]):
                path = prefix + name
                if name == _FILE and mode in _REGULAR:
                    files[path] = oid
                elif mode == TREE and path in wanted:
                    trees[path] = oid
    return files


def _folders(paths: Iterable[bytes]) -> set[bytes]:
    """Return every folder that one of ``paths`` lies in, the root as an empty name."""
    split = (path.split(b"/") for path in paths)
    return {b"/".join(parts[:depth]) for parts in split for depth in range(len(parts))}


def _text(repo: Repo, path: bytes, oid: str) -> bytes:
    text = repo.objects.blob(oid, _FILE_LIMIT)
    if text is None:
        raise UndecidedError(f"{printable(path)} is larger than {_FILE_LIMIT:,} bytes", "shorten it")
    return text


def _ask(repo: Repo, files: dict[bytes, str], paths: Iterable[bytes]) -> dict[str, str]:
    """Let git match ``paths``, in an empty repository that borrows our objects and whose index holds ``files`` only.

    ``check-attr --source`` needs git 2.40, and honours ``$GIT_DIR/info/attributes`` as well.
    """
    listing = b"".join(b"100644 %s\t%s\0" % (oid.encode(), path) for path, oid in files.items())
    stdin = b"".join(path + b"\0" for path in paths)
    with _scratch(repo) as folder:
        env = _empty_repository(repo, folder)
        repo.git.run(*_NEUTRAL, "update-index", "-z", "--index-info", stdin=listing, env=env)
        done = repo.git.run(*_NEUTRAL, "check-attr", "--cached", "-z", "--stdin", *_MARKS, stdin=stdin, env=env)
    fields = iter(done.out.split(b"\0"))
    found: dict[str, str] = {}
    for path, name, value in zip(fields, fields, fields, strict=False):
        if value in (b"set", b"true"):
            found.setdefault(os.fsdecode(path), name.decode())
    return found


def _scratch(repo: Repo) -> TemporaryDirectory[str]:
    from tempfile import TemporaryDirectory

    try:
        os.makedirs(repo.state_dir, exist_ok=True)
        return TemporaryDirectory(prefix="attributes-", dir=repo.state_dir)
    except OSError:  # a clone that is mounted read-only, as in some CI
        return TemporaryDirectory(prefix="agentops-attributes-")


def _empty_repository(repo: Repo, folder: str) -> dict[str, str]:
    for name in ("objects", "refs"):
        os.mkdir(os.path.join(folder, name))
    config = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = " + repo.object_format
    for name, content in (("HEAD", "ref: refs/heads/none\n"), ("config", config + "\n")):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(content)
    return {
        "GIT_DIR": folder,
        "GIT_COMMON_DIR": folder,
        "GIT_WORK_TREE": folder,
        "GIT_INDEX_FILE": os.path.join(folder, "index"),
        "GIT_OBJECT_DIRECTORY": repo.git.env.get("GIT_OBJECT_DIRECTORY", os.path.join(repo.common_dir, "objects")),
        "GIT_ATTR_NOSYSTEM": "1",
    }
