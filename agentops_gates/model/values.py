"""Reads JSON that this package wrote itself, without the import of ``json``.

That import (with ``re`` and ``enum``, which nothing else needs there) costs a hook more than all that it reads. The
scanner is the one that ``json`` itself uses; where an interpreter has no such scanner, ``json`` serves.
"""

from __future__ import annotations

from .light import Any, cast


class _Rules:
    """What the scanner asks of a decoder."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def from_json(text: str) -> Any:  # noqa: ANN401 - any value it is
    """Return the value that ``text`` holds, without blanks around it. Raises ValueError for any other text."""
    try:
        from _json import make_scanner

        scan = make_scanner(cast("Any", _Rules))
    except (ImportError, AttributeError):  # another interpreter, or a newer scanner with one more question
        import json

        return json.loads(text)
    try:
        value, end = scan(text, 0)
    except (StopIteration, SystemError) as error:
        # SystemError: the scanner takes its own error from json.decoder, which nobody has imported.
        raise ValueError("no JSON value") from error
    if end != len(text):
        raise ValueError("more than one JSON value")
    return value
