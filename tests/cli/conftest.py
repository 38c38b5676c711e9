"""A project with a judge, for the commands about verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.verdictlib import make_project
from conftest import Workspace


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A clone with a remote, a judge in its policy, and a topic branch, which is where we are."""
    repo = make_project(tmp_path)
    monkeypatch.chdir(repo.path)
    return repo
