"""``agentops-gate doctor``: what is installed where, which hooks really run, and what they cannot stop."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from ...git.repo import Repo
from ...model.light import TYPE_CHECKING
from ...model.outcome import EXIT_BLOCKED, EXIT_OK
from ..terminal import width

if TYPE_CHECKING:
    from ..doctor.problem import Problem


@click.command(name="doctor", short_help="Say which hooks really run, and what is in the way.")
@click.option("--format", "name", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--server", metavar="PATH", help="Look at the bare repository at PATH, as a server.")
@click.option("--probe", is_flag=True, help="Try the commands that agent runtimes are told to call.")
def command(*, name: str, server: str | None, probe: bool) -> int:
    """Say which hooks really run, in every work tree, and what is in the way.

    In a bare repository without work trees, and with --server, say instead
    how the server judges what is pushed to it, and which level it reaches.

    Exits 0 when everything that should run does, 1 when something does not.
    Uses no network and changes nothing. With --probe, send recorded tool
    calls through every registered command instead, and look at the answers.
    """
    if probe:
        from .wired import probe as probe_runtimes

        return probe_runtimes()
    from ..githooks.places import worktrees
    from ..githooks.server import open_server

    with open_server(server) if server is not None else Repo.open() as repo:
        if server is not None or (repo.bare and not worktrees(repo)):
            return _server(repo, name)
        return _client(repo, name)


def _client(repo: Repo, name: str) -> int:
    from ..doctor.diagnosis import diagnose
    from ..doctor.render import as_json, as_text

    found = diagnose(repo)
    return _print(as_json(found) if name == "json" else as_text(found, width(sys.stdout)), found.problems)


def _server(repo: Repo, name: str) -> int:
    from ..doctor.server import diagnose_server
    from ..doctor.server_render import as_json, as_text

    found = diagnose_server(repo)
    return _print(as_json(found) if name == "json" else as_text(found, width(sys.stdout)), found.problems)


def _print(text: str, problems: Iterable[Problem]) -> int:
    click.echo(text, nl=False)
    return EXIT_BLOCKED if any(problem.severity == "error" for problem in problems) else EXIT_OK
