"""Where each runtime reads its hooks, and what is written there."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from . import claude, codex, cursor, gemini
from .command import registered
from .protocol import Tool
from .settings import Entry

#: Seconds; longer than our own deadline.
_PATIENCE = 60


class Place(NamedTuple):
    """A settings file: below the root of the repository, and below the user's home. ``top`` are keys it needs."""

    project: str
    user: str
    top: dict[str, Any]


PLACES = {
    "claude": Place(".claude/settings.local.json", ".claude/settings.json", {}),
    "codex": Place(".codex/hooks.json", ".codex/hooks.json", {}),
    "cursor": Place(".cursor/hooks.json", ".cursor/hooks.json", {"version": 1}),
    "gemini": Place(".gemini/settings.json", ".gemini/settings.json", {}),
    "copilot": Place(".github/hooks/agentops-gates.json", ".copilot/hooks/agentops-gates.json", {"version": 1}),
    "opencode": Place(".opencode/plugins/agentops-gates.ts", ".config/opencode/plugins/agentops-gates.ts", {}),
}


def path_of(name: str, root: str, *, user: bool) -> str:
    """Return the path of a runtime's settings file: the user's, or that of the repository at ``root``."""
    place = PLACES[name]
    base, below = (os.path.expanduser("~"), place.user) if user else (root, place.project)
    return os.path.join(base, *below.split("/"))


def entries(name: str) -> list[Entry]:
    """Return what is added to the settings of a runtime that reads JSON."""
    if name == "claude":
        return [_group(name, "PreToolUse", claude.TOOLS, {"timeout": _PATIENCE})]
    if name == "codex":
        return [_group(name, "PreToolUse", codex.TOOLS, {"timeout": _PATIENCE})]
    if name == "gemini":
        return [_group(name, "BeforeTool", gemini.TOOLS, {"name": "agentops-gates", "timeout": _PATIENCE * 1000})]
    if name == "copilot":
        event = "preToolUse"
        return [(event, {"type": "command", "bash": registered(name, event), "timeoutSec": _PATIENCE})]
    edits = "|".join(tool for tool, what in cursor.TOOLS.items() if what.kind != "shell")
    shell, tool = cursor.SHELL_EVENT, "preToolUse"
    return [
        (shell, {"command": registered(name, shell), "failClosed": True}),
        (tool, {"command": registered(name, tool), "matcher": edits, "failClosed": True}),
    ]


def _group(name: str, event: str, tools: dict[str, Tool], more: dict[str, Any]) -> Entry:
    hook = {"type": "command", "command": registered(name, event), **more}
    return event, {"matcher": "|".join(tools), "hooks": [hook]}
