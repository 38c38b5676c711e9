"""The guard makes snapshots on its way: what it loads for that is dear."""

from __future__ import annotations

import subprocess
import sys

from conftest import Workspace

_NEVER = {"re", "json", "enum", "subprocess", "typing", "tomllib", "dataclasses", "pathlib", "hashlib", "shutil"}
_PROBE = """
import sys
import agentops_gates.rescue.snapshot
from agentops_gates.git.repo import Repo
from agentops_gates.rescue.content import THINGS
from agentops_gates.rescue.settings import settings
from agentops_gates.rescue.snapshot import snapshot
with Repo.open() as repo:
    snapshot(repo, THINGS, "test", settings())
print(*sys.modules)
"""


def test_a_snapshot_loads_nothing_heavy(repo: Workspace) -> None:
    repo.commit("start", {"a": "a\n"})
    repo.write("a", "b\n")
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE], cwd=repo.path, capture_output=True, text=True, check=True
    )
    assert _NEVER.isdisjoint(done.stdout.split())
