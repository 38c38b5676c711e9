"""``agentops-gate uninstall``: take the native hooks away and put back what stood there before."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import TYPE_CHECKING
from ...model.outcome import EXIT_OK, EXIT_USAGE
from ...model.text import printable
from ..githooks import HOOKS, SERVER, STRICT
from ..terminal import beneath
from .wired import RUNTIME, unwire

if TYPE_CHECKING:
    from ..githooks.steps import Step


@click.command(name="uninstall", short_help="Remove our native hooks; restore what was there.")
@click.option(
    "--hook", "hooks", multiple=True, type=click.Choice((*HOOKS, STRICT)), help="Only this hook; may be repeated."
)
@click.option("--server", metavar="PATH", help="Remove pre-receive from the bare repository at PATH instead.")
@click.option("--runtime", "runtimes", multiple=True, type=RUNTIME, help="Remove the guard from this runtime instead.")
@click.option("--user", is_flag=True, help="With --runtime: from the user's settings.")
@click.option("--dry-run", is_flag=True, help="With --runtime: print the diff, and write nothing.")
def command(*, hooks: tuple[str, ...], server: str | None, runtimes: tuple[str, ...], user: bool, dry_run: bool) -> int:
    """Remove our native git hooks and restore what stood there before.

    A hook that was edited after it was installed is left alone, and exit 2
    says so.
    """
    if runtimes:
        if hooks or server is not None:
            raise UsageError("--runtime goes with neither --hook nor --server", "run uninstall twice")
        return unwire(runtimes, user=user, dry_run=dry_run)
    if user or dry_run:
        raise UsageError("--user and --dry-run go with --runtime", "agentops-gate uninstall --runtime NAME")
    steps = _uninstalled(hooks, server)
    _tell(steps)
    if not steps:
        click.echo("nothing to remove: no hook here was written by agentops-gate install")
    return EXIT_USAGE if any(step.what == "kept" for step in steps) else EXIT_OK


def _tell(steps: list[Step]) -> None:
    for step in steps:
        click.echo(f"{step.what:9} {printable(step.path)}", err=step.what == "kept")
        if step.note:
            click.echo(beneath(printable(f"{step.note}: {step.fix}")), err=True)


def _uninstalled(hooks: tuple[str, ...], server: str | None) -> list[Step]:
    from ..githooks.proof import forget
    from ..githooks.server import open_server
    from ..githooks.uninstall import uninstall

    if server is None:
        with Repo.open() as repo:
            steps = uninstall(repo, hooks or (*HOOKS, STRICT))
            if _gone(hooks, steps):
                forget(repo)
            return steps
    if hooks:
        raise UsageError("--hook names client hooks; --server removes pre-receive", "leave out --hook")
    with open_server(server) as repo:
        return uninstall(repo, (SERVER,))


def _gone(hooks: tuple[str, ...], steps: list[Step]) -> bool:
    return (not hooks or STRICT in hooks) and not any(step.what == "kept" for step in steps)
