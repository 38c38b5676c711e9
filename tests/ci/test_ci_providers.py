"""Every other provider: stored environments, first those that name no range; and names meant to fool git."""

from __future__ import annotations

import subprocess

import pytest

from agentops_gates.entry import ci
from agentops_gates.entry.ci.facts import remote_branch
from agentops_gates.model.errors import AgentopsError, UndecidedError, UsageError

A, B, C = "a" * 40, "b" * 40, "c" * 40
ZERO = "0" * 40
MAIN = "refs/remotes/origin/main"
GITLAB = {"GITLAB_CI": "true", "CI": "true", "CI_COMMIT_SHA": B, "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_ID": "7"}
MERGE_REQUEST = {
    **GITLAB,
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_COMMIT_BEFORE_SHA": ZERO,
    "CI_MERGE_REQUEST_PROJECT_ID": "7",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": C,
}
BUILDKITE = {
    "BUILDKITE": "true",
    "BUILDKITE_COMMIT": B,
    "BUILDKITE_BRANCH": "topic",
    "BUILDKITE_PULL_REQUEST": "false",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
}
AZURE = {
    "TF_BUILD": "True",
    "BUILD_REASON": "PullRequest",
    "BUILD_SOURCEVERSION": B,
    "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/topic",
}
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "9",
    "BITBUCKET_COMMIT": B,
    "BITBUCKET_PR_ID": "3",
    "BITBUCKET_BRANCH": "topic",
    "BITBUCKET_PR_DESTINATION_BRANCH": "main",
    "BITBUCKET_PR_DESTINATION_COMMIT": "abcdef123456",
}
JENKINS = {"JENKINS_URL": "https://ci.example/", "GIT_COMMIT": B, "BRANCH_NAME": "PR-3", "CHANGE_ID": "3"}
CHANGE = {**JENKINS, "CHANGE_TARGET": "main", "CHANGE_BRANCH": "topic"}


def without(env: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in names}


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"HOME": "/home/ada", "PATH": "/bin"}, id="a machine of yours"),
        pytest.param({"CI": "false"}, id="CI=false"),
        pytest.param({"GITHUB_ACTIONS": "false", "BUILDKITE": "", "GITLAB_CI": "0"}, id="markers that say no"),
        pytest.param({"GITHUB_SHA": B, "GITHUB_EVENT_NAME": "push"}, id="variables without the marker"),
    ],
)
def test_this_is_not_ci(env: dict[str, str]) -> None:
    assert ci.find(env) is None
    assert not ci.is_ci(env)


def test_ci_of_an_unknown_provider_is_ci() -> None:
    assert ci.is_ci({"CI": "true"})
    assert ci.find({"CI": "true"}) is None


