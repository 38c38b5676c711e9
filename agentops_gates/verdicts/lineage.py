"""Which verdicts are about the same piece of work, so that trying again does not reset the count of what failed.

Of one gate, repository and ref, work is tied together for good by what nobody shares by accident: the epic, a verbatim
patch id, a state that was judged and is nobody's base; and by whatever these tie together. So another message, a new
branch, a squash, another order and a rebase do not start over. An edit may leave none of them; then work counts as the
same for the lifetime of a verdict, if half of all paths that either touches are touched by both, and it begins at the
same commit or has an author in common. That a base is shared says nothing: everybody begins at the branch's tip.

A run of judges leaves a record before they are asked. One that led to no verdict was aborted, by a crash or by whoever
saw what was coming. Two in a lineage are forgiven; each one more counts as a FAIL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ..model.digest import sha256
from ..model.light import TYPE_CHECKING, NamedTuple
from ..model.verdict import Attempt, Statement, Transition
from .word import word_of

#: So many FAIL verdicts of one lineage hand the matter to a person.
STRIKES = 3
#: So many runs without a verdict do not count.
FORGIVEN = 2
#: Of the digests of the paths that a change touches, the smallest are told.
MOST_TOUCHED = 256
#: Where pages for people about records are kept: each verdict adds one, so they would make any change unlike itself.
PAGES = ".agents/council"
_DIGITS = 12

if TYPE_CHECKING:
    from typing import TypeVar

    _Item = TypeVar("_Item", bound=Statement | Attempt)


class Tally(NamedTuple):
    """What a lineage has against it: FAIL verdicts, and runs that ended without one."""

    failed: int
    aborted: int

    @property
    def strikes(self) -> int:
        """How many of the ``STRIKES`` are spent."""
        return self.failed + max(0, self.aborted - FORGIVEN)


def touched(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the digests of ``paths`` by which changes are compared, sorted: all of them, or the smallest 256.

    That is a sketch: the share of common entries in it is that of the whole, within some percent. Pages about verdicts
    are left out.
    """
    wanted = (path for path in paths if not path.startswith(f"{PAGES}/"))
    digests = {sha256(os.fsencode(path)).hexdigest()[:_DIGITS] for path in wanted}
    return tuple(sorted(digests)[:MOST_TOUCHED])


def about(gate: str, transition: Transition, items: Iterable[_Item]) -> list[_Item]:
    """Return the statements, or attempts, of this gate, repository and ref, in the order given."""
    here = (gate, transition.repository, transition.ref)
    return [item for item in items if (item.gate, item.repository, item.ref) == here]


def lineage(transition: Transition, changes: Iterable[str], items: Iterable[_Item], *, since: int) -> list[_Item]:
    """Return those of ``items`` (see :func:`about`) that ``transition`` is tied to, directly or through others.

    ``changes`` are its patch ids. What is only alike counts from ``since`` on (seconds since 1970), and only where it
    is like ``transition`` itself. The order is that of ``items``; the time is linear in their number.
    """
    every = list(items)
    own = touched(transition.paths)
    alike_now = {place for place, item in enumerate(every) if item.issued > since and _kin(transition, own, item)}
    found = _spread(list(map(_links, every)), alike_now, _ties(transition, changes))
    return [item for place, item in enumerate(every) if place in found]


def tally(
    transition: Transition,
    changes: Callable[[], Sequence[str]],
    statements: Sequence[Statement],
    attempts: Mapping[str, Attempt],
    *,
    since: int,
) -> Tally:
    """Return what stands against ``transition`` in its lineage; ``statements`` and ``attempts`` are those that count.

    ``attempts`` are by their ids. ``changes`` is asked for the transition's patch ids only when the strikes can reach
    ``STRIKES`` by them: they cost.
    """
    items: list[Statement | Attempt] = [*statements, *unfinished(attempts, statements, since=since)]
    if not any(everything := _count(items)):
        return everything
    known = _count(lineage(transition, (), items, since=since))
    if known.strikes >= STRIKES or everything.strikes < STRIKES:
        return known
    return _count(lineage(transition, changes(), items, since=since))


def unfinished(attempts: Mapping[str, Attempt], statements: Iterable[Statement], *, since: int) -> list[Attempt]:
    """Return the runs that began after ``since`` and led to no verdict, less those that no judge has answered."""
    ended = {item.run for item in statements} | {item.unheard for item in attempts.values()}
    return [item for name, item in attempts.items() if name not in ended and not item.unheard and item.issued > since]


def name(transition: Transition, statements: Sequence[Statement]) -> str:
    """Return the name for a new statement's lineage: that of the first ``statements`` in it, the epic, or the base."""
    if statements:
        return min(statements, key=lambda item: (item.attempt, item.issued, item.lineage)).lineage
    return f"epic:{transition.plan.epic}" if transition.plan else f"base:{transition.base}"


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether half of all paths that either of two changes touches are touched by both (:func:`touched`)."""
    both = set(one).intersection(other)
    whole = sorted({*one, *other})[:MOST_TOUCHED]
    return bool(whole) and 2 * sum(path in both for path in whole) >= len(whole)


def _spread(links: Sequence[set[str]], start: set[int], ties: Iterable[str]) -> set[int]:
    """Return the places in ``links`` that are reached from those of ``start`` and from ``ties``."""
    holders: dict[str, list[int]] = {}
    for place, own in enumerate(links):
        for link in own:
            holders.setdefault(link, []).append(place)
    found = set(start)
    waiting = [*ties, *(link for place in start for link in links[place])]
    while waiting:
        for place in holders.pop(waiting.pop(), ()):
            if place not in found:
                found.add(place)
                waiting.extend(links[place])
    return found


def _count(items: Iterable[Statement | Attempt]) -> Tally:
    runs = fails = 0
    for item in items:
        if isinstance(item, Attempt):
            runs += 1
        else:
            fails += word_of(item) == "FAIL"
    return Tally(fails, runs)


def _kin(transition: Transition, own: Sequence[str], item: Statement | Attempt) -> bool:
    near = item.base == transition.base or not transition.authors.isdisjoint(item.authors)
    return near and alike(own, item.touched)


def _links(item: Statement | Attempt) -> set[str]:
    if isinstance(item, Attempt):
        return set(_named(item.epic, (item.head_tree,), item.changes))
    trees = (tree for tree in item.trees if tree != item.base_tree)
    return set(_named(item.plan.epic if item.plan else "", trees, item.changes))


def _ties(transition: Transition, changes: Iterable[str]) -> Iterator[str]:
    trees = transition.trees - {transition.base_tree}
    return _named(transition.plan.epic if transition.plan else "", trees, changes)


def _named(epic: str, trees: Iterable[str], changes: Iterable[str]) -> Iterator[str]:
    if epic:
        yield f"epic:{epic}"
    yield from (f"tree:{tree}" for tree in trees)
    yield from (f"change:{change}" for change in changes)
