"""Brace expansion: ``a{b,c}d`` and ``{1..3}``, before anything else is expanded."""

from __future__ import annotations

from .frame import number
from .syntax import Part, Text

# A word as single unquoted characters and other parts, so that braces may hold quotes and expansions.
_Item = str | Part
_MAX_ITEMS = 1024
_MAX_BRACES = 32


def expanded(parts: tuple[Part, ...], limit: int) -> list[tuple[Part, ...]] | None:
    """Return the spellings of a word, it alone if braces make no more of it; None for more than ``limit``."""
    items: list[_Item] = []
    for part in parts:
        if isinstance(part, Text) and not part.quoted:
            items.extend(part.text)
        else:
            items.append(part)
    if len(items) > _MAX_ITEMS or items.count("{") > _MAX_BRACES:
        return None
    found = _spellings(items, limit)
    return None if len(found) > limit else [_parts(one) for one in found]


def _spellings(items: list[_Item], limit: int) -> list[list[_Item]]:
    """Return what braces make of ``items``; of more than ``limit`` any that are more."""
    for start, item in enumerate(items):
        if item != "{":
            continue
        end, commas = _closing(items, start)
        inside = _choices(items, start, end, commas, limit) if end >= 0 else None
        if inside is None:
            continue
        rests = _spellings(items[end + 1 :], limit)
        if len(inside) * len(rests) > limit:
            return [items] * (limit + 1)
        return [items[:start] + one + rest for one in inside for rest in rests]
    return [items]


def _closing(items: list[_Item], start: int) -> tuple[int, list[int]]:
    depth = 0
    commas: list[int] = []
    for here in range(start, len(items)):
        char = items[here]
        depth += (char == "{") - (char == "}")
        if not depth:
            return here, commas
        if depth == 1 and char == ",":
            commas.append(here)
    return -1, []


def _choices(items: list[_Item], start: int, end: int, commas: list[int], limit: int) -> list[list[_Item]] | None:
    if not commas:
        return _range("".join(item if isinstance(item, str) else "\0" for item in items[start + 1 : end]), limit)
    edges = [start, *commas, end]
    found: list[list[_Item]] = []
    for number_, left in enumerate(edges[:-1]):
        found.extend(_spellings(items[left + 1 : edges[number_ + 1]], limit))
    return found


def _range(text: str, limit: int) -> list[list[_Item]] | None:
    """Return what ``1..3`` or ``a..c..2`` stands for."""
    pieces = [*text.split(".."), "1"][:3]
    if text.count("..") not in (1, 2):
        return None
    letters = len(pieces[0]) == len(pieces[1]) == 1 and (pieces[0] + pieces[1]).isalpha()
    read = ord if letters else number
    first, last, stride = read(pieces[0]), read(pieces[1]), abs(number(pieces[2]) or 1)
    if first is None or last is None or abs(last - first) // stride > limit:
        return None
    return [list(chr(one) if letters else str(one)) for one in _way(first, last, stride)]


def _way(first: int, last: int, stride: int) -> range:
    return range(first, last + 1, stride) if first <= last else range(first, last - 1, -stride)


def _parts(items: list[_Item]) -> tuple[Part, ...]:
    found: list[Part] = []
    plain: list[str] = []
    for item in [*items, None]:
        if isinstance(item, str):
            plain.append(item)
            continue
        if plain:
            found.append(Text("".join(plain), quoted=False))
            plain = []
        if item is not None:
            found.append(item)
    return tuple(found)
