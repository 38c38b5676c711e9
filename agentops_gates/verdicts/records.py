"""Where records are kept: one ref each, made once and never changed.

``refs/agentops/verdicts/<gate>/<name>`` names a commit without parents, of nobody and no date, so that the same record
is the same commit everywhere. Its tree holds ``payload`` and, if the record is signed, ``signature``, as regular files,
and nothing else. The name tells all of it: the record's id, and if it is signed a dot and the digest of the signature.
So whoever stores the same statement unsigned, or signed by somebody else, stands beside the others and in nobody's way.
Old records move into the log (``rollup.py``); whoever reads gets both.

Whatever else is found there is told as a problem: it is neither believed nor passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain

from ..git.repo import Repo
from ..git.write import Move, move_refs, read_ref, write_blob, write_commit, write_tree
from ..model.digest import sha256
from ..model.errors import UndecidedError
from ..model.light import NamedTuple, cast
from ..model.text import printable
from ..model.verdict import Attempt, Content, Override, Record, RecordKind, Statement
from .fields import ID_DIGITS, is_gate, is_record_name
from .log import IDENTITY, LOG, commit_tree, held
from .statement import parse, record_id
from .strictjson import LIMIT, MalformedError

ROOT = "refs/agentops/verdicts/"
#: No signature of OpenSSH is near this.
SIGNATURE_LIMIT = 1 << 16
_COMMIT_LIMIT = 10_000
_PAYLOAD, _SIGNATURE = b"100644 payload\0", b"100644 signature\0"
_TRIES = 5


class Found(NamedTuple):
    """One entry of the store: a record, or the ``problem`` (one safe line) why there is none.

    ``id`` is the record's. ``place`` is its ref, or ``refs/agentops/log:<gate>/<name>``; ``oid`` the object that a ref
    names (empty in the log); ``tree`` that of the record, empty when the problem is in front of it.
    """

    gate: str
    id: str
    place: str
    oid: str
    tree: str
    record: Record | None
    problem: str = ""

    @property
    def name(self) -> str:
        """The last part of the place: the id and what tells the signature."""
        return self.place.rpartition("/")[2]


class _Listing(NamedTuple):
    """Refs as ``[name, oid, target of a symbolic ref]``, git's complaints, and whether there is a log."""

    refs: list[list[str]]
    complaints: list[str]
    log: bool


def name_of(record: Record) -> str:
    """Return the name that a record is stored by: no two of them have the same, and none can take another's."""
    return f"{record.id}.{sha256(record.signature).hexdigest()[:ID_DIGITS]}" if record.signature else record.id


def ref_of(gate: str, name: str) -> str:
    """Return the ref that holds the record of this name (:func:`name_of`). Raises MalformedError if either is none."""
    if not is_gate(gate) or not is_record_name(name):
        raise MalformedError(f"{printable(gate)}/{printable(name)} is not <gate>/<record id>")
    return f"{ROOT}{gate}/{name}"


def content_of(gate: str, record: Record) -> Content:
    """Return what a record says, which must be about ``gate`` where it names gates. Raises MalformedError."""
    content = parse(record.kind, record.payload)
    named: tuple[str, ...] = ()
    if isinstance(content, Statement | Attempt):
        named = (content.gate,)
    elif isinstance(content, Override):
        named = content.gates
    if named and gate not in named:
        raise MalformedError(f"is about {', '.join(named)} and stands below {printable(gate)}")
    return content


def store(repo: Repo, gate: str, record: Record) -> str:
    """Store a record for good and return its ref. Storing it again changes nothing.

    Raises MalformedError for a record that no reader would take, and UndecidedError when git cannot write.
    """
    content_of(gate, record)
    _check_envelope(record)
    name = name_of(record)
    ref = ref_of(gate, name)
    files = {"payload": record.payload, **({"signature": record.signature} if record.signature else {})}
    tree = write_tree(repo, [("100644", write_blob(repo, data), name) for name, data in files.items()])
    oid = write_commit(repo, commit_bytes(tree, name))
    _create(repo, ref, oid)
    found = examine(repo, ref, oid)
    if found.record != record:
        raise UndecidedError(f"{ref} reads back differently: {found.problem or 'another record'}", "git fsck")
    return ref


