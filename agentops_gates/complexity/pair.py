"""Pairs the units of two versions of one file: by true qualified name, and within a group of equal names by content.

The order (equal body, then equal decorators, then order from the end) keeps an overload stub or a conditional
definition that appears above an untouched function from being taken for that function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..model.light import Literal, NamedTuple
from .unit import Suppression, Unit

How = Literal["name", "body", "decorators", "order", "moved", "similar"]
_Key = Callable[[Unit], object]

# From the surest likeness to none: whatever is left at the end pairs by its place in the file.
_STAGES: tuple[tuple[How, _Key], ...] = (
    ("body", lambda unit: (unit.body, unit.decorators)),
    ("body", lambda unit: unit.body),
    ("decorators", lambda unit: unit.decorators),
    ("order", lambda unit: ""),
)


# One unit in both versions, and what made them a pair.
Pair = tuple[Unit, Unit, How]


class Version(NamedTuple):
    """A unit where it stands: path, blob and language of its file, and the suppressions that cover it there."""

    path: str
    oid: str
    language: str
    unit: Unit
    allows: tuple[Suppression, ...] = ()


class Pairing(NamedTuple):
    """All pairs of a file, and what is left on either side, in source order."""

    pairs: list[Pair]
    removed: list[Unit]
    added: list[Unit]


def pair(before: Sequence[Unit], after: Sequence[Unit]) -> Pairing:
    """Pair the units of one file's two versions one to one; linear in their number."""
    old = _by_name(before)
    new = _by_name(after)
    result = Pairing([], [], [])
    for name, units in old.items():
        others = new.pop(name, [])
        if len(units) == len(others) == 1:
            result.pairs.append((units[0], others[0], "name"))
        elif others:
            _pair_group(units, others, result)
        else:
            result.removed.extend(units)
    for units in new.values():
        result.added.extend(units)
    return result


def same_numbers(before: Unit, after: Unit) -> bool:
    """Tell whether every number of the two units is equal, whatever a policy chooses to count."""
    return _numbers(before) == _numbers(after)


def _numbers(unit: Unit) -> tuple[int, int, int, int]:
    return unit.cyclomatic, unit.asserts, unit.unseen, unit.cognitive


def _by_name(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.qualname, []).append(unit)
    return groups


def _pair_group(before: list[Unit], after: list[Unit], result: Pairing) -> None:
    for how, key in _STAGES:
        before, after = _pair_equal(before, after, how, key, result.pairs)
    result.removed.extend(before)
    result.added.extend(after)


def _pair_equal(
    before: list[Unit], after: list[Unit], how: How, key: _Key, pairs: list[Pair]
) -> tuple[list[Unit], list[Unit]]:
    waiting: dict[object, list[Unit]] = {}
    for unit in before:
        waiting.setdefault(key(unit), []).append(unit)
    rest: list[Unit] = []
    for unit in reversed(after):
        same = waiting.get(key(unit))
        if same:
            pairs.append((same.pop(), unit, how))
        else:
            rest.append(unit)
    left = [unit for units in waiting.values() for unit in units]
    left.sort(key=lambda unit: unit.line)
    rest.reverse()
    return left, rest
