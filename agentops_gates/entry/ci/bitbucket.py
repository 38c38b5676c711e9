"""Bitbucket Pipelines.

Source: support.atlassian.com "Variables and secrets". BITBUCKET_PR_DESTINATION_COMMIT is not used: it can be an
abbreviated id (BCLOUD-21201), which a branch of that very name would override. Nothing says where a branch stood before
a push, nor which branch is the main one.
"""

from __future__ import annotations

from collections.abc import Mapping

from .facts import ADD_TARGET, PREVIOUS, Range, base_missing, commit_id, pull_request

NAME = "bitbucket"
DEPTH_ADVICE = "in bitbucket-pipelines.yml, add `clone: {depth: full}`"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in Bitbucket Pipelines."""
    return bool(env.get("BITBUCKET_BUILD_NUMBER"))


def resolve(env: Mapping[str, str]) -> Range:
    """Return what the pipeline is about. Raises UsageError or UndecidedError when that cannot be known."""
    if not env.get("BITBUCKET_PR_ID"):
        raise base_missing(
            NAME,
            "a pipeline outside `pull-requests:` does not say what its branch is compared with",
            f"{ADD_TARGET}; on that branch itself {PREVIOUS}",
        )
    head = commit_id(env.get("BITBUCKET_COMMIT", ""), "BITBUCKET_COMMIT")
    return pull_request(NAME, head, env, "BITBUCKET_PR_DESTINATION_BRANCH", "BITBUCKET_BRANCH")
