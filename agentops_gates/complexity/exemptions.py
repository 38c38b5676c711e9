"""Exemptions: the few functions that may be more complex than the policy says, each with a number, a reason, an end.

One line per function in ``agentops-gates.exemptions`` at the root, sorted, so that two branches merge line by line:

    src/parser.py::Parser.parse = 24, table-driven rewrite is planned, 2027-01-31

No line numbers, no hashes: nothing in it goes stale by editing. Of two lines for one function the lower limit counts,
so a merge that keeps both loosens nothing. It is read from the base tree, never from the change that is judged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..git.diff import Change
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from .judge import Limits, number
from .languages import language_of
from .sides import Records

FILE = "agentops-gates.exemptions"
#: Bytes; nothing near it is a list that anybody reads.
LIMIT = 1 << 20
FORM = "path::qualname = limit, reason, YYYY-MM-DD"

Key = tuple[str, str]


class Exemption(NamedTuple):
    """``qualname`` in ``path`` may reach ``limit`` (cyclomatic) up to and including the day ``until`` (ISO, UTC)."""

    path: str
    qualname: str
    limit: int
    reason: str
    until: str
    line: int

    @property
    def key(self) -> Key:
        """The function it is for."""
        return self.path, self.qualname

    def expired(self, today: str) -> bool:
        """Tell whether it has ended on the ISO date ``today``."""
        return self.until < today


class Line(NamedTuple):
    """One line of the list and what there is to say about it."""

    number: int
    text: str


def parse(data: bytes) -> dict[Key, Exemption]:
    """Return the exemptions of the base's list, one per function.

    Raises UndecidedError naming the first malformed line: half a list of exceptions is no basis for a judgement.
    """
    entries, faults = read(data)
    if faults:
        number, text = faults[0]
        raise UndecidedError(
            f"{FILE} of the base, line {number}: {text}",
            f"mend the list in a change of its own, which is let through; each line is: {FORM}",
        )
    return entries


def read(data: bytes) -> tuple[dict[Key, Exemption], list[Line]]:
    """Return the well-formed exemptions, and what is wrong with each other line."""
    entries: dict[Key, Exemption] = {}
    faults: list[Line] = []
    for line, raw in enumerate(data.splitlines(), 1):
        text = os.fsdecode(raw).strip()
        if not text or text.startswith("#"):
            continue
        entry = _entry(text, line)
        if isinstance(entry, str):
            faults.append(Line(line, f"{entry}: {printable(text)[:80]}"))
        else:
            other = entries.get(entry.key)
            entries[entry.key] = entry if other is None else min(entry, other, key=lambda one: (one.limit, one.until))
    return entries, faults


def loosened(old: bytes, new: bytes, day: str) -> list[Line]:
    """Return what ``new`` allows on ``day`` (ISO) beyond ``old``: lines that are added, raised or extended, in order.

    Malformed lines allow nothing, and neither do those that have ended (see :func:`spent`).
    """
    before, after = read(old)[0], read(new)[0]
    found = [
        Line(entry.line, clause)
        for key, entry in after.items()
        if not entry.expired(day)
        for clause in _beyond(before.get(key), entry)
    ]
    return sorted(found)


def spent(old: bytes, new: bytes, day: str) -> list[Exemption]:
    """Return the lines that ``new`` adds or raises although they have ended on ``day``: nobody is exempt by them."""
    before, after = read(old)[0], read(new)[0]
    return [entry for key, entry in after.items() if entry.expired(day) and _beyond(before.get(key), entry)]


def stale(entry: Exemption, change: Change, records: Records, limits: Limits) -> str:
    """Return why ``entry``, whose file ``change`` touches, is not needed after it; empty if it is or cannot be told."""
    if change.new_path != entry.path:
        return f"is about a file that is now {printable(change.new_path)}"
    language = language_of(entry.path)
    if not change.new_oid:
        return "is about a function that is gone"
    if language is None or change.new_mode & 0o170000 != 0o100000:
        return ""
    record = records.record(change.new_oid, language)
    if record.problem:
        return ""
    numbers = [number(unit, "cyclomatic", limits) for unit in record.units if unit.qualname == entry.qualname]
    if not numbers:
        return "is about a function that is gone"
    most = max(numbers)
    return f"is not needed: the function has {most}" if most <= limits.max_complexity else ""


def today() -> str:
    """Return this machine's date in UTC, in ISO form: the verifier's clock, never a commit's."""
    import time

    return time.strftime("%Y-%m-%d", time.gmtime())


def lookup(entries: Mapping[Key, Exemption], keys: list[Key], day: str) -> Exemption | None:
    """Return the first exemption for one of ``keys`` that still runs on ``day``."""
    return next((entries[key] for key in keys if key in entries and not entries[key].expired(day)), None)


def _entry(text: str, line: int) -> Exemption | str:
    import re

    path, colons, rest = text.partition("::")
    form = re.fullmatch(r"(.+?)\s*=\s*([0-9]{1,6})\s*,\s*(.*?)\s*,\s*([^,]*)", rest)
    if not (path and colons and form):
        return f"not of the form {FORM}"
    qualname, limit, reason, until = form.groups()
    if int(limit) < 1:
        return "the limit is not a positive number"
    if not reason:
        return "the reason is missing"
    if not _is_day(until):
        return "the end is not a day written YYYY-MM-DD"
    return Exemption(path, qualname, int(limit), reason, until, line)


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _beyond(before: Exemption | None, after: Exemption) -> list[str]:
    name = printable(f"{after.path}::{after.qualname}")
    if before is None:
        return [f"{name} is added with limit {after.limit} until {after.until}"]
    found = []
    if after.limit > before.limit:
        found.append(f"{name} is raised from {before.limit} to {after.limit}")
    if after.until > before.until:
        found.append(f"{name} is extended from {before.until} to {after.until}")
    return found
