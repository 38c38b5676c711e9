"""Names that git keeps in trees but will not check out: below ``.git`` they would be the repository itself."""

from __future__ import annotations

from collections.abc import Iterable

from .diff import SYMLINK, Change

# What HFS+ leaves out when it compares names, as git's own check has it (utf8.c).
_IGNORED = dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))
_NEVER = frozenset({"", ".", ".."})
_GIT = frozenset({".git", "git~1"})


def unfit(changes: Iterable[Change]) -> str:
    """Return the first path that ``changes`` bring and that no work tree should hold, or "" if there is none.

    That is a name of git's own on any file system, ``.``, ``..``, and a ``.gitmodules`` that is a symbolic link. What
    is taken away may have any name.
    """
    return next((change.new_path for change in changes if change.new_mode and _unfit(change)), "")


def _unfit(change: Change) -> bool:
    parts = change.new_path.split("/")
    plain = [_plain(part) for part in parts]
    linked = change.new_mode == SYMLINK and plain[-1] == ".gitmodules"
    return linked or not _NEVER.isdisjoint(parts) or not _GIT.isdisjoint(plain)


def _plain(part: str) -> str:
    # On NTFS what follows a colon is a stream of the same file, and blanks and dots at the end count for nothing.
    return (part if part.isascii() else part.translate(_IGNORED)).partition(":")[0].rstrip(" .").casefold()
