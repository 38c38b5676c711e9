"""OpenCode's plugin, run by a real JavaScript engine as OpenCode runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agentops_gates.entry.runtimes.command import FOLDER
from agentops_gates.entry.runtimes.plugin import plugin

from ..conftest import Workspace

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

_DRIVER = """
import { AgentopsGates } from "./plugin.mjs"
const [tool, args, directory] = JSON.parse(process.argv[2])
const hooks = await AgentopsGates({ directory })
try {
  await hooks["tool.execute.before"]({ tool, sessionID: "s", callID: "c" }, { args })
  console.log("passed")
} catch (error) {
  console.log(error.message)
}
"""


def call(place: Path, repo: Workspace, tool: str, args: object, **pins: str) -> str:
    (place / "plugin.mjs").write_text(plugin(pins.get("python", sys.executable), pins.get("folder", FOLDER)))
    (place / "driver.mjs").write_text(_DRIVER)
    argv = ["node", str(place / "driver.mjs"), json.dumps([tool, args, str(repo.path)])]
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    return subprocess.run(argv, capture_output=True, text=True, check=True, env=environ, timeout=60).stdout.strip()


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("bash", {"command": "npm test"}),
        ("bash", {"command": "git status"}),
        ("read", {"filePath": ".git/config"}),
        ("edit", {"filePath": "src/a.py", "newString": "git reset --hard"}),
        ("task", {"prompt": "git reset --hard"}),
    ],
)
def test_passes(tool: str, args: object, tmp_path: Path, repo: Workspace) -> None:
    assert call(tmp_path, repo, tool, args) == "passed"


@pytest.mark.parametrize(
    ("tool", "args", "says"),
    [
        ("bash", {"command": "git reset --hard"}, "AG401"),
        ("bash", {"command": "git push --force-with-lease"}, "Nobody can be asked"),
        ("bash", {}, "without"),
        ("write", {"filePath": ".git/hooks/pre-commit", "content": ""}, "AG442"),
        ("apply_patch", {"patchText": "*** Begin Patch\n*** Delete File: .git/index\n*** End Patch"}, "AG441"),
    ],
)
def test_throws(tool: str, args: object, says: str, tmp_path: Path, repo: Workspace) -> None:
    assert says in call(tmp_path, repo, tool, args)


@pytest.mark.parametrize("pins", [{"python": "/no/python"}, {"folder": "/no/folder"}], ids=str)
def test_without_the_package_git_waits(pins: dict[str, str], tmp_path: Path, repo: Workspace) -> None:
    assert "not installed any more" in call(tmp_path, repo, "bash", {"command": "git status"}, **pins)
    assert call(tmp_path, repo, "bash", {"command": "./build"}, **pins) == "passed"


def test_a_guard_that_breaks_is_a_refusal(tmp_path: Path, repo: Workspace) -> None:
    assert "refused" in call(tmp_path, repo, "bash", {"command": "git status"}, python="/bin/false")
    assert "no JSON" in call(tmp_path, repo, "bash", {"command": "git status"}, python="/bin/echo")
