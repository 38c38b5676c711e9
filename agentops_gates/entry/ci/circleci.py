"""CircleCI.

Source: circleci.com/docs/reference/variables: no environment variable names a target branch, the default branch or the
commit before a push; only pipeline values do, and those must be written into the configuration.
``pipeline.git.base_revision`` is the revision of the branch's previous pipeline, green or not, so it must not be
the base of a branch that is to be merged: a bad push followed by an empty one would pass.
"""

from __future__ import annotations

from collections.abc import Mapping

from .facts import ADD_TARGET, Range, base_missing, on

NAME = "circleci"
DEPTH_ADVICE = "check out with `checkout: {method: full}`"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in a CircleCI job."""
    return on(env, "CIRCLECI")


def resolve(env: Mapping[str, str]) -> Range:
    """Raise UsageError with the argument to add: CircleCI does not tell a job what its branch will be merged into."""
    raise base_missing(
        NAME,
        f"the environment does not say what {env.get('CIRCLE_BRANCH') or 'this commit'} will be merged into",
        f"{ADD_TARGET}; in the job that builds that branch itself `--base << pipeline.git.base_revision >>`",
    )
