"""What pre-commit judges is what the commit becomes: a real hook in real commits of every form.

The hook appends one JSON line per call: the bases, and the changes from the first of them to the index. Afterwards an
independent ``git diff-tree`` of the commit that was made must say the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import LINES, Logged, edit, paths, start

from agentops_gates.git.diff import Change
from agentops_gates.git.ranges import staged_subject
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError


@pytest.fixture
def logged(repo: Workspace, tmp_path: Path) -> Logged:
    return start(repo, tmp_path)


def test_plain(logged: Logged) -> None:
    edit(logged.repo)
    logged.repo.git("add", "a", "new")
    logged.repo.write("a", "the work tree is not what is committed")
    row = logged.commit()
    assert paths(row) == ["a", "new"]
    assert "edited" in row["texts"][0]


def test_all(logged: Logged) -> None:
    edit(logged.repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]


def test_one_path_leaves_what_is_staged(logged: Logged) -> None:
    edit(logged.repo)
    logged.repo.git("add", "-A")
    assert paths(logged.commit("--", "a")) == ["a"]
    assert paths(logged.commit()) == ["gone", "new", "policy.toml"]


def test_include(logged: Logged) -> None:
    edit(logged.repo)
    logged.repo.git("add", "new")
    assert paths(logged.commit("--include", "--", "a")) == ["a", "new"]


def test_amend(logged: Logged) -> None:
    logged.repo.write("a", "one\n")
    logged.commit("-a")
    edit(logged.repo)
    logged.repo.git("add", "new")
    assert paths(logged.commit("--amend")) == ["new"]
    assert paths(logged.commit("--amend", "-a")) == ["a", "gone", "policy.toml"]
    assert paths(logged.commit("--amend", "--allow-empty")) == []


def test_amend_a_path(logged: Logged) -> None:
    edit(logged.repo)
    logged.repo.git("add", "-A")
    assert paths(logged.commit("--amend", "--", "a")) == ["a"]


def test_deletion_only(logged: Logged) -> None:
    logged.repo.git("rm", "-q", "gone")
    assert paths(logged.commit()) == ["gone"]


def test_empty(logged: Logged) -> None:
    assert paths(logged.commit("--allow-empty")) == []


def test_rename_and_mode(logged: Logged) -> None:
    logged.repo.git("mv", "a", "dir/moved")
    logged.repo.git("update-index", "--chmod=+x", "b")
    row = logged.commit()
    assert {Change(*change).status for change in row["changes"]} == {"R", "M"}


def test_unborn(repo: Workspace, tmp_path: Path) -> None:
    logged = Logged(repo, tmp_path / "log", repo.path / ".git" / "hooks")
    repo.write("policy.toml", "one\n")
    repo.write("dir/a", "a\n")
    repo.git("add", "-A")
    row = logged.commit()
    assert (paths(row), row["bases"]) == (["dir/a", "policy.toml"], [])


def test_orphan(logged: Logged) -> None:
    logged.repo.git("switch", "-q", "--orphan", "other")
    logged.repo.write("policy.toml", "two\n")
    logged.repo.git("add", "-A")
    assert logged.commit()["bases"] == []


def test_detached(logged: Logged) -> None:
    logged.repo.git("checkout", "-q", "--detach")
    edit(logged.repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]


@pytest.mark.parametrize("form", [(), ("-a",), ("--", "c")], ids=["plain", "all", "path"])
def test_from_a_subfolder(logged: Logged, form: tuple[str, ...]) -> None:
    logged.repo.write("dir/c", "changed\n")
    if not form:
        logged.repo.git("add", "-A")
    assert paths(logged.commit(*form, cwd="dir")) == ["dir/c"]


def test_a_hook_that_goes_to_a_subfolder_still_sees_the_index(logged: Logged) -> None:
    # The main work tree's hooks get a relative GIT_INDEX_FILE; taken from here, it names an index that is not there,
    # and git takes that for an empty one.
    hook = logged.repo.path / ".git" / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace("exec ", "cd dir && exec "))
    edit(logged.repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]
    logged.repo.write("a", "more\n")
    logged.repo.git("add", "a")
    assert paths(logged.commit()) == ["a"]


def in_worktree(logged: Logged) -> Workspace:
    logged.repo.git("worktree", "add", "-q", "../tree", "-b", "topic")
    return Workspace(logged.repo.path.parent / "tree")


@pytest.mark.parametrize("form", [(), ("-a",), ("--", "a"), ("--amend", "-a")], ids=["plain", "all", "path", "amend"])
def test_linked_worktree(logged: Logged, form: tuple[str, ...]) -> None:
    logged.repo.write("b", "staged in the main work tree\n")
    logged.repo.git("add", "b")
    logged.repo = in_worktree(logged)
    logged.repo.write("a", "changed\n")
    if not form:
        logged.repo.git("add", "-A")
    assert paths(logged.commit(*form)) == ["a"]


@pytest.mark.parametrize("form", [(), ("-a",), ("--", "a")], ids=["plain", "all", "path"])
def test_submodule_and_its_superproject(tmp_path: Path, form: tuple[str, ...]) -> None:
    inner = make_repository(tmp_path / "inner")
    inner.commit("start", {"a": LINES, "policy.toml": "one\n"})
    outer = make_repository(tmp_path / "outer")
    outer.git("submodule", "add", "-q", str(inner.path), "sub")
    logged_outer = start(outer, tmp_path)
    logged = Logged(Workspace(outer.path / "sub"), tmp_path / "log", outer.path / ".git/modules/sub/hooks")
    logged.repo.write("a", "changed\n")
    if not form:
        logged.repo.git("add", "-A")
    assert paths(logged.commit(*form)) == ["a"]
    assert paths(logged_outer.commit("-a")) == ["sub"]


def test_separate_git_directory(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo", "--separate-git-dir", str(tmp_path / "elsewhere"))
    logged = start(repo, tmp_path, tmp_path / "elsewhere" / "hooks")
    edit(repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]


def test_sha256(tmp_path: Path) -> None:
    logged = start(make_repository(tmp_path / "repo", "--object-format=sha256"), tmp_path)
    edit(logged.repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]


def test_core_worktree(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo")
    logged = start(repo, tmp_path)
    (repo.path / ".git").rename(tmp_path / "bare-like")
    Workspace(tmp_path).git("--git-dir=bare-like", "config", "core.worktree", str(repo.path))
    (repo.path / ".git").write_text(f"gitdir: {tmp_path}/bare-like\n")
    edit(repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]


def test_names_that_are_no_text(logged: Logged) -> None:
    for name in (b"latin-\xe9", b"new\nline", b"tab\t", "zoë".encode()):
        logged.repo.write(name, os.urandom(40))
    logged.repo.git("add", "-A")
    assert len(paths(logged.commit())) == 4


def test_skip_worktree_and_assume_unchanged_hide_nothing(logged: Logged) -> None:
    for flag, name in (("--skip-worktree", "a"), ("--assume-unchanged", "b")):
        logged.repo.write(name, "evil\n")
        logged.repo.git("add", name)
        logged.repo.git("update-index", flag, name)
    logged.repo.write("a", LINES)
    logged.repo.write("b", "b\n")
    row = logged.commit()
    assert (paths(row), row["texts"]) == (["a", "b"], ["evil\n", "evil\n"])


def test_what_is_only_intended_to_be_added_does_not_count(logged: Logged) -> None:
    logged.repo.write("later", "later\n")
    logged.repo.write("now", "now\n")
    logged.repo.git("add", "-N", "later")
    logged.repo.git("add", "now")
    assert paths(logged.commit()) == ["now"]
    logged.repo.git("rm", "-q", "--cached", "policy.toml")
    logged.repo.git("add", "-N", "policy.toml")
    assert paths(logged.commit()) == ["policy.toml"]


def test_split_index(logged: Logged) -> None:
    logged.repo.git("config", "splitIndex.maxPercentChange", "100")
    logged.repo.git("update-index", "--split-index")
    edit(logged.repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]
    logged.repo.write("new", "more\n")
    logged.repo.git("add", "new")
    assert paths(logged.commit()) == ["new"]


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_index_versions(logged: Logged, version: str) -> None:
    logged.repo.git("update-index", "--index-version", version)
    edit(logged.repo)
    assert paths(logged.commit("-a")) == ["a", "gone", "policy.toml"]


def test_sparse_index(logged: Logged) -> None:
    logged.repo.commit("more", {"far/away/x": "x\n", "far/y": "y\n"})
    logged.repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "dir")
    assert "far/\n" in logged.repo.git("ls-files", "--sparse") + "\n"
    logged.repo.write("dir/c", "changed\n")
    logged.repo.git("add", "dir/c")
    assert paths(logged.commit()) == ["dir/c"]
    blob = logged.repo.git("hash-object", "-w", "--stdin", stdin=b"evil")
    logged.repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},far/away/x")
    assert paths(logged.commit()) == ["far/away/x"]


def diverge(repo: Workspace, *branches: str) -> list[str]:
    """Give each branch a commit of its own, and main one too."""
    tips = []
    for name in branches:
        repo.git("switch", "-q", "-c", name, "main")
        tips.append(
            repo.commit(
                name, {f"of-{name}": f"{name}\n", "both": f"{name}\n"} if name == "clash" else {f"of-{name}": name}
            )
        )
    repo.git("switch", "-q", "main")
    repo.commit("main", {"of-main": "main\n", "both": "main\n"})
    return tips


@pytest.mark.parametrize("branches", [("x",), ("x", "y", "z")], ids=["two-parents", "octopus"])
def test_merge_that_is_not_committed_by_itself(logged: Logged, branches: tuple[str, ...]) -> None:
    tips = diverge(logged.repo, *branches)
    logged.repo.git("merge", "-q", "--no-ff", "--no-commit", *branches)
    row = logged.commit()
    assert row["hook"] == "pre-commit"
    assert sorted(row["bases"][1:]) == sorted(tips)


@pytest.mark.parametrize("branches", [("x",), ("x", "y")], ids=["two-parents", "octopus"])
def test_merge_that_commits_by_itself(logged: Logged, branches: tuple[str, ...]) -> None:
    # There is no MERGE_HEAD yet when git calls pre-merge-commit.
    tips = diverge(logged.repo, *branches)
    row = logged.run("merge", "-q", "--no-ff", "-m", "merge", *branches)
    assert row["hook"] == "pre-merge-commit"
    assert sorted(row["bases"][1:]) == sorted(tips)


def test_merge_after_a_conflict(logged: Logged) -> None:
    (tip,) = diverge(logged.repo, "clash")
    assert logged.repo.run_git("merge", "-q", "clash").returncode == 1
    with Repo.open(str(logged.repo.path)) as opened:
        subject = staged_subject(opened)
        found = [(change.status, change.new_path) for change in opened.changes(subject.base, None)]
        assert sorted(found) == [("A", "of-clash"), ("U", "both")]
        with pytest.raises(UndecidedError, match="both is unmerged"):
            opened.read_file(None, "both")
    logged.repo.write("both", "solved\n")
    logged.repo.git("add", "both")
    row = logged.commit()
    assert row["bases"][1:] == [tip]


def test_squash_merge_is_measured_against_head_alone(logged: Logged) -> None:
    diverge(logged.repo, "x")
    logged.repo.git("merge", "-q", "--squash", "x")
    assert len(logged.commit()["bases"]) == 1


def test_heads_that_somebody_put_into_the_environment_count_in_a_merge_only(
    logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tip,) = diverge(logged.repo, "x")
    monkeypatch.setenv(f"GITHEAD_{tip}", "x")
    edit(logged.repo)
    assert len(logged.commit("-a")["bases"]) == 1


@pytest.mark.parametrize("content", ["", "junk\n", "HEAD~1\n", f"{'1' * 40}\n", "refs/heads/x\n"], ids=repr)
def test_a_merge_head_that_names_no_commit_adds_no_base(logged: Logged, content: str) -> None:
    logged.repo.commit("more")
    (logged.repo.path / ".git" / "MERGE_HEAD").write_text(content)
    with Repo.open(str(logged.repo.path)) as opened:
        assert staged_subject(opened).bases == (logged.repo.head(),)


def test_a_merge_head_that_is_no_text_is_undecided(logged: Logged) -> None:
    (logged.repo.path / ".git" / "MERGE_HEAD").write_bytes(b"\xff")
    with Repo.open(str(logged.repo.path)) as opened, pytest.raises(UndecidedError, match="MERGE_HEAD"):
        staged_subject(opened)


def test_a_head_that_is_not_here_is_not_taken_for_an_unborn_one(logged: Logged) -> None:
    (logged.repo.path / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    with Repo.open(str(logged.repo.path)) as opened, pytest.raises(UndecidedError, match="HEAD names"):
        staged_subject(opened)


@pytest.mark.parametrize(
    "break_it", [lambda index: index.write_bytes(b"DIRC" + b"\0" * 40), lambda index: index.mkdir()]
)
def test_an_index_that_cannot_be_read_is_undecided(logged: Logged, break_it: Callable[[Path], None]) -> None:
    index = logged.repo.path / ".git" / "index"
    index.unlink()
    break_it(index)
    with Repo.open(str(logged.repo.path)) as opened, pytest.raises(UndecidedError, match="git diff-index"):
        opened.changes(staged_subject(opened).base, None)


def test_a_file_of_the_index_is_found_by_its_exact_name(repo: Workspace) -> None:
    repo.write("policy.toml/x\tpolicy.toml", "evil\n")
    repo.write("other/policy.toml", "evil\n")
    repo.git("add", "-A")
    (repo.path / "link").symlink_to("other/policy.toml")
    repo.git("add", "link")
    with Repo.open(str(repo.path)) as opened:
        assert opened.read_file(None, "policy.toml") is None
        assert opened.read_file(None, "other") is None
        assert opened.read_file(None, "*/policy.toml") is None
        assert opened.read_file(None, "other/policy.toml") == b"evil\n"
        with pytest.raises(UndecidedError, match="symbolic link"):
            opened.read_file(None, "link")
