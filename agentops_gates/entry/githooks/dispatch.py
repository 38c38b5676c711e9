"""``agentops-gate hook NAME [--gate ID]... [ARGS...]``: from a git hook's arguments and input to an exit code.

No click here: hooks run on every commit, and parsing two flags does not need it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ...gates.engine import Limits, run
from ...gates.registry import select
from ...git.ranges import message_subject, staged_subject
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.outcome import exit_code
from ...model.subject import Subject
from ..progress import Progress
from . import HOOKS

_MESSAGE_LIMIT = 1 << 20


def main(args: Sequence[str]) -> int:
    """Judge what the hook named by ``args[0]`` is about and return the exit code; silent when all is well."""
    if not args or args[0] not in HOOKS:
        given = f"unknown hook {args[0]!r}" if args else "a hook's name is missing"
        raise UsageError(given, f"agentops-gate hook {'|'.join(HOOKS)} [--gate ID]...")
    name, (only, rest) = args[0], _gates(args[1:])
    with Repo.open() as repo:
        gates = select(only, name)
        progress = Progress(sys.stderr)
        report = run(repo, _subjects(repo, name, rest), gates, Limits(progress=progress))
        progress.clear()
    if any(gate.findings or gate.outcome != "pass" for gate in report.gates):
        from ...formats.text import render
        from ..terminal import width

        sys.stderr.write(render(report, width=width(sys.stderr)))
    return exit_code(report.outcome)


def _gates(args: Sequence[str]) -> tuple[list[str], list[str]]:
    only: list[str] = []
    rest = list(args)
    while rest[:1] == ["--gate"]:
        if len(rest) < 2:
            raise UsageError("--gate needs the id of a gate")
        only.append(rest[1])
        rest = rest[2:]
    return only, rest


def _subjects(repo: Repo, name: str, args: list[str]) -> list[Subject]:
    if name == "pre-push":
        from .pre_push import subjects

        return subjects(repo, args)
    if name == "commit-msg":
        return [message_subject(repo, _message(args))]
    return [staged_subject(repo, merging=name == "pre-merge-commit")]


def _message(args: list[str]) -> bytes:
    if len(args) != 1:
        raise UsageError("commit-msg needs the name of the message file, and nothing else")
    try:
        with open(args[0], "rb") as file:
            message = file.read(_MESSAGE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"cannot read the commit message: {error}") from error
    if len(message) > _MESSAGE_LIMIT:
        raise UsageError(f"the commit message is larger than {_MESSAGE_LIMIT:,} bytes")
    return message
