"""``agentops-gate install``: put the native hooks where git looks for them."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import TYPE_CHECKING
from ...model.text import printable
from ..githooks import HOOKS
from ..terminal import beneath

if TYPE_CHECKING:
    from ..githooks.steps import Step


@click.command(name="install", short_help="Install native git hooks.")
@click.option("--hook", "hooks", multiple=True, type=click.Choice(HOOKS), help="Only this hook; may be repeated.")
@click.option("--force", is_flag=True, help="Replace a hook of ours that was edited; the edited copy is kept.")
@click.option("--server", metavar="PATH", help="Install pre-receive in the bare repository at PATH instead.")
@click.option("--configure", is_flag=True, help="With --server: make the advised settings that are not set.")
def command(*, hooks: tuple[str, ...], force: bool, server: str | None, configure: bool) -> int:
    """Install native git hooks for all work trees of this repository.

    What stands there already is moved to NAME.agentops-chained and still
    runs. Run it again after moving or upgrading Python or git.
    """
    from ..githooks.install import current_pins, install

    if server is not None:
        return _server(server, hooks, force=force, configure=configure)
    if configure:
        raise UsageError("--configure goes with --server")
    with Repo.open() as repo:
        steps = install(repo, hooks or HOOKS, current_pins(repo), force=force)
    _tell(steps)
    if any(step.what != "unchanged" for step in steps):
        click.echo("Hooks stop slips, not intent: `agentops-gate doctor` says what they cannot stop.")
    return 0


def _server(path: str, hooks: tuple[str, ...], *, force: bool, configure: bool) -> int:
    from ..githooks.install import current_pins
    from ..githooks.server import advice, install_server, open_server

    if hooks:
        raise UsageError("--hook names client hooks; --server installs pre-receive", "leave out --hook")
    with open_server(path) as repo:
        _tell(install_server(repo, current_pins(repo), force=force))
        for item in advice(repo, configure=configure):
            click.echo(beneath(item.text))
            if item.command:
                click.echo(f"    {item.command}")
    return 0


def _tell(steps: list[Step]) -> None:
    for step in steps:
        click.echo(f"{step.what:9} {printable(step.path)}")
        if step.note:
            click.echo(beneath(printable(step.note)))
