"""What is appended to the runner's files: values that try to be something else first."""

from __future__ import annotations

from pathlib import Path

import pytest
from ci.actionlib import read_outputs

from agentops_gates.entry.ci.github import write_outputs, write_summary
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.finding import Finding, GateResult, Report

FINDING = Finding("AG601", "error", "it grew\n\n<script>::error::x", "app.py", 3)
REPORT = Report((), (GateResult("complexity-regression", "fail", "", (FINDING, FINDING._replace(line=9))),))


@pytest.mark.parametrize(
    "name",
    [
        "x\noutcome<<E\npass\nE",
        "x\noutcome=pass",
        "x\r\noutcome=pass",
        "outcome<<",
        "::set-output name=outcome::pass",
        "\udcff",
        "",
    ],
    ids=ascii,
)
def test_a_file_name_adds_no_output(tmp_path: Path, name: str) -> None:
    file = tmp_path / "output"
    write_outputs(REPORT, {"GITHUB_OUTPUT": str(file)}, name)
    assert read_outputs(file) == {"outcome": "fail", "findings": "2", "level": "", "sarif-file": name}


def test_the_delimiter_is_never_the_same(tmp_path: Path) -> None:
    file = tmp_path / "output"
    for _ in range(2):
        write_outputs(REPORT, {"GITHUB_OUTPUT": str(file)})
    delimiters = [line.split("<<")[1] for line in file.read_text().splitlines() if "<<" in line]
    assert len(set(delimiters)) == 8


def test_outside_a_step_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_outputs(REPORT, {})
    write_summary(REPORT, {"GITHUB_STEP_SUMMARY": ""})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_outputs, write_summary])
def test_a_file_that_cannot_be_written_is_undecided(tmp_path: Path, write: object) -> None:
    env = {"GITHUB_OUTPUT": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path)}
    with pytest.raises(UndecidedError, match="cannot write"):
        write(REPORT, env)  # type: ignore[operator]


def test_earlier_text_of_the_summary_stays(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_text("before\n")
    write_summary(REPORT, {"GITHUB_STEP_SUMMARY": str(file)})
    text = file.read_text()
    assert text.startswith("before\n")
    assert "AG601" in text
