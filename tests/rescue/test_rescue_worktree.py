"""What a work tree holds, destroyed for real and collected, comes back byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from rescue.rescuelib import back, collect, contents, snap

BYTES = bytes(range(256)) + b"\r\nx\r\ny\n\r"


def dirty(repo: Workspace) -> None:
    repo.write("tracked", BYTES)
    repo.write("deep/er/tracked", "changed\n")
    repo.write("staged", "staged only\n")
    repo.git("add", "staged")
    repo.write("new", "new\n")
    repo.git("add", "new")
    repo.write("both", "index\n")
    repo.git("add", "both")
    repo.write("both", "work tree\n")
    repo.write("untracked/one", "one\n")
    repo.write(b'untracked/\xff\n"\\ \t', BYTES)
    repo.write("untracked/-n", "dash\n")
    (repo.path / "link").symlink_to("/nonexistent/target")
    (repo.path / "gone").unlink()


EXPECTED = {
    "tracked": BYTES,
    "deep/er/tracked": b"changed\n",
    "staged": b"staged only\n",
    "new": b"new\n",
    "both": b"work tree\n",
    "untracked/one": b"one\n",
    os.fsdecode(b'untracked/\xff\n"\\ \t'): BYTES,
    "untracked/-n": b"dash\n",
    "link": b"-> /nonexistent/target",
}
STAGED = {"staged": b"staged only\n", "new": b"new\n", "both": b"index\n"}


@pytest.fixture
def work(repo: Workspace) -> Workspace:
    names = ("tracked", "deep/er/tracked", "staged", "both", "gone", "clean")
    repo.commit("start", dict.fromkeys(names, "start\n"))
    return repo


DESTROY = {
    "reset and clean": ("git reset -q --hard", "git clean -qfdx"),
    "checkout": ("git checkout -qf HEAD", "git clean -qfd"),
    "restore": ("git restore --staged --worktree .", "git clean -qfdx"),
    "read-tree": ("git read-tree -u --reset HEAD", "git clean -qfd"),
    "rm": ("git rm -rfq .", "git clean -qfdx"),
    "another branch": ("git checkout -qf -B other HEAD", "git clean -qffdx"),
}


@pytest.mark.parametrize("commands", DESTROY.values(), ids=DESTROY)
def test_all_comes_back(work: Workspace, tmp_path: Path, commands: tuple[str, ...]) -> None:
    dirty(work)
    made = snap(work)
    assert made.fresh
    for command in commands:
        subprocess.run(command.split(), cwd=work.path, check=True)
    assert "untracked/one" not in contents(work.path)
    collect(work)
    assert back(work, tmp_path / "work") == EXPECTED
    assert back(work, tmp_path / "staged", "staged") == STAGED
    assert [file.path for file in made.files if file.kind == "deleted"] == ["gone"]


def test_what_did_not_differ_comes_back_by_name(work: Workspace, tmp_path: Path) -> None:
    dirty(work)
    snap(work)
    assert back(work, tmp_path / "to", "work", "clean", "deep") == {
        "clean": b"start\n",
        "deep/er/tracked": b"changed\n",
    }


def test_nothing_of_the_users_is_touched(work: Workspace) -> None:
    dirty(work)
    index = work.path / ".git" / "index"
    before, stamp, files = index.read_bytes(), index.stat().st_mtime_ns, contents(work.path)
    status = work.git("--no-optional-locks", "status", "--porcelain")
    snap(work)
    assert (index.read_bytes(), index.stat().st_mtime_ns) == (before, stamp)
    assert contents(work.path) == files
    assert work.git("--no-optional-locks", "status", "--porcelain") == status
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []
    assert not [name for name in os.listdir(work.path / ".git" / "objects" / "pack") if name.startswith("tmp_")]


def test_an_index_that_is_locked_is_no_hindrance(work: Workspace, tmp_path: Path) -> None:
    dirty(work)
    lock = work.path / ".git" / "index.lock"
    lock.write_bytes(b"somebody")
    snap(work)
    assert lock.read_bytes() == b"somebody"
    assert back(work, tmp_path / "to") == EXPECTED


def crlf(repo: Workspace) -> None:
    repo.git("config", "core.autocrlf", "true")


def failing_filter(repo: Workspace) -> None:
    repo.write(".gitattributes", "* filter=bad\n")
    repo.git("config", "filter.bad.clean", "touch RAN; false")
    repo.git("config", "filter.bad.required", "true")


def monitor(repo: Workspace) -> None:
    repo.git("config", "core.fsmonitor", "touch RAN; false")


def split(repo: Workspace) -> None:
    repo.git("update-index", "--split-index")


def untracked_cache(repo: Workspace) -> None:
    repo.git("update-index", "--force-untracked-cache")


def blind(repo: Workspace) -> None:
    repo.git("config", "core.fileMode", "false")
    repo.git("config", "core.ignoreStat", "true")
    repo.git("config", "status.showUntrackedFiles", "no")
    repo.git("config", "diff.ignoreSubmodules", "all")


SETTINGS: dict[str, Callable[[Workspace], None]] = {
    "autocrlf": crlf,
    "a filter that is required and fails": failing_filter,
    "fsmonitor": monitor,
    "split index": split,
    "untracked cache": untracked_cache,
    "git told to look away": blind,
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_bytes_are_exact_whatever_is_configured(
    work: Workspace, tmp_path: Path, setting: Callable[[Workspace], None]
) -> None:
    dirty(work)
    setting(work)
    snap(work)
    found = back(work, tmp_path / "to")
    found.pop(".gitattributes", None)
    assert found == EXPECTED
    assert not (work.path / "RAN").exists()


def test_rights_come_back(work: Workspace, tmp_path: Path) -> None:
    work.write("run", "#!/bin/sh\n").chmod(0o750)
    work.write("secret", "x").chmod(0o600)
    snap(work, "untracked")
    back(work, tmp_path / "to")
    assert (tmp_path / "to" / "run").stat().st_mode & 0o7777 == 0o750
    assert (tmp_path / "to" / "secret").stat().st_mode & 0o7777 == 0o600


def test_a_change_of_rights_alone_is_one(work: Workspace, tmp_path: Path) -> None:
    (work.path / "clean").chmod(0o755)
    made = snap(work, "worktree")
    assert [(file.path, file.kind) for file in made.files] == [("clean", "changed")]
    assert back(work, tmp_path / "to") == {"clean": b"start\n"}


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_edits_that_git_was_told_to_overlook(work: Workspace, tmp_path: Path, flag: str) -> None:
    work.git("update-index", flag, "tracked", "clean")
    work.write("tracked", "hidden edit\n")
    made = snap(work, "worktree")
    assert [(file.path, file.kind) for file in made.files] == [("tracked", "changed")]
    assert back(work, tmp_path / "to") == {"tracked": b"hidden edit\n"}


def test_a_change_within_the_clock_tick_of_the_index(work: Workspace, tmp_path: Path) -> None:
    # Same size, same time as the entry and the index: only a copy with the index's own time shows it.
    target = work.path / "clean"
    for _ in range(20):
        target.write_bytes(b"START\n")
        work.git("add", "clean")
        target.write_bytes(b"other\n")
        made = snap(work, "worktree")
        assert [file.kind for file in made.files] == ["changed", "staged"]


def test_a_sparse_checkout_is_not_taken_for_deletions(work: Workspace, tmp_path: Path) -> None:
    work.git("sparse-checkout", "set", "--no-cone", "/clean")
    assert not (work.path / "tracked").exists()
    work.write("clean", "changed\n")
    made = snap(work)
    assert [(file.path, file.kind) for file in made.files if file.kind not in ("log", "state")] == [
        ("clean", "changed")
    ]
    assert back(work, tmp_path / "to", "work", ".")["tracked"] == b"start\n"


def test_a_sparse_index(work: Workspace, tmp_path: Path) -> None:
    work.git("sparse-checkout", "set", "--cone", "--sparse-index", "deep")
    work.write("deep/er/tracked", "changed\n")
    made = snap(work, "worktree", "index")
    assert [(file.path, file.kind) for file in made.files] == [("deep/er/tracked", "changed")]
    assert back(work, tmp_path / "to") == {"deep/er/tracked": b"changed\n"}


def test_both_sides_of_a_conflict(work: Workspace, tmp_path: Path) -> None:
    work.git("branch", "side")
    work.commit("ours", {"tracked": "ours\n"})
    work.git("checkout", "-q", "side")
    work.commit("theirs", {"tracked": "theirs\n"})
    theirs = work.head()
    work.git("checkout", "-q", "main")
    work.git("merge", "side", check=False)
    work.write("tracked", "half done\n")
    work.write("both", "staged besides\n")
    work.git("add", "both")
    snap(work)
    work.git("merge", "--abort", check=False)
    work.git("reset", "-q", "--hard")
    work.git("branch", "-D", "side")
    collect(work)
    assert back(work, tmp_path / "work") == {"tracked": b"half done\n", "both": b"staged besides\n"}
    assert back(work, tmp_path / "ours", "ours") == {"tracked": b"ours\n"}
    assert back(work, tmp_path / "theirs", "theirs") == {"tracked": b"theirs\n"}
    assert back(work, tmp_path / "base", "base") == {"tracked": b"start\n"}
    state = back(work, tmp_path / "git", "git")
    assert state["MERGE_HEAD"] == f"{theirs}\n".encode()
    assert work.git("cat-file", "-t", theirs) == "commit"


def test_a_file_where_a_folder_was_and_the_other_way_round(work: Workspace, tmp_path: Path) -> None:
    shutil.rmtree(work.path / "deep")
    work.write("deep", "now a file\n")
    (work.path / "clean").unlink()
    work.write("clean/in/side", "now a folder\n")
    snap(work)
    work.git("clean", "-qfdx")
    work.git("reset", "-q", "--hard")
    assert back(work, tmp_path / "to") == {"deep": b"now a file\n", "clean/in/side": b"now a folder\n"}


def test_a_folder_that_became_a_link_is_not_followed(work: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "tracked").write_text("not ours\n")
    shutil.rmtree(work.path / "deep" / "er")
    (work.path / "deep" / "er").symlink_to(outside)
    work.git("update-index", "--assume-unchanged", "deep/er/tracked", check=False)
    snap(work)
    assert back(work, tmp_path / "to") == {"deep/er": b"-> " + os.fsencode(outside)}


def test_a_large_file(work: Workspace, tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * 33
    work.write("large", content)
    snap(work, "untracked")
    assert back(work, tmp_path / "to") == {"large": content}


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_a_repository_without_a_commit(tmp_path: Path, kind: str) -> None:
    repo = make_repository(tmp_path / "new", f"--object-format={kind}")
    repo.write("staged", "staged\n")
    repo.git("add", "staged")
    repo.write("loose", "loose\n")
    made = snap(repo)
    assert (made.head, made.branch) == ("", "refs/heads/main")
    repo.git("rm", "-qf", "staged")
    repo.git("clean", "-qfdx")
    collect(repo)
    assert back(repo, tmp_path / "to") == {"staged": b"staged\n", "loose": b"loose\n"}


def test_a_repository_without_an_index(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "new")
    repo.write("loose", "loose\n")
    snap(repo)
    assert back(repo, tmp_path / "to") == {"loose": b"loose\n"}


def test_sha256(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "new", "--object-format=sha256")
    names = ("tracked", "deep/er/tracked", "staged", "both", "gone", "clean")
    repo.commit("start", dict.fromkeys(names, "start\n"))
    dirty(repo)
    snap(repo)
    repo.git("reset", "-q", "--hard")
    repo.git("clean", "-qfdx")
    collect(repo)
    assert back(repo, tmp_path / "to") == EXPECTED
