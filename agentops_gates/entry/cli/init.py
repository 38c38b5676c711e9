"""``agentops-gate init``: a first policy file and our hooks in .pre-commit-config.yaml, or nothing at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from ... import __version__
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.text import printable
from ..edit import Edit, diff, read, write
from .wired import RUNTIME, wire

_HOOKS = ".pre-commit-config.yaml"
_STAGES = ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push")


@click.command(name="init")
@click.option("--dry-run", is_flag=True, help="Print what would change as a diff, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@click.option("--runtime", "runtimes", multiple=True, type=RUNTIME, help="Register the guard with this agent runtime.")
@click.option("--user", is_flag=True, help="With --runtime: for all repositories of this user.")
def command(*, dry_run: bool, yes: bool, runtimes: tuple[str, ...], user: bool) -> int:
    """Write a policy and add the hooks to .pre-commit-config.yaml.

    Keeps what is there: a policy file is never touched, and of the hook
    configuration not a byte but the lines that are added. Hooks of ours that
    are there are completed, unless they run single gates. Run again, it
    changes nothing. On a terminal it shows the diff and asks first.

    With --runtime, write nothing but the settings by which an agent runtime
    asks the guard before it runs a tool; may be repeated.
    """
    ask = not (yes or dry_run) and _on_terminal()
    if runtimes:
        return wire(runtimes, user=user, dry_run=dry_run, ask=ask)
    if user:
        raise UsageError("--user goes with --runtime", "agentops-gate init --runtime NAME --user")
    return _init(dry_run=dry_run, ask=ask)


def _init(*, dry_run: bool, ask: bool) -> int:
    edits, notes = _plan()
    if dry_run or ask:
        click.echo("".join(diff(edits)), nl=False)
    for note in notes:
        click.echo(note)
    if dry_run or not edits:
        return 0
    if ask and not click.confirm("Write this?", default=True):
        click.echo("nothing was written")
        return 0
    write(edits)
    _report(edits)
    return 0


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _report(edits: Sequence[Edit]) -> None:
    for edit in edits:
        click.echo(f"{'wrote' if edit.old is None else 'changed'} {edit.name}")
    click.echo(f"next: commit {' and '.join(edit.name for edit in edits)}, then run one of")
    click.echo("  pre-commit install       (or: prek install)\n  agentops-gate install    (native git hooks)")


def _plan() -> tuple[list[Edit], list[str]]:
    """Return the files to write, and one line for each thing that stays as it is."""
    with Repo.open() as repo:
        if not repo.toplevel:
            raise UsageError("a bare repository has no work tree to write to")
        found = [*_policy(repo), *_hooks(repo)]
    edits = [edit for edit in found if isinstance(edit, Edit)]
    return edits, [note for note in found if isinstance(note, str)]


def _policy(repo: Repo) -> Iterator[Edit | str]:
    from ...gates.registry import metadata
    from ...policy.source import OWN, SHARED, document, shared_file
    from ...policy.template import template

    path = os.path.join(repo.toplevel, OWN)
    if read(path, OWN) is not None:
        yield f"{OWN} is there already"
        return
    shared = read(os.path.join(repo.toplevel, SHARED), SHARED, follow=True)
    source = shared_file(shared) if shared is not None else None
    if source and document(None, source)[0]:
        yield f"{SHARED} holds the policy already"
    else:
        yield Edit(OWN, path, None, template(metadata(), _default_branch(repo)).encode())


def _default_branch(repo: Repo) -> str:
    """Return the branch that the remote calls its own, where that is known and a plain name."""
    done = repo.git.run("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD", ok=(0, 1, 128))
    name = os.fsdecode(done.out).strip().removeprefix("refs/remotes/origin/")
    return name if name.isascii() and name.replace("/", "").replace("-", "").replace("_", "").isalnum() else ""


def _hooks(repo: Repo) -> Iterator[Edit | str]:
    from ...gates.registry import metadata
    from ...policy.hookids import known, umbrella
    from ..precommit import Entry, chosen, edit

    path = os.path.join(repo.toplevel, _HOOKS)
    old = read(path, _HOOKS)
    types = tuple(stage for stage in _STAGES if any(stage in gate.stages for gate in metadata()))
    entry = Entry(f"v{__version__}", tuple(map(umbrella, types)), types, known(metadata()))
    with _refusing():
        text = (old or b"").decode("utf-8")
        new = edit(text, entry)
        names = chosen(new, entry)
    if new != text or old is None:
        yield Edit(_HOOKS, path, old, new.encode())
    if names:
        yield f"{_HOOKS} has hooks of your choice, left as they are: {', '.join(map(printable, names))}"
    elif new == text:
        yield f"{_HOOKS} has the hooks already"


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what is wrong with the hook configuration into a UsageError."""
    fix = "nothing was written; correct it and run init again"
    try:
        yield
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{_HOOKS}:{line}: not UTF-8", fix) from error
    except ValueError as error:
        raise UsageError(f"{_HOOKS}: {error}", fix) from error
