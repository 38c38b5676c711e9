"""The manifest under the real pre-commit and prek, and the documented set-up under the real lefthook.

Each gate call also leaves a line in a file, so that a gate that passes in silence is told from one that never ran.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, branchy, make_repository
from doors.doorlib import Installed, put, quick, run_tool
from doors.runnerlib import write_lefthook, write_pre_commit

GOOD = branchy("f", 3)
BAD = branchy("f", 14)


class Runner:
    """One of the three, set up in a repository with a remote; ``ran`` tells which gate calls were made."""

    def __init__(self, name: str, repo: Workspace, remote: Workspace, trace: Path) -> None:
        self.name, self.repo, self.remote, self._trace = name, repo, remote, trace

    def ran(self) -> list[str]:
        """Return the arguments of each gate call since the last question, those about messages left out."""
        text = self._trace.read_text() if self._trace.exists() else ""
        self._trace.unlink(missing_ok=True)
        return [line for line in text.splitlines() if not line.startswith(("hook commit-msg", "hook prepare-"))]


@pytest.fixture
def runner(runner_name: str, repo: Workspace, tmp_path: Path, installed: Installed) -> Runner:
    """A repository with one good commit that a bare remote has, and the umbrella hooks under one runner."""
    trace = tmp_path / "trace"
    gate = put(tmp_path / "agentops-gate", f'#!/bin/sh\necho "$@" >>{trace}\nexec {installed.script} "$@"\n')
    remote = make_repository(tmp_path / "remote.git", "--bare")
    write = write_lefthook if runner_name == "lefthook" else write_pre_commit
    write(repo, gate)
    repo.commit("first", {"a.py": GOOD, "b.py": "x = 1\n"})
    repo.git("remote", "add", "origin", str(remote.path))
    repo.git("push", "-q", "-u", "origin", "main")
    run_tool(repo, runner_name, "install")
    return Runner(runner_name, repo, remote, trace)


# What must pass.


def test_good_commit_and_push(runner: Runner) -> None:
    for number in (2, 3):
        runner.repo.write("b.py", f"x = {number}\n")
        runner.repo.git("add", "-A")
        assert quick(runner.repo, "commit", "-m", "good").returncode == 0
        assert runner.ran() == ["hook pre-commit"]
        assert quick(runner.repo, "push").returncode == 0
        forwarded = f" origin {runner.remote.path}" if runner.name == "lefthook" else ""
        assert runner.ran() == ["hook pre-push" + forwarded]
    assert runner.remote.git("rev-parse", "main") == runner.repo.head()


def test_deletion_only_commit_reaches_the_gate(runner: Runner) -> None:
    runner.repo.git("rm", "-q", "b.py")
    assert quick(runner.repo, "commit", "-m", "gone").returncode == 0
    assert runner.ran() == ["hook pre-commit"]
    assert quick(runner.repo, "push").returncode == 0
    assert len(runner.ran()) == 1


def test_clean_merge_reaches_the_gate(runner: Runner) -> None:
    runner.repo.git("switch", "-q", "-c", "topic")
    runner.repo.commit("topic", {"c.py": "y = 1\n"})
    runner.repo.git("switch", "-q", "main")
    assert quick(runner.repo, "merge", "--no-ff", "-m", "merge", "topic").returncode == 0
    assert runner.ran() == ["hook pre-merge-commit"]


def test_deleting_a_remote_branch(runner: Runner) -> None:
    runner.repo.git("push", "-q", "--no-verify", "origin", "main:refs/heads/topic")
    assert quick(runner.repo, "push", "origin", ":topic").returncode == 0


# What must not.


@pytest.mark.parametrize(
    "command",
    [("commit", "-m", "bad"), ("commit", "-a", "-m", "bad"), ("commit", "-m", "bad", "--", "a.py")],
    ids=["index", "all", "path"],
)
def test_bad_commit_is_stopped(command: tuple[str, ...], runner: Runner) -> None:
    head = runner.repo.head()
    runner.repo.write("a.py", BAD)
    if len(command) == 3:
        runner.repo.git("add", "a.py")
    for _ in range(2):
        done = quick(runner.repo, *command)
        assert done.returncode != 0
        assert "AG601" in done.stdout + done.stderr
        assert runner.repo.head() == head


def test_bad_push_is_stopped(runner: Runner) -> None:
    before = runner.remote.git("for-each-ref")
    runner.repo.commit("bad", {"a.py": BAD})
    for _ in range(2):
        done = quick(runner.repo, "push", "origin", "main")
        assert done.returncode != 0
        assert "AG601" in done.stdout + done.stderr
    assert runner.remote.git("for-each-ref") == before


def test_first_push_of_a_history(runner: Runner, tmp_path: Path) -> None:
    runner.repo.commit("bad", {"a.py": BAD})
    other = make_repository(tmp_path / "other.git", "--bare")
    runner.repo.git("remote", "add", "other", str(other.path))
    quick(runner.repo, "push", "other", "main")
    assert len(runner.ran()) == 1


def test_new_branch_is_judged_from_where_it_left(runner: Runner) -> None:
    runner.repo.git("switch", "-q", "-c", "topic")
    runner.repo.commit("bad", {"a.py": BAD})
    done = quick(runner.repo, "push", "origin", "topic")
    assert done.returncode != 0
    assert "AG601" in done.stdout + done.stderr


def test_branch_that_is_not_checked_out(runner: Runner) -> None:
    runner.repo.git("switch", "-q", "-c", "topic")
    runner.repo.commit("bad", {"a.py": BAD})
    runner.repo.git("switch", "-q", "main")
    done = quick(runner.repo, "push", "origin", "topic:refs/heads/elsewhere")
    assert done.returncode != 0
    assert "AG601" in done.stdout + done.stderr


def test_second_ref_of_a_push(runner: Runner) -> None:
    """pre-commit and prek look at the first ref only, as docs/hooks.md says; lefthook forwards them all."""
    runner.repo.git("switch", "-q", "-c", "topic")
    runner.repo.commit("bad", {"a.py": BAD})
    runner.repo.git("switch", "-q", "main")
    runner.repo.commit("good", {"b.py": "x = 2\n"})
    # git lists refs in the order given here.
    done = quick(runner.repo, "push", "origin", "main", "topic")
    assert (done.returncode == 0) == (runner.name != "lefthook")


def test_second_ref_is_caught_by_the_native_hook_in_front(runner: Runner, installed: Installed) -> None:
    installed.gate(runner.repo, "install")
    runner.repo.git("switch", "-q", "-c", "topic")
    runner.repo.commit("bad", {"a.py": BAD})
    runner.repo.git("switch", "-q", "main")
    runner.repo.commit("good", {"b.py": "x = 2\n"})
    done = quick(runner.repo, "push", "origin", "main", "topic")
    assert done.returncode != 0
    assert "AG601" in done.stderr
    assert "topic" not in runner.remote.git("for-each-ref")


def test_known_commits_under_a_new_name(runner: Runner) -> None:
    """A release branch is born from commits that a topic has published: pre-commit and prek do not run at all."""
    runner.repo.commit("bad", {"a.py": BAD})
    runner.repo.git("push", "-q", "--no-verify", "origin", "main:refs/heads/topic")
    done = quick(runner.repo, "push", "origin", "main:refs/heads/release")
    assert bool(runner.ran()) == (runner.name == "lefthook")
    assert (done.returncode == 0) == (runner.name != "lefthook")


def test_known_commits_for_a_branch_that_exists(runner: Runner) -> None:
    runner.repo.commit("bad", {"a.py": BAD})
    runner.repo.git("push", "-q", "--no-verify", "origin", "main:refs/heads/topic")
    done = quick(runner.repo, "push", "origin", "main")
    assert done.returncode != 0
    assert "AG601" in done.stdout + done.stderr
