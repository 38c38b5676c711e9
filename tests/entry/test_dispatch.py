"""``agentops-gate hook``: arguments, silence, and a merge that is being made."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import Workspace, branchy


def hook(repo: Workspace, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-m", "agentops_gates", "hook", *args],
        cwd=repo.path,
        env={**os.environ, **environment},
        input="",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(repo: Workspace) -> Workspace:
    repo.commit("start", {"app.py": branchy("f", 5), "other.py": branchy("g", 5)})
    return repo


def install(repo: Workspace, name: str) -> None:
    script = repo.write(
        f".git/hooks/{name}", f'#!/bin/sh\nexec "{sys.executable}" -I -m agentops_gates hook {name} "$@"\n'
    )
    script.chmod(0o755)


@pytest.mark.parametrize("name", ["pre-commit", "pre-merge-commit"])
def test_silent_when_all_is_well(project: Workspace, name: str) -> None:
    done = hook(project, name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        pytest.param((), "name is missing", id="nothing"),
        pytest.param(("post-commit",), "unknown hook", id="no-hook-of-ours"),
        pytest.param(("pre-commit", "--gate"), "--gate needs", id="gate-without-id"),
        pytest.param(("pre-commit", "--gate", "nope"), "no gate", id="unknown-gate"),
        pytest.param(
            ("commit-msg", "--gate", "complexity-regression", "x"),
            "complexity-regression does not run at commit-msg fix: it runs at: pre-commit, pre-merge-commit",
            id="gate-of-another-hook",
        ),
        pytest.param(("commit-msg",), "message file", id="message-without-file"),
        pytest.param(("commit-msg", "missing"), "cannot read", id="message-file-missing"),
        pytest.param(("pre-push",), "remote", id="push-without-remote"),
    ],
)
def test_bad_arguments_block_with_one_line(project: Workspace, args: tuple[str, ...], complaint: str) -> None:
    done = hook(project, *args)
    assert done.returncode == 2
    assert complaint in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_what_had_nothing_to_judge_is_shown_to_whoever_named_it(project: Workspace) -> None:
    done = hook(project, "pre-push", "origin", "url")
    assert (done.returncode, done.stderr) == (0, "")
    done = hook(project, "pre-push", "--gate", "push-after-vibe", "origin", "url")
    assert (done.returncode, done.stderr) == (0, "skip push-after-vibe: nothing to judge\n")


def test_a_merge_is_not_charged_with_what_a_parent_already_had(project: Workspace) -> None:
    project.git("switch", "-qc", "topic")
    project.commit("grow g, knowingly", {"other.py": branchy("g", 20)})
    project.git("switch", "-q", "main")
    project.commit("unrelated", {"notes.txt": "x"})
    install(project, "pre-merge-commit")
    project.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
    assert len(project.git("rev-list", "--parents", "-1", "HEAD").split()) == 3


def test_growth_that_only_the_merge_brings_is_stopped(project: Workspace) -> None:
    project.git("switch", "-qc", "topic")
    project.commit("topic", {"other.py": branchy("g", 6)})
    project.git("switch", "-q", "main")
    project.commit("unrelated", {"notes.txt": "x"})
    install(project, "pre-commit")
    project.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    project.write("app.py", branchy("f", 15))
    project.git("add", "-A")
    done = project.run_git("commit", "-q", "-m", "merge, and a surprise")
    assert done.returncode == 1
    assert b"AG601" in done.stderr
