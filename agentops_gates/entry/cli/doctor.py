"""``agentops-gate doctor``: what is installed where, which hooks really run, and what they cannot stop."""

from __future__ import annotations

import click

from ...git.repo import Repo
from ...model.outcome import EXIT_BLOCKED, EXIT_OK


@click.command(name="doctor", short_help="Say which hooks really run, and what is in the way.")
@click.option("--format", "name", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(*, name: str) -> int:
    """Say which hooks really run, in every work tree, and what is in the way.

    Exits 0 when everything that should run does, 1 when something does not.
    Uses no network and changes nothing.
    """
    import sys

    from ..doctor.diagnosis import diagnose
    from ..doctor.render import as_json, as_text
    from ..terminal import width

    with Repo.open() as repo:
        found = diagnose(repo)
        click.echo(as_json(found) if name == "json" else as_text(found, width(sys.stdout)), nl=False)
    return EXIT_BLOCKED if any(problem.severity == "error" for problem in found.problems) else EXIT_OK
