"""Codex CLI: Claude's envelope, and not a key more. A crash, a timeout and bad output let the tool run.

Some versions take ``ask`` for bad output: it is answered with a refusal.
"""

from __future__ import annotations

from ...model.light import Any
from . import claude
from .protocol import Answer, Call, Payload, Tool

TITLE = "Codex CLI"
EVENTS = claude.EVENTS
_WHERE = ("workdir", "cwd")
TOOLS = {
    "Bash": Tool("shell", ("command",), _WHERE),
    "shell": Tool("shell", ("command",), _WHERE),
    "local_shell": Tool("shell", ("command",), _WHERE),
    "shell_command": Tool("shell", ("command",), _WHERE),
    "exec_command": Tool("shell", ("cmd", "command"), _WHERE),
    "write_stdin": Tool("shell", ("chars",)),
    "apply_patch": Tool("patch", ("command", "input", "patch"), _WHERE),
    "Edit": Tool("edit", ("file_path",)),
    "Write": Tool("edit", ("file_path",)),
}
QUIET = ""


def call(payload: Payload, event: str) -> Call:
    """Return what a payload is about."""
    return claude.call(payload, event)._replace(asks=False)


def said(answer: Answer, event: str) -> dict[str, Any]:
    """Return the object to print."""
    return claude.said(answer, event)
