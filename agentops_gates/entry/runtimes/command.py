"""The command that is registered with a runtime: a line for a POSIX shell, or for any shell that quotes like one.

It sources the front in this folder. When that is gone - an environment was deleted, a settings file came to another
machine - it neither locks every tool nor stays silent: commands that name git are refused with the reason, and
everything else passes with a warning where the runtime shows one.
"""

from __future__ import annotations

import os
import sys

from ...model.errors import UsageError
from ...model.text import printable
from .claude import said as as_claude
from .copilot import said as as_copilot
from .cursor import said as as_cursor
from .gemini import said as as_gemini
from .payload import written
from .protocol import Answer

#: What tells a command of ours from others, whichever version wrote it.
MARKS = ("front.sh", "agentops_gates", "runtimes")
#: Runtimes that hand the line to the user's own shell, whatever that is.
_ANY_SHELL = ("codex", "cursor")
_SAID = {"claude": as_claude, "codex": as_claude, "cursor": as_cursor, "gemini": as_gemini, "copilot": as_copilot}
_WARNED = ("claude", "codex", "gemini")
FOLDER = os.path.dirname(os.path.abspath(__file__))


def registered(name: str, event: str, python: str = sys.executable, folder: str = FOLDER) -> str:
    """Return the command line for an event of a runtime. Raises UsageError for paths that cannot stand in one."""
    for path in (python, folder):
        if not os.path.isabs(path) or not path.isprintable() or not {"'", "\\"}.isdisjoint(path):
            raise UsageError(
                f"a hook cannot name {printable(path)!r}",
                "install agentops-gates in a folder whose name is absolute and holds no quote and no backslash",
            )
    words = f"{name} {event} '{python}' '{folder}'"
    body = f'payload=; [ ! -r "$4/front.sh" ] || . "$4/front.sh"; {_gone(name, event)}'
    if name in _ANY_SHELL:
        return f"exec /bin/sh -c '{body}' agentops-gates {words}"
    return f"set -- {words}; {body}"


def _gone(name: str, event: str) -> str:
    """Return what the shell does without the front, or without what the front needs: one line of input decides."""
    text = (
        "agentops-gates is not installed any more where this hook looks for it, so nothing judges git commands: they "
        f"wait until a person installs it and runs agentops-gate init --runtime {name}, or takes the hook out again."
    )
    refused = written(_SAID[name](Answer("deny", text), event))
    warned = written({"systemMessage": text}) if name in _WARNED else "{}"
    deny, warn = (f'printf "%s\\n" "{_escaped(json)}"' for json in (refused, warned))
    names_git = "*[!/.A-Za-z0-9_-]git[!/.A-Za-z0-9_-]* | *.git/*"
    rest = f"{warn}; echo agentops-gates is gone >&2"
    return f'[ -n "$payload" ] || IFS= read -r payload; case $payload in {names_git}) {deny};; *) {rest};; esac'


def _escaped(json: str) -> str:
    return json.replace('"', '\\"')


def is_ours(command: object) -> bool:
    """Tell whether a command in a settings file is one that :func:`registered` wrote, in any version."""
    return isinstance(command, str) and all(mark in command for mark in MARKS)
