"""Refs, tags, stashes and reflogs: lost for real, collected, brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from rescue.rescuelib import back, collect, snap

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError
from agentops_gates.rescue import back as ways
from agentops_gates.rescue.load import load
from agentops_gates.rescue.refs import find


def revive(workspace: Workspace, *names: str) -> dict[str, str]:
    with Repo.open(str(workspace.path)) as repo:
        found = load(repo, find(repo, "latest"))
        return {one.name: one.place for one in ways.refs(repo, found, names)}


def listing(workspace: Workspace) -> dict[str, str]:
    rows = workspace.git("for-each-ref", "--format=%(refname) %(objectname)").split("\n")
    return {ref: oid for ref, oid in map(str.split, rows) if "agentops" not in ref}


@pytest.fixture
def many(repo: Workspace) -> Workspace:
    """A repository with every kind of ref."""
    repo.commit("start", {"a": "a\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("only on side", {"b": "b\n"})
    repo.git("tag", "-a", "-m", "annotated", "v1")
    repo.git("tag", "-a", "-m", "of a tag", "v2", "v1")
    repo.git("tag", "light")
    repo.git("tag", "blob", repo.git("rev-parse", "HEAD:b"))
    repo.git("tag", "tree", repo.git("rev-parse", "HEAD^{tree}"))
    repo.git("notes", "add", "-m", "a note")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    repo.git("checkout", "-q", "main")
    return repo


def test_all_refs_come_back_as_they_were(many: Workspace) -> None:
    before = listing(many)
    made = snap(many, "refs")
    assert {one.ref: one.oid for one in made.refs} == before
    for ref in before:
        if ref != "refs/heads/main":
            many.git("update-ref", "--no-deref", "-d", ref)
    collect(many)
    done = revive(many)
    assert {ref: place for ref, place in done.items() if ref != place} == {"refs/heads/main": ""}
    assert {**listing(many), "refs/remotes/origin/HEAD": before["refs/remotes/origin/HEAD"]} == before
    many.git("fsck", "--strict")
    assert many.git("cat-file", "tag", "v2").startswith("object")


def test_a_name_that_is_taken_is_left_alone(many: Workspace) -> None:
    made = snap(many, "refs")
    old = many.git("rev-parse", "side")
    many.git("branch", "-f", "side", "main")
    many.git("tag", "-f", "v1", "main")
    assert revive(many, "side", "v1") == {
        "refs/heads/side": f"refs/heads/rescued/{made.id}/side",
        "refs/tags/v1": f"refs/tags/rescued/{made.id}/v1",
    }
    assert many.git("rev-parse", "side") == many.head()
    assert many.git("rev-parse", f"rescued/{made.id}/side") == old


def test_a_folder_in_the_way_of_a_name(many: Workspace) -> None:
    made = snap(many, "refs")
    many.git("branch", "-D", "side")
    many.git("branch", "side/below")
    assert revive(many, "side") == {"refs/heads/side": f"refs/heads/rescued/{made.id}/side"}


def test_a_ref_that_was_not_saved(many: Workspace) -> None:
    snap(many, "refs")
    with pytest.raises(UsageError, match="was not saved"):
        revive(many, "nothing")


def test_stashes_come_back_in_their_order(many: Workspace, tmp_path: Path) -> None:
    for number in range(3):
        many.write("a", f"{number}\n")
        many.write("untracked", f"{number}\n")
        many.git("stash", "push", "-q", "-u", "-m", f"stash {number}")
    before = many.git("stash", "list", "--format=%H %gs")
    snap(many, "stash")
    many.git("stash", "clear")
    collect(many)
    with Repo.open(str(many.path)) as repo:
        found = load(repo, find(repo, "latest"))
        assert len(list(ways.stashes(repo, found))) == 3
    assert many.git("stash", "list", "--format=%H %gs") == before
    many.git("stash", "pop", "-q")
    assert (many.path / "untracked").read_text() == "2\n"


def test_only_the_stashes_that_are_gone_are_put_back(many: Workspace) -> None:
    for number in range(3):
        many.write("a", f"{number}\n")
        many.git("stash", "push", "-q", "-m", f"stash {number}")
    snap(many, "stash")
    many.git("stash", "drop", "-q", "stash@{1}")
    with Repo.open(str(many.path)) as repo:
        found = load(repo, find(repo, "latest"))
        assert [one.place for one in ways.stashes(repo, found)] == ["", "stash@{0}", ""]
    assert many.git("stash", "list").count("\n") == 2


def test_reflogs_are_pinned_and_kept_as_text(many: Workspace, tmp_path: Path) -> None:
    lost = many.commit("amended away", {"c": "c\n"})
    many.git("commit", "-q", "--amend", "-m", "other")
    many.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Workspace(tmp_path / "linked")
    there = linked.commit("in the linked one", {"d": "d\n"})
    linked.git("reset", "-q", "--hard", "HEAD^")
    made = snap(many, "reflog")
    assert made.reflog
    collect(many)
    assert many.git("cat-file", "-t", lost) == "commit"
    assert many.git("cat-file", "-t", there) == "commit"
    assert lost.encode() in back(many, tmp_path / "to", "git")["logs/HEAD"]


def test_what_head_was_is_pinned(many: Workspace) -> None:
    lost = many.commit("thrown away", {"c": "c\n"})
    snap(many, "worktree")
    many.git("reset", "-q", "--hard", "HEAD^")
    collect(many)
    assert many.git("cat-file", "-t", lost) == "commit"


def test_a_branch_with_the_whole_work_tree(many: Workspace) -> None:
    many.write("a", "changed\n")
    many.write("new", "new\n")
    many.write("staged", "staged\n")
    many.git("add", "staged")
    made = snap(many)
    many.git("reset", "-q", "--hard")
    many.git("clean", "-qfdx")
    with Repo.open(str(many.path)) as repo:
        oid = ways.branch(repo, load(repo, find(repo, made.id)), "again")
        with pytest.raises(UsageError, match="there is a branch"):
            ways.branch(repo, load(repo, find(repo, made.id)), "again")
    assert many.git("rev-parse", "again", "again^") == f"{oid}\n{many.head()}"
    shown = many.git("ls-tree", "-r", "--name-only", "again").split()
    assert shown == ["a", "new", "staged"]
    assert many.git("show", "again:a") == "changed"
    assert many.git("status", "--porcelain") == ""
