"""The world of the attempts, made once per run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bypass.bypasslib import make_world
from doors.doorlib import Installed


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with ``agentops-gate`` in it, apart from the one that runs the tests."""
    return Installed(tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the world is made."""
    return tmp_path_factory.mktemp("world")


@pytest.fixture
def world(folder: Path, installed: Installed) -> Path:
    """The world to copy. Made by the first test that asks, as git's environment is set for each test."""
    seed = folder / "seed"
    return seed if seed.exists() else make_world(folder / "making", installed).rename(seed)
