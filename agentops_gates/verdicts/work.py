"""Which epic a range is for, by its commits, and the plan that its head has for it.

A verdict is bound to this plan, so whoever makes one and whoever verifies it must find the same. Hence it is the
commits that say it, in any clone: what a branch is called, a merge or a push can change.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from ..git.commits import CommitObject, commits
from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.verdict import Plan
from ..policy.policy import Policy
from .brought import MOST, brought
from .epic import EpicError, epic_of

GATE = "pre-mortem-before-crank"


def plan_of(repo: Repo, base: str | None, head: str, policy: Policy) -> Plan | None:
    """Return the plan, in the tree of ``head``, of the epic that the commits since ``base`` name in their trailers.

    None if they name none, or several, or one that the tree knows nothing of. Raises UndecidedError for a plan that
    cannot be read.
    """
    named = set()
    for commit in speaking(repo, base, head):
        with suppress(EpicError):
            named.add(epic_of("", commit.message))
    named.discard("")
    if len(named) != 1:
        return None
    from .plan import read_plan

    settings = policy.gates[GATE]
    return read_plan(repo, head, named.pop(), plans=settings["plans"], tracker=settings["tracker"])


def speaking(repo: Repo, base: str | None, head: str) -> tuple[CommitObject, ...]:
    """Return the commits since ``base`` whose messages may name an epic, oldest first.

    Raises UndecidedError where history is cut, and for more than 10,000 of them.
    """
    found = brought(repo, base, head)
    return _read(repo, found and found.speaking, head)


def every(repo: Repo, base: str | None, head: str) -> tuple[CommitObject, ...]:
    """Return all commits since ``base``, oldest first. Raises UndecidedError as :func:`speaking` does."""
    found = brought(repo, base, head)
    return _read(repo, found and found.oids, head)


def _read(repo: Repo, oids: Sequence[str] | None, head: str) -> tuple[CommitObject, ...]:
    if oids is None:
        raise UndecidedError(f"{head[:12]} has more than {MOST:,} commits for epics", "push in parts")
    return tuple(commits(repo, oids[::-1])) if oids else ()
