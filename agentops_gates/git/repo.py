"""One repository, opened for judging: where it is, what it is, and what its objects say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType

from ..model.errors import UndecidedError, UsageError
from ..model.light import Any
from ..model.text import printable
from .diff import SYMLINK, Change, diff_index, diff_trees
from .objects import Objects, is_oid
from .run import Git, failed
from .tree import tree_entry

_ZERO = {"sha1": "0" * 40, "sha256": "0" * 64}
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
UNSHALLOW = "git fetch --unshallow"
# No file that holds policy or exemptions is near this; a larger one is an attack or an accident.
_FILE_LIMIT = 1 << 20


class Repo:
    """A repository. Use it as a context manager: it owns one long-lived git process.

    ``toplevel`` is empty for a bare repository; ``zero`` and ``empty_tree`` are the object ids of this object format.
    """

    def __init__(self, git: Git, facts: dict[str, str]) -> None:
        self.git = git
        self.git_dir = facts["git_dir"]
        self.common_dir = facts["common_dir"]
        self.toplevel = facts["toplevel"]
        self.object_format = facts["object_format"]
        self.zero = _ZERO[self.object_format]
        self.empty_tree = _EMPTY_TREE[self.object_format]
        self.objects = Objects(git)
        self._changes: dict[tuple[str | None, str | None], tuple[Change, ...]] = {}
        #: Other answers that more than one gate asks for, by the question.
        self.known: dict[tuple[object, ...], Any] = {}

    @classmethod
    def open(cls, cwd: str | None = None, environ: Mapping[str, str] = os.environ) -> Repo:
        """Open the repository that holds ``cwd`` (default: the current directory, or the calling hook's GIT_DIR).

        ``environ`` is where that stands. Raises UsageError outside a repository, UndecidedError for one that this git
        cannot read.
        """
        git = Git(_folder(cwd), environ)
        args = ("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-object-format")
        done = git.run(*args, "--show-toplevel", ok=(0, 128))
        if done.err.startswith(b"fatal: not a git repository"):
            raise UsageError(f"{printable(git.cwd)} is not in a git repository")
        lines = os.fsdecode(done.out).removesuffix("\n").split("\n")
        if done.rc:
            # A bare repository has no top level, and git says so last. Anything else that it says is a failure.
            if b"must be run in a work tree" not in done.err:
                raise failed(args, done)
            lines.append("")
        if len(lines) != 4 or lines[2] not in _ZERO:
            raise UndecidedError(
                f"cannot make out where the repository at {printable(git.cwd)} is",
                "its path must not hold a line break, and git must be 2.31 or newer",
            )
        git_dir, common_dir, object_format, toplevel = lines
        # Later calls must not depend on where we stand: from a sub-folder git lists only that folder's part. Paths in
        # the environment are relative to the top of the work tree, whichever folder the hook was called in.
        git.env["GIT_DIR"] = git_dir
        if "GIT_COMMON_DIR" in git.env:
            git.env["GIT_COMMON_DIR"] = common_dir
        if toplevel:
            git.env["GIT_WORK_TREE"] = git.cwd = toplevel
        if "GIT_INDEX_FILE" in git.env:
            git.env["GIT_INDEX_FILE"] = os.path.join(git.cwd, git.env["GIT_INDEX_FILE"])
        facts = {"git_dir": git_dir, "common_dir": common_dir, "object_format": object_format, "toplevel": toplevel}
        return cls(git, facts)

    def __enter__(self) -> Repo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the long-lived git process."""
        self.objects.close()

    @property
    def bare(self) -> bool:
        """Whether there is no work tree."""
        return not self.toplevel

    @property
    def shallow(self) -> bool:
        """Whether history is cut: the shallow file lists at least one commit (git itself is told not to read it)."""
        try:
            return os.path.getsize(os.path.join(self.common_dir, "shallow")) > 0
        except OSError:
            return False

    @property
    def state_dir(self) -> str:
        """Where this package may keep what it derived: shared by all work trees, never needed for a judgement."""
        return os.path.join(self.common_dir, "agentops")

    def resolve(self, revision: str) -> str | None:
        """Return the full id of the commit that ``revision`` names, tags peeled; None if there is no such commit.

        Raises UndecidedError when git cannot read the object that is named.
        """
        found = self.objects.read(f"{revision}^{{commit}}", 0) if revision else None
        # "HEAD:a^{commit}" is a path, should a tree hold a file of that name.
        return found[0].oid if found and found[0].type == "commit" else None

    def commit(self, revision: str) -> str:
        """Like :meth:`resolve`, but raise UsageError for what names no commit, UndecidedError if it may be cut off."""
        oid = self.resolve(revision)
        if oid is not None:
            return oid
        if is_oid(revision) and not revision.strip("0"):
            raise UsageError(
                "a commit id of zeros is git's word for none: there is nothing to compare with",
                "for a new branch name the one that it goes to, for instance: --base refs/remotes/origin/main",
            )
        if self.shallow:
            raise UndecidedError(f"{printable(revision)} is not in this shallow clone", UNSHALLOW)
        if is_oid(revision):
            raise UndecidedError(f"commit {revision} is not in this clone", f"git fetch origin {revision}")
        raise UsageError(f"{printable(revision)} names no commit in this clone", "check the name, or: git fetch origin")

    def changes(self, base: str | None, head: str | None) -> tuple[Change, ...]:
        """Return what differs between two commits; ``base`` None is the empty tree, ``head`` None is the index."""
        key = (base, head)
        if base is not None and base == head:
            return ()
        if key not in self._changes:
            old = base or self.empty_tree
            self._changes[key] = diff_index(self.git, old) if head is None else diff_trees(self.git, old, head)
        return self._changes[key]

    def forget(self) -> None:
        """Drop what is remembered of the questions that were asked, so that a long walk stays flat in memory."""
        self._changes.clear()
        self.known.clear()

    def read_file(self, treeish: str | None, path: str, limit: int = _FILE_LIMIT) -> bytes | None:
        """Return a regular file's content in a tree, or in the index for None; None if there is no such path.

        Raises UndecidedError if the path is a symbolic link, a folder or a submodule, or is larger than ``limit`` bytes
        (1 MiB): what steers a judgement must stand in the tree itself.
        """
        entry = self._entry(treeish, path)
        if entry is None:
            return None
        mode, oid = entry
        if mode not in (0o100644, 0o100755):
            kind = "a symbolic link" if mode == SYMLINK else "not a regular file"
            raise UndecidedError(f"{printable(path)} is {kind} in {_place(treeish)}", "make it a regular file")
        content = self.objects.blob(oid, limit)
        if content is None:
            raise UndecidedError(f"{printable(path)} in {_place(treeish)} is larger than {limit:,} bytes")
        return content

    def _entry(self, treeish: str | None, path: str) -> tuple[int, str] | None:
        if treeish is not None:
            return tree_entry(self.objects, f"{treeish}^{{tree}}", path)
        # Measured against nothing, so that what is only intended to be added does not count.
        for change in diff_index(self.git, self.empty_tree, path):
            if change.new_path == path:
                if change.status == "U":
                    raise UndecidedError(f"{printable(path)} is unmerged in the index", f"git add {printable(path)}")
                return change.new_mode, change.new_oid
        return None


def _folder(cwd: str | None) -> str:
    try:
        return os.path.abspath(cwd or os.getcwd())
    except FileNotFoundError as error:
        raise UsageError("the current directory is gone", "cd into the repository") from error


def _place(treeish: str | None) -> str:
    return "the index" if treeish is None else treeish[:12]
