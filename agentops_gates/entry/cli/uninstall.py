"""``agentops-gate uninstall``: take the native hooks away and put back what stood there before."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.outcome import EXIT_OK, EXIT_USAGE
from ...model.text import printable
from ..githooks import HOOKS
from ..terminal import beneath


@click.command(name="uninstall")
@click.option("--hook", "hooks", multiple=True, type=click.Choice(HOOKS), help="Only this hook; may be repeated.")
def command(*, hooks: tuple[str, ...]) -> int:
    """Remove our native git hooks and restore what stood there before.

    A hook that was edited after it was installed is left alone, and exit 2
    says so.
    """
    from ..githooks.uninstall import uninstall

    with Repo.open() as repo:
        steps = uninstall(repo, hooks or HOOKS)
    for step in steps:
        click.echo(f"{step.what:9} {printable(step.path)}", err=step.what == "kept")
        if step.note:
            click.echo(beneath(printable(f"{step.note}: {step.fix}")), err=True)
    if not steps:
        click.echo("nothing to remove: no hook here was written by agentops-gate install")
    return EXIT_USAGE if any(step.what == "kept" for step in steps) else EXIT_OK
