"""What comes back of a worker: a patch that gives the same files again, whatever they are, and nothing of git's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Workspace, branchy
from workers.workerlib import again, git_files, make

from agentops_gates.git.repo import Repo
from agentops_gates.workers.result import laid_out


def applied(lead: Workspace, patch: Path) -> str:
    """Apply a patch as the lead does and return the tree."""
    lead.git("apply", "--index", str(patch))
    return lead.git("write-tree")


def tree_of(lead: Workspace) -> str:
    with Repo.open(str(lead.path)) as repo, laid_out(repo, again(lead)) as bench:
        return bench.tree


def change(tree: Workspace) -> None:
    tree.write("a.txt", "a\nb\nc\n")
    tree.write("data.bin", bytes(range(256)) * 9)
    tree.write("new/deep.txt", "no newline at the end")
    tree.write("crlf.txt", b"one\r\ntwo\r\n")
    tree.write("empty", b"")
    tree.write(b'odd \xff\n"name"', "odd\n")
    (tree.path / "run.sh").chmod(0o755)
    (tree.path / "gone.txt").unlink()
    (tree.path / "link").symlink_to("a.txt")
    (tree.path / "side").mkdir()
    tree.write("noise.log", "ignored\n")


def test_every_kind_of_change(lead: Workspace, installed, tmp_path: Path) -> None:
    _, tree = make(lead)
    change(tree)
    before = git_files(lead)
    done = installed.gate(lead, "worker", "collect", "w1", "--output", str(tmp_path / "p"))
    assert done.stdout == ""
    assert "w1: 9 files" in done.stderr
    assert "1 ignored" in done.stderr
    assert "(100644 -> 100755)" in done.stderr
    assert {name for name, content in git_files(lead).items() if before.get(name) != content} == {
        "refs/agentops/workers/w1"
    }
    wanted = tree_of(lead)
    assert again(lead).collected == wanted
    assert applied(lead, tmp_path / "p") == wanted


def test_a_rename_is_told_as_one(lead: Workspace, installed, tmp_path: Path) -> None:
    lead.commit("third", {"long.txt": "".join(f"line {n}\n" for n in range(40))})
    _, tree = make(lead)
    (tree.path / "long.txt").rename(tree.path / "moved.txt")
    done = installed.gate(lead, "worker", "collect", "w1", "--output", str(tmp_path / "p"))
    assert "long.txt -> moved.txt" in done.stderr
    assert applied(lead, tmp_path / "p") == tree_of(lead)


def test_the_patch_goes_to_standard_output(lead: Workspace, installed) -> None:
    _, tree = make(lead)
    tree.write("a.txt", "b\n")
    assert installed.gate(lead, "worker", "collect", "w1").stdout.startswith("diff --git a/a.txt b/a.txt\n")


def test_nothing_was_made(lead: Workspace, installed) -> None:
    make(lead)
    done = installed.gate(lead, "worker", "collect", "w1")
    assert done.stdout == ""
    assert "w1: 0 files" in done.stderr


def test_what_a_worker_committed_all_the_same_is_in_it(lead: Workspace, installed, tmp_path: Path) -> None:
    _, tree = make(lead)
    tree.commit("mine", {"a.txt": "mine\n"})
    installed.gate(lead, "worker", "collect", "w1", "--output", str(tmp_path / "p"))
    assert "+mine" in (tmp_path / "p").read_text()


def test_the_gates_judge_the_result(lead: Workspace, installed, tmp_path: Path) -> None:
    _, tree = make(lead)
    tree.write("tangle.py", branchy("f", 30))
    done = installed.gate(lead, "worker", "collect", "w1", "--output", str(tmp_path / "p"), ok=1)
    assert "AG602" in done.stderr
    assert (tmp_path / "p").exists()
    assert installed.gate(lead, "worker", "collect", "w1", "--no-checks").stdout.startswith("diff ")


HIDES = {
    "assume-unchanged": lambda tree: tree.git("update-index", "--assume-unchanged", "a.txt"),
    "skip-worktree": lambda tree: tree.git("update-index", "--skip-worktree", "a.txt"),
    "a staged version": lambda tree: tree.git("add", "a.txt"),
    "no index": lambda tree: os.unlink(tree.git("rev-parse", "--git-path", "index")),
    "another branch": lambda tree: tree.git("symbolic-ref", "HEAD", "refs/heads/else"),
}


@pytest.mark.parametrize("hide", HIDES.values(), ids=HIDES)
def test_a_change_is_not_hidden_by_the_index(lead: Workspace, installed, hide) -> None:
    _, tree = make(lead)
    hide(tree)
    tree.write("a.txt", "changed\n")
    assert "+changed" in installed.gate(lead, "worker", "collect", "w1").stdout


def test_a_workers_configuration_runs_nothing(lead: Workspace, installed, tmp_path: Path) -> None:
    _, tree = make(lead)
    trap = tmp_path / "trap"
    for name, value in {
        "filter.x.clean": f"touch {trap}; cat",
        "core.fsmonitor": f"touch {trap}; false",
        "diff.x.textconv": f"touch {trap}; cat",
        "diff.external": f"touch {trap}",
    }.items():
        tree.git("config", "--worktree", name, value)
    tree.write(".gitattributes", "* filter=x diff=x\n")
    tree.write("a.txt", "changed\n")
    trap.unlink(missing_ok=True)
    assert "+changed" in installed.gate(lead, "worker", "collect", "w1").stdout
    assert not trap.exists()


def test_a_repository_inside_is_named(lead: Workspace, installed) -> None:
    _, tree = make(lead)
    inner = Workspace(tree.path / "inner")
    inner.path.mkdir()
    inner.git("init", "-q")
    inner.commit("inside", {"x": "x\n"})
    assert "inner is a repository of its own" in installed.gate(lead, "worker", "collect", "w1", "--no-checks").stderr
    assert "not collected" in installed.gate(lead, "worker", "end", "w1", ok=1).stderr


def test_a_work_tree_that_is_gone(lead: Workspace, installed) -> None:
    import shutil

    _, tree = make(lead)
    shutil.rmtree(tree.path)
    assert "is gone" in installed.gate(lead, "worker", "collect", "w1", ok=3).stderr
    installed.gate(lead, "worker", "end", "w1")


def test_a_file_that_cannot_be_written(lead: Workspace, installed, tmp_path: Path) -> None:
    _, tree = make(lead)
    tree.write("a.txt", "changed\n")
    installed.gate(lead, "worker", "collect", "w1", "--output", str(tmp_path / "no" / "p"), ok=2)
    assert again(lead).collected == ""
