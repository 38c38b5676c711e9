"""What a range adds and takes away again: no difference between its ends shows it, and it is published all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from ...git.diff import SUBMODULE
from ...git.repo import Repo
from ...git.tree import tree_entry
from ...model.errors import UndecidedError
from ...model.light import NamedTuple
from ...model.text import printable
from ...model.verdict import Transition
from .material import LARGEST_BLOB, shown

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


class Passing(NamedTuple):
    """Lines that a commit of the range has in a file and neither end has in any version of it.

    ``name`` is the path as judges see it, ``path`` as git has it. ``whole`` is False for a file that is binary or too
    large, of which only the size is told.
    """

    commit: str
    path: str
    name: str
    text: str
    whole: bool


def passing(repo: Repo, transition: Transition, commits: list[str]) -> tuple[Passing, ...]:
    """Return what is only in the middle of the range, in the order of its ``commits``. Raises UndecidedError."""
    ends = _ends(repo, transition)
    known = {oid for oids in ends.values() for oid in oids}
    told: dict[str, set[bytes]] = {}
    found = []
    for commit, path, oid in _versions(repo, commits):
        if oid not in known:
            known.add(oid)
            if path not in told:
                told[path] = _at_ends(repo, transition, path, ends)
            found.append(_lines(repo, commit, path, oid, told[path]))
    return tuple(passed for passed in found if passed.text)


def _ends(repo: Repo, transition: Transition) -> dict[str, set[str]]:
    """Return the blobs that each path that differs has at either end of the range."""
    base = None if transition.base == repo.zero else transition.base
    ends: dict[str, set[str]] = {}
    for change in repo.changes(base, transition.head):
        for path in (change.old_path, change.new_path):
            ends.setdefault(path, set()).update((change.old_oid, change.new_oid))
    return ends


def _versions(repo: Repo, commits: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield ``(commit, path, blob)`` of each version of a file that a commit makes."""
    listing = "".join(f"{commit}\n" for commit in commits).encode()
    fields = iter(repo.git.run("diff-tree", *_FLAGS, stdin=listing).out.split(b"\0"))
    commit = ""
    for field in fields:
        if not field.startswith(b":"):
            # "<commit>" or, with several parents, "<commit> (from <parent>)".
            commit = field.strip().split(b" ")[0].decode() or commit
            continue
        _, mode, _, oid, _ = field[1:].split(b" ")
        path = os.fsdecode(next(fields))
        if oid.strip(b"0") and int(mode, 8) != SUBMODULE:
            yield commit, path, oid.decode()


def _at_ends(repo: Repo, transition: Transition, path: str, ends: Mapping[str, set[str]]) -> set[bytes]:
    """Return the lines that the base's or the head's version of ``path`` has."""
    lines: set[bytes] = set()
    # A path that does not differ has one version, which the range went away from and came back to.
    oids = ends.get(path) or {_resolve(repo, transition.head, path)}
    for oid in oids - {""}:
        lines.update((repo.objects.blob(oid, LARGEST_BLOB) or b"").split(b"\n"))
    return lines


def _resolve(repo: Repo, commit: str, path: str) -> str:
    entry = tree_entry(repo.objects, f"{commit}^{{tree}}", path)
    return entry[1] if entry and entry[0] & 0o170000 != SUBMODULE else ""


def _lines(repo: Repo, commit: str, path: str, oid: str, told: set[bytes]) -> Passing:
    name = printable(os.fsencode(path))
    found = repo.objects.read(oid, LARGEST_BLOB)
    if found is None:
        raise UndecidedError(f"object {oid} cannot be read", "git fsck")
    header, content = found
    if header.size > LARGEST_BLOB or b"\0" in content[:8000]:
        return Passing(commit, path, name, f"{header.size:,} bytes; not shown", whole=False)
    new = [line for line in content.split(b"\n") if line.strip() and line not in told]
    told.update(new)
    return Passing(commit, path, name, shown(b"\n".join(new)), whole=True)
