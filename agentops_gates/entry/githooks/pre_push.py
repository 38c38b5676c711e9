"""pre-push: standard input names every ref; under a runner that does not forward it, the environment names one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping

from ...gates.registry import metadata
from ...git.push import parse_updates, push_subjects
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.subject import RefUpdate, Subject
from ...model.text import printable
from ...policy.load import judging
from ...policy.paths import matches
from ...policy.policy import PROTECTED
from ...rescue.mark import is_snapshot
from .mirror import deletions


def subjects(repo: Repo, args: list[str], environ: Mapping[str, str] = os.environ) -> list[Subject]:
    """Return what this push would change, one subject per ref that brings commits.

    ``args`` are git's: the remote's name (or its URL) and its URL. pre-commit and prek forward neither these nor
    standard input; they name one ref in ``PRE_COMMIT_*``, and gate no other.
    """
    if args:
        remote, updates = args[0], parse_updates(sys.stdin.buffer.read())
        if len(args) > 1:
            updates += deletions(repo, remote, args[1], [update.remote_ref for update in updates])
    elif "PRE_COMMIT_REMOTE_NAME" in environ:
        remote, updates = environ["PRE_COMMIT_REMOTE_NAME"], [_from_runner(repo, environ)]
    else:
        raise UsageError("pre-push needs the remote's name, as git gives it")
    if not updates:
        return []
    _private(repo, updates)
    tips = (tip for update in updates if (tip := repo.resolve(update.local_oid)))
    policy = judging(repo, _authority(repo, remote), tips, metadata(), trust_cache=True)
    return push_subjects(repo, updates, remote, lambda branch: matches(branch, policy.protected))


def _private(repo: Repo, updates: Iterable[RefUpdate]) -> None:
    """Raise UsageError for a snapshot of uncommitted work that is pushed by name: patterns never take one along."""
    for update in updates:
        if update.local_oid.strip("0") and is_snapshot(repo, update.local_oid):
            raise UsageError(
                f"{printable(update.local_ref)} is a snapshot of uncommitted work, which stays in this repository",
                "push a branch; agentops-gate rescue restore brings files back",
            )


def _from_runner(repo: Repo, environ: Mapping[str, str]) -> RefUpdate:
    local_ref = environ.get("PRE_COMMIT_LOCAL_BRANCH", "HEAD")
    head = environ.get("PRE_COMMIT_TO_REF") or local_ref
    # On a first push of a root commit there is no FROM: nothing of this history is on the remote.
    base = environ.get("PRE_COMMIT_FROM_REF") or repo.zero
    remote_ref = environ.get("PRE_COMMIT_REMOTE_BRANCH") or local_ref
    return RefUpdate(local_ref, repo.commit(head), remote_ref, repo.resolve(base) or base)


def _authority(repo: Repo, remote: str) -> str | None:
    # Which branches are protected is the remote's to say, not the commit's that is being pushed.
    names = (f"refs/remotes/{remote}/{branch}" for branch in ("HEAD", *PROTECTED))
    return next((oid for name in names if (oid := repo.resolve(name))), None) or repo.resolve("HEAD")
