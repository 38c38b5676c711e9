"""Verifies a transition: loads the records, looks at the signatures that matter, and has it decided.

Every signature costs a process, and records are kept for good. So those are looked at on which the answer can depend:
of verdicts on this very state or one it may be derived from, of what opens or ends these, and of what failed before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence

from ..git.repo import Repo
from ..model.light import TYPE_CHECKING, NamedTuple
from ..model.text import printable
from ..model.verdict import (
    Ack,
    Attempt,
    Checked,
    Content,
    Decision,
    Override,
    Record,
    Revocation,
    Signer,
    Statement,
    Transition,
    Word,
)
from ..policy.policy import Policy
from . import records
from .binding import MOVED, differences
from .decide import decide
from .derive import Facts, facts
from .levels import Boundary
from .lineage import STRIKES, Tally, about, lineage, touched
from .rules import DAY, Rules, rules_of
from .strictjson import MalformedError
from .word import word_of

if TYPE_CHECKING:
    from .signing import SignatureError


class Trust(NamedTuple):
    """Whose signatures count: the bytes of the signers file and of the revocation list (None: there is none).

    ``files`` are their names, for messages. ``ended`` is one more revocation list (None: there is none).
    """

    signers: bytes
    revoked: bytes | None
    files: tuple[str, str]
    ended: bytes | None = None


_LATEST = 20
_LONG = 1 << 16

_Named = tuple[str, Content | None]


class _Loaded(NamedTuple):
    """A stored record and what was read from it; ``record`` is None when there is none."""

    checked: Checked
    record: Record | None


Past = Sequence[_Loaded]


def verify(
    repo: Repo,
    transition: Transition,
    policy: Policy,
    gate: str,
    *,
    mechanical: Callable[[], Word],
    now: int,
    warn: str = "ack",
    trust: Trust | None = None,
    pusher: Collection[str] = (),
    boundary: Boundary = "",
    known: Facts | None = None,
    incoming: Sequence[tuple[str, str]] = (),
    past: Past | None = None,
    origin: str = "",
    free: bool = False,
) -> Decision:
    """Return whether ``transition`` is open for ``gate`` by the records in ``repo``; see ``decide``.

    ``policy`` is that of the transition's base and ``warn`` the gate's setting. ``mechanical`` runs the mechanical
    checks. ``trust`` is the verifier's own; by default the files in the base's tree count, and none for a first
    publication. ``now`` is the verifier's clock, in seconds since 1970. ``known`` are the facts about a transition that
    is not in git (a plan's). ``incoming`` are records that no ref names yet, see ``records.load``. ``past`` are the
    records as :func:`as_made` has them, for what landed long ago. ``origin`` and ``free`` are as in ``decide``. Raises
    UndecidedError when git or OpenSSH cannot tell.
    """
    rules = rules_of(policy, warn)
    if past is not None:  # all of one day now
        rules = rules._replace(acks_per_day=len(past) + rules.acks_per_day, recent=0)
    known = known or facts(repo, transition)
    loaded = past
    if loaded is None:
        loaded = _stored(repo, gate, incoming, transition.head_tree if rules.required_level >= 2 else "")
    answers: dict[Record, Signer | SignatureError] = {}

    def answer(moved: Collection[str]) -> Decision:
        wanted = _relevant(loaded, transition, gate, known, rules=rules, now=now, moved=moved)
        if signed := [record for record in _signed(loaded, wanted) if record not in answers]:
            whose = trust or trust_of(repo, transition, policy)
            answers.update(signed_by(repo, signed, whose, now, policy.verdicts["held_apart"]))
        # Those nobody asked about would be taken for unsigned ones, and told of as that.
        left = far - wanted if rules.required_level >= 2 else frozenset()
        checked = [_answered(item, answers) for item in loaded if item.checked.id not in left]
        return decide(
            gate,
            transition,
            checked,
            mechanical(),
            rules=rules,
            now=now,
            facts=known,
            pusher=pusher,
            boundary=boundary,
            readable=_readable(repo, checked),
            origin=origin,
            free=free,
        )

    far = _far(loaded, gate, transition)
    decision = answer(())
    bound = decision.accepted and not decision.derived and decision.rule != "AG109"
    return decision if bound or not far else answer(_likely(loaded, far, transition))


def _stored(repo: Repo, gate: str, incoming: Sequence[tuple[str, str]], tree: str) -> Past:
    found = records.load(repo, gate, incoming)
    return [_loaded(one, gate) for one in found if not (tree and _idle(one, tree.encode()))]


def _idle(found: records.Found, tree: bytes) -> bool:
    """Whether a record that nobody has signed is not even about ``tree``, and so long that reading it costs.

    Where only what is signed counts it is there for messages.
    """
    record = found.record
    if record is None or record.signature or tree in record.payload:
        return False
    return record.kind in ("verdict", "attempt") or len(record.payload) > _LONG


def _signed(loaded: Past, wanted: Collection[str]) -> list[Record]:
    return [item.record for item in loaded if item.record and item.record.signature and item.checked.id in wanted]


def as_made(repo: Repo, gate: str, now: int) -> Past:
    """Return the records of ``gate`` as if those that open were made just now: what landed in their time has landed.

    Those of the future stay what they are, and so does what counts against something.
    """
    loaded = [_loaded(found, gate) for found in records.load(repo, gate)]
    return [item._replace(checked=_fresh(item.checked, now)) for item in loaded]


def _fresh(checked: Checked, now: int) -> Checked:
    content = checked.content
    if isinstance(content, Override):
        # What it took off is on no line any more, or has been put back since.
        return checked._replace(content=content._replace(issued=max(content.issued, now), lost=()))
    if isinstance(content, Ack) or (isinstance(content, Statement) and word_of(content) != "FAIL"):
        return checked._replace(content=content._replace(issued=max(content.issued, now)))
    return checked


def trust_of(repo: Repo, transition: Transition, policy: Policy) -> Trust:
    """Return whose signatures count by the tree of the transition's base: a change cannot name its own judges."""
    names = (policy.verdicts["signers"], policy.verdicts["revoked"])
    if transition.base == repo.zero:
        return Trust(b"", None, names)
    signers, revoked = (repo.read_file(transition.base, name) for name in names)
    return Trust(signers or b"", revoked, names)


def _loaded(found: records.Found, gate: str) -> _Loaded:
    if found.record is None:
        return _Loaded(Checked(found.id, None, None, found.problem), None)
    try:
        content = records.content_of(gate, found.record)
    except MalformedError as error:
        return _Loaded(Checked(found.id, None, None, f"{printable(found.place)}: {error}"), None)
    return _Loaded(Checked(found.id, content, None), found.record)


def _relevant(
    loaded: Sequence[_Loaded],
    transition: Transition,
    gate: str,
    known: Facts,
    *,
    rules: Rules,
    now: int,
    moved: Collection[str],
) -> frozenset[str]:
    """Return the ids of records on whose signature the answer can depend.

    ``moved`` are those of the verdicts on an older base that it may be derived from.
    """
    contents = [(item.checked.id, item.checked.content) for item in loaded]
    verdicts = {name: content for name, content in contents if isinstance(content, Statement)}
    wanted = {name for name, content in verdicts.items() if not differences(gate, content, transition)}
    wanted.update(moved)
    trees = {transition.head_tree, *(verdicts[name].head_tree for name in wanted)}
    if rules.required_level >= 2:
        wanted |= _against(_Here(gate, transition, contents, now - rules.recent), known, trees)
        wanted |= _failed(verdicts, trees)
    wanted |= _acks(contents, wanted) | _overrides(contents, trees)
    return frozenset(wanted | _ends(contents, wanted))


def _failed(verdicts: Mapping[str, Statement], trees: Collection[str]) -> set[str]:
    """Return the ids of those that are against one of ``trees``, on any ref."""
    return {name for name, item in verdicts.items() if word_of(item) == "FAIL" and item.head_tree in trees}


def _ends(contents: Sequence[_Named], wanted: Collection[str]) -> set[str]:
    return {name for name, content in contents if isinstance(content, Revocation) and content.record in wanted}


def _far(loaded: Past, gate: str, transition: Transition) -> frozenset[str]:
    """Return the ids of the verdicts in which nothing differs but what does where the base moved."""
    verdicts = [(item.checked.id, item.checked.content) for item in loaded]
    found = ((name, differences(gate, item, transition)) for name, item in verdicts if isinstance(item, Statement))
    return frozenset(name for name, fields in found if fields and {item.field for item in fields} <= MOVED)


def _likely(loaded: Past, far: Collection[str], transition: Transition) -> frozenset[str]:
    """Return those of ``far`` that change the very same paths, and the latest others, for messages."""
    own = touched(transition.paths)
    asked = {item.checked.id: item.checked.content for item in loaded if item.checked.id in far}
    others = {name: item.issued for name, item in asked.items() if isinstance(item, Statement) and item.touched != own}
    latest = sorted(others, key=others.__getitem__)[-_LATEST:]
    return frozenset((*(asked.keys() - others.keys()), *latest))


def _acks(contents: Sequence[_Named], wanted: Collection[str]) -> set[str]:
    acks = {name: content for name, content in contents if isinstance(content, Ack)}
    mine = [ack for ack in acks.values() if ack.verdict in wanted]
    # Those of the day before count towards the budget.
    return {name for name, ack in acks.items() if any(ack.issued > one.issued - DAY for one in mine)}


def _overrides(contents: Sequence[_Named], trees: Collection[str]) -> set[str]:
    """Return the ids of those that may open one of ``trees``, or took it off."""
    found = ((name, content) for name, content in contents if isinstance(content, Override))
    return {name for name, content in found if not {content.head_tree, *content.lost}.isdisjoint(trees)}


class _Here:
    """The verdicts, and the runs of late, that are about the ref of a transition."""

    def __init__(self, gate: str, transition: Transition, contents: Sequence[_Named], since: int) -> None:
        self.transition, self.contents, self.since = transition, contents, since
        said = [content for _, content in contents]
        self.statements = about(gate, transition, (item for item in said if isinstance(item, Statement)))
        begun = about(gate, transition, (item for item in said if isinstance(item, Attempt)))
        # Whether a run ended in a verdict is for those to say whose signature holds.
        self.runs = [item for item in begun if item.issued > since]
        self.failed = {item for item in self.statements if word_of(item) == "FAIL"}

    def tied(self, known: Facts) -> list[Statement | Attempt]:
        """Return what is of the transition's lineage."""
        items: list[Statement | Attempt] = [*self.statements, *self.runs]
        return lineage(self.transition, known.changes(), items, since=self.since)


def _against(here: _Here, known: Facts, trees: Collection[str]) -> set[str]:
    """Return the ids of records that may stand against these ``trees``, count as strikes, or link some to this."""
    found: set[Content | None] = {*here.failed}
    if Tally(len(here.failed), len(here.runs)).strikes >= STRIKES:
        found = {item for item in here.failed if item.head_tree in trees}
        found.update(here.tied(known))
    return {name for name, content in here.contents if content in found}


def signed_by(
    repo: Repo, signed: Sequence[Record], trust: Trust, now: int, apart: Collection[str] = ()
) -> dict[Record, Signer | SignatureError]:
    """Return for each record whose signature it bears, or why it bears none that counts by ``trust``.

    ``now`` is the verifier's clock, ``apart`` those whose keys are held apart. Raises UndecidedError when OpenSSH
    cannot be asked.
    """
    from .signing import Verifier

    def asked(records_: Sequence[Record], revoked: bytes | None) -> dict[Record, Signer | SignatureError]:
        verifier = Verifier(trust.signers, revoked, now=now, held_apart=apart, files=trust.files, cwd=repo.git.cwd)
        return dict(zip(records_, verifier.check_all(records_), strict=True))

    answers = asked(signed, trust.revoked)
    if trust.ended not in (None, trust.revoked):
        # Two lists cannot always be made one: OpenSSH's own form is binary.
        answers.update(asked([record for record in signed if isinstance(answers[record], Signer)], trust.ended))
    return answers


def _answered(item: _Loaded, answers: Mapping[Record, Signer | SignatureError]) -> Checked:
    checked, answer = item.checked, answers.get(item.record) if item.record else None
    if isinstance(answer, Signer):
        return checked._replace(signer=answer)
    if answer is None:
        return checked
    words = str(answer).removeprefix(f"the signature of {printable(checked.id)} ")
    return checked._replace(problem=f"has a signature that {words}")


def _readable(repo: Repo, checked: Sequence[Checked]) -> dict[str, str]:
    """Return the keys among those said to be held apart that this account can get at, with the place."""
    signers = {item.signer for item in checked if item.signer and item.signer.held_apart}
    if not signers:
        return {}
    from .keys import key_readable

    configured = repo.git.text("config", "--get-all", "user.signingKey", ok=(0, 1)).split("\n")
    places = {
        signer.fingerprint: key_readable(signer.fingerprint, tuple(filter(None, configured)), repo.git.cwd, os.environ)
        for signer in signers
    }
    return {fingerprint: place for fingerprint, place in places.items() if place}
