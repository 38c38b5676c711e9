"""A runtime's settings file as JSON: our entries in, and out again; what else is there keeps its place and order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .command import is_ours

#: An event of the runtime, and the entry that belongs below it.
Entry = tuple[str, dict[str, Any]]
_EMPTY: tuple[dict[str, Any], ...] = ({}, {"version": 1})


def merged(text: str, entries: Sequence[Entry], top: Mapping[str, Any]) -> str:
    """Return the file with our entries, each once; ``top`` are keys that it needs beside ``hooks``.

    An entry of ours that is there already is replaced where it stands. Raises ValueError, with the reason, for a file
    that is not what the runtime reads.
    """
    document = _document(text)
    before = json.dumps(document)
    for key, value in top.items():
        document.setdefault(key, value)
    hooks = document.setdefault("hooks", {})
    _check(hooks)
    for event, entry in entries:
        _place(hooks.setdefault(event, []), entry)
    return text if json.dumps(document) == before else _dumped(document, text)


def removed(text: str) -> str:
    """Return the file without our entries, "" if nothing but a frame is left. Raises ValueError as above."""
    document = _document(text)
    hooks = document.get("hooks", {})
    _check(hooks)
    if not commands(text):
        return text
    kept = {event: [left for entry in entries for left in _without(entry)] for event, entries in hooks.items()}
    # A list that was empty before is not ours to take away.
    document["hooks"] = {event: entries for event, entries in kept.items() if entries or not hooks[event]}
    if not document["hooks"]:
        del document["hooks"]
    return "" if document in _EMPTY else _dumped(document, text)


def commands(text: str) -> list[tuple[str, str]]:
    """Return our commands in a file, each with its event. Raises ValueError as above."""
    hooks = _document(text).get("hooks", {})
    _check(hooks)
    return [(event, line) for event, entries in hooks.items() for entry in entries for line in _lines(entry)]


def _lines(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        yield from (entry[key] for key in ("command", "bash") if is_ours(entry.get(key)))
        inner = entry.get("hooks")
        yield from (line for one in inner if isinstance(inner, list) for line in _lines(one)) if inner else ()


def _ours(entry: object) -> bool:
    return any(True for _ in _lines(entry))


def _place(entries: list[Any], entry: dict[str, Any]) -> None:
    """Put ``entry`` where ours stands now; a group that holds a person's hooks too keeps them, and its matcher."""
    for place, there in enumerate(entries):
        if not _ours(there):
            continue
        inner = there.get("hooks")
        if not isinstance(inner, list) or all(_ours(one) for one in inner):
            entries[place] = entry
        else:
            there["hooks"] = [entry["hooks"][0] if _ours(one) else one for one in inner]
        return
    entries.append(entry)


def _without(entry: object) -> Iterator[object]:
    if not _ours(entry):
        yield entry
    elif isinstance(entry, dict) and isinstance(entry.get("hooks"), list):
        left = [one for one in entry["hooks"] if not _ours(one)]
        if left:
            yield {**entry, "hooks": left}


def _document(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: no plain JSON ({error.msg})") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - a file's content, not an argument's type
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice, and one of them would be lost")
    return found


def _check(hooks: object) -> None:
    if not isinstance(hooks, dict) or not all(isinstance(entries, list) for entries in hooks.values()):
        raise ValueError("`hooks` is not a table of lists")


def _dumped(document: Mapping[str, Any], like: str) -> str:
    """Return JSON in the manner of the text that was there: its indentation, its line ends."""
    indent = next(_indents(like), "  ")
    made = json.dumps(document, indent=indent, ensure_ascii=False) + ("\n" if not like or like.endswith("\n") else "")
    return made.replace("\n", "\r\n") if "\r\n" in like else made


def _indents(text: str) -> Iterator[str]:
    for line in text.splitlines():
        blank = line[: len(line) - len(line.lstrip(" \t"))]
        if blank and line.strip():
            yield blank
