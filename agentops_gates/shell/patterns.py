"""Shell patterns on known text, for ``${x#pattern}`` and ``${x/pattern/text}``: quoting inside patterns is not kept."""

from __future__ import annotations

# Longer texts are not worked out: every beginning of them is tried, or every part.
MAX_STRIPPED = 256
MAX_REPLACED = 64


def matches(text: str, pattern: str) -> bool:
    """Tell whether all of ``text`` fits ``pattern``: ``*``, ``?`` and ``[...]``, in time linear in each star."""
    here = at = 0
    star, mark = -1, 0
    while here < len(text):
        size = _one(text[here], pattern, at)
        if size:
            here, at = here + 1, at + size
        elif at < len(pattern) and pattern[at] == "*":
            star, mark, at = at, here, at + 1
        elif star >= 0:
            mark += 1
            here, at = mark, star + 1
        else:
            return False
    return not pattern[at:].strip("*")


def _one(char: str, pattern: str, at: int) -> int:
    """Return how many characters of ``pattern`` stand for ``char``; 0 if they do not."""
    if at >= len(pattern) or pattern[at] == "*":
        return 0
    if pattern[at] == "?":
        return 1
    end = pattern.find("]", at + 2) if pattern[at] == "[" else -1
    if end < 0:
        return int(pattern[at] == char)
    inside = pattern[at + 1 : end]
    inverse = inside[:1] in ("!", "^")
    return end + 1 - at if _class(char, inside[inverse:]) != inverse else 0


def _class(char: str, inside: str) -> bool:
    if len(inside) == 3 and inside[1] == "-":
        return inside[0] <= char <= inside[2]
    return char in inside


def stripped(text: str, operator: str, pattern: str) -> str:
    """Return ``text`` without the shortest, or longest, beginning or end that fits."""
    sizes = range(len(text) + 1)
    for size in reversed(sizes) if len(operator) > 1 else sizes:
        if operator[0] == "#" and matches(text[:size], pattern):
            return text[size:]
        if operator[0] == "%" and matches(text[len(text) - size :], pattern):
            return text[: len(text) - size]
    return text


def replaced(text: str, operator: str, argument: str) -> str:
    """Return ``text`` with what fits the part of ``argument`` before its slash replaced by the part behind it."""
    pattern, _, new = argument.partition("/")
    if operator == "//" and not any(char in pattern for char in "*?["):
        return text.replace(pattern, new) if pattern else text
    found: list[str] = []
    here = 0
    while here <= len(text):
        end = _longest(text, here, pattern, operator)
        if end < 0:
            found.append(text[here : here + 1])
            here += 1
            continue
        found.append(new)
        if operator != "//":
            found.append(text[end:])
            break
        found.append(text[here : here + 1] if end == here else "")
        here = max(end, here + 1)
    return "".join(found)


def _longest(text: str, start: int, pattern: str, operator: str) -> int:
    if not pattern or (operator == "/#" and start):
        return -1
    for end in range(len(text), start, -1):
        if operator == "/%" and end != len(text):
            return -1
        if matches(text[start:end], pattern):
            return end
    return -1
