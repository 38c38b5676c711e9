"""Reads what a runtime sends, strictly: what two readers could understand in two ways is not understood at all."""

from __future__ import annotations

from ...model.light import Any, cast

#: Bytes; a file that an edit tool writes is part of it.
LONGEST = 16 << 20
_BLANKS = " \t\r\n"


class Unreadable(ValueError):  # noqa: N818 - it says what the payload is
    """The payload is not what it should be; the text says why, in one clause."""


def read(data: bytes) -> dict[str, Any]:
    """Return the object that ``data`` holds. Raises Unreadable for anything else."""
    if len(data) > LONGEST:
        raise Unreadable(f"the payload is longer than {LONGEST:,} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"the payload is not UTF-8 (byte {error.start})") from error
    found = parsed(text.removeprefix("\ufeff"))
    if not isinstance(found, dict):
        raise Unreadable("the payload is no JSON object")
    return found


def parsed(text: str) -> Any:  # noqa: ANN401 - any value it is
    """Return the value that JSON ``text`` holds. Raises Unreadable for any other, and for a key that stands twice."""
    text = text.strip(_BLANKS)
    if not text:
        raise Unreadable("the payload is empty")
    try:
        return _scan(text)
    except Unreadable:
        raise
    except RecursionError as error:
        raise Unreadable("the payload is nested too deeply") from error
    except (StopIteration, ValueError, SystemError) as error:
        # SystemError: the scanner takes its own error from json.decoder, which nobody has imported.
        raise Unreadable("the payload is no JSON") from error


def _scan(text: str) -> Any:  # noqa: ANN401 - any value it is
    try:
        from _json import make_scanner

        scan = make_scanner(cast("Any", _Rules))
    except (ImportError, AttributeError):  # another interpreter, or a newer scanner with one more question
        import json

        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    value, end = scan(text, 0)
    if end != len(text):
        raise Unreadable("the payload is more than one JSON value")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a key of the payload stands there twice")
    return found


def _no_number(name: str) -> float:
    raise Unreadable(f"{name} is no JSON")


class _Rules:
    """What the scanner of ``json`` asks of a decoder."""

    strict = True
    object_hook = None
    object_pairs_hook = staticmethod(_once)
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_no_number)


def written(value: object) -> str:
    """Return an object of texts and objects as one line of ASCII JSON."""
    try:
        from _json import encode_basestring_ascii as quoted
    except ImportError:
        from json import dumps as quoted
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(name)}:{written(item)}" for name, item in value.items()) + "}"
    return quoted(str(value))
