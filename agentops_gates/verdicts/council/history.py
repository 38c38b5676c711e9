"""The states between the ends of a range, which no difference between the ends shows.

They are published all the same, and every tree of the range counts as judged. So whatever a commit makes of a file that
neither end has - a line more, a line less, another order, another mode, no file at all - is shown as that commit's own
difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...git.diff import Change
from ...git.repo import Repo
from ...git.tree import tree_entry
from ...model.light import NamedTuple
from ...model.verdict import Transition
from . import material

_FLAGS = (
    "--stdin",
    "-r",
    "-m",
    "--root",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
)
# Mode and blob; a file that is not there has neither.
Version = tuple[int, str]
_ABSENT: Version = (0, "")


class Step(NamedTuple):
    """What one commit of the range did to one file. ``commit`` is its full id."""

    commit: str
    file: material.File


def steps(repo: Repo, transition: Transition, commits: list[str]) -> Iterator[Step]:
    """Yield the changes that lead to a version of a file that neither end has, each version once.

    ``commits`` are those of the range, and theirs is the order. Raises UndecidedError.
    """
    known = _ends(repo, transition)
    for commit, change in _changes(repo, commits):
        path, version = change.new_path, (change.new_mode, change.new_oid)
        if path not in known:
            # It does not differ, so it has one version, which the range goes away from and comes back to.
            known[path] = {_at(repo, transition.head, path)}
        if version not in known[path]:
            known[path].add(version)
            yield Step(commit, material.step(repo, change))


def _ends(repo: Repo, transition: Transition) -> dict[str, set[Version]]:
    """Return the versions that each path that differs has at either end of the range."""
    base = None if transition.base == repo.zero else transition.base
    ends: dict[str, set[Version]] = {}
    for change in repo.changes(base, transition.head):
        moved = {_ABSENT} if change.old_path != change.new_path else set()
        ends.setdefault(change.old_path, set()).update(moved, [(change.old_mode, change.old_oid)])
        ends.setdefault(change.new_path, set()).update(moved, [(change.new_mode, change.new_oid)])
    return ends


def _changes(repo: Repo, commits: list[str]) -> Iterator[tuple[str, Change]]:
    """Yield each commit's changes against each of its parents."""
    listing = "".join(f"{commit}\n" for commit in commits).encode()
    fields = iter(repo.git.run("diff-tree", *_FLAGS, stdin=listing).out.split(b"\0"))
    commit = ""
    for field in fields:
        if not field.startswith(b":"):
            # "<commit>" or, with several parents, "<commit> (from <parent>)".
            commit = field.strip().split(b" ")[0].decode() or commit
            continue
        old_mode, new_mode, old_oid, new_oid, status = field[1:].decode().split(" ")
        path = os.fsdecode(next(fields))
        old, new = (oid if oid.strip("0") else "" for oid in (old_oid, new_oid))
        yield commit, Change(status[0], int(old_mode, 8), int(new_mode, 8), old, new, path, path)


def _at(repo: Repo, commit: str, path: str) -> Version:
    return tree_entry(repo.objects, f"{commit}^{{tree}}", path) or _ABSENT