@pytest.mark.parametrize(
    ("env", "error", "says"),
    [
        pytest.param({**GITLAB, "CI_COMMIT_SHA": ""}, UndecidedError, "CI_COMMIT_SHA is not", id="gitlab, no commit"),
        pytest.param(
            {**MERGE_REQUEST, "CI_PROJECT_ID": "8"}, UndecidedError, "in the fork", id="gitlab, pipeline of a fork"
        ),
        pytest.param(
            {**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BEFORE_SHA": ZERO},
            UsageError,
            "a web pipeline on main",
            id="gitlab, manual run on the default branch",
        ),
        pytest.param(
            {**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BEFORE_SHA": ZERO},
            UsageError,
            "a schedule pipeline on main",
            id="gitlab, schedule on the default branch",
        ),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_BRANCH": "main"}, UsageError, "--base HEAD^1", id="buildkite, default branch"
        ),
        pytest.param({**BUILDKITE, "BUILDKITE_COMMIT": "v1"}, UndecidedError, "BUILDKITE_COMMIT", id="buildkite, tag"),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_PULL_REQUEST": "7"}, UndecidedError, "BASE_BRANCH", id="buildkite, no target"
        ),
        pytest.param(
            {"CIRCLECI": "true", "CIRCLE_BRANCH": "topic", "CIRCLE_SHA1": B},
            UsageError,
            "pipeline.git.base_revision",
            id="circleci",
        ),
        pytest.param(
            {**AZURE, "BUILD_REASON": "IndividualCI"}, UsageError, "--base refs/remotes/origin/main", id="azure, push"
        ),
        pytest.param({**AZURE, "BUILD_REASON": "Schedule"}, UsageError, "a run for Schedule", id="azure, schedule"),
        pytest.param(
            without(BITBUCKET, "BITBUCKET_PR_ID"), UsageError, "--base refs/remotes/origin/main", id="bitbucket, push"
        ),
        pytest.param(
            without(JENKINS, "CHANGE_ID"), UsageError, "--base refs/remotes/origin/main", id="jenkins, first build"
        ),
        pytest.param(
            {**without(JENKINS, "CHANGE_ID"), "TAG_NAME": "v1", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": A},
            UsageError,
            "--base refs/remotes/origin/main",
            id="jenkins, tag",
        ),
        pytest.param(JENKINS, UndecidedError, "CHANGE_TARGET is not", id="jenkins, change without target"),
        pytest.param(
            {**without(JENKINS, "CHANGE_ID"), "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "null"},
            UndecidedError,
            "GIT_PREVIOUS_SUCCESSFUL_COMMIT is not",
            id="jenkins, null",
        ),
    ],
)
def test_others_name_no_range(env: dict[str, str], error: type[AgentopsError], says: str) -> None:
    with pytest.raises(error) as caught:
        ci.find(env)
    assert says in f"{caught.value} {caught.value.fix}"
    assert caught.value.fix


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        pytest.param(
            MERGE_REQUEST,
            ci.Range(MAIN, B, "gitlab", "merge_request_event", "main", "refs/heads/main", source="topic"),
            id="gitlab merge request: not CI_MERGE_REQUEST_DIFF_BASE_SHA",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": A},
            ci.Range(A, B, "gitlab", "merge_request_event", "main", "refs/heads/main", source="topic"),
            id="gitlab merged results",
        ),
        pytest.param(
            {
                **GITLAB,
                "CI_PIPELINE_SOURCE": "external_pull_request_event",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "dev",
                "CI_COMMIT_BRANCH": "topic",
            },
            ci.Range("refs/remotes/origin/dev", B, "gitlab", "external_pull_request_event", "dev", "refs/heads/dev"),
            id="gitlab external pull request",
        ),
        pytest.param(
            {**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": A},
            ci.Range(A, B, "gitlab", "push", "main", "refs/heads/main", "", A),
            id="gitlab push to the default branch",
        ),
        pytest.param(
            {**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": ZERO},
            ci.Range("", B, "gitlab", "push", "main", "refs/heads/main"),
            id="gitlab first push",
        ),
        pytest.param(
            {**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": A},
            ci.Range(MAIN, B, "gitlab", "push", "main", "refs/heads/topic", "", A),
            id="gitlab push to another branch",
        ),
        pytest.param(
            {**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "v1", "CI_COMMIT_BEFORE_SHA": ZERO},
            ci.Range(MAIN, B, "gitlab", "push", "main", "refs/tags/v1"),
            id="gitlab tag",
        ),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "release/1"},
            ci.Range(
                "refs/remotes/origin/release/1",
                B,
                "buildkite",
                "pull_request",
                "release/1",
                "refs/heads/release/1",
                source="topic",
            ),
            id="buildkite pull request",
        ),
        pytest.param(
            {
                **BUILDKITE,
                "BUILDKITE_BRANCH": "main",
                "BUILDKITE_PULL_REQUEST": "7",
                "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
            },
            ci.Range(MAIN, B, "buildkite", "pull_request", "main", "refs/heads/main", source="main"),
            id="buildkite pull request from a branch called main",
        ),
        pytest.param(
            BUILDKITE, ci.Range(MAIN, B, "buildkite", "branch", "main", "refs/heads/topic"), id="buildkite branch"
        ),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_COMMIT": "HEAD", "BUILDKITE_TAG": "v1", "BUILDKITE_BRANCH": "main"},
            ci.Range(MAIN, "HEAD", "buildkite", "tag", "main", "refs/tags/v1"),
            id="buildkite tag",
        ),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_MERGE_QUEUE_BASE_COMMIT": A, "BUILDKITE_MERGE_QUEUE_BASE_BRANCH": "main"},
            ci.Range(A, B, "buildkite", "merge_queue", "main", "refs/heads/main"),
            id="buildkite merge queue",
        ),
        pytest.param(
            AZURE,
            ci.Range(MAIN, B, "azure", "pull_request", "main", "refs/heads/main", source="topic", merged=True),
            id="azure pull request",
        ),
        pytest.param(
            {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "main"},
            ci.Range(MAIN, B, "azure", "pull_request", "main", "refs/heads/main", source="topic", merged=True),
            id="azure, short name",
        ),
        pytest.param(
            BITBUCKET,
            ci.Range(MAIN, B, "bitbucket", "pull_request", "main", "refs/heads/main", source="topic"),
            id="bitbucket: never the abbreviated commit",
        ),
        pytest.param(
            CHANGE,
            ci.Range(MAIN, B, "jenkins", "pull_request", "main", "refs/heads/main", source="topic"),
            id="jenkins",
        ),
        pytest.param(
            {"BUILD_TAG": "jenkins-job-1", "CHANGE_ID": "3", "CHANGE_TARGET": "main"},
            ci.Range(MAIN, "HEAD", "jenkins", "pull_request", "main", "refs/heads/main"),
            id="jenkins without a configured address",
        ),
        pytest.param(
            {
                "JENKINS_URL": "x",
                "GIT_COMMIT": B,
                "GIT_BRANCH": "origin/main",
                "GIT_PREVIOUS_COMMIT": C,
                "GIT_PREVIOUS_SUCCESSFUL_COMMIT": A,
            },
            ci.Range(A, B, "jenkins", "branch", "main", "refs/heads/main", "", A),
            id="jenkins branch: since the last green build, not the last",
        ),
    ],
)
def test_others(env: dict[str, str], expected: ci.Range) -> None:
    assert ci.find(env) == expected
    assert ci.is_ci(env)


