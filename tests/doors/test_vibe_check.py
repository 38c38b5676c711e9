"""push-after-vibe outside of a push: `check`, CI, and records that somebody made to fool it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from doors.vibelib import GATE, LINES, MAIN, POLICY, World

from agentops_gates.gates.engine import run
from agentops_gates.gates.registry import select
from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import RefUpdate, Station, Subject
from agentops_gates.verdicts.records import ROOT


@pytest.fixture
def world(repo: Workspace, installed: Installed) -> World:
    made = World(repo, installed)
    repo.commit("one", {"app.txt": LINES.replace("line 3", "line three")})
    return made


def outcome(done: object) -> tuple[str, str, list[str]]:
    """Return outcome, reason and rules of the gate in a JSON report."""
    (gate,) = [gate for gate in json.loads(done.stdout)["gates"] if gate["id"] == GATE]
    return gate["outcome"], gate["reason"], [finding["rule"] for finding in gate["findings"]]


RANGE = ("--format", "json", "--base", "origin/main")


def test_a_range_is_judged_for_the_branch_that_is_named(world: World) -> None:
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("fail", "", ["AG101"])
    assert outcome(world.check(*RANGE, "--ref", "main")) == ("fail", "", ["AG101"])
    assert outcome(world.check(*RANGE, "--ref", "topic")) == ("skip", "refs/heads/topic is not protected", [])
    assert outcome(world.check(*RANGE, "--ref", "refs/tags/main")) == ("skip", "refs/tags/main is not protected", [])
    unnamed = world.check(*RANGE)
    assert outcome(unnamed)[:2] == ("skip", "no ref is named, so nobody knows whether it is protected")
    assert "give --ref" in unnamed.stdout
    world.judge()
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("pass", "", ["AG112"])
    assert outcome(world.check("--format=json", *RANGE[2:], "--ref", MAIN)) == ("pass", "", ["AG112"])


def test_a_verdict_is_about_where_the_branch_stands_now(world: World) -> None:
    """Judged, landed as a squash, and reverted: the same branch and the same verdict do not pass a second time."""
    base, head = world.mine.git("rev-parse", "origin/main"), world.mine.head()
    world.judge()
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("pass", "", ["AG112"])
    world.others({"app.txt": (world.mine.path / "app.txt").read_text()}, "squash")
    now = world.others({"app.txt": LINES}, "revert")
    done = world.check(*RANGE, "--ref", MAIN)
    assert outcome(done) == ("fail", "", ["AG102"])
    assert f"{MAIN} is at {now[:12]}, and this left it at {base[:12]}" in done.stdout
    assert f"rebase onto it (git rebase {now[:12]})" in done.stdout
    assert "AG102" in world.installed.gate(world.mine, "verdict", "verify", ok=None).stdout
    # What is in the branch already changes nothing, and what was rebased is derived, or judged anew.
    assert outcome(world.check(*RANGE, "--head", base, "--ref", MAIN)) == ("pass", "", [])
    world.mine.git("rebase", "-q", "--reapply-cherry-picks", "origin/main")
    assert world.mine.head() != head
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("fail", "", ["AG102"])
    world.judge()
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("pass", "", ["AG112"])


def test_a_verdict_is_derived_after_a_rebase_and_not_before(world: World) -> None:
    world.judge()
    world.others({"other.txt": "else\n"})
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("fail", "", ["AG102"])
    world.mine.git("rebase", "-q", "origin/main")
    assert outcome(world.check(*RANGE, "--ref", MAIN)) == ("pass", "", ["AG110"])


@pytest.mark.parametrize("ref", ["", "-x", "a..b", "main^", "refs/heads/", "refs/", "a b", "@{u}", "x\x1b"])
def test_what_cannot_be_a_ref_is_refused(world: World, ref: str) -> None:
    done = world.check("--base", "origin/main", f"--ref={ref}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_a_ref_goes_with_a_range(world: World) -> None:
    done = world.check("--staged", "--ref", "main")
    assert (done.returncode, "add --base" in done.stderr) == (2, True)


def test_a_gate_that_judges_no_index_is_silent_about_it_unless_it_is_named(world: World) -> None:
    done = world.installed.gate(world.mine, "check", "--staged", "--format", "json")
    asked = [gate["id"] for gate in json.loads(done.stdout)["gates"]]
    assert asked == ["complexity-regression", "policy-change", "worker-no-commit"]
    assert outcome(world.check("--staged", "--format", "json"))[0] == "skip"


def github(world: World, event: str, **payload: object) -> dict[str, str]:
    """Return the environment of a GitHub workflow, and write its event."""
    file = world.mine.path.parent / "event.json"
    file.write_text(json.dumps({"repository": {"default_branch": "main"}, **payload}))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(file)}


def merge_group(world: World) -> dict[str, str]:
    base = world.mine.git("rev-parse", "origin/main")
    group = {"base_ref": MAIN, "base_sha": base, "head_sha": world.mine.head()}
    return github(world, "merge_group", merge_group=group)


def push(world: World, ref: str = MAIN, before: str = "origin/main") -> dict[str, str]:
    ends = {"before": world.mine.git("rev-parse", before), "after": world.mine.head()}
    return github(world, "push", ref=ref, **ends)


def test_a_merge_queue_asks_for_what_the_queue_would_land(world: World) -> None:
    assert outcome(world.check("--format", "json", env=merge_group(world)))[2] == ["AG101"]
    world.judge()
    assert outcome(world.check("--format", "json", env=merge_group(world))) == ("pass", "", ["AG112"])
    world.others({"elsewhere.txt": "x\n"})
    world.mine.git("switch", "-q", "-c", "gh-readonly-queue/main/pr-1", "origin/main")
    world.mine.git("merge", "-q", "--no-ff", "--no-verify", "-m", "Merge pull request #1", "main")
    assert outcome(world.check("--format", "json", env=merge_group(world))) == ("pass", "", ["AG110"])
    world.mine.write("elsewhere.txt", "evil\n")
    world.mine.git("commit", "-q", "-n", "-a", "--amend", "--no-edit")
    assert outcome(world.check("--format", "json", env=merge_group(world))) == ("fail", "", ["AG102"])


def test_a_pull_request_asks_for_its_target(world: World) -> None:
    ends = {"base": {"ref": "main"}, "head": {"sha": world.mine.head(), "ref": "topic"}}
    env = github(world, "pull_request", action="opened", pull_request=ends)
    assert outcome(world.check("--format", "json", env=env))[2] == ["AG101"]
    ends["base"] = {"ref": "topic"}
    world.mine.git("update-ref", "refs/remotes/origin/topic", "origin/main")
    env = github(world, "pull_request", action="opened", pull_request=ends)
    assert outcome(world.check("--format", "json", env=env))[0] == "skip"


def test_a_push_that_was_let_through_is_reported_and_so_is_one_that_took_commits_away(world: World) -> None:
    assert outcome(world.check("--format", "json", env=push(world)))[2] == ["AG101"]
    assert outcome(world.check("--format", "json", env=push(world, "refs/heads/topic")))[0] == "skip"
    before = world.mine.head()
    world.mine.git("reset", "-q", "--hard", "HEAD~1")
    world.mine.commit("instead", {"app.txt": "instead\n"})
    world.judge()
    assert outcome(world.check("--format", "json", env=push(world, before=before)))[2] == ["AG111"]


def test_the_kill_switch_means_nothing_here(world: World) -> None:
    env = {"AGENTOPS_HOOKS_DISABLED": "1", "AGENTOPS_SKIP_PUSH_AFTER_VIBE": "1"}
    assert outcome(world.check(*RANGE, "--ref", MAIN, env=env))[2] == ["AG101"]


# Records that are none.


def blob(world: World, content: bytes) -> str:
    return world.mine.git("hash-object", "-w", "--stdin", stdin=content)


def tree(world: World, *rows: str) -> str:
    return world.mine.git("mktree", stdin="".join(f"{row}\n" for row in rows).encode())


@pytest.mark.parametrize(
    "payload",
    [b"", b"PASS", b'{"verdict": "PASS"}', b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b"x" * (1 << 21)],
    ids=["nothing", "a word", "another document", "no text", "deep", "nan", "large"],
)
def test_rubbish_is_told_and_opens_nothing(world: World, payload: bytes) -> None:
    made = tree(world, f"100644 blob {blob(world, payload)}\tpayload")
    world.mine.git("update-ref", f"{ROOT}{GATE}/verdict-{'0' * 40}", world.mine.git("commit-tree", "-m", "x", made))
    world.mine.git("update-ref", f"{ROOT}{GATE}/\u202eevil", world.mine.head())
    world.mine.git("symbolic-ref", f"{ROOT}{GATE}/verdict-{'1' * 40}", "refs/heads/main")
    done = world.check(*RANGE, "--ref", MAIN)
    assert outcome(done) == ("fail", "", ["AG101"])
    assert "3 record(s) cannot be read" in done.stdout
    name = world.judge()
    done = world.check(*RANGE, "--ref", MAIN)
    assert outcome(done) == ("pass", "", ["AG112"])
    assert name in done.stdout


def test_a_record_of_the_other_gate_is_none_of_this_ones(world: World) -> None:
    name = world.judge()
    commit = world.mine.git("rev-parse", f"{ROOT}{GATE}/{name}")
    world.mine.git("update-ref", "-d", f"{ROOT}{GATE}/{name}")
    world.mine.git("update-ref", f"{ROOT}pre-mortem-before-crank/{name}", commit)
    assert outcome(world.check(*RANGE, "--ref", MAIN))[2] == ["AG101"]


# What a door knows besides.


def station(world: World, known: Station, policy: str = "") -> tuple[str, list[str]]:
    """Judge the push of HEAD to main at a server's door that knows this."""
    with Repo.open(str(world.mine.path)) as repo:
        base, head = repo.commit("origin/main"), repo.commit("HEAD")
        update = RefUpdate("HEAD", head, MAIN, base)
        subject = Subject("range", (base,), head, update, door="server", target=MAIN, station=known)
        report = run(repo, [subject], select([GATE]))
    (gate,) = [gate for gate in report.gates if gate.id == GATE]
    return gate.outcome, [f"{finding.rule} {finding.message}" for finding in gate.findings]


