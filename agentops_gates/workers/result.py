"""What a worker has made: the difference between its base and the files in its work tree, as a patch.

The files are read as they are, with an index of our own: the worker's could say that a changed file is not. Nothing of
the worker's git directory is read, as its configuration can name programs for git to run. Objects go to a folder that
is thrown away. The patch is applied to the base once more, and must give the same tree, before anybody gets it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ..git.diff import SUBMODULE, Change
from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from .record import Worker

_DIFF = ("--cached", "-p", "--binary", "--full-index", "-M", "--no-color", "--no-ext-diff", "--no-textconv")
_PLAIN = ("--src-prefix=a/", "--dst-prefix=b/", "--ita-invisible-in-index")


class Bench(NamedTuple):
    """A worker's result, laid out: ``repo`` sees the base, the files and an index that holds them.

    ``tree`` is the tree that they are, ``start`` that of the base. ``nested`` are folders with a repository of their
    own, whose files are not in it; ``ignored`` counts files, and folders, that the ignore rules leave out.
    """

    repo: Repo
    worker: Worker
    tree: str
    start: str
    nested: tuple[str, ...]
    ignored: int

    @property
    def unchanged(self) -> bool:
        """Whether there is nothing to take."""
        return self.tree == self.start and not self.nested

    def changes(self) -> tuple[Change, ...]:
        """Return what changed, renames paired."""
        return self.repo.changes(self.worker.base, None)

    def counts(self) -> dict[str, tuple[int, int] | None]:
        """Return lines added and removed by path, None for a file that is not text."""
        out = self.repo.git.run("diff-index", "--cached", "--numstat", "-z", "--no-renames", self.worker.base).out
        rows = (row.split(b"\t", 2) for row in out.split(b"\0") if row)
        return {
            os.fsdecode(path): None if added == b"-" else (int(added), int(removed)) for added, removed, path in rows
        }

    def patch(self) -> bytes:
        """Return the patch; UndecidedError if it does not give the same tree again."""
        patch = self.repo.git.run("diff-index", *_DIFF, *_PLAIN, self.worker.base).out
        index = {"GIT_INDEX_FILE": self.repo.git.env["GIT_INDEX_FILE"] + ".again"}
        self.repo.git.run("read-tree", self.worker.base, env=index)
        if patch:
            self.repo.git.run("apply", "--cached", "--whitespace=nowarn", "-", stdin=patch, env=index)
        again = self.repo.git.run("write-tree", env=index).out.decode().strip()
        if again != self.tree:
            raise UndecidedError(f"the patch of {self.worker.name} does not give the files again", "git fsck")
        return patch


@contextmanager
def laid_out(repo: Repo, worker: Worker) -> Iterator[Bench]:
    """Lay out what the worker has made. Raises UndecidedError where its files are gone or cannot be read."""
    if not os.path.isdir(worker.path):
        raise UndecidedError(
            f"the work tree of {worker.name} is gone: {printable(worker.path)}",
            f"agentops-gate worker end {worker.name}",
        )
    folder = tempfile.mkdtemp(prefix="agentops-worker-")
    try:
        with Repo.open(worker.path, _environ(repo, worker, folder)) as seen:
            yield _look(seen, worker)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environ(repo: Repo, worker: Worker, folder: str) -> dict[str, str]:
    objects = os.path.join(folder, "objects")
    os.mkdir(objects)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "AGENTOPS_GIT": repo.git.program,
        "GIT_DIR": repo.common_dir,
        "GIT_WORK_TREE": worker.path,
        "GIT_INDEX_FILE": os.path.join(folder, "index"),
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(os.path.join(repo.common_dir, "objects")),
    }


def _quoted(path: str) -> str:
    # git takes a list here, and reads C's quotes.
    if '"' in path or os.pathsep in path:
        return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return path


def _look(repo: Repo, worker: Worker) -> Bench:
    repo.git.run("read-tree", worker.base)
    # Filters (large files) are programs of the user's.
    repo.git.run("add", "-A", "--", ".", env={"PATH": os.environ.get("PATH", os.defpath)})
    tree = repo.git.text("write-tree")
    start = repo.git.text("rev-parse", f"{worker.base}^{{tree}}")
    nested = [
        change.new_path
        for change in repo.changes(worker.base, None)
        if change.new_mode == SUBMODULE and change.old_mode != SUBMODULE
    ]
    listing = repo.git.run("ls-files", "-z", "-o", "-i", "--exclude-standard", "--directory").out
    return Bench(repo, worker, tree, start, tuple(nested), listing.count(b"\0"))
