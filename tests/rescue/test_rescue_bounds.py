"""Bounds: what is too much is denied with the setting that says so; what is old goes; the same state is kept once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Workspace
from rescue.rescuelib import back, snap

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
from agentops_gates.rescue.refs import kept


def ids(workspace: Workspace) -> list[str]:
    with Repo.open(str(workspace.path)) as repo:
        return [one.id for one in kept(repo)]


@pytest.fixture
def work(repo: Workspace) -> Workspace:
    repo.commit("start", {"a": "a\n"})
    return repo


def test_too_many_files(work: Workspace) -> None:
    for number in range(11):
        work.write(f"new/{number}", "x")
    with pytest.raises(UndecidedError, match=r"11 files .* 10 \(rescue.max_files\)") as denied:
        snap(work, "untracked", max_files=10)
    assert "rescue.max_files" in denied.value.fix
    assert ids(work) == []
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []


@pytest.mark.parametrize("things", [("untracked",), ("worktree",)], ids=["untracked", "tracked"])
def test_too_many_bytes(work: Workspace, things: tuple[str, ...]) -> None:
    work.write("new" if things == ("untracked",) else "a", os.urandom(70_000))
    with pytest.raises(UndecidedError, match=r"rescue.max_bytes is 65,536"):
        snap(work, *things, max_bytes=1 << 16)
    assert ids(work) == []


def test_files_that_are_not_in_danger_do_not_deny(work: Workspace) -> None:
    work.write("a", "changed\n")
    for number in range(11):
        work.write(f"new/{number}", "x")
    made = snap(work, "worktree", max_files=10)
    assert [file.path for file in made.files] == ["a"]
    assert [one.why for one in made.left] == ["11 untracked files, more than a snapshot may hold"]


def test_files_that_only_look_changed_do_not_count(work: Workspace) -> None:
    work.commit("many", {f"f{number}": f"{number}\n" for number in range(30)})
    for number in range(30):
        os.utime(work.path / f"f{number}", (1, 1))
    assert snap(work, "worktree", max_files=10).files == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_cannot_be_read(work: Workspace) -> None:
    work.write("new", "x").chmod(0)
    with pytest.raises(UndecidedError, match="new cannot be read"):
        snap(work, "untracked")


def test_a_file_that_is_gone_meanwhile_is_no_hindrance(work: Workspace) -> None:
    (work.path / "dangling").symlink_to("nowhere")
    assert [file.path for file in snap(work, "untracked").files] == ["dangling"]


@pytest.mark.parametrize("things", [("remote",), ("none",), ("worktree", "remote"), ("everything",)])
def test_what_no_snapshot_can_save(work: Workspace, things: tuple[str, ...]) -> None:
    with pytest.raises(UndecidedError, match="cannot save what is in danger"):
        snap(work, *things)


def test_no_danger_besides_is_no_hindrance(work: Workspace) -> None:
    assert snap(work, "worktree", "none").endangered == ("worktree",)


def test_the_same_state_is_kept_once(work: Workspace) -> None:
    work.write("a", "changed\n")
    first = snap(work, why="one")
    second = snap(work, why="two")
    assert (first.fresh, second.fresh) == (True, False)
    assert (second.id, second.oid) == (first.id, first.oid)
    work.write("a", "changed again\n")
    assert snap(work).fresh
    work.write("a", "changed\n")
    assert not snap(work).fresh


def test_an_old_snapshot_of_the_same_state_does_not_do(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    work.write("a", "changed\n")
    first = snap(work)
    later(monkeypatch, 2)
    assert snap(work).id != first.id


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    now = time.time() + days * 86_400
    monkeypatch.setattr(time, "time", lambda: now)


def test_old_ones_go(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    work.write("a", "1\n")
    old = snap(work)
    later(monkeypatch, 31)
    work.write("a", "2\n")
    assert ids(work) == [old.id]
    new = snap(work)
    assert ids(work) == [new.id]


def test_too_many_go_but_none_of_this_day(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        work.write("a", f"{number}\n")
        snap(work, keep_count=2)
    assert len(ids(work)) == 4
    before = ids(work)
    later(monkeypatch, 2)
    work.write("a", "last\n")
    made = snap(work, keep_count=2)
    assert ids(work) == [made.id, *before[:2]]


def test_nobody_drives_a_snapshot_out(work: Workspace) -> None:
    work.write("a", "precious\n")
    precious = snap(work, keep_count=1)
    for number in range(19):
        work.write("a", f"{number}\n")
        snap(work, keep_count=1)
    work.write("a", "one more\n")
    with pytest.raises(UndecidedError, match=r"20 snapshots.*rescue.keep_count is 1"):
        snap(work, keep_count=1)
    assert precious.id in ids(work)


def test_a_folder_that_cannot_be_written(work: Workspace) -> None:
    (work.path / ".git" / "agentops").write_text("a file")
    with pytest.raises(UndecidedError, match="cannot write below"):
        snap(work)


def test_a_damaged_index(work: Workspace) -> None:
    index = work.path / ".git" / "index"
    index.write_bytes(b"no index " * 20)
    with pytest.raises(UndecidedError, match="signature"):
        snap(work)
    assert ids(work) == []


def test_a_staged_blob_that_is_gone(work: Workspace) -> None:
    work.write("b", "staged\n")
    work.git("add", "b")
    oid = work.git("rev-parse", ":b")
    (work.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    (work.path / "b").unlink()
    with pytest.raises(UndecidedError):
        snap(work)


def test_the_state_before_is_told_from_the_state_after(work: Workspace, tmp_path: Path) -> None:
    work.write("a", "before\n")
    snap(work)
    work.git("reset", "-q", "--hard")
    work.write("a", "after\n")
    snap(work)
    assert back(work, tmp_path / "to") == {"a": b"after\n"}


_FULL = """
import resource
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
from agentops_gates.rescue.settings import settings
from agentops_gates.rescue.snapshot import snapshot
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
with Repo.open() as repo:
    try:
        snapshot(repo, ["worktree", "index", "untracked"], "test", settings())
    except UndecidedError as error:
        print("denied:", error)
"""


def test_a_disk_that_is_full(work: Workspace) -> None:
    work.write("new", os.urandom(1_000_000))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    argv = [sys.executable, "-c", _FULL]
    done = subprocess.run(argv, cwd=work.path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("denied: git fast-import")
    assert ids(work) == []
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []
    assert work.run_git("cat-file", "-e", work.git("hash-object", "new")).returncode
