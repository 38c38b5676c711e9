"""What an author tries in a pull request, a fork, or on a runner that keeps its folder, to get past the action."""

from __future__ import annotations

from pathlib import Path

import pytest
from ci.actionlib import TOKEN, Runner
from ci.landing import ELSEWHERE, GATE, LEVEL_2, LINES, ONE, POLICY, Forge, assert_failed, assert_passed, words
from ci.private import private
from conftest import make_repository
from verdicts.signlib import make_key

RECORDS = "refs/agentops/verdicts/*:refs/agentops/verdicts/*"


@pytest.fixture
def forge(runner: Runner, tmp_path: Path) -> Forge:
    return Forge(tmp_path / "org" / "project", runner)


def forged(forge: Forge) -> str:
    """Write a PASS in the judge's name without asking it, and return the record's ref."""
    forge.tool("verdict", "record", "PASS", "--principal", "reviewer@council")
    return forge.author.git("for-each-ref", "--format=%(refname)", f"refs/agentops/verdicts/{GATE}/verdict-*")


def test_a_record_in_the_tree_is_text(forge: Forge) -> None:
    forge.topic("topic", {"app.txt": LINES + "evil\n"})
    ref = forged(forge)
    payload = forge.author.git("cat-file", "blob", f"{ref}:payload")
    name = ref.rpartition("/")[2]
    page = (forge.author.path / ".agents" / "council" / f"{name}.md").read_text()
    files = {f".agents/council/{name}.md": page, f"{ref}/payload": payload, f".git-{ref}": payload}
    forge.author.commit("by the judge, surely", files)
    forge.author.git("push", "-q", "origin", "topic", f"{ref}:refs/heads/{ref}", f"{ref}:refs/tags/{ref}")
    assert_failed(forge.check(forge.event("pull_request", "topic")), "AG101", "no records here at all")


def test_a_record_in_the_judges_name_needs_the_judges_key(runner: Runner, tmp_path: Path) -> None:
    files = {".agents/allowed_signers": f"reviewer@council {make_key('ed25519').public}\n"}
    forge = Forge(tmp_path / "org" / "project", runner, POLICY + LEVEL_2, files)
    forge.topic("topic", {"app.txt": LINES + "evil\n"})
    forged(forge)
    forge.published("topic")
    assert_failed(forge.check(forge.event("pull_request", "topic")), "AG102", "is not signed")
    own = make_key("ed25519", "stranger")
    forge.author.commit("my own judge", {".agents/allowed_signers": f"reviewer@council {own.public}\n"})
    forge.tool("verdict", "record", "PASS", "--principal", "reviewer@council", "--key", str(own.path), code=None)
    forge.published("topic")
    ended = forge.check(forge.event("pull_request", "topic"))
    assert (ended.code, ended.outputs["outcome"]) == (1, "fail"), ended.log
    assert "error AG909" in ended.log
    assert "accepted" not in ended.log


@pytest.mark.parametrize(
    "edit",
    [
        lambda policy: policy.partition("[council")[0],
        lambda policy: policy.replace('["main", "release/*"]', '["none"]'),
        lambda policy: policy + f'[gates.{GATE}]\nlevel = "off"\n',
        lambda policy: policy + f'[gates.{GATE}]\nexempt = ["**"]\n',
        lambda policy: policy.replace("reviewer@council", "ada@example.org"),
    ],
    ids=["no judges", "unprotected", "off", "exempt", "another judge"],
)
def test_the_policy_of_the_change_does_not_count(forge: Forge, edit: object) -> None:
    forge.pushed("topic", {"app.txt": "evil\n", "agentops-gates.toml": edit(POLICY)})  # type: ignore[operator]
    for event in ("pull_request", "merge_group"):
        assert_failed(forge.check(forge.event(event, "topic")), "AG103", "fails now")
    ended = forge.check(forge.landed("merge", "topic"))
    assert (ended.code, ended.outputs["outcome"]) == (1, "fail"), ended.log
    assert "error AG902" in ended.log


def test_a_verdict_for_another_branch(forge: Forge) -> None:
    forge.repo.git("branch", "release/1", "main")
    forge.topic("topic", ONE)
    forge.vibe("--ref", "refs/heads/release/1")
    forge.published("topic")
    says = "ref: judged refs/heads/release/1, now refs/heads/main"
    assert_failed(forge.check(forge.event("pull_request", "topic")), "AG102", says)


def test_a_verdict_that_was_spent_before_a_revert(forge: Forge) -> None:
    forge.judged("topic", ONE)
    assert_passed(forge.check(forge.landed("squash", "topic")), "AG112", "verdict-")
    forge.repo.git("revert", "--no-edit", "HEAD")
    for event in ("pull_request", "merge_group"):
        assert_failed(forge.check(forge.event(event, "topic")), "AG102", "the base changed app.txt too")
    assert_failed(forge.check(forge.landed("rebase", "topic")), "AG102", "the base changed app.txt too")


def test_one_more_commit_after_the_verdict(forge: Forge) -> None:
    forge.judged("topic", ONE)
    forge.author.commit("a trifle", ELSEWHERE)
    forge.author.git("push", "-q", "origin", "topic")
    assert_failed(forge.check(forge.event("pull_request", "topic")), "AG102", "head tree: judged")


