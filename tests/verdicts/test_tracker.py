"""Reading a tracker's export: which issues are part of which, and what of them is planned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentops_gates.verdicts.plan import issues_below
from agentops_gates.verdicts.tracker import children, parse


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def child(name: str, parent: str, **more: object) -> dict[str, Any]:
    link = {"issue_id": name, "depends_on_id": parent, "type": "parent-child", "created_at": "2026-01-01T00:00:00Z"}
    return {"id": name, "title": name, "status": "open", "issue_type": "task", "dependencies": [link], **more}


PARTS: dict[str, dict[str, Any]] = {
    "dependency": child("x-1", "x"),
    "parent": {"id": "x-1", "parent": "x"},
    "epic": {"id": "x-1", "epic": "x"},
    "other spelling": {"id": "x-1", "dependencies": [{"depends_on_id": "x", "dependency_type": "parent-child"}]},
    "dotted": {"id": "x.1"},
    "closed": child("x-1", "x", status="closed"),
}
NO_PARTS: dict[str, dict[str, Any]] = {
    "no tie": {"id": "x-1"},
    "other dependency": {"id": "x-1", "dependencies": [{"depends_on_id": "x", "type": "blocks"}]},
    "deleted": child("x-1", "x", status="tombstone"),
    "itself": {"id": "x", "parent": "x"},
    "dotted, of nobody": {"id": "y.1"},
    "parent of another type": {"id": "x-1", "parent": ["x"]},
    "no id": {"_type": "memory", "parent": "x"},
    "dependencies of another type": {"id": "x-1", "dependencies": {"depends_on_id": "x", "type": "parent-child"}},
    "dependency of another type": {"id": "x-1", "dependencies": ["x"]},
}


@pytest.mark.parametrize("row", PARTS.values(), ids=PARTS)
def test_is_part(row: dict[str, Any]) -> None:
    assert issues_below(parse(lines({"id": "x", "issue_type": "epic"}, row)), ["x"]) == {row["id"]}


@pytest.mark.parametrize("row", NO_PARTS.values(), ids=NO_PARTS)
def test_is_no_part(row: dict[str, Any]) -> None:
    assert issues_below(parse(lines({"id": "x", "issue_type": "epic"}, row)), ["x"]) == frozenset()


def test_parts_of_parts_count_and_an_epic_of_epics_is_no_issue() -> None:
    rows = [
        {"id": "e", "issue_type": "epic"},
        child("m", "e", issue_type="epic"),
        child("m1", "m"),
        child("m1a", "m1"),
        child("n", "e", issue_type="epic"),
    ]
    found = parse(lines(*rows))
    assert issues_below(found, ["e"]) == {"m1", "m1a", "n"}
    assert children(found)["e"] == ["m", "n"]


def test_a_ring_ends() -> None:
    assert issues_below(parse(lines(child("a", "b"), child("b", "a"))), ["a"]) == {"b"}


def test_an_issue_that_stands_there_twice_is_what_either_line_says() -> None:
    found = parse(lines({"id": "x-1", "title": "old"}, child("x-1", "x")))
    assert issues_below(found, ["x"]) == {"x-1"}
    assert found["x-1"].planned().count(b"\n") == 1


def test_progress_is_not_planned_and_all_else_is() -> None:
    def planned(**more: object) -> bytes:
        return parse(lines(child("x-1", "x", **more)))["x-1"].planned()

    same = planned()
    for key in ("status", "updated_at", "closed_at", "assignee", "notes", "labels", "comments", "close_reason"):
        assert planned(**{key: "2026"}) == same
    for key in ("title", "description", "design", "acceptance_criteria", "blocked_by", "anything", "priority"):
        assert planned(**{key: "2026"}) != same
    assert planned(dependencies=[]) != same


BAD = {
    "conflict": (b'{"id": "a"}\n<<<<<<< HEAD\n', "line 2: not JSON in UTF-8"),
    "cut short": (b'{"id": "a"', "line 1: not JSON in UTF-8"),
    "list": (b"[]", "line 1: not a JSON object"),
    "number": (b"\n\n1", "line 3: not a JSON object"),
    "not UTF-8": (b'{"id": "\xff"}', "line 1: not JSON in UTF-8"),
    "byte order mark": (b'\xef\xbb\xbf{"id": "a"}', "line 1: not JSON in UTF-8"),
    "NaN": (b'{"id": "a", "x": NaN}', "line 1: not JSON in UTF-8"),
    "deep": (b'{"id": ' + b"[" * 100_000, "line 1: nested too deeply"),
    "twice": (b'{"id": "a", "parent": "x", "parent": ""}', "line 1: a key stands in one object twice"),
    "digits": (b'{"id": ' + b"1" * 5000 + b"}", "line 1: not JSON in UTF-8"),
}


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_one_line(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match="line") as caught:
        parse(data)
    assert str(caught.value) == message
