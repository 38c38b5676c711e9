""".ci/run itself: a failing step must fail the run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci"


@pytest.mark.parametrize("broken", ["test", "package", "runners", "dogfood"])
def test_a_failing_step_fails_the_run(tmp_path: Path, broken: str) -> None:
    shutil.copytree(CI, tmp_path / ".ci")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("ruff", "mypy", "lint-imports", "python"):
        os.symlink(shutil.which("true") or "/bin/true", tools / name)
    (tmp_path / ".ci/setup").write_text(f"set -eu\nbin={tools}\n")
    for name in ("test", "package", "runners", "dogfood"):
        (tmp_path / ".ci" / name).write_text("exit 1\n" if name == broken else "exit 0\n")
    done = subprocess.run(["sh", ".ci/run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "all checks passed" not in done.stdout
