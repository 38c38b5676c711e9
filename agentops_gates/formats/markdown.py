r"""For pull-request comments and job summaries: a table of gates, a table of findings, the evidence folded away.

Whatever comes from a repository stands in a code span or a fenced block whose fence is longer than any run of
backticks in it: there neither markup nor HTML, links, images, @mentions or #references mean anything. In a table a
pipe would still end the cell, and escaping it is undone by a backslash before it, so it is shown as ``\x7c``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ..model.finding import Finding, GateResult, Report
from ..model.gate import Gate
from ..model.markdown import code, longest_run
from .common import (
    LEVELS,
    TOOL,
    VERDICTS,
    Owners,
    count,
    entries,
    message,
    place,
    plural,
    reason,
    rule_url,
    together,
    unexplained,
)
from .text import block, gate_block

# GitHub refuses a comment of more than 65,536 characters, GitLab one of 1,000,000.
COMMENT_LIMIT = 60_000
_CELL = 300
_WIDTH = 100


def render(
    report: Report,
    *,
    gates: Sequence[Gate] = (),
    width: int = 80,  # noqa: ARG001 - one interface for all formats
    color: bool = False,  # noqa: ARG001
) -> str:
    """Return the report as GitHub-flavoured Markdown that fits into one comment."""
    return document(report, gates=gates, limit=COMMENT_LIMIT)


def document(report: Report, *, gates: Sequence[Gate] = (), limit: int) -> str:
    """Return the report in at most ``limit`` bytes of UTF-8: whole lines, and a sentence that counts what is missing.

    ``limit`` is at least 20,000; the tables take half of it, the evidence what is left.
    """
    findings = [entry.finding for entry in entries(report)]
    names = {rule.id: rule.name for gate in gates for rule in gate.rules}
    head = [f"### {TOOL}: {VERDICTS[report.outcome]}", "", *_gate_table(report.gates)]
    owners = Owners(report.subjects)
    rows, shown = _fit((_row(finding, names, owners) for finding in findings), limit // 2 - _size(head))
    table = ["", "| Level | Rule | Where | What |", "|---|---|---|---|", *rows] if rows else []
    note = _left_out("The table", shown, findings)
    used = _size(head) + _size(table) + _size(note)
    return "\n".join([*head, *table, *note, *_details(report, findings, owners, limit - used), ""])


def fenced(lines: Iterable[str]) -> list[str]:
    """Return ``lines``, each safe on its own, as a fenced block that none of them can end."""
    content = list(lines)
    fence = "`" * max(3, max(map(longest_run, content), default=0) + 1)
    return [f"{fence}text", *content, fence]


def _gate_table(gates: Sequence[GateResult]) -> Iterator[str]:
    if not gates:
        return
    yield from ("| Gate | Outcome | Errors | Warnings | Notes | Reason |", "|---|---|---:|---:|---:|---|")
    for gate in gates:
        counts = count(gate.findings)
        numbers = " | ".join(str(counts[level]) for level in LEVELS)
        outcome = gate.outcome if gate.outcome in {"pass", "skip"} else f"**{gate.outcome}**"
        explain = gate.reason or gate.outcome == "skip" or unexplained(gate)
        why = code(reason(gate, _CELL), True) if explain else ""
        yield f"| {code(gate.id, True)} | {outcome} | {numbers} | {why} |"


def _row(finding: Finding, names: dict[str, str], owners: Owners) -> str:
    rule = f"[{finding.rule}]({rule_url(finding.rule)})"
    name = f" {code(names[finding.rule], True)}" if finding.rule in names else ""
    where, owner = place(finding), owners.of(finding)
    where = f"{where} ({owner})" if owner else where
    level = f"**{finding.level}**" if finding.level == "error" else finding.level
    return f"| {level} | {rule}{name} | {code(where, True) if where else ''} | {code(message(finding, _CELL), True)} |"


def _details(report: Report, findings: Sequence[Finding], owners: Owners, room: int) -> list[str]:
    stuck = [gate for gate in together(report.gates) if gate.fix]
    worth = [finding for finding in findings if finding.fix or "why" in finding.data]
    told = (block(finding, owners.of(finding), _WIDTH) for finding in worth)
    blocks = chain((gate_block(gate, _WIDTH) for gate in stuck), told)
    # The fence is as long as the longest run of backticks, which elide() bounds; both fences and the tags fit in 5,000.
    texts, shown = _fit(("\n".join([*lines, ""]) for lines in blocks), room - 5_000)
    note = _left_out("The evidence", max(0, shown - len(stuck)), worth)
    if not texts:
        return note
    lines = "\n".join(texts).rstrip("\n").split("\n")
    summary = "<details><summary>Why, and what to do next</summary>"
    return ["", summary, "", *fenced(lines), "", "</details>", *note]


def _fit(texts: Iterable[str], room: int) -> tuple[list[str], int]:
    """Return as many of ``texts`` from the start as fit into ``room`` bytes with a line end each, and how many."""
    kept: list[str] = []
    for text in texts:
        room -= len(text.encode()) + 1
        if room < 0:
            break
        kept.append(text)
    return kept, len(kept)


def _left_out(what: str, shown: int, findings: Sequence[Finding]) -> list[str]:
    if shown >= len(findings):
        return []
    total = plural(len(findings), "finding")
    text = f"{what} shows the first {shown:,} of {total}, the most serious first"
    return ["", f"{text}; `agentops-gate check --format json` lists them all."]


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
