"""``agentops-gate check``: the options and their help. Plain command lines bypass it: see ``entry/check.py``."""

from __future__ import annotations

from typing import Any

import click

from ...formats import FORMATS
from .. import check
from . import complete


@click.command(name="check", short_help="Judge what is staged, or a range of commits.")
@click.option(
    "--gate",
    multiple=True,
    metavar="ID",
    shell_complete=complete.gates,
    help="Run this gate only, and policy-change, which always runs too; may be repeated.",
)
@click.option("--base", metavar="REV", help="Judge what --head brings since it left REV.")
@click.option("--head", metavar="REV", help="The revision to judge (default: HEAD).")
@click.option("--ref", metavar="REF", help="The branch that the range goes to, for gates that ask.")
@click.option(
    "--boundary",
    type=click.Choice(("required-workflow",)),
    help="Assert that this runs where no author reaches it (CI).",
)
@click.option("--staged", is_flag=True, help="Judge the index against HEAD.")
@click.option("--repository", is_flag=True, hidden=True, help="Judge the tree at HEAD in itself.")
@click.option("--format", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option("--output", metavar="FILE", help="Print to FILE instead of standard output.")
@click.option("--report", multiple=True, metavar="FORMAT=FILE", help="Also write a report to FILE; may be repeated.")
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Limit for each gate.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
def command(**asked: Any) -> int:  # noqa: ANN401 - the options are the fields of Asked
    """Judge a change and exit 0 (pass, warn), 1 (blocked) or 3 (undecided).

    In CI the range is found from the provider's environment; on a machine of
    yours the default is what is staged.
    """
    return check.check(check.Asked(**asked))
