"""What a .gitattributes file marks as generated or vendored, and so takes out of the gates' sight."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable

from ..model.light import NamedTuple

ATTRIBUTES = ("linguist-generated", "linguist-vendored")
_LINE = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\S+)(.*)')


class Mark(NamedTuple):
    """One pattern that a line marks (``on``) or keeps from being marked."""

    pattern: str
    attribute: str
    on: bool


def marks(data: bytes, macros: bytes = b"") -> list[Mark]:
    """Return the marks of a file in order; ``macros`` is the root's file, whose macros hold everywhere.

    A macro that stands for a mark is one itself: what uses it may be in another file.
    """
    known = {name: {name} for name in ATTRIBUTES}
    for pattern, words in _lines(macros):
        _define(known, pattern, words)
    found: list[Mark] = []
    for pattern, words in _lines(data):
        if name := _define(known, pattern, words):
            found += [Mark(pattern, attribute, on=True) for attribute in sorted(known[name])]
        else:
            found += [mark for word in words for mark in _marks(known, pattern, word)]
    return found


def added(old: list[Mark], new: list[Mark]) -> list[str]:
    """Return in words what ``new`` marks that ``old`` did not."""
    come, gone = _without(new, old), _without(old, new)
    found = [f"`{mark.pattern}` becomes {mark.attribute}" for mark in come if mark.on]
    found += [f"`{mark.pattern}` is no longer kept from being {mark.attribute}" for mark in gone if not mark.on]
    # A later line wins, so an exchange of lines can mark what none of them marks alone.
    if not found and _without(new, come) != _without(old, gone):
        found.append("the order of generated and vendored marks changes")
    return found


def _without(marks: Iterable[Mark], others: Collection[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark not in others]


def _lines(data: bytes) -> list[tuple[str, list[str]]]:
    found = []
    for raw in data.split(b"\n"):
        match = _LINE.match(os.fsdecode(raw))
        if match and not match[1].startswith("#"):
            found.append((match[1], match[2].split()))
    return found


def _define(known: dict[str, set[str]], pattern: str, words: list[str]) -> str:
    """Take in a macro's definition and return its name; empty if the line defines none."""
    if not pattern.startswith("[attr]"):
        return ""
    name = pattern.removeprefix("[attr]")
    known[name] = set().union(*(known.get(word.removesuffix("=true"), set()) for word in words))
    return name


def _marks(known: dict[str, set[str]], pattern: str, word: str) -> list[Mark]:
    on = word.removesuffix("=true")
    if on in known:
        return [Mark(pattern, attribute, on=True) for attribute in sorted(known[on])]
    name = word.lstrip("-!").partition("=")[0]
    return [Mark(pattern, name, on=False)] if name in ATTRIBUTES else []
