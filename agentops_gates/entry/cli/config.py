"""``agentops-gate config``: the policy that is in force, and what is wrong with the one being written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from ...formats.common import plural
from ...git.ranges import existing
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.text import printable
from ..options import not_empty

if TYPE_CHECKING:
    from ...policy.source import Source


@click.group(name="config", short_help="Show the policy in force, or check the one you write.")
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

    not_empty(base=base)
    with Repo.open() as repo:
        commit = existing(repo, base) if base else repo.resolve("HEAD")
        loaded = load_tree(repo, commit, metadata()) if commit else build(None, None, metadata())
    click.echo(as_json(loaded, commit) if name == "json" else as_text(loaded), nl=False)
    return 0


@command.command(short_help="Check a policy FILE, or the files in the work tree.")
@click.argument("file", required=False)
def validate(*, file: str | None) -> int:
    """Check a policy FILE, or the policy and the exemptions in the work tree.

    Lists everything that is wrong and exits 2, or says that it is valid. A
    FILE named pyproject.toml is searched for [tool.agentops-gates], one named
    agentops-gates.exemptions is a list of exemptions, any other is a policy
    as a whole.
    """
    from ...complexity.exemptions import FILE

    if file is None:
        folder = _top()
        listed = os.path.join(folder, FILE)
        checks = [
            lambda: _policy(None, folder),
            *([lambda: _exemptions(listed, FILE)] if os.path.lexists(listed) else []),
        ]
    elif os.path.basename(file) == FILE:
        checks = [lambda: _exemptions(file, file)]
    else:
        checks = [lambda: _policy(file, "")]
    click.echo("\n".join(_all_of(checks)))
    return 0


def _all_of(checks: Sequence[Callable[[], str]]) -> list[str]:
    """Return what each check says; raise one UsageError for what all of them found wrong."""
    lines: list[str] = []
    wrong: list[UsageError] = []
    for check in checks:
        try:
            lines.append(check())
        except UsageError as error:
            wrong.append(error)
    if wrong:
        raise UsageError("\n".join(map(str, wrong)), "\n".join(error.fix for error in wrong if error.fix))
    return lines


def _policy(file: str | None, folder: str) -> str:
    """Return what to say about a valid policy: that in ``file``, or in a work tree."""
    from ...gates.registry import metadata
    from ...policy.load import build
    from ...policy.source import OWN_LIMIT, SHARED, SHARED_LIMIT, own_file, shared_file

    own = shared = None
    if file is None:
        own, shared = _work_tree(folder)
    elif os.path.basename(file) == SHARED:
        shared = shared_file(_read(file, SHARED_LIMIT), path=file)
    else:
        own = own_file(_read(file, OWN_LIMIT), path=file)
    loaded = build(own, shared, metadata())
    if loaded.source is not None:
        return f"{printable(loaded.source.path)} is valid"
    if file is None:
        return "there is no policy file: the built-in defaults hold (agentops-gate init writes one)"
    raise UsageError(f"{printable(file)} has no table [tool.agentops-gates]")


def _exemptions(path: str, name: str) -> str:
    """Return what to say about a valid list of exemptions, which is called ``name``."""
    from ...complexity.exemptions import FORM, LIMIT, read, today

    if os.path.islink(path):
        raise UsageError(f"{printable(name)} is a symbolic link", "make it a file: lists are not read through links")
    data = _read(path, LIMIT)
    if data is None:
        raise UsageError(f"{printable(name)} is larger than {LIMIT:,} bytes", "shorten it")
    entries, faults = read(data)
    if faults:
        lines = (f"{printable(name)}:{number}: {fault}" for number, fault in faults)
        raise UsageError("\n".join(lines), f"write each line as: {FORM}")
    over = sum(entry.expired(today()) for entry in entries.values())
    return f"{printable(name)} is valid" + (
        f" ({over} of {plural(len(entries), 'line')} ended already)" if over else ""
    )


def _top() -> str:
    with Repo.open() as repo:
        folder = repo.toplevel
    if not folder:
        raise UsageError("a bare repository has no work tree", "name a FILE, or use: agentops-gate config show")
    return folder


def _work_tree(folder: str) -> tuple[Source | None, Source | None]:
    from ...policy.source import OWN, OWN_LIMIT, SHARED, SHARED_LIMIT, own_file, shared_file

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
