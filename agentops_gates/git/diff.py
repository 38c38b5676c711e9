"""Which paths differ between two trees, or a tree and the index: plumbing, immune to attributes and diff drivers."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from .run import Git

SYMLINK = 0o120000
SUBMODULE = 0o160000

_FLAGS = (
    "--raw",
    "-z",
    "--no-abbrev",
    "-M50%",
    # Pairs are compared by content: without a limit, two thousand junk files on either side would take minutes. Above
    # it only files that moved unchanged are paired, and the others count as new.
    "-l1000",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    "--ita-invisible-in-index",  # what is only intended to be added is not committed
    "--end-of-options",
)


# git takes a file of the work tree for the blob where the index says that they are equal, and that can be forged.
NO_INDEX = {"GIT_INDEX_FILE": os.path.join(os.sep, "nonexistent", "index")}


class Change(NamedTuple):
    """One changed path. An absent side has mode 0 and an empty oid; both paths are set, and differ for a rename."""

    status: str
    old_mode: int
    new_mode: int
    old_oid: str
    new_oid: str
    old_path: str
    new_path: str


def diff_trees(git: Git, base: str, head: str) -> tuple[Change, ...]:
    """Return the changes from tree-ish ``base`` to tree-ish ``head``, renames paired at 50 % likeness.

    Raises UndecidedError for a tree whose entries are doubled or out of order, which tells one path twice: as gone
    and as there.
    """
    changes = tuple(_parse(git.run("diff-tree", "-r", *_FLAGS, base, head, "--", env=NO_INDEX).out))
    paths = [change.new_path for change in changes]
    if len(set(paths)) != len(paths):
        twice = next(path for place, path in enumerate(paths) if path in paths[:place])
        raise UndecidedError(f"{printable(twice)} stands twice in a tree, or out of order", "git fsck")
    return changes


def diff_index(git: Git, base: str, *paths: str) -> tuple[Change, ...]:
    """Return the changes from tree-ish ``base`` to the index that the calling hook names (``GIT_INDEX_FILE``).

    An unmerged path has the status U and no new side. With ``paths``, only theirs and those below them.
    """
    return tuple(_parse(git.run("diff-index", "--cached", *_FLAGS, base, "--", *paths).out))


def _parse(raw: bytes) -> Iterator[Change]:
    fields = iter(raw.split(b"\0"))
    for head in fields:
        if not head:
            return
        try:
            old_mode, new_mode, old_oid, new_oid, status = head.removeprefix(b":").split(b" ")
            letter = chr(status[0])
            old_path = os.fsdecode(next(fields))
            new_path = os.fsdecode(next(fields)) if letter in "RC" else old_path
        except (ValueError, StopIteration, IndexError) as error:
            raise UndecidedError("git diff printed something unexpected") from error
        yield Change(
            letter, int(old_mode, 8), int(new_mode, 8), _present(old_oid), _present(new_oid), old_path, new_path
        )


def _present(oid: bytes) -> str:
    return oid.decode() if oid.strip(b"0") else ""