HOSTILE = [
    "-rf",
    "--upload-pack=touch x",
    "main^5",
    "main~1",
    "main@{1.year.ago}",
    "main:README.md",
    "main..topic",
    "../../heads/topic",
    "a b",
    "a\nb",
    "a\x1b[31m",
    "a\\b",
    "a?",
    "a*",
    "a[",
    "HEAD",
    "",
    "/main",
    "main/",
    "a//b",
    ".hidden",
    "x.lock",
    "x.",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_what_is_no_branch_is_refused(name: str) -> None:
    with pytest.raises(UndecidedError) as caught:
        remote_branch(name, "CHANGE_TARGET")
    assert str(caught.value).isprintable()


ODD = [
    "main",
    "release/1.x",
    "$(touch${IFS}x)",
    "`id`",
    "a;b",
    "a'b",
    'a"b',
    "über",
    "x&y",
    "refs/x",
    "a.b./c",
    "a@b",
    "@",
]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_stay_one_full_ref(name: str) -> None:
    assert remote_branch(name, "x") == f"refs/remotes/origin/{name}"
    assert remote_branch(f"refs/heads/{name}", "x") == f"refs/remotes/origin/{name}"


@pytest.mark.parametrize("name", [*HOSTILE, *ODD], ids=ascii)
def test_the_rule_is_git_s(name: str) -> None:
    git = subprocess.run(["git", "check-ref-format", "--branch", name], check=False, capture_output=True)
    assert (git.returncode == 0) == (name in ODD)


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({**MERGE_REQUEST, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "-x"}, id="gitlab"),
        pytest.param(
            {**BUILDKITE, "BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "-x"}, id="buildkite"
        ),
        pytest.param({**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/-x"}, id="azure"),
        pytest.param({**BITBUCKET, "BITBUCKET_PR_DESTINATION_BRANCH": "-x"}, id="bitbucket"),
        pytest.param({**CHANGE, "CHANGE_TARGET": "main^2"}, id="jenkins"),
    ],
)
def test_every_provider_checks_the_name(env: dict[str, str]) -> None:
    with pytest.raises(UndecidedError, match="is not a branch name"):
        ci.find(env)


def test_every_provider_says_how_to_get_the_whole_history() -> None:
    assert list(ci.PROVIDERS) == [
        "gitea",
        "github",
        "gitlab",
        "buildkite",
        "circleci",
        "azure",
        "bitbucket",
        "jenkins",
    ]
    assert all(provider.DEPTH_ADVICE for provider in ci.PROVIDERS.values())
