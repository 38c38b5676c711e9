"""Whether those who judged may: the signer is one of them, none is an author, and there are as many as asked for."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.text import printable
from ..model.verdict import Checked, Judge, Signer, Statement
from .case import Case, Refusal, insiders, party_names


def unsigned(case: Case, checked: Checked, statement: Statement) -> Refusal | None:
    """Refuse a signature by anybody but a judge or an issuer, and a missing one where nobody judged.

    That a level asks for a signature is not looked at here.
    """
    signer = checked.signer
    if signer is None:
        if statement.judges and not statement.derived_from:
            return None
        return Refusal("AG105", "names no judge of its own and bears no issuer's signature", case.again)
    if _among(signer.principal, case.rules.issuers):
        return None
    if statement.judges and not statement.derived_from:
        if _among(signer.principal, (judge.principal for judge in statement.judges)):
            return None
        return Refusal("AG105", f"is signed by {printable(signer.principal)}, who is not among its judges", case.again)
    return Refusal("AG105", f"is signed by {printable(signer.principal)}, who is not an issuer", case.again)


def partial(case: Case, checked: Checked, statement: Statement) -> Refusal | None:
    """Refuse a judge or signer who is an author, a co-author, the pusher, or worked in the same session as one."""
    own = insiders(case, statement)
    for who, known_by in _parties(checked.signer, statement.judges):
        if not own.isdisjoint(known_by):
            words = f"is judged by {printable(who)}, who is an author of the change or pushes it"
            return Refusal("AG106", words, "have it judged by somebody who did not work on it")
    return None


def council(case: Case, statement: Statement) -> Refusal | None:
    """Refuse judges that the policy does not name, and fewer judges or vendors than it asks for.

    Where there are no judges at all, an issuer has signed.
    """
    rules, judges = case.rules, statement.judges
    for judge in judges:
        if rules.judges and not _among(judge.principal, rules.judges):
            words = f"is judged by {printable(judge.principal)}, whom the policy does not name"
            return Refusal("AG102", words, case.again)
    if judges and len(judges) < rules.quorum:
        return Refusal("AG102", f"has {len(judges)} of the {rules.quorum} judges that the policy asks for", case.again)
    vendors = len({judge.vendor.casefold() for judge in judges})
    if judges and vendors < rules.vendors:
        return Refusal("AG102", f"has judges of {vendors} of the {rules.vendors} vendors asked for", case.again)
    return None


def names(statement: Statement) -> str:
    """Return the judges' principals for a message, each once."""
    return ", ".join(dict.fromkeys(printable(judge.principal) for judge in statement.judges)) or "no judge"


def _parties(signer: Signer | None, judges: tuple[Judge, ...]) -> list[tuple[str, frozenset[str]]]:
    """Return everybody whose word this is, with all names by which each could be an author."""
    found = []
    for judge in judges:
        session = {f"session:{judge.session}".casefold()} if judge.session else set()
        found.append((judge.principal, party_names(judge.principal) | session))
    if signer:
        found.append((signer.principal, party_names(signer.principal, signer)))
    return found


def _among(who: str, names: Iterable[str]) -> bool:
    return who.casefold() in {name.casefold() for name in names}
