"""``agentops-gate shim``: put a git that asks the guard in front of git."""

from __future__ import annotations

import os
import shlex

import click

from ...git.repo import Repo
from ...git.run import SHIM
from ...model.errors import UsageError
from ...model.text import printable

_DEFAULT = os.path.join("~", ".local", "share", "agentops-gates", "shim")


@click.command(name="shim", short_help="Put a git that asks the guard in front of git.")
@click.option("--dir", "folder", metavar="DIR", default=_DEFAULT, help="The folder for it (its only file).")
@click.option("--remove", is_flag=True, help="Take it away again.")
def command(*, folder: str, remove: bool) -> int:
    """Put a git that asks the guard in front of git, for agents without hooks.

    It takes effect where the folder stands first on PATH, as the line that is
    printed puts it. Programs that call git by its whole path go round it.
    """
    path = os.path.join(os.path.abspath(os.path.expanduser(folder)), "git")
    if os.path.lexists(path) and not _ours(path):
        raise UsageError(f"{printable(path)} is another's", "choose another folder: --dir DIR")
    if remove:
        return _remove(path)
    from ..githooks.hookfile import write
    from ..githooks.install import current_pins
    from ..shim import render

    with Repo.open() as repo:
        write(path, os.fsencode(render(current_pins(repo))))
    click.echo(f"installed {printable(path)}; where an agent's commands run:")
    click.echo(f"    export PATH={printable(shlex.quote(os.path.dirname(path)))}:$PATH")
    return 0


def _remove(path: str) -> int:
    if os.path.lexists(path):
        os.unlink(path)
        click.echo(f"removed   {printable(path)}")
    else:
        click.echo("nothing to remove")
    return 0


def _ours(path: str) -> bool:
    with open(path, "rb") as file:
        return SHIM.encode() in file.read(200)
