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
from .lineage import STRIKES, about, lineage
from .rules import DAY, rules_of
from .strictjson import MalformedError
from .word import word_of

if TYPE_CHECKING:
    from .signing import SignatureError


class Trust(NamedTuple):
    """Whose signatures count: the bytes of the signers file and of the revocation list (None: there is none).

    ``files`` are their names, for messages.
    """

    signers: bytes
    revoked: bytes | None
    files: tuple[str, str]


_Named = tuple[str, Content | None]


class _Loaded(NamedTuple):
    """A stored record and what was read from it; ``record`` is None when there is none."""

    checked: Checked
    record: Record | None


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
) -> Decision:
    """Return whether ``transition`` is open for ``gate`` by the records in ``repo``; see ``decide``.

    ``policy`` is that of the transition's base and ``warn`` the gate's setting. ``mechanical`` runs the mechanical
    checks. ``trust`` is the verifier's own; by default the files in the base's tree count, and none for a first
    publication. ``now`` is the verifier's clock, in seconds since 1970. ``known`` are the facts about a transition that
    is not in git (a plan's). ``incoming`` are records that no ref names yet, see ``records.load``. Raises
    UndecidedError when git or OpenSSH cannot tell.
    """
    rules = rules_of(policy, warn)
    known = known or facts(repo, transition)
    loaded = [_loaded(found, gate) for found in records.load(repo, gate, incoming)]
    wanted = _relevant(loaded, transition, gate, known, signed=rules.required_level >= 2)
    signed = [item.record for item in loaded if item.record and item.record.signature and item.checked.id in wanted]
    answers: dict[Record, Signer | SignatureError] = {}
    if signed:
        trust = trust or trust_of(repo, transition, policy)
        answers = _answers(repo, signed, trust, now, policy.verdicts["held_apart"])
    checked = [_answered(item, answers) for item in loaded]
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
    )


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
    loaded: Sequence[_Loaded], transition: Transition, gate: str, known: Facts, *, signed: bool
) -> frozenset[str]:
    """Return the ids of records on whose signature the answer can depend."""
    contents = [(item.checked.id, item.checked.content) for item in loaded]
    verdicts = {name: content for name, content in contents if isinstance(content, Statement)}
    wanted = {name for name, content in verdicts.items() if _near(gate, content, transition)}
    if signed:
        wanted |= _against(verdicts, wanted, transition, gate, known)
    wanted |= _acks(contents, wanted) | _overrides(contents, transition)
    ends = {name for name, content in contents if isinstance(content, Revocation) and content.record in wanted}
    return frozenset(wanted | ends)


def _near(gate: str, statement: Statement, transition: Transition) -> bool:
    return {item.field for item in differences(gate, statement, transition)} <= MOVED


def _acks(contents: Sequence[_Named], wanted: Collection[str]) -> set[str]:
    acks = {name: content for name, content in contents if isinstance(content, Ack)}
    mine = [ack for ack in acks.values() if ack.verdict in wanted]
    # Those of the day before count towards the budget.
    return {name for name, ack in acks.items() if any(ack.issued > one.issued - DAY for one in mine)}


def _overrides(contents: Sequence[_Named], transition: Transition) -> set[str]:
    found = ((name, content) for name, content in contents if isinstance(content, Override))
    return {name for name, content in found if content.head_tree == transition.head_tree}


def _against(
    verdicts: Mapping[str, Statement], wanted: Collection[str], transition: Transition, gate: str, known: Facts
) -> set[str]:
    """Return the ids of verdicts that may stand against those ``wanted``, count as strikes, or link some to this."""
    here = about(gate, transition, verdicts.values())
    failed = {item for item in here if word_of(item) == "FAIL"}
    if len(failed) >= STRIKES:
        trees = {transition.head_tree, *(verdicts[name].head_tree for name in wanted)}
        standing = {item for item in failed if item.head_tree in trees}
        failed = standing.union(lineage(transition, known.changes(), here))
    return {name for name, item in verdicts.items() if item in failed}


def _answers(
    repo: Repo, signed: Sequence[Record], trust: Trust, now: int, apart: Collection[str]
) -> dict[Record, Signer | SignatureError]:
    from .signing import Verifier

    verifier = Verifier(trust.signers, trust.revoked, now=now, held_apart=apart, files=trust.files, cwd=repo.git.cwd)
    return dict(zip(signed, verifier.check_all(signed), strict=True))


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
