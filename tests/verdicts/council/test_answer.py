"""The one form of an answer: a corpus of good and bad ones, on which the published schema agrees with the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agentops_gates.verdicts.council.answer import Answer, parse
from agentops_gates.verdicts.strictjson import MalformedError

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "judge-answer-v1.schema.json").read_text())
FINDING = {"id": "F1", "severity": "minor", "description": "d"}
LEAST: dict[str, Any] = {
    "schema": "agentops-gates/judge-answer/v1",
    "verdict": "PASS",
    "summary": "s",
    "findings": [],
    "checked": [],
    "not_checked": [],
}

GOOD: dict[str, dict[str, Any]] = {
    "least": {},
    "all": {
        "confidence": 100,
        "findings": [{**FINDING, "location": "a.py:1", "fix": "f"}, {**FINDING, "id": "F2", "location": "", "fix": ""}],
        "predictions": [{"id": "P1", "text": "t"}],
        "checked": ["a", "b/**"],
        "not_checked": ["c"],
    },
    "warn": {"verdict": "WARN"},
    "fail": {"verdict": "FAIL", "findings": [{**FINDING, "severity": "critical"}]},
    "confidence 0": {"confidence": 0},
    "other scripts": {"summary": "Größe 大 \U0001f600"},
    "broken lines": {"summary": "one\ntwo\tthree\r\nfour"},
    "longest": {"summary": "s" * 8_000, "checked": ["p" * 4_096]},
}
BAD: dict[str, dict[str, Any]] = {
    "other schema": {"schema": "agentops-gates/judge-answer/v2"},
    "no schema": {"schema": None},
    "word": {"verdict": "OK"},
    "word as list": {"verdict": ["PASS"]},
    "lower case": {"verdict": "pass"},
    "blank after": {"verdict": "PASS "},
    "null": {"verdict": None},
    "unknown key": {"approved": True},
    "summary missing": {"summary": ...},
    "findings missing": {"findings": ...},
    "checked missing": {"checked": ...},
    "not_checked missing": {"not_checked": ...},
    "summary blank": {"summary": "  "},
    "summary too long": {"summary": "s" * 8_001},
    "summary no text": {"summary": 1},
    "confidence null": {"confidence": None},
    "confidence true": {"confidence": True},
    "confidence 101": {"confidence": 101},
    "confidence -1": {"confidence": -1},
    "findings as object": {"findings": {}},
    "finding as text": {"findings": ["x"]},
    "finding without id": {"findings": [{"severity": "minor", "description": "d"}]},
    "finding with more": {"findings": [{**FINDING, "line": 1}]},
    "finding empty id": {"findings": [{**FINDING, "id": ""}]},
    "finding id with blank": {"findings": [{**FINDING, "id": "a b"}]},
    "finding id with colon": {"findings": [{**FINDING, "id": "other:F1"}]},
    "finding id too long": {"findings": [{**FINDING, "id": "a" * 41}]},
    "severity": {"findings": [{**FINDING, "severity": "blocker"}]},
    "description empty": {"findings": [{**FINDING, "description": ""}]},
    "too many findings": {"findings": [{**FINDING, "id": f"F{n}"} for n in range(201)]},
    "checked as text": {"checked": "a.py"},
    "checked number": {"checked": [1]},
    "checked empty": {"checked": [""]},
    "checked too long": {"checked": ["p" * 4_097]},
    "predictions null": {"predictions": None},
    "prediction without text": {"predictions": [{"id": "P1"}]},
    "escape": {"summary": "\x1b[2J"},
    "delete": {"summary": "\x7f"},
    "C1": {"checked": ["\x9b"]},
}


def document(changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**LEAST, **changes}.items() if value is not ...}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_refused_by_reader_and_schema(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(json.dumps(document(changes)).encode(), 1_000_000)
    assert str(caught.value).isprintable()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document(changes), SCHEMA)


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
@pytest.mark.parametrize("ascii_only", [True, False])
def test_accepted_by_reader_and_schema(changes: dict[str, Any], ascii_only: bool) -> None:
    jsonschema.validate(document(changes), SCHEMA)
    made = parse(json.dumps(document(changes), ensure_ascii=ascii_only, indent=2).encode(), 1_000_000)
    assert made.verdict == document(changes)["verdict"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "is not JSON", id="nothing"),
        pytest.param(b"PASS", "is not JSON", id="prose"),
        pytest.param(b'"PASS"', "not an object", id="text"),
        pytest.param(b"[]", "not an object", id="list"),
        pytest.param(b"null", "not an object", id="null"),
        pytest.param(json.dumps(LEAST).encode() + b" and more", "is not JSON", id="prose after"),
        pytest.param(json.dumps(LEAST).encode() * 2, "is not JSON", id="two"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(LEAST).encode(), "byte order mark", id="BOM"),
        pytest.param(json.dumps(LEAST).encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(json.dumps(LEAST).encode()[:-1] + b', "verdict": "PASS"}', "twice", id="key twice"),
        pytest.param(json.dumps(LEAST).encode()[:-1] + b', "confidence": NaN}', "NaN", id="NaN"),
        pytest.param(json.dumps(LEAST).encode()[:-1] + b', "confidence": 1e2}', "whole", id="exponent"),
        pytest.param(json.dumps(LEAST).encode()[:-1] + b', "confidence": ' + b"9" * 5000 + b"}", "digits", id="huge"),
        pytest.param(b"[" * 100_000, "deeper", id="deep"),
        pytest.param(json.dumps({**LEAST, "findings": [FINDING, FINDING]}).encode(), "twice", id="finding twice"),
        pytest.param(json.dumps({**LEAST, "summary": "x" * 2_000_000}).encode(), "larger", id="oversize"),
        pytest.param(json.dumps({**LEAST, "summary": "\ud800"}).encode(), "surrogate", id="half a pair"),
        pytest.param(json.dumps(LEAST).encode().replace(b'"s"', b'"a\nb"'), "is not JSON", id="raw line break"),
        pytest.param(json.dumps(LEAST).encode().replace(b'"s"', b'"\\u000b"'), "control", id="escaped control"),
        pytest.param(json.dumps(LEAST).encode().replace(b'"s"', b'"\\"'), "is not JSON", id="open text"),
        pytest.param(b"\\n" + json.dumps(LEAST).encode(), "is not JSON", id="escape outside a text"),
    ],
)
def test_refused_bytes(data: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        parse(data, 1_000_000)


def test_a_backslash_before_a_letter_is_kept() -> None:
    made: Answer = parse(json.dumps({**LEAST, "summary": "C:\\new\\table\\\nend"}).encode(), 1_000_000)
    assert made.summary == "C:\\new\\table\\ end"


def test_all_keys_that_are_missing_are_named_at_once() -> None:
    with pytest.raises(MalformedError, match=r"^the answer lacks the keys 'findings', 'schema'$"):
        parse(json.dumps({key: LEAST[key] for key in LEAST if key not in ("schema", "findings")}).encode(), 10_000)
