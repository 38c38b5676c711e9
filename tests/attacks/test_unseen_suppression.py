from __future__ import annotations

from conftest import Workspace
from gates.gatelib import brief, judged


def test_a_comment_is_seen_though_its_base_does_not_parse(repo: Workspace) -> None:
    base = repo.commit("start", {"m.py": "def broken(:\n"})
    head = repo.commit("next", {"m.py": "def f(x):\n    # agentops: allow[AG601] because\n    return x\n"})
    assert brief(judged(repo.path, base, head=head)) == ["AG605 warning m.py", "AG606 error m.py"]
