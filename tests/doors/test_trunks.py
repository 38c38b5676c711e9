"""What a push of a new branch is measured against when the remote's trunk has a name of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, branchy, make_repository

from agentops_gates.git.push import parse_updates, push_subjects
from agentops_gates.git.repo import Repo


@pytest.fixture
def clone(tmp_path: Path) -> Workspace:
    """A clone of a repository whose default branch is called trunk."""
    origin = make_repository(tmp_path / "origin", "--initial-branch=trunk")
    origin.commit("legacy", {"old.py": branchy("old", 30)})
    origin.git("clone", "-q", str(origin.path), str(tmp_path / "clone"))
    return Workspace(tmp_path / "clone")


def bases(clone: Workspace, head: str) -> tuple[str, ...]:
    line = f"refs/heads/feature {head} refs/heads/feature {'0' * 40}\n"
    with Repo.open(str(clone.path)) as opened:
        names = {"main", "master"}
        (subject,) = push_subjects(opened, parse_updates(line.encode()), "origin", names.__contains__)
    return subject.bases


def test_the_remotes_head_is_a_trunk(clone: Workspace) -> None:
    trunk = clone.head()
    assert bases(clone, clone.commit("feature", {"new.py": branchy("new", 20)})) == (trunk,)


def test_without_it_any_branch_of_the_remote_is(clone: Workspace) -> None:
    trunk = clone.head()
    clone.git("remote", "set-head", "origin", "--delete")
    assert bases(clone, clone.commit("feature", {"new.py": branchy("new", 20)})) == (trunk,)


def test_a_remote_without_any_branch_leaves_nothing_to_measure_against(repo: Workspace) -> None:
    assert bases(repo, repo.commit("first", {"new.py": branchy("new", 20)})) == ()
