"""Checks a policy document against the gates' own settings. The published schema is tested to say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from ..model.gate import Gate, Setting
from ..model.light import Any, NamedTuple
from ..model.text import printable
from .paths import fault

VERSION = 1
# Generous for people, and small enough to compare two policies pairwise in a moment.
MOST_ENTRIES = 500
MOST_OVERRIDES = 100
LONGEST_TEXT = 300
LARGEST = 2**31 - 1
LONGEST_DEADLINE = 3600
CONTROL = r"[\u0000-\u001f\u007f]"

_TYPES = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "a list", dict: "a table"}

Key = tuple[str | int, ...]
Complaint = Callable[[Any], str]


class Problem(NamedTuple):
    """One thing that is wrong: the key's place in the document, and one line about it."""

    path: Key
    text: str


class _Table(NamedTuple):
    """A table of the document with its place, and what messages call it."""

    values: Mapping[str, Any]
    path: Key
    section: str

    @property
    def label(self) -> str:
        names = [*filter(None, [self.section]), *(name for name in self.path if isinstance(name, str))]
        if self.path and isinstance(self.path[-1], int):
            return f"in [[{'.'.join(names)}]] number {self.path[-1] + 1}"
        return f"in [{'.'.join(names)}]" if names else "at the top level"

    def unknown(self, known: Iterable[str], what: str = "key") -> Iterator[Problem]:
        names = list(known)
        for key in self.values:
            if key not in names:
                text = f"unknown {what} `{_short(key)}` {self.label}{_hint(key, names, f'known {what}s')}"
                yield Problem((*self.path, key), text)

    def value(self, key: str, complaint: Complaint) -> Iterator[Problem]:
        if key in self.values and (text := complaint(self.values[key])):
            yield Problem((*self.path, key), f"`{key}` {self.label} {text}")

    def table(self, key: str, check: Callable[[_Table], Iterable[Problem]]) -> Iterator[Problem]:
        value = self.values.get(key)
        if isinstance(value, Mapping):
            yield from check(_Table(value, (*self.path, key), self.section))
        elif key in self.values:
            yield Problem((*self.path, key), f"`{key}` {self.label} must be a table, not {_type(value)}")


def problems(document: Mapping[str, Any], gates: Sequence[Gate], section: str = "") -> list[Problem]:
    """Return everything that is wrong with a parsed policy.

    ``section`` is the table that holds the policy in a shared file, for the messages only.
    """
    top = _Table(document, (), section)
    return [
        *top.unknown(("version", "protected", "deadlines", "gates")),
        *top.value("version", _version),
        *top.table("protected", _protected),
        *top.table("deadlines", _deadlines),
        *top.table("gates", lambda table: _gates(table, gates)),
    ]


def _protected(table: _Table) -> Iterator[Problem]:
    yield from table.unknown(("branches",))
    yield from table.value("branches", _globs)


def _deadlines(table: _Table) -> Iterator[Problem]:
    yield from table.unknown(("local", "ci"))
    yield from table.value("local", _seconds)
    yield from table.value("ci", _seconds)


def _gates(table: _Table, gates: Sequence[Gate]) -> Iterator[Problem]:
    yield from table.unknown((gate.id for gate in gates), "gate")
    for gate in gates:
        yield from table.table(gate.id, partial(_gate, gate=gate))


def _gate(table: _Table, gate: Gate) -> Iterator[Problem]:
    local = [setting for setting in gate.settings if setting.per_path]
    yield from table.unknown([*(setting.name for setting in gate.settings), *(["overrides"] if local else [])])
    yield from _values(table, gate.settings)
    if local:
        yield from table.value("overrides", _overrides)
        for number, entry in enumerate(_tables(table.values.get("overrides"))):
            override = _Table(entry, (*table.path, "overrides", number), table.section)
            yield from _override(override, gate, local)


