"""What the tests of workers share."""

from __future__ import annotations

import os
from pathlib import Path

from conftest import Workspace

from agentops_gates.git.repo import Repo
from agentops_gates.workers import making, record, sandbox
from agentops_gates.workers.environment import for_worker
from agentops_gates.workers.record import Worker

NO_SANDBOX = "this machine lets nobody make a sandbox"


def make(lead: Workspace, name: str = "w1") -> tuple[Worker, Workspace]:
    """Make a worker without a command and return it with its work tree."""
    with Repo.open(str(lead.path)) as repo:
        worker = making.make(repo, name, lead.head(), None)
    return worker, Workspace(Path(worker.path))


def again(lead: Workspace, name: str = "w1") -> Worker:
    """Return what is known of a worker now."""
    with Repo.open(str(lead.path)) as repo:
        return record.find(repo, name)


def has_sandbox(lead: Workspace) -> bool:
    """Tell whether a sandbox works here."""
    folder = lead.path.parent / "probe"
    folder.mkdir(exist_ok=True)
    with Repo.open(str(lead.path)) as repo:
        mounts = sandbox.plan(repo, str(folder))
        found = sandbox.available(mounts, for_worker())
    folder.rmdir()
    return found is not None


def refs(repo: Workspace) -> str:
    """Return every ref and where HEAD of each work tree stands."""
    heads = repo.git("worktree", "list", "--porcelain")
    return repo.git("for-each-ref") + "\n" + heads


def git_files(repo: Workspace) -> dict[str, bytes]:
    """Return all files of the git directory but the objects and the index, which nobody promises to leave alone."""
    top = repo.path / ".git"
    found = {}
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if path.is_file() and not name.startswith(("objects/", "index")):
            found[name] = path.read_bytes()
    return found


def plain_environ() -> dict[str, str]:
    """Return the environment without an identity, which would stand in for the worker's own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))}
