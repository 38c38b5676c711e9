"""Cursor: ``beforeShellExecution`` for commands, ``preToolUse`` for the rest. Output that is no JSON blocks there.

Anything else that goes wrong lets the tool run, unless the entry says ``failClosed``, as ours does. ``allow`` is not
printed, as it would speak for the user. Only ``beforeShellExecution`` asks.
"""

from __future__ import annotations

from ...model.light import Any
from .protocol import Answer, Call, Moment, Payload, Tool, text_of

TITLE = "Cursor"
SHELL_EVENT = "beforeShellExecution"
EVENTS: dict[str, Moment] = {
    SHELL_EVENT: "before-tool",
    "preToolUse": "before-tool",
    "afterShellExecution": "after-tool",
    "afterFileEdit": "after-tool",
    "sessionStart": "session-start",
    "beforeSubmitPrompt": "prompt",
    "stop": "stop",
}
_FILE = ("file_path", "path", "target_file")
TOOLS = {
    "Shell": Tool("shell", ("command",), ("working_directory",)),
    "Write": Tool("edit", _FILE),
    "Edit": Tool("edit", _FILE),
    "MultiEdit": Tool("edit", _FILE),
    "StrReplace": Tool("edit", _FILE),
    "Delete": Tool("edit", _FILE),
    "NotebookEdit": Tool("edit", ("notebook_path", "target_notebook", *_FILE)),
    "ApplyPatch": Tool("patch", ("patch", "input", "command")),
}
QUIET = "{}\n"


def call(payload: Payload, event: str) -> Call:
    """Return what a payload is about; without a folder of its own a command starts in the first of the workspace."""
    cwd = text_of(payload, "cwd") or _root(payload)
    if event == SHELL_EVENT:
        return Call(event, "Shell", {"command": payload.get("command")}, cwd)
    return Call(event, text_of(payload, "tool_name"), payload.get("tool_input"), cwd, asks=False)


def _root(payload: Payload) -> str:
    roots = payload.get("workspace_roots")
    first = roots[0] if isinstance(roots, list) and roots else ""
    return first if isinstance(first, str) else ""


def said(answer: Answer, _event: str) -> dict[str, Any]:
    """Return the object to print: the first line for the user, all for the agent."""
    first = answer.text.partition("\n")[0]
    return {"permission": answer.verdict, "user_message": first, "agent_message": answer.text}
