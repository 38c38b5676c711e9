"""Reads an issue tracker's export in the tree: JSON lines, as ``bd`` writes them to ``.beads/issues.jsonl``.

Fields that are read: ``id``, ``status``, ``issue_type``; an issue is part of another one if its ``parent`` or ``epic``
names it, if a dependency of type ``parent-child`` leads to it, or if its own id is that one's with a dot and more after
it. An id that stands there twice (a merge kept both lines) is whatever either line says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..model.light import Any, NamedTuple

#: Exports of 5 MB exist; this is parsed in a second.
LIMIT = 64 << 20
_DELETED = "tombstone"
# What becomes of an issue, and is no part of what was planned: a verdict on the plan holds while the work goes on.
_PROGRESS = frozenset(
    (
        *("status", "assignee", "owner", "comments", "notes", "labels", "close_reason", "delete_reason"),
        *("created_by", "updated_by", "closed_by", "deleted_by", "original_size", "compaction_level"),
    )
)
_OF_PROGRESS = ("_at", "_at_commit", "_count", "_hash")


class Issue(NamedTuple):
    """One issue: those that it is a part of, its type, and all that the export says of it."""

    id: str
    parents: frozenset[str]
    kind: str
    versions: tuple[Mapping[str, Any], ...]

    def planned(self) -> bytes:
        """Return what is planned of the issue, in one spelling: everything but its progress."""
        texts = sorted(json.dumps(_planned(version), sort_keys=True) for version in self.versions)
        return "\n".join(texts).encode()


Tracker = Mapping[str, Issue]


def parse(data: bytes) -> dict[str, Issue]:
    """Return the issues of an export by their ids, deleted ones left out.

    Raises ValueError, worded "line 3: ...", for a line that is not one JSON object, or says something twice.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            row = _row(line, number)
            # Records of other kinds (memories, configuration) have no id.
            if isinstance(row.get("id"), str) and row.get("status") != _DELETED:
                found.setdefault(row["id"], []).append(row)
    return {name: _issue(name, rows, found) for name, rows in found.items()}


def children(tracker: Tracker) -> dict[str, list[str]]:
    """Return for each issue that others are a part of, these others."""
    found: dict[str, list[str]] = {}
    for issue in tracker.values():
        for parent in issue.parents:
            found.setdefault(parent, []).append(issue.id)
    return found


def _row(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"), object_pairs_hook=_table, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(f"line {number}: nested too deeply") from None
    except _TwiceError as error:
        raise ValueError(f"line {number}: {error}") from None
    except ValueError:
        raise ValueError(f"line {number}: not JSON in UTF-8") from None
    if not isinstance(row, dict):
        raise ValueError(f"line {number}: not a JSON object")  # noqa: TRY004 - what is wrong is the file
    return row


class _TwiceError(ValueError):
    """A key stands in one object twice."""


def _table(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    rows = list(pairs)
    table = dict(rows)
    if len(table) != len(rows):
        raise _TwiceError("a key stands in one object twice")
    return table


def _refuse(name: str) -> object:
    raise ValueError(name)


def _issue(name: str, rows: list[Mapping[str, Any]], known: Mapping[str, object]) -> Issue:
    parents = {parent for row in rows for parent in _parents(row)}
    above, dot, _ = name.rpartition(".")
    if dot and above in known:
        parents.add(above)
    kind = next((row[key] for row in rows for key in ("issue_type", "type") if isinstance(row.get(key), str)), "")
    return Issue(name, frozenset(parents - {name, ""}), kind, tuple(rows))


def _parents(row: Mapping[str, Any]) -> Iterable[str]:
    yield from (row[key] for key in ("parent", "parent_id", "epic", "epic_id") if isinstance(row.get(key), str))
    links = row.get("dependencies")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and "parent-child" in (link.get("type"), link.get("dependency_type")):
            target = link.get("depends_on_id", link.get("id"))
            if isinstance(target, str):
                yield target


def _planned(value: object) -> object:
    if isinstance(value, dict):
        return {key: _planned(item) for key, item in value.items() if not _progress(key)}
    return [_planned(item) for item in value] if isinstance(value, list) else value


def _progress(key: str) -> bool:
    return key in _PROGRESS or key.endswith(_OF_PROGRESS)
