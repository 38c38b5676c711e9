"""``agentops-gate install``: put the native hooks where git looks for them."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import TYPE_CHECKING
from ...model.text import printable
from ..githooks import HOOKS, STRICT
from ..terminal import beneath

if TYPE_CHECKING:
    from ..githooks.steps import Step

_EVERY = (*HOOKS, STRICT)


@click.command(name="install", short_help="Install native git hooks.")
@click.option("--hook", "hooks", multiple=True, type=click.Choice(HOOKS), help="Only this hook; may be repeated.")
@click.option("--force", is_flag=True, help="Replace a hook of ours that was edited; the edited copy is kept.")
@click.option("--strict", is_flag=True, help="Judge every ref that moves, too, and ask commits for proof.")
@click.option("--server", metavar="PATH", help="Install pre-receive in the bare repository at PATH instead.")
@click.option("--configure", is_flag=True, help="With --server: make the advised settings that are not set.")
def command(*, hooks: tuple[str, ...], force: bool, strict: bool, server: str | None, configure: bool) -> int:
    """Install native git hooks for all work trees of this repository.

    What stands there already is moved to NAME.agentops-chained and still
    runs. Run it again after moving or upgrading Python or git.
    """
    from ..githooks.install import current_pins, install
    from ..githooks.proof import prepare, wanted

    _fitting(hooks, strict=strict, server=server, configure=configure)
    if server is not None:
        return _server(server, hooks, force=force, configure=configure)
    with Repo.open() as repo:
        # Once strict, it stays so until uninstalled: its hook has to follow Python and git as the others do.
        every = _EVERY if strict or wanted(repo) else HOOKS
        steps = install(repo, hooks or every, current_pins(repo), force=force)
        if strict:
            prepare(repo)
    _tell(steps)
    if any(step.what != "unchanged" for step in steps):
        click.echo("Hooks stop slips, not intent: `agentops-gate doctor` says what they cannot stop.")
    return 0


def _fitting(hooks: tuple[str, ...], *, strict: bool, server: str | None, configure: bool) -> None:
    """Raise UsageError for options that do not go together."""
    if strict and (hooks or server is not None):
        raise UsageError("--strict takes all hooks of a clone together", "leave out --hook and --server")
    if configure and server is None:
        raise UsageError("--configure goes with --server")


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
