"""Killed at any moment, and two at once: the repository stays usable, and what is left over is cleared away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Workspace
from rescue.rescuelib import back, contents, snap

from agentops_gates.git.repo import Repo
from agentops_gates.rescue.refs import kept

_PROGRAM = """
import sys
from agentops_gates.git.repo import Repo
from agentops_gates.rescue.content import THINGS
from agentops_gates.rescue.settings import settings
from agentops_gates.rescue.snapshot import snapshot
with Repo.open() as repo:
    print(snapshot(repo, THINGS, "test", settings()).id)
"""


def start(workspace: Workspace) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        cwd=workspace.path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.fixture
def work(repo: Workspace) -> Workspace:
    repo.commit("start", {"a": "a\n"})
    repo.write("a", "changed\n")
    repo.write("large", os.urandom(4 << 20))
    for number in range(300):
        repo.write(f"new/{number}", f"{number}\n")
    return repo


def strays(workspace: Workspace) -> list[str]:
    """Return files in the git directory that nobody but a killed process can have left there."""
    found = []
    for folder, folders, names in os.walk(workspace.path / ".git"):
        if folder.endswith("agentops"):
            folders.remove("rescue")
        found += [os.path.join(folder, name) for name in names if "tmp_" in name or name.endswith((".lock", ".keep"))]
    return found


def test_killed_at_any_moment(work: Workspace, tmp_path: Path) -> None:
    before, status = contents(work.path), work.git("status", "--porcelain")
    whole = time.monotonic()
    process = start(work)
    process.communicate()
    assert process.returncode == 0
    whole = time.monotonic() - whole
    killed = 0
    for step in range(40):
        work.write("a", f"changed {step}\n")
        process = start(work)
        time.sleep(whole * 1.1 * step / 40)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        killed += process.returncode != 0
        time.sleep(0.02)
        assert strays(work) == []
    assert killed > 10
    work.write("a", "changed\n")
    assert contents(work.path) == before
    assert work.git("status", "--porcelain") == status
    work.git("fsck", "--strict")
    work.write("a", "last\n")
    snap(work)
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []
    assert back(work, tmp_path / "to")["a"] == b"last\n"


def test_many_at_once(work: Workspace, tmp_path: Path) -> None:
    running = [start(work) for _ in range(6)]
    ended = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * 6, ended
    with Repo.open(str(work.path)) as repo:
        standing = {one.id for one in kept(repo)}
    assert {out.decode().strip() for out, _ in ended} == standing
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []
    assert len(back(work, tmp_path / "to")) == 302


def test_one_that_lives_is_left_alone(work: Workspace) -> None:
    from agentops_gates.rescue.workshop import Workshop

    with Repo.open(str(work.path)) as repo, Workshop(repo) as shop:
        snap(work)
        assert os.path.isdir(os.path.join(shop.path, "objects"))
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []


def test_a_link_among_what_is_cleared_away_is_not_followed(work: Workspace, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    folder = work.path / ".git" / "agentops" / "rescue" / "1-0"
    folder.mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "precious")
    (folder.parent / "1-0.lock").touch()
    (folder.parent / "2-0").symlink_to(tmp_path / "precious")
    (folder.parent / "2-0.lock").touch()
    snap(work)
    assert (tmp_path / "precious" / "file").exists()
    assert not folder.exists()
