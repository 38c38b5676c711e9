"""``agentops-gate worker``: work trees for those who write files and do not commit, and who works on what."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

import click

from ...git.ranges import existing
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.outcome import EXIT_OK
from ...model.text import printable
from ...workers import claims, ending, making, record
from ...workers.environment import for_worker
from ...workers.record import Worker
from ...workers.role import sign
from ...workers.sandbox import Sandbox


@click.group(name="worker")
def command() -> None:
    """Give workers a work tree each, and take what they made.

    A worker writes files; the lead reads them and commits. See docs/workers.md.
    """


@command.command("start", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.option("--base", metavar="REV", help="The commit to start from (default: HEAD).")
@click.option("--path", metavar="DIR", help="The folder of its work tree (default: beside this one).")
@click.option("--no-sandbox", is_flag=True, help="Run COMMAND without a sandbox: commits are forbidden, but possible.")
@click.argument("argv", nargs=-1, metavar="[-- COMMAND...]", type=click.UNPROCESSED)
def start(*, name: str, base: str | None, path: str | None, no_sandbox: bool, argv: tuple[str, ...]) -> int:
    """Make a worker's work tree, and run COMMAND in it.

    COMMAND cannot write git's own files: the kernel keeps them shut. Nor does
    it get what a push needs. The exit code is COMMAND's; its files stay until
    `worker end`.
    """
    with _lead("starts workers") as repo:
        worker = making.make(repo, name, existing(repo, base or "HEAD"), path)
        if not argv:
            click.echo(printable(worker.path))
            return EXIT_OK
        return _run(repo, worker, argv, no_sandbox=no_sandbox)


def _run(repo: Repo, worker: Worker, argv: tuple[str, ...], *, no_sandbox: bool) -> int:
    from ...workers import running, sandbox

    env = for_worker()
    try:
        box = None if no_sandbox else _sandbox(repo, worker, env)
        words = sandbox.command(box, sandbox.plan(repo, worker.path), argv) if box else argv
        with making.held(repo, worker):
            return running.run(words, worker.path, env, boxed=box is not None)
    except UsageError:
        # It never ran, so nothing of it is left to be collected.
        making.unmake(repo, worker)
        raise


def _sandbox(repo: Repo, worker: Worker, env: Mapping[str, str]) -> Sandbox:
    from ...workers import sandbox

    found = sandbox.available(sandbox.plan(repo, worker.path), env)
    if found is None:
        raise UsageError(
            "this machine lets nobody make a sandbox (bubblewrap, or user namespaces on Linux)",
            "--no-sandbox runs it without: a commit is then forbidden by hooks, and not impossible",
        )
    return found


@command.command("collect")
@click.argument("name")
@click.option("--output", metavar="FILE", help="Where the patch goes (default: standard output).")
@click.option("--no-checks", is_flag=True, help="Do not run the gates on the result.")
def collect(*, name: str, output: str | None, no_checks: bool) -> int:
    """Write what a worker has made as a patch, and say what is in it.

    The patch has every file that is not ignored, binary ones too, and applies
    to the commit that the worker started from: git apply --index FILE. The
    gates judge it as if it were staged; the exit code is what they conclude.
    """
    from ..collecting import collected

    with _lead("collects") as repo:
        return collected(repo, record.find(repo, name), output, checks=not no_checks)


@command.command("end")
@click.argument("name")
@click.option("--discard", is_flag=True, help="Throw away changes that were not collected.")
@click.option("--force", is_flag=True, help="Throw away commits on its branch.")
def end(*, name: str, discard: bool, force: bool) -> int:
    """Take away a worker's work tree, branch, configuration and claims.

    Refused while its command runs, and while it has changes that were not
    collected or commits on its branch. Ignored files are not asked about.
    """
    with _lead("ends workers") as repo:
        issues = ending.end(repo, record.find(repo, name), discard=discard, force=force)
    for issue in issues:
        click.echo(f"released {issue}")
    return EXIT_OK


@command.command("list")
def list_command() -> int:
    """List workers, what they have made, and who has claimed what."""
    with Repo.open() as repo:
        workers = record.every(repo)
        for worker in workers:
            click.echo(f"{worker.name}  {_state(repo, worker)}  {printable(worker.path)}")
        held = claims.every(repo)
        for one in held:
            since = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(one.time))
            click.echo(f"{one.issue}  claimed by {printable(one.holder)}  since {since}")
    if not workers and not held:
        click.echo("no workers, no claims")
    return EXIT_OK


def _state(repo: Repo, worker: Worker) -> str:
    if not os.path.isdir(worker.path):
        return "gone"
    try:
        with making.held(repo, worker):
            pass
    except UsageError:
        return "runs"
    return "has uncollected changes" if ending.unsaved(repo, worker) else "nothing to collect"


@command.command("claim")
@click.argument("issue")
@click.option("--for", "holder", metavar="NAME", help="For this worker (only the lead).")
@click.option("--steal", is_flag=True, help="From whoever holds it (only the lead).")
def claim(*, issue: str, holder: str | None, steal: bool) -> int:
    """Claim an issue, for all work trees of this repository.

    Of any number who claim at once one gets it; the others are told who. A
    claim does not expire: the lead looks, and steals it.
    """
    with Repo.open() as repo:
        if (holder is not None or steal) and (found := sign(repo)):
            raise UsageError(f"only the lead claims for others or takes a claim over: {found.words}", "ask the lead")
        name = record.find(repo, holder).name if holder else _holder(repo)
        made = claims.claim(repo, issue, name, steal=steal)
    click.echo(f"{made.issue} is claimed by {printable(made.holder)}")
    return EXIT_OK


@command.command("release")
@click.argument("issue")
def release(*, issue: str) -> int:
    """Give up a claim of one's own."""
    with Repo.open() as repo:
        gone = claims.release(repo, issue, _holder(repo))
    click.echo(f"{gone.issue} is free")
    return EXIT_OK


def _holder(repo: Repo) -> str:
    """Return the worker whose work tree this is, else the address that git would commit under."""
    here = os.path.realpath(repo.toplevel or os.curdir)
    return next((one.name for one in record.every(repo) if one.path == here), "") or claims.holder_of(repo)


def _lead(does: str) -> Repo:
    """Return the repository for what only the lead does; UsageError for a worker."""
    repo = Repo.open()
    found = sign(repo)
    if found is not None:
        repo.close()
        raise UsageError(f"only the lead {does}: {found.words}", "leave the changes as files, and say so in the report")
    if sys.platform == "win32":  # pragma: no cover
        repo.close()
        raise UsageError("workers need a POSIX system")
    return repo
