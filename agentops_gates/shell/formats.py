"""What ``printf`` prints."""

from __future__ import annotations

from .ansi import decoded
from .value import UNKNOWN, Value, joined, literal

_ROUNDS = 64
_FLAGS = "-+ #0123456789.'*hlLqjzt"


def formatted(pattern: Value, words: list[Value]) -> Value:
    """Return what ``printf pattern words`` prints; widths are not kept, numbers stay as they are written."""
    if pattern.text is None:
        return joined((UNKNOWN, *words))
    pieces = _pieces(pattern.text)
    slots = sum(isinstance(piece, int) for piece in pieces)
    found: list[Value] = []
    left = list(words)
    for _ in range(_ROUNDS):
        found.extend(_filled(pieces, left))
        if not left or not slots:
            break
    else:
        found.append(UNKNOWN)
    return joined(found or [literal("")])._replace(splits=False)


_TEXT, _ESCAPED, _QUOTED = 0, 1, 2


def _pieces(pattern: str) -> list[str | int]:
    found: list[str | int] = []
    here = 0
    while True:
        there = pattern.find("%", here)
        if there < 0 or there + 1 >= len(pattern):
            found.append(decoded(pattern[here:], cut=False))
            return found
        found.append(decoded(pattern[here:there], cut=False))
        if pattern[there + 1] == "%":
            found.append("%")
            here = there + 2
            continue
        end = there + 1
        while end < len(pattern) - 1 and pattern[end] in _FLAGS and pattern[end] != "q":
            end += 1
        found.append({"b": _ESCAPED, "q": _QUOTED}.get(pattern[end], _TEXT))
        here = end + 1


def _filled(pieces: list[str | int], left: list[Value]) -> list[Value]:
    found = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(literal(piece))
        elif left:
            found.append(_one(piece, left.pop(0)))
    return found


def _one(kind: int, word: Value) -> Value:
    text = word.text
    if kind == _TEXT or text is None:
        return word
    if kind == _ESCAPED:
        return literal(decoded(text.replace("\\0", "\\")))
    return literal("'" + text.replace("'", "'\\''") + "'")
