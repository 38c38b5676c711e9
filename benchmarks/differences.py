"""Sets what the package says of one commit against what two full listings say, and names every difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from oracle import Function, Oracle, Place, Tree, alike

# The package looks for a changed origin only of functions that are above the limit.
WORTH_A_SEARCH = 10


class Told(NamedTuple):
    """A changed function as the package tells it; ``befores`` has one entry per base."""

    befores: tuple[Place | None, ...]
    after: Place | None


class Side(NamedTuple):
    """One tree of a comparison, cut down to the paths that differ: functions with where they stand, broken files."""

    places: Counter[Place]
    blobs: Tree
    broken: frozenset[str]

    def unique(self, place: Place) -> bool:
        """Tell whether its qualified name stands for one function in its file."""
        return self.names()[place[:2]] == 1

    def names(self) -> Counter[tuple[str, str]]:
        """Return how many functions each (path, qualified name) stands for."""
        counts: Counter[tuple[str, str]] = Counter()
        for place, count in self.places.items():
            counts[place[:2]] += count
        return counts


class Verdict(NamedTuple):
    """What one comparison came to: functions looked at, changed ones, unreported moves, and differences in words."""

    functions: int
    changed: int
    moves: int
    differences: list[str]


def sides(oracle: Oracle, base: Tree, head: Tree) -> tuple[Side, Side]:
    """Return both trees without the files that are byte for byte the same at the same path."""
    same = base.items() & head.items()
    return _side(oracle, dict(base.items() - same)), _side(oracle, dict(head.items() - same))


def _side(oracle: Oracle, tree: Tree) -> Side:
    places: Counter[Place] = Counter()
    broken = set()
    for path, oid in tree.items():
        functions = oracle.functions(oid)
        if isinstance(functions, str):
            broken.add(path)
        else:
            places.update(Place(path, function.qualname, function.number) for function in functions)
    return Side(places, tree, frozenset(broken))


def single(oracle: Oracle, base: Tree, head: Tree, told: Sequence[Told], unjudged: dict[str, str]) -> Verdict:
    """Check a comparison with one base: base + told = head, function by function.

    ``unjudged`` maps the paths that the package did not judge to the side it blames. Moves are compared as a removal
    and an addition; a move that the package rightly keeps silent about must have an origin of equal number.
    """
    old, new = sides(oracle, base, head)
    differences = list(_unjudged(old, new, unjudged))
    left_out = set(unjudged)
    gone, come = _without(old.places - new.places, left_out), _without(new.places - old.places, left_out)
    removed = Counter(t.befores[0] for t in told if t.befores[0] and t.befores[0] != t.after)
    added = Counter(t.after for t in told if t.after and t.befores[0] != t.after)
    names = old.names(), new.names()
    surplus = _surplus(removed - gone, added - come, names)
    differences += [f"told as removed, but is not: {place}" for place in surplus[0].elements()]
    differences += [f"told as added, but is not: {place}" for place in surplus[1].elements()]
    differences += _pairs(gone, come, names, told)
    lost, unexplained = _moves(oracle, old, new, gone - removed, come - added)
    differences += unexplained
    return Verdict(_functions(old, new), gone.total() + come.total(), lost, differences)


def merge(oracle: Oracle, bases: Sequence[Tree], head: Tree, told: Sequence[Told], unjudged: dict[str, str]) -> Verdict:
    """Check a comparison with several bases: told is exactly what differs from its version in every base."""
    pairs = [sides(oracle, base, head) for base in bases]
    expected = _without(_differing_from_all(pairs), set(unjudged))
    found = Counter(change.after for change in told if change.after and _changed(change))
    surplus = _clear((found - expected).elements(), pairs)
    silent = list((expected - found).elements())
    strange = [place for place in silent if not any(_came(oracle, old, new, place) for old, new in pairs)]
    differences = [f"told as changed in the merge, but is not: {place}" for place in surplus]
    differences += [f"differs from every parent, but is not told: {place}" for place in strange]
    functions = _functions(*chain(*pairs))
    return Verdict(functions, 0, len(silent) - len(strange), differences)


def _functions(*sides: Side) -> int:
    return sum(side.places.total() for side in sides)


def _clear(places: Iterable[Place], pairs: Sequence[tuple[Side, Side]]) -> list[Place]:
    """Return the places whose name stands for no more than one function anywhere."""
    names = [side.names() for side in chain(*pairs)]
    return [place for place in places if all(count[place[:2]] <= 1 for count in names)]


def _changed(told: Told) -> bool:
    return all(not before or not told.after or before.number != told.after.number for before in told.befores)


def _differing_from_all(pairs: Sequence[tuple[Side, Side]]) -> Counter[Place]:
    differing = [new.places - old.places for old, new in pairs]
    everywhere = differing[0]
    for places in differing[1:]:
        everywhere &= places
    return everywhere


def _came(oracle: Oracle, old: Side, new: Side, place: Place) -> Place | None:
    return _origin(oracle, old, new, old.places - new.places, place)


def _unjudged(old: Side, new: Side, unjudged: dict[str, str]) -> Iterable[str]:
    vanished = any(path not in new.blobs for path in old.broken)
    for path, side in unjudged.items():
        if side == "head" and path not in new.broken:
            yield f"not judged, but it parses: {path}"
        elif side == "base" and path not in old.broken and not vanished:
            yield f"base not judged, but it parses: {path}"
    yield from (f"does not parse, and nothing is said of it: {path}" for path in new.broken - set(unjudged))
    silent = old.broken.intersection(new.blobs) - set(unjudged)
    yield from (f"does not parse at the base, and nothing is said of it: {path}" for path in silent)


def _without(places: Counter[Place], paths: set[str]) -> Counter[Place]:
    return Counter({place: count for place, count in places.items() if place.path not in paths})


def _surplus(
    removed: Counter[Place], added: Counter[Place], names: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]
) -> tuple[Counter[Place], Counter[Place]]:
    """Leave out crossed pairs of one ambiguous name (3 -> 5 and 5 -> 3): which is which is not for a name to say."""
    crossed = Counter({p: n for p, n in (removed & added).items() if max(count[p[:2]] for count in names) > 1})
    return removed - crossed, added - crossed


def _pairs(
    gone: Counter[Place],
    come: Counter[Place],
    names: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]],
    told: Sequence[Told],
) -> Iterable[str]:
    """A function that keeps its path and its unambiguous name must be told as one change, before and after."""
    pairs = {(t.befores[0], t.after) for t in told}
    after = {place[:2]: place for place in come}
    for place in gone:
        partner = after.get(place[:2])
        unambiguous = all(count[place[:2]] == 1 for count in names)
        if partner and unambiguous and (place, partner) not in pairs:
            yield f"changed, but not told as one change: {place} -> {partner}"


def _moves(oracle: Oracle, old: Side, new: Side, gone: Counter[Place], come: Counter[Place]) -> tuple[int, list[str]]:
    """Explain what was not told: pairs of equal number that moved. Returns their count and the rest in words."""
    count, differences = 0, []
    for place in come.elements():
        origin = _origin(oracle, old, new, gone, place)
        if origin:
            gone = gone - Counter([origin])
            count += 1
        else:
            differences.append(f"added or changed, but not told: {place}")
    differences += [f"removed or changed, but not told: {place}" for place in gone.elements()]
    return count, differences


def _origin(oracle: Oracle, old: Side, new: Side, gone: Counter[Place], place: Place) -> Place | None:
    """Return where a function may have moved from; the surest rule decides."""
    candidates = [origin for origin, count in gone.items() if count > 0 and origin.number == place.number]
    body = _body(oracle, new, place)
    rules: list[Callable[[Place], bool]] = [
        lambda origin: bool(body & _body(oracle, old, origin)),
        lambda origin: _renamed(old, new, origin, place),
    ]
    if place.number > WORTH_A_SEARCH:
        rules.append(lambda origin: _similar(body, _body(oracle, old, origin)))
    return next((origin for rule in rules for origin in candidates if rule(origin)), None)


def has_origin(oracle: Oracle, old: Side, new: Side, place: Place) -> bool:
    """Tell whether a function may have moved to its place from one that is gone and was at least as complex."""
    body = _body(oracle, new, place)
    gone = [origin for origin in old.places - new.places if origin.number >= place.number]
    return any(_renamed(old, new, origin, place) or _similar(body, _body(oracle, old, origin)) for origin in gone)


def _body(oracle: Oracle, side: Side, place: Place) -> set[str]:
    return set(oracle.body(side.blobs[place.path], place.qualname, place.number))


def _renamed(old: Side, new: Side, origin: Place, place: Place) -> bool:
    moved = origin.path not in new.blobs and place.path not in old.blobs
    return moved and origin.qualname == place.qualname


def _similar(ones: set[str], others: set[str]) -> bool:
    return any(alike(one, other) for one in ones for other in others)


def numbers(expected: Sequence[Function], measured: Iterable[tuple[str, int]]) -> list[str]:
    """Return how the functions measured in a blob differ from radon's: (qualified name, number), each as often."""
    want, have = Counter((function.qualname, function.number) for function in expected), Counter(measured)
    return [f"radon has {item}, the package has not" for item in (want - have).elements()] + [
        f"the package has {item}, radon has not" for item in (have - want).elements()
    ]
