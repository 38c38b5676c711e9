r"""For machines: the contract ``agentops-gates/result/v1``, published as schemas/result-v1.schema.json.

Output is pure ASCII, so a control or direction-changing character cannot reach a terminal; prose (message, reason,
fix) has them escaped once more, as it is there to be printed. A path or ref is exact: a plain string, but one that is
not UTF-8 (JSON cannot hold it) or that begins with a double quote stands in git's own quoting, ``"caf\351.py"`` with
its double quotes, which ``git ls-files`` prints too. Different paths stay different.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ..model.finding import Finding, GateResult, Report
from ..model.gate import Gate
from ..model.subject import Subject
from ..model.text import printable
from .common import NO_REASON, ordered, path_bytes, steps, utf8

SCHEMA = "agentops-gates/result/v1"

Json: TypeAlias = "str | int | float | list[Json] | dict[str, Json] | None"

_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def render(
    report: Report,
    *,
    gates: Sequence[Gate] = (),  # noqa: ARG001 - one interface for all formats
    width: int = 80,  # noqa: ARG001
    color: bool = False,  # noqa: ARG001
) -> str:
    """Return the whole report as one JSON document, findings of a gate errors first, then by path and line."""
    document = {
        "schema": SCHEMA,
        "outcome": report.outcome,
        "subject": subject(report.subjects),
        "gates": [_gate(gate) for gate in report.gates],
    }
    return dumps(document)


def dumps(document: Mapping[str, Any]) -> str:
    """Return ``document`` as ASCII JSON in which no CI agent finds a command (``##vso[``, ``##[``) made by a path."""
    return json.dumps(document, indent=2, allow_nan=False).replace("##", "#\\u0023") + "\n"


def subject(subjects: Sequence[Subject]) -> dict[str, Any]:
    """Return what was judged. With several subjects (a push of several refs) each is one entry of ``refs``.

    ``base`` and ``head`` at the top are those that all subjects share, else null.
    """
    return {
        "kind": subjects[0].kind if subjects else "range",
        "base": _shared(item.base for item in subjects),
        "head": _shared(item.head for item in subjects),
        "refs": [_ref(item) for item in subjects if item.ref or len(subjects) > 1],
    }


def _shared(values: Iterable[str | None]) -> str | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _ref(item: Subject) -> dict[str, Any]:
    update = {name: quoted(value) for name, value in item.ref._asdict().items()} if item.ref else {}
    return {"kind": item.kind, "base": item.base, "head": item.head, **update}


def _gate(gate: GateResult) -> dict[str, Any]:
    explain = gate.outcome in {"skip", "undecided"}
    return {
        "id": printable(gate.id),
        "outcome": gate.outcome,
        "reason": printable(gate.reason) or (NO_REASON if explain else ""),
        "fix": "\n".join(steps(gate.fix)),
        "findings": [_finding(finding) for finding in ordered(gate.findings)],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "message": printable(finding.message),
        "path": None if finding.path is None else quoted(finding.path),
        "line": finding.line or None,
        "commit": finding.commit or None,
        "fix": "\n".join(steps(finding.fix)),
        "data": plain(finding.data),
    }


def quoted(path: str) -> str:
    """Return a path or ref as text, in git's C-style quoting where it must be (see the module)."""
    raw = path_bytes(path)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = '"'
    if not text.startswith('"'):
        return text
    return '"' + "".join(_escape(byte) for byte in raw) + '"'


def _escape(byte: int) -> str:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"


def plain(value: object) -> Json:
    """Return ``value`` made of JSON types only; what is none (a set, an infinite number) is shown as text."""
    if isinstance(value, int | None):
        return value
    if isinstance(value, float) and abs(value) < float("inf"):
        return value
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, Mapping):
        return {utf8(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return printable(value if isinstance(value, bytes) else str(value))
