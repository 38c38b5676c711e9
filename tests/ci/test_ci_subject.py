"""From a provider's environment to commits, in real clones: what may not pass for an answer, then the answers."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from conftest import Workspace, branchy, make_repository

from agentops_gates.entry.ci.facts import Range
from agentops_gates.entry.ci.subject import ci_subject, range_of
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError, UsageError
from agentops_gates.model.subject import Subject

MAIN = "refs/remotes/origin/main"
GITLAB = {"GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "7"}


@pytest.fixture
def server(tmp_path: Path) -> Workspace:
    """Three commits on main, then a topic branch with three more, the first of them bad."""
    server = make_repository(tmp_path / "server")
    for number in range(3):
        server.commit(f"main {number}", {"app.py": branchy("f", number)})
    server.git("switch", "-q", "-c", "topic")
    server.commit("bad", {"app.py": branchy("f", 15)})
    server.commit("harmless", {"README": "text\n"})
    server.commit("harmless too", {"README": "more text\n"})
    server.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return server


def clone(server: Workspace, path: Path, *options: str) -> Workspace:
    server.git("clone", "-q", *options, f"file://{server.path}", str(path))
    return Workspace(path)


def subject(repo: Workspace, found: Range) -> Subject:
    with Repo.open(str(repo.path)) as opened:
        return range_of(opened, found)


def undecided(repo: Workspace, found: Range) -> UndecidedError:
    with pytest.raises(UndecidedError) as caught:
        subject(repo, found)
    assert str(caught.value).isprintable()
    assert caught.value.fix.isprintable()
    return caught.value


def test_a_tag_does_not_stand_in_for_the_target_branch(server: Workspace, tmp_path: Path) -> None:
    # git resolves refs/remotes/origin/main as refs/tags/refs/remotes/origin/main when there is no such branch here.
    server.git("tag", "refs/remotes/origin/main", "topic")
    repo = clone(server, tmp_path / "clone", "--single-branch", "--branch", "topic")
    repo.git("fetch", "-q", "origin", "--tags")
    assert repo.git("rev-parse", MAIN) == repo.head(), "the lure works on git itself"
    error = undecided(repo, Range(MAIN, repo.head(), "github", "push"))
    assert f"{MAIN} is not in this clone" in str(error)
    repo.git(*error.fix.split()[1:])
    assert subject(repo, Range(MAIN, repo.head(), "github", "push")).bases == (server.git("rev-parse", "main"),)


@pytest.mark.parametrize("depth", [1, 2])
def test_shallow_never_passes(server: Workspace, tmp_path: Path, depth: int) -> None:
    repo = clone(server, tmp_path / "clone", f"--depth={depth}", "--no-single-branch", "--branch", "topic")
    error = undecided(repo, Range(MAIN, repo.head(), "gitlab", "push"))
    assert "shallow" in str(error)
    assert "GIT_DEPTH: 0" in error.fix
    repo.git(*error.fix.split("or run: ")[1].split()[1:])
    assert subject(repo, Range(MAIN, repo.head(), "gitlab", "push")).bases == (server.git("rev-parse", "main"),)


def test_what_a_forced_push_left_behind_is_fetched_or_undecided(server: Workspace, tmp_path: Path) -> None:
    repo = clone(server, tmp_path / "clone", "--branch", "main")
    server.git("switch", "-q", "main")
    lost = server.commit("lost")
    server.git("reset", "-q", "--hard", "HEAD~1")
    error = undecided(repo, Range(lost, repo.head(), "github", "push", before=lost))
    assert error.fix == f"git fetch origin {lost}"
    repo.git(*error.fix.split()[1:])
    assert subject(repo, Range(lost, repo.head(), "github", "push")).bases == (repo.head(),)
    found = subject(repo, Range(lost, repo.head(), "github", "push", before=lost))
    assert (found.bases, found.old, found.landed) == ((lost,), lost, True)


def test_the_command_to_paste_is_quoted(server: Workspace, tmp_path: Path) -> None:
    repo = clone(server, tmp_path / "clone")
    error = undecided(repo, Range("refs/remotes/origin/$(touch${IFS}x);'y", repo.head(), "jenkins", "pull_request"))
    wanted = "refs/heads/$(touch${IFS}x);'y:refs/remotes/origin/$(touch${IFS}x);'y"
    assert shlex.split(error.fix) == ["git", "fetch", "origin", f"+{wanted}"]


def test_ci_of_an_unknown_provider_does_not_fall_back_to_the_index(repo: Workspace) -> None:
    repo.commit("start")
    with Repo.open(str(repo.path)) as opened:
        with pytest.raises(UsageError, match="not known") as caught:
            ci_subject(opened, {"CI": "true"})
        assert ci_subject(opened, {}) is None
    assert "--base" in caught.value.fix


def test_a_merge_request_that_changed_its_target_is_judged_against_the_new_one(
    server: Workspace, tmp_path: Path
) -> None:
    repo = clone(server, tmp_path / "clone", "--branch", "topic")
    env = {
        **GITLAB,
        "CI_COMMIT_SHA": repo.head(),
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": repo.head(),  # opened against a branch that held the change already
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }
    with Repo.open(str(repo.path)) as opened:
        found = ci_subject(opened, env)
    main = server.git("rev-parse", "main")
    assert found == Subject("range", (main,), repo.head(), door="ci", target="refs/heads/main", old=main)


def test_a_harmless_push_after_a_bad_one_does_not_hide_it(server: Workspace, tmp_path: Path) -> None:
    repo = clone(server, tmp_path / "clone", "--branch", "topic")
    event = tmp_path / "event.json"
    head, bad = repo.head(), repo.git("rev-parse", "HEAD~2")
    payload = {"ref": "refs/heads/topic", "before": bad, "after": head, "repository": {"default_branch": "main"}}
    event.write_text(json.dumps(payload))
    env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event)}
    with Repo.open(str(repo.path)) as opened:
        found = ci_subject(opened, env)
    assert found is not None
    assert found.bases == (server.git("rev-parse", "main"),)


def test_the_test_merge_is_measured_from_its_first_parent_however_far_main_moved(
    server: Workspace, tmp_path: Path
) -> None:
    tip = server.git("rev-parse", "main")
    server.git("switch", "-q", "--detach", "main")
    server.git("merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic")
    merge = server.head()
    server.git("update-ref", "refs/pull/7/merge", merge)
    server.git("switch", "-q", "main")
    server.commit("main moves on", {"other.py": branchy("g", 20)})
    repo = clone(server, tmp_path / "clone")
    repo.git("fetch", "-q", "origin", "refs/pull/7/merge")
    assert subject(repo, Range(MAIN, merge, "github", "pull_request")).bases == (tip,)


def policy(server: Workspace, *branches: str) -> None:
    named = ", ".join(f'"{branch}"' for branch in branches)
    server.commit("policy", {"agentops-gates.toml": f"version = 1\n[protected]\nbranches = [{named}]\n"})


@pytest.mark.parametrize("where", ["main", "release/1"])
def test_a_push_to_a_protected_branch_is_measured_from_where_it_stood(
    server: Workspace, tmp_path: Path, where: str
) -> None:
    server.git("switch", "-q", "main")
    server.git("branch", "release/1")
    server.git("switch", "-q", where)
    policy(server, "main", "release/*")
    server.git("switch", "-q", "release/1")
    before = server.commit("before")
    after = server.commit("after")
    repo = clone(server, tmp_path / "clone")
    found = subject(repo, Range(MAIN, after, "github", "push", "main", "refs/heads/release/1", before=before))
    assert (found.bases, found.old, found.landed) == ((before,), before, True)
    tag = subject(repo, Range(MAIN, after, "github", "push", "main", "refs/tags/release/1", before=before))
    assert (tag.bases, tag.landed) == ((server.git("merge-base", "main", after),), False)


def test_a_topic_whose_old_end_is_gone_is_measured_as_a_whole(server: Workspace, tmp_path: Path) -> None:
    repo = clone(server, tmp_path / "clone")
    gone = Range(MAIN, repo.head(), "github", "push", "main", "refs/heads/topic", before="d" * 40)
    found = subject(repo, gone)
    assert (found.bases, found.landed) == ((server.git("rev-parse", "main"),), False)
    server.git("switch", "-q", "main")
    policy(server, "main", "topic")
    repo.git("fetch", "-q", "origin")
    assert f"git fetch origin {'d' * 40}" in undecided(repo, gone).fix


def test_a_first_publication_has_no_base(server: Workspace, tmp_path: Path) -> None:
    repo = clone(server, tmp_path / "clone", "--branch", "main")
    found = Range("", repo.head(), "github", "push", "main", "refs/heads/main")
    assert subject(repo, found) == Subject("range", (), repo.head(), door="ci", target="refs/heads/main")


def test_where_the_target_stands_is_told_for_what_is_not_merged_into_it(server: Workspace, tmp_path: Path) -> None:
    server.git("switch", "-q", "main")
    policy = 'version = 1\n[protected]\nbranches = ["main", "release/*"]\n'
    tip = server.commit("main moved", {"agentops-gates.toml": policy})
    server.git("branch", "release/1", "main~1")
    repo = clone(server, tmp_path / "clone")
    topic = Range(MAIN, server.git("rev-parse", "topic"), "gitlab", "merge_request_event", "main", "refs/heads/main")
    found = subject(repo, topic)
    assert (found.base, found.old, found.tips) == (server.git("rev-parse", "main~1"), tip, None)
    assert subject(repo, topic._replace(merged=True)).old is None
    assert subject(repo, topic._replace(base=tip)).old is None
    for ref, protected in (("refs/heads/release/2", True), ("refs/heads/topic", False), ("refs/tags/v1", False)):
        pushed = subject(repo, topic._replace(event="push", ref=ref))
        assert pushed.old is None
        tips = {tip, server.git("rev-parse", "release/1")} if protected else None
        assert pushed.tips == tips or set(pushed.tips or ()) == tips
    assert subject(repo, topic._replace(event="push", ref="refs/heads/release/1")).tips == (tip,)
