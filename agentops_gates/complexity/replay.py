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


class Row(NamedTuple):
    """What one commit would have met: every commit against its parents, a merge against all of them at once."""

    commit: str
    outcome: Outcome
    findings: tuple[Finding, ...]
    reason: str = ""


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
        yield _row(repo, binding, commit, records)


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
