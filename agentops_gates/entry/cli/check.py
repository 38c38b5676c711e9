"""``agentops-gate check``: judge the index or a range, print the report, exit with what it amounts to."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from ...formats import FORMATS
from ...gates.engine import Limits, run, undecided
from ...gates.registry import GateModule, metadata, select
from ...git.ranges import range_subject, repository_subject, staged_subject
from ...git.repo import Repo
from ...model.errors import UndecidedError, UsageError
from ...model.finding import Report
from ...model.outcome import exit_code
from ...model.subject import Door, Subject
from .. import ci
from ..ci.github import write_outputs, write_summary
from ..ci.subject import ci_subject
from ..output import emit, write
from ..progress import Progress


@click.command(name="check")
@click.option("--gate", "only", multiple=True, metavar="ID", help="Run this gate only; may be repeated.")
@click.option("--base", metavar="REV", help="Judge what --head brings since it left REV.")
@click.option("--head", metavar="REV", help="The revision to judge (default: HEAD).")
@click.option("--staged", is_flag=True, help="Judge the index against HEAD.")
@click.option("--repository", is_flag=True, hidden=True, help="Judge the tree at HEAD in itself.")
@click.option("--format", "name", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option("--output", metavar="FILE", help="Print to FILE instead of standard output.")
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Also write a report to FILE; may be repeated."
)
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Limit for each gate.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
def command(
    *,
    only: tuple[str, ...],
    base: str | None,
    head: str | None,
    staged: bool,
    repository: bool,
    name: str,
    output: str | None,
    reports: tuple[str, ...],
    deadline: float | None,
    color: str,
) -> int:
    """Judge a change and exit 0 (pass, warn), 1 (blocked) or 3 (undecided).

    In CI the range is found from the provider's environment; on a machine of
    yours the default is what is staged.
    """
    if sum((bool(base), staged, repository)) > 1 or (head and not base):
        raise UsageError("give --base (and --head), or --staged, or --repository")
    extra = [_target(report) for report in reports]
    with Repo.open() as repo:
        gates = select(only)
        try:
            subject = _subject(repo, base, head, "staged" if staged else "repository" if repository else "")
            report = _judge(repo, subject, gates, deadline)
        except UndecidedError as error:
            report = undecided(gates, error)
    for target, file in extra:
        write(report, target, file)
    emit(report, name, output, color)
    if name == "github":
        write_summary(report, os.environ, metadata())
        write_outputs(report, os.environ, dict(extra).get("sarif", ""))
    return exit_code(report.outcome)


def _judge(repo: Repo, subject: Subject, gates: Sequence[GateModule], deadline: float | None) -> Report:
    progress = Progress(sys.stderr)
    try:
        return run(repo, [subject], gates, Limits(deadline, progress))
    finally:
        progress.clear()


def _subject(repo: Repo, base: str | None, head: str | None, kind: str) -> Subject:
    door: Door = "ci" if ci.is_ci(os.environ) else "local"
    if kind == "staged":
        return staged_subject(repo, door)
    if kind == "repository":
        return repository_subject(repo, door)
    if base:
        return range_subject(repo, base, head or "HEAD", door)
    return ci_subject(repo, os.environ) or staged_subject(repo, door)


def _target(report: str) -> tuple[str, str]:
    name, _, file = report.partition("=")
    if name not in FORMATS or not file:
        raise UsageError(f"--report {report!r} is not FORMAT=FILE", f"formats: {', '.join(FORMATS)}")
    return name, file
