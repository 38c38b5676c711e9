"""From a judged topic branch through pull request and merge queue to the protected branch, at every event's door."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ci.actionlib import Runner
from ci.landing import ELSEWHERE, LEVEL_2, LINES, MAIN, ONE, POLICY, TWO, Forge, assert_failed, assert_passed, words
from verdicts.signlib import make_key

THREE = {"third.txt": "three\n"}
Commits = tuple[dict[str, str], ...]
ACCEPTED = "refs/heads/main is accepted at level 1 (bound): verdict-"


@pytest.fixture
def forge(runner: Runner, tmp_path: Path) -> Forge:
    return Forge(tmp_path / "org" / "project", runner)


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
@pytest.mark.parametrize("commits", [(ONE,), (ONE, TWO)], ids=["one", "two"])
def test_what_was_judged_passes_at_every_door(forge: Forge, how: str, commits: Commits) -> None:
    forge.judged("topic", *commits)
    for event in ("pull_request", "merge_group"):
        assert_passed(forge.check(forge.event(event, "topic")), "AG112", ACCEPTED)
    assert_passed(forge.check(forge.landed(how, "topic")), "AG112", ACCEPTED)


@pytest.mark.parametrize(
    ("how", "commits"),
    [("merge", (ONE, TWO)), ("rebase", (ONE, TWO)), ("squash", (ONE,)), ("squash", (ONE, TWO))],
    ids=["merge", "rebase", "squash", "squash of two"],
)
def test_a_base_that_moved_elsewhere_is_derived_over(forge: Forge, how: str, commits: Commits) -> None:
    forge.judged("topic", *commits)
    forge.others(ELSEWHERE)
    for event in ("pull_request", "merge_group"):
        assert_passed(forge.check(forge.event(event, "topic")), "AG110", ACCEPTED)
    assert_passed(forge.check(forge.landed(how, "topic")), "AG110", "derived on the moved base")


def test_a_base_that_moved_in_the_same_file_is_not(forge: Forge) -> None:
    forge.judged("topic", ONE)
    forge.others({"app.txt": LINES.replace("line 17", "line seventeen")})
    for event in ("pull_request", "merge_group"):
        assert_failed(forge.check(forge.event(event, "topic")), "AG102", "the base changed app.txt too")
    assert_failed(forge.check(forge.landed("merge", "topic")), "AG102", "the base changed app.txt too")


@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_without_a_verdict_nothing_passes(forge: Forge, event: str, depth: int) -> None:
    forge.pushed("topic", ONE)
    assert_failed(forge.check(forge.event(event, "topic"), depth=depth), "AG101", "no verdict for refs/heads/main")


@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_a_shallow_checkout_gets_history_and_records(forge: Forge, event: str) -> None:
    forge.judged("topic", ONE)
    assert_passed(forge.check(forge.event(event, "topic"), depth=1), "AG112", ACCEPTED)


def test_a_fail_and_a_warn_stop_it(forge: Forge) -> None:
    forge.topic("evil", {"app.txt": LINES + "evil\n"})
    forge.vibe(code=1)
    forge.published("evil")
    assert_failed(forge.check(forge.event("pull_request", "evil")), "AG103", "is a FAIL by reviewer@council")
    forge.judged("doubtful", {"other.txt": LINES + "doubtful\n"})
    assert_failed(forge.check(forge.event("pull_request", "doubtful")), "AG104", "nobody has acknowledged it")


def test_records_that_only_the_log_holds_count(forge: Forge) -> None:
    forge.judged("topic", ONE)
    forge.tool("verdict", "roll-up")
    forge.author.git("push", "-q", "origin", "refs/agentops/log:refs/agentops/log")
    for ref in forge.repo.git("for-each-ref", "--format=%(refname)", "refs/agentops/verdicts").split():
        forge.repo.git("update-ref", "-d", ref)
    assert_passed(forge.check(forge.event("pull_request", "topic")), "AG112", ACCEPTED)


# After the landing.


def test_an_unjudged_landing_names_where_it_began(forge: Forge) -> None:
    forge.judged("good", ONE)
    assert_passed(forge.check(forge.landed("merge", "good")), "AG112", ACCEPTED)
    forge.pushed("first", ELSEWHERE)
    event = forge.landed("squash", "first")
    began = forge.tip
    assert_failed(forge.check(event), "AG102", f"this began with {began[:12]} 'first (#7)' (the tip)")
    forge.pushed("second", THREE)
    event = forge.landed("merge", "second")
    assert_failed(
        forge.check(event), "AG102", f"it has landed, and this began with {began[:12]} 'first (#7)' (1 commit ago)"
    )


def test_it_can_be_judged_as_it_landed(forge: Forge) -> None:
    forge.pushed("topic", ONE)
    event = forge.landed("squash", "topic")
    ended = forge.check(event)
    assert_failed(ended, "AG101", "revert it, or have it judged as it landed")
    lines = [line.strip() for line in ended.log.splitlines()]
    commands = [line for line in lines if line.startswith(("agentops-gate vibe", "git push"))]
    forge.author.git("fetch", "-q", "origin")
    forge.tool(*commands[0].split()[1:])
    forge.author.git("push", "-q", "origin", commands[1].split("'")[1])
    assert_passed(forge.check(event), "AG112", ACCEPTED)


def test_a_queue_lands_several_in_one_push(forge: Forge) -> None:
    forge.judged("one", ONE)
    forge.judged("two", ELSEWHERE, THREE)
    event = forge.landed("merge", "one", "two")
    assert_passed(forge.check(event), "AG110", "2 moves in one push, each accepted")


@pytest.mark.parametrize("names", [("one", "two"), ("two", "one")])
def test_among_several_the_one_without_a_verdict_is_named(forge: Forge, names: tuple[str, ...]) -> None:
    forge.judged("one", ONE)
    forge.pushed("two", ELSEWHERE)
    event = forge.landed("merge", *names)
    where = "(the tip)" if names[-1] == "two" else "(1 commit ago)"
    assert_failed(forge.check(event), "AG102", "this began with", f"'Merge pull request of two' {where}")


def test_what_is_pushed_by_hand_onto_a_judged_merge_is_seen(forge: Forge) -> None:
    forge.judged("one", ONE)
    before = forge.tip
    forge.landed("merge", "one")
    forge.others({"app.txt": "evil\n"})
    forge.others({"app.txt": ONE["app.txt"]})  # the tree is as it was judged again
    ended = forge.check(forge.pushing(MAIN, before))
    assert_failed(ended, "AG102", "were never judged", "(1 commit ago)")


def test_a_verdict_from_before_the_push_is_no_part_of_it(forge: Forge) -> None:
    forge.judged("topic", ONE, TWO)
    forge.others(ONE)
    before = forge.tip
    forge.others(TWO)
    ended = forge.check(forge.pushing(MAIN, before))
    assert_failed(ended, "AG102", "base: judged", f"this began with {before[:12]}", "(1 commit ago)")


def test_a_forced_push_is_told(forge: Forge) -> None:
    forge.judged("one", ONE)
    before = forge.tip
    forge.landed("merge", "one")
    merged = forge.tip
    forge.repo.git("reset", "-q", "--hard", before)
    assert_failed(forge.check(forge.pushing(MAIN, merged)), "AG111", f"git merge {merged[:12]}")


def test_a_forced_push_to_before_the_policy_is_told(forge: Forge) -> None:
    before = forge.tip
    forge.repo.git("checkout", "-q", "--orphan", "old")
    forge.repo.git("rm", "-q", "-r", "--cached", ".agents", "agentops-gates.toml")
    forge.repo.git("commit", "-q", "-m", "another root")
    forge.repo.git("checkout", "-q", "-f", "-B", "main", "old")
    ended = forge.check(forge.pushing(MAIN, before))
    assert_failed(ended, "AG111", f"git merge {before[:12]}")
    assert "error AG902" in ended.log


def test_a_protected_branch_that_is_not_the_default_one(forge: Forge) -> None:
    forge.repo.git("branch", "release/1", "main")
    forge.others(ELSEWHERE)
    forge.author.git("fetch", "-q", "origin")
    forge.author.git("switch", "-q", "-C", "fix", "origin/release/1")
    forge.author.commit("fix", ONE)
    forge.vibe("--base", "refs/remotes/origin/release/1")
    forge.published("fix")
    ref = "refs/heads/release/1"
    assert_passed(forge.check(forge.landed("merge", "fix", ref=ref)), "AG112", f"{ref} is accepted at level 1")
    forge.repo.commit("by hand", THREE)
    event = forge.pushing(ref, forge.oid(f"{ref}~1"))
    assert_failed(forge.check(event), "AG102", "'by hand' (the tip)")


def test_who_merges_is_not_the_judge(forge: Forge) -> None:
    forge.judged("one", ONE)
    name, payload, sha, ref = forge.landed("squash", "one")
    payload["pusher"]["email"] = "Reviewer@council"
    assert_failed(forge.check((name, payload, sha, ref)), "AG106", "reviewer@council")


# Levels.


@pytest.fixture
def signed(runner: Runner, tmp_path: Path) -> Forge:
    files = {".agents/allowed_signers": f"reviewer@council {make_key('ed25519').public}\n"}
    forge = Forge(tmp_path / "org" / "project", runner, POLICY + LEVEL_2, files)
    forge.topic("topic", ONE)
    forge.vibe("--key", str(make_key("ed25519").path))
    forge.published("topic")
    return forge


CENTRAL = "org/rules/.github/workflows/gates.yml@refs/heads/main"


def test_a_required_workflow_reaches_level_3(signed: Forge) -> None:
    event = signed.event("pull_request", "topic")
    assert_passed(signed.check(event), "AG112", "at level 2 (signed)", level="2")
    boundary = {"boundary": "required-workflow"}
    ended = signed.check(event, boundary, GITHUB_WORKFLOW_REF=CENTRAL)
    assert_passed(ended, "AG112", "at level 3 (enforced)", level="3")


@pytest.mark.parametrize(
    "workflow",
    ["org/project/.github/workflows/gates.yml@refs/pull/7/merge", "Org/Project/.github/workflows/g.yml@main", "", "x"],
)
def test_a_workflow_of_the_change_itself_asserts_nothing(signed: Forge, workflow: str) -> None:
    event = signed.event("pull_request", "topic")
    ended = signed.check(event, {"boundary": "required-workflow"}, GITHUB_WORKFLOW_REF=workflow)
    assert (ended.code, ended.outputs["outcome"]) == (2, "undecided"), ended.log
    assert "stands in the repository that it judges" in words(ended)


def test_nothing_is_enforced_after_the_landing(signed: Forge) -> None:
    event = signed.landed("merge", "topic")
    assert_passed(signed.check(event), "AG112", "at level 2 (signed)", level="2")
    ended = signed.check(event, {"boundary": "required-workflow"}, GITHUB_WORKFLOW_REF=CENTRAL)
    assert (ended.code, ended.outputs["outcome"]) == (2, "undecided"), ended.log
    assert "keeps nothing from landing" in words(ended)


def test_a_policy_that_asks_for_level_3(runner: Runner, tmp_path: Path) -> None:
    files = {".agents/allowed_signers": f"reviewer@council {make_key('ed25519').public}\n"}
    policy = POLICY + LEVEL_2.replace("required_level = 2", "required_level = 3")
    forge = Forge(tmp_path / "org" / "project", runner, policy, files)
    forge.topic("topic", ONE)
    forge.vibe("--key", str(make_key("ed25519").path))
    forge.published("topic")
    event = forge.event("pull_request", "topic")
    assert_failed(forge.check(event), "AG105", "reaches level 2 and the policy asks for 3")
    central = forge.check(event, {"boundary": "required-workflow"}, GITHUB_WORKFLOW_REF=CENTRAL)
    assert_passed(central, "AG112", "at level 3 (enforced)", level="3")
    # What the required workflow let through is accounted for, and no more is claimed than was seen here.
    assert_passed(forge.check(forge.landed("merge", "topic")), "AG112", "at level 2 (signed)", level="2")


def test_the_command_line_asserts_no_boundary(signed: Forge) -> None:
    said = signed.tool("check", "--base", "origin/main", "--ref", "main", "--boundary", "required-workflow", code=2)
    assert "not the run of a CI provider" in " ".join(said.split())
    assert os.environ.get("CI") is None
