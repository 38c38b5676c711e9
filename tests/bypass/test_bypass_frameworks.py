"""Every row of the table on hook runners: the attempt is made under the real runner, and each cell is what happens."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bypass.bypasslib import GATES, MESSAGE, NO_HOOKS, Arena, make_world
from bypass.claims import Row
from bypass.framework_rows import TABLE
from conftest import Workspace
from doors.doorlib import HOOKS, RUNNERS, Installed, run_tool
from doors.runnerlib import write_lefthook, write_pre_commit

PROGRAMS = Path(sys.executable).parent
CONFIG = ".pre-commit-config.yaml"
# prek ends with an error where there is no hook at all.
EMPTY = """\
repos:
  - repo: local
    hooks: [{id: other, name: other, entry: "true", language: system, always_run: true}]
"""
END = "raise SystemExit(0)\n"
Attempt = Callable[[Arena], None]
# Of these it is the runner itself that says no.
EVIDENCE = {"pre-commit-unstaged": ("configuration is unstaged",)}


def under(**env: str) -> Attempt:
    """Return the attempt that stages what is bad and commits it with ``env``."""
    return with_file("", "", **env)


def with_file(name: str, content: str, *, staged: bool = False, **env: str) -> Attempt:
    """Return the attempt that writes a file besides, for the commit if it is ``staged``."""

    def attempt(arena: Arena) -> None:
        if name and staged:
            arena.client.write(name, content)
        arena.stage()
        if name and not staged:
            arena.client.write(name, content)
        values = {key: value.format(arena.client.path) for key, value in env.items()}
        arena.run("commit", "-q", "-m", MESSAGE, env=values)

    return attempt


def deleted(arena: Arena) -> None:
    (arena.client.path / CONFIG).unlink(missing_ok=True)
    under(PRE_COMMIT_ALLOW_NO_CONFIG="1")(arena)


SKIP = under(SKIP="agentops-pre-commit,agentops-commit-msg")
SHADOW = with_file("argparse.py", END)
STAGED = with_file(CONFIG, EMPTY, staged=True)
# Python goes on where this module ends with an exception.
PYTHON_PATH = with_file("../site/sitecustomize.py", "import os\n\nos._exit(0)\n", PYTHONPATH="{}/../site")
LOCAL = "pre-commit:\n  skip: true\ncommit-msg:\n  skip: true\n"

ATTEMPTS: dict[str, Attempt] = {
    "pre-commit": under(),
    "pre-commit-unstaged": with_file(CONFIG, EMPTY),
    "pre-commit-safe-path": with_file("argparse.py", END, PYTHONSAFEPATH="1"),
    "pre-commit-shadow": SHADOW,
    "pre-commit-skip": SKIP,
    "pre-commit-deleted": deleted,
    "pre-commit-staged": STAGED,
    "pre-commit-python-path": PYTHON_PATH,
    "prek": under(),
    "prek-shadow": SHADOW,
    "prek-skip": SKIP,
    "prek-staged": STAGED,
    "prek-python-path": PYTHON_PATH,
    "lefthook": under(),
    "lefthook-off": under(LEFTHOOK="0"),
    "lefthook-exclude": under(LEFTHOOK_EXCLUDE="agentops"),
    "lefthook-local": with_file("lefthook-local.yml", LOCAL),
    "lefthook-config": with_file("../other.yml", "pre-commit: {}\n", LEFTHOOK_CONFIG="{}/../other.yml"),
    "lefthook-python-path": PYTHON_PATH,
    "lefthook-bin": under(LEFTHOOK_BIN=shutil.which("true") or ""),
}


@pytest.fixture(autouse=True)
def runners(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runners: on PATH, and with caches of their own."""
    for name in ("PRE_COMMIT_HOME", "PREK_HOME"):
        monkeypatch.setenv(name, str(folder / "caches"))
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")


def make_runner_world(folder: Path, runner: str, installed: Installed) -> Path:
    """Make the world in which a runner starts the gates."""
    write = write_lefthook if runner == "lefthook" else lambda repo, gate: write_pre_commit(repo, gate, HOOKS)
    make_world(folder, installed, lambda repo: write(repo, installed.script))
    mine = Workspace(folder / "mine")
    installed.gate(mine, "uninstall")
    run_tool(mine, runner, "install")
    return folder


def test_every_row_is_attempted() -> None:
    assert [row.id for row in TABLE.rows] == list(ATTEMPTS)


def test_nothing_passes_the_verifier() -> None:
    assert {row.outcomes[-1] for row in TABLE.rows} == {"refused"}


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.id)
def test_row(row: Row, folder: Path, installed: Installed, tmp_path: Path) -> None:
    # "pre-commit" comes before "prek", and no name is the beginning of another.
    runner = next(name for name in RUNNERS if row.id.startswith(name))
    seed = folder / runner
    if not seed.exists():
        make_runner_world(folder / "making", runner, installed).rename(seed)
    arena = Arena(seed, tmp_path / "arena")
    ATTEMPTS[row.id](arena)
    outcome = arena.committed(EVIDENCE.get(row.id, GATES))
    if outcome == "stopped":
        arena = Arena(seed, tmp_path / "free", NO_HOOKS)
        ATTEMPTS[row.id](arena)
    assert (outcome, arena.delivered()) == row.outcomes


@pytest.mark.parametrize("runner", RUNNERS)
def test_good_work_passes(runner: str, folder: Path, installed: Installed, tmp_path: Path) -> None:
    """So that nothing above is stopped for being a commit."""
    arena = Arena(make_runner_world(folder / f"again-{runner}", runner, installed), tmp_path / "arena")
    arena.run("commit", "-q", "--allow-empty", "-m", "good")
    assert arena.client.head() != arena.before, arena.said
