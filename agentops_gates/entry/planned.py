"""The plan of an epic as it is staged, and the judgement that it waits for."""

from __future__ import annotations

import os

from ..gates.engine import run
from ..gates.registry import select
from ..git.repo import Repo
from ..model.errors import UsageError
from ..model.finding import Report
from ..model.light import NamedTuple
from ..model.subject import Subject
from ..model.text import printable
from ..model.verdict import Plan
from ..verdicts import crank, plan_verdict
from ..verdicts.epic import is_epic
from ..verdicts.loop import Commit
from ..verdicts.plan import read_plan
from . import desk


class Planned(NamedTuple):
    """A plan, the text of its file, and what a verdict on it is about."""

    plan: Plan
    text: str
    judged: desk.Judged


def planned(repo: Repo, name: str) -> Planned:
    """Return the staged plan of an epic, which ``name`` or its file is called after. Raises UsageError."""
    epic = os.path.basename(name).removesuffix(".md")
    if not is_epic(epic):
        raise UsageError(f"{printable(name)!r} is no epic and no file of one", "name it .agents/plans/EPIC.md")
    subject = Subject("message", (repo.commit("HEAD"),), None, message=b"")
    policy = desk.policy_of(repo, subject)
    own = policy.gates[desk.PRE_MORTEM]
    path = f"{own['plans']}/{epic}.md"
    found = read_plan(repo, None, epic, plans=own["plans"], tracker=own["tracker"])
    if found is None:
        raise UsageError(f"epic {epic} has no plan in the index", f"write {printable(path)}, and git add it")
    text = repo.read_file(None, path) or b""
    authors = crank.authors(repo, subject, policy, crank.Work(epic, (Commit("", b""),)))
    move = plan_verdict.transition(repo, found, policy, authors)
    return Planned(found, text.decode("utf-8", "replace"), desk.Judged(subject, policy, move))


def leave(repo: Repo, epic: str) -> Report:
    """Return what the gate says to work for ``epic``. Raises UsageError for what cannot be the name of one."""
    if not is_epic(epic):
        raise UsageError(f"{printable(epic)!r} is not the name of an epic")
    message = f"work\n\nEpic: {epic}\n".encode()
    subject = Subject("message", (repo.commit("HEAD"),), None, message=message, source=f"refs/heads/crank/{epic}")
    return run(repo, [subject], [gate for gate in select() if gate.META.id == desk.PRE_MORTEM])
