"""The git in front of git: everyday work goes through it untouched, whoever calls it; what destroys does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import GIT, Installed
from doors.strictlib import play

PYTHON = "python3 -c \"import subprocess; raise SystemExit(subprocess.call(['git', 'reset', '--hard']))\""


@pytest.fixture
def shim(repo: Workspace, tmp_path: Path, installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A repository with two commits and a dirty file; the shim stands first on PATH."""
    repo.commit("one", {"a": "1\n", "with space": "1\n"})
    repo.commit("two", {"a": "2\n"})
    installed.gate(repo, "shim", "--dir", str(tmp_path / "shim"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'shim'}{os.pathsep}{os.environ['PATH']}")
    repo.write("a", "work\n")
    return repo


PASSES = {
    "status": "git status --short",
    "log": "git log --oneline",
    "commit": "git commit -qam x",
    "a message that mentions": "git commit -qam 'never git reset --hard, nor push --force'",
    "odd words": 'git commit -q -m "a  b\nc" -- a "with space" && test "$(git log -1 --format=%B)" = "a  b\nc"',
    "input": "echo x | git hash-object --stdin",
    "an alias": "git config alias.st 'status --short' && git st",
    "a branch": "git switch -q -c topic && git stash -q && git stash pop -q",
    "exec": "git stash -q && git rebase -q --exec true HEAD~1",
    "elsewhere": 'cd / && git -C "$OLDPWD" status --short',
    "none at all": "git --version",
}


@pytest.mark.parametrize("line", PASSES.values(), ids=PASSES)
def test_passes_untouched(line: str, shim: Workspace) -> None:
    code, said = play(shim, line)
    assert code == 0, said
    assert "agentops" not in said


STOPPED = {
    "plain": "git reset --hard",
    "quoted": "g'i't reset --h\"ard\"",
    "nested shell": "bash -c 'git reset --hard'",
    "python": PYTHON,
    "xargs": "echo --hard | xargs git reset",
    "find": "find . -maxdepth 0 -exec git checkout -f {} +",
    "in a script": "printf 'git reset --hard\\n' >/tmp/$$.sh; sh /tmp/$$.sh; code=$?; rm /tmp/$$.sh; exit $code",
    "alias": "git config alias.nuke 'reset --hard' && git nuke",
    "inline alias": "git -c alias.nuke='reset --hard' nuke",
    "shell alias": "git config alias.nuke '!git reset --hard' && git nuke",
    "rebase --exec": "git rebase --autostash --exec 'git reset --hard' HEAD~1",
    "bisect run": "git bisect start HEAD HEAD~1 >/dev/null; git bisect run git reset --hard",
    "submodule foreach": "git submodule foreach 'git reset --hard'; code=$?; git reset --hard || exit $code",
    "hooks off": "git -c core.hooksPath=/dev/null commit -qam x",
}


@pytest.mark.parametrize("line", STOPPED.values(), ids=STOPPED)
def test_is_stopped(line: str, shim: Workspace) -> None:
    head = shim.head()
    code, said = play(shim, line)
    assert code != 0
    assert "agentops-gate: denied" in said
    assert (shim.path / "a").read_text() == "work\n"
    assert shim.head() == head


def test_what_is_let_through_is_saved_first(shim: Workspace) -> None:
    assert play(shim, "git checkout -- a")[0] == 0
    assert (shim.path / "a").read_text() == "2\n"
    snapshot = shim.git("for-each-ref", "--format=%(refname)", "refs/agentops-rescue-*")
    assert snapshot.startswith("refs/agentops-rescue-")


def test_the_exit_code_is_gits(shim: Workspace) -> None:
    assert play(shim, "git diff --exit-code")[0] == 1
    assert play(shim, "git no-such-verb")[0] == 1


def test_the_package_itself_takes_the_real_git(shim: Workspace, installed: Installed) -> None:
    installed.gate(shim, "install")
    hook = (shim.path / ".git/hooks/pre-commit").read_text()
    assert f"AGENTOPS_GIT={GIT}\n" in hook
    assert play(shim, "git commit -qam x")[0] == 0


def test_a_fallen_interpreter_blocks_and_says_so(shim: Workspace, tmp_path: Path, installed: Installed) -> None:
    path = tmp_path / "shim/git"
    path.write_text(path.read_text().replace(f"python={installed.python}", "python=/nonexistent"))
    code, said = play(shim, "git commit -qam x")
    assert (code, "agentops-gate shim" in said) == (3, True)
    assert play(shim, "git status --short")[0] == 0


def test_it_replaces_no_file_of_another(shim: Workspace, tmp_path: Path, installed: Installed) -> None:
    (tmp_path / "other").mkdir()
    shutil.copy(GIT, tmp_path / "other/git")
    assert installed.gate(shim, "shim", "--dir", str(tmp_path / "other"), ok=2).returncode == 2
    installed.gate(shim, "shim", "--dir", str(tmp_path / "shim"), "--remove")
    assert not (tmp_path / "shim/git").exists()
    assert subprocess.run(["git", "--version"], check=True, capture_output=True).returncode == 0