def load(repo: Repo, gate: str | None = None, incoming: Sequence[tuple[str, str]] = ()) -> Iterator[Found]:
    """Yield every record that is stored, of one gate or of all, refs first, then what only the log holds.

    What is no record is yielded as a problem. A record that stands in both places is yielded once; a statement that is
    stored with several signatures is several records of one id. Nothing is parsed: see :func:`content_of`. ``incoming``
    are ``(ref, id)`` that count as if they stood here already: records, and a log.
    """
    # Refs first: a record that moves into the log meanwhile is then seen in the one or the other.
    listing = _listing(repo, gate)
    seen: set[tuple[str, ...]] = set()
    arriving = (examine(repo, ref, oid) for ref, oid in incoming if ref.startswith(_below(gate)))
    for found in chain(_in_refs(repo, listing), arriving):
        seen.add((found.gate, found.name, found.tree))
        yield found
    tips = (_log_tip(repo, listing.log), *(oid for ref, oid in incoming if ref == LOG))
    # A dict, because a log that arrives holds what the one before holds.
    for entry in dict.fromkeys(chain.from_iterable(held(repo, tip) for tip in tips)):
        if gate in (None, entry.gate) and entry[:3] not in seen:
            yield _from_log(repo, entry.gate, entry.name, entry.tree, entry.problem)


def in_refs(repo: Repo, gate: str | None = None) -> Iterator[Found]:
    """Yield what :func:`load` does, without what only the log holds."""
    return _in_refs(repo, _listing(repo, gate))


def examine(repo: Repo, ref: str, oid: str, link: str = "") -> Found:
    """Return what the object ``oid`` is as the record that the name ``ref`` promises; it need not be stored there yet.

    ``link`` is where the ref points to if it is symbolic, which a record's never is.
    """
    gate, _, name = ref.removeprefix(ROOT).partition("/")
    tree = ""
    try:
        if not ref.startswith(ROOT):
            raise MalformedError(f"does not stand below {ROOT}")
        ref_of(gate, name)
        if link:
            raise MalformedError(f"is a symbolic ref to {printable(link)}")
        tree = _tree_of(repo, oid, name)
        record = read_record(repo, name, tree)
        return Found(gate, record.id, ref, oid, tree, record)
    except UndecidedError as error:
        return Found(gate, name, ref, oid, tree, None, f"{printable(ref)}: {error}")


def read_record(repo: Repo, name: str, tree: str) -> Record:
    """Return the record in a tree of ``payload`` and perhaps ``signature``, if ``name`` is its (:func:`name_of`).

    Raises MalformedError for any other tree, UndecidedError for objects that cannot be read.
    """
    paid, signed = _files(repo, tree)
    payload = repo.objects.blob(paid, LIMIT)
    signature = repo.objects.blob(signed, SIGNATURE_LIMIT) if signed else b""
    if payload is None or signature is None:
        raise MalformedError(f"has a {'payload' if payload is None else 'signature'} that is too large")
    if signed and not signature:
        raise MalformedError("has an empty signature")
    record = Record(name.partition(".")[0], cast("RecordKind", name.partition("-")[0]), payload, signature)
    _check_envelope(record)
    if name_of(record) != name:
        raise MalformedError("has a signature that is not the one in its name")
    return record


def commit_bytes(tree: str, name: str) -> bytes:
    """Return the one commit that the ref of the record by this name may point to."""
    return f"tree {tree}\nauthor {IDENTITY}\ncommitter {IDENTITY}\n\n{name}\n".encode()


def _files(repo: Repo, tree: str) -> tuple[str, str]:
    """Return the ids of the two blobs in a record's tree, the second one empty if there is no signature."""
    found = repo.objects.read(tree, _COMMIT_LIMIT)
    if found is None or found[0].type != "tree":
        raise MalformedError("names a tree that is not there")
    # Byte for byte: git reads the mode of an entry with a leniency that has no place here.
    content, width = found[1], len(found[0].oid) // 2
    cut = len(_PAYLOAD) + width
    payload, signature = content[cut - width : cut], content[-width:]
    if len(content) == cut and content == _PAYLOAD + payload:
        return payload.hex(), ""
    if len(content) == cut + len(_SIGNATURE) + width and content == _PAYLOAD + payload + _SIGNATURE + signature:
        return payload.hex(), signature.hex()
    raise MalformedError("does not hold the regular files payload and perhaps signature (mode 100644), and no more")


