"""The shell's first look and the rule in Python see the same, in every shell that may be ``sh``."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Workspace

from agentops_gates.entry.githooks.worker_sh import SHELL
from agentops_gates.git.repo import Repo
from agentops_gates.workers.role import sign

SHELLS = [name for name in ("dash", "bash", "busybox") if shutil.which(name)]
CASES: dict[str, tuple[dict[str, str], str, str, bool]] = {
    # environment, marker, configuration of the work tree, whether it is a worker
    "nothing": ({}, "", "", False),
    "lead": ({"AGENTOPS_ROLE": "lead"}, "", "", False),
    "off": ({"AGENTOPS_WORKER": "0", "AGENTOPS_WORKER_SESSION": ""}, "", "", False),
    "another marker": ({}, "lead\nworker\n", "", False),
    "another setting": ({}, "", "[agentops]\n\trole = lead\n[other]\n\trole = worker\n", False),
    "a comment": ({}, "", "[agentops]\n# role = worker\n", False),
    "role": ({"AGENTOPS_ROLE": "worker"}, "", "", True),
    "Role": ({"AGENTOPS_ROLE": "WORKER"}, "", "", True),
    "older": ({"AGENTOPS_WORKER": "1"}, "", "", True),
    "older role": ({"AGENTOPS_SWARM_ROLE": "worker"}, "", "", True),
    "older session": ({"AGENTOPS_WORKER_SESSION": "abc"}, "", "", True),
    "older name": ({"CLAUDE_AGENT_NAME": "worker-3"}, "", "", True),
    "marker": ({}, "worker\n", "", True),
    "marker without an end": ({}, "worker", "", True),
    "setting": ({}, "", "[user]\n\tname = x\n[agentops]\n\trole = worker\n", True),
    "setting on one line": ({}, "", "[agentops] role = worker\n", True),
    "setting without blanks": ({}, "", "[agentops]\nrole=worker\n", True),
}


def told(shell: str, folder: Path, script: str, env: dict[str, str]) -> str:
    argv = [shell, "sh"] if shell == "busybox" else [shell]
    done = subprocess.run(
        [*argv, "-c", f"{SHELL}\n{script}"], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout.strip()


@pytest.fixture
def linked(repo: Workspace, tmp_path: Path) -> Workspace:
    repo.commit("first", {"deep/er/a": "a\n"})
    repo.git("worktree", "add", "-q", "-b", "x", str(tmp_path / "a tree"))
    return Workspace(tmp_path / "a tree")


@pytest.mark.parametrize("place", ["top", "below", "with GIT_DIR"])
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_shell_and_python_agree(linked: Workspace, case, shell: str, place: str, monkeypatch) -> None:
    given, marker, setting, worker = case
    git_dir = Path(linked.git("rev-parse", "--absolute-git-dir"))
    if marker:
        (git_dir / "agentops").mkdir()
        (git_dir / "agentops" / "role").write_text(marker)
    if setting:
        (git_dir / "config.worktree").write_text(setting)
    folder = linked.path / "deep" / "er" if place == "below" else linked.path
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    if place == "with GIT_DIR":
        monkeypatch.setenv("GIT_DIR", str(git_dir))
        folder = Path("/")
    assert told(shell, folder, "if worker_here; then echo yes; else echo no; fi", {**os.environ}) == (
        "yes" if worker else "no"
    )
    monkeypatch.chdir(folder)
    with Repo.open() as opened:
        assert (sign(opened, proc="/nonexistent") is not None) == worker


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no /proc here")
def test_a_process_above_tells(linked: Workspace, shell: str) -> None:
    inner = "if worker_above; then echo yes; else echo no; fi"
    for value, wanted in (("worker", "yes"), ("lead", "no")):
        # One process more between the one that has the variable and the one that asks.
        code = "import os, subprocess, sys; os.environ.pop('AGENTOPS_ROLE'); subprocess.run(sys.argv[1:], check=True)"
        argv = [shell, "sh"] if shell == "busybox" else [shell]
        done = subprocess.run(
            [os.sys.executable, "-c", code, *argv, "-c", f"{SHELL}\n{inner}"],
            env={**os.environ, "AGENTOPS_ROLE": value, "MORE": "two\nlines"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == wanted


@pytest.mark.parametrize("shell", SHELLS)
def test_refs_that_a_worker_may_not_move(linked: Workspace, shell: str) -> None:
    names = {
        "HEAD": True,
        "refs/heads/main": True,
        "refs/tags/v1": True,
        "refs/stash": True,
        "ORIG_HEAD": False,
        "refs/remotes/origin/main": False,
        "refs/agentops/claims/7": False,
        "refs/bisect/bad": False,
        "refs/worktree/x": False,
    }
    for name, wanted in names.items():
        script = f"if worker_ref {name}; then echo yes; else echo no; fi"
        assert told(shell, linked.path, script, {**os.environ}) == ("yes" if wanted else "no"), name


def test_what_is_printed(linked: Workspace) -> None:
    script = "AGENTOPS_ROLE=worker; worker_here && worker_stopped refs/heads/main 2>&1"
    assert told("sh", linked.path, script, {**os.environ}).startswith(
        "agentops-gate: AG306 a worker moves refs/heads/main: AGENTOPS_ROLE is worker"
    )
