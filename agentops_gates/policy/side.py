"""Both versions of the files that a change touches, by path or by pair."""

from __future__ import annotations

from ..git.diff import Change
from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable

# Files that say what runs us and what we look away from: known here, read by modules that few changes need.
HOOKS = ".pre-commit-config.yaml"
WORKFLOWS = ".github/workflows/"
ATTRIBUTES = ".gitattributes"
#: Where a project keeps the adapters of its judges; the base's are given to each judge.
ADAPTERS = ".agents/judges"
_REGULAR = (0o100644, 0o100755)
_LIMIT = 1 << 20


class Side(NamedTuple):
    """A change as seen from one of its bases (None: there is none) to its head (None: the index)."""

    repo: Repo
    base: str | None
    head: str | None
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, repo: Repo, base: str | None, head: str | None) -> Side:
        """Return the change from ``base`` to ``head``."""
        return cls(repo, base, head, repo.changes(base, head))

    def touched(self, path: str) -> bool:
        """Tell whether the change adds, alters, removes or renames ``path``, or puts something below it."""
        found = [change for change in self.changes if {change.old_path, change.new_path} & {path}]
        if any(change.status == "U" for change in found):
            raise UndecidedError(
                f"{printable(path)} is unmerged in the index", "resolve the conflict and stage the file"
            )
        return bool(found) or self.odd(path)

    def odd(self, path: str) -> bool:
        """Tell whether the change leaves something at ``path`` that is no regular file."""
        return any(
            change.new_path.startswith(f"{path}/") or (change.new_path == path and change.new_mode not in _REGULAR)
            for change in self.changes
            if change.new_mode
        )

    def old(self, path: str) -> bytes | None:
        """Return what the base has at a touched ``path``; None if it is not there or no regular file."""
        return next(
            (self.before(change) for change in self.changes if change.old_path == path and change.old_mode), None
        )

    def new(self, path: str) -> bytes | None:
        """Return what the head has at a touched ``path``; None if it is not there or no regular file."""
        return next(
            (self.after(change) for change in self.changes if change.new_path == path and change.new_mode), None
        )

    def before(self, change: Change) -> bytes | None:
        """Return the old content of one change. Raises UndecidedError if it is too large to look at."""
        return self._content(change.old_oid, change.old_path) if change.old_mode in _REGULAR else None

    def after(self, change: Change) -> bytes | None:
        """Return the new content of one change. Raises UndecidedError if it is too large to look at."""
        return self._content(change.new_oid, change.new_path) if change.new_mode in _REGULAR else None

    def _content(self, oid: str, path: str) -> bytes:
        content = self.repo.objects.blob(oid, _LIMIT)
        if content is None:
            raise UndecidedError(f"{printable(path)} is larger than {_LIMIT:,} bytes", "shorten it")
        return content
