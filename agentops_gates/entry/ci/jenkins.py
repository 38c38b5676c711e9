"""Jenkins.

Sources: the controller's /env-vars.html (CHANGE_ID, CHANGE_TARGET, TAG_NAME, BUILD_TAG) and the git plugin's
documentation (GIT_COMMIT; GIT_PREVIOUS_SUCCESSFUL_COMMIT, "the commit last successfully built on this branch, if
any"). GIT_PREVIOUS_COMMIT is not used: it moves on after a red or an aborted build, and a second build would pass.
JENKINS_URL is set only where an administrator entered it.
"""

from __future__ import annotations

from collections.abc import Mapping

from .facts import ADD_TARGET, Range, base_missing, branch_name, commit_id, pull_request

NAME = "jenkins"
DEPTH_ADVICE = "in the job's git configuration, clear `Shallow clone` (Advanced clone behaviours)"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in a Jenkins build."""
    return "JENKINS_URL" in env or env.get("BUILD_TAG", "").startswith("jenkins-")


def resolve(env: Mapping[str, str]) -> Range:
    """Return what the build is about. Raises UsageError or UndecidedError when that cannot be known."""
    commit = env.get("GIT_COMMIT", "")
    head = commit_id(commit, "GIT_COMMIT") if commit else "HEAD"
    if env.get("CHANGE_ID"):
        return pull_request(NAME, head, env, "CHANGE_TARGET", "CHANGE_BRANCH")
    previous = env.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "")
    if not previous or env.get("TAG_NAME"):
        raise base_missing(
            NAME,
            "this build does not say what its branch is compared with",
            f"{ADD_TARGET}; in a first build of that branch itself `--base <commit>`",
        )
    before = commit_id(previous, "GIT_PREVIOUS_SUCCESSFUL_COMMIT")
    branch = branch_name(env.get("BRANCH_NAME", "") or env.get("GIT_BRANCH", "").removeprefix("origin/"))
    return Range(before, head, NAME, "branch", branch, f"refs/heads/{branch}" if branch else "", before=before)
