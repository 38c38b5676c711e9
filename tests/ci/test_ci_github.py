"""GitHub and Gitea: stored events, first those that name no range."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agentops_gates.entry import ci
from agentops_gates.model.errors import AgentopsError, UndecidedError, UsageError

A, B, C = "a" * 40, "b" * 40, "c" * 40
ZERO = "0" * 40
MAIN = "refs/remotes/origin/main"
REPOSITORY = {"default_branch": "main"}
GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}
GITEA = {**GITHUB, "GITEA_ACTIONS": "true"}
PULL = {
    "action": "synchronize",
    "pull_request": {"base": {"ref": "main", "sha": C}, "head": {"ref": "topic", "sha": B}},
    "repository": REPOSITORY,
}
PUSH = {"ref": "refs/heads/main", "before": A, "after": B, "repository": REPOSITORY}
QUEUE = {"merge_group": {"base_sha": A, "head_sha": B, "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-q"}}


@pytest.fixture
def event(tmp_path: Path) -> Any:
    """Write an event file and return the environment that names it."""

    def write(name: str, payload: object, extra: dict[str, str] | None = None) -> dict[str, str]:
        file = tmp_path / "event.json"
        file.write_bytes(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
        return {**GITHUB, "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(file), **(extra or {})}

    return write


@pytest.mark.parametrize(
    ("name", "payload", "extra", "error", "says"),
    [
        ("pull_request_target", PULL, {}, UsageError, "trigger this workflow on `pull_request`"),
        ("workflow_dispatch", {}, {}, UsageError, "with: {base: <commit>}"),
        ("schedule", {}, {}, UsageError, "--base <commit>"),
        ("issue_comment", {}, {}, UsageError, "--base <commit>"),
        ("", {}, {}, UsageError, "--base <commit>"),
        ("pull_request", {**PULL, "action": "closed"}, {}, UsageError, "closed"),
        ("push", {**PUSH, "after": ZERO, "deleted": True}, {}, UsageError, "deleted"),
        ("push", {}, {}, UndecidedError, "after is not a commit id"),
        ("push", {**PUSH, "after": "HEAD"}, {}, UndecidedError, "after is not a commit id"),
        ("push", {**PUSH, "before": B[:12]}, {}, UndecidedError, "before is not a commit id"),
        ("push", {**PUSH, "before": None}, {}, UndecidedError, "before is not a commit id"),
        ("push", {**PUSH, "ref": "refs/heads/x", "repository": {}}, {}, UndecidedError, "default_branch is not"),
        ("push", {**PUSH, "ref": "refs/tags/v1"}, {"GITHUB_SHA": "v1"}, UndecidedError, "GITHUB_SHA is not"),
        ("pull_request", {"pull_request": "no"}, {}, UndecidedError, "pull_request.base.ref is not a branch name"),
        ("pull_request", {}, {"GITHUB_REF": "refs/pull/7/merge"}, UndecidedError, "base.ref is not a branch"),
        ("pull_request", PULL, {"GITHUB_REF": "refs/pull/7/merge"}, UndecidedError, "GITHUB_SHA is not"),
        ("merge_group", {**QUEUE, "merge_group": {}}, {}, UndecidedError, "merge_group.base_ref is not"),
        ("push", b"{", {}, UndecidedError, "is not JSON"),
        ("push", b"\xff\xfe\x00", {}, UndecidedError, "is not JSON"),
        ("push", b"", {}, UndecidedError, "is not JSON"),
        ("push", b"[" * 100_000, {}, UndecidedError, "is not JSON"),
        ("push", b'{"a": ' + b"9" * 5000 + b"}", {}, UndecidedError, "is not JSON"),
        ("push", b"[1]", {}, UndecidedError, "no JSON object"),
        ("push", b" " * ((32 << 20) + 1), {}, UndecidedError, "larger than"),
        ("push", PUSH, {"GITHUB_EVENT_PATH": "/nonexistent/event"}, UndecidedError, "cannot read GITHUB_EVENT_PATH"),
        ("push", PUSH, {"GITHUB_EVENT_PATH": ""}, UndecidedError, "cannot read GITHUB_EVENT_PATH"),
        ("push", PUSH, {"GITHUB_EVENT_PATH": "/"}, UndecidedError, "cannot read GITHUB_EVENT_PATH"),
    ],
)
def test_github_names_no_range(
    event: Any, name: str, payload: object, extra: dict[str, str], error: type[AgentopsError], says: str
) -> None:
    with pytest.raises(error) as caught:
        ci.find(event(name, payload, extra))
    assert says in f"{caught.value} {caught.value.fix}"
    assert "\n" not in f"{caught.value}{caught.value.fix}"
    assert caught.value.fix


def pull_request_by(login: object) -> dict[str, Any]:
    return {**PULL, "pull_request": {**PULL["pull_request"], "user": {"login": login}}}


@pytest.mark.parametrize(
    ("name", "payload", "pusher"),
    [
        ("push", PUSH, ()),
        ("push", {**PUSH, "pusher": "x", "sender": {"login": 7}}, ()),
        ("push", {**PUSH, "pusher": {"name": "", "email": None}}, ()),
        ("push", {**PUSH, "pusher": {"name": "ada", "email": "a@b"}, "sender": {"login": "ada"}}, ("a@b", "ada")),
        ("push", {**PUSH, "ref": "refs/heads/x", "sender": {"login": "bot"}}, ("bot",)),
        ("pull_request", pull_request_by(None), ()),
        ("pull_request", pull_request_by("ada"), ("ada",)),
        ("merge_group", {**QUEUE, "sender": {"login": "queue[bot]"}}, ()),
    ],
)
def test_who_pushes(event: Any, name: str, payload: object, pusher: tuple[str, ...]) -> None:
    found = ci.find(event(name, payload))
    assert found is not None
    assert found.pusher == pusher


CENTRAL = {"GITHUB_REPOSITORY": "org/app", "GITHUB_WORKFLOW_REF": "org/rules/.github/workflows/g.yml@refs/heads/main"}


@pytest.mark.parametrize(
    ("name", "extra", "says"),
    [
        ("push", {}, "keeps nothing from landing"),
        ("workflow_dispatch", {}, "keeps nothing from landing"),
        ("pull_request_target", {}, "keeps nothing from landing"),
        ("", {}, "keeps nothing from landing"),
        (
            "pull_request",
            {"GITHUB_WORKFLOW_REF": "org/app/.github/workflows/g.yml@refs/heads/main"},
            "a change can edit",
        ),
        ("merge_group", {"GITHUB_WORKFLOW_REF": "ORG/App/.github/workflows/g.yml@x"}, "a change can edit it"),
        ("pull_request", {"GITHUB_WORKFLOW_REF": ""}, "a change can edit it"),
        ("pull_request", {"GITHUB_WORKFLOW_REF": "org/rules"}, "a change can edit it"),
        ("pull_request", {"GITHUB_REPOSITORY": ""}, "a change can edit it"),
        ("pull_request", {"GITEA_ACTIONS": "true", "GITHUB_WORKFLOW_REF": ""}, "a change can edit it"),
    ],
)
def test_no_boundary(name: str, extra: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        ci.confirm({**GITHUB, **CENTRAL, "GITHUB_EVENT_NAME": name, **extra})
    assert caught.value.fix


@pytest.mark.parametrize("env", [{}, {"CI": "true"}])
def test_no_boundary_outside_of_a_known_provider(env: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="not the run of a CI provider"):
        ci.confirm(env)


@pytest.mark.parametrize(
    "env",
    [
        {**GITHUB, **CENTRAL, "GITHUB_EVENT_NAME": "pull_request"},
        {**GITHUB, **CENTRAL, "GITHUB_EVENT_NAME": "merge_group"},
        {"GITLAB_CI": "true"},
    ],
)
def test_a_boundary_that_nothing_contradicts(env: dict[str, str]) -> None:
    ci.confirm(env)


@pytest.mark.parametrize(
    ("name", "payload", "extra", "expected"),
    [
        pytest.param(
            "pull_request",
            PULL,
            {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": A},
            ci.Range(
                MAIN, A, "github", "pull_request", "main", "refs/heads/main", "github", source="topic", merged=True
            ),
            id="pull request: the test merge against the target",
        ),
        pytest.param(
            "pull_request",
            PULL,
            {"GITHUB_REF": "refs/heads/pull/7/merge", "GITHUB_SHA": A},
            ci.Range(MAIN, B, "github", "pull_request", "main", "refs/heads/main", "github", source="topic"),
            id="pull request without a test merge: its head",
        ),
        pytest.param(
            "push",
            PUSH,
            {},
            ci.Range(A, B, "github", "push", "main", "refs/heads/main", "github", A),
            id="push to the default branch",
        ),
        pytest.param(
            "push",
            {**PUSH, "forced": True},
            {},
            ci.Range(A, B, "github", "push", "main", "refs/heads/main", "github", A),
            id="forced push to the default branch: still from before",
        ),
        pytest.param(
            "push",
            {**PUSH, "before": ZERO, "created": True},
            {},
            ci.Range("", B, "github", "push", "main", "refs/heads/main", "github"),
            id="first push of the default branch",
        ),
        pytest.param(
            "push",
            {**PUSH, "ref": "refs/heads/topic"},
            {},
            ci.Range(MAIN, B, "github", "push", "main", "refs/heads/topic", "github", A),
            id="push to another branch: the whole branch",
        ),
        pytest.param(
            "push",
            {**PUSH, "ref": "refs/heads/topic", "before": ZERO, "created": True},
            {},
            ci.Range(MAIN, B, "github", "push", "main", "refs/heads/topic", "github"),
            id="new branch",
        ),
        pytest.param(
            "push",
            {**PUSH, "ref": "refs/tags/v1", "before": ZERO, "after": C},
            {"GITHUB_SHA": B},
            ci.Range(MAIN, B, "github", "push", "main", "refs/tags/v1", "github"),
            id="annotated tag: its commit, not the tag object",
        ),
        pytest.param(
            "push",
            {**PUSH, "ref": "refs/heads/x", "before": "0" * 64, "after": "b" * 64},
            {},
            ci.Range(MAIN, "b" * 64, "github", "push", "main", "refs/heads/x", "github"),
            id="sha256",
        ),
        pytest.param(
            "merge_group",
            QUEUE,
            {},
            ci.Range(A, B, "github", "merge_group", "main", "refs/heads/main", "github"),
            id="merge group",
        ),
        pytest.param(
            "pull_request",
            PULL,
            {**GITEA, "GITHUB_REF": "refs/pull/7/head", "GITHUB_SHA": B},
            ci.Range(MAIN, B, "gitea", "pull_request", "main", "refs/heads/main", source="topic"),
            id="gitea pull request",
        ),
        pytest.param(
            "push",
            PUSH,
            {"FORGEJO_ACTIONS": "true"},
            ci.Range(A, B, "gitea", "push", "main", "refs/heads/main", "", A),
            id="forgejo push",
        ),
    ],
)
def test_github_and_gitea(event: Any, name: str, payload: object, extra: dict[str, str], expected: ci.Range) -> None:
    env = event(name, payload, extra)
    assert ci.find(env) == expected
    assert ci.is_ci(env)
