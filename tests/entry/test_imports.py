"""Import cost is a feature: what the passing path of a hook may not load."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import Workspace, branchy

NEVER = {
    "subprocess",
    "click",
    "pygit2",
    "jsonschema",
    "ruamel",
    "ruamel.yaml",
    "radon",
    "rich",
    "importlib.metadata",
    "lizard",
}
# With the cache warm nothing is parsed: not the policy, not a source file.
COLD_ONLY = {
    "typing",
    "hashlib",
    "ast",
    "tomllib",
    "tokenize",
    "difflib",
    "dataclasses",
    "inspect",
    "argparse",
    "pathlib",
    "tempfile",
}

_PROBE = """
import io, json, sys
from agentops_gates.entry.githooks.dispatch import main
sys.stdin = io.TextIOWrapper(io.BytesIO(json.loads(sys.argv[2]).encode()))
code = main(json.loads(sys.argv[1]))
print(json.dumps([code, sorted(sys.modules)]))
"""


def run_hook(repo: Workspace, *args: str, stdin: str = "") -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE, json.dumps(args), json.dumps(stdin)],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stdout)
    assert code == 0, done.stderr
    assert done.stderr == ""
    return set(modules)


@pytest.fixture
def staged(repo: Workspace) -> Workspace:
    repo.commit("start", {"app.py": branchy("f", 3), "agentops-gates.toml": '[protected]\nbranches = ["main"]\n'})
    repo.write("app.py", branchy("f", 4))
    repo.git("add", "-A")
    return repo


def test_pre_commit_loads_nothing_heavy_when_cold(staged: Workspace) -> None:
    assert run_hook(staged, "pre-commit") & NEVER == set()


def test_pre_commit_loads_no_parser_when_cached(staged: Workspace) -> None:
    run_hook(staged, "pre-commit")
    assert run_hook(staged, "pre-commit") & (NEVER | COLD_ONLY) == set()


def test_commit_msg_loads_nothing_heavy(staged: Workspace) -> None:
    staged.write("MESSAGE", "Say something\n")
    run_hook(staged, "commit-msg", "MESSAGE")
    assert run_hook(staged, "commit-msg", "MESSAGE") & (NEVER | COLD_ONLY) == set()


def test_pre_push_loads_nothing_heavy(staged: Workspace) -> None:
    base = staged.head()
    head = staged.commit("more")
    staged.git("update-ref", "refs/remotes/origin/main", base)
    line = f"refs/heads/main {head} refs/heads/main {base}\n"
    run_hook(staged, "pre-push", "origin", "url", stdin=line)
    assert run_hook(staged, "pre-push", "origin", "url", stdin=line) & (NEVER | COLD_ONLY) == set()
