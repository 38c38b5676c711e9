"""What a server takes below ``refs/agentops/``: new records, and a log that only grows. Nothing there is ever changed.

A record may be deleted once the log holds it, as the log stood before the push: git tells no hook whether a push is
atomic, and in one that is not, the log could stay behind while the record goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.subject import RefUpdate
from ..model.text import printable
from .intake import Intake, Refusal, Terms
from .log import LOG, Entry, held, lost
from .records import ROOT, Found, examine, read_record

_OWN = "refs/agentops"
_ANY = Terms()


def ours(ref: str) -> bool:
    """Return whether a ref stands where this rule holds; on some file systems case makes no difference to a name."""
    return f"{ref}/".casefold().startswith(f"{_OWN}/")


def incoming(updates: Sequence[RefUpdate]) -> tuple[tuple[str, str], ...]:
    """Return the ``(ref, id)`` of the records and the log that a push brings, for :func:`records.load`."""
    brought = (update for update in updates if update.local_oid.strip("0"))
    return tuple((update.remote_ref, update.local_oid) for update in brought if ours(update.remote_ref))


def refusals(
    repo: Repo, updates: Sequence[RefUpdate], here: Mapping[str, str], terms: Terms = _ANY
) -> Iterator[Refusal]:
    """Yield why those of ``updates`` that are below ``refs/agentops/`` may not happen; ``here`` are the refs so far.

    ``terms`` are those on which new records are taken. Raises UndecidedError when git cannot tell.
    """
    wanted = [update for update in updates if ours(update.remote_ref)]
    if not wanted:
        return
    intake = Intake(repo, terms)
    found = [*_wrong(repo, wanted, here, intake)] or intake.unsigned()
    for place, refusal in found:
        yield refusal._replace(text=f"{printable(place)} {refusal.text}")


def _wrong(
    repo: Repo, wanted: Sequence[RefUpdate], here: Mapping[str, str], intake: Intake
) -> Iterator[tuple[str, Refusal]]:
    kept = {(entry.gate, entry.name): entry.tree for entry in held(repo, here.get(LOG))}
    for update in wanted:
        ref = update.remote_ref
        found = _log(repo, update, here, intake) if ref == LOG else _record(repo, update, kept, intake)
        if found:
            yield ref, found
            if intake.full:
                return  # a million more would be refused in the same words


def _record(repo: Repo, update: RefUpdate, kept: Mapping[tuple[str, str], str], intake: Intake) -> Refusal | None:
    ref, new, old = update.remote_ref, update.local_oid.strip("0"), update.remote_oid.strip("0")
    if not ref.startswith(ROOT):
        return Refusal("is not taken: only records and their log stand below refs/agentops/", "push it elsewhere")
    if old and new:
        return Refusal("would be overwritten: a record is never changed", "make a new record")
    if new and intake.full:
        return intake.over()
    found = examine(repo, ref, update.local_oid if new else update.remote_oid)
    tree = kept.get((found.gate, found.name))
    if new:
        return _created(found, tree, intake)
    if found.tree and tree == found.tree:
        return None
    return Refusal("would be deleted, and the log here does not hold it", f"push {LOG} first, in a push of its own")


def _created(found: Found, tree: str | None, intake: Intake) -> Refusal | None:
    if found.record is None:
        problem = found.problem.removeprefix(f"{printable(found.place)}: ")
        return Refusal(f"is no record: {problem}", "agentops-gate verdict list")
    if tree is None:
        return intake.add(found.place, found.gate, found.record)
    return (
        None if tree == found.tree else Refusal("differs from what the log holds of this record", "make a new record")
    )


def _log(repo: Repo, update: RefUpdate, here: Mapping[str, str], intake: Intake) -> Refusal | None:
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
            return Refusal(f"would lose {len(gone)} records, {printable(gone[0].name)} first", "put them back")
        before = list(held(repo, old))
    return _grown(repo, new, set(before), here, intake)


def _grown(repo: Repo, new: str, before: Collection[Entry], here: Mapping[str, str], intake: Intake) -> Refusal | None:
    """Return what is wrong with the records that the log at ``new`` adds to those of ``before``."""
    for entry in held(repo, new):
        found = None if entry in before else _entered(repo, entry, here, intake)
        if found:
            return found
    return None


def _entered(repo: Repo, entry: Entry, here: Mapping[str, str], intake: Intake) -> Refusal | None:
    ref, place = f"{ROOT}{entry.gate}/{entry.name}", f"{printable(entry.gate)}/{printable(entry.name)}"
    if entry.problem:
        return Refusal(f"holds what is no record: {place} {printable(entry.problem)}")
    if ref in here:
        # It was looked at when it came.
        if examine(repo, ref, here[ref]).tree == entry.tree:
            return None
        return Refusal(f"differs from {ref}, which stands here", "make a new record")
    if intake.full:
        return intake.over()
    try:
        found = intake.add(f"{LOG}:{place}", entry.gate, read_record(repo, entry.name, entry.tree))
    except UndecidedError as error:
        found = Refusal(f"is no record: {error}", "agentops-gate verdict list")
    return found and found._replace(text=f"holds {place}, which {found.text}")
