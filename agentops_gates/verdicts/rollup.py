"""Moves records from refs of their own into the log: a push tells every ref, and ten thousand take it over a second.

The log is moved first, by its old value; then exactly the refs that it now holds are deleted, by theirs, in one
transaction that also demands the log where it was left. So at every moment each record stands in one of the two, and
whoever is killed in between leaves work for the next run, not damage.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ..git.repo import Repo
from ..git.write import Move, move_refs, read_ref, sweep_locks, write_commit, write_tree
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from .lock import Lock
from .log import IDENTITY, LOG, held
from .records import Found, in_refs

_TRIES = 3

Trees = dict[tuple[str, str], str]


class RollUp(NamedTuple):
    """What a roll-up did: the log's commit (empty: there is none), and ``(ref, old id)`` of the refs that it deleted.

    ``problems`` has one line for each ref that was left where it is, because it is no record or not the log's.
    """

    log: str
    removed: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]


def roll_up(repo: Repo) -> RollUp:
    """Move every record that has a ref of its own into the log, and delete these refs.

    Lock files that a killed git left on refs below ``refs/agentops/`` are removed, once they have not changed for two
    seconds. Raises UndecidedError if another roll-up is running, if the log is damaged, or if git cannot write. Nothing
    is lost then, nor when the process is killed: run it again.
    """
    with Lock(os.path.join(repo.state_dir, "roll-up.lock"), "a roll-up"):
        for left in reversed(range(_TRIES)):
            try:
                done = _roll_up(repo)
            except UndecidedError:
                # A ref that somebody else moved or deleted meanwhile fails the whole transaction: look again.
                if not left:
                    raise
            else:
                sweep_locks(repo, "refs/agentops/")
                return done
    raise AssertionError


def _roll_up(repo: Repo) -> RollUp:
    found = list(in_refs(repo))
    tip = read_ref(repo, LOG)
    have = _trees(repo, tip)
    new = {_key(entry): entry.tree for entry in found if entry.record and _key(entry) not in have}
    if new:
        tip = _extend(repo, tip, have, new)
        have = _trees(repo, tip)
    removed, problems = _parted(found, have)
    if removed and tip:
        move_refs(repo, [Move(LOG, tip, tip), *(Move(ref, oid, "") for ref, oid in removed)])
    return RollUp(tip or "", tuple(removed), tuple(problems))


def _parted(found: Iterable[Found], have: Trees) -> tuple[list[tuple[str, str]], list[str]]:
    """Return ``(ref, id)`` of what the log holds, and one line about each of the rest."""
    removed, problems = [], []
    for entry in found:
        if not entry.record:
            problems.append(entry.problem)
        elif have[_key(entry)] == entry.tree:
            removed.append((entry.place, entry.oid))
        else:
            problems.append(f"{entry.place}: the log holds something else by this name")
    return removed, problems


def _key(entry: Found) -> tuple[str, str]:
    return entry.gate, entry.name


def _trees(repo: Repo, tip: str | None) -> Trees:
    entries = list(held(repo, tip))
    for entry in entries:
        if entry.problem:
            raise UndecidedError(f"{LOG}:{entry.gate}/{entry.name}: {entry.problem}", "git fsck")
    return {(entry.gate, entry.name): entry.tree for entry in entries}


def _extend(repo: Repo, tip: str | None, have: Trees, new: Trees) -> str:
    """Write the log's next commit, move the log to it, and return it as it reads back."""
    parent = f"parent {tip}\n" if tip else ""
    tree = _write(repo, {**have, **new})
    content = f"tree {tree}\n{parent}author {IDENTITY}\ncommitter {IDENTITY}\n\nRoll up {len(new)} records\n"
    commit = write_commit(repo, content.encode())
    move_refs(repo, [Move(LOG, tip or "", commit)])
    stands = read_ref(repo, LOG)
    if stands != commit:
        raise UndecidedError(f"{LOG} was written and reads back differently")
    return commit


def _write(repo: Repo, trees: Mapping[tuple[str, str], str]) -> str:
    gates: dict[str, list[tuple[str, str, str]]] = {}
    for (gate, name), tree in trees.items():
        gates.setdefault(gate, []).append(("040000", tree, name))
    return write_tree(repo, [("040000", write_tree(repo, entries), gate) for gate, entries in gates.items()])