def _override(table: _Table, gate: Gate, local: Sequence[Setting]) -> Iterator[Problem]:
    names = [setting.name for setting in local]
    fixed = [setting.name for setting in gate.settings if not setting.per_path and setting.name in table.values]
    yield from table.unknown(["paths", *names, *fixed])
    for name in fixed:
        yield Problem((*table.path, name), f"`{name}` {table.label} cannot differ by path; only {_names(names)} can")
    if "paths" not in table.values:
        yield Problem(table.path, f"`paths` is missing {table.label}")
    yield from table.value("paths", _paths)
    yield from _values(table, local)
    if set(table.values) == {"paths"}:
        yield Problem(table.path, f"nothing is set {table.label}; it may set {_names(names)}")


def _values(table: _Table, settings: Iterable[Setting]) -> Iterator[Problem]:
    for setting in settings:
        yield from table.value(setting.name, partial(_setting, setting=setting))


def _tables(value: object) -> Sequence[Mapping[str, Any]]:
    return value if isinstance(value, list) and not _overrides(value) else []


def _overrides(value: object) -> str:
    if not isinstance(value, list):
        return f"must be a list of tables, not {_type(value)}"
    for entry in value:
        if not isinstance(entry, dict):
            return f"must be a list of tables, but holds {_type(entry)}"
    return f"has more than {MOST_OVERRIDES} entries" if len(value) > MOST_OVERRIDES else ""


def _setting(value: object, setting: Setting) -> str:
    if setting.kind == "integer":
        return _integer(value, setting.minimum)
    if setting.kind == "boolean":
        return "" if isinstance(value, bool) else f"must be true or false, not {_type(value)}"
    if setting.kind == "choice":
        return _choice(value, setting.choices)
    return _globs(value) if setting.kind == "globs" else _strings(value)


def _integer(value: object, minimum: int) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"must be an integer, not {_type(value)}"
    return "" if minimum <= value <= LARGEST else f"must be from {minimum} to {LARGEST}"


def _choice(value: object, choices: Sequence[str]) -> str:
    if isinstance(value, str):
        return "" if value in choices else f"must not be `{_short(value)}`{_hint(value, choices, 'possible values')}"
    return f"must be one of {_names(choices)}, not {_type(value)}"


def _strings(value: object, fault: Complaint | None = None) -> str:
    if not isinstance(value, list):
        return f"must be a list of strings, not {_type(value)}"
    if len(value) > MOST_ENTRIES:
        return f"has more than {MOST_ENTRIES} entries"
    for entry in value:
        if not isinstance(entry, str):
            return f"must be a list of strings, but holds {_type(entry)}"
        if reason := _entry(entry) or (fault(entry) if fault else ""):
            return f"holds an entry that cannot be used: `{_short(entry)}` ({reason})"
    return ""


def _entry(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"longer than {LONGEST_TEXT} characters"
    return "it holds a control character" if re.search(CONTROL, text) else "" if text else "it is empty"


def _globs(value: object) -> str:
    return _strings(value, fault)


def _paths(value: object) -> str:
    return _globs(value) or ("" if value else "must name at least one path")


def _seconds(value: object) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"must be a number of seconds, not {_type(value)}"
    return "" if 0 < value <= LONGEST_DEADLINE else f"must be more than 0 and at most {LONGEST_DEADLINE} seconds"


def _version(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"must be the integer {VERSION}, not {_type(value)}"
    return "" if value == VERSION else f"must be {VERSION}: this agentops-gate knows no other"


def _hint(word: str, known: Sequence[str], title: str) -> str:
    from difflib import get_close_matches

    # Matching is quadratic in the length of a word that a stranger may have written.
    close = get_close_matches(word[:LONGEST_TEXT], known, 1)
    if close:
        return f", did you mean `{close[0]}`?"
    return f"; {title}: {', '.join(known)}" if known else f"; there are no {title}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _type(value: object) -> str:
    return _TYPES.get(type(value), "a date or time")
