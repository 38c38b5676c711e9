"""``agentops-gate uninstall``: take the native hooks away and put back what stood there before."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import TYPE_CHECKING
from ...model.outcome import EXIT_OK, EXIT_USAGE
from ...model.text import printable
from ..githooks import HOOKS, SERVER
from ..terminal import beneath

if TYPE_CHECKING:
    from ..githooks.steps import Step


@click.command(name="uninstall", short_help="Remove our native hooks; restore what was there.")
@click.option("--hook", "hooks", multiple=True, type=click.Choice(HOOKS), help="Only this hook; may be repeated.")
@click.option("--server", metavar="PATH", help="Remove pre-receive from the bare repository at PATH instead.")
def command(*, hooks: tuple[str, ...], server: str | None) -> int:
    """Remove our native git hooks and restore what stood there before.

    A hook that was edited after it was installed is left alone, and exit 2
    says so.
    """
    steps = _uninstalled(hooks, server)
    for step in steps:
        click.echo(f"{step.what:9} {printable(step.path)}", err=step.what == "kept")
        if step.note:
            click.echo(beneath(printable(f"{step.note}: {step.fix}")), err=True)
    if not steps:
        click.echo("nothing to remove: no hook here was written by agentops-gate install")
    return EXIT_USAGE if any(step.what == "kept" for step in steps) else EXIT_OK


def _uninstalled(hooks: tuple[str, ...], server: str | None) -> list[Step]:
    from ..githooks.server import open_server
    from ..githooks.uninstall import uninstall

    if server is None:
        with Repo.open() as repo:
            return uninstall(repo, hooks or HOOKS)
    if hooks:
        raise UsageError("--hook names client hooks; --server removes pre-receive", "leave out --hook")
    with open_server(server) as repo:
        return uninstall(repo, (SERVER,))
