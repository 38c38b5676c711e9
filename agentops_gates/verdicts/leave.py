"""What people may add to a verdict: an ack that lets a WARN pass, and an override that opens in spite of everything."""

from __future__ import annotations

from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Ack, Checked, Override, Statement
from .book import stale
from .case import Case, insiders, names_of, unsound
from .rules import DAY


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


def overridden(case: Case) -> Leave:
    """Return the override that opens this transition for this gate.

    It is signed by a person whom the policy names, and is for exactly this repository, ref, base and head tree. The
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


def _no_ack(case: Case, checked: Checked, ack: Ack, statement: Statement) -> str:
    judges = {name for judge in statement.judges for name in names_of(judge.principal)}
    missing = set(statement.findings) - set(ack.findings)
    if problem := unsound(case, checked) or _borrowed(checked, ack.principal):
        return problem
    if not names_of(ack.principal, checked.signer).isdisjoint(insiders(case, statement)):
        return f"is by {printable(ack.principal)}, who is an author of the change or pushes it"
    if not names_of(ack.principal).isdisjoint(judges):
        return f"is by {printable(ack.principal)}, who judged it"
    if missing:
        return f"does not name the finding {printable(min(missing))}"
    return stale(ack.issued, ack.lifetime, case.now, case.rules.lifetime) or _spent(case, checked, ack)


def _spent(case: Case, checked: Checked, ack: Ack) -> str:
    """Return why an ack is over its principal's budget: only the first so many of any 24 hours count."""
    who = ack.principal.casefold()
    # What was revoked is spent all the same, or revoking would be a way to have more.
    earlier = {
        item.id
        for item, other in case.book.acks
        if ack.issued - DAY < other.issued
        and (other.issued, item.id) < (ack.issued, checked.id)
        and other.principal.casefold() == who
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
    if case.gate not in override.gates:
        return f"it is not for {case.gate}"
    if problem := unsound(case, checked) or _borrowed(checked, override.principal):
        return problem
    if checked.signer is None:
        return "it is not signed"
    if override.principal.casefold() not in {name.casefold() for name in case.rules.humans}:
        return f"{printable(override.principal)} is not a person whom the policy names"
    return _unfit(override, case.now)


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
