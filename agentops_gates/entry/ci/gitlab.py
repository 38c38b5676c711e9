"""GitLab CI.

Source: docs.gitlab.com "Predefined CI/CD variables reference". CI_COMMIT_BEFORE_SHA is all zeros for merge request
pipelines, for the first pipeline of a branch or tag and for manual runs; CI_MERGE_REQUEST_TARGET_BRANCH_SHA is set in
merged results pipelines only.

CI_MERGE_REQUEST_DIFF_BASE_SHA is not used: it keeps its value when the target branch of a merge request is changed
(gitlab-org/gitlab#442031). Opening the request against a branch that already holds the change and then pointing it at
the protected one would leave nothing to judge. The target branch itself cannot be faked that way.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...model.errors import UndecidedError
from .facts import Range, base_missing, commit_id, is_zero, on, remote_branch

NAME = "gitlab"
DEPTH_ADVICE = "in the job, under `variables:`, add `GIT_DEPTH: 0`"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in GitLab CI."""
    return on(env, "GITLAB_CI")


def resolve(env: Mapping[str, str]) -> Range:
    """Return what the pipeline is about. Raises UsageError or UndecidedError when that cannot be known."""
    head = commit_id(env.get("CI_COMMIT_SHA", ""), "CI_COMMIT_SHA")
    event = env.get("CI_PIPELINE_SOURCE", "")
    for prefix in ("CI_MERGE_REQUEST", "CI_EXTERNAL_PULL_REQUEST"):
        target = env.get(f"{prefix}_TARGET_BRANCH_NAME", "")
        if target:
            return _merge_request(env, prefix, target, Range("", head, NAME, event))
    return _branch_or_tag(env, Range("", head, NAME, event))


def _merge_request(env: Mapping[str, str], prefix: str, target: str, found: Range) -> Range:
    tracking = remote_branch(target, f"{prefix}_TARGET_BRANCH_NAME")
    if env.get("CI_MERGE_REQUEST_PROJECT_ID", "") not in {"", env.get("CI_PROJECT_ID", "")}:
        raise UndecidedError(
            "gitlab: this pipeline runs in the fork, whose branches belong to the author of the merge request",
            "run it in the target project: Pipelines > Run pipeline, on the page of the merge request",
        )
    merged = prefix == "CI_MERGE_REQUEST" and env.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "")
    base = commit_id(merged, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA") if merged else tracking
    source = env.get(f"{prefix}_SOURCE_BRANCH_NAME", "")
    return found._replace(base=base, target=target, ref=f"refs/heads/{target}", source=source)


def _branch_or_tag(env: Mapping[str, str], found: Range) -> Range:
    default = env.get("CI_DEFAULT_BRANCH", "")
    tracking = remote_branch(default, "CI_DEFAULT_BRANCH")
    before = env.get("CI_COMMIT_BEFORE_SHA", "")
    previous = "" if is_zero(before) else commit_id(before, "CI_COMMIT_BEFORE_SHA")
    branch, tag = env.get("CI_COMMIT_BRANCH", ""), env.get("CI_COMMIT_TAG", "")
    ref = f"refs/heads/{branch}" if branch else f"refs/tags/{tag}" if tag else ""
    found = found._replace(target=default, ref=ref, before=previous)
    if branch != default:
        # The whole branch, not the last push: see github.py.
        return found._replace(base=tracking)
    if not previous and found.event != "push":
        raise base_missing(
            NAME, f"a {found.event} pipeline on {default} does not say what changed", "add `--base <commit>`"
        )
    return found._replace(base=previous)
