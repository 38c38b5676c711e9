"""Claude Code: ``PreToolUse``; silence allows, and ``allow`` is never printed, as that would skip the user's question.

A code other than 0 and 2, and a timeout, let the tool run.
"""

from __future__ import annotations

from ...model.light import Any
from .protocol import Answer, Call, Moment, Payload, Tool, text_of

TITLE = "Claude Code"
EVENTS: dict[str, Moment] = {
    "PreToolUse": "before-tool",
    "PostToolUse": "after-tool",
    "SessionStart": "session-start",
    "UserPromptSubmit": "prompt",
    "Stop": "stop",
}
TOOLS = {
    "Bash": Tool("shell", ("command",)),
    "PowerShell": Tool("shell", ("command",)),
    "Edit": Tool("edit", ("file_path",)),
    "MultiEdit": Tool("edit", ("file_path",)),
    "Write": Tool("edit", ("file_path",)),
    "NotebookEdit": Tool("edit", ("notebook_path",)),
}
QUIET = ""
#: In these modes nobody is there to be asked, or nobody wants to be.
_ALONE = ("bypassPermissions", "dontAsk")


def call(payload: Payload, event: str) -> Call:
    """Return what a payload is about."""
    alone = payload.get("permission_mode") in _ALONE
    return Call(event, text_of(payload, "tool_name"), payload.get("tool_input"), text_of(payload, "cwd"), not alone)


def said(answer: Answer, event: str) -> dict[str, Any]:
    """Return the object to print."""
    return {
        "hookSpecificOutput": {
            "hookEventName": event,
            "permissionDecision": answer.verdict,
            "permissionDecisionReason": answer.text,
        }
    }
