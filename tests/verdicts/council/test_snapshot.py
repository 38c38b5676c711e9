"""What counts as a change while a council sits, and what other work trees may do all the time."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace

from agentops_gates.git.repo import Repo
from agentops_gates.verdicts.council.snapshot import differences, take

ROLLED = "refs/agentops/verdicts/push-after-vibe/verdict-1"


def seen(workspace: Workspace, act: Callable[[], object]) -> list[str]:
    with Repo.open(str(workspace.path)) as repo:
        before = take(repo, "refs/heads/main")
        act()
        return differences(before, take(repo, "refs/heads/main"))


@pytest.fixture
def shared(repo: Workspace, tmp_path: Path) -> Workspace:
    """A repository with a second work tree on a branch of its own."""
    repo.commit("a", {"a.py": "x = 1\n", ".gitignore": "*.log\n"})
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    return repo


def test_reading_changes_nothing(repo: Workspace) -> None:
    repo.commit("a", {"a.py": "x = 1\n"})
    commands = (("status",), ("diff",), ("log",), ("gc", "-q"), ("fsck",))
    assert seen(repo, lambda: [repo.git(*command) for command in commands]) == []


@pytest.mark.parametrize("name", ["build.log", "sub/x.log"])
def test_ignored_files_do_not_count(shared: Workspace, name: str) -> None:
    assert seen(shared, lambda: shared.write(name, "x")) == []


def test_records_count_even_where_they_are_ignored(shared: Workspace) -> None:
    assert seen(shared, lambda: shared.write(".agents/council/x.log", "x")) == ["the work tree (.agents/council/x.log)"]


def test_what_other_work_trees_do(shared: Workspace, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")

    def work() -> None:
        other.commit("theirs", {"b.py": "y = 1\n"})
        other.git("update-ref", "refs/agentops/verdicts/g/new", "HEAD")
        other.git("update-ref", "refs/remotes/origin/main", "HEAD")

    assert seen(shared, work) == []


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (("update-ref", "refs/heads/main", "refs/heads/other"), "refs (refs/heads/main)"),
        (("update-ref", "-d", "refs/heads/free"), "refs (refs/heads/free)"),
        (("tag", "v1"), "refs (refs/tags/v1)"),
        (("update-ref", "-d", ROLLED), f"refs ({ROLLED})"),
        (("update-ref", ROLLED, "refs/heads/other"), f"refs ({ROLLED})"),
        (("replace", "main", "other"), "refs (refs/replace/"),
    ],
)
def test_what_nobody_may_do(shared: Workspace, tmp_path: Path, command: tuple[str, ...], named: str) -> None:
    Workspace(tmp_path / "other").commit("theirs", {"b.py": "y = 1\n"})
    shared.git("branch", "free")
    shared.git("update-ref", ROLLED, "main")
    (found,) = seen(shared, lambda: shared.git(*command))
    assert found.startswith(named)


def log(workspace: Workspace, records: dict[str, str]) -> str:
    """Make a log commit that holds ``records``: "<gate>/<id>" to content."""
    gates: dict[str, list[str]] = {}
    for name, content in records.items():
        gate, record = name.split("/")
        blob = workspace.git("hash-object", "-w", "--stdin", stdin=content.encode())
        tree = workspace.git("mktree", stdin=f"100644 blob {blob}\tpayload\n".encode())
        gates.setdefault(gate, []).append(f"040000 tree {tree}\t{record}\n")
    rows = "".join(
        f"040000 tree {workspace.git('mktree', stdin=''.join(lines).encode())}\t{gate}\n"
        for gate, lines in gates.items()
    )
    return workspace.git("commit-tree", workspace.git("mktree", stdin=rows.encode()), "-m", "log")


def test_a_roll_up_is_no_change_and_a_forged_one_is(shared: Workspace) -> None:
    shared.git("update-ref", ROLLED, "main")
    shared.git("update-ref", "refs/agentops/log", log(shared, {"g/old": "1"}))

    def roll(records: dict[str, str]) -> None:
        shared.git("update-ref", "refs/agentops/log", log(shared, records))
        shared.git("update-ref", "-d", ROLLED)

    name = "push-after-vibe/verdict-1"
    state = shared.git("rev-parse", "refs/agentops/log")
    assert seen(shared, lambda: roll({"g/old": "1", name: "2"})) == []
    for forged in ({"g/old": "1"}, {"g/old": "1", "g/other": "2"}, {name: "2"}, {"g/old": "changed", name: "2"}):
        shared.git("update-ref", "refs/agentops/log", state)
        shared.git("update-ref", ROLLED, "main")
        assert seen(shared, lambda records=forged: roll(records))  # type: ignore[misc]


def test_a_time_that_was_set_back_does_not_hide_a_change(repo: Workspace) -> None:
    repo.commit("a", {"a.py": "x = 1\n"})
    path = repo.path / "a.py"

    def edit() -> None:
        times = path.stat()
        path.write_text("x = 2\n")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert seen(repo, edit) == ["the work tree (a.py)"]


def test_names_are_safe_and_few(repo: Workspace) -> None:
    repo.commit("a", {"a.py": "x = 1\n"})
    (found,) = seen(repo, lambda: [repo.write(f"{n}\x1b[2J", "x") for n in range(9)])
    assert found.isprintable()
    assert found.endswith(" and 4 more)")


def test_a_bare_repository_has_no_files(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("a", {"a.py": "x = 1\n"})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    bare = Workspace(tmp_path / "bare")
    assert seen(bare, lambda: None) == []
    assert seen(bare, lambda: bare.git("branch", "new", "main")) == ["refs (refs/heads/new)"]
