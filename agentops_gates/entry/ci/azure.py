"""Azure Pipelines.

Source: learn.microsoft.com/azure/devops/pipelines/build/variables. SYSTEM_PULLREQUEST_TARGETBRANCH is
``refs/heads/main`` for Azure Repos and ``main`` for GitHub; BUILD_SOURCEVERSION of a pull request is the merge of both
branches, and git's merge base of that with the target is the target itself. Nothing says where a branch stood before a
push, nor which branch is the default one.
"""

from __future__ import annotations

from collections.abc import Mapping

from .facts import ADD_TARGET, PREVIOUS, Range, base_missing, commit_id, on, pull_request

NAME = "azure"
DEPTH_ADVICE = "in the job's steps, write `- checkout: self` with `fetchDepth: 0`"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in Azure Pipelines."""
    return on(env, "TF_BUILD")


def resolve(env: Mapping[str, str]) -> Range:
    """Return what the run is about. Raises UsageError or UndecidedError when that cannot be known."""
    reason = env.get("BUILD_REASON", "")
    if reason != "PullRequest":
        raise base_missing(
            NAME,
            f"a run for {reason or 'no reason'} does not say what its branch is compared with",
            f"{ADD_TARGET}; on that branch itself {PREVIOUS}",
        )
    head = commit_id(env.get("BUILD_SOURCEVERSION", ""), "BUILD_SOURCEVERSION")
    found = pull_request(NAME, head, env, "SYSTEM_PULLREQUEST_TARGETBRANCH", "SYSTEM_PULLREQUEST_SOURCEBRANCH")
    return found._replace(merged=True)
