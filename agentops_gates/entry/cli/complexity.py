"""``agentops-gate complexity``: what changed between two commits, and what a policy would have done to the past."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from ...complexity.compare import Comparison, compare
from ...complexity.events import Delta, NotJudged
from ...complexity.findings import GATE, measured
from ...complexity.judge import Limits, before_number, number
from ...complexity.maintainability import FileChange, FileMetrics, file_changes
from ...complexity.measure import Measurer
from ...complexity.replay import Row, Summary, replay, summarise
from ...complexity.wording import rank
from ...formats.common import brief, ordered, plural
from ...gates.registry import metadata
from ...git.bulk import BulkObjects
from ...git.ranges import existing
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.finding import Finding
from ...model.outcome import EXIT_OK, EXIT_UNDECIDED
from ...model.text import printable
from ...policy.load import load
from ...policy.policy import Policy
from .. import ci
from ..options import not_empty
from ..progress import Progress
from ..terminal import width

_WIDTH = 80
_INDENT = " " * 8
_UNMEASURED = frozenset({"syntax", "unmeasurable", "unmerged"})


@click.group(name="complexity")
def command() -> None:
    """Compare and replay the complexity of functions."""


@command.command(short_help="List the functions whose complexity differs.")
@click.option("--base", required=True, metavar="REV", help="The revision to compare with.")
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The revision to compare.")
@click.option("--format", "name", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--top-level", is_flag=True, help="Also list class bodies and the code outside functions.")
@click.option("--files", is_flag=True, help="List Python files instead: radon's maintainability index and lines.")
def diff(*, base: str, head: str, name: str, top_level: bool, files: bool) -> int:
    """List every function whose complexity differs between two revisions.

    Both trees are taken as they are, without looking for a merge base, and
    numbers are counted as the policy of the base says. JSON: a list of path,
    old_path, qualname, before, after, line; before is null for an added
    function, after for a removed one.

    Files that cannot be judged are named on standard error. The exit code is 3
    if one of them could not be measured at the head: its functions are missing.
    """
    not_empty(base=base, head=head)
    with Repo.open() as repo, measured(repo, trusted=_local()) as cache:
        old, new = existing(repo, base), existing(repo, head)
        if files:
            return _files(file_changes(repo, old, new), name)
        limits = Limits.of(load(repo, old, metadata(), trust_cache=_local()).gates[GATE])
        comparison = compare(repo, (old,), new, Measurer(repo.objects, cache))
    rows = _rows(comparison, limits, top_level=top_level)
    if name == "json":
        click.echo(json.dumps([_contract(row) for row in rows], indent=2))
    else:
        click.echo("\n".join(_table(rows)))
    for file in comparison.not_judged:
        click.echo(_not_judged(file), err=True)
    missing = any(file.side == "head" and file.state in _UNMEASURED for file in comparison.not_judged)
    return EXIT_UNDECIDED if missing else EXIT_OK


@command.command("replay")
@click.option(
    "--last", default=100, show_default=True, metavar="N", type=click.IntRange(min=1), help="Commits to judge."
)
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The newest of them.")
@click.option("--max-complexity", type=click.IntRange(min=1), help="Try another limit than the policy's.")
@click.option("--max-cognitive", type=click.IntRange(min=0), help="Try another limit; 0 is off.")
@click.option("--min-rise", type=click.IntRange(min=1), help="Try another tolerance.")
@click.option("--mode", type=click.Choice(("any-rise", "regression", "crossing")), help="Try another mode.")
@click.option("--reader", type=click.Choice(("git", "pygit2")), default="git", show_default=True, help="Reads blobs.")
@click.option("--format", "name", type=click.Choice(("text", "json")), default="text", show_default=True)
def replay_command(*, last: int, head: str, name: str, reader: str, **tried: int | str | None) -> int:
    """Tell which commits of the past the policy would have stopped.

    The policy is that of --head, and the options try variations of it. Every
    commit is judged against its parents, a merge against all of them at once.
    The exit code is 3 if a commit could not be judged.
    """
    not_empty(head=head)
    with Repo.open() as repo, measured(repo, trusted=_local()) as cache:
        if head == "HEAD" and _unborn(repo):
            raise UsageError("this branch has no commit yet: there is nothing to replay")
        tip = existing(repo, head)
        policy = _varied(load(repo, tip, metadata(), trust_cache=_local()), tried)
        objects = BulkObjects(repo) if reader == "pygit2" else repo.objects
        rows = _watched(replay(repo, policy, tip, last, Measurer(objects, cache)), _count(repo, tip, last))
        if name == "json":
            kept = list(rows)
            document = {"commits": [_row_data(row) for row in kept], "summary": summarise(kept)._asdict()}
            click.echo(json.dumps(document, indent=2))
            summary = summarise(kept)
        else:
            summary = summarise(_printed(rows))
            click.echo("\n".join(_wrapped(_total(summary), width(sys.stdout), "", "  ")))
    return EXIT_UNDECIDED if summary.outcomes.get("undecided") else EXIT_OK


def _unborn(repo: Repo) -> bool:
    return repo.resolve("HEAD") is None and repo.git.run("rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1)).rc == 1


def _local() -> bool:
    return not ci.is_ci(os.environ)


def _rows(comparison: Comparison, limits: Limits, *, top_level: bool) -> list[dict[str, Any]]:
    deltas = [delta for delta in comparison.deltas if top_level or delta.place.unit.kind == "function"]
    rows = [_row(delta, limits) for delta in deltas]
    changed = [row for row in rows if row["before"] != row["after"]]
    return sorted(changed, key=lambda row: (row["path"], row["line"], row["qualname"]))


def _row(delta: Delta, limits: Limits) -> dict[str, Any]:
    place, old = delta.place, delta.befores[0]
    return {
        "path": place.path,
        "old_path": old.path if old else place.path,
        "qualname": place.unit.qualname,
        "before": before_number(delta, "cyclomatic", limits),
        "after": number(delta.after.unit, "cyclomatic", limits) if delta.after else None,
        "line": place.unit.line,
        "was": old.unit.qualname if old else place.unit.qualname,
    }


def _contract(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "was"}


def _files(rows: Sequence[FileChange], name: str) -> int:
    if name == "json":
        sides = [{"path": row.path, "before": _side(row.before), "after": _side(row.after)} for row in rows]
        click.echo(json.dumps(sides, indent=2))
    else:
        click.echo("maintainability        source lines   file")
        for row in rows:
            index = " -> ".join(
                f"{side.maintainability:5.1f} {side.rank}" if side else "    -  " for side in (row.before, row.after)
            )
            lines = " -> ".join(f"{_shown(side.sloc if side else None):>5}" for side in (row.before, row.after))
            click.echo(f"{index}   {lines}   {_cut(printable(row.path), _WIDTH - 38)}")
    return EXIT_OK


def _side(metrics: FileMetrics | None) -> dict[str, Any] | None:
    return metrics._asdict() if metrics else None


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    path = None
    for row in rows:
        if row["path"] != path:
            path = row["path"]
            yield _cut(printable(path), _WIDTH)
        yield _line(row)
    if not rows:
        yield "no function changed its complexity"


def _line(row: Mapping[str, Any]) -> str:
    before, after = row["before"], row["after"]
    change = "new" if before is None else "gone" if after is None else f"{after - before:+d}"
    numbers = f"{_shown(before):>5} -> {_shown(after):>5}  {change:>5}  {rank(after) if after else ' '}  "
    origin = row["was"] if row["old_path"] == row["path"] else f"{row['old_path']}::{row['was']}"
    moved = "" if origin == row["qualname"] else f" (was {origin})"
    return numbers + _cut(printable(f"{row['qualname']}:{row['line']}{moved}"), _WIDTH - len(numbers))


def _shown(value: int | None) -> str:
    return "-" if value is None else str(value)


def _cut(text: str, columns: int) -> str:
    half = (columns - 3) // 2
    return text if len(text) <= columns else f"{text[: columns - 3 - half]}...{text[-half:]}"


def _not_judged(file: NotJudged) -> str:
    where = "base" if file.side == "base" else "head"
    return f"not judged: {printable(file.path)} ({where}): {printable(file.reason)}"


def _varied(policy: Policy, tried: Mapping[str, int | str | None]) -> Policy:
    given = {key: value for key, value in tried.items() if value is not None}
    return policy._replace(gates={**policy.gates, GATE: {**policy.gates[GATE], **given}})


def _count(repo: Repo, tip: str, last: int) -> str:
    done = repo.git.run("rev-list", "--count", f"--max-count={last}", tip, "--", ok=range(-64, 256))
    return done.out.decode().strip() or str(last)


def _watched(rows: Iterator[Row], total: str) -> Iterator[Row]:
    import time

    started, progress = time.monotonic(), Progress(sys.stderr)
    try:
        for count, row in enumerate(rows, 1):
            progress.clear()
            yield row
            elapsed = time.monotonic() - started
            if elapsed > 1:
                progress(f"replay, {count} of {total}", elapsed)
    finally:
        progress.clear()


def _printed(rows: Iterator[Row]) -> Iterator[Row]:
    columns = width(sys.stdout)
    for row in rows:
        for line in _row_lines(row, columns):
            click.echo(line)
        yield row


def _row_lines(row: Row, columns: int) -> Iterator[str]:
    if row.outcome not in {"fail", "undecided"}:
        return
    word = "would be stopped" if row.outcome == "fail" else "undecided"
    yield _shortened(f"{row.commit[:12]}  {row.date:10}  {word}: {printable(row.subject)}", columns)
    if row.outcome == "undecided":
        yield from _wrapped(row.reason, columns)
    for finding in ordered(row.findings):
        if finding.level == "error":
            yield _cut(f"  {finding.rule} {_place(finding)}", columns)
            yield from _wrapped(brief(finding.message), columns)


def _wrapped(text: str, columns: int, first: str = _INDENT, rest: str = _INDENT) -> list[str]:
    from textwrap import wrap

    return wrap(printable(text), columns, initial_indent=first, subsequent_indent=rest)


def _shortened(line: str, columns: int) -> str:
    return line if len(line) <= columns else f"{line[: columns - 3]}..."


def _place(finding: Finding) -> str:
    line = f":{finding.line}" if finding.line else ""
    return f"{printable(finding.path or '')}{line}"


def _row_data(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "findings": [{**one._asdict(), "data": dict(one.data)} for one in row.findings]}


def _total(summary: Summary) -> str:
    stopped = summary.outcomes.get("fail", 0)
    share = 100 * stopped / (summary.commits or 1)
    others = ", ".join(f"{count} {outcome}" for outcome, count in sorted(summary.outcomes.items()) if outcome != "fail")
    rules = ", ".join(f"{rule} in {count}" for rule, count in summary.rules.items())
    text = f"{plural(summary.commits, 'commit')}: {stopped} would have been stopped ({share:.1f} %)"
    return "; ".join(part for part in (text, others, rules) if part)
