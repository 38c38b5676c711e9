"""``agentops-gate crank EPIC``: ask for leave to work through an epic."""

from __future__ import annotations

import sys

import click

from ...formats.text import render
from ...git.repo import Repo
from ...model.finding import Report
from ...model.outcome import exit_code
from ..planned import leave
from ..terminal import width


@click.command(name="crank")
@click.argument("epic")
def command(*, epic: str) -> int:
    """Ask for leave to work through an epic.

    It is given if the epic is small, or if there is a PASS for its plan as it
    is staged. The exit code is 0 with leave, 1 without, 3 if nobody can tell.
    """
    with Repo.open() as repo:
        report = leave(repo, epic)
    return told(report, epic)


def told(report: Report, epic: str) -> int:
    """Print what the gate says to work for ``epic``, and return the exit code."""
    code = exit_code(report.outcome)
    # An override gives leave too, and says so.
    if report.outcome != "pass":
        click.echo(render(report, width=width(sys.stdout)), nl=False)
    if code == 0:
        click.echo(f"leave for {epic}: commit on crank/{epic}, or with the trailer Epic: {epic}")
    return code
