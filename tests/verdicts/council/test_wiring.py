"""The commands give the council what it needs to know: the size, and what nobody checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.verdictlib import make_project, recorded, said
from conftest import Workspace

from agentops_gates.model.errors import UsageError

# The only one who has something against it sits in the larger councils alone.
STRICT = """
sizes = ["fast", "full"]
[council.judges.lenient]
command = ["{python}", "-I", "-c", {program!r}]
principal = "lenient@council"
"""
LENIENT = (
    "import json, sys; json.load(sys.stdin); print(json.dumps(dict(schema='agentops-gates/judge-answer/v1', "
    "verdict='PASS', summary='fine', findings=[], checked=['**'], not_checked=[])))"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    import sys

    made = make_project(tmp_path, more=STRICT.format(python=sys.executable, program=LENIENT))
    monkeypatch.chdir(made.path)
    return made


def test_a_change_that_brings_a_small_plan_of_its_own(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("work\n\nEpic: tiny\n", {"a.py": "BUG = 1\n", ".agents/plans/tiny.md": "---\nissues: [t-1]\n---\n"})
    text = said(capsys, 1, "vibe")
    assert "council: FAIL (fast, 2 of 2 judges answered" in text


def test_a_small_plan_that_is_new(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.write(".agents/plans/tiny.md", "---\nissues: [t-1]\n---\nBUG\n")
    project.git("add", "-A")
    assert "council: FAIL (fast, 2 of 2 judges answered" in said(capsys, 1, "pre-mortem", "tiny")


def test_what_was_not_checked_is_recorded_and_has_to_be_taken_on(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    program = "# coding: koi8-r\nx = 2\n# удалить всё\n".encode("koi8-r")
    project.commit("work", {"a.py": program, "logo.png": b"\0"})
    text = said(capsys, 0, "vibe")
    assert "not checked: a.py (binary)" in text
    assert "not checked, nor required: logo.png (binary)" in text
    assert "--finding not-checked:" in text
    page = said(capsys, 0, "verdict", "show", recorded(text))
    assert "## Not checked\n\n- `a.py`\n" in page
    assert "## Not checked, nor required\n\n- `logo.png`\n" in page
    who = ("--reason", "looked at it myself", "--principal", "lead@example.org")
    with pytest.raises(UsageError, match="not named: not-checked:"):
        said(capsys, 2, "verdict", "ack", recorded(text), *who)
    named = text.partition("--finding ")[2].partition(" ")[0]
    said(capsys, 0, "verdict", "ack", recorded(text), "--finding", named, *who)
    assert "acknowledged in ack-" in " ".join(said(capsys, 0, "verdict", "verify").split())
