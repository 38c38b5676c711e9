"""Reading the policy out of a commit: where it may stand, what is refused, and in which words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from policy.policylib import GATES

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError, UsageError
from agentops_gates.policy.load import load, load_tree
from agentops_gates.policy.policy import Policy

OWN = "agentops-gates.toml"
PYPROJECT = "pyproject.toml"
STRICT = "[gates.complexity-regression]\nmax_complexity = 5\n"
TABLE = "[tool.agentops-gates.gates.complexity-regression]\nmax_complexity = 6\n"


@pytest.fixture
def opened(repo: Workspace) -> Iterator[Repo]:
    with Repo.open(str(repo.path)) as found:
        yield found


def loaded(repo: Workspace, commit: str | None) -> Policy:
    with Repo.open(str(repo.path)) as opened:
        return load(opened, commit, GATES, trust_cache=False)


def limit(policy: Policy) -> int:
    return policy.gates["complexity-regression"]["max_complexity"]


def test_without_base_or_file_the_defaults_hold(repo: Workspace) -> None:
    for policy in (loaded(repo, None), loaded(repo, repo.commit("empty"))):
        assert policy.source == "built-in defaults"
        assert policy.protected == ("main", "master")
        assert (policy.deadline_local, policy.deadline_ci) == (5.0, 60.0)
        assert policy.gates["complexity-regression"] == {
            "level": "error",
            "max_complexity": 10,
            "min_gain": 3,
            "max_growth": 0,
            "asserts": False,
            "skip_new": False,
            "exclude": (),
            "languages": ("python",),
            "overrides": (),
        }
        assert policy.gates["policy-change"] == {"overrides": ()}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (OWN, STRICT, 5),
        (PYPROJECT, '[project]\nname = "x"\n' + TABLE, 6),
        (OWN, "\ufeff" + STRICT.replace("\n", "\r\n"), 5),
    ],
    ids=["own file", "pyproject.toml", "byte order mark and CRLF"],
)
def test_the_commit_decides_not_the_work_tree(repo: Workspace, name: str, text: str, expected: int) -> None:
    commit = repo.commit("policy", {name: text})
    repo.write(name, "[broken")
    repo.git("add", "-A")
    policy = loaded(repo, commit)
    assert limit(policy) == expected
    assert policy.source == f"{name} in commit {commit[:12]}"


@pytest.mark.parametrize(
    "text",
    ['[project]\ndependencies = ["agentops-gates"]\n', "[tool.other]\nx = 1\n", "not TOML at all [[["],
    ids=["mentioned", "other tool", "broken, but not about us"],
)
def test_a_pyproject_without_our_table_is_no_policy(repo: Workspace, text: str) -> None:
    policy = loaded(repo, repo.commit("pyproject", {PYPROJECT: text}))
    assert policy.source == "built-in defaults"


def test_both_files_with_a_policy_are_refused(repo: Workspace) -> None:
    commit = repo.commit("both", {OWN: STRICT, PYPROJECT: TABLE})
    with pytest.raises(UsageError) as caught:
        loaded(repo, commit)
    assert str(caught.value) == (
        f"both agentops-gates.toml and [tool.agentops-gates] in pyproject.toml hold a policy (commit {commit[:12]})"
    )


def test_the_own_file_may_stand_beside_any_other_pyproject(repo: Workspace) -> None:
    commit = repo.commit("both", {OWN: STRICT, PYPROJECT: '[project]\nname = "agentops-gates-user"\n'})
    assert limit(loaded(repo, commit)) == 5


REFUSED = {
    "not TOML": (b"version = 1\nversion 2\n", ":2 ({}): not valid TOML: Expected '=' after a key in a key/value pair"),
    "cut short": (b"[gates", ":1 ({}): not valid TOML: Expected ']' at the end of a table declaration"),
    "duplicate key": (b"version = 1\nversion = 1\n", ":2 ({}): not valid TOML: Cannot overwrite a value"),
    "duplicate table": (b"[gates]\n[gates]\n", ":2 ({}): not valid TOML: Cannot declare ('gates',) twice"),
    "not UTF-8": (b"version = 1\n# caf\xe9\n", ":2 ({}): not UTF-8: byte 0xe9"),
    "UTF-16": ("version = 1".encode("utf-16"), ":1 ({}): not UTF-8: byte 0xff"),
    "NUL": (b"version = 1\n\0", ":2 ({}): not valid TOML: Invalid statement"),
    "escape sequence": (b'a = "\x1b[2J"', ":1 ({}): not valid TOML: Illegal character '\\x1b'"),
    "digits without end": (b"version = " + b"1" * 5000, " ({}): not valid TOML: Exceeds the limit"),
    "too deep": (b"a = " + b"[" * 20_000, " ({}): not valid TOML: nested too deeply"),
    "too large": (b"#" * 65_537, " ({}) is larger than 65,536 bytes"),
    "unknown key": (b"[gates]\n\n[gatez]\n", ":3 ({}): unknown key `gatez` at the top level, did you mean `gates`?"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_one_line_with_file_commit_and_line(repo: Workspace, data: bytes, message: str) -> None:
    commit = repo.commit("broken", {OWN: data})
    with pytest.raises(UsageError) as caught:
        loaded(repo, commit)
    assert str(caught.value).startswith(OWN + message.format(f"commit {commit[:12]}"))
    assert "\n" not in str(caught.value)


def test_the_largest_file_is_read(repo: Workspace) -> None:
    assert limit(loaded(repo, repo.commit("large", {OWN: STRICT.ljust(65_536, "#")}))) == 5


def test_messages_about_pyproject_name_its_tables_and_lines(repo: Workspace) -> None:
    commit = repo.commit("wrong", {PYPROJECT: f'[project]\nname = "x"\n{TABLE}max_complxety = 7\n'})
    with pytest.raises(UsageError) as caught:
        loaded(repo, commit)
    assert str(caught.value) == (
        f"pyproject.toml:5 (commit {commit[:12]}): unknown key `max_complxety` in "
        "[tool.agentops-gates.gates.complexity-regression], did you mean `max_complexity`?"
    )


def test_a_table_that_is_none_is_refused(repo: Workspace) -> None:
    with pytest.raises(UsageError, match=r"\[tool.agentops-gates\] must be a table"):
        loaded(repo, repo.commit("wrong", {PYPROJECT: "[tool]\nagentops-gates = 1\n"}))


def test_all_problems_are_listed_in_the_order_of_their_lines_up_to_twenty(repo: Workspace) -> None:
    commit = repo.commit("wrong", {OWN: "".join(f"key{n} = 1\n" for n in range(30))})
    with pytest.raises(UsageError) as caught:
        loaded(repo, commit)
    lines = str(caught.value).split("\n")
    assert [line.split(" ")[0] for line in lines[:20]] == [f"{OWN}:{n}" for n in range(1, 21)]
    assert lines[20:] == [f"{OWN} (commit {commit[:12]}): and 10 more problems"]


def test_a_symbolic_link_is_refused(repo: Workspace) -> None:
    repo.write("elsewhere.toml", STRICT)
    os.symlink("elsewhere.toml", repo.path / OWN)
    with pytest.raises(UsageError, match=r"agentops-gates.toml \(commit [0-9a-f]{12}\) is not a regular file"):
        loaded(repo, repo.commit("link"))


def test_a_folder_of_that_name_is_refused(repo: Workspace) -> None:
    with pytest.raises(UsageError, match="is not a regular file"):
        loaded(repo, repo.commit("folder", {f"{OWN}/x": ""}))


def test_a_linked_pyproject_is_not_followed_and_that_is_said(repo: Workspace) -> None:
    repo.write("elsewhere.toml", TABLE)
    os.symlink("elsewhere.toml", repo.path / PYPROJECT)
    policy = loaded(repo, repo.commit("link"))
    assert limit(policy) == 10
    assert policy.source == "built-in defaults (pyproject.toml is no regular file, and links are not followed)"


def test_an_executable_policy_is_a_policy(repo: Workspace) -> None:
    os.chmod(repo.write(OWN, STRICT), 0o755)
    assert limit(loaded(repo, repo.commit("mode"))) == 5


def test_the_index_is_read_as_the_index(repo: Workspace, opened: Repo) -> None:
    repo.commit("old", {OWN: STRICT})
    repo.write(OWN, STRICT.replace("5", "7"))
    repo.git("add", "-A")
    repo.write(OWN, STRICT.replace("5", "9"))
    found = load_tree(opened, None, GATES)
    assert limit(found.policy) == 7
    assert found.policy.source == "agentops-gates.toml in the index"


def test_an_unmerged_policy_is_undecided(repo: Workspace, opened: Repo) -> None:
    repo.commit("old", {OWN: STRICT})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {OWN: STRICT.replace("5", "6")})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {OWN: STRICT.replace("5", "7")})
    repo.git("merge", "side", check=False)
    with pytest.raises(UndecidedError, match=r"agentops-gates.toml is unmerged in the index"):
        load_tree(opened, None, GATES)


def test_a_folder_in_the_index_is_refused(repo: Workspace, opened: Repo) -> None:
    repo.write(f"{OWN}/x", "")
    repo.git("add", "-A")
    with pytest.raises(UsageError, match=r"agentops-gates.toml \(the index\) is not a regular file"):
        load_tree(opened, None, GATES)


def test_a_huge_pyproject_is_refused(repo: Workspace) -> None:
    with pytest.raises(UsageError, match=r"pyproject.toml \(commit [0-9a-f]{12}\) is larger than 1,048,576 bytes"):
        loaded(repo, repo.commit("huge", {PYPROJECT: TABLE + "#" * (1 << 20)}))


def test_a_missing_commit_is_undecided(opened: Repo) -> None:
    with pytest.raises(UndecidedError):
        load(opened, "1" * 40, GATES, trust_cache=True)


def test_sha256_repositories_are_read(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "new", "--object-format=sha256")
    assert limit(loaded(repo, repo.commit("policy", {OWN: STRICT}))) == 5


def test_the_digest_names_what_is_effective(repo: Workspace) -> None:
    default = loaded(repo, repo.commit("empty")).digest
    spelled = loaded(
        repo, repo.commit("same", {OWN: "version = 1\n[gates.complexity-regression]\nmax_complexity = 10\n"})
    )
    strict = loaded(repo, repo.commit("strict", {OWN: STRICT}))
    moved = loaded(repo, repo.commit("moved", {OWN: None, PYPROJECT: TABLE.replace("6", "5")}))
    assert spelled.digest == default
    assert strict.digest == moved.digest != default
    assert len(default) == 64
