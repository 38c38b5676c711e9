"""Ends a worker, unless something would be lost with it that nobody has taken."""

from __future__ import annotations

import os

from ..git.repo import Repo
from ..git.write import read_ref
from ..model.errors import AgentopsError
from ..model.outcome import EXIT_BLOCKED
from ..model.text import printable
from . import claims, making
from .record import Worker
from .result import laid_out


class UncollectedError(AgentopsError):
    """A worker has made what would be lost: exit 1."""

    exit_code = EXIT_BLOCKED


def end(repo: Repo, worker: Worker, *, discard: bool = False, force: bool = False) -> list[str]:
    """Take away all that belongs to a worker, and return the issues that it had claimed.

    ``discard`` takes files with it that were not collected, ``force`` commits on its branch. Raises UncollectedError
    for either without leave, UsageError while its command runs.
    """
    with making.held(repo, worker):
        if not force:
            _refuse_commits(repo, worker)
        if not discard and os.path.isdir(worker.path):
            _refuse_files(repo, worker)
    making.unmake(repo, worker)
    return claims.drop(repo, worker.name)


def unsaved(repo: Repo, worker: Worker) -> bool:
    """Tell whether a worker's files differ from its base and from what was last collected."""
    with laid_out(repo, worker) as bench:
        return bool(bench.nested) or bench.tree not in (bench.start, worker.collected)


def _refuse_commits(repo: Repo, worker: Worker) -> None:
    if not read_ref(repo, worker.branch):
        return
    ahead = repo.git.text("rev-list", "--count", worker.branch, f"^{worker.base}", "--")
    if ahead != "0":
        short = worker.branch.removeprefix("refs/heads/")
        count = "1 commit" if ahead == "1" else f"{ahead} commits"
        raise UncollectedError(
            f"{short} has {count} beyond where {worker.name} started",
            f"look at them (git log {short}); --force takes them away",
        )


def _refuse_files(repo: Repo, worker: Worker) -> None:
    if unsaved(repo, worker):
        raise UncollectedError(
            f"{worker.name} has changes in {printable(worker.path)} that were not collected",
            f"agentops-gate worker collect {worker.name} --output FILE; --discard throws them away",
        )
