"""The cache of validated policies: used where it may be, missed whenever anything about it is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from conftest import Workspace
from policy.policylib import GATES

from agentops_gates.git.repo import Repo
from agentops_gates.policy.load import load
from agentops_gates.policy.policy import Policy

OWN = "agentops-gates.toml"
TEXT = """[deadlines]
ci = 7
[gates.complexity-regression]
max_complexity = 5
exclude = ["a", "b"]
[[gates.complexity-regression.overrides]]
paths = ["c"]
level = "off"
"""


@pytest.fixture
def commit(repo: Workspace) -> str:
    return repo.commit("policy", {OWN: TEXT})


def loaded(repo: Workspace, commit: str, *, trust: bool = True) -> Policy:
    with Repo.open(str(repo.path)) as opened:
        return load(opened, commit, GATES, trust_cache=trust)


def kept(repo: Workspace) -> list[Path]:
    return sorted((repo.path / ".git/agentops/policy").glob("*"))


def sealed(content: bytes) -> bytes:
    """Put the checksum before ``content`` that makes it believable."""
    return b"%08x\n%b" % (crc32(content), content)


def forge(repo: Workspace) -> None:
    """Change what is kept and make the checksum fit: what anybody with this uid can do."""
    (file,) = kept(repo)
    content = json.loads(file.read_text().split("\n", 1)[1])
    content["policy"]["gates"]["complexity-regression"]["max_complexity"] = 99
    file.write_bytes(sealed(json.dumps(content).encode()))


def limit(policy: Policy) -> int:
    return policy.gates["complexity-regression"]["max_complexity"]


def test_what_is_kept_is_what_was_loaded(repo: Workspace, commit: str) -> None:
    parsed = loaded(repo, commit, trust=False)
    assert kept(repo) == []
    first, second = loaded(repo, commit), loaded(repo, commit)
    assert first == second == parsed
    assert len(kept(repo)) == 1


def test_it_is_used_at_local_doors_and_never_elsewhere(repo: Workspace, commit: str) -> None:
    loaded(repo, commit)
    forge(repo)
    assert limit(loaded(repo, commit)) == 99
    assert limit(loaded(repo, commit, trust=False)) == 5


def test_another_commit_with_the_same_file_shares_it_and_is_named(repo: Workspace, commit: str) -> None:
    loaded(repo, commit)
    later = repo.commit("other", {"x": "y"})
    assert loaded(repo, later).source == f"{OWN} in commit {later[:12]}"
    assert len(kept(repo)) == 1


def test_a_pyproject_without_a_policy_is_remembered_as_such(repo: Workspace) -> None:
    commit = repo.commit("mention", {"pyproject.toml": '[project]\ndependencies = ["agentops-gates"]\n'})
    assert loaded(repo, commit) == loaded(repo, commit) == loaded(repo, commit, trust=False)


BROKEN = {
    "empty": b"",
    "cut short": b'{"source": "agentops-gates.toml", "digest": "',
    "not UTF-8": b"\xff\xfe",
    "not an object": b"[]",
    "other object": b"{}",
    "wrong shape": b'{"source": "", "digest": "", "policy": {"gates": [], "protected": 1, "deadlines": 2}}',
    "wrong deadlines": b'{"policy": {"gates": {}, "protected": {"branches": []}, "deadlines": {"local": "x"}}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("seal", [bytes, sealed], ids=["as it is", "with a good checksum"])
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_a_miss_and_is_mended(
    repo: Workspace, commit: str, content: bytes, seal: Callable[[bytes], bytes]
) -> None:
    parsed = loaded(repo, commit)
    (file,) = kept(repo)
    good = file.read_bytes()
    file.write_bytes(seal(content))
    assert loaded(repo, commit) == parsed
    assert file.read_bytes() == good


def test_a_changed_value_is_a_miss(repo: Workspace, commit: str) -> None:
    loaded(repo, commit)
    (file,) = kept(repo)
    file.write_text(file.read_text().replace('"max_complexity": 5', '"max_complexity": 6'))
    assert limit(loaded(repo, commit)) == 5


def test_other_settings_or_another_version_are_a_miss(
    repo: Workspace, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(repo, commit)
    gate = GATES[0]._replace(
        settings=tuple(s._replace(default=4) if s.name == "min_gain" else s for s in GATES[0].settings)
    )
    with Repo.open(str(repo.path)) as opened:
        policy = load(opened, commit, (gate, GATES[1]), trust_cache=True)
    assert policy.gates["complexity-regression"]["min_gain"] == 4
    monkeypatch.setattr("agentops_gates.policy.cache.__version__", "99")
    before = len(kept(repo))
    loaded(repo, commit)
    assert len(kept(repo)) == before + 1


def test_a_file_where_the_folder_should_be_is_no_error(repo: Workspace, commit: str) -> None:
    (repo.path / ".git/agentops").write_text("in the way")
    assert limit(loaded(repo, commit)) == 5


def test_an_invalid_policy_is_never_kept(repo: Workspace) -> None:
    commit = repo.commit("wrong", {OWN: "x = 1"})
    for _ in range(2):
        with pytest.raises(Exception, match="unknown key `x`"):
            loaded(repo, commit)
    assert kept(repo) == []


def test_it_stays_small(repo: Workspace) -> None:
    folder = repo.path / ".git/agentops/policy"
    folder.mkdir(parents=True)
    for number in range(80):
        (folder / f"{number}.json").write_text("{}")
    (folder / "left-behind.123.tmp").write_text("")
    loaded(repo, repo.commit("policy", {OWN: TEXT}))
    assert len(kept(repo)) == 1


_PROBE = """
import sys
from agentops_gates.git.repo import Repo
from agentops_gates.model.gate import Gate
from agentops_gates.policy.load import load
with Repo.open() as repo:
    load(repo, repo.resolve("HEAD"), (Gate("a", "", (), (), ()),), trust_cache=True)
heavy = {"tomllib", "difflib", "tempfile", "pathlib", "dataclasses", "agentops_gates.policy.validate"}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_hit_imports_no_parser(repo: Workspace) -> None:
    repo.commit("policy", {OWN: "version = 1\n"})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _PROBE]
    miss, hit = (subprocess.check_output(command, cwd=repo.path, env=environment, text=True) for _ in range(2))
    assert "tomllib" in miss
    assert hit == "[]\n"