def test_a_fork_publishes_to_itself(forge: Forge, tmp_path: Path) -> None:
    fork = make_repository(tmp_path / "ada" / "project", "--bare")
    forge.topic("topic", ONE)
    forge.vibe()
    forge.tool("verdict", "publish", str(fork.path), "topic")
    assert "refs/agentops/verdicts/" in fork.git("for-each-ref")
    forge.repo.git("fetch", "-q", str(fork.path), "topic:refs/pull/7/head")
    event = forge.event("pull_request", "refs/pull/7/head")
    assert_failed(forge.check(event), "AG101", "no verdict for refs/heads/main")
    # A checkout of the fork brings the fork's main, with its policy, and the fork's records.
    run = forge.work(event)
    repo = make_repository(run.workspace)
    repo.git("remote", "set-url", "origin", f"file://{fork.path}")
    ended = forge.runner.run(run)
    assert (ended.code, ended.outputs["outcome"]) == (2, "undecided"), ended.log
    assert "origin is another repository" in ended.log
    # Somebody who may write has it judged, and publishes the record alone.
    maintainer = forge.clone("maintainer")
    maintainer.git("fetch", "-q", "origin", "refs/pull/7/head")
    maintainer.git("switch", "-q", "--detach", "FETCH_HEAD")
    forge.tool("vibe", where=maintainer)
    maintainer.git("push", "-q", "origin", RECORDS)
    assert_passed(forge.check(event), "AG112", "at level 1 (bound)")


def test_what_an_earlier_job_left_on_the_runner_is_no_record(forge: Forge) -> None:
    forge.pushed("topic", ONE)
    forge.vibe()
    run = forge.work(forge.event("pull_request", "topic"))
    kept = make_repository(run.workspace)
    kept.git("fetch", "-q", str(forge.author.path), RECORDS)
    assert "refs/agentops/verdicts/" in kept.git("for-each-ref")
    assert_failed(forge.runner.run(run), "AG101", "no records here at all")


def test_a_force_push_during_the_run_changes_nothing_for_it(forge: Forge) -> None:
    forge.judged("topic", ONE)
    event = forge.event("pull_request", "topic")
    evil = forge.author.commit("evil", {"app.txt": "evil\n"})
    forge.author.git("push", "-q", "--force", "origin", f"{evil}:refs/heads/topic")
    forge.event("pull_request", "topic")  # the test merge is another one now
    for depth in (0, 1):
        assert_passed(forge.check(event, depth=depth), "AG112", "at level 1 (bound)")
    assert_failed(forge.check(forge.event("pull_request", "topic")), "AG102", "head tree")


def test_a_commit_that_is_gone_is_undecided(forge: Forge) -> None:
    forge.judged("topic", ONE)
    for event in (forge.event("pull_request", "topic"), forge.landed("merge", "topic")):
        run = forge.work(event)
        ended = forge.runner.run(run._replace(sha="d" * 40, payload={**run.payload, "after": "d" * 40}))
        assert (ended.code, ended.outputs["outcome"]) == (3, "undecided"), ended.log
        assert "is not in this clone" in words(ended)


def test_records_that_cannot_be_fetched_are_no_answer(forge: Forge, tmp_path: Path) -> None:
    forge.judged("topic", ONE)
    run = forge.work(forge.event("pull_request", "topic"))
    forge.path.rename(tmp_path / "gone")
    ended = forge.runner.run(run)
    assert (ended.code, ended.outputs["outcome"]) == (3, "undecided"), ended.log
    assert "::error title=agentops-gates::the records of verdicts (refs/agentops/*) cannot be fetched" in ended.log
    without = forge.runner.run(run, {"fetch-history": "false"})
    assert_failed(without, "AG101", "git fetch origin '+refs/agentops/*:refs/agentops/*'")


@pytest.mark.parametrize("persisted", [False, True])
def test_a_private_repository_is_read_with_the_jobs_token(forge: Forge, tmp_path: Path, persisted: bool) -> None:
    forge.judged("topic", ONE)
    run = forge.work(forge.event("pull_request", "topic"), depth=1)
    repo = make_repository(run.workspace)
    with private(tmp_path, TOKEN) as url:
        repo.git("remote", "set-url", "origin", f"{url}/org/project")
        if persisted:
            repo.git("config", f"http.{url}/.extraheader", "Authorization: basic c3RhbGU6c3RhbGU=")
        # The job's own settings stay: without this one git would not find the server.
        own = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.proxy", "GIT_CONFIG_VALUE_0": ""}
        run = run._replace(env={"GITHUB_SERVER_URL": url, **own})
        assert_passed(forge.runner.run(run), "AG112", "at level 1 (bound)")
        repo.git("update-ref", "-d", "refs/remotes/origin/main", check=False)
        for token in ("", "another"):
            ended = forge.runner.run(run, {"token": token})
            assert (ended.code, ended.outputs["outcome"]) == (3, "undecided"), ended.log
            assert TOKEN not in ended.log
    assert TOKEN not in (repo.path / ".git" / "config").read_text()
