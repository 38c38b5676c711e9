"""What a snapshot costs, against git's own ways of saving or looking at the same work tree, in the same run.

    python benchmarks/rescue.py [--rounds N] [--sizes 200,10000,100000] [--untracked 10000] [--keep DIR]

A work tree of SIZE tracked files in folders of 100, of which 20 are changed, 10 staged, and 10 more are new. All of it
is in the page cache. ``git add -A`` works on a copy of the index that is made anew for each round, as a throw-away
index would be, and ``git stash create`` does not see new files. Every snapshot but the last is made as the first one
of its state.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from timing import Job, Result, measure

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SNAPSHOT = f"""
import sys
sys.path.insert(0, {_ROOT!r})
from agentops_gates.git.repo import Repo
from agentops_gates.rescue.settings import settings
from agentops_gates.rescue.snapshot import snapshot
with Repo.open() as repo:
    snapshot(repo, sys.argv[1].split(","), "benchmark", settings({{"max_files": 1_000_000}}))
"""
_ALL = "worktree,index,untracked,ignored,refs,stash,reflog"
_ADD = "git add -A, throw-away index"
_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: str, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=folder, env={**os.environ, **_ENV}, check=True, capture_output=True)
    return done.stdout.decode().strip()


def write(folder: str, name: str, content: str) -> None:
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def make(folder: str, size: int, untracked: int) -> None:
    """Make the work tree; files have some 400 bytes each, all different."""
    git(os.path.dirname(folder), "init", "-q", folder)
    git(folder, "config", "gc.auto", "0")
    for number in range(size):
        write(folder, f"d{number // 100}/f{number}", f"{number}\n" * 80)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "start")
    git(folder, "gc", "-q")
    for number in range(10):
        write(folder, f"d0/f{number}", f"staged {number}\n")
    git(folder, "add", "-A")
    for number in range(20, 40):
        write(folder, f"d0/f{number}", f"changed {number}\n")
    for number in range(untracked):
        write(folder, f"new{number // 100}/u{number}", f"new {number}\n" * 30)
    git(folder, "status")


def forget(folder: str) -> Callable[[], None]:
    """Return what makes the next snapshot the first one, and drops the packs of those before it."""
    keep = set(os.listdir(os.path.join(folder, ".git", "objects", "pack")))

    def drop() -> None:
        for ref in git(folder, "for-each-ref", "--format=%(refname)", "refs/agentops-rescue-*").split():
            git(folder, "update-ref", "-d", ref)
        place = os.path.join(folder, ".git", "objects", "pack")
        for name in set(os.listdir(place)) - keep:
            os.unlink(os.path.join(place, name))

    return drop


def jobs(folder: str) -> list[Job]:
    index = os.path.join(folder, ".git", "index")
    copy, made = f"{folder}.index", f"{folder}.objects"
    # What an earlier round wrote must not stand there already.
    aside = {
        **_ENV,
        "GIT_OBJECT_DIRECTORY": made,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.path.join(folder, ".git", "objects"),
    }

    drop = forget(folder)

    def fresh() -> None:
        drop()
        shutil.rmtree(made, ignore_errors=True)
        os.makedirs(made)
        shutil.copy2(index, copy)

    def snapshot(name: str, things: str, *, first: bool = True) -> Job:
        argv = [sys.executable, "-I", "-c", _SNAPSHOT, things]
        return Job(name, argv, folder, _ENV, prepare=drop if first else None)

    return [
        Job("git status", ["git", "status", "--porcelain"], folder, {**_ENV, "GIT_OPTIONAL_LOCKS": "0"}),
        Job("git stash create", ["git", "stash", "create"], folder, aside, prepare=fresh),
        Job(_ADD, ["git", "add", "-A"], folder, {**aside, "GIT_INDEX_FILE": copy}, prepare=fresh),
        snapshot("snapshot of work tree and index", "worktree,index"),
        snapshot("snapshot of everything", _ALL),
        snapshot("the same again: nothing is made", _ALL, first=False),
    ]


def show(title: str, results: list[Result]) -> None:
    print(f"\n{title}\n\n| what | median ms | x status | x add -A | peak MiB |\n|---|--:|--:|--:|--:|")
    known = {result.name: result.wall or 0.0 for result in results}
    status, add = known["git status"], known[_ADD]
    for result in results:
        if result.note or result.wall is None:
            print(f"| {result.name} | {result.note} | | | |")
            continue
        row = (
            f"{result.wall * 1000:,.0f}",
            f"{result.wall / status:.1f}",
            f"{result.wall / add:.1f}",
            f"{result.peak:.0f}",
        )
        print(f"| {result.name} | {' | '.join(row)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="200,10000,100000")
    parser.add_argument("--untracked", type=int, default=10_000)
    parser.add_argument("--keep", help="an empty folder for the work trees, which then stay")
    given = parser.parse_args()
    place = given.keep or tempfile.mkdtemp()
    cases = [(int(size), 10) for size in given.sizes.split(",")]
    cases += [(200, given.untracked)] if given.untracked else []
    try:
        for number, (size, untracked) in enumerate(cases):
            folder = os.path.join(place, str(number))
            make(folder, size, untracked)
            show(f"{size:,} tracked files, {untracked:,} new ones", measure(jobs(folder), given.rounds))
    finally:
        if not given.keep:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
