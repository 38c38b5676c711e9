"""The shapes that parts of a record may have: each can check a value, and say itself as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from ..model.light import TYPE_CHECKING, Any, NamedTuple
from .strictjson import MalformedError, fault, short

if TYPE_CHECKING:
    from typing import TypeGuard

_CONTROL = r"[\u0000-\u001f\u007f-\u009f]"
_TYPES = {bool: "a boolean", int: "an integer", str: "a string", list: "a list", dict: "an object", type(None): "null"}

Schema = dict[str, Any]


class Text(NamedTuple):
    """A string of ``least`` to ``most`` characters, all of which ``pattern`` matches; ``means`` says that in words."""

    most: int = 1_000
    least: int = 0
    pattern: str = ""
    means: str = ""

    def check(self, value: object, place: str) -> None:
        """Raise MalformedError, which names ``place``, for anything else."""
        text = _typed(value, str, place)
        if reason := fault(text):
            raise MalformedError(f"{place} {reason}")
        if len(text) > self.most:
            raise MalformedError(f"{place} is longer than {self.most:,} characters")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise MalformedError(f"{place} must be {self.means}, not `{short(text)}`")
        if len(text) < self.least:
            raise MalformedError(f"{place} is empty")

    def all_plain(self, values: list[object]) -> TypeGuard[list[str]]:
        """Return whether all ``values`` are ASCII strings that :meth:`check` takes; if not, it says what is wrong.

        A record of a thousand commits has as many ids in each of two lists, and to look at them one by one costs as
        much as reading the commits.
        """
        texts: Any = values
        if set(map(type, texts)) != {str}:
            return False
        whole, lengths = "".join(texts), {*map(len, texts)}
        plain = whole.isascii() and whole.isprintable() and self.least <= min(lengths) and max(lengths) <= self.most
        return plain and all(map(re.compile(self.pattern).fullmatch, texts) if self.pattern else ())

    def schema(self) -> Schema:
        """Return the same as JSON Schema."""
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        least = {"minLength": self.least} if self.least else {}
        return {"type": "string", **least, "maxLength": self.most, **pattern, "not": {"pattern": _CONTROL}}


class Number(NamedTuple):
    """An integer from ``least`` to ``most``."""

    least: int
    most: int

    def check(self, value: object, place: str) -> None:
        """Raise MalformedError, which names ``place``, for anything else."""
        if not self.least <= _typed(value, int, place) <= self.most:
            raise MalformedError(f"{place} must be from {self.least:,} to {self.most:,}")

    def schema(self) -> Schema:
        """Return the same as JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Choice(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]

    def check(self, value: object, place: str) -> None:
        """Raise MalformedError, which names ``place``, for anything else."""
        if _typed(value, str, place) not in self.words:
            raise MalformedError(f"{place} must be {' or '.join(self.words)}, not `{short(str(value))}`")

    def schema(self) -> Schema:
        """Return the same as JSON Schema."""
        return {"const": self.words[0]} if len(self.words) == 1 else {"enum": list(self.words)}


class Many(NamedTuple):
    """A sorted list of ``least`` to ``most`` entries, without repeats unless ``repeats``.

    Strings are sorted by code point; tables by the fields named in ``by``, which must be strings.
    """

    of: Shape
    most: int
    least: int = 0
    repeats: bool = False
    by: tuple[str, ...] = ()

    def check(self, value: object, place: str) -> None:
        """Raise MalformedError, which names ``place``, for anything else."""
        entries = _typed(value, list, place)
        if len(entries) > self.most:
            raise MalformedError(f"{place} has {len(entries):,} entries, which is more than {self.most:,}")
        if len(entries) < self.least:
            raise MalformedError(f"{place} has fewer entries than {self.least}")
        if isinstance(self.of, Text) and self.of.all_plain(entries) and self._in_order(entries):
            return
        for number, entry in enumerate(entries):
            self.of.check(entry, f"{place}[{number}]")
        self._check_order(entries, place)

    def _check_order(self, entries: list[object], place: str) -> None:
        for number, (one, other) in enumerate(pairwise(map(self.key, entries)), 1):
            if one > other:
                raise MalformedError(f"{place}[{number}] is out of order: entries are sorted")
            if one == other and not self.repeats:
                raise MalformedError(f"{place}[{number}] is a repeat")

    def _in_order(self, entries: list[str]) -> bool:
        return sorted(entries) == entries and (self.repeats or len(set(entries)) == len(entries))

    def key(self, entry: Any) -> tuple[str, ...]:  # noqa: ANN401 - a string, or a table of them
        """Return what an entry is sorted by."""
        return tuple(entry[name] for name in self.by) if self.by else (entry,)

    def schema(self) -> Schema:
        """Return the same as JSON Schema, which cannot express the order."""
        unique = {} if self.repeats else {"uniqueItems": True}
        least = {"minItems": self.least} if self.least else {}
        return {"type": "array", **least, "maxItems": self.most, **unique, "items": self.of.schema()}


class Table(NamedTuple):
    """An object with exactly these fields."""

    fields: Mapping[str, Shape]

    def check(self, value: object, place: str) -> None:
        """Raise MalformedError, which names ``place``, for anything else."""
        table = _typed(value, dict, place)
        prefix = f"{place}." if place else ""
        for name in table:
            if name not in self.fields:
                raise MalformedError(f"{prefix}{short(name)} is not a field of this format")
        for name, shape in self.fields.items():
            if name not in table:
                raise MalformedError(f"{prefix}{name} is missing")
            shape.check(table[name], f"{prefix}{name}")

    def schema(self) -> Schema:
        """Return the same as JSON Schema."""
        properties = {name: shape.schema() for name, shape in self.fields.items()}
        return {
            "type": "object",
            "required": list(properties),
            "additionalProperties": False,
            "properties": properties,
        }


class Maybe(NamedTuple):
    """That, or null."""

    of: Shape

    def check(self, value: object, place: str) -> None:
        """Raise MalformedError, which names ``place``, for anything else."""
        if value is not None:
            self.of.check(value, place)

    def schema(self) -> Schema:
        """Return the same as JSON Schema."""
        return {"anyOf": [{"type": "null"}, self.of.schema()]}


Shape = Text | Number | Choice | Many | Table | Maybe


def _typed(value: object, kind: type, place: str) -> Any:  # noqa: ANN401 - what it was given, of that type
    # A boolean is an integer to isinstance.
    if type(value) is not kind:
        raise MalformedError(f"{place or 'the record'} must be {_TYPES[kind]}, not {_TYPES.get(type(value), 'that')}")
    return value
