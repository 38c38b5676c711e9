"""Buildkite.

Source: buildkite.com/docs/pipelines/configure/environment-variables (BUILDKITE_PULL_REQUEST is "false" outside pull
requests; BUILDKITE_COMMIT can be "HEAD"; BUILDKITE_MERGE_QUEUE_BASE_COMMIT is a merge queue build's merge base).
Buildkite does not say where a branch stood before a push.
"""

from __future__ import annotations

from collections.abc import Mapping

from .facts import PREVIOUS, Range, base_missing, commit_id, on, pull_request, remote_branch

NAME = "buildkite"
DEPTH_ADVICE = "take `--depth` out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in a Buildkite job."""
    return on(env, "BUILDKITE")


def resolve(env: Mapping[str, str]) -> Range:
    """Return what the build is about. Raises UsageError or UndecidedError when that cannot be known."""
    commit = env.get("BUILDKITE_COMMIT", "")
    head = commit if commit == "HEAD" else commit_id(commit, "BUILDKITE_COMMIT")
    queue = env.get("BUILDKITE_MERGE_QUEUE_BASE_COMMIT", "")
    if queue:
        target = env.get("BUILDKITE_MERGE_QUEUE_BASE_BRANCH", "")
        base = commit_id(queue, "BUILDKITE_MERGE_QUEUE_BASE_COMMIT")
        return Range(base, head, NAME, "merge_queue", target, f"refs/heads/{target}" if target else "")
    if env.get("BUILDKITE_PULL_REQUEST", "false") not in {"", "false"}:
        return pull_request(NAME, head, env, "BUILDKITE_PULL_REQUEST_BASE_BRANCH", "BUILDKITE_BRANCH")
    return _branch_or_tag(env, head)


def _branch_or_tag(env: Mapping[str, str], head: str) -> Range:
    default = env.get("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "")
    branch, tag = env.get("BUILDKITE_BRANCH", ""), env.get("BUILDKITE_TAG", "")
    tracking = remote_branch(default, "BUILDKITE_PIPELINE_DEFAULT_BRANCH")
    if branch == default and not tag:
        raise base_missing(
            NAME,
            f"a build of {default} does not say where the branch stood before",
            f"add {PREVIOUS}, else `--base <commit>`",
        )
    ref = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
    return Range(tracking, head, NAME, "tag" if tag else "branch", default, ref)
