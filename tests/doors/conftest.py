"""The package as an installation has it, once per run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import RUNNERS, Installed


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with ``agentops-gate`` in it, apart from the one that runs the tests."""
    return Installed(tmp_path_factory.mktemp("environment"))


@pytest.fixture
def hooked(repo: Workspace, installed: Installed) -> Workspace:
    """A repository of one commit in which the native hooks are installed."""
    repo.commit("first", {"a.py": "x = 1\n"})
    installed.gate(repo, "install")
    return repo


@pytest.fixture(params=RUNNERS)
def runner_name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each hook runner in turn: on PATH, and with a cache of its own."""
    for name in ("PRE_COMMIT_HOME", "PREK_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "runner-home"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return request.param
