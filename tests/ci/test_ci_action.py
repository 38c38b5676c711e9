"""The action's own steps, run as a runner runs them: for each event, on a change that is bad and one that is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ci.actionlib import Ended, Run, Runner
from ci.server import Server, fresh_runner

EVENTS = ("pull_request", "push", "forced", "new_branch", "tag", "merge_group")


def assert_undecided(ended: Ended, code: int) -> None:
    assert (ended.code, ended.outputs["outcome"]) == (code, "undecided"), ended.log
    assert "Traceback" not in ended.log


def assert_blocked(ended: Ended) -> None:
    assert ended.code == 1, ended.log
    assert ended.outputs["outcome"] == "fail"
    assert ended.outputs["findings"] == "1"
    report = json.loads(Path(ended.outputs["sarif-file"]).read_text())
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["AG601"]
    assert "\n::error file=app.py,line=1," in ended.log
    assert "AG601" in ended.summary


@pytest.mark.parametrize("event", EVENTS)
def test_a_clean_change_passes(runner: Runner, server: Server, tmp_path: Path, event: str) -> None:
    ended = runner.run(server.checkout(tmp_path / "work", server.event(event, "clean")))
    assert (ended.code, ended.outputs["outcome"], ended.outputs["findings"]) == (0, "pass", "0"), ended.log
    assert json.loads(Path(ended.outputs["sarif-file"]).read_text())["runs"][0]["results"] == []
    assert "::error" not in ended.log


@pytest.mark.parametrize("event", [*EVENTS, "second_push"])
def test_a_regression_is_blocked(runner: Runner, server: Server, tmp_path: Path, event: str) -> None:
    assert_blocked(runner.run(server.checkout(tmp_path / "work", server.event(event, "bad"))))


@pytest.mark.parametrize("event", EVENTS)
def test_a_shallow_checkout_is_completed(runner: Runner, server: Server, tmp_path: Path, event: str) -> None:
    assert_blocked(runner.run(server.checkout(tmp_path / "work", server.event(event, "bad"), depth=1)))


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("branch", ["clean", "bad"])
def test_shallow_never_passes(runner: Runner, server: Server, tmp_path: Path, event: str, branch: str) -> None:
    run = server.checkout(tmp_path / "work", server.event(event, branch), depth=1)
    ended = runner.run(run, {"fetch-history": "false"})
    assert_undecided(ended, 3)
    assert "fetch-depth: 0" in ended.log
    assert "undecided" in ended.summary


def test_a_server_that_cannot_be_reached_is_undecided(runner: Runner, server: Server, tmp_path: Path) -> None:
    run = server.checkout(tmp_path / "work", server.event("pull_request", "bad"), depth=1)
    server.path.rename(tmp_path / "gone")
    ended = runner.run(run)
    assert_undecided(ended, 3)
    assert "::warning title=agentops-gates::git fetch failed" in ended.log


def test_a_pull_request_of_which_only_the_head_was_checked_out(runner: Runner, server: Server, tmp_path: Path) -> None:
    name, payload, merge, ref = server.event("pull_request", "bad")
    head = server.oid("bad")
    run = server.checkout(tmp_path / "work", (name, payload, head, "refs/heads/bad"))
    assert_blocked(runner.run(run._replace(sha=merge, ref=ref)))


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_dispatch", "schedule"])
def test_events_without_a_change(runner: Runner, server: Server, tmp_path: Path, event: str) -> None:
    _, payload, sha, ref = server.event("push", "bad")
    run = server.checkout(tmp_path / "work", (event, payload, sha, ref))
    assert_undecided(runner.run(run), 2)
    if event != "pull_request_target":
        assert_blocked(runner.run(run, {"base": server.tip}))
        assert runner.run(run, {"base": server.tip, "head": server.tip}).code == 0


HOSTILE = [
    "$(touch${IFS}pwned)",
    "`touch${IFS}pwned`",
    "x;touch${IFS}pwned;",
    "x'\"&touch${IFS}pwned&",
    "|tee${IFS}pwned",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_branch_names_are_data(runner: Runner, tmp_path: Path, event: str, name: str) -> None:
    server = Server(tmp_path / "server", trunk=name)
    server.repo.git("branch", f"{name}-topic", "bad")
    assert_blocked(runner.run(server.checkout(tmp_path / "work", server.event(event, f"{name}-topic"), depth=1)))
    assert list(tmp_path.rglob("pwned")) == []


@pytest.mark.parametrize(
    "value", ["-rf", "--output=pwned", "$(touch pwned)", "`touch pwned`", "main; touch pwned", "\npwned"]
)
@pytest.mark.parametrize("name", ["base", "head", "ref", "boundary", "gates", "deadline"])
def test_inputs_are_data(runner: Runner, server: Server, tmp_path: Path, name: str, value: str) -> None:
    run = server.checkout(tmp_path / "work", server.event("push", "bad"))
    before = sorted(path.name for path in run.workspace.iterdir())
    assert_undecided(runner.run(run, {"base": server.tip, name: value}), 2)
    assert sorted(path.name for path in run.workspace.iterdir()) == before


def test_gates_are_named_one_by_one_and_not_globbed(runner: Runner, server: Server, tmp_path: Path) -> None:
    run = server.checkout(tmp_path / "work", server.event("push", "bad"))
    (run.workspace / "complexity-regression").touch()
    assert_blocked(runner.run(run, {"gates": " complexity-regression\n", "deadline": "30"}))
    assert_undecided(runner.run(run, {"gates": "complexity-*"}), 2)


def test_modules_of_the_checkout_are_not_imported(runner: Runner, server: Server, tmp_path: Path) -> None:
    run = server.checkout(tmp_path / "work", server.event("pull_request", "bad"))
    for name in ("agentops_gates", "click", "json", "sitecustomize"):
        (run.workspace / f"{name}.py").write_text("open('pwned', 'w').close()\nraise SystemExit(0)\n")
    assert_blocked(runner.run(run))
    assert not (run.workspace / "pwned").exists()


def test_without_a_fit_python_it_says_what_to_add(tmp_path: Path) -> None:
    runner = fresh_runner(tmp_path / "runner")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    ended = runner.run(Run(tmp_path, "push", {}, "", ""), env={"PATH": str(tools)})
    assert_undecided(ended, 2)
    assert ended.log.startswith("::error title=agentops-gates::no Python 3.11 or newer")
    assert "actions/setup-python" in ended.log
