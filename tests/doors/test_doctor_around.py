"""``doctor`` on what lies around the hooks: worth a word, never a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Workspace
from doors.doctorlib import CONFIG, ask, found
from doors.doorlib import Installed, put


def _shallow(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    repo.commit("second")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow"))
    clone = Workspace(tmp_path / "shallow")
    installed.gate(clone, "install")
    return clone


def _replace_refs(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    first, second = repo.head(), repo.commit("second", {"a.py": "x = 2\n"})
    repo.git("replace", second, first)
    return repo


def _grafts(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    put(repo.path / ".git" / "info" / "grafts", f"{repo.head()}\n", 0o644)
    return repo


def _skip_worktree(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    repo.git("update-index", "--skip-worktree", "a.py")
    return repo


def _assume_unchanged(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    repo.git("update-index", "--assume-unchanged", "a.py")
    return repo


def _hook_types(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    repo.commit("config", {".pre-commit-config.yaml": CONFIG.split("\n", 1)[1]})
    return repo


def _broken_runner_file(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    repo.commit("config", {".pre-commit-config.yaml": "repos: [\x00"})
    return repo


@pytest.mark.parametrize(
    ("arrange", "id_"),
    [
        (_shallow, "shallow"),
        (_replace_refs, "replaced"),
        (_grafts, "grafts"),
        (_skip_worktree, "skip-worktree"),
        (_assume_unchanged, "assume-unchanged"),
        (_hook_types, "hook-types"),
        (_broken_runner_file, "runner-file"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_warnings(arrange, id_: str, hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    answer = ask(installed, arrange(hooked, tmp_path, installed), 0)
    assert [name for name, _ in found(answer, "warning")] == [id_]


@pytest.mark.parametrize(
    ("variables", "id_"),
    [
        ({"GIT_INDEX_FILE": ".git/index"}, "leaked-git"),
        ({"GIT_CONFIG_COUNT": "0"}, "leaked-git"),
        ({"AGENTOPS_HOOKS_DISABLED": "1"}, "switch"),
        ({"AGENTOPS_SKIP_COMPLEXITY_REGRESSION": "1"}, "switch"),
        ({"SKIP": "agentops-pre-commit"}, "switch"),
        ({"LEFTHOOK": "0", "HUSKY": "0"}, "switch"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_variables(variables: dict[str, str], id_: str, hooked: Workspace, installed: Installed) -> None:
    answer = ask(installed, hooked, 0, variables)
    warnings = found(answer, "warning")
    assert [name for name, _ in warnings] == [id_]
    assert all(name in warnings[0][1] for name in variables)


def test_hooks_in_the_configuration(hooked: Workspace, installed: Installed) -> None:
    hooked.git("config", "hook.linter.command", "lint \x1b[31m")
    hooked.git("config", "hook.linter.event", "pre-commit")
    hooked.git("config", "--global", "hook.pre-commit.enabled", "false")
    said = [message for name, message in found(ask(installed, hooked, 0), "warning", "note") if name == "config-hook"]
    assert len(said) == 2
    assert any("hook.linter.command = lint \\x1b[31m (local, " in message for message in said)
    assert any("hook.pre-commit.enabled is false (global, " in message for message in said)


def test_interpreter_inside_the_work_tree(repo: Workspace) -> None:
    own = Installed(repo.path / ".venv")
    repo.commit("first", {".gitignore": ".venv\n"})
    own.gate(repo, "install")
    assert [name for name, _ in found(ask(own, repo, 0), "note")] == ["interpreter"]


def test_runner_inside_the_work_tree_is_not_started(hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    put(hooked.path / "bin" / "pre-commit", f"#!/bin/sh\n: >{tmp_path}/trace\necho pre-commit 9.9\n")
    answer = ask(installed, hooked, 0, {"PATH": f"{hooked.path}/bin:{os.environ['PATH']}"})
    assert answer["versions"].get("pre-commit") != "9.9"
    assert not (tmp_path / "trace").exists()
