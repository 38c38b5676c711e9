"""GitHub: whatever a repository says, the runner executes our annotations and nothing else."""

from __future__ import annotations

import re

import pytest
from formats.sample_reports import (
    DELTA,
    HOSTILE,
    NEW,
    REPORTS,
    ROSE,
    UNUSED,
    finding_report,
    hostile_report,
    many,
)

from agentops_gates.formats.github import render, step_summary
from agentops_gates.formats.text import render as text
from agentops_gates.model.text import printable

COMMANDS = {
    "error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-path", "add-matcher", "remove-matcher",
    "set-env", "set-output", "save-state", "echo", "internal-set-repo-path", "stop-commands",
}  # fmt: skip


def _unescape(value, table):
    for code, char in table:
        value = value.replace(code, char)
    return value


_DATA = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
_PROPERTY = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
_OLD = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")]


def _new_style(line, registered):
    """As actions/runner, ActionCommand.TryParseV2: returns (name, properties, data) or None."""
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, given = line[2:end].partition(" ")
    if name.lower() not in registered:
        return None
    pairs = [pair.split("=", 1) for pair in given.strip().split(",")]
    properties = {pair[0]: _unescape(pair[1], _PROPERTY) for pair in pairs if len(pair) == 2 and all(pair)}
    return name.lower(), properties, _unescape(line[end + 2 :], _DATA)


def _old_style(line, registered):
    """As actions/runner, ActionCommand.TryParse: ``##[name]data`` anywhere in a line."""
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    return (name.lower(), {}, _unescape(line[end + 1 :], _OLD)) if name.lower() in registered else None


def executed(log):
    """Return the commands that a runner would execute in ``log``, as its ActionCommandManager goes about it."""
    registered, token, result = set(COMMANDS), None, []
    for line in re.split(r"\r\n|\r|\n", log):
        command = _new_style(line, registered) or _old_style(line, registered)
        if command is None:
            continue
        if token is not None:
            if command[0] == token:
                registered.remove(token)
                token = None
        elif command[0] == "stop-commands":
            token = command[2].lower()
            registered.add(token)
        else:
            result.append(command)
    assert token is None, "commands were never switched on again"
    return result


def test_the_runner_in_this_test_does_execute():
    assert executed("a\r::error file=x%2Cy,line=3,title=a%3Ab::c%0Ad%250A") == [
        ("error", {"file": "x,y", "line": "3", "title": "a:b"}, "c\nd%0A")
    ]
    assert executed("x ##[set-env name=A]b") == [("set-env", {}, "b")]
    assert executed("::stop-commands::T\n::error::a\n::t::\n::warning::b") == [("warning", {}, "b")]


@pytest.mark.parametrize("name", ["nothing ran", "passed", "unborn"])
def test_says_nothing_when_all_is_well(name):
    assert render(REPORTS[name]) == ""


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_executes_nothing_and_arrives_unchanged(hostile):
    report = hostile_report(hostile)
    commands = executed(render(report))
    assert [name for name, _, _ in commands] == ["error", "error", "error", "warning", "notice", "notice"]
    for _, properties, data in commands:
        assert set(properties) <= {"file", "line", "title"}
        assert all(char.isprintable() or char == "\n" for char in data)
    on_file = [command for command in commands if "file" in command[1]]
    assert [(properties["file"], properties["line"]) for _, properties, _ in on_file] == [
        (printable(hostile), "3") for _ in range(3)
    ]
    for _, properties, data in on_file:
        assert properties["title"] == "AG601 complexity-regression"
        if len(hostile) < 500:
            assert data.split("\n")[:3] == [printable(hostile)] * 3


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_gate_names_execute_nothing(hostile):
    report = hostile_report(hostile)
    gates = tuple(gate._replace(id=hostile) for gate in report.gates)
    commands = executed(render(report._replace(gates=gates)))
    assert len(commands) == 6
    assert all(properties["title"].isprintable() for _, properties, _ in commands)
    assert all(len(properties["title"]) < 300 for _, properties, _ in commands)


