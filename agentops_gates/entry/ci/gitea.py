"""Gitea and Forgejo Actions: GitHub's variables and event file, without GitHub's merge of a pull request.

Sources: docs.gitea.com "Actions: FAQ" (``ref`` of a pull request is refs/pull/N/head, "Gitea has no such reference"
as the merge); the runners set GITEA_ACTIONS, Forgejo's also FORGEJO_ACTIONS, beside GITHUB_ACTIONS (runner's
``internal/app/run/runner.go``).
"""

from __future__ import annotations

from collections.abc import Mapping

from . import github
from .facts import Range, on

NAME = "gitea"
DEPTH_ADVICE = github.DEPTH_ADVICE


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in Gitea or Forgejo Actions."""
    return on(env, "GITEA_ACTIONS") or on(env, "FORGEJO_ACTIONS")


def resolve(env: Mapping[str, str]) -> Range:
    """Return what the workflow run is about. Errors as in :func:`github.resolve`."""
    return github.resolve(env, NAME)
