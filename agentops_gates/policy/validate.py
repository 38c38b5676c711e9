"""Checks a policy document against the gates' own settings. The published schema is tested to say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from ..model.gate import Gate, Setting
from ..model.light import Any, NamedTuple
from .sections import COUNCIL, GUARD, JUDGE, MOST_JUDGES, NAME, NEEDED, RESCUE, SECTIONS, VERDICTS, Section
from .values import Complaint, globs, hint, listed, seconds, short, typed, usable

VERSION = 1
MOST_OVERRIDES = 100
# Tables that hold settings and nothing else.
_PLAIN = (VERDICTS, RESCUE, GUARD)

Key = tuple[str | int, ...]


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
                text = f"unknown {what} `{short(key)}` {self.label}{hint(key, names, f'known {what}s')}"
                yield Problem((*self.path, key), text)

    def value(self, key: str, complaint: Complaint) -> Iterator[Problem]:
        if key in self.values and (text := complaint(self.values[key])):
            yield Problem((*self.path, key), f"`{key}` {self.label} {text}")

    def table(self, key: str, check: Callable[[_Table], Iterable[Problem]]) -> Iterator[Problem]:
        value = self.values.get(key)
        if isinstance(value, Mapping):
            yield from check(_Table(value, (*self.path, key), self.section))
        elif key in self.values:
            yield Problem((*self.path, key), f"`{key}` {self.label} must be a table, not {typed(value)}")


def problems(document: Mapping[str, Any], gates: Sequence[Gate], section: str = "") -> list[Problem]:
    """Return everything that is wrong with a parsed policy.

    ``section`` is the table that holds the policy in a shared file, for the messages only.
    """
    top = _Table(document, (), section)
    return [
        *top.unknown(("version", "protected", "deadlines", "gates", *(section.name for section in SECTIONS))),
        *top.value("version", _version),
        *top.table("protected", _protected),
        *top.table("deadlines", _deadlines),
        *top.table("gates", lambda table: _gates(table, gates)),
        *(found for section in _PLAIN for found in top.table(section.name, partial(_plain, section=section))),
        *top.table(COUNCIL.name, _council),
    ]


def _protected(table: _Table) -> Iterator[Problem]:
    yield from table.unknown(("branches",))
    yield from table.value("branches", globs)


def _deadlines(table: _Table) -> Iterator[Problem]:
    yield from table.unknown(("local", "ci"))
    yield from table.value("local", seconds)
    yield from table.value("ci", seconds)


def _plain(table: _Table, section: Section) -> Iterator[Problem]:
    yield from table.unknown(setting.name for setting in section.settings)
    yield from _values(table, section.settings)


def _council(table: _Table) -> Iterator[Problem]:
    yield from table.unknown([*(setting.name for setting in COUNCIL.settings), "judges"])
    yield from _values(table, COUNCIL.settings)
    yield from table.table("judges", _judges)


def _judges(table: _Table) -> Iterator[Problem]:
    if len(table.values) > MOST_JUDGES:
        yield Problem(table.path, f"there are more than {MOST_JUDGES} judges {table.label}")
        return
    judges = {name: judge for name, judge in table.values.items() if re.fullmatch(NAME, name)}
    for name in table.values:
        if name in judges:
            yield from table.table(name, partial(_judge, judges=judges))
        else:
            text = (
                f"a judge {table.label} cannot be called `{short(name)}`: 1 to 40 of the letters a-z, digits, - and _"
            )
            yield Problem((*table.path, name), text)


def _judge(table: _Table, judges: Mapping[str, Any]) -> Iterator[Problem]:
    yield from table.unknown(setting.name for setting in JUDGE)
    yield from _values(table, JUDGE)
    for name in NEEDED:
        if name not in table.values:
            yield Problem(table.path, f"`{name}` is missing {table.label}")
    yield from table.value("fallback_for", partial(_fallback, own=str(table.path[-1]), judges=judges))


def _fallback(value: object, own: str, judges: Mapping[str, Any]) -> str:
    if not isinstance(value, str) or not value:
        return ""
    if value == own:
        return "must name another judge, not this one"
    others = [name for name in judges if name != own]
    if value not in judges:
        return f"names no judge: `{short(value)}`{hint(value, others, 'other judges')}"
    ring = _ring(own, judges)
    return f"goes round in a ring: {', '.join(ring)}" if ring[-1] == own else ""


def _ring(own: str, judges: Mapping[str, Any]) -> list[str]:
    """Return the judges that one stands in for, step by step; where they go round, the last is one of the earlier."""
    found = [own]
    while len(found) == len(set(found)):
        judge = judges[found[-1]]
        step = judge.get("fallback_for") if isinstance(judge, Mapping) else None
        if not isinstance(step, str) or step not in judges:
            return [*found, ""]
        found.append(step)
    return found


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
        yield Problem((*table.path, name), f"`{name}` {table.label} cannot differ by path; only {listed(names)} can")
    if "paths" not in table.values:
        yield Problem(table.path, f"`paths` is missing {table.label}")
    yield from table.value("paths", _paths)
    yield from _values(table, local)
    if set(table.values) == {"paths"}:
        yield Problem(table.path, f"nothing is set {table.label}; it may set {listed(names)}")


def _values(table: _Table, settings: Iterable[Setting]) -> Iterator[Problem]:
    for setting in settings:
        yield from table.value(setting.name, partial(usable, setting=setting))


def _tables(value: object) -> Sequence[Mapping[str, Any]]:
    return value if isinstance(value, list) and not _overrides(value) else []


def _overrides(value: object) -> str:
    if not isinstance(value, list):
        return f"must be a list of tables, not {typed(value)}"
    for entry in value:
        if not isinstance(entry, dict):
            return f"must be a list of tables, but holds {typed(entry)}"
    return f"has more than {MOST_OVERRIDES} entries" if len(value) > MOST_OVERRIDES else ""


def _paths(value: object) -> str:
    return globs(value) or ("" if value else "must name at least one path")


def _version(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"must be the integer {VERSION}, not {typed(value)}"
    return "" if value == VERSION else f"must be {VERSION}: this agentops-gate knows no other"
