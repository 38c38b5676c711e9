"""Whatever is done to a work tree: all of it that git does not ignore comes back, as it was and as it was staged."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace
from rescue.rescuelib import back, collect, contents, snap

NAMES = ("a", "b/a", "b/c/d", "b.x", "b-", "ä", "x y", "b/c e", "d", "e/f/g/h", "-f", "#", "e/f.g", "*", "\\", "q'\"")


def write(repo: Workspace, dice: random.Random) -> None:
    clear(repo, dice)
    name = dice.choice(NAMES)
    path = repo.path / name
    for above in reversed(path.parents):
        if above != repo.path and repo.path in above.parents and (above.is_symlink() or above.is_file()):
            above.unlink()
    if path.is_symlink() or not path.is_dir():
        if path.is_symlink():
            path.unlink()
        repo.write(name, dice.choice((b"", b"\r\n", b"\0\1", b"same\n", dice.randbytes(20))))


def clear(repo: Workspace, dice: random.Random) -> None:
    path = repo.path / dice.choice(NAMES)
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir() and dice.random() < 0.3:
        shutil.rmtree(path)


def link(repo: Workspace, dice: random.Random) -> None:
    path = repo.path / dice.choice(NAMES)
    if not os.path.lexists(path) and path.parent.is_dir() and not path.parent.is_symlink():
        path.symlink_to(dice.choice(("a", "nowhere", "b", "..")))


def rights(repo: Workspace, dice: random.Random) -> None:
    path = repo.path / dice.choice(NAMES)
    if path.is_file() and not path.is_symlink():
        path.chmod(dice.choice((0o644, 0o755)))


def add(repo: Workspace, dice: random.Random) -> None:
    repo.git("add", "-A", "--", f":(literal){dice.choice(NAMES)}", check=False)


def unstage(repo: Workspace, dice: random.Random) -> None:
    repo.git("rm", "-q", "-r", "--cached", "--", f":(literal){dice.choice(NAMES)}", check=False)


def intend(repo: Workspace, dice: random.Random) -> None:
    repo.git("add", "-N", "--", f":(literal){dice.choice(NAMES)}", check=False)


def overlook(repo: Workspace, dice: random.Random) -> None:
    flag = dice.choice(("--assume-unchanged", "--skip-worktree", "--no-assume-unchanged", "--no-skip-worktree"))
    repo.git("update-index", flag, "--", dice.choice(NAMES), check=False)


def commit(repo: Workspace, dice: random.Random) -> None:
    repo.git("commit", "-q", "--allow-empty", "-m", "more")


DONE: tuple[Callable[[Workspace, random.Random], None], ...] = (
    *(write, write, write, write, clear, link, rights, add, add, unstage, intend, overlook, commit),
)


@pytest.mark.parametrize("seed", range(int(os.environ.get("TEST_RESCUES", "8"))))
def test_all_of_it_comes_back(repo: Workspace, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    repo.git("commit", "-q", "--allow-empty", "-m", "start")
    for _ in range(60):
        dice.choice(DONE)(repo, dice)
    before = contents(repo.path)
    rows = repo.git("ls-tree", "-r", "-z", repo.git("write-tree")).split("\0")
    staged = {row.partition("\t")[2]: repo.run_git("cat-file", "blob", row.split()[2]).stdout for row in rows if row}
    sparse = {row[2:] for row in repo.git("ls-files", "-v", "-z").split("\0") if row[:1] in "Ss"} - set(before)
    snap(repo)
    repo.git("rm", "-rq", "--cached", ".", check=False)
    shutil.rmtree(repo.path / "b", ignore_errors=True)
    repo.git("reset", "-q", "--hard", check=False)
    repo.git("clean", "-qffdx")
    repo.git("update-ref", "-d", "HEAD")
    collect(repo)
    # What a sparse checkout left out comes back as it was staged.
    found = back(repo, tmp_path / "work", "work", ".") if before or sparse & set(staged) else {}
    assert {name: content for name, content in found.items() if name not in sparse} == before
    found = back(repo, tmp_path / "staged", "staged", ".") if staged else {}
    assert {name: content.removeprefix(b"-> ") for name, content in found.items()} == staged
