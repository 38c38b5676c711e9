from __future__ import annotations

import subprocess

import pytest
from conftest import Workspace

from agentops_gates.gates.registry import metadata
from agentops_gates.git.repo import Repo
from agentops_gates.policy.load import load

TABLE = "[tool.agentops-gates.gates.complexity-regression]\nmax_complexity = 3\n"


def with_mode(repo: Workspace, name: str, mode: bytes) -> str:
    tree = subprocess.run(["git", "cat-file", "tree", "HEAD"], cwd=repo.path, capture_output=True, check=True).stdout
    new = tree.replace(b"100644 " + name.encode() + b"\0", mode + b" " + name.encode() + b"\0")
    oid = repo.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=new)
    return repo.git("commit-tree", "-p", "HEAD", "-m", "mode", oid)


@pytest.mark.parametrize("mode", [b"100664", b"100600", b"100775", b"0100644"])
def test_a_mode_that_git_shows_as_a_regular_file_is_one(repo: Workspace, mode: bytes) -> None:
    repo.commit("start", {"pyproject.toml": TABLE, "agentops-gates.exemptions": "a.py::f = 20, why, 2099-01-01\n"})
    for name in ("pyproject.toml", "agentops-gates.exemptions"):
        head = with_mode(repo, name, mode)
        with Repo.open(str(repo.path)) as opened:
            assert (
                load(opened, head, metadata(), trust_cache=False).gates["complexity-regression"]["max_complexity"] == 3
            )
            assert opened.read_file(head, "agentops-gates.exemptions")
