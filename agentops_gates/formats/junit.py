"""JUnit XML, for CI systems that show test reports: a suite per gate, a test per finding.

A test fails where the gate blocks: an error is a failure, an undecided gate an error, a skipped gate a skipped test.
Warnings and notes do not block, so they are passed tests that carry their text; a gate with nothing to say is one
passed test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..model.finding import Finding, GateResult, Report
from ..model.gate import Gate
from ..model.light import NamedTuple
from ..model.text import printable
from .common import TOOL, Owners, elide, message, ordered, reason, steps, unexplained
from .text import block

# What XML reads as markup, and the two code points that it forbids and printable() may keep.
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\ufffe": "\\ufffe", "\uffff": "\\uffff"}
)


class _Case(NamedTuple):
    name: str
    file: str | None
    line: int | None
    kind: str
    message: str
    body: str


def render(
    report: Report,
    *,
    gates: Sequence[Gate] = (),  # noqa: ARG001 - one interface for all formats
    width: int = 80,
    color: bool = False,  # noqa: ARG001
) -> str:
    """Return one ``testsuites`` document; every count is the sum of what is below it."""
    owners = Owners(report.subjects)
    suites = [(gate, _cases(gate, owners, width)) for gate in report.gates]
    everything = [case for _, cases in suites for case in cases]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="{TOOL}" {_counts(everything)} time="{report.seconds:.3f}">',
    ]
    for gate, cases in suites:
        lines.append(f'  <testsuite name="{_xml(printable(gate.id))}" {_counts(cases)}>')
        lines += [_element(gate, case) for case in cases]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _cases(gate: GateResult, owners: Owners, width: int) -> list[_Case]:
    cases = list(_numbered(_case(finding, owners.of(finding), width) for finding in ordered(gate.findings)))
    if unexplained(gate):
        kind = "error" if gate.outcome == "undecided" else "failure"
        cases.append(_Case(gate.outcome, None, None, kind, reason(gate), "\n".join(steps(gate.fix))))
    elif gate.outcome == "skip":
        cases.append(_Case("skip", None, None, "skipped", reason(gate), "\n".join(steps(gate.fix))))
    return cases or [_Case("pass", None, None, "", "", "")]


def _case(finding: Finding, owner: str, width: int) -> _Case:
    name = printable(str(finding.data.get("qualname") or finding.commit or ""))
    path = None if finding.path is None else printable(finding.path)
    title = " ".join(elide(part) for part in (finding.rule, path, name) if part)
    kind = "failure" if finding.level == "error" else "system-out"
    body = "\n".join(block(finding, owner, width))
    return _Case(title, path, finding.line, kind, message(finding), body)


def _numbered(cases: Iterator[_Case]) -> Iterator[_Case]:
    """Give every test a name of its own (consumers compare runs by it), without line numbers, which shift."""
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        number = seen[case.name]
        yield case if number == 1 else case._replace(name=f"{case.name} ({number})")


def _element(gate: GateResult, case: _Case) -> str:
    attributes = f'classname="{TOOL}.{_xml(printable(gate.id))}" name="{_xml(case.name)}"'
    if case.file:
        attributes += f' file="{_xml(case.file)}"'
    if case.line:
        attributes += f' line="{case.line}"'
    if not case.kind:
        return f"    <testcase {attributes}/>"
    detail = "" if case.kind == "system-out" else f' message="{_xml(case.message)}"'
    if case.kind in {"failure", "error"}:
        detail += f' type="{_xml(case.name.split()[0])}"'
    return f"    <testcase {attributes}><{case.kind}{detail}>{_xml(case.body)}</{case.kind}></testcase>"


def _counts(cases: Sequence[_Case]) -> str:
    kinds = Counter(case.kind for case in cases)
    return f'tests="{len(cases)}" failures="{kinds["failure"]}" errors="{kinds["error"]}" skipped="{kinds["skipped"]}"'


def _xml(text: str) -> str:
    return text.translate(_ESCAPES)
