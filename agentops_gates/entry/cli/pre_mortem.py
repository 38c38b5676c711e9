"""``agentops-gate pre-mortem PLAN``: have a plan attacked before it is built, and record the verdict."""

from __future__ import annotations

import os
import sys

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.subject import Subject
from ...model.text import printable
from ...verdicts import crank, plan_verdict
from ...verdicts.council.council import run_council
from ...verdicts.epic import is_epic
from ...verdicts.loop import Commit
from ...verdicts.plan import read_plan
from ...verdicts.transition import read
from .. import desk
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
        epic = os.path.basename(plan).removesuffix(".md")
        if not is_epic(epic):
            raise UsageError(f"{printable(plan)!r} is no epic and no file of one", "name it .agents/plans/EPIC.md")
        head = repo.commit("HEAD")
        subject = Subject("message", (head,), None, message=b"")
        policy = desk.policy_of(repo, subject)
        own = policy.gates[desk.PRE_MORTEM]
        found = read_plan(repo, None, epic, plans=own["plans"], tracker=own["tracker"])
        if found is None:
            path = f"{own['plans']}/{epic}.md"
            raise UsageError(f"epic {epic} has no plan in the index", f"write {printable(path)}, and git add it")
        text = repo.read_file(None, f"{own['plans']}/{epic}.md") or b""
        here = read(
            repo, Subject("range", (head,), head), plan_verdict.transition(repo, found, policy).ref, policy, found
        )
        progress = Progress(sys.stderr)
        result = run_council(
            repo,
            here,
            council_of(policy),
            gate=desk.PRE_MORTEM,
            kind="plan",
            plan=found,
            plan_text=text.decode("utf-8", "replace"),
            progress=progress,
        )
        progress.clear()
        authors = crank.authors(repo, subject, policy, crank.Work(epic, (Commit("", b""),)))
        move = plan_verdict.transition(repo, found, policy, authors)
        return told(repo, desk.PRE_MORTEM, desk.Judged(subject, policy, move), result, key)
