"""Shows that the wire is live: recorded payloads through the very commands that are registered."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...model.errors import UsageError
from . import NAMES
from .plugin import MARK
from .protocol import runtime
from .wire import registrations

_WAIT = 60


class Probed(NamedTuple):
    """One registered command: where, for which event, whether it refuses and lets pass as it should, and if not why."""

    title: str
    where: str
    event: str
    works: bool
    why: str = ""


def nonce() -> str:
    """Return a name of a remote that nobody has."""
    return f"agentops-probe-{secrets.token_hex(5)}"


def probed(word: str) -> list[Probed]:
    """Try every command that is registered, in the repository here and for the user."""
    found = []
    for name in NAMES:
        for user in (False, True):
            found += list(_of(name, word, user=user))
    return found


def _of(name: str, word: str, *, user: bool) -> Iterator[Probed]:
    where = "user" if user else "repository"
    title = runtime(name).TITLE
    try:
        commands = registrations(name, user=user)
    except UsageError as error:
        if user or "bare" not in str(error):
            yield Probed(title, where, "settings", works=False, why=str(error))
        return
    for event, command in commands:
        why = _fault(name, event, command, word)
        yield Probed(title, where, event, works=not why, why=why)


def _fault(name: str, event: str, command: str, word: str) -> str:
    """Return what is wrong with a command, "" if it refuses what it must and is silent on the rest."""
    edits = name == "cursor" and event == "preToolUse"
    bad, good = (".git/config", "README.md") if edits else (f"git push --force {word}", "git status")
    try:
        refused, passed = (_run(name, command, payload(name, event, what)) for what in (bad, good))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return f"it does not run: {error}"
    if not _refuses(refused, "AG441" if edits else word):
        return f"it does not refuse what it must: {_answer(refused)}"
    if passed.returncode or passed.stdout != runtime(name).QUIET:
        return f"it is not silent when all is well: {_answer(passed)}"
    return ""


def _refuses(done: subprocess.CompletedProcess[str], word: str) -> bool:
    return not done.returncode and '"deny"' in done.stdout and word in done.stdout


def _answer(done: subprocess.CompletedProcess[str]) -> str:
    return f"exit code {done.returncode}, {(done.stdout or done.stderr).strip()[:200] or 'no answer'}"


def _run(name: str, command: str, given: str) -> subprocess.CompletedProcess[str]:
    argv = ["/bin/sh", "-c", command]
    if name == "opencode":
        python, folder = _constants(command)
        argv = ["/bin/sh", "-c", '. "$4/front.sh"', "agentops-gates", name, "tool.execute.before", python, folder]
    return subprocess.run(argv, input=given, capture_output=True, text=True, check=False, timeout=_WAIT)


def _constants(path: str) -> tuple[str, str]:
    with open(path, encoding="utf-8") as file:
        lines = file.read().removeprefix(MARK).splitlines()
    heads = ("const python =", "const folder =")
    found = {line.split()[1]: json.loads(line.partition("=")[2]) for line in lines if line.startswith(heads)}
    if len(found) != 2:
        raise ValueError("the plugin file was edited")
    return found["python"], found["folder"]


def payload(name: str, event: str, what: str) -> str:
    """Return a payload as the runtime sends it: for a command, or for the file that an edit tool writes."""
    cwd = os.getcwd()
    common = {"session_id": "probe", "transcript_path": "", "cwd": cwd, "hook_event_name": event}
    shapes: dict[str, dict[str, Any]] = {
        "claude": {**common, "tool_name": "Bash", "tool_input": {"command": what}, "tool_use_id": "probe"},
        "codex": {**common, "tool_name": "Bash", "tool_input": {"command": what}, "tool_use_id": "probe"},
        "gemini": {**common, "tool_name": "run_shell_command", "tool_input": {"command": what}},
        "copilot": {"sessionId": "probe", "cwd": cwd, "toolName": "bash", "toolArgs": json.dumps({"command": what})},
        "opencode": {"tool": "bash", "args": {"command": what}, "cwd": cwd},
        "cursor": {"command": what, "cwd": cwd, "hook_event_name": event, "workspace_roots": [cwd]},
    }
    if name == "cursor" and event == "preToolUse":
        return json.dumps({**common, "tool_name": "Write", "tool_input": {"file_path": what}})
    return json.dumps(shapes[name], separators=(",", ":"))
