"""Reads the front matter of a plan: a small subset of YAML with one reading only.

    ---
    epic: login
    issues: [ag-1, ag-2]
    ---

``issues`` may also be a list with a line each. ``parent`` and ``lineage`` say what this epic is a part of, ``status``
how far it is. What else stands there belongs to other tools and is passed over, with whatever is indented below it.
What is ours has to be a plain word: no anchor, alias, tag or block of text says something else to another reader.
"""

from __future__ import annotations

import re

from ..model.light import NamedTuple
from ..model.text import printable

#: Ids of issues and the like.
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#-]{0,99}")
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(?: +(.*))?")
_ITEM = re.compile(r" *- +(.*)")
_STATUS = re.compile(rb"status: +[A-Za-z0-9][A-Za-z0-9._/#-]{0,99}")
_WORDS = ("epic", "parent", "lineage", "status")
_LIST = "issues"
_KEYS = (*_WORDS, _LIST)
_FENCE = "---"
# YAML 1.1 ends lines at the last three too.
_NEVER = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_MOST = 10_000


class PlanFile(NamedTuple):
    """What a plan says of itself; empty where it does not say. ``issues`` is None where it lists none at all.

    ``stable`` is the whole file less a plain ``status:`` line: what a verdict on the plan is about. Whoever marks the
    epic as complete has not changed the plan.
    """

    epic: str
    parent: str
    lineage: str
    status: str
    issues: tuple[str, ...] | None
    stable: bytes


def parse(data: bytes) -> PlanFile | None:
    """Return what stands in a plan; None for a file without front matter.

    Raises ValueError, worded "line 3: ...", for what could be read in two ways.
    """
    lines = _front(data)
    if lines is None:
        return None
    found: dict[str, str] = {}
    issues: list[str] = []
    key = ""
    for number, line in lines:
        if line.startswith((" ", "-")):
            issues += _below(line, number, key, found.get(key, ""))
            continue
        key, value = _pair(line, number, found)
        found[key] = _word(value, number, key) if key in _WORDS else value
        if key == _LIST:
            issues += _listed(value, number)
    if len(issues) > _MOST:
        raise ValueError(f"more than {_MOST:,} issues")
    epic, parent, lineage, status = (found.get(name, "") for name in _WORDS)
    return PlanFile(
        epic, parent, lineage, status, tuple(sorted(set(issues))) if _LIST in found else None, _stable(data)
    )


def _front(data: bytes) -> list[tuple[int, str]] | None:
    """Return the lines between the fences that say anything, with their numbers; None if there is no front matter."""
    first, *rest = _text(data).split("\n")
    if first != _FENCE:
        if first.strip("\ufeff \t\r") == _FENCE:
            raise ValueError("line 1: nothing may stand beside ---, not even a byte order mark or a carriage return")
        return None
    if _FENCE not in rest:
        raise ValueError("the front matter has no end: a line that is just ---")
    lines = list(enumerate(rest[: rest.index(_FENCE)], 2))
    for number, line in lines:
        if _NEVER.search(line):
            what = "a tab" if "\t" in line else "a control character"
            raise ValueError(f"line {number}: it holds {what}; indent with blanks and end lines with a line feed only")
    return [(number, line) for number, line in lines if line.strip() and not line.lstrip().startswith("#")]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: not UTF-8: byte 0x{data[error.start]:02x}") from None


def _pair(line: str, number: int, found: dict[str, str]) -> tuple[str, str]:
    match = _KEY.fullmatch(line)
    if match is None:
        raise ValueError(f"line {number}: {_shown(line)} is not of the form `key: value`")
    key, value = match[1], _bare(match[2] or "")
    if key in found:
        raise ValueError(f"line {number}: `{key}` stands here twice")
    if key not in _KEYS and key.lower() in _KEYS:
        raise ValueError(f"line {number}: write `{key.lower()}` for `{key}`")
    return key, value


def _below(line: str, number: int, key: str, value: str) -> list[str]:
    """Return the issue that an indented line adds, if any; what is below another tool's key is passed over."""
    if key == _LIST and not value:
        return [_item(line, number)]
    if not key or key in _KEYS:
        raise ValueError(f"line {number}: {_shown(line)} belongs to nothing")
    return []


def _item(line: str, number: int) -> str:
    match = _ITEM.fullmatch(line)
    if match is None:
        raise ValueError(f"line {number}: {_shown(line)} is not of the form `- id`")
    return _word(_bare(match[1]), number, "issues")


def _listed(value: str, number: int) -> list[str]:
    if not value:
        return []
    if not (value.startswith("[") and value.endswith("]")):
        raise ValueError(f"line {number}: `issues` must be a list: [a, b] on this line, or `- a` on lines of their own")
    entries = [entry.strip() for entry in value[1:-1].split(",")]
    if not entries[-1]:
        entries.pop()
    return [_word(entry, number, "issues") for entry in entries]


def _word(value: str, number: int, key: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if not WORD.fullmatch(value):
        form = "letters, digits and . _ - / #, a letter or digit first, at most 100"
        raise ValueError(f"line {number}: `{key}` cannot be {_shown(value)}: one plain word ({form})")
    return value


def _bare(value: str) -> str:
    """Return a value without the comment behind it."""
    return "" if value.startswith("#") else value.partition(" #")[0].strip()


def _stable(data: bytes) -> bytes:
    lines = data.split(b"\n")
    end = lines.index(_FENCE.encode(), 1)
    return b"\n".join([*(line for line in lines[:end] if not _STATUS.fullmatch(line)), *lines[end:]])


def _shown(text: str) -> str:
    shown = printable(text.strip())
    return f"`{shown}`" if len(shown) <= 60 else f"`{shown[:57]}...`"
