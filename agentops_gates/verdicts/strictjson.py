"""JSON with one reading only: what two parsers could understand differently is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..model.errors import UndecidedError
from ..model.light import Any
from ..model.text import printable

LIMIT = 1 << 20
DEPTH = 32
# 2**53 has sixteen digits: beyond it other readers round.
_LONGEST_INTEGER = 15
_LONGEST_NAME = 60


class MalformedError(UndecidedError):
    """A record, or a part of one, that is not exactly what its format says: one line that names the field."""


def loads(data: bytes, *, limit: int = LIMIT, depth: int = DEPTH) -> Any:  # noqa: ANN401 - any JSON at all
    """Return what ``data`` says: dicts, lists, strings, integers of up to 15 digits, booleans and None.

    Raises MalformedError for more than ``limit`` bytes, nesting deeper than ``depth`` (a plain value has depth 0),
    anything but UTF-8 without a byte order mark, duplicate keys, numbers with a fraction or an exponent, NaN and
    Infinity, and text that holds half a surrogate pair or a control character.
    """
    if len(data) > limit:
        raise MalformedError(f"is larger than {limit:,} bytes ({len(data):,})")
    if data.startswith(b"\xef\xbb\xbf"):
        raise MalformedError("starts with a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError(f"is not UTF-8 (byte {error.start})") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_table,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_constant,
        )
        _check(value, depth, depth)
    except json.JSONDecodeError as error:
        raise MalformedError(f"is not JSON: {error.msg} (line {error.lineno} column {error.colno})") from None
    except RecursionError:
        raise MalformedError(f"is nested deeper than {depth}") from None
    return value


def fault(text: str) -> str:
    """Return why ``text`` cannot stand in a record, or nothing."""
    if text.isascii() and text.isprintable():
        return ""
    for char in text:
        if char < " " or "\x7f" <= char <= "\x9f":
            return f"holds the control character U+{ord(char):04X}"
        if "\ud800" <= char <= "\udfff":
            return "holds half a surrogate pair, which is not text"
    return ""


def short(text: str) -> str:
    """Return ``text`` safe to print, cut to what an error message bears."""
    shown = printable(text)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 3]}..."


def _table(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for key, value in pairs:
        if key in table:
            raise MalformedError(f"has the key `{short(key)}` twice")
        table[key] = value
    return table


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _LONGEST_INTEGER:
        raise MalformedError(f"holds an integer of more than {_LONGEST_INTEGER} digits")
    return int(digits)


def _fraction(number: str) -> object:
    raise MalformedError(f"holds `{short(number)}`: numbers are whole, without an exponent")


def _constant(name: str) -> object:
    raise MalformedError(f"holds {name}, which is no JSON")


def _check(value: object, left: int, depth: int) -> None:
    if isinstance(value, str):
        if reason := fault(value):
            raise MalformedError(f"{reason} (in `{short(value)}`)")
    elif isinstance(value, (dict, list)):
        if left <= 0:
            raise MalformedError(f"is nested deeper than {depth}")
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        # Long lists of ids are most of a record.
        if {*map(type, parts)} != {str} or fault("".join(parts)):
            for part in parts:
                _check(part, left - 1, depth)
