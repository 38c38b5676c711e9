"""A repository with the native hooks, a remote of its own, and the command line as an installation has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import Installed


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with ``agentops-gate`` in it, apart from the one that runs the tests."""
    return Installed(tmp_path_factory.mktemp("environment"))


@pytest.fixture
def lead(repo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A repository of two commits and a side branch, with a bare remote; the lead stands in it."""
    repo.git("config", "user.name", "Lena Lead")
    repo.git("config", "user.email", "lena@example.org")
    repo.commit("first", {"a.txt": "a\n", "data.bin": b"\0\1\2", "run.sh": "#!/bin/sh\n", "gone.txt": "gone\n"})
    repo.git("branch", "side")
    repo.commit("second", {"a.txt": "a\nb\n", ".gitignore": "*.log\n"})
    repo.git("checkout", "-q", "side")
    repo.commit("on the side", {"side.txt": "side\n"})
    repo.git("checkout", "-q", "main")
    remote = tmp_path / "remote.git"
    repo.git("init", "-q", "--bare", str(remote))
    repo.git("remote", "add", "origin", str(remote))
    repo.git("push", "-q", "origin", "main")
    monkeypatch.chdir(repo.path)
    return repo
