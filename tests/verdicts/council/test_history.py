"""No state between the ends of a range goes by unseen: whatever it does to a file, a judge is shown that commit's own
difference, or the file is not checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from conftest import Workspace
from verdicts.council.councillib import FAIL, PASS, Bench, move

from agentops_gates.git.repo import Repo
from agentops_gates.verdicts.council.history import steps

GUARD = "def allow(user):\n    if not user.ok:\n        return False\n    return True\n"
BASE = {"auth.py": GUARD, "old.sh": "rm -rf /\n", "list.txt": "deny all\nallow ada\n", "sub/deep.py": "d = 1\n"}
Act = Callable[[Workspace], object]


def seen(workspace: Workspace, base: str) -> list[tuple[str, str]]:
    """Return commit and path of each step, in order."""
    with Repo.open(str(workspace.path)) as repo:
        commits = workspace.git("rev-list", "--topo-order", "--reverse", f"{base}..HEAD").split()
        return [(step.commit, step.file.path) for step in steps(repo, move(workspace, base, workspace.head()), commits)]


def executable(workspace: Workspace) -> None:
    (workspace.path / "old.sh").chmod(0o755)


def linked(workspace: Workspace) -> None:
    (workspace.path / "list.txt").unlink()
    os.symlink("/etc/passwd", workspace.path / "list.txt")


HIDDEN: dict[str, tuple[Act, str]] = {
    "a-line-less": (lambda w: w.write("auth.py", "def allow(user):\n    return True\n"), "auth.py"),
    "another-order": (lambda w: w.write("list.txt", "allow ada\ndeny all\n"), "list.txt"),
    "a-line-twice": (lambda w: w.write("list.txt", "deny all\nallow ada\ndeny all\n"), "list.txt"),
    "only-a-blank": (lambda w: w.write("list.txt", "deny all \nallow ada\n"), "list.txt"),
    "no-last-line-break": (lambda w: w.write("list.txt", "deny all\nallow ada"), "list.txt"),
    "nothing-in-it": (lambda w: w.write("auth.py", ""), "auth.py"),
    "a-file-less": (lambda w: (w.path / "auth.py").unlink(), "auth.py"),
    "a-folder-less": (lambda w: (w.path / "sub/deep.py").unlink(), "sub/deep.py"),
    "an-empty-file-more": (lambda w: w.write("conftest.py", ""), "conftest.py"),
    "another-mode": (executable, "old.sh"),
    "a-link": (linked, "list.txt"),
    "the-content-of-another-file": (lambda w: w.write("auth.py", BASE["list.txt"]), "auth.py"),
    "a-submodule": (
        lambda w: w.git("update-index", "--add", "--cacheinfo", f"160000,{w.head()},module"),
        "module",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("act", "path"), HIDDEN.values(), ids=HIDDEN)
def test_what_a_later_commit_takes_back_is_seen(repo: Workspace, act: Act, path: str) -> None:
    base = repo.commit("base", BASE)
    act(repo)
    repo.git("add", "-A", *([":!module"] if path == "module" else []))
    repo.git("commit", "-q", "-m", "hidden")
    hidden = repo.head()
    repo.git("checkout", "-q", base, "--", ".")
    repo.git("reset", "-q", "--hard", base)
    tree = repo.git("rev-parse", f"{base}^{{tree}}")
    back = repo.git("commit-tree", tree, "-p", hidden, "-m", "back")
    repo.git("reset", "-q", "--hard", back)
    repo.commit("and on", {"b.py": "y = 1\n"})
    assert seen(repo, base) == [(hidden, path)]


def test_states_of_a_file_that_goes_on_changing_are_seen(repo: Workspace) -> None:
    base = repo.commit("base", {"a.py": "x = 1\n"})
    one = repo.commit("one", {"a.py": "x = 1\ny = 1\n"})
    repo.commit("two", {"a.py": "x = 1\ny = 1\nz = 1\n"})
    assert seen(repo, base) == [(one, "a.py")]


def test_versions_of_either_end_are_not_repeated(repo: Workspace) -> None:
    base = repo.commit("base", {"a.py": "x = 1\n", "b.py": "y = 1\n"})
    repo.commit("one", {"a.py": "x = 2\n"})
    repo.commit("back", {"a.py": "x = 1\n"})
    repo.commit("again", {"a.py": "x = 2\n", "b.py": "y = 2\n"})
    assert seen(repo, base) == []


def test_a_merge_that_takes_a_fix_of_the_base_away_for_a_while(repo: Workspace) -> None:
    old = repo.commit("old", {"auth.py": "def allow(user):\n    return True\n"})
    base = repo.commit("fix", {"auth.py": GUARD})
    repo.git("checkout", "-q", "-b", "topic", old)
    repo.commit("work", {"b.py": "y = 1\n"})
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "main")
    merge = repo.head()
    repo.commit("quietly", {"auth.py": GUARD})
    assert seen(repo, base) == [(merge, "auth.py")]


def test_a_merge_of_the_base_says_nothing_new(repo: Workspace) -> None:
    old = repo.commit("old", {"a.py": "x = 1\n"})
    base = repo.commit("on", {"a.py": "x = 2\n", "new.py": "n = 1\n"})
    repo.git("checkout", "-q", "-b", "topic", old)
    repo.commit("work", {"b.py": "y = 1\n"})
    repo.git("merge", "-q", "--no-edit", "main")
    assert seen(repo, base) == []


def test_a_renamed_file_is_seen_where_it_was_in_between(repo: Workspace) -> None:
    text = "".join(f"line {number}\n" for number in range(30))
    base = repo.commit("base", {"a.py": text})
    repo.git("mv", "a.py", "tmp.py")
    middle = repo.commit("away", {})
    repo.git("mv", "tmp.py", "b.py")
    repo.commit("there", {})
    assert seen(repo, base) == [(middle, "tmp.py")]


def test_what_does_not_fit_is_not_checked(bench: Bench) -> None:
    long = "".join(f"# line {number}\n" for number in range(8_000))
    bench.workspace.commit("padding", {"c.py": "z = 1\n" + long})
    bench.workspace.commit("cut", {"c.py": "z = 1\n"})
    result = bench.council(bench.judge("j", PASS, context=20_000))
    assert (result.verdict, result.not_checked) == ("WARN", ("c.py",))
    assert bench.council(bench.judge("j", PASS, context=500_000)).verdict == "PASS"


def test_who_looks_after_a_file_is_asked_about_a_state_in_the_middle(bench: Bench) -> None:
    bench.base = bench.workspace.commit("guard", {"src/auth.py": GUARD})
    bench.workspace.commit("weaken", {"src/auth.py": "def allow(user):\n    return True\n"})
    bench.workspace.commit("restore", {"src/auth.py": GUARD, "b.py": "y = 1\n"})
    security = bench.judge("security", FAIL, paths=("src/**",))
    assert bench.council(security, bench.judge("style", PASS)).verdict == "FAIL"


def test_a_judge_decides_by_a_state_in_the_middle(bench: Bench) -> None:
    bench.workspace.commit("weaken", {"a.py": ""})
    bench.workspace.commit("restore", {"a.py": "x = 2\n"})
    body = "packet = read(); answer('FAIL' if any('-x = 1' in part['diff'] for part in packet['history']) else 'PASS')"
    assert bench.council(bench.judge("j", body)).verdict == "PASS"
    body = body.replace("-x = 1", "-x = 2")
    assert bench.council(bench.judge("j", body)).verdict == "FAIL"
