"""The action installed once a session, and a server with every kind of event."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ci.actionlib import Run, Runner
from ci.server import Server, fresh_runner

LURES = ("venv", "pip", "ensurepip", "agentops_gates", "click", "sitecustomize", "usercustomize", "hatchling")


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner whose install step has run, in a checkout that is full of modules meant to be imported instead."""
    folder = tmp_path_factory.mktemp("runner")
    runner = fresh_runner(folder)
    lure = folder / "lure"
    lure.mkdir()
    for name in LURES:
        (lure / f"{name}.py").write_text("open('pwned', 'w').close()\n")
    env = {"PYTHONPATH": str(lure), "PIP_USER": "1", "PIP_TARGET": str(lure / "target")}
    ended = runner.run(Run(lure, "push", {}, "", ""), env=env, stop="history")
    assert ended.code == 0, ended.log
    assert sorted(path.name for path in lure.iterdir()) == sorted(f"{name}.py" for name in LURES)
    # What runs from now on is what was installed, not the folder it came from.
    shutil.rmtree(runner.action_path)
    return runner


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """A repository as GitHub serves it: main, which moved on after the branches left it, and two topics."""
    return Server(tmp_path / "server")
