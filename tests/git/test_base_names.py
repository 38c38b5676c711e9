"""Which commit a base is must not be the choice of whoever pushes a tag, or merges an old branch again."""

from __future__ import annotations

import pytest
from conftest import Workspace

from agentops_gates.git.ranges import range_subject
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError


@pytest.mark.parametrize(
    "name", ["v1", "tags/v1", "refs/tags/v1", "refs/tags/release/1", "topic/a", "HEAD~1", "topic/a~1"]
)
def test_honest_names(repo: Workspace, name: str) -> None:
    repo.commit("one")
    repo.commit("two")
    for ref in ("tag v1", "tag release/1", "branch topic/a"):
        repo.git(*ref.split())
    with Repo.open(str(repo.path)) as opened:
        assert range_subject(opened, name, "HEAD").base == repo.git("rev-parse", name)


@pytest.mark.parametrize("name", ["origin/main", "refs/remotes/origin/main", "refs/remotes/origin/main~0"])
def test_a_tag_does_not_stand_in_for_a_branch_that_is_not_fetched(repo: Workspace, name: str) -> None:
    repo.commit("one")
    repo.git("tag", "origin/main")
    repo.git("tag", "refs/remotes/origin/main")
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError, match="is a tag here, not a branch"):
        range_subject(opened, name, "HEAD")


def test_of_several_merge_bases_the_trunks_own_comes_first(repo: Workspace) -> None:
    start = repo.commit("start")
    repo.git("switch", "-qc", "side")
    # Dated later than everything on the trunk: git lists by date.
    env = {"GIT_COMMITTER_DATE": "2030-01-01T00:00:00Z", "GIT_AUTHOR_DATE": "2030-01-01T00:00:00Z"}
    repo.git("commit", "-q", "--allow-empty", "-m", "side", env=env)
    side = repo.head()
    repo.git("switch", "-q", "main")
    trunk = repo.commit("trunk")
    repo.git("switch", "-qc", "topic")
    repo.git("merge", "-q", "--no-ff", "-m", "topic takes side", side)
    topic = repo.head()
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "main takes side", side)
    with Repo.open(str(repo.path)) as opened:
        subject = range_subject(opened, "main", topic)
    assert subject.bases == (trunk, side)
    assert start not in subject.bases
