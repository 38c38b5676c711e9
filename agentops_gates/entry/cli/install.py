"""``agentops-gate install``: put the native hooks where git looks for them."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.text import printable
from ..githooks import HOOKS
from ..terminal import beneath


@click.command(name="install")
@click.option("--hook", "hooks", multiple=True, type=click.Choice(HOOKS), help="Only this hook; may be repeated.")
@click.option("--force", is_flag=True, help="Replace a hook of ours that was edited; the edited copy is kept.")
def command(*, hooks: tuple[str, ...], force: bool) -> int:
    """Install native git hooks for all work trees of this repository.

    What stands there already is moved to NAME.agentops-chained and still
    runs. Run it again after moving or upgrading Python or git.
    """
    from ..githooks.install import current_pins, install

    with Repo.open() as repo:
        steps = install(repo, hooks or HOOKS, current_pins(repo), force=force)
    for step in steps:
        click.echo(f"{step.what:9} {printable(step.path)}")
        if step.note:
            click.echo(beneath(printable(step.note)))
    if any(step.what != "unchanged" for step in steps):
        click.echo("Hooks stop slips, not intent: `agentops-gate doctor` says what they cannot stop.")
    return 0
