"""``agentops-gate crank EPIC``: ask for leave to work through an epic."""

from __future__ import annotations

import sys

import click

from ...formats.text import render
from ...gates.engine import run
from ...gates.registry import select
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.outcome import exit_code
from ...model.subject import Subject
from ...model.text import printable
from ...verdicts.epic import is_epic
from .. import desk
from ..terminal import width


@click.command(name="crank")
@click.argument("epic")
def command(*, epic: str) -> int:
    """Ask for leave to work through an epic.

    It is given if the epic is small, or if there is a PASS for its plan as it
    is staged. The exit code is 0 with leave, 1 without, 3 if nobody can tell.
    """
    if not is_epic(epic):
        raise UsageError(f"{printable(epic)!r} is not the name of an epic")
    with Repo.open() as repo:
        message = f"work\n\nEpic: {epic}\n".encode()
        subject = Subject("message", (repo.commit("HEAD"),), None, message=message, source=f"refs/heads/crank/{epic}")
        report = run(repo, [subject], [gate for gate in select() if gate.META.id == desk.PRE_MORTEM])
    if report.outcome == "pass":
        click.echo(f"leave for {epic}: commit on crank/{epic}, or with the trailer Epic: {epic}")
    else:
        click.echo(render(report, width=width(sys.stdout)), nl=False)
    return exit_code(report.outcome)
