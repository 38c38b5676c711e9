"""Copilot CLI and its cloud agent: ``preToolUse``. A crash denies there, a timeout lets the tool run.

Its ``ask`` is not used: ``--allow-all-tools`` answers it with yes, which no hook can see.
"""

from __future__ import annotations

from ...model.light import Any
from .payload import parsed
from .protocol import Answer, Call, Moment, Payload, Tool, text_of

TITLE = "Copilot CLI"
EVENTS: dict[str, Moment] = {
    "preToolUse": "before-tool",
    "PreToolUse": "before-tool",
    "postToolUse": "after-tool",
    "PostToolUse": "after-tool",
    "sessionStart": "session-start",
    "SessionStart": "session-start",
    "userPromptSubmitted": "prompt",
    "agentStop": "stop",
}
_FILE = ("path", "file_path")
TOOLS = {
    "bash": Tool("shell", ("command",), ("cwd",)),
    "powershell": Tool("shell", ("command",), ("cwd",)),
    "Bash": Tool("shell", ("command",), ("cwd",)),
    "write_bash": Tool("shell", ("input",)),
    "write_powershell": Tool("shell", ("input",)),
    "create": Tool("edit", _FILE),
    "edit": Tool("edit", _FILE),
    "str_replace_editor": Tool("edit", _FILE),
    "Edit": Tool("edit", _FILE),
    "Write": Tool("edit", _FILE),
    "apply_patch": Tool("patch", ("input", "patch", "command")),
}
QUIET = ""


def call(payload: Payload, event: str) -> Call:
    """Return what a payload is about; arguments come as an object or as the text of one."""
    given = payload.get("toolArgs", payload.get("tool_input"))
    tool = text_of(payload, "toolName", "tool_name")
    patches = tool in TOOLS and TOOLS[tool].kind == "patch"
    if isinstance(given, str) and tool in TOOLS and (not patches or given.lstrip().startswith("{")):
        given = parsed(given)
    return Call(event, tool, given, text_of(payload, "cwd"), asks=False)


def said(answer: Answer, _event: str) -> dict[str, Any]:
    """Return the object to print."""
    return {"permissionDecision": answer.verdict, "permissionDecisionReason": answer.text}
