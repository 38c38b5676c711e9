"""Payloads as each runtime sends them, and the hook as a process, as each runtime starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from agentops_gates.entry.runtimes.command import FOLDER, registered

HERE = Path(__file__).parent
#: Every runtime with the event before a shell command, and whether it can ask.
SHELL = (
    ("claude", "PreToolUse", True),
    ("codex", "PreToolUse", False),
    ("cursor", "beforeShellExecution", True),
    ("gemini", "BeforeTool", False),
    ("copilot", "preToolUse", False),
    ("opencode", "tool.execute.before", False),
)
QUIET = {"cursor": "{}\n"}
_EDIT = {"claude": "Write", "codex": "Write", "cursor": "Write", "gemini": "write_file"}


def shell(name: str, command: object, cwd: str = "/no/such/folder") -> dict[str, Any]:
    """Return the payload for a shell command."""
    common = {"session_id": "0f", "transcript_path": "/home/u/t.jsonl", "cwd": cwd, "permission_mode": "default"}
    if name in ("claude", "codex"):
        more = {"model": "m", "turn_id": "t"} if name == "codex" else {}
        given = {"command": command} if name == "codex" else {"command": command, "description": "Do it"}
        event = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": given, "tool_use_id": "toolu_1"}
        return {**common, **more, **event}
    if name == "gemini":
        event = {"hook_event_name": "BeforeTool", "timestamp": "2026-11-01T10:00:00Z", "tool_name": "run_shell_command"}
        return {**common, **event, "tool_input": {"command": command, "description": "Do it"}}
    if name == "copilot":
        arguments = json.dumps({"command": command, "description": "Do it"})
        return {"sessionId": "0f", "timestamp": 1790000000000, "cwd": cwd, "toolName": "bash", "toolArgs": arguments}
    if name == "cursor":
        ids = {"conversation_id": "c", "generation_id": "g", "workspace_roots": [cwd], "cursor_version": "2.0.77"}
        return {**ids, "hook_event_name": "beforeShellExecution", "command": command, "cwd": cwd, "sandbox": False}
    return {"tool": "bash", "args": {"command": command, "description": "Do it"}, "cwd": cwd}


def edit(name: str, path: str, cwd: str) -> dict[str, Any]:
    """Return the payload for a tool that writes a file."""
    if name == "copilot":
        return {"sessionId": "0f", "cwd": cwd, "toolName": "create", "toolArgs": {"path": path, "file_text": "x"}}
    if name == "opencode":
        return {"tool": "write", "args": {"filePath": path, "content": "x"}, "cwd": cwd}
    event = {"cursor": "preToolUse", "gemini": "BeforeTool"}.get(name, "PreToolUse")
    given = {"file_path": path, "content": "x"}
    return {"session_id": "0f", "cwd": cwd, "hook_event_name": event, "tool_name": _EDIT[name], "tool_input": given}


def hook(name: str, given: object, event: str = "", **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Run ``hook agent`` on a payload: an object, or the bytes themselves."""
    words = ["--runtime", name, *(["--event", event] if event else [])]
    return _run([sys.executable, "-m", "agentops_gates", "hook", "agent", *words], given, **more)


def wired(name: str, event: str, given: object, shell_path: str = "/bin/sh", **more: Any) -> Any:
    """Run the command that is registered, as a runtime does."""
    if name == "opencode":
        argv = [shell_path, "-c", '. "$4/front.sh"', "x", name, event, more.pop("python", sys.executable), FOLDER]
    else:
        argv = [shell_path, "-c", registered(name, event, more.pop("python", sys.executable))]
    return _run(argv, given, **more)


def _run(argv: list[str], given: object, **more: Any) -> subprocess.CompletedProcess[bytes]:
    data = given if isinstance(given, bytes) else json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode()
    environ = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    return subprocess.run(argv, input=data, capture_output=True, check=False, **{"env": environ, **more})


def verdict(name: str, out: bytes) -> str:
    """Return "deny", "ask", or "" for silence; fails on anything that is not one JSON document of the runtime."""
    if out.decode() == QUIET.get(name, ""):
        return ""
    said = json.loads(out)
    if name in ("claude", "codex"):
        return str(said["hookSpecificOutput"]["permissionDecision"])
    return str(said.get("permission") or said.get("permissionDecision") or said.get("decision"))
