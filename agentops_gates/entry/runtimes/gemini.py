"""Gemini CLI: ``BeforeTool``. Every code but 0 and 2 is a warning there, and the tool runs; it cannot ask."""

from __future__ import annotations

from ...model.light import Any
from .protocol import Answer, Call, Moment, Payload, Tool, text_of

TITLE = "Gemini CLI"
EVENTS: dict[str, Moment] = {
    "BeforeTool": "before-tool",
    "AfterTool": "after-tool",
    "SessionStart": "session-start",
    "BeforeAgent": "prompt",
    "AfterAgent": "stop",
}
TOOLS = {
    "run_shell_command": Tool("shell", ("command",), ("directory", "dir_path")),
    "write_file": Tool("edit", ("file_path",)),
    "replace": Tool("edit", ("file_path",)),
    "edit": Tool("edit", ("file_path",)),
}
QUIET = ""


def call(payload: Payload, event: str) -> Call:
    """Return what a payload is about."""
    tool, cwd = text_of(payload, "tool_name"), text_of(payload, "cwd")
    return Call(event, tool, payload.get("tool_input"), cwd, asks=False)


def said(answer: Answer, _event: str) -> dict[str, Any]:
    """Return the object to print."""
    return {"decision": answer.verdict, "reason": answer.text}
