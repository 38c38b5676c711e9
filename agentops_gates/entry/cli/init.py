"""``agentops-gate init``: a first policy file and our hooks in .pre-commit-config.yaml, or nothing at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

import click

from ... import __version__
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.text import printable

_HOOKS = ".pre-commit-config.yaml"
_STAGES = ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push")


class _Edit(NamedTuple):
    """A file below the repository's root with its old content (None: there is none) and its new one."""

    name: str
    path: str
    old: bytes | None
    new: bytes


@click.command(name="init")
@click.option("--dry-run", is_flag=True, help="Print what would change as a diff, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
def command(*, dry_run: bool, yes: bool) -> int:
    """Write a policy and add the hooks to .pre-commit-config.yaml.

    Keeps what is there: a policy file is never touched, and of the hook
    configuration not a byte but the lines that are added. Hooks of ours that
    are there are completed, unless they run single gates. Run again, it
    changes nothing. On a terminal it shows the diff and asks first.
    """
    edits, notes = _plan()
    ask = not (yes or dry_run) and _on_terminal()
    if dry_run or ask:
        click.echo("".join(_diff(edits)), nl=False)
    for note in notes:
        click.echo(note)
    if dry_run or not edits:
        return 0
    if ask and not click.confirm("Write this?", default=True):
        click.echo("nothing was written")
        return 0
    _write(edits)
    _report(edits)
    return 0


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _report(edits: Sequence[_Edit]) -> None:
    for edit in edits:
        click.echo(f"{'wrote' if edit.old is None else 'changed'} {edit.name}")
    click.echo(f"next: commit {' and '.join(edit.name for edit in edits)}, then run one of")
    click.echo("  pre-commit install       (or: prek install)\n  agentops-gate install    (native git hooks)")


def _plan() -> tuple[list[_Edit], list[str]]:
    """Return the files to write, and one line for each thing that stays as it is."""
    with Repo.open() as repo:
        if not repo.toplevel:
            raise UsageError("a bare repository has no work tree to write to")
        found = [*_policy(repo), *_hooks(repo)]
    edits = [edit for edit in found if isinstance(edit, _Edit)]
    return edits, [note for note in found if isinstance(note, str)]


def _policy(repo: Repo) -> Iterator[_Edit | str]:
    from ...gates.registry import metadata
    from ...policy.source import OWN, SHARED, document, shared_file
    from ...policy.template import template

    path = os.path.join(repo.toplevel, OWN)
    if _read(path, OWN) is not None:
        yield f"{OWN} is there already"
        return
    shared = _read(os.path.join(repo.toplevel, SHARED), SHARED, follow=True)
    source = shared_file(shared) if shared is not None else None
    if source and document(None, source)[0]:
        yield f"{SHARED} holds the policy already"
    else:
        yield _Edit(OWN, path, None, template(metadata(), _default_branch(repo)).encode())


def _default_branch(repo: Repo) -> str:
    """Return the branch that the remote calls its own, where that is known and a plain name."""
    done = repo.git.run("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD", ok=(0, 1, 128))
    name = os.fsdecode(done.out).strip().removeprefix("refs/remotes/origin/")
    return name if name.isascii() and name.replace("/", "").replace("-", "").replace("_", "").isalnum() else ""


def _hooks(repo: Repo) -> Iterator[_Edit | str]:
    from ...gates.registry import metadata
    from ...policy.hookids import known, umbrella
    from ..precommit import Entry, chosen, edit

    path = os.path.join(repo.toplevel, _HOOKS)
    old = _read(path, _HOOKS)
    types = tuple(stage for stage in _STAGES if any(stage in gate.stages for gate in metadata()))
    entry = Entry(f"v{__version__}", tuple(map(umbrella, types)), types, known(metadata()))
    with _refusing():
        text = (old or b"").decode("utf-8")
        new = edit(text, entry)
        names = chosen(new, entry)
    if new != text or old is None:
        yield _Edit(_HOOKS, path, old, new.encode())
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


def _read(path: str, name: str, *, follow: bool = False) -> bytes | None:
    """Return a file's content, None if there is none; raise UsageError for a link or what cannot be read."""
    if os.path.islink(path) and not follow:
        raise UsageError(f"{name} is a symbolic link", "make it a file and run init again; nothing was written")
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}", "nothing was written") from error


def _diff(edits: Sequence[_Edit]) -> Iterator[str]:
    from difflib import unified_diff

    for edit in edits:
        old, new = (data.decode("utf-8").splitlines(keepends=True) for data in (edit.old or b"", edit.new))
        before = f"a/{edit.name}" if edit.old is not None else "/dev/null"
        for line in unified_diff(old, new, before, f"b/{edit.name}"):
            yield printable(line.removesuffix("\n").removesuffix("\r")) + "\n"
            if not line.endswith("\n"):
                yield "\\ No newline at end of file\n"


def _write(edits: Sequence[_Edit]) -> None:
    """Write all files or none: each new content is complete on disk before the first one takes its place."""
    temporaries: list[str] = []
    written: list[str] = []
    try:
        for edit in edits:
            temporaries.append(os.path.join(os.path.dirname(edit.path), f".{edit.name}.{os.getpid()}.tmp"))
            _write_one(temporaries[-1], edit)
        for edit, temporary in zip(edits, temporaries, strict=True):
            os.replace(temporary, edit.path)
            written.append(edit.name)
    except OSError as error:
        done = f"{' and '.join(written)} was written" if written else "nothing was written"
        raise UsageError(f"cannot write {edit.name}: {error.strerror}", done) from error
    finally:
        for temporary in temporaries:
            with suppress(OSError):
                os.unlink(temporary)


def _write_one(temporary: str, edit: _Edit) -> None:
    with open(temporary, "xb") as file:
        file.write(edit.new)
        file.flush()
        os.fsync(file.fileno())
    if edit.old is not None:
        os.chmod(temporary, os.stat(edit.path).st_mode & 0o7777)
