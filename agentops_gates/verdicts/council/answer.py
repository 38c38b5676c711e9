"""A judge's answer: one JSON object, exactly as schemas/judge-answer-v1.schema.json has it, or no answer at all.

Prose that says PASS, a fence around the object, a second object, a missing or unknown key: none of that is read. Who
would guess at what a judge meant would soon read a verdict out of the text that was to be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeVar

from ...model.light import Any, Literal, NamedTuple, cast
from ...model.text import printable
from ...model.verdict import WORDS, Word
from ..strictjson import MalformedError, loads

SCHEMA = "agentops-gates/judge-answer/v1"
Severity = Literal["critical", "serious", "minor", "note"]
SEVERITIES: tuple[Severity, ...] = ("critical", "serious", "minor", "note")
LONGEST_TEXT = 8_000
LONGEST_NAME = 4_096
MOST_FINDINGS = 200
MOST_NAMES = 20_000
_DEPTH = 8
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_REQUIRED = {"schema", "verdict", "summary", "findings", "checked", "not_checked"}
_OPTIONAL = {"confidence", "predictions"}
# Models break lines in their texts, which no record holds. Every backslash is seen with what it escapes; the blank is
# an escape as well, so that what was no JSON stays none.
_BLANK = b"\\u0020"
_BREAKS = re.compile(rb"\\(?:u....|.)", re.DOTALL)
_BREAKING = (b"\\n", b"\\r", b"\\t", b"\\u000a", b"\\u000d", b"\\u0009", b"\\u000A", b"\\u000D")
_Made = TypeVar("_Made")


class JudgeFinding(NamedTuple):
    """One thing that a judge found. ``location`` and ``fix`` may be empty."""

    id: str
    severity: Severity
    description: str
    location: str = ""
    fix: str = ""


class Prediction(NamedTuple):
    """One thing that a judge expects to go wrong."""

    id: str
    text: str


class Answer(NamedTuple):
    """What a judge answered.

    ``checked`` are paths or globs that it looked at, ``not_checked`` what it could not; ``confidence`` is in percent.
    """

    verdict: Word
    summary: str
    findings: tuple[JudgeFinding, ...]
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]
    confidence: int | None = None
    predictions: tuple[Prediction, ...] = ()


def parse(data: bytes, limit: int) -> Answer:
    """Return the answer in ``data``, a judge's whole standard output of at most ``limit`` bytes.

    Raises MalformedError with one line that says what is wrong.
    """
    if len(data) > limit:
        raise MalformedError(f"is larger than {limit:,} bytes ({len(data):,})")
    document = _BREAKS.sub(_blank, data.strip(b" \t\r\n"))
    given = _object(loads(document, limit=len(document), depth=_DEPTH), "the answer", _REQUIRED, _OPTIONAL)
    if given["schema"] != SCHEMA:
        raise MalformedError(f"schema is not {SCHEMA!r}")
    findings = _list(given["findings"], "findings", MOST_FINDINGS, _finding)
    predictions = _list(given.get("predictions", []), "predictions", MOST_FINDINGS, _prediction)
    _refuse_doubles([finding.id for finding in findings], "findings")
    _refuse_doubles([prediction.id for prediction in predictions], "predictions")
    return Answer(
        cast("Word", _one_of(given["verdict"], "verdict", WORDS)),
        _text(given["summary"], "summary", LONGEST_TEXT),
        findings,
        _list(given["checked"], "checked", MOST_NAMES, _name),
        _list(given["not_checked"], "not_checked", MOST_NAMES, _name),
        _confidence(given["confidence"]) if "confidence" in given else None,
        predictions,
    )


def _finding(value: object, where: str) -> JudgeFinding:
    given = _object(value, where, {"id", "severity", "description"}, {"location", "fix"})
    return JudgeFinding(
        _identifier(given["id"], where),
        cast("Severity", _one_of(given["severity"], f"{where}.severity", SEVERITIES)),
        _text(given["description"], f"{where}.description", LONGEST_TEXT),
        _text(given.get("location", ""), f"{where}.location", LONGEST_NAME, empty=True),
        _text(given.get("fix", ""), f"{where}.fix", LONGEST_TEXT, empty=True),
    )


def _prediction(value: object, where: str) -> Prediction:
    given = _object(value, where, {"id", "text"}, set())
    return Prediction(_identifier(given["id"], where), _text(given["text"], f"{where}.text", LONGEST_TEXT))


def _object(value: object, where: str, required: Collection[str], optional: Collection[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(f"{where} is not an object")
    for key in value:
        if key not in required and key not in optional:
            raise MalformedError(f"{where} has the unknown key {printable(key)[:60]!r}")
    lacking = sorted(set(required).difference(value))
    if lacking:
        keys = ", ".join(map(repr, lacking))
        raise MalformedError(f"{where} lacks the key{'s' if len(lacking) > 1 else ''} {keys}")
    return value


def _list(value: object, where: str, most: int, make: Callable[[object, str], _Made]) -> tuple[_Made, ...]:
    if not isinstance(value, list):
        raise MalformedError(f"{where} is not a list")
    if len(value) > most:
        raise MalformedError(f"{where} has {len(value):,} entries; at most {most:,} are read")
    return tuple(make(entry, f"{where}[{number}]") for number, entry in enumerate(value))


def _text(value: object, where: str, longest: int, *, empty: bool = False) -> str:
    if not isinstance(value, str):
        raise MalformedError(f"{where} is not a text")
    if not value.strip() and not empty:
        raise MalformedError(f"{where} is empty")
    if len(value) > longest:
        raise MalformedError(f"{where} has {len(value):,} characters; at most {longest:,} are read")
    return value


def _name(value: object, where: str) -> str:
    return _text(value, where, LONGEST_NAME)


def _identifier(value: object, where: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise MalformedError(f"{where}.id is not 1 to 40 letters, digits, dots, dashes or underscores")
    return value


def _one_of(value: object, where: str, words: Collection[str]) -> str:
    if not isinstance(value, str) or value not in words:
        raise MalformedError(f"{where} is none of {', '.join(words)}")
    return value


def _confidence(value: object) -> int:
    if type(value) is not int or not 0 <= value <= 100:  # a boolean is an integer to isinstance
        raise MalformedError("confidence is not a whole number from 0 to 100")
    return value


def _blank(escape: re.Match[bytes]) -> bytes:
    return _BLANK if escape[0] in _BREAKING else escape[0]


def _refuse_doubles(ids: list[str], where: str) -> None:
    doubled = next((id_ for place, id_ in enumerate(ids) if id_ in ids[:place]), None)
    if doubled is not None:
        raise MalformedError(f"{where} has the id {doubled!r} twice")
