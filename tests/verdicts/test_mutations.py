"""No byte and no field of a statement can change without ending it or changing what it says; the schemas agree."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from verdicts.recordlib import CONTENTS, document, encoded

from agentops_gates.model.verdict import Content, RecordKind
from agentops_gates.verdicts import fields
from agentops_gates.verdicts.statement import dump, kind_of, parse, record_id
from agentops_gates.verdicts.strictjson import MalformedError

SCHEMAS = Path(__file__).parents[2] / "schemas"
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 10**14, 1.5, "", " ", "x", "PASS", "FAIL", "a\nb", "refs/heads/x", "0" * 40, "0" * 64,
    "verdict-" + "1" * 40, [], {}, ["x"], [None], {"x": 1}, {"sha256": "1" * 64}, "x" * 6_000,
)  # fmt: skip
# What JSON Schema cannot say.
BEYOND_SCHEMA = (
    "is out of order", "not in the one form", "is no time", "digits, as all object ids", "sha256Prefix is not that of",
    "is no name that git gives a ref", "is a repeat",
)  # fmt: skip


def bytewise(payload: bytes) -> Iterator[bytes]:
    """Yield every payload that differs by one of four bits, a byte more or less, or a byte that means something."""
    for place, byte in enumerate(payload):
        before, after = payload[:place], payload[place + 1 :]
        yield before + after
        yield before + bytes([byte, byte]) + after
        others = {byte ^ 1 << bit for bit in (0, 1, 5, 7)} | set(b' "0,}')
        yield from (before + bytes([other]) + after for other in others - {byte})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every part of a document."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        yield from places(part, (*path, step))


def fieldwise(said: Any) -> Iterator[Any]:
    """Yield every document in which one part is left out, put in twice, renamed, moved or has another value."""
    for path in places(said):
        if not path:
            continue
        for value in VALUES:
            yield changed(said, path, lambda holder, step, value=value: holder.__setitem__(step, value))
        yield changed(said, path, lambda holder, step: holder.pop(step))
        yield changed(said, path, rename)
        yield changed(said, path, last)


def changed(said: Any, path: tuple[Any, ...], change: Any) -> Any:
    made = copy.deepcopy(said)
    holder = made
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return made


def rename(holder: Any, step: Any) -> None:
    if isinstance(holder, dict):
        holder[f"{step}x"] = holder.pop(step)
    else:
        holder.insert(step, copy.deepcopy(holder[step]))


def last(holder: Any, step: Any) -> None:
    if isinstance(holder, dict):
        holder[step] = holder.pop(step)
    else:
        holder.append(holder.pop(step))


def read(kind: RecordKind, payload: bytes) -> Content | str:
    """Return the content, or why there is none."""
    try:
        content = parse(kind, payload)
    except MalformedError as error:
        reason = str(error)
    else:
        reason = ""
    if reason:
        assert reason.isprintable()
        assert len(reason) < 250
        return reason
    assert dump(content) == payload
    return content


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_changed_byte_ends_a_record_or_changes_what_it_says(content: Content) -> None:
    payload, kind = dump(content), kind_of(content)
    refused = read_otherwise = 0
    for other in bytewise(payload):
        if other == payload:
            continue
        found = read(kind, other)
        assert found != content, other
        assert record_id(kind, other) != record_id(kind, payload)
        refused += isinstance(found, str)
        read_otherwise += not isinstance(found, str)
    assert refused > len(payload)
    assert read_otherwise > 10


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_changed_field_ends_a_record_or_changes_what_it_says(content: Content) -> None:
    kind, said = kind_of(content), document(content)
    schema = jsonschema.Draft7Validator(json.loads((SCHEMAS / f"{kind}-v1.schema.json").read_text()))
    assert schema.is_valid(said)
    refused = read_otherwise = 0
    for other in fieldwise(said):
        payload = encoded(other)
        if payload == dump(content):
            continue
        found = read(kind, payload)
        assert found != content, payload
        valid = schema.is_valid(other)
        if isinstance(found, str):
            refused += 1
            assert not valid or any(words in found for words in BEYOND_SCHEMA), (found, payload)
        else:
            read_otherwise += 1
            assert valid, payload
    assert refused > 100
    assert read_otherwise > 10


@pytest.mark.parametrize("kind", fields.KINDS)
def test_the_published_schema_is_the_one_of_the_code(kind: RecordKind) -> None:
    text = (SCHEMAS / f"{kind}-v1.schema.json").read_text(encoding="utf-8")
    assert text == fields.schema(kind)
    jsonschema.Draft7Validator.check_schema(json.loads(text))
