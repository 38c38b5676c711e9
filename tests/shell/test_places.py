"""Removal of places: what lies in a folder decides, not what it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentops_gates.shell.guard import decide
from agentops_gates.shell.hazards import Context

from .corpuslib import guarded


@pytest.fixture
def place(tmp_path: Path) -> Context:
    repo = guarded(tmp_path / "repo")
    repo.git("worktree", "add", "-q", str(tmp_path / "wt"), "topic")
    (tmp_path / "plain").mkdir()
    (tmp_path / "repo" / "build").mkdir()
    return Context(str(repo.path))


@pytest.mark.parametrize(
    "line",
    [
        "rm -rf ../plain",
        "rm -rf build",
        "rm -rf build/*",
        'rm -rf "$(git rev-parse --show-toplevel)/build"',
        "git worktree remove ../wt",
        "cd src && rm -rf *",
        "git worktree list | xargs echo",
    ],
)
def test_allowed(line: str, place: Context) -> None:
    assert decide(line, place).answer == "allow"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("rm -rf ../wt", "AG419"),
        ("rm -rf $PWD/../wt", "AG419"),
        ("git worktree list | awk 'NR>1{print $1}' | xargs rm -rf", "AG419"),
        ("rm -rf ../repo", "AG441"),
        ("cd src && rm -rf ../../repo", "AG441"),
        ('cd src; rm -rf "$(git rev-parse --show-toplevel)"', "AG441"),
        ("rm -rf *", "AG401"),
        ("cd src; rm -rf ../*", "AG401"),
        ("bash -c 'rm -rf \"$PWD\"'", "AG441"),
    ],
)
def test_refused(line: str, rule: str, place: Context) -> None:
    decision = decide(line, place)
    assert decision.answer == "deny"
    assert rule in {found.rule for found in decision.hazards}
