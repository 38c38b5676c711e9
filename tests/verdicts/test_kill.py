"""kill -9 of a writer, at any moment: nothing that was stored is lost, and the next run brings everything to order.

``TEST_KILLS`` says how many times (200 before a release); the moments are drawn anew each time, all over the run.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Workspace
from verdicts.recordlib import GATE, numbered, stored

from agentops_gates.git.repo import Repo
from agentops_gates.git.write import read_ref
from agentops_gates.verdicts import records
from agentops_gates.verdicts.log import LOG, held
from agentops_gates.verdicts.rollup import roll_up

KILLS = int(os.environ.get("TEST_KILLS", "5"))
ROOT = Path(__file__).parents[2]
WRITER = """
import sys
sys.path.insert(0, "tests")
from verdicts.recordlib import GATE, numbered
from agentops_gates.git.repo import Repo
from agentops_gates.verdicts import records
from agentops_gates.verdicts.rollup import roll_up
first, path = int(sys.argv[1]), sys.argv[2]
with Repo.open(path) as repo:
    print("ready", flush=True)
    for number in range(first, first + 4):
        print(records.store(repo, GATE, numbered(number)), flush=True)
    roll_up(repo)
    print("done", flush=True)
"""


Process = subprocess.Popen[str]
pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds processes in /proc")


def write(path: Path, first: int) -> Process:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(first), str(path)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip


def heard(process: Process, lines: int) -> None:
    """Wait for so many lines of it: "ready", and one for each record that is stored."""
    assert process.stdout
    for _ in range(lines):
        assert process.stdout.readline()


def session(leader: int) -> list[int]:
    """Return the processes of a session: git runs in a group of its own, but not in a session of its own."""
    found = []
    for name in os.listdir("/proc"):
        try:
            fields = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if name.isdigit() and int(fields[3]) == leader:
            found.append(int(name))
    return found


def settled(process: Process) -> list[str]:
    """Wait until nothing of a killed writer runs any more, and return what it said."""
    assert process.stdout
    with process:
        lines = process.stdout.read().split("\n")[:-1]
    deadline = time.monotonic() + 20
    while session(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return [line for line in lines if line not in ("ready", "done")]


def kill_group(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def kill_all(process: Process) -> None:
    for _ in range(3):
        for pid in session(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def healed(repo: Workspace) -> bool:
    """Roll up after a kill and look whether all is in order; return whether git had left the lock on packed-refs."""
    found, problems = stored(repo.path)
    assert problems == []
    # Nobody but git's user can know whether that one is stale: git names it, and so do we.
    packed = repo.path / ".git" / "packed-refs.lock"
    left = packed.exists()
    packed.unlink(missing_ok=True)
    with Repo.open(str(repo.path)) as opened:
        roll_up(opened)
        assert list(records.in_refs(opened)) == []
    assert stored(repo.path) == (found, [])
    assert not list((repo.path / ".git" / "refs" / "agentops").rglob("*.lock"))
    return left


def in_both(repo: Workspace) -> bool:
    """Return whether a record stands in the log and has a ref still."""
    with Repo.open(str(repo.path)) as opened:
        in_log = {entry.name for entry in held(opened, read_ref(opened, LOG))}
        return not in_log.isdisjoint(entry.id for entry in records.in_refs(opened))


def ids(refs: Iterable[str]) -> set[str]:
    return {ref.rpartition("/")[2] for ref in refs}


@pytest.mark.parametrize("kill", [kill_group, kill_all], ids=["the-writer", "git-as-well"])
def test_nothing_is_lost_and_the_next_run_heals(repo: Workspace, kill: Callable[[Process], None]) -> None:
    dice = random.Random()
    started = time.monotonic()
    safe = ids(settled(write(repo.path, 0)))
    whole = time.monotonic() - started
    in_time = locked = 0
    for number in range(1, KILLS + 1):
        process = write(repo.path, number * 4)
        heard(process, 1)
        time.sleep(dice.random() * whole)
        in_time += process.poll() is None
        kill(process)
        safe |= ids(settled(process))
        assert safe <= stored(repo.path)[0].keys()
        locked += healed(repo)
    assert in_time
    assert kill is kill_all or not locked
    assert repo.git("fsck", "--no-dangling") == ""
    print(f"{KILLS} kills, {in_time} in time, {len(safe)} stored, {locked} times packed-refs.lock")


def test_a_roll_up_of_many_that_is_killed(repo: Workspace) -> None:
    """With many refs the time between log and deletion is long enough to be hit."""
    with Repo.open(str(repo.path)) as opened:
        for number in range(100):
            records.store(opened, GATE, numbered(10_000 + number))
    before = stored(repo.path)[0]
    refs = repo.git("for-each-ref", "--format=create %(refname) %(objectname)", "refs/agentops/verdicts")
    dice = random.Random()
    whole, between = 0.0, 0
    for _ in range(KILLS + 1):
        process = write(repo.path, 0)
        heard(process, 5)
        started = time.monotonic()
        if whole:
            time.sleep(dice.random() * whole)
            kill_all(process)
        settled(process)
        whole = whole or time.monotonic() - started
        assert before.items() <= stored(repo.path)[0].items()
        between += in_both(repo)
        healed(repo)
        repo.git("update-ref", "-d", LOG)
        repo.git("update-ref", "--stdin", stdin=f"{refs}\n".encode())
    print(f"{KILLS} kills, {between} between log and deletion")
