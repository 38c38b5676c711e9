"""For GitHub Actions: annotations as workflow commands, the text report in the log, and the step summary.

The runner executes what it finds in the log: ``::name key=value::data`` at the start of a line, and the older
``##[name]data`` anywhere in it (actions/runner, ActionCommand.cs). So the report, which quotes the repository, stands
between ``::stop-commands::`` and a token that nobody can guess, and every annotation is escaped as the runner decodes
it. A step shows 10 annotations of a level and drops the rest without a word; we count them instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from ..model.finding import Finding, GateResult, Report
from ..model.gate import Gate
from ..model.light import NamedTuple
from ..model.outcome import Level
from ..model.text import printable
from . import text
from .common import LEVELS, Owners, elide, entries, evidence, message, reason, steps, together
from .markdown import document

MOST_ANNOTATIONS = 10
# The runner cuts an annotation at 64 KiB; what is worth reading is much shorter.
_LONGEST = 4_000
# GitHub aborts the upload of a step's summary above 1 MiB; some of that is left to the rest of the step.
SUMMARY_LIMIT = 1_000_000

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


class _Annotation(NamedTuple):
    level: Level
    title: str
    message: str
    file: str = ""
    line: int | None = None


def render(
    report: Report,
    *,
    gates: Sequence[Gate] = (),  # noqa: ARG001 - one interface for all formats
    width: int = 80,
    color: bool = False,
) -> str:
    """Return what to print in a step: the text report, out of the runner's reach, then the annotations."""
    body = text.render(report, width=width, color=color)
    if not body:
        return ""
    return "\n".join([*_quoted(body), *_commands(_annotations(report)), ""])


def failure(text: str, message: str, fix: str) -> str:
    """Return what a run prints that ended without a report: ``text``, and an annotation of ``message`` and ``fix``."""
    story = "\n".join([*map(printable, message.split("\n")), *steps(fix)])
    return "\n".join([*_quoted(text), _command(_Annotation("error", "agentops-gate", story)), ""])


def step_summary(report: Report, *, gates: Sequence[Gate] = ()) -> str:
    """Return the Markdown to append to ``$GITHUB_STEP_SUMMARY``: whole lines, below 1 MiB."""
    return document(report, gates=gates, limit=SUMMARY_LIMIT)


def _quoted(body: str) -> list[str]:
    token = os.urandom(16).hex()
    return [f"::stop-commands::{token}", body.rstrip("\n"), f"::{token}::"]


def _annotations(report: Report) -> Iterator[_Annotation]:
    """Yield gates that say nothing elsewhere before the findings, as they are few and must not be cut."""
    for gate in together(report.gates):
        yield _of_gate("note" if gate.outcome == "skip" else "error", gate)
    owners = Owners(report.subjects)
    for gate, finding in entries(report):
        yield _of_finding(gate, finding, owners.of(finding))


def _of_gate(level: Level, gate: GateResult) -> _Annotation:
    return _Annotation(level, f"{gate.id} {gate.outcome}", "\n".join([reason(gate), *steps(gate.fix)]))


def _of_finding(gate: GateResult, finding: Finding, owner: str) -> _Annotation:
    commit = f" (commit {printable(finding.commit)})" if finding.commit and finding.path is None else ""
    commit = f" ({owner})" if owner else commit
    story = "\n".join([message(finding) + commit, *evidence(finding), *steps(finding.fix)])
    return _Annotation(finding.level, f"{finding.rule} {gate.id}", story, printable(finding.path or ""), finding.line)


def _commands(annotations: Iterator[_Annotation]) -> Iterator[str]:
    found = list(annotations)
    for level in LEVELS:
        these = [annotation for annotation in found if annotation.level == level]
        more = len(these) - MOST_ANNOTATIONS
        if more > 0:
            more += 1
            these = these[: MOST_ANNOTATIONS - 1]
            these.append(_Annotation(level, "agentops-gates", f"{more:,} more in the summary of this job"))
        yield from map(_command, these)


def _command(annotation: _Annotation) -> str:
    properties = {"file": annotation.file, "line": annotation.line if annotation.file else None}
    properties["title"] = elide(printable(annotation.title))
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    return f"::{_COMMANDS[annotation.level]} {given}::{_data(elide(annotation.message, _LONGEST))}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
