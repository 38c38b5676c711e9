"""Finds the line of a key in TOML text. tomllib keeps no positions, so the answer is tried out instead of guessed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import islice

from ..model.light import Any
from .validate import Key

_MISSING = object()
# Each try parses the document once, about 2 ms for a page.
_TRIES = 30
_LONGEST = 64 * 1024


def line(text: str, path: Key) -> int | None:
    """Return the line (from 1) where the key at ``path`` stands in the valid TOML document ``text``.

    Renaming the right occurrence of its name, and no other, changes what the document holds at ``path``. None when
    no occurrence does: the name is written with escapes, or occurs too often, or the text is very long.
    """
    name = next((key for key in reversed(path) if isinstance(key, str)), "")
    if not name or len(text) > _LONGEST:
        return None
    before = _value(tomllib.loads(text), path)
    found = None
    for start in islice(_occurrences(text, name), _TRIES):
        if _differs(f"{text[:start]}zz{text[start:]}", path, before):
            found = text.count("\n", 0, start) + 1
            # Renaming the header of an earlier entry moves the later ones up: for an entry the last hit is its own.
            if isinstance(path[-1], str):
                break
    return found


def _differs(text: str, path: Key, before: object) -> bool:
    try:
        after = _value(tomllib.loads(text), path)
    except ValueError:
        # Half of a value or of a quoted key was hit.
        return False
    return after is _MISSING or bool(after != before)


def _occurrences(text: str, name: str) -> Iterator[int]:
    start = text.find(name)
    while start >= 0:
        yield start
        start = text.find(name, start + 1)


def _value(document: object, path: Key) -> object:
    value: Any = document
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return value
