"""Many writers at once: no verdict is lost, also while another process rolls up.

``TEST_VERDICTS`` says how many each of the sixteen work trees records (100 before a release).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace
from verdicts.recordlib import numbered, stored

from agentops_gates.git.repo import Repo
from agentops_gates.verdicts import records
from agentops_gates.verdicts.rollup import roll_up

TREES = 16
EACH = int(os.environ.get("TEST_VERDICTS", "10"))
ROOT = Path(__file__).parents[2]
WRITER = """
import sys
sys.path.insert(0, "tests")
from verdicts.recordlib import GATE, numbered
from agentops_gates.git.repo import Repo
from agentops_gates.verdicts import records
path, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with Repo.open(path) as repo:
    for number in range(first, first + count):
        records.store(repo, GATE, numbered(number))
"""


def write(path: Path, first: int) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-c", WRITER, str(path), str(first), str(EACH)]
    return subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.PIPE)


def rolled(path: Path) -> None:
    """Roll up while others write: what was there before is there afterwards."""
    before, problems = stored(path)
    assert problems == []
    with Repo.open(str(path)) as opened:
        roll_up(opened)
    assert before.keys() <= stored(path)[0].keys()


@pytest.mark.parametrize("rolling", [False, True], ids=["writers-only", "and-a-roll-up"])
def test_sixteen_work_trees_lose_none(repo: Workspace, tmp_path: Path, rolling: bool) -> None:
    repo.commit()
    trees = [tmp_path / f"tree{number}" for number in range(TREES)]
    for tree in trees:
        repo.git("worktree", "add", "-q", "--detach", str(tree))
    writers = [write(tree, number * EACH) for number, tree in enumerate(trees)]
    while rolling and busy(writers):
        rolled(repo.path)
    ended(writers)
    wanted = {record.id: record for record in map(numbered, range(TREES * EACH))}
    assert stored(repo.path) == (wanted, [])
    rolled(repo.path)
    with Repo.open(str(repo.path)) as opened:
        assert list(records.in_refs(opened)) == []
    assert stored(repo.path) == (wanted, [])


def busy(writers: list[subprocess.Popen[bytes]]) -> bool:
    return any(writer.poll() is None for writer in writers)


def ended(writers: list[subprocess.Popen[bytes]]) -> None:
    """Wait for them; none may have complained."""
    for writer in writers:
        _, said = writer.communicate(timeout=600)
        assert (writer.returncode, said) == (0, b"")


def test_two_that_store_the_same(repo: Workspace) -> None:
    repo.commit()
    ended([write(repo.path, 0) for _ in range(4)])
    assert len(stored(repo.path)[0]) == EACH
