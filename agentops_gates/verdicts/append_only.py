"""What a server takes below ``refs/agentops/``: new records, and a log that only grows. Nothing there is ever changed.

A record may be deleted once the log holds it, as the log stood before the push: git tells no hook whether a push is
atomic, and in one that is not, the log could stay behind while the record goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.subject import RefUpdate
from ..model.text import printable
from .log import LOG, Entry, held, lost
from .records import ROOT, Found, content_of, examine, read_record

_OWN = "refs/agentops"


class Refusal(NamedTuple):
    """Why a ref may not move as a push asks, in one line, and what to do."""

    text: str
    fix: str = ""


def ours(ref: str) -> bool:
    """Return whether a ref stands where this rule holds; on some file systems case makes no difference to a name."""
    return f"{ref}/".casefold().startswith(f"{_OWN}/")


def incoming(updates: Sequence[RefUpdate]) -> tuple[tuple[str, str], ...]:
    """Return the ``(ref, id)`` of the records and the log that a push brings, for :func:`records.load`."""
    brought = (update for update in updates if update.local_oid.strip("0"))
    return tuple((update.remote_ref, update.local_oid) for update in brought if ours(update.remote_ref))


def refusals(repo: Repo, updates: Sequence[RefUpdate], here: Mapping[str, str]) -> Iterator[Refusal]:
    """Yield why those of ``updates`` that are below ``refs/agentops/`` may not happen; ``here`` are the refs so far.

    Raises UndecidedError when git cannot tell.
    """
    wanted = [update for update in updates if ours(update.remote_ref)]
    kept = {(entry.gate, entry.id): entry.tree for entry in held(repo, here.get(LOG))} if wanted else {}
    for update in wanted:
        found = _log(repo, update, here) if update.remote_ref == LOG else _record(repo, update, kept)
        if found:
            yield found._replace(text=f"{printable(update.remote_ref)} {found.text}")


def _record(repo: Repo, update: RefUpdate, kept: Mapping[tuple[str, str], str]) -> Refusal | None:
    ref, new, old = update.remote_ref, update.local_oid.strip("0"), update.remote_oid.strip("0")
    if not ref.startswith(ROOT):
        return Refusal("is not taken: only records and their log stand below refs/agentops/", "push it elsewhere")
    if old and new:
        return Refusal("would be overwritten: a record is never changed", "make a new record")
    found = examine(repo, ref, update.local_oid if new else update.remote_oid)
    tree = kept.get((found.gate, found.id))
    if new:
        return _created(repo, found, tree)
    if found.tree and tree == found.tree:
        return None
    return Refusal("would be deleted, and the log here does not hold it", f"push {LOG} first, in a push of its own")


def _created(repo: Repo, found: Found, tree: str | None) -> Refusal | None:
    if found.record is None:
        problem = found.problem.removeprefix(f"{printable(found.place)}: ")
        return Refusal(f"is no record: {problem}", "agentops-gate verdict list")
    if tree not in (None, found.tree):
        return Refusal("differs from what the log holds of this record", "make a new record")
    return _unreadable(repo, found.gate, found.id, found.tree)


def _log(repo: Repo, update: RefUpdate, here: Mapping[str, str]) -> Refusal | None:
    new, old = update.local_oid, update.remote_oid
    if not new.strip("0"):
        return Refusal("would be deleted: it holds records that stand nowhere else", "leave it")
    found = repo.objects.read(new, 0)
    if found is None or found[0].type != "commit":
        return Refusal("names no commit", "agentops-gate verdict roll-up")
    before: list[Entry] = []
    if old.strip("0"):
        if repo.git.run("merge-base", "--is-ancestor", old, new, ok=(0, 1)).rc:
            return Refusal("would lose history: it only grows", f"git fetch origin {LOG}:{LOG}, then roll up again")
        if gone := lost(repo, old, new):
            return Refusal(f"would lose {len(gone)} records, {printable(gone[0].id)} first", "put them back")
        before = list(held(repo, old))
    return _grown(repo, new, set(before), here)


def _grown(repo: Repo, new: str, before: Collection[Entry], here: Mapping[str, str]) -> Refusal | None:
    """Return what is wrong with the records that the log at ``new`` adds to those of ``before``."""
    for entry in held(repo, new):
        if entry in before:
            continue
        wrong = entry.problem or _unreadable(repo, entry.gate, entry.id, entry.tree)
        if wrong:
            why = wrong if isinstance(wrong, str) else wrong.text
            return Refusal(f"holds what is no record: {printable(entry.gate)}/{printable(entry.id)} {printable(why)}")
        ref = f"{ROOT}{entry.gate}/{entry.id}"
        if ref in here and examine(repo, ref, here[ref]).tree != entry.tree:
            return Refusal(f"differs from {ref}, which stands here", "make a new record")
    return None


def _unreadable(repo: Repo, gate: str, name: str, tree: str) -> Refusal | None:
    try:
        content_of(gate, read_record(repo, name, tree))
    except UndecidedError as error:
        return Refusal(f"is no record: {error}", "agentops-gate verdict list")
    return None
