"""Every row of the table on committing: the attempt is made, and each of its cells is what happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bypass.bypasslib import BAD, GOOD, MAIN, MESSAGE, Arena
from bypass.claims import Row
from bypass.commit_rows import TABLE
from conftest import Workspace
from doors.doorlib import HOOKS
from gitfixtures import script

COLUMNS = (("pre-commit", "pre-merge-commit"), ("commit-msg",))
NOWHERE = "core.hooksPath=/dev/null"
COMMIT = ("commit", "-q", "-m", MESSAGE)


def staged(*before: str, env: dict[str, str] | None = None) -> Callable[[Arena], None]:
    """Return the attempt that stages what is bad and commits it with git's options ``before`` and ``env``."""

    def attempt(arena: Arena) -> None:
        arena.stage()
        arena.run(*before, *COMMIT, env=env)

    return attempt


def away(*command: str) -> Callable[[Arena], None]:
    """Return the attempt that runs git while no branch is checked out."""

    def attempt(arena: Arena) -> None:
        arena.client.git("switch", "-q", "--detach")
        arena.run(*command)

    return attempt


def once(*command: str, env: dict[str, str] | None = None) -> Callable[[Arena], None]:
    """Return the attempt that is one call of git."""
    return lambda arena: arena.run(*command, env=env)


def other(function: str, *options: str) -> Callable[[Arena], None]:
    """Return the attempt that stages what is bad and commits it with another client."""

    def attempt(arena: Arena) -> None:
        arena.stage()
        arena.other(function, MESSAGE, *options)

    return attempt


def worktree(arena: Arena) -> None:
    linked = Workspace(arena.folder / "linked")
    arena.client.git("worktree", "add", "-q", "-b", "side", str(linked.path))
    linked.write("a.py", BAD)
    linked.git("add", "-A")
    arena.run(*COMMIT, at=linked)
    arena.run("merge", "-q", "--ff-only", "side")


def python_path(arena: Arena) -> None:
    site = arena.client.write("../site/sitecustomize.py", "import os\n\nos._exit(0)\n").parent
    arena.stage()
    arena.client.write("argparse.py", "raise SystemExit(0)\n")
    arena.run(*COMMIT, env={"PYTHONPATH": str(site)})


def amend(arena: Arena) -> None:
    arena.run("commit", "-q", "--allow-empty", "-m", "nothing")
    arena.stage()
    arena.run("commit", "-q", "--amend", "-n", "-m", MESSAGE)


def made(arena: Arena) -> str:
    """Make the bad commit with plumbing and return its id."""
    arena.stage()
    return arena.client.git("commit-tree", "-p", "HEAD", "-m", MESSAGE, arena.client.git("write-tree"))


def plumbing(arena: Arena) -> None:
    arena.run("update-ref", MAIN, made(arena))


def ref_file(arena: Arena) -> None:
    arena.client.write(f".git/{MAIN}", f"{made(arena)}\n")


def fast_import(arena: Arena) -> None:
    arena.client.git(
        "fast-import",
        "--quiet",
        stdin=f"""\
commit {MAIN}
committer Ada Author <ada@example.org> 1767323045 +0000
data {len(MESSAGE)}
{MESSAGE}
from {MAIN}^0
M 100644 inline a.py
data {len(BAD)}
{BAD}
""".encode(),
    )


def revert(arena: Arena) -> None:
    editor = script(arena.folder / "editor", "printf '\\nEpic: login\\n' >>\"$1\"")
    arena.run("revert", "--edit", "HEAD", env={"GIT_EDITOR": str(editor)})


def rebase(arena: Arena) -> None:
    arena.run("commit", "-q", "--allow-empty", "-m", "nothing")
    arena.run("rebase", "-q", "topic")


def am(arena: Arena) -> None:
    arena.run("format-patch", "-q", "-1", "-o", "..", "topic")
    arena.run("am", "-q", *map(str, arena.folder.glob("*.patch")))


def clone(arena: Arena) -> None:
    fresh = Workspace(arena.folder / "fresh")
    arena.client.git("clone", "-q", ".", str(fresh.path))
    fresh.write("a.py", BAD)
    arena.run("commit", "-q", "-a", "-m", MESSAGE, at=fresh)
    away("fetch", "-q", str(fresh.path), "main:main")(arena)


def global_config(arena: Arena) -> None:
    file = arena.client.write("../global", "[core]\n\thooksPath = /dev/null\n")
    staged(env={"GIT_CONFIG_GLOBAL": str(file)})(arena)


