"""``agentops-gate pre-mortem PLAN``: have a plan attacked before it is built, and record the verdict."""

from __future__ import annotations

import sys

import click

from ...git.repo import Repo
from ...model.subject import Subject
from ...verdicts.council.council import run_council
from ...verdicts.council.sizing import council_for
from ...verdicts.transition import read
from .. import desk
from ..planned import planned
from ..progress import Progress
from .vibe import council_of, told


@click.command(name="pre-mortem")
@click.argument("plan")
@click.option("--key", metavar="FILE", help="Sign the verdict with this OpenSSH key.")
def command(*, plan: str, key: str | None) -> int:
    """Have a plan attacked before it is built, and record the verdict.

    PLAN is an epic or its file (.agents/plans/EPIC.md), as it is staged. The
    judges, the exit codes and what is recorded are as for `vibe`.
    """
    with Repo.open() as repo:
        found = planned(repo, plan)
        policy, move = found.judged.policy, found.judged.transition
        config = council_of(policy)
        head = repo.commit("HEAD")
        here = read(repo, Subject("range", (head,), head), move.ref, policy, found.plan)
        begun = desk.begin(repo, desk.PRE_MORTEM, move, policy, key)
        progress = Progress(sys.stderr)
        result = run_council(
            repo,
            here,
            config,
            gate=desk.PRE_MORTEM,
            size=council_for(repo, found.judged.subject, policy, found.plan),
            kind="plan",
            plan=found.plan,
            plan_text=found.text,
            progress=progress,
        )
        progress.clear()
        return told(repo, desk.PRE_MORTEM, found.judged, result, key=key, begun=begun)
