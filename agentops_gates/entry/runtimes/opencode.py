"""OpenCode: our generated plugin hands on each tool call, and throws what is refused. There is nobody to ask."""

from __future__ import annotations

from ...model.light import Any
from .protocol import Answer, Call, Moment, Payload, Tool, text_of

TITLE = "OpenCode"
EVENTS: dict[str, Moment] = {"tool.execute.before": "before-tool"}
_FILE = ("filePath", "file_path", "path")
TOOLS = {
    "bash": Tool("shell", ("command",), ("workdir", "cwd")),
    "shell": Tool("shell", ("command",), ("workdir", "cwd")),
    "edit": Tool("edit", _FILE),
    "multiedit": Tool("edit", _FILE),
    "write": Tool("edit", _FILE),
    "patch": Tool("patch", ("patchText", "patch", "input")),
    "apply_patch": Tool("patch", ("patchText", "patch", "input")),
}
QUIET = ""


def call(payload: Payload, event: str) -> Call:
    """Return what a payload is about; the plugin writes it."""
    return Call(event, text_of(payload, "tool"), payload.get("args"), text_of(payload, "cwd"), asks=False)


def said(answer: Answer, _event: str) -> dict[str, Any]:
    """Return the object to print; the plugin throws its reason."""
    return {"decision": answer.verdict, "reason": answer.text}