def config(arena: Arena) -> None:
    arena.client.git("config", "core.hooksPath", "/dev/null")
    staged()(arena)


def include(arena: Arena) -> None:
    arena.client.git("config", "include.path", str(arena.client.write("../more", "[core]\n\thooksPath = /dev/null\n")))
    staged()(arena)


def config_worktree(arena: Arena) -> None:
    arena.client.git("config", "extensions.worktreeConfig", "true")
    arena.client.git("config", "--worktree", "core.hooksPath", "/dev/null")
    staged()(arena)


def chmod(arena: Arena) -> None:
    for hook in arena.hooks.glob("*"):
        hook.chmod(0o644)
    staged()(arena)


def remove(arena: Arena) -> None:
    shutil.rmtree(arena.hooks)
    staged()(arena)


def git_dir(arena: Arena) -> None:
    real, copy = arena.client.path / ".git", arena.folder / "copy"
    arena.stage()
    shutil.copytree(real, copy, ignore=shutil.ignore_patterns("hooks"))
    arena.run(*COMMIT, env={"GIT_DIR": str(copy), "GIT_WORK_TREE": str(arena.client.path)})
    shutil.copytree(copy / "objects", real / "objects", dirs_exist_ok=True, copy_function=shutil.copy)
    shutil.copyfile(copy / MAIN, real / MAIN)


ATTEMPTS: dict[str, Callable[[Arena], None]] = {
    "commit": staged(),
    "worktree": worktree,
    "kill-switch": staged(env={"AGENTOPS_HOOKS_DISABLED": "1"}),
    "python-path": python_path,
    "dulwich": other("dulwich_commit"),
    "gitpython": other("gitpython_commit"),
    "merge-no-ff": once("merge", "-q", "--no-ff", "-m", MESSAGE, "topic"),
    "no-verify": lambda arena: (arena.stage(), arena.run(*COMMIT, "--no-verify"))[1],
    "amend": amend,
    "plumbing": plumbing,
    "fast-import": fast_import,
    "cherry-pick": once("cherry-pick", "topic"),
    "revert": revert,
    "rebase": rebase,
    "am": am,
    "merge-ff": once("merge", "-q", "--ff-only", "topic"),
    "reset": once("reset", "-q", "--hard", "topic"),
    "checkout": once("checkout", "-q", "-B", "main", "topic"),
    "fetch-here": away("fetch", "-q", ".", "topic:main"),
    "clone": clone,
    "option": staged("-c", NOWHERE),
    "config-count": staged(
        env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"}
    ),
    "config-parameters": staged(env={"GIT_CONFIG_PARAMETERS": f"'{NOWHERE}'"}),
    "config-global": global_config,
    "config": config,
    "include": include,
    "config-worktree": config_worktree,
    "chmod": chmod,
    "remove": remove,
    "ref-file": ref_file,
    "git-dir": git_dir,
    "pygit2": other("pygit2_commit"),
    "dulwich-no-verify": other("dulwich_commit", "no_verify"),
    "gitpython-skip": other("gitpython_commit", "skip_hooks"),
}


def test_every_row_is_attempted() -> None:
    assert [row.id for row in TABLE.rows] == list(ATTEMPTS)


def test_nothing_passes_the_verifier() -> None:
    assert {row.outcomes[-1] for row in TABLE.rows} == {"refused"}


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.id)
def test_row(row: Row, world: Path, tmp_path: Path) -> None:
    def tried(*hooks: str) -> Arena:
        arena = Arena(world, tmp_path / "-".join(("arena", *hooks)), hooks)
        ATTEMPTS[row.id](arena)
        return arena

    arena = tried(*HOOKS)
    if arena.committed() == "passes":  # so does it, then, past some of the hooks
        outcomes = ["passes"] * len(COLUMNS)
    else:
        outcomes = [tried(*hooks).committed() for hooks in COLUMNS]
        arena = tried()
    assert (*outcomes, arena.delivered()) == row.outcomes


def test_good_work_passes_all_hooks(world: Path, tmp_path: Path) -> None:
    """So that nothing above is stopped for being a commit."""
    arena = Arena(world, tmp_path / "arena", HOOKS)
    for function in ("dulwich_commit", "gitpython_commit"):
        arena.client.write("a.py", f"{GOOD}# {function}\n")
        arena.client.git("add", "-A")
        arena.other(function, "good")
    arena.run("commit", "-q", "--allow-empty", "-m", "good")
    assert arena.client.git("rev-list", "--count", f"{arena.before}..HEAD") == "3", arena.said
