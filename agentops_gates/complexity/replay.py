"""Runs a policy over history: which commits would it have stopped, had it been there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..git.ranges import Commit, history
from ..git.repo import Repo
from ..model.errors import SkippedError, UndecidedError
from ..model.finding import Finding
from ..model.light import Any, NamedTuple
from ..model.outcome import Outcome, from_levels
from ..model.subject import Subject
from ..policy.policy import Policy
from .findings import GATE, findings
from .sides import Records

# More than anybody reads of a commit's first paragraph.
_LONGEST = 1000


class Row(NamedTuple):
    """What one commit would have met: every commit against its parents, a merge against all of them at once.

    ``date`` is the author's day (YYYY-MM-DD) and ``subject`` the first paragraph, as the commit has them: not escaped.
    """

    commit: str
    outcome: Outcome
    findings: tuple[Finding, ...]
    reason: str = ""
    date: str = ""
    subject: str = ""


class Summary(NamedTuple):
    """Counts over many rows: commits, those of each outcome, and findings that block by rule."""

    commits: int
    outcomes: dict[str, int]
    rules: dict[str, int]


def replay(repo: Repo, policy: Policy, head: str, last: int, records: Records) -> Iterator[Row]:
    """Yield a row for each of the ``last`` commits reachable from ``head``, newest first, as it is judged.

    All are judged by ``policy``, with ``trial`` taken for ``error``: this is the trial. Suppressions, exemptions and
    generated files count as each commit's parents have them. Raises UndecidedError if history is cut before that many
    commits.
    """
    binding = _binding(policy)
    for commit in history(repo, head, last):
        date, subject = _about(repo, commit.oid)
        yield _row(repo, binding, commit, records)._replace(date=date, subject=subject)


def summarise(rows: Iterable[Row]) -> Summary:
    """Count ``rows``."""
    outcomes: dict[str, int] = {}
    rules: dict[str, int] = {}
    for row in rows:
        outcomes[row.outcome] = outcomes.get(row.outcome, 0) + 1
        for rule in {finding.rule for finding in row.findings if finding.level == "error"}:
            rules[rule] = rules.get(rule, 0) + 1
    return Summary(sum(outcomes.values()), outcomes, dict(sorted(rules.items())))


def _binding(policy: Policy) -> Policy:
    settings = policy.gates[GATE]
    overrides = tuple(_bound(entry) for entry in settings["overrides"])
    return policy._replace(gates={**policy.gates, GATE: {**_bound(settings), "overrides": overrides}})


def _bound(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, "level": "error"} if settings.get("level") == "trial" else dict(settings)


def _row(repo: Repo, policy: Policy, commit: Commit, records: Records) -> Row:
    subject = Subject("range", commit.parents, commit.oid)
    found: list[Finding] = []
    try:
        found.extend(findings(subject, policy, repo, records))
    except UndecidedError as error:
        return Row(commit.oid, "undecided", tuple(found), str(error))
    except SkippedError as skipped:
        return Row(commit.oid, "skip", (), str(skipped))
    return Row(commit.oid, from_levels(finding.level for finding in found), tuple(found))


def _about(repo: Repo, oid: str) -> tuple[str, str]:
    """Return a commit's day and subject, as ``git log`` has them; empty if they cannot be read."""
    found = repo.objects.read(oid)
    header, _, message = (found[1] if found else b"").partition(b"\n\n")
    fields: dict[bytes, bytes] = {}
    for line in header.split(b"\n"):
        name, _, value = line.partition(b" ")
        fields.setdefault(name, value)
    paragraph = message.lstrip(b"\n").partition(b"\n\n")[0]
    subject = b" ".join(paragraph.split(b"\n")).strip()[:_LONGEST]
    return _day(fields.get(b"author", b"")), _decoded(subject, fields.get(b"encoding", b""))


def _day(author: bytes) -> str:
    """Return the day on which the author's own clock stood; empty for a date that is none."""
    import re
    import time

    found = re.search(rb"> (\d{1,12}) ([+-])(\d\d)(\d\d)$", author)
    if not found:
        return ""
    east = int(found[3]) * 3600 + int(found[4]) * 60
    return time.strftime("%Y-%m-%d", time.gmtime(int(found[1]) + (east if found[2] == b"+" else -east)))


def _decoded(text: bytes, encoding: bytes) -> str:
    try:
        return text.decode(encoding.decode("ascii") or "utf-8")
    except (LookupError, ValueError):
        return text.decode("utf-8", "surrogateescape")
