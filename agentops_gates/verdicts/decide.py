"""Decides whether a transition is open: pure, from records that were parsed and whose signatures were looked at.

The order is fixed. First what no verdict can mend:

1. the ref is rewound (AG111), or is new and begins where no protected branch is (AG101); 2. the lineage has three
strikes (AG108); 3. a FAIL verdict stands for this head tree, whatever its ref, base or age (AG103); 4. the mechanical
checks fail now (AG103); 5. there is no verdict (AG101).

Then each verdict is asked in this order, and refused at the first step that it does not pass:

6. gate, repository, object format, ref, policy, plan, base, base tree and head tree are equal, and every tree was
judged (AG102) - a base that moved is left to step 13; 7. its signature holds, and it is not revoked (AG102, AG107);
8. it is of this time (AG107); 9. a judge or an issuer has signed it, if anybody (AG105); 10. no judge is an author or
pushes (AG106); 11. judges and vendors are as many as the policy asks for (AG102); 12. the result is PASS, or a WARN
that the policy lets pass or that somebody else has acknowledged (AG103, AG104), and its level is high enough (AG105),
which for two parties takes two verdicts that came this far;
13. where the base moved, it can be derived (AG102), and no FAIL stands for what was judged (AG103).

If no verdict passes, the answer is about the nearest one: that differs in the fewest fields and comes furthest. Last, a
person's override opens whatever was refused, and nothing else does (AG109).

To add a record can open only what no FAIL, no revocation and no count shuts: see the property tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import WORDS, Checked, Decision, Statement, Transition, Word
from .binding import MOVED, Difference, differences, short
from .book import sort, stale
from .case import Case, Refusal, names_of, pusher_names, unsound
from .derive import Facts, obstacle
from .judges import council, names, partial, unsigned
from .leave import ack_command, acknowledged, overridden, taken_off, to_name
from .levels import Boundary, Party
from .lineage import FORGIVEN, STRIKES, Tally, about, tally
from .rules import Rules
from .word import word_of, worst

_PERSON = "a person whom the policy names under humans has to decide, by a signed override"
_ELSEWHERE = "create it where a protected branch is now, and go on from there with verdicts"
_NEAR = 1_000
_NONE: Mapping[str, str] = MappingProxyType({})


class _Candidate(NamedTuple):
    """What became of one verdict: ``refusal`` is what is wrong with it, None if nothing is.

    ``moved`` tells that it has yet to be derived or was; ``distance`` is how near it came (less is nearer).
    """

    checked: Checked
    statement: Statement
    moved: bool
    refusal: Refusal | None
    distance: tuple[int, int]


def decide(
    gate: str,
    transition: Transition,
    checked: Sequence[Checked],
    mechanical: Word,
    *,
    rules: Rules,
    now: int,
    facts: Facts,
    pusher: Collection[str] = (),
    boundary: Boundary = "",
    readable: Mapping[str, str] = _NONE,
    origin: str = "",
    free: bool = False,
) -> Decision:
    """Return whether ``transition`` is open for ``gate``, by which record, or what is wrong with the nearest one.

    ``checked`` are all records of the gate, ``mechanical`` the result of the checks that were run just now, ``now`` the
    verifier's clock in seconds since 1970. ``pusher`` are the names by which the door knows who pushes; ``boundary`` is
    where the verifier stands, as its own configuration asserts; ``readable`` maps fingerprints of keys that this
    account can get at to the place. ``origin`` is what is wrong with where a new ref begins, and ``free`` tells that no
    verdict is needed, so that nothing but a standing FAIL shuts; then no record is named. Raises UndecidedError when
    ``facts`` cannot be had and no override opens.
    """
    case = Case(
        gate=gate,
        transition=transition,
        book=sort(checked, signed=rules.required_level >= 2),
        mechanical=mechanical,
        rules=rules,
        now=now,
        facts=facts,
        insiders=frozenset().union(*map(names_of, transition.authors), *map(pusher_names, pusher)),
        boundary=boundary,
        readable=readable,
    )
    case = case._replace(book=case.book._replace(ended={**taken_off(case), **case.book.ended}))
    try:
        decision = _by_verdict(case, origin, free=free)
    except UndecidedError as error:
        # A person may be called in for the very reason that git cannot tell.
        decision = _by_override(case, Decision(False, 0, "", str(error), error.fix))
        if not decision.accepted:
            raise
    return decision if decision.accepted else _by_override(case, decision)


def _by_verdict(case: Case, origin: str, *, free: bool) -> Decision:
    shut = _standing(case, case.transition.head_tree) if free else _shut(case, origin)
    if shut:
        return _refused(shut)
    if free:
        return Decision(True, 0, "", "needs no verdict")
    found = [_examine(case, *item) for item in case.book.verdicts]
    parties = _parties(case, found)
    found = [_high(case, item, parties) for item in found]
    opened = _best(case, found, parties, moved=False)
    if opened is None:
        # What costs git calls is asked only where nothing else opens.
        found = [_derived(case, item) for item in found]
        opened = _best(case, found, (), moved=True)
    return opened or _nearest(case, found)


def _shut(case: Case, origin: str) -> Refusal | None:
    """Return what no verdict can mend."""
    misplaced = _rewound(case) or _misplaced(case, origin)
    return misplaced or _escalated(case) or _standing(case, case.transition.head_tree) or _failing(case)


def _parties(case: Case, found: Iterable[_Candidate]) -> tuple[Party, ...]:
    """Return whose own words the verdicts are that are in order for this very transition."""
    sound = (item for item in found if item.refusal is None and not item.moved)
    parties = (case.party(item.checked.signer, item.statement.judges) for item in sound)
    return tuple(dict.fromkeys(one for one in parties if one))


def _nearest(case: Case, found: Sequence[_Candidate]) -> Decision:
    nearest = min(found, key=lambda item: (item.distance, -item.statement.issued, item.checked.id), default=None)
    if nearest is None or nearest.refusal is None:
        return _refused(_missing(case))
    return _refused(nearest.refusal, nearest)


def _derived(case: Case, item: _Candidate) -> _Candidate:
    return _derive(case, item) if item.moved and not item.refusal else item


def _best(case: Case, found: Iterable[_Candidate], parties: Sequence[Party], *, moved: bool) -> Decision | None:
    opened = [_accepted(case, item, parties) for item in found if item.refusal is None and item.moved == moved]
    return max(opened, key=lambda one: (one.level, WORDS.index(one.verdict or "FAIL")), default=None)


def _rewound(case: Case) -> Refusal | None:
    move = case.transition
    if move.fast_forward:
        return None
    words = f"{printable(move.ref)} would lose commits: {move.head[:12]} does not contain what the ref points to now"
    return Refusal("AG111", words, "rebase onto the ref, or merge it, and push without force")


def _misplaced(case: Case, origin: str) -> Refusal | None:
    return Refusal("AG101", f"{printable(case.transition.ref)} {origin}", _ELSEWHERE) if origin else None


def _escalated(case: Case) -> Refusal | None:
    move, book = case.transition, case.book
    statements = about(case.gate, move, (statement for _, statement in book.against))
    attempts = {name: item for name, item in book.attempts.items() if about(case.gate, move, (item,))}
    found = tally(move, case.facts.changes, statements, attempts, since=case.now - case.rules.recent)
    if found.strikes < STRIKES:
        return None
    return Refusal("AG108", f"{spent(found)} in this lineage ({STRIKES} end the attempts)", _PERSON)


def spent(found: Tally) -> str:
    """Return a tally in words."""
    runs = f" and {found.aborted} runs without a verdict ({FORGIVEN} are forgiven)" if found.aborted > FORGIVEN else ""
    return f"{found.failed} FAIL verdicts{runs}"


def _standing(case: Case, tree: str) -> Refusal | None:
    """Refuse if a FAIL stands for this head tree; neither time, base, ref nor a later PASS ends it."""
    here = (case.gate, case.transition.repository)
    for checked, statement in case.book.against:
        same = statement.head_tree == tree and (statement.gate, statement.repository) == here
        if same and word_of(statement) == "FAIL":
            words = f"{checked.id} is a FAIL by {names(statement)} for this very tree ({short(tree)})"
            return Refusal("AG103", words, f"change what it found, then {case.again}")
    return None


def _failing(case: Case) -> Refusal | None:
    if case.mechanical != "FAIL":
        return None
    return Refusal("AG103", "the mechanical checks fail now", f"correct what they found, then {case.again}")


def _missing(case: Case) -> Refusal:
    move = case.transition
    words = f"no verdict for {printable(move.ref)} from {short(move.base)} to {short(move.head)}"
    if case.book.unread:
        words += f"; {len(case.book.unread)} record(s) cannot be read, first {case.book.unread[0]}"
    return Refusal("AG101", words, case.again)


def _examine(case: Case, checked: Checked, statement: Statement) -> _Candidate:
    differing = differences(case.gate, statement, case.transition)
    fields = {item.field for item in differing}
    moved = case.rules.rebase == "derive" and "base" in fields and fields <= MOVED
    for step, refusal in enumerate(_steps(case, checked, statement, [] if moved else differing)):
        if refusal:
            return _Candidate(checked, statement, moved, refusal, (len(differing), -step))
    return _Candidate(checked, statement, moved, None, (len(differing), -_NEAR))


def _steps(
    case: Case, checked: Checked, statement: Statement, differing: Sequence[Difference]
) -> Iterator[Refusal | None]:
    yield _unbound(case, differing)
    yield _unusable(case, checked)
    yield _stale(case, statement)
    yield unsigned(case, checked, statement)
    yield partial(case, checked, statement)
    yield council(case, statement)
    yield _bad(case, checked, statement)


def _unusable(case: Case, checked: Checked) -> Refusal | None:
    words = unsound(case, checked)
    if not words:
        return None
    return Refusal("AG107" if words == case.book.ended.get(checked.id) else "AG102", words, case.again)


def _unbound(case: Case, differing: Sequence[Difference]) -> Refusal | None:
    if not differing:
        return None
    others = ", ".join(item.field for item in differing[1:])
    more = f" (also: {others})" if others else ""
    return Refusal("AG102", f"does not match: {differing[0].words}{more}", case.again)


def _stale(case: Case, statement: Statement) -> Refusal | None:
    words = stale(statement.issued, statement.lifetime, case.now, case.rules.lifetime)
    return Refusal("AG107", words, case.again) if words else None


def _bad(case: Case, checked: Checked, statement: Statement) -> Refusal | None:
    word = worst((word_of(statement), case.mechanical))
    if word == "PASS":
        return None
    if word == "FAIL":  # a FAIL that came this far stands, and was refused for it; no order of checks shall open one
        return Refusal("AG103", f"is a FAIL by {names(statement)}", f"change what it found, then {case.again}")
    return None if case.rules.warn == "pass" else _warned(case, checked, statement)


def _warned(case: Case, checked: Checked, statement: Statement) -> Refusal | None:
    if case.rules.warn != "ack":
        return Refusal("AG104", "is a WARN, which the policy does not let pass", f"mend it, then {case.again}")
    if case.mechanical == "WARN" and all(check.result == "PASS" for check in statement.mechanical):
        words = "was made before the gates warned, so nobody can have taken that on"
        return Refusal("AG104", words, f"mend it, or {case.again}")
    leave = acknowledged(case, checked.id, statement)
    if leave.id:
        return None
    fix = "mend what it found and have it judged again, or let somebody who neither wrote nor judged it take it on:"
    return Refusal("AG104", f"is a WARN: {leave.words}", f"{fix}\n    {ack_command(checked.id, to_name(statement))}")


def _level(case: Case, item: _Candidate, parties: Sequence[Party]) -> tuple[int, tuple[str, ...]]:
    found, missing = case.level(item.checked.signer, item.statement.judges, parties)
    if item.moved:
        # The deriving verifier is nobody's second judge, and on the author's own machine it is the author.
        found = min(found, 3 if case.boundary else 1)
    return found, missing


def _high(case: Case, item: _Candidate, parties: Sequence[Party]) -> _Candidate:
    """Return ``item``, refused if all that is wrong with it is its level."""
    found, missing = _level(case, item, parties)
    if item.refusal or found >= case.rules.required_level:
        return item
    why = missing[0] if missing else "it has to be derived"
    words = f"reaches level {found} and the policy asks for {case.rules.required_level}; {why}"
    fix = "have it judged and signed by somebody whose key the author's account cannot read"
    return item._replace(refusal=Refusal("AG105", words, fix))


def _derive(case: Case, item: _Candidate) -> _Candidate:
    refusal = _standing(case, item.statement.head_tree)
    why = "" if refusal else obstacle(item.statement, case.transition, case.facts)
    if why:
        since = f"does not match: base: judged {short(item.statement.base)}, now {short(case.transition.base)}"
        refusal = Refusal("AG102", f"{since}, and cannot be derived from: {why}", case.again)
    elif case.mechanical != "PASS":
        refusal = Refusal("AG102", "cannot be derived from while the mechanical checks warn", case.again)
    return item._replace(refusal=refusal) if refusal else item


def _accepted(case: Case, item: _Candidate, parties: Sequence[Party]) -> Decision:
    word = worst((word_of(item.statement), case.mechanical))
    found, _ = _level(case, item, parties)
    reason = f"{item.checked.id}: {word} by {names(item.statement)}"
    if item.moved:
        reason += f", derived on the moved base {short(case.transition.base)} from {short(item.statement.base)}"
    if word == "WARN" and case.rules.warn == "ack":
        reason += f", acknowledged in {acknowledged(case, item.checked.id, item.statement).id}"
    rule = "AG110" if item.moved else ""
    return Decision(True, found, item.checked.id, reason, "", word, item.moved, rule)


def _refused(refusal: Refusal, nearest: _Candidate | None = None) -> Decision:
    if nearest is None:
        return Decision(False, 0, "", refusal.words, refusal.fix, rule=refusal.rule)
    record = nearest.checked.id
    word = word_of(nearest.statement)
    return Decision(False, 0, record, f"{record} {refusal.words}", refusal.fix, word, rule=refusal.rule)


def _by_override(case: Case, decision: Decision) -> Decision:
    """Return the acceptance by a person's override, or ``decision`` with a word on the one that does not count."""
    leave = overridden(case)
    if leave.id:
        reason = f"{leave.id}: {leave.words}; in spite of: {decision.reason}"
        return Decision(True, leave.level, leave.id, reason, rule="AG109")
    return decision._replace(reason=f"{decision.reason}; {leave.words}") if leave.words else decision
