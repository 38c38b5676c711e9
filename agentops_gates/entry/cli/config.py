"""``agentops-gate config``: the policy that is in force, and what is wrong with the one being written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.text import printable

if TYPE_CHECKING:
    from ...policy.source import Source


@click.group(name="config")
def command() -> None:
    """Show the policy that is in force, or check the one you are writing."""


@command.command()
@click.option("--base", metavar="REV", help="The commit whose policy to show (default: HEAD).")
@click.option("--format", "name", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(*, base: str | None, name: str) -> int:
    """Print every value of the policy and where it comes from.

    Shown is what judges a change against HEAD (or --base): the policy as that
    commit has it, not as the work tree does. The text is a complete policy
    file itself.
    """
    from ...gates.registry import metadata
    from ...policy.load import build, load_tree
    from ...policy.show import as_json, as_text

    with Repo.open() as repo:
        commit = repo.commit(base) if base else repo.resolve("HEAD")
        loaded = load_tree(repo, commit, metadata()) if commit else build(None, None, metadata())
    click.echo(as_json(loaded, commit) if name == "json" else as_text(loaded), nl=False)
    return 0


@command.command()
@click.argument("file", required=False)
def validate(*, file: str | None) -> int:
    """Check a policy FILE, or the policy in the work tree.

    Lists everything that is wrong and exits 2, or says that it is valid. A
    FILE named pyproject.toml is searched for [tool.agentops-gates], any other
    is a policy as a whole.
    """
    from ...gates.registry import metadata
    from ...policy.load import build
    from ...policy.source import OWN_LIMIT, SHARED, SHARED_LIMIT, own_file, shared_file

    own = shared = None
    if file is None:
        own, shared = _work_tree()
    elif os.path.basename(file) == SHARED:
        shared = shared_file(_read(file, SHARED_LIMIT), path=file)
    else:
        own = own_file(_read(file, OWN_LIMIT), path=file)
    loaded = build(own, shared, metadata())
    if loaded.source is not None:
        click.echo(f"{printable(loaded.source.path)} is valid")
    elif file is None:
        click.echo("there is no policy file: the built-in defaults hold (agentops-gate init writes one)")
    else:
        raise UsageError(f"{printable(file)} has no table [tool.agentops-gates]")
    return 0


def _work_tree() -> tuple[Source | None, Source | None]:
    from ...policy.source import OWN, OWN_LIMIT, SHARED, SHARED_LIMIT, own_file, shared_file

    with Repo.open() as repo:
        folder = repo.toplevel
    if not folder:
        raise UsageError("a bare repository has no work tree", "name a FILE, or use: agentops-gate config show")
    own, shared = (os.path.join(folder, name) for name in (OWN, SHARED))
    if os.path.islink(own):
        raise UsageError(f"{OWN} is a symbolic link", "make it a file: policies are not read through links")
    # A linked pyproject.toml is not followed either, and then holds no policy.
    found = os.path.lexists(shared) and not os.path.islink(shared)
    return (
        own_file(_read(own, OWN_LIMIT)) if os.path.lexists(own) else None,
        shared_file(_read(shared, SHARED_LIMIT)) if found else None,
    )


def _read(path: str, limit: int) -> bytes | None:
    """Return a file's content, None if it is longer than ``limit`` bytes; raise UsageError if it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot read {printable(path)}: {reason}") from error
    return data if len(data) <= limit else None
