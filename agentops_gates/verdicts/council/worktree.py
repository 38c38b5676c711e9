"""Throw-away copies of the head's tree for judges and checks, outside the repository and without a ``.git``.

Not ``git worktree add``: a linked work tree shares refs, objects, configuration and hooks with the user's own, so that
a judge in it could commit, move a branch or write a verdict by ordinary commands. Not ``git archive`` either: the
change's own ``.gitattributes`` (export-ignore, export-subst) would decide what a judge gets to see; and not ``git
checkout``, which runs filters. The files are written from the objects, byte by byte.

A judge's copy lacks what agents take instructions or hooks from (``CLAUDE.md``, ``.claude/settings.json`` and the
like): the author of the change would speak to the judge through them. Their changes are in the packet, as data.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ...git.diff import SUBMODULE, SYMLINK
from ...git.objects import Objects
from ...git.repo import Repo
from ...git.tree import TREE, tree_entries, tree_entry
from ...model.errors import UndecidedError
from ...model.text import printable
from .environment import Place

#: Where a project keeps the adapters of its judges; the base's are given to each judge.
ADAPTERS = ".agents/judges"
# A few nested trees can stand for more files than any disk holds.
_MOST_FILES = 500_000
_MOST_BYTES = 4 << 30
_TOO_LARGE = "no council can look at a tree of this size: take what is not source out of it"
_STEERING = frozenset(
    (
        ".aider.conf.yml",
        ".aiderignore",
        ".amp",
        ".claude",
        ".clinerules",
        ".codex",
        ".continue",
        ".copilot",
        ".cursor",
        ".cursorrules",
        ".gemini",
        ".geminiignore",
        ".goosehints",
        ".junie",
        ".kiro",
        ".mcp.json",
        ".opencode",
        ".qwen",
        ".roo",
        ".roorules",
        ".windsurf",
        ".windsurfrules",
        "agent.md",
        "agents.md",
        "agents.override.md",
        "claude.local.md",
        "claude.md",
        "copilot-instructions.md",
        "copilot.md",
        "crush.md",
        "gemini.md",
        "opencode.json",
        "opencode.jsonc",
        "qwen.md",
        "warp.md",
    )
)
# What programs look for upwards from where they lie or start, apart from what gives orders: Node's modules.
_LOADED = frozenset(("node_modules", "package.json"))
_GITHUB = frozenset(("hooks", "instructions", "agents", "copilot", "prompts", "chatmodes", "skills"))


def steers(path: bytes) -> bool:
    """Return whether an agent that works in a tree would take orders from ``path``, or from what lies below it."""
    names = path.lower().split(b"/")
    last = names[-1].decode("utf-8", "replace")
    return last in _STEERING or (len(names) > 1 and names[-2] == b".github" and last in _GITHUB)


@contextmanager
def scratch(repo: Repo) -> Iterator[str]:
    """Yield a new private folder, and remove it with all that it holds afterwards.

    Raises UndecidedError when temporary files would lie in the repository, within reach of what is judged, or below a
    file from which agents take orders or programs load code: they look for those upwards, and anybody may write into
    ``/tmp``.
    """
    folder = os.path.realpath(tempfile.mkdtemp(prefix="agentops-council-"))
    try:
        owned = [os.path.realpath(place) for place in (repo.toplevel, repo.common_dir) if place]
        if any(folder.startswith(place + os.sep) for place in owned):
            raise UndecidedError(
                f"temporary files would lie in the repository ({printable(folder)})",
                "set TMPDIR to a folder outside the repository",
            )
        if above := next(_orders_above(folder), None):
            raise UndecidedError(
                f"{printable(above)} would give orders or code to every judge that works below it",
                "remove it, or set TMPDIR to a folder with nothing of the kind above it",
            )
        yield folder
    finally:
        _remove(folder)


def _orders_above(folder: str) -> Iterator[str]:
    home = os.path.realpath(os.path.expanduser("~"))
    while folder != (folder := os.path.dirname(folder)):
        with suppress(OSError):
            # A home holds its owner's own settings.
            found = [name for name in os.listdir(folder) if folder != home and _reaches_down(name)]
            yield from (os.path.join(folder, name) for name in sorted(found))


def _reaches_down(name: str) -> bool:
    return name in _LOADED or steers(os.fsencode(name))


def place(folder: str) -> Place:
    """Make the folders of one program below ``folder`` and return them. Raises UndecidedError.

    Nobody can know their names before, and none is taken over: what somebody left there would be the program's home.
    """
    own = os.path.join(folder, secrets.token_hex(16))
    tree, home, temp, base = (os.path.join(own, part) for part in ("tree", "home", "tmp", "base"))
    made = Place(own, tree, home, temp, base)
    with _writing():
        for path in made:
            os.mkdir(path, 0o700)
    return made


def export(
    objects: Objects, treeish: str, folder: str, leave: Callable[[bytes], bool] = lambda _: False
) -> list[bytes]:
    """Write the tree that ``treeish`` names into the empty ``folder``; return the paths that were left out.

    Left out are those that ``leave`` says yes to, with all below them, and symbolic links that lead out of the folder.
    A submodule is an empty folder, as after a clone. Raises UndecidedError for what cannot be read or written, and for
    names that would reach outside: only a forged tree holds them.
    """
    copy = _Copy(objects, os.fsencode(folder), leave)
    with _writing():
        copy.fill(treeish)
        copy.link()
    return sorted(copy.left)


def adapters(objects: Objects, base: str, folder: str) -> None:
    """Write what the commit ``base`` has below ``.agents/judges`` into ``folder``, at the same path.

    Nothing is written if there is no such commit or folder. Raises UndecidedError.
    """
    found = tree_entry(objects, f"{base}^{{tree}}", ADAPTERS) if base.strip("0") else None
    if found and found[0] == TREE:
        target = os.path.join(folder, ADAPTERS)
        with _writing():
            os.makedirs(target, mode=0o700)
        export(objects, found[1], target)


class _Copy:
    def __init__(self, objects: Objects, folder: bytes, leave: Callable[[bytes], bool]) -> None:
        self._objects = objects
        self._folder = folder
        self._leave = leave
        self._links: list[tuple[bytes, bytes]] = []
        self._entries = self._bytes = 0
        self.left: list[bytes] = []

    def fill(self, treeish: str, prefix: bytes = b"") -> None:
        for name, mode, oid in tree_entries(self._objects, treeish):
            _refuse_climbing(name)
            self._count()
            path = prefix + name
            if self._leave(path):
                self.left.append(path)
            elif mode in (TREE, SUBMODULE):
                os.mkdir(self._at(path), 0o700)
                if mode == TREE:
                    self.fill(oid, path + b"/")
            else:
                self._file(path, mode, oid)

    def link(self) -> None:
        """Make the links, after everything that could be written through one."""
        for path, target in self._links:
            os.symlink(target, self._at(path))
        root = os.path.realpath(self._folder) + os.fsencode(os.sep)
        outside = [path for path, _ in self._links if not (os.path.realpath(self._at(path)) + b"/").startswith(root)]
        for path in outside:
            os.unlink(self._at(path))
        self.left += outside

    def _file(self, path: bytes, mode: int, oid: str) -> None:
        content = self._objects.blob(oid, _MOST_BYTES - self._bytes)
        if content is None:
            raise UndecidedError(f"the tree has more than {_MOST_BYTES:,} bytes", _TOO_LARGE)
        self._bytes += len(content)
        if mode == SYMLINK:
            self._links.append((path, content))
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(self._at(path), flags, 0o755 if mode & 0o100 else 0o644), "wb") as file:
            file.write(content)

    def _count(self) -> None:
        self._entries += 1
        if self._entries > _MOST_FILES:
            raise UndecidedError(f"the tree has more than {_MOST_FILES:,} files", _TOO_LARGE)

    def _at(self, path: bytes) -> bytes:
        return os.path.join(self._folder, path)


def _refuse_climbing(name: bytes) -> None:
    if name in (b"", b".", b"..") or b"/" in name or b"\0" in name or name.lower() in (b".git", b"git~1"):
        raise UndecidedError(f"a tree holds the name {printable(name)!r}, which no work tree can have", "git fsck")


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:
        raise UndecidedError(
            f"the head's tree cannot be written for the judges: {printable(str(error))}",
            "make room in the folder for temporary files, or set TMPDIR to another one",
        ) from error


def _remove(folder: str) -> None:
    for path, _, _ in os.walk(folder):  # who may not write a folder may not empty it; links are not followed
        with suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