def test_the_token_is_new_each_time_and_hard_to_guess():
    tokens = {render(REPORTS["warning"]).split("\n")[0] for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"::stop-commands::[0-9a-f]{32}", token) for token in tokens)


def test_the_log_holds_the_text_report():
    lines = render(REPORTS["everything"]).split("\n")
    assert "\n".join(lines[1:]).startswith(text(REPORTS["everything"]))
    assert "\x1b[1;31merror AG601" in render(REPORTS["everything"], color=True)


def test_an_annotation_carries_evidence_and_next_step():
    ((name, properties, data),) = executed(render(finding_report(ROSE)))
    assert name == "error"
    assert properties == {"file": "src/flask/app.py", "line": "1385", "title": "AG601 complexity-regression"}
    assert data.split("\n") == [
        "`Flask.dispatch` rose from 14 to 17 (cyclomatic complexity, limit 10)",
        "+1 if, line 1391",
        "+2 and, line 1391",
        "bring it back to 14 or less",
    ]


def test_undecided_is_an_error_and_a_skip_a_notice():
    commands = executed(render(REPORTS["everything"]))
    assert [(name, properties["title"]) for name, properties, _ in commands] == [
        ("error", "push-after-vibe undecided"),
        ("error", "AG901 policy-change"),
        ("error", "AG601 complexity-regression"),
        ("error", "AG602 complexity-regression"),
        ("warning", "AG607 complexity-regression"),
        ("notice", "flywheel-lifecycle skip"),
        ("notice", "AG609 complexity-regression"),
    ]


@pytest.mark.parametrize(("number", "shown", "more"), [(9, 9, None), (10, 10, None), (11, 9, 2), (20_000, 9, 19_991)])
def test_at_most_ten_annotations_of_a_level(number, shown, more):
    findings = [finding._replace(line=n + 1) for finding in (DELTA, UNUSED, NEW) for n in range(number)]
    commands = executed(render(finding_report(*findings)))
    for name in ("error", "warning", "notice"):
        these = [command for command in commands if command[0] == name]
        assert len([command for command in these if "file" in command[1]]) == shown
        assert [data for _, properties, data in these if "file" not in properties] == (
            [f"{more:,} more in the summary of this job"] if more else []
        )
    assert [command[0] for command in commands] == sorted(
        (c[0] for c in commands), key=["error", "warning", "notice"].index
    )


def test_an_undecided_gate_is_not_cut_by_many_findings():
    report = many(20_000)
    report = report._replace(gates=(*report.gates, REPORTS["undecided"].gates[0]))
    assert executed(render(report))[0][1]["title"] == "push-after-vibe undecided"


def test_a_message_without_end_is_cut():
    commands = executed(render(finding_report(ROSE._replace(data={"why": ["x" * 5000] * 50}))))
    assert len(commands[0][2]) < 5_000


def test_the_summary_stays_below_one_mebibyte_in_whole_lines_and_says_what_is_missing():
    report = many(20_000, path="p/" * 200 + "{}.py", every=10)
    summary = step_summary(report)
    assert 950_000 < len(summary.encode()) < 1024 * 1024
    assert summary.endswith("\n")
    rows = [line for line in summary.splitlines() if line.startswith(("| **error** |", "| note |"))]
    assert all(line.endswith(" |") for line in rows)
    assert len([row for row in rows if "error" in row]) == min(len(rows), 2_000)
    assert f"The table shows the first {len(rows):,} of 20,000 findings, the most serious first;" in summary
    assert summary.count("```") == 2
    assert summary.count("<details>") == summary.count("</details>") == 1


def test_the_summary_of_a_passed_run_says_so():
    assert step_summary(REPORTS["passed"]).startswith("### agentops-gates: passed\n\n| Gate |")
