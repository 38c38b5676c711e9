"""How the doctor's tests ask and read the answer."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import Workspace
from doors.doorlib import HOOKS, Installed

from agentops_gates.gates.registry import metadata

NEEDED = tuple(hook for hook in HOOKS if any(hook in gate.stages for gate in metadata()))
CONFIG = f"""\
default_install_hook_types: [{", ".join(NEEDED)}]
repos:
  - repo: https://example.org/agentops-gates
    rev: v0.1.0
    hooks: [{", ".join(f"{{id: agentops-{hook}}}" for hook in NEEDED)}]
"""


def ask(installed: Installed, repo: Workspace | Path, code: int, env: dict[str, str] | None = None) -> dict:
    return json.loads(installed.gate(repo, "doctor", "--format", "json", env=env, ok=code).stdout)


def found(answer: dict, *severities: str) -> list[tuple[str, str]]:
    return [(one["id"], one["message"]) for one in answer["findings"] if one["severity"] in (severities or ("error",))]


def states(answer: dict, worktree: int = 0) -> dict[str, str]:
    return {hook["name"]: hook["state"] for hook in answer["worktrees"][worktree]["hooks"]}
