from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import Workspace


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_is_no_internal_error(repo: Workspace, closed: str) -> None:
    repo.commit("start", {"a.py": "x = 1\n"})
    command = f'"{sys.executable}" -m agentops_gates check --staged {closed}'
    assert subprocess.run(["sh", "-c", command], cwd=repo.path, capture_output=True, check=False).returncode == 0


def test_a_push_without_input_has_nothing_to_judge(repo: Workspace) -> None:
    repo.commit("start", {"a.py": "x = 1\n"})
    command = f'"{sys.executable}" -m agentops_gates hook pre-push origin url <&-'
    done = subprocess.run(["sh", "-c", command], cwd=repo.path, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"internal error" not in done.stderr
