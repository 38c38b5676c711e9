"""What the lead gets of a worker: the patch, which files are in it, and what the gates say of the result."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from ..formats.text import render
from ..gates.engine import run
from ..gates.registry import select
from ..git.diff import Change
from ..git.repo import Repo
from ..model.errors import UsageError
from ..model.finding import Report
from ..model.light import TextIO
from ..model.outcome import EXIT_OK, exit_code
from ..model.subject import Subject
from ..model.text import printable
from ..workers import record
from ..workers.record import Worker
from ..workers.result import Bench, laid_out
from .terminal import width

_WORDS = {"A": "new", "D": "deleted", "M": "changed", "R": "renamed", "T": "kind changed", "C": "copied"}


def collected(repo: Repo, worker: Worker, output: str | None, *, checks: bool) -> int:
    """Write the patch to ``output`` (standard output for None) and the rest to standard error; return the exit code."""
    with laid_out(repo, worker) as bench:
        patch = bench.patch()
        _write(patch, output)
        for line in _summary(bench):
            sys.stderr.write(f"{line}\n")
        report = _judged(bench) if checks and not bench.unchanged else None
        tree = bench.tree
    # Not before everything is out: what is marked as taken, `end` throws away.
    record.store(repo, worker._replace(collected=tree))
    return _told(report, sys.stderr) if report else EXIT_OK


def _write(patch: bytes, output: str | None) -> None:
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(patch)
        sys.stdout.buffer.flush()
        return
    temporary = f"{output}.{os.getpid()}.tmp"
    try:
        with open(temporary, "xb") as file:
            file.write(patch)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, output)
    except OSError as error:
        raise UsageError(f"cannot write {printable(output)}: {error.strerror}", "choose another file") from error


def _summary(bench: Bench) -> Iterator[str]:
    counts = bench.counts()
    for change in bench.changes():
        what = _WORDS.get(change.status[:1], change.status)
        yield f"  {what:12} {_count(counts.get(change.new_path)):>12}  {_name(change)}"
    for path in bench.nested:
        yield f"  not in the patch: {printable(path)} is a repository of its own, collect its files there"
    if bench.ignored:
        yield f"  not in the patch: {bench.ignored:,} ignored files and folders"
    yield f"{bench.worker.name}: {len(bench.changes()):,} files, from {bench.worker.base[:12]}"


def _name(change: Change) -> str:
    """Return the paths of a change, and its modes where they differ."""
    name = printable(change.new_path)
    if change.old_path != change.new_path:
        name = f"{printable(change.old_path)} -> {name}"
    if change.old_mode and change.new_mode and change.old_mode != change.new_mode:
        name += f" ({change.old_mode:o} -> {change.new_mode:o})"
    return name


def _count(lines: tuple[int, int] | None) -> str:
    return f"+{lines[0]:,} -{lines[1]:,}" if lines else "binary"


def _judged(bench: Bench) -> Report:
    subject = Subject("staged", (bench.worker.base,))
    return run(bench.repo, [subject], [gate for gate in select() if "staged" in gate.META.kinds])


def _told(report: Report, stream: TextIO) -> int:
    stream.write(render(report, width=width(stream)))
    return exit_code(report.outcome)
