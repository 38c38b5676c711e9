"""Import cost is a feature: what the passing path of a hook may not load."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from conftest import Workspace, branchy
from verdicts.decidelib import statement

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
# Each costs what a whole gate may. What parses or explains needs them; what only looks up does not.
CACHED_NEVER = COLD_ONLY | {"re", "enum", "json.decoder", "threading", "signal"}

_PROBE = """
import io, sys
from agentops_gates.entry.githooks.dispatch import main
sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv[1].encode()))
code = main(sys.argv[2:])
print(code, *sys.modules)
"""


def run_hook(repo: Workspace, *args: str, stdin: str = "", says: str = "") -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE, stdin, *args],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=True,
    )
    code, *modules = done.stdout.split()
    assert code == "0", done.stderr
    assert says in done.stderr
    assert bool(says) == bool(done.stderr)
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
    assert run_hook(staged, "pre-commit") & (NEVER | CACHED_NEVER) == set()


def test_commit_msg_loads_nothing_heavy(staged: Workspace) -> None:
    staged.write("MESSAGE", "Say something\n")
    run_hook(staged, "commit-msg", "MESSAGE")
    assert run_hook(staged, "commit-msg", "MESSAGE") & (NEVER | CACHED_NEVER) == set()


def test_pre_push_loads_nothing_heavy(staged: Workspace) -> None:
    base = staged.head()
    head = staged.commit("more")
    staged.git("update-ref", "refs/remotes/origin/main", base)
    line = f"refs/heads/main {head} refs/heads/main {base}\n"
    run_hook(staged, "pre-push", "origin", "url", stdin=line)
    assert run_hook(staged, "pre-push", "origin", "url", stdin=line) & (NEVER | CACHED_NEVER) == set()


JUDGED = """[protected]
branches = ["main"]
[council.judges.reviewer]
command = ["./review"]
principal = "judge@example.org"
"""


def verdicts(modules: set[str]) -> set[str]:
    """Return the modules about verdicts, by their short names."""
    package = "agentops_gates.verdicts"
    return {name.removeprefix(f"{package}.") for name in modules if name.startswith(package)}


def test_gates_that_have_nothing_to_judge_load_nothing_about_verdicts(staged: Workspace) -> None:
    base, head = staged.head(), staged.commit("more")
    staged.git("update-ref", "refs/remotes/origin/main", base)
    staged.write("MESSAGE", "Say something\n")
    line = f"refs/heads/main {head} refs/heads/main {base}\n"
    # What the commits say is read by the module that all gates share.
    assert verdicts(run_hook(staged, "pre-push", "origin", "url", stdin=line)) <= {"agentops_gates.verdicts", "brought"}
    assert verdicts(run_hook(staged, "commit-msg", "MESSAGE")) == set()


def test_work_without_an_epic_on_a_branch_that_is_not_protected_loads_no_more_than_it_needs(repo: Workspace) -> None:
    base = repo.commit("start", {"app.py": branchy("f", 3), "agentops-gates.toml": JUDGED})
    head = repo.commit("more")
    repo.git("update-ref", "refs/remotes/origin/main", base)
    repo.write("MESSAGE", "Say something\n")
    line = f"refs/heads/topic {head} refs/heads/topic {'0' * 40}\n"
    for args, stdin in ((("pre-push", "origin", "url"), line), (("commit-msg", "MESSAGE"), "")):
        run_hook(repo, *args, stdin=stdin)
        modules = run_hook(repo, *args, stdin=stdin)
        assert modules & (NEVER | COLD_ONLY) == set()
        assert verdicts(modules) <= {"agentops_gates.verdicts", "crank", "work", "epic", "brought"}


def test_a_push_that_a_verdict_opens_loads_nothing_heavy(repo: Workspace) -> None:
    from agentops_gates.gates.registry import metadata
    from agentops_gates.git.repo import Repo
    from agentops_gates.model.subject import Subject
    from agentops_gates.model.verdict import Record
    from agentops_gates.policy.load import load
    from agentops_gates.verdicts import records
    from agentops_gates.verdicts.statement import dump, record_id
    from agentops_gates.verdicts.transition import read

    base = repo.commit("start", {"app.py": branchy("f", 3), "agentops-gates.toml": JUDGED})
    head = repo.commit("more", {"app.py": branchy("f", 4)})
    repo.git("update-ref", "refs/remotes/origin/main", base)
    with Repo.open(str(repo.path)) as opened:
        policy = load(opened, base, metadata(), trust_cache=False)
        move = read(opened, Subject("range", (base,), head), "refs/heads/main", policy)
        payload = dump(statement(move, issued=int(time.time())))
        records.store(opened, "push-after-vibe", Record(record_id("verdict", payload), "verdict", payload))
    line = f"refs/heads/main {head} refs/heads/main {base}\n"
    run_hook(repo, "pre-push", "origin", "url", stdin=line, says="AG112")
    modules = run_hook(repo, "pre-push", "origin", "url", stdin=line, says="AG112")
    assert modules & (NEVER | COLD_ONLY) == set()
    assert verdicts(modules) & {"signing", "plan", "tracker", "publish", "rollup", "predictions"} == set()
