"""``agentops-gate rescue``: look at what was saved before destructive commands, and bring it back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import click

from ...git.repo import Repo
from ...model.errors import UndecidedError, UsageError
from ...model.light import Any
from ...model.outcome import EXIT_OK
from ...model.text import printable
from ...rescue import back
from ...rescue.compare import difference
from ...rescue.content import Snapshot
from ...rescue.load import load
from ...rescue.refs import Kept, find, kept
from ...rescue.restore import Item, Version, choose, into_folder
from ...rescue.restore import in_place as to_place
from ...rescue.words import age, holds, left, wrapped

_VERSIONS = ("work", "staged", "ours", "theirs", "base", "git")
_Command = Callable[..., Any]


@click.group(name="rescue")
def command() -> None:
    """Bring back what a destructive command took.

    Snapshots hold uncommitted text of yours. They stay in this repository.
    """


def _chosen(function: _Command) -> _Command:
    for option in (
        click.option(
            "--version",
            type=click.Choice(_VERSIONS),
            default="work",
            show_default=True,
            help="As in the work tree, as staged, a side of a conflict, or files of git's own.",
        ),
        click.option("--path", "paths", multiple=True, metavar="P", help="A file or folder; may be repeated."),
    ):
        function = option(function)
    return function


@command.command("list")
def list_command() -> int:
    """List the snapshots, the latest first."""
    with Repo.open() as repo:
        every = kept(repo)
        for one in every:
            for line in _entry(repo, one):
                click.echo(line)
    if not every:
        click.echo("no snapshots")
    return EXIT_OK


def _entry(repo: Repo, one: Kept) -> Iterator[str]:
    yield f"{printable(one.id)}  {age(int(time.time()) - one.time)}"
    try:
        snapshot = load(repo, one)
    except UndecidedError as error:
        yield from wrapped(printable(str(error)), "  ")
        return
    yield from wrapped(f"before: {_short(snapshot.why)}", "  ")
    yield from wrapped(f"in: {printable(snapshot.worktree) or 'no work tree'}", "  ")
    yield from wrapped(f"holds: {holds(snapshot)}", "  ")
    if snapshot.left:
        yield f"  left out: {len(snapshot.left):,} (rescue show names them)"


@command.command("show")
@click.argument("snapshot")
def show(*, snapshot: str) -> int:
    """Show what a snapshot holds, and what was left out.

    SNAPSHOT is an id, its beginning or end, or "latest".
    """
    with Repo.open() as repo:
        found = load(repo, find(repo, snapshot))
    for line in _all(found):
        click.echo(line)
    return EXIT_OK


def _all(found: Snapshot) -> Iterator[str]:
    yield f"{found.id}  {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(found.time))}"
    yield from wrapped(f"before: {printable(found.why)}", "  ")
    yield from wrapped(f"in: {printable(found.worktree) or 'no work tree'}", "  ")
    where = printable(found.branch) if found.branch else "no branch"
    yield from wrapped(f"HEAD: {found.head or 'no commit yet'} ({where})", "  ")
    for file in found.files:
        size = "" if file.kind == "deleted" else f"{file.size:,}"
        yield f"  {file.kind:9} {size:>12}  {printable(file.path)}"
    for ref in found.refs:
        yield f"  ref       {ref.oid[:12]:>12}  {printable(ref.ref)}"
    for stash in found.stashes:
        yield f"  stash     {stash.oid[:12]:>12}  {printable(stash.words)}"
    if found.reflog:
        yield f"  reflog    {found.reflog:>12,}  commits"
    for line in left(found):
        yield f"  {line}"


@command.command("diff")
@click.argument("snapshot")
@_chosen
def diff(*, snapshot: str, paths: tuple[str, ...], version: Version) -> int:
    """Show how the work tree differs from a snapshot."""
    if version == "git":
        raise UsageError("files of git's own are not in the work tree", "agentops-gate rescue restore --version git")
    with _work_tree() as repo:
        lines = 0
        for line in difference(repo, load(repo, find(repo, snapshot)), _named(repo, paths), version):
            click.echo(line)
            lines += 1
    if not lines:
        click.echo("no difference")
    return EXIT_OK


@command.command("restore")
@click.argument("snapshot")
@_chosen
@click.option("--to", metavar="DIR", help="A new folder (default: rescued-ID in the current one).")
@click.option("--in-place", is_flag=True, help="Where the files were, if nothing is in the way; needs --path.")
@click.option("--branch", metavar="NAME", help="Instead of files, a new branch with the whole work tree.")
@click.option("--refs", is_flag=True, help="Instead of files, all refs that are gone or have moved.")
@click.option("--ref", "names", multiple=True, metavar="REF", help="Only this ref; may be repeated.")
@click.option("--stashes", is_flag=True, help="Instead of files, the stashes that are gone.")
def restore(
    *,
    snapshot: str,
    paths: tuple[str, ...],
    version: Version,
    to: str | None,
    in_place: bool,
    branch: str | None,
    refs: bool,
    names: tuple[str, ...],
    stashes: bool,
) -> int:
    """Bring files back into a new folder; nothing that is there is written over.

    SNAPSHOT is an id, its beginning or end, or "latest". Refs come back under
    their old names where these are free, else with rescued/ID/ in front.
    """
    files = any((paths, version != "work", to is not None, in_place))
    _one_way(files=files, branch=branch is not None, refs=refs or bool(names), stashes=stashes)
    with Repo.open() as repo:
        found = load(repo, find(repo, snapshot))
        if branch is not None:
            click.echo(f"made branch {printable(branch)} at {back.branch(repo, found, branch)}")
        elif refs or names:
            _say(back.refs(repo, found, names), "no refs were saved")
        elif stashes:
            _say(back.stashes(repo, found), "no stashes were saved")
        else:
            _files(repo, found, paths, version, in_place=in_place, to=to)
    return EXIT_OK


def _files(
    repo: Repo, found: Snapshot, paths: tuple[str, ...], version: Version, *, in_place: bool, to: str | None
) -> None:
    if in_place and to is not None:
        raise UsageError("--to and --in-place are two places", "choose one of them")
    items = _items(repo, found, _named(repo, paths), version)
    _put_back(repo, found, items, to, in_place=in_place and _placeable(repo, found, paths, version))


def _one_way(**ways: bool) -> None:
    if sum(ways.values()) > 1:
        raise UsageError("files, a branch, refs and stashes are brought back one after the other", "choose one of them")


def _items(repo: Repo, found: Snapshot, paths: tuple[str, ...], version: Version) -> list[Item]:
    items = choose(repo, found, paths, version)
    if not items:
        raise UsageError(f"{found.id} holds no files ({version} version)", f"agentops-gate rescue show {found.id}")
    return items


def _placeable(repo: Repo, found: Snapshot, paths: tuple[str, ...], version: Version) -> bool:
    if not paths:
        raise UsageError("--in-place needs the names of the files", "add --path P for each")
    if version == "git":
        raise UsageError("files of git's own are not put in place", "restore them into a folder: --to DIR")
    if os.path.realpath(found.worktree) != os.path.realpath(repo.toplevel):
        raise UsageError(f"{found.id} is of another work tree, {printable(found.worktree)}", "--to DIR")
    return True


def _put_back(repo: Repo, found: Snapshot, items: list[Item], to: str | None, *, in_place: bool) -> None:
    if in_place:
        to_place(repo, items)
        click.echo(f"restored {_count(items)} in place")
        return
    folder = to or f"rescued-{found.id}"
    into_folder(repo, items, os.path.abspath(folder))
    click.echo(f"restored {_count(items)} to {printable(folder)}")


def _say(done: Iterator[back.Done], nothing: str) -> None:
    empty = True
    for one in done:
        empty = False
        click.echo(f"{printable(one.name)}: {printable(one.place) or 'is there already'}")
    if empty:
        click.echo(nothing)


def _named(repo: Repo, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return paths, which are relative to the current folder or whole, as they stand in the work tree."""
    here = os.path.realpath(os.curdir)
    top = repo.toplevel or os.curdir
    tops = [os.path.join(one, "") for one in (os.path.realpath(top), os.path.abspath(top))]
    named = []
    for path in paths:
        # By its words alone: a link that has come since is looked at where something is written.
        whole = os.path.join(os.path.normpath(os.path.join(here, path)), "")
        found = next((one for one in tops if whole.startswith(one)), None)
        if found is None:
            raise UsageError(f"{printable(path)} is not in this work tree")
        named.append(whole.removeprefix(found).rstrip(os.sep).replace(os.sep, "/") or ".")
    return tuple(named)


def _work_tree() -> Repo:
    repo = Repo.open()
    if repo.bare:
        repo.close()
        raise UsageError("a bare repository has no work tree to compare with", "agentops-gate rescue show ID")
    return repo


def _count(items: list[Item]) -> str:
    return "1 file" if len(items) == 1 else f"{len(items):,} files"


def _short(why: str) -> str:
    words = printable(why)
    return words if len(words) <= 200 else f"{words[:197]}..."
