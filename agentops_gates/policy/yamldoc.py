"""Reads YAML that a stranger wrote into plain data, within bounds: aliases can make a page of text endless."""

from __future__ import annotations

from collections.abc import Iterator

LIMIT = 64 * 1024
_MOST_ALIASES = 32
_MOST_NODES = 20_000
_ALIAS = r"(?m)(?:^|[\s\[{,:-])\*[A-Za-z0-9_-]"


def plain(data: bytes) -> object:
    """Return the document as dicts with text keys, lists and scalars; ``ValueError`` says in words what is wrong."""
    import re

    if len(data) > LIMIT:
        raise ValueError(f"larger than {LIMIT:,} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if len(re.findall(_ALIAS, text)) > _MOST_ALIASES:
        raise ValueError(f"more than {_MOST_ALIASES} aliases")
    try:
        return _plain(_parse(text), iter(range(_MOST_NODES)))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _parse(text: str) -> object:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    # ruamel lets a few errors of its own parts through, for instance on malformed numbers and dates.
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError("not valid YAML" + (f" (line {mark.line + 1})" if mark else "")) from error


def _plain(value: object, budget: Iterator[int]) -> object:
    if next(budget, None) is None:
        raise ValueError("too many nodes")
    if isinstance(value, dict):
        return {str(key): _plain(item, budget) for key, item in value.items()}
    if isinstance(value, list | set | tuple):
        return [_plain(item, budget) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)
