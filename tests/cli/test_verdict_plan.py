"""Plans, by the commands that a person types: judged by hand, taken on, overridden; and what leave it gives."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cli.verdictlib import recorded, said
from conftest import Workspace
from verdicts.signlib import make_key

from agentops_gates.entry.cli.app import main
from agentops_gates.model.errors import UsageError

PLAN = ".agents/plans/login.md"
KEY = ("--key", str(make_key("ed25519", "boss").path))


def write(project: Workspace, text: str) -> None:
    project.write(PLAN, f"---\nissues: [a-1, a-2, a-3]\n---\n# Login {text}\n")
    project.git("add", ".agents")


def work(project: Workspace) -> int:
    """Commit work for the epic as its hook does, by somebody who is neither planner nor boss."""
    message = project.write("../message", "work\n\nEpic: login\n")
    command = [sys.executable, "-m", "agentops_gates", "hook", "commit-msg", str(message)]
    env = {**os.environ, "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_EMAIL": "ada@example.org"}
    project.write("b.py", "y = 1\n")
    project.git("add", "b.py")
    return subprocess.run(command, cwd=project.path, env=env, check=False).returncode


def test_a_warn_on_a_plan_is_taken_on_by_somebody_else(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.git("config", "user.email", "ada@example.org")
    write(project, "HMM")
    out = said(capsys, 0, "pre-mortem", PLAN)
    name = recorded(out)
    command = f"agentops-gate verdict ack {name} --finding claude:f1 --reason WHY"
    assert command in out
    refused = said(capsys, 1, "crank", "login")
    assert "AG203" in refused
    assert command in refused.replace("\n", " ") or name in refused
    assert work(project) == 1
    args = ("verdict", "ack", name, "--finding", "claude:f1", "--reason", "known")
    said(capsys, 0, *args)
    assert "who is an author of the change" in " ".join(said(capsys, 1, "crank", "login").split())
    said(capsys, 0, *args, "--principal", "boss@example.org", *KEY)
    assert said(capsys, 0, "crank", "login").startswith("leave for login")
    assert said(capsys, 0, "verdict", "verify", "--plan", "login").startswith("leave for login")
    assert work(project) == 0
    write(project, "HMM, and more")
    assert "AG202" in said(capsys, 1, "crank", "login")


def test_a_plan_is_overridden_by_a_person(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "BUG")
    said(capsys, 1, "pre-mortem", PLAN)
    assert "AG203" in said(capsys, 1, "crank", "login")
    assert work(project) == 1
    name = recorded(said(capsys, 0, "verdict", "override", "--plan", PLAN, "--reason", "on fire", *KEY))
    out = said(capsys, 0, "crank", "login")
    assert "warning AG207" in out
    assert "boss@example.org opens it: on fire" in " ".join(out.split())
    assert "leave for login" in out
    assert work(project) == 0
    refs = project.git("for-each-ref", "--format=%(refname)", "refs/agentops")
    assert f"refs/agentops/verdicts/pre-mortem-before-crank/{name}." in refs
    assert f"push-after-vibe/{name}" not in refs
    write(project, "BUG, and more")
    assert main(["crank", "login"]) == 1


def test_an_override_of_a_push_opens_no_plan(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "BUG")
    project.git("commit", "-q", "-m", "plan")
    said(capsys, 0, "verdict", "override", "--reason", "on fire", *KEY)
    assert "AG109" in said(capsys, 0, "verdict", "verify")
    assert "AG201" in said(capsys, 1, "crank", "login")


def test_somebody_judges_a_plan_by_hand(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.git("config", "user.email", "ada@example.org")
    write(project, "")
    said(capsys, 0, "verdict", "record", "PASS", "--plan", "login")
    assert "AG201" in said(capsys, 1, "crank", "login"), "the planner judged it"
    said(capsys, 0, "verdict", "record", "PASS", "--plan", "login", "--principal", "claude@council")
    assert said(capsys, 0, "verdict", "verify", "--plan", PLAN).startswith("leave for login")
    assert "PASS for refs/agentops/plans/login" in said(capsys, 0, "verdict", "list")


def test_three_fails_of_a_plan_are_the_end(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        write(project, f"BUG {number}")
        said(capsys, 1, "pre-mortem", PLAN)
    write(project, "good")
    with pytest.raises(UsageError, match="failed three times"):
        main(["pre-mortem", PLAN])
    said(capsys, 0, "verdict", "override", "--plan", "login", "--reason", "I looked", *KEY)
    assert "leave for login" in said(capsys, 0, "crank", "login")


@pytest.mark.parametrize(
    "args",
    [
        ("verdict", "override", "--plan", "login", "--base", "main", "--reason", "x", *KEY),
        ("verdict", "record", "PASS", "--plan", "login", "--ref", "refs/heads/main"),
        ("verdict", "verify", "--plan", "login", "--head", "HEAD"),
        ("verdict", "verify", "--plan", "../login x"),
        ("verdict", "verify", "--plan", "other"),
    ],
)
def test_wrong_arguments(project: Workspace, args: tuple[str, ...]) -> None:
    write(project, "")
    with pytest.raises(UsageError):
        main(list(args))
