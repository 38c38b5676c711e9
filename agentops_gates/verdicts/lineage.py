"""Which verdicts are about the same piece of work, so that trying again does not reset the count of what failed.

Verdicts of one gate, repository and ref belong together when they share the epic, the base commit, or a verbatim patch
id, and so do those that others link: a rebase keeps the patch ids, an edit keeps the base, and a new branch the epic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..model.verdict import Plan, Statement, Transition
from .word import word_of

#: So many FAIL verdicts of one lineage hand the matter to a person.
STRIKES = 3


def about(gate: str, transition: Transition, statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements of this gate, repository and ref, in the order given."""
    here = (gate, transition.repository, transition.ref)
    return [item for item in statements if (item.gate, item.repository, item.ref) == here]


def lineage(transition: Transition, changes: Iterable[str], statements: Iterable[Statement]) -> list[Statement]:
    """Return those of ``statements`` (see :func:`about`) that ``transition`` is linked to, directly or through others.

    ``changes`` are its patch ids. The order is that of ``statements``; the time is linear in their number.
    """
    rest = list(enumerate((item, _links(item.plan, item.base, item.changes)) for item in statements))
    holders: dict[str, list[int]] = {}
    for number, (_, links) in rest:
        for link in links:
            holders.setdefault(link, []).append(number)
    found: set[int] = set()
    open_links = list(_links(transition.plan, transition.base, changes))
    while open_links:
        for number in holders.pop(open_links.pop(), ()):
            if number not in found:
                found.add(number)
                open_links.extend(rest[number][1][1])
    return [item for number, (item, _) in rest if number in found]


def strikes(transition: Transition, changes: Callable[[], Sequence[str]], statements: Sequence[Statement]) -> int:
    """Return how many FAIL verdicts ``transition`` has in its lineage; ``statements`` are those that count.

    ``changes`` is asked for the transition's patch ids only when the number can reach ``STRIKES`` by them: they cost.
    """
    everything = sum(word_of(item) == "FAIL" for item in statements)
    if everything < STRIKES:
        return _failed(transition, (), statements)
    known = _failed(transition, (), statements)
    return known if known >= STRIKES else _failed(transition, changes(), statements)


def name(transition: Transition, changes: Sequence[str], statements: Sequence[Statement]) -> str:
    """Return the name for the lineage of a new statement: that of its first one, else the epic or the base."""
    earlier = lineage(transition, changes, statements)
    if earlier:
        return min(earlier, key=lambda item: (item.attempt, item.issued, item.lineage)).lineage
    return f"epic:{transition.plan.epic}" if transition.plan else f"base:{transition.base}"


def attempt(transition: Transition, changes: Sequence[str], statements: Sequence[Statement]) -> int:
    """Return the number of a new statement's attempt: one more than there are in its lineage, whatever they say."""
    return 1 + len(lineage(transition, changes, statements))


def _failed(transition: Transition, changes: Sequence[str], statements: Sequence[Statement]) -> int:
    return sum(word_of(item) == "FAIL" for item in lineage(transition, changes, statements))


def _links(plan: Plan | None, base: str, changes: Iterable[str]) -> set[str]:
    epic = {f"epic:{plan.epic}"} if plan else set()
    return {f"base:{base}", *epic, *(f"change:{item}" for item in changes)}
