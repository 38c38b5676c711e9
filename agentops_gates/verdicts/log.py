"""The log that old records move into: one chain of commits whose tree is ``<gate>/<name>/{payload,signature}``."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..git.objects import is_oid
from ..git.repo import Repo
from ..git.tree import TREE, tree_entries
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from .fields import is_gate, is_record_name
from .strictjson import MalformedError

LOG = "refs/agentops/log"
#: Who commits records, and when: nobody and never, so that the same record gives the same commit everywhere.
IDENTITY = "agentops-gates <records@agentops-gates.dev> 0 +0000"
_COMMIT_LIMIT = 10_000
_DOUBLED = "is there twice"


class Entry(NamedTuple):
    """A record's place in the log, and the tree that holds it; ``problem`` is why it is none."""

    gate: str
    name: str
    tree: str
    problem: str = ""


def held(repo: Repo, tip: str | None) -> Iterator[Entry]:
    """Yield what the log at commit ``tip`` holds (None: there is no log), without reading the records.

    A log that cannot be read, and entries that are no records, are yielded as problems.
    """
    if tip is None:
        return
    try:
        gates = list(tree_entries(repo.objects, _tree(repo, tip)))
    except UndecidedError as error:
        yield Entry("", "", "", str(error))
        return
    seen: set[bytes] = set()
    for name, mode, oid in gates:
        gate = os.fsdecode(name)
        if name in seen:
            yield Entry(gate, "", "", _DOUBLED)
            continue
        seen.add(name)
        if mode != TREE or not is_gate(gate):
            yield Entry(gate, "", "", "is not the folder of a gate")
            continue
        try:
            yield from _entries(gate, list(tree_entries(repo.objects, oid)))
        except UndecidedError as error:
            yield Entry(gate, "", "", str(error))


def lost(repo: Repo, old: str, new: str) -> list[Entry]:
    """Return what the log holds at commit ``old`` and not, or not the same, at ``new``: it must be nothing."""
    kept = set(held(repo, new))
    return [entry for entry in held(repo, old) if entry not in kept]


def commit_tree(content: bytes) -> str:
    """Return the tree that a commit's first line names. Raises MalformedError if that is no commit's."""
    word, _, tree = content.partition(b"\n")[0].decode("ascii", "replace").partition(" ")
    # Anything but an id would be looked up as a name, which can mean another tree tomorrow.
    if word != "tree" or not is_oid(tree):
        raise MalformedError("names a damaged commit")
    return tree


def _tree(repo: Repo, tip: str) -> str:
    found = repo.objects.read(tip, _COMMIT_LIMIT)
    if found is None or found[0].type != "commit" or found[0].size > _COMMIT_LIMIT:
        raise MalformedError("is not a commit")
    return commit_tree(found[1])


def _entries(gate: str, folder: list[tuple[bytes, int, str]]) -> Iterator[Entry]:
    found: dict[str, Entry] = {}
    for raw, mode, tree in folder:
        name = os.fsdecode(raw)
        problem = "" if mode == TREE and is_record_name(name) else "is not the folder of a record"
        # Git writes no such tree; whoever does could hide the one entry behind the other.
        found[name] = Entry(gate, name, tree, _DOUBLED if name in found else problem)
    yield from found.values()