def test_whoever_pushes_does_not_judge(world: World) -> None:
    world.judge()
    assert station(world, Station())[0] == "pass"
    found = station(world, Station(pusher=("Judge <JUDGE@example.org>",)))
    assert (found[0], found[1][0][:5]) == ("fail", "AG106")


def test_a_boundary_does_not_lift_what_is_not_signed(world: World) -> None:
    world.judge()
    assert "at level 1 (bound)" in station(world, Station(boundary="server"))[1][0]


def test_only_one_gate_is_asked_and_the_others_still_count(repo: Workspace, installed: Installed) -> None:
    from conftest import branchy

    world = World(repo, installed)
    repo.commit("grow", {"grow.py": branchy("f", 20)})
    world.judge()
    done = world.check(*RANGE, "--ref", MAIN)
    assert outcome(done)[2] == ["AG103"]
    assert "complexity-regression fails now" in done.stdout
    assert [gate["id"] for gate in json.loads(done.stdout)["gates"]] == ["policy-change", GATE]


def test_a_level_that_nobody_reaches_is_named(repo: Workspace, installed: Installed, tmp_path: Path) -> None:
    world = World(repo, installed, POLICY.partition("[council")[0] + "[verdicts]\nrequired_level = 2\n")
    repo.commit("one", {"app.txt": "x\n"})
    world.judge()
    done = world.check(*RANGE, "--ref", MAIN)
    assert outcome(done)[2] == ["AG102"]
    assert "is not signed, and the policy asks for level 2" in done.stdout