def _check_envelope(record: Record) -> None:
    if record.id != (name := record_id(record.kind, record.payload)):
        raise MalformedError(f"has the payload of another record, {name}")
    if len(record.payload) > LIMIT or len(record.signature) > SIGNATURE_LIMIT:
        raise MalformedError("is too large")


def _create(repo: Repo, ref: str, oid: str) -> None:
    """Make the ref, or find it made: by somebody else, who stored the same, or moved into the log since."""
    for left in reversed(range(_TRIES)):
        try:
            move_refs(repo, [Move(ref, "", oid)])
            break
        except UndecidedError:
            if read_ref(repo, ref) is not None:
                break
            # A roll-up that deletes the last ref of a folder can remove it under git's hands: try again.
            if not left:
                raise
    stands = read_ref(repo, ref)
    if stands is None and not _is_held(repo, ref, oid):
        raise UndecidedError(f"{ref} was written and is gone", "see who deletes refs: a record may not be deleted")
    if stands not in (None, oid):
        raise UndecidedError(f"{ref} holds something else", "agentops-gate verdict list says what is wrong with it")


def _is_held(repo: Repo, ref: str, oid: str) -> bool:
    gate, _, name = ref.removeprefix(ROOT).partition("/")
    tree = _tree_of(repo, oid, name)
    return any((gate, name, tree) == entry[:3] for entry in held(repo, read_ref(repo, LOG)))


def _tree_of(repo: Repo, oid: str, name: str) -> str:
    found = repo.objects.read(oid, _COMMIT_LIMIT)
    if found is None:
        raise MalformedError("names an object that is not there")
    header, content = found
    if header.type != "commit":
        raise MalformedError(f"names a {header.type}, not a commit")
    tree = commit_tree(content)
    if content != commit_bytes(tree, name):
        raise MalformedError("names a commit that is not a record's: it has parents, a date, or words of its own")
    return tree


def _below(gate: str | None) -> str:
    return f"{ROOT}{gate}/" if gate else ROOT


def _listing(repo: Repo, gate: str | None) -> _Listing:
    below = ROOT + gate if gate else ROOT
    done = repo.git.run("for-each-ref", "--format=%(refname) %(objectname) %(symref)", below, LOG)
    rows = [row.split(" ", 2) for row in os.fsdecode(done.out).split("\n") if row]
    complaints = [line.removeprefix("warning: ") for line in os.fsdecode(done.err).split("\n") if line]
    return _Listing([row for row in rows if row[0] != LOG], complaints, any(row[0] == LOG for row in rows))


def _in_refs(repo: Repo, listing: _Listing) -> Iterator[Found]:
    for line in listing.complaints:
        yield Found("", "", ROOT, "", "", None, f"{ROOT}: {printable(line)}")
    for ref, oid, link in listing.refs:
        yield examine(repo, ref, oid, link)


def _log_tip(repo: Repo, listed: bool) -> str | None:
    # The long-lived process would take a branch of that name for the log, if there is no log.
    if not listed and repo.objects.read(LOG, 0) is None:
        return None
    if not listed:
        return read_ref(repo, LOG)
    found = repo.objects.read(LOG, 0)
    return found[0].oid if found else None


def _from_log(repo: Repo, gate: str, name: str, tree: str, problem: str) -> Found:
    place = f"{LOG}:{gate}/{name}"
    if problem:
        return Found(gate, name, place, "", tree, None, f"{printable(place)}: {problem}")
    try:
        record = read_record(repo, name, tree)
        return Found(gate, record.id, place, "", tree, record)
    except UndecidedError as error:
        return Found(gate, name, place, "", tree, None, f"{printable(place)}: {error}")
