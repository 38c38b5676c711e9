"""The bench on which councils are tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from verdicts.council.councillib import Bench


@pytest.fixture
def bench(repo: Workspace, tmp_path: Path) -> Bench:
    """A repository with a change, and judges' programs outside it."""
    return Bench(repo, tmp_path / "programs")
