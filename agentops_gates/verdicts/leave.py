"""What people may add to a verdict: an ack that lets a WARN pass, and an override that opens in spite of everything."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Ack, Checked, Override, Statement, Transition
from .book import stale
from .case import Case, insiders, names_of, party_names, unsound
from .rules import DAY

_MOST_NAMED = 10


class Leave(NamedTuple):
    """The answer: the ``id`` of the record that opens, whose it is in ``words``, and its ``level``.

    Without an id, the words say why there is none.
    """

    id: str = ""
    words: str = ""
    level: int = 0


def acknowledged(case: Case, verdict: str, statement: Statement) -> Leave:
    """Return the ack that lets the WARN of this verdict pass.

    It is by somebody who neither judged nor wrote nor pushes the change, it names every finding, and is within its
    principal's budget for 24 hours. The words are about the ack that failed last, where there is one.
    """
    words = "nobody has acknowledged it"
    for checked, ack in case.book.acks:
        if ack.verdict != verdict:
            continue
        words = _no_ack(case, checked, ack, statement)
        if not words:
            return Leave(checked.id)
        words = f"{checked.id} {words}"
    return Leave(words=words)


def to_name(statement: Statement) -> tuple[str, ...]:
    """Return what an ack of this WARN has to name, sorted, and never nothing.

    Besides the findings these are the checks that warn (``check:NAME``), what nobody checked (``not-checked:DIGEST``),
    and for a WARN with none of that ``no-finding``.
    """
    named = {*statement.findings, *(f"check:{item.check}" for item in statement.mechanical if item.result == "WARN")}
    if statement.not_checked:
        from hashlib import sha256

        left = "\0".join(sorted(statement.not_checked)).encode("utf-8", "surrogateescape")
        named.add(f"not-checked:{sha256(left).hexdigest()[:12]}")
    return tuple(sorted(named or {"no-finding"}))


def ack_command(verdict: str, findings: Sequence[str]) -> str:
    """Return the command by which somebody else takes on a WARN with these findings; of many, only the first ones."""
    from shlex import quote

    named = "".join(f" --finding {quote(printable(finding))}" for finding in findings[:_MOST_NAMED])
    more = len(findings) - _MOST_NAMED
    rest = f" --finding ... ({more} more: agentops-gate verdict show {verdict})" if more > 0 else ""
    return f"agentops-gate verdict ack {verdict}{named}{rest} --reason WHY"


def overridden(case: Case) -> Leave:
    """Return the override that opens this transition for this gate.

    It is signed by a person whom the policy names, and is for exactly this repository, ref, base and head tree, brings
    no tree that it does not name, and takes commits off the ref only where it names the commit to go back to and all
    trees that are lost. The
    words are about an override that was meant for it and does not count, or empty. A signature that the policy's
    level asks for is not waived, except that one person is never two parties (level 4).
    """
    words = ""
    for checked, override in case.book.overrides:
        reached, _ = case.level(checked.signer)
        problem = _no_override(case, checked, override) or _too_low(case, reached)
        if not problem:
            words = f"{printable(override.principal)} opens it: {printable(override.reason)}"
            return Leave(checked.id, words, reached)
        if _meant(case, override):
            words = f"{checked.id} does not open it: {problem}"
    return Leave(words=words)


def taken_off(case: Case) -> dict[str, str]:
    """Return, by their ids, the verdicts and overrides that a person's rewinding of this ref has ended, and why.

    Those that came before it and led to one of the states that it took off: or the same one would bring them back. It
    goes on to end them after its own time is over, and when it is revoked.
    """
    found: dict[str, str] = {}
    every: list[tuple[Checked, Statement | Override]] = [*case.book.verdicts, *case.book.overrides]
    for checked, override in case.book.overrides:
        if not override.lost or _no_leave(case, checked, override):
            continue
        lost = frozenset(override.lost)
        for item, one in every:
            about = (one.repository, one.ref) == (override.repository, override.ref) and item.id != checked.id
            if about and one.issued <= override.issued and one.head_tree in lost:
                found[item.id] = f"led to what {checked.id} by {printable(override.principal)} took off again"
    return found


def _no_ack(case: Case, checked: Checked, ack: Ack, statement: Statement) -> str:
    judges = {name for judge in statement.judges for name in names_of(judge.principal)}
    missing = set(to_name(statement)) - set(ack.findings)
    if problem := unsound(case, checked) or _borrowed(checked, ack.principal):
        return problem
    if not party_names(ack.principal, checked.signer).isdisjoint(insiders(case, statement)):
        return f"is by {printable(ack.principal)}, who is an author of the change or pushes it"
    if not names_of(ack.principal).isdisjoint(judges):
        return f"is by {printable(ack.principal)}, who judged it"
    if missing:
        return f"does not name the finding {printable(min(missing))}"
    return stale(ack.issued, ack.lifetime, case.now, case.rules.lifetime) or _spent(case, checked, ack)


def _spent(case: Case, checked: Checked, ack: Ack) -> str:
    """Return why an ack is over its principal's budget: only the first so many of any 24 hours count.

    A signed one is its signer's, whosever name is in it.
    """
    who = ack.principal.casefold()
    # What was revoked is spent all the same, or revoking would be a way to have more.
    earlier = {
        item.id
        for item, other in case.book.acks
        if ack.issued - DAY < other.issued
        and (other.issued, item.id) < (ack.issued, checked.id)
        and (item.signer.principal if item.signer else other.principal).casefold() == who
        and (item.signer is not None or not case.signed)
    }
    if len(earlier) < case.rules.acks_per_day:
        return ""
    return f"is over the budget of {case.rules.acks_per_day} acks a day for {printable(ack.principal)}"


def _meant(case: Case, override: Override) -> bool:
    """Whether to mention an override that does not count: not for what was opened in its time and has landed."""
    move = case.transition
    same_ref = (override.repository, override.ref) == (move.repository, move.ref)
    return same_ref and (override.base == move.base or override.head_tree == move.head_tree)


def _no_override(case: Case, checked: Checked, override: Override) -> str:
    move = case.transition
    for field, given, wanted in (
        ("repository", override.repository, move.repository),
        ("ref", override.ref, move.ref),
        ("base", override.base, move.base),
        ("head tree", override.head_tree, move.head_tree),
    ):
        if given != wanted:
            return f"it is for another {field}"
    problem = _other_way(override, move) or unsound(case, checked) or _no_leave(case, checked, override)
    return problem or _unfit(override, case.now)


def _other_way(override: Override, move: Transition) -> str:
    """Return why an override is not for the way in which this one gets to its head tree."""
    unnamed = move.trees - frozenset(override.trees)
    if unnamed:
        return f"it does not name tree {min(unnamed)[:12]}, which this brings"
    if move.fast_forward:
        return ""
    if override.rewind != move.head:
        return f"it does not let the ref go back to {move.head[:12]}"
    return "" if move.lost <= frozenset(override.lost) else "it does not name all that would be lost"


def _no_leave(case: Case, checked: Checked, override: Override) -> str:
    """Return why nobody who may has signed an override for this gate, at any time."""
    if case.gate not in override.gates:
        return f"it is not for {case.gate}"
    if problem := checked.problem or _borrowed(checked, override.principal):
        return problem
    if checked.signer is None:
        return "it is not signed"
    if override.principal.casefold() not in {name.casefold() for name in case.rules.humans}:
        return f"{printable(override.principal)} is not a person whom the policy names"
    return ""


def _unfit(override: Override, now: int) -> str:
    if not override.reason.strip():
        return "it gives no reason"
    if override.lifetime > DAY:
        return "it lasts longer than 24 hours"
    words = stale(override.issued, override.lifetime, now, DAY)
    return words and f"it {words}"


def _too_low(case: Case, reached: int) -> str:
    wanted = min(case.rules.required_level, 3)
    return f"it reaches level {reached}, and the policy asks for {wanted}" if reached < wanted else ""


def _borrowed(checked: Checked, principal: str) -> str:
    signer = checked.signer
    if signer is None or signer.principal.casefold() == principal.casefold():
        return ""
    return f"is signed by {printable(signer.principal)}, not by {printable(principal)}"
