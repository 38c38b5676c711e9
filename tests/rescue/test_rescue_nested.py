"""Repositories within, submodules, linked work trees, ignored files, and what is named because it cannot be saved."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from rescue.rescuelib import back, collect, snap

from agentops_gates.git.repo import Repo
from agentops_gates.rescue.content import Snapshot
from agentops_gates.rescue.refs import kept


def left(made: Snapshot) -> dict[str, str]:
    return {one.path: one.why for one in made.left}


def test_a_repository_within(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("start", {"a": "a\n"})
    inner = make_repository(repo.path / "deep" / "inner")
    inner.commit("only here", {"b": "b\n", "c": "c\n"})
    inner.git("branch", "other")
    tip = inner.head()
    inner.write("b", "changed\n")
    inner.write("c", "staged\n")
    inner.git("add", "c")
    inner.write("c", "above\n")
    inner.write("new", "new\n")
    snap(repo)
    repo.git("clean", "-qffdx")
    collect(repo)
    assert not inner.path.exists()
    found = back(repo, tmp_path / "to")
    bundle = found.pop("deep/inner.rescued-bundle")
    assert found == {"deep/inner/b": b"changed\n", "deep/inner/c": b"above\n", "deep/inner/new": b"new\n"}
    assert back(repo, tmp_path / "staged", "staged") == {"deep/inner/c": b"staged\n"}
    assert bundle
    again = make_repository(tmp_path / "again")
    again.git(
        "fetch", "-q", str(tmp_path / "to" / "deep" / "inner.rescued-bundle"), "refs/heads/*:refs/heads/rescued/*"
    )
    assert again.git("rev-parse", "refs/heads/rescued/other") == tip


def test_a_repository_within_that_has_no_commit(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("start", {"a": "a\n"})
    inner = make_repository(repo.path / "inner")
    inner.write("new", "new\n")
    snap(repo)
    repo.git("clean", "-qffdx")
    assert back(repo, tmp_path / "to") == {"inner/new": b"new\n"}


def test_a_repository_within_that_is_too_large_is_named(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n"})
    inner = make_repository(repo.path / "inner")
    inner.commit("large", {"b": os.urandom(100_000)})
    made = snap(repo, max_bytes=1 << 17)
    assert left(made) == {"inner/.git": "the commits of a repository within, too large for rescue.max_bytes"}


def test_a_repository_within_that_cannot_be_read_is_named(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n"})
    inner = make_repository(repo.path / "inner")
    inner.git("config", "core.repositoryFormatVersion", "99")
    made = snap(repo, "untracked")
    assert left(made) == {"inner/": "a repository that git cannot read"}


def test_a_repository_within_that_is_damaged_is_named(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n"})
    inner = make_repository(repo.path / "inner")
    inner.commit("x", {"b": "b\n"})
    (inner.path / ".git" / "index").write_bytes(b"no index " * 20)
    made = snap(repo, "untracked")
    assert left(made) == {"inner/": "a repository that git cannot read"}


def test_a_variable_that_leads_elsewhere_changes_nothing(
    repo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("start", {"a": "a\n"})
    make_repository(repo.path / "inner").write("new", "new\n")
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repo.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.path / ".git" / "index"))
    snap(repo)
    assert back(repo, tmp_path / "to") == {"inner/new": b"new\n"}


def test_submodules(repo: Workspace, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library")
    library.commit("start", {"l": "l\n"})
    repo.commit("start", {"a": "a\n"})
    repo.git("submodule", "add", "-q", str(library.path), "sub")
    repo.commit("with a submodule")
    repo.write("sub/l", "changed\n")
    repo.write("sub/new", "new\n")
    made = snap(repo)
    assert not [file for file in made.files if file.kind == "bundle"]
    repo.git("submodule", "deinit", "-f", "sub")
    collect(repo)
    assert back(repo, tmp_path / "to") == {"sub/l": b"changed\n", "sub/new": b"new\n"}


def test_a_submodule_that_is_staged_for_another_commit(repo: Workspace, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library")
    library.commit("start", {"l": "l\n"})
    repo.git("submodule", "add", "-q", str(library.path), "sub")
    repo.commit("with a submodule")
    Workspace(repo.path / "sub").commit("inside", {"l": "2\n"})
    repo.git("add", "sub")
    made = snap(repo)
    assert [(file.path, file.kind) for file in made.files if file.kind == "staged"] == [("sub", "staged")]
    with pytest.raises(Exception, match="not in snapshot"):
        back(repo, tmp_path / "to", "work", "sub")


def test_linked_work_trees_have_snapshots_of_their_own(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("start", {"a": "a\n"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Workspace(tmp_path / "linked")
    linked.git("checkout", "-q", "--detach")
    tip = linked.commit("of nobody", {"a": "2\n"})
    linked.write("a", "dirty\n")
    linked.write("new", "new\n")
    repo.write("main only", "x\n")
    made = snap(linked, "worktree", "index", "untracked")
    assert (made.worktree, made.head, made.branch) == (str(linked.path), tip, "")
    repo.git("worktree", "remove", "--force", str(linked.path))
    collect(repo)
    assert back(repo, tmp_path / "to") == {"a": b"dirty\n", "new": b"new\n"}
    assert repo.git("cat-file", "-t", tip) == "commit"


def test_the_same_state_in_two_work_trees_is_two_snapshots(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("start", {"a": "a\n"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Workspace(tmp_path / "linked")
    for one in (repo, linked):
        one.write("a", "dirty\n")
        assert snap(one, "worktree").fresh


def test_a_bare_repository_has_refs_alone(repo: Workspace, tmp_path: Path) -> None:
    tip = repo.commit("start", {"a": "a\n"})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    bare = Workspace(tmp_path / "bare.git")
    made = snap(bare)
    assert (made.files, made.worktree, made.head) == ((), "", tip)
    assert [one.ref for one in made.refs] == ["refs/heads/main"]


def test_what_cannot_be_saved_is_named(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n", ".gitignore": "*.log\nbuild/\n.env\n"})
    (repo.path / "new" / "empty").mkdir(parents=True)
    os.mkfifo(repo.path / "new" / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.open(repo.path / "new", os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{folder}/socket")
        os.close(folder)
    repo.write("build/x/y.o", "o")
    repo.write(".env", "SECRET=1")
    repo.write("keep.log", "log")
    made = snap(repo)
    ignored = "ignored (rescue.ignored does not name it)"
    assert left(made) == {
        "new/empty/": "an empty folder",
        "new/fifo": "a fifo",
        "new/socket": "a socket",
        "build/": ignored,
        ".env": ignored,
        "keep.log": ignored,
    }
    assert "SECRET" not in repo.git("show", f"{made.ref}:about")


def test_ignored_files_are_saved_where_the_policy_names_them(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("start", {".gitignore": "*.log\nbuild/\n.env\n"})
    repo.write("build/keep/y", "y")
    repo.write("build/x", "x")
    repo.write(".env", "SECRET=1")
    made = snap(repo, "ignored", ignored=("build/keep", ".env"))
    assert left(made) == {"build/": "ignored, all but what rescue.ignored names"}
    repo.git("clean", "-qfdx")
    collect(repo)
    assert back(repo, tmp_path / "to") == {"build/keep/y": b"y", ".env": b"SECRET=1"}


def test_a_tracked_file_that_is_a_fifo_now_is_a_deletion_that_is_named(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n"})
    (repo.path / "a").unlink()
    os.mkfifo(repo.path / "a")
    made = snap(repo, "worktree")
    assert [(file.path, file.kind) for file in made.files] == [("a", "deleted")]


def test_the_folder_of_the_repository_may_have_any_name(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "a b'c\"d\\e:f#")
    repo.commit("start", {"a": "a\n"})
    repo.write("a", "b\n")
    snap(repo)
    repo.git("reset", "-q", "--hard")
    assert back(repo, tmp_path / "to") == {"a": b"b\n"}


def test_objects_that_are_borrowed_from_elsewhere(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("start", {"a": "a\n"})
    repo.git("clone", "-q", "--shared", ".", str(tmp_path / "clone"))
    clone = Workspace(tmp_path / "clone")
    clone.write("a", "b\n")
    snap(clone)
    clone.git("reset", "-q", "--hard")
    collect(clone)
    assert back(clone, tmp_path / "to") == {"a": b"b\n"}


def test_a_shallow_clone(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.commit("two", {"a": "2\n"})
    repo.git("clone", "-q", "--depth=1", f"file://{repo.path}", str(tmp_path / "clone"))
    clone = Workspace(tmp_path / "clone")
    clone.write("a", "b\n")
    snap(clone)
    clone.git("reset", "-q", "--hard")
    clone.git("gc", "-q", "--prune=now")
    assert back(clone, tmp_path / "to") == {"a": b"b\n"}


def test_a_repository_that_is_gone_leaves_nothing_open(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n"})
    inner = make_repository(repo.path / "inner")
    inner.commit("x", {"b": "b\n"})
    before = len(os.listdir("/proc/self/fd"))
    snap(repo)
    assert len(os.listdir("/proc/self/fd")) == before
    shutil.rmtree(inner.path)
    with Repo.open(str(repo.path)) as opened:
        assert len(kept(opened)) == 1
