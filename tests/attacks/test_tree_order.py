from __future__ import annotations

import pytest
from conftest import Workspace, branchy
from gates.gatelib import judged

from agentops_gates.model.errors import UndecidedError


def tree(repo: Workspace, *entries: tuple[str, str]) -> str:
    data = b"".join(b"100644 " + name.encode() + b"\0" + bytes.fromhex(oid) for name, oid in entries)
    return repo.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=data)


def test_a_path_that_is_told_twice_is_undecided(repo: Workspace) -> None:
    start = repo.commit("start", {"m.py": branchy("f", 1), "z.py": "z = 1\n"})
    mild, other = repo.git("rev-parse", "HEAD:m.py"), repo.git("rev-parse", "HEAD:z.py")
    evil = repo.git("hash-object", "-w", "--stdin", stdin=branchy("evil", 40).encode())
    base = repo.git("commit-tree", "-p", start, "-m", "x", tree(repo, ("z.py", other), ("m.py", mild)))
    head = repo.git("commit-tree", "-p", base, "-m", "x", tree(repo, ("m.py", evil), ("z.py", other)))
    with pytest.raises(UndecidedError, match=r"m\.py stands twice"):
        judged(repo.path, base, head=head)
    double = repo.git(
        "commit-tree", "-p", start, "-m", "x", tree(repo, ("m.py", evil), ("m.py", mild), ("z.py", other))
    )
    with pytest.raises(UndecidedError, match=r"m\.py stands twice"):
        judged(repo.path, start, head=double)
