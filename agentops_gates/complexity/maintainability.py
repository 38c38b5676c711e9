"""What radon says of whole Python files: its maintainability index and raw line counts, for reports and never a gate.

The index mixes volume, complexity and lines into one number from 0 to 100. It moves with comments and with length, so
it tells where to look, not what to stop.
"""

from __future__ import annotations

import warnings

from ..git.diff import SUBMODULE, SYMLINK
from ..git.repo import Repo
from ..model.light import NamedTuple
from .languages import language_of
from .measure import MAX_BYTES


class FileMetrics(NamedTuple):
    """Maintainability index (0 to 100, higher is better), radon's rank for it (A to C), source lines of code."""

    maintainability: float
    rank: str
    sloc: int


class FileChange(NamedTuple):
    """A Python file before and after; None where it is absent or radon cannot read it."""

    path: str
    before: FileMetrics | None
    after: FileMetrics | None


def file_changes(repo: Repo, base: str, head: str) -> list[FileChange]:
    """Return radon's view of every Python file that differs between two commits, by path."""
    rows = []
    for change in repo.changes(base, head):
        if language_of(change.new_path) == "python" and not {change.old_mode, change.new_mode} & {SYMLINK, SUBMODULE}:
            before, after = (_metrics(repo, oid) for oid in (change.old_oid, change.new_oid))
            rows.append(FileChange(change.new_path, before, after))
    return sorted(rows)


def _metrics(repo: Repo, oid: str) -> FileMetrics | None:
    blob = repo.objects.blob(oid, MAX_BYTES) if oid else None
    if blob is None:
        return None
    from radon.metrics import mi_rank, mi_visit
    from radon.raw import analyze

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = blob.decode("utf-8-sig")
            index = mi_visit(text, multi=True)
            return FileMetrics(round(index, 1), mi_rank(index), analyze(text).sloc)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
