"""The examples: pinned, and their own commands judge a clone such as each provider makes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ci.actionlib import ROOT, Runner, load_yaml
from ci.landing import ONE, Forge
from ci.server import ZERO, Server
from conftest import Workspace, make_repository

EXAMPLES = ROOT / "examples"
RECORDS = "refs/agentops/verdicts/*"
_SPEC = re.compile(r'"git\+https://github\.com/[\w./-]+@[0-9a-f]{40}"')
_TOOL = re.compile(rf"pipx run --spec {_SPEC.pattern} ")
_INSTALL = re.compile(rf"pip install --quiet {_SPEC.pattern}")


def gitlab(document: Any) -> list[str]:
    return document["agentops-gates"]["script"]


def buildkite(document: Any) -> list[str]:
    return document["steps"][0]["commands"]


def azure(document: Any) -> list[str]:
    return [step["script"] for step in document["steps"] if "script" in step]


def bitbucket(document: Any) -> list[str]:
    return document["pipelines"]["pull-requests"]["**"][0]["step"]["script"]


def circleci(document: Any) -> list[str]:
    base = document["workflows"]["gates"]["jobs"][0]["agentops-gates"]["base"]
    steps = document["jobs"]["agentops-gates"]["steps"]
    return [step["run"].replace("<< parameters.base >>", base) for step in steps if "run" in step]


def jenkins(document: str) -> list[str]:
    return re.findall(r"^\s*sh '(.*)'$", document, re.MULTILINE)


# File, where its commands stand, what the provider sets, and whether its clone holds the other branches.
Commands = Callable[[Any], list[str]]
PROVIDERS: list[tuple[str, Commands, dict[str, str], bool]] = [
    (
        "gitlab-ci.yml",
        gitlab,
        {
            "GITLAB_CI": "true",
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_SHA": "{head}",
            "CI_COMMIT_BEFORE_SHA": ZERO,
            "CI_DEFAULT_BRANCH": "main",
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        },
        False,
    ),
    (
        "buildkite-pipeline.yml",
        buildkite,
        {
            "BUILDKITE": "true",
            "BUILDKITE_COMMIT": "{head}",
            "BUILDKITE_BRANCH": "topic",
            "BUILDKITE_PULL_REQUEST": "7",
            "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
            "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
        },
        False,
    ),
    ("circleci-config.yml", circleci, {"CIRCLECI": "true", "CIRCLE_SHA1": "{head}", "CIRCLE_BRANCH": "topic"}, True),
    (
        "azure-pipelines.yml",
        azure,
        {
            "TF_BUILD": "True",
            "BUILD_REASON": "PullRequest",
            "BUILD_SOURCEVERSION": "{head}",
            "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
        },
        True,
    ),
    (
        "bitbucket-pipelines.yml",
        bitbucket,
        {
            "BITBUCKET_BUILD_NUMBER": "1",
            "BITBUCKET_COMMIT": "{head}",
            "BITBUCKET_PR_ID": "7",
            "BITBUCKET_PR_DESTINATION_BRANCH": "main",
        },
        False,
    ),
    (
        "Jenkinsfile",
        jenkins,
        {"BUILD_TAG": "jenkins-x-1", "GIT_COMMIT": "{head}", "CHANGE_ID": "7", "CHANGE_TARGET": "main"},
        False,
    ),
]


def commands(name: str, read: Commands) -> list[str]:
    path = EXAMPLES / name
    return read(path.read_text() if name == "Jenkinsfile" else load_yaml(path))


@pytest.mark.parametrize(("name", "read", "env", "whole"), PROVIDERS, ids=[row[0] for row in PROVIDERS])
@pytest.mark.parametrize(("branch", "code"), [("clean", 0), ("bad", 1)])
def test_its_commands_judge_a_change(
    runner: Runner,
    server: Server,
    tmp_path: Path,
    branch: str,
    code: int,
    name: str,
    read: Commands,
    env: dict[str, str],
    whole: bool,
) -> None:
    repo = checkout(server, tmp_path / "work", branch, whole)
    done = run(runner, repo, commands(name, read), env)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("AG601" in done.stdout) == (code == 1)


@pytest.mark.parametrize(("name", "read", "env", "whole"), PROVIDERS, ids=[row[0] for row in PROVIDERS])
def test_its_commands_bring_the_records(
    runner: Runner, tmp_path: Path, name: str, read: Commands, env: dict[str, str], whole: bool
) -> None:
    forge = Forge(tmp_path / "org" / "project", runner)
    forge.topic("topic", ONE)
    forge.vibe()
    forge.author.git("push", "-q", "origin", "topic")
    repo = checkout(forge, tmp_path / "work", "topic", whole)
    repo.git("fetch", "-q", str(forge.author.path), f"{RECORDS}:{RECORDS}")  # what somebody left in this folder
    done = run(runner, repo, commands(name, read), env)
    assert (done.returncode, "error AG101" in done.stdout) == (1, True), done.stdout + done.stderr
    forge.published("topic")
    done = run(runner, repo, commands(name, read), env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "refs/heads/main is accepted at level 1 (bound)" in " ".join(done.stdout.split())


def run(runner: Runner, repo: Workspace, lines: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run an example's commands in a checkout, as the provider's runner does."""
    assert runner.installed is not None
    path = os.pathsep.join((os.path.dirname(runner.installed["python"]), os.environ["PATH"]))
    own = {name: value for name, value in os.environ.items() if name == "HOME" or name.startswith("GIT_")}
    told = {variable: value.replace("{head}", repo.head()) for variable, value in env.items()}
    # The tool is installed already: what is left out is its installation, and nothing but that.
    script = [_TOOL.sub("", line) for line in lines if not _INSTALL.fullmatch(line)]
    return subprocess.run(
        ["/bin/bash", "-e", "-c", "\n".join(script)],
        cwd=repo.path,
        env={**own, **told, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def checkout(server: Server, path: Path, branch: str, whole: bool) -> Workspace:
    repo = make_repository(path)
    repo.git("remote", "add", "origin", f"file://{server.path}")
    refspec = "+refs/heads/*:refs/remotes/origin/*" if whole else f"+refs/heads/{branch}:refs/remotes/origin/{branch}"
    repo.git("fetch", "-q", "origin", refspec)
    repo.git("checkout", "-q", "--detach", f"refs/remotes/origin/{branch}")
    return repo


@pytest.mark.parametrize(("name", "read"), [row[:2] for row in PROVIDERS], ids=[row[0] for row in PROVIDERS])
def test_the_tool_is_pinned_to_a_commit(name: str, read: Commands) -> None:
    lines = commands(name, read)
    assert sum(bool(_SPEC.search(line)) for line in lines) == 1
    assert sum("agentops-gate check" in line for line in lines) == 1


def test_the_workflow_is_pinned_and_may_do_little() -> None:
    workflow = load_yaml(EXAMPLES / "github-workflow.yml")
    assert set(workflow["on"]) == {"pull_request", "merge_group", "push"}
    assert "edited" in workflow["on"]["pull_request"]["types"]
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    assert [step["uses"].split("@")[0] for step in job["steps"]] == [
        "actions/checkout",
        "agentops-gates/agentops-gates",
    ]
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]) for step in job["steps"])
    assert job["steps"][0]["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_the_action_uses_no_other_action() -> None:
    action = load_yaml(ROOT / "action.yml")
    assert action["runs"]["using"] == "composite"
    assert all(set(step) <= {"id", "shell", "env", "run"} for step in action["runs"]["steps"])


def test_the_page_names_every_input_and_output() -> None:
    action, page = load_yaml(ROOT / "action.yml"), (ROOT / "docs" / "ci.md").read_text()
    assert [name for name in (*action["inputs"], *action["outputs"]) if f"`{name}`" not in page] == []
    assert [
        path.name
        for path in EXAMPLES.iterdir()
        if path.is_file() and path.suffix != ".sh" and f"examples/{path.name}" not in page
    ] == []
