"""``check`` behind its command line: judge the index or a range, print the report, exit with what it amounts to."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..formats import FORMATS
from ..gates.engine import Limits, run, undecided
from ..gates.registry import GateModule, metadata, select
from ..git.ranges import range_subject, repository_subject, staged_subject
from ..git.repo import Repo
from ..model.errors import UndecidedError, UsageError
from ..model.finding import Report
from ..model.light import Any, NamedTuple
from ..model.outcome import exit_code
from ..model.subject import Door, Subject
from . import ci
from .ci.facts import full_name
from .ci.subject import ci_subject
from .judged import Judged, judged
from .options import not_empty
from .output import CLOSED, emit, write
from .progress import Progress

_DIGITS = 6  # of a plain number of seconds


class Asked(NamedTuple):
    """What was asked for. The names are those of the long options; ``deadline`` is in seconds."""

    gate: tuple[str, ...] = ()
    base: str | None = None
    head: str | None = None
    ref: str | None = None
    staged: bool = False
    repository: bool = False
    format: str = "text"
    output: str | None = None
    report: tuple[str, ...] = ()
    deadline: float | None = None
    color: str = "auto"
    boundary: str | None = None


def plain(args: Sequence[str]) -> Asked | None:
    """Return what a plain command line asks for; None for any other, which is click's to read or to refuse.

    Loading click takes longer than judging a commit.
    """
    words = iter(args)
    read: dict[str, Any] = {"gate": (), "report": ()}
    for word in words:
        name = word.removeprefix("--")
        value = True if word == "--staged" else next(words, "-")
        if not word.startswith("--") or not _plain(name, value):
            return None
        read[name] = (*read[name], value) if name in ("gate", "report") else value
    return Asked(**read)._replace(deadline=float(read["deadline"]) if "deadline" in read else None)


def _plain(name: str, value: str | bool) -> bool:
    if isinstance(value, bool):
        return True
    if name == "format":
        return value in FORMATS
    if name == "deadline":
        return value.isascii() and value.isdecimal() and value[0] != "0" and len(value) <= _DIGITS
    return name in ("gate", "report", "base", "head", "ref", "output") and not value.startswith("-")


def check(asked: Asked) -> int:
    """Judge, print, and return the exit code; raise UsageError for options that do not go together."""
    not_empty(base=asked.base, head=asked.head, ref=asked.ref)
    if sum((bool(asked.base), asked.staged, asked.repository)) > 1 or (asked.head and not asked.base):
        raise UsageError("give --base (and --head), or --staged")
    extra = [_target(report) for report in asked.report]
    with Repo.open() as repo:
        report = _report(repo, asked)
        about = judged(repo, report) if asked.format in CLOSED and not asked.output else Judged()
    for target, file in extra:
        write(report, target, file)
    emit(report, asked.format, asked.output, asked.color, about)
    if asked.format == "github":
        from .ci.github import write_outputs, write_summary

        write_summary(report, os.environ, metadata())
        write_outputs(report, os.environ, dict(extra).get("sarif", ""))
    return exit_code(report.outcome)


def _report(repo: Repo, asked: Asked) -> Report:
    gates = select(asked.gate)
    try:
        subject = _subject(repo, asked)
        # A gate that judges no such subject has not declined: nobody asked it, unless by name.
        fitting = [gate for gate in gates if subject.kind in gate.META.kinds or gate.META.id in asked.gate]
        return _judge(repo, subject, fitting or gates, asked.deadline)
    except UndecidedError as error:
        return undecided(gates, error)


def _judge(repo: Repo, subject: Subject, gates: Sequence[GateModule], deadline: float | None) -> Report:
    progress = Progress(sys.stderr)
    try:
        return run(repo, [subject], gates, Limits(deadline, progress))
    finally:
        progress.clear()


def _subject(repo: Repo, asked: Asked) -> Subject:
    subject = _named(repo, asked)
    if asked.boundary:
        ci.confirm(os.environ)
        subject = subject._replace(station=subject.station._replace(boundary="ci"))
    if asked.ref is None:
        return subject
    if subject.kind != "range":
        raise UsageError("--ref names the branch that a range goes to", "add --base (and --head)")
    # What a person names as the base of a branch is where that stands.
    old = repo.commit(asked.base) if asked.base else subject.old
    return subject._replace(target=full_name(asked.ref), old=old)


def _named(repo: Repo, asked: Asked) -> Subject:
    door: Door = "ci" if ci.is_ci(os.environ) else "local"
    if asked.staged:
        return _index(repo, door)
    if asked.repository:
        return repository_subject(repo, door)
    if asked.base:
        return range_subject(repo, asked.base, asked.head or "HEAD", door)
    return ci_subject(repo, os.environ) or _index(repo, door)


def _index(repo: Repo, door: Door) -> Subject:
    if repo.bare:
        raise UsageError(
            "no index here, in a bare repository: give --base", "agentops-gate check --base REV --head REV"
        )
    return staged_subject(repo, door)


def _target(report: str) -> tuple[str, str]:
    name, _, file = report.partition("=")
    if name not in FORMATS or not file:
        raise UsageError(f"--report {report!r} is not FORMAT=FILE", f"formats: {', '.join(FORMATS)}")
    return name, file
