"""pre-mortem-before-crank under real commits and pushes."""

from __future__ import annotations

import json

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from doors.vibelib import POLICY, Crank


@pytest.fixture
def crank(repo: Workspace, installed: Installed) -> Crank:
    return Crank(repo, installed)


def flat(text: str) -> str:
    return " ".join(text.split())


def made(crank: Crank, message: str, **files: str) -> None:
    """Commit, and expect it to pass in silence."""
    done = crank.commit(message, **files)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def stopped(crank: Crank, message: str, **files: str) -> str:
    """Commit, and expect it to be stopped."""
    head = crank.mine.head()
    done = crank.commit(message, **files)
    assert done.returncode != 0
    assert crank.mine.head() == head
    return flat(done.stderr)


TOPIC = ("origin", "HEAD:refs/heads/topic")

# What must pass.


def test_work_that_names_no_epic_is_not_asked(crank: Crank) -> None:
    crank.mine.git("switch", "-q", "main")
    made(crank, "Epic: this is prose\n\nEpic: two words here\n", app="1")
    assert (crank.push(*TOPIC).stderr) == ""


def test_a_small_epic_is_not_asked(crank: Crank) -> None:
    crank.mine.git("switch", "-q", "-c", "crank/small", "main")
    crank.plan("small", "[ag-8, ag-9]")
    made(crank, "one of two", app="1")
    assert crank.push("origin", "HEAD").stderr == ""


def test_planning_is_no_work(crank: Crank) -> None:
    crank.plan(issues="[ag-1, ag-2, ag-3, ag-4]")
    made(crank, "a longer plan")
    crank.mine.write(".beads/issues.jsonl", '{"id": "ag-1", "title": "One"}\n')
    made(crank, "an export")
    assert crank.push(*TOPIC).stderr == ""


def test_code_among_the_plans_is_work(crank: Crank) -> None:
    crank.mine.write(".agents/plans/tool.py", "import evil\n")
    assert "AG201" in crank.commit("planning, surely").stderr


def test_a_part_of_an_epic_is_work_for_it(crank: Crank) -> None:
    crank.mine.git("switch", "-q", "main")
    assert "AG204" in crank.commit("one\n\nEpic: login (1/2)\n", app="1").stderr


def test_a_message_that_only_people_can_read_is_undecided(crank: Crank) -> None:
    """git shows "Epic: login" to everybody."""
    crank.mine.git("switch", "-q", "main")
    crank.mine.write("app", "1")
    crank.mine.git("add", "-A")
    tree = crank.mine.git("write-tree")
    who = "A <a@example.org> 1790000000 +0000"
    for encoding, said in (("UTF-7", "is written in UTF-7"), ("ISO-8859-1", "AG204"), ("utf8", "AG204")):
        text = (
            f"tree {tree}\nparent {crank.mine.head()}\nauthor {who}\ncommitter {who}\nencoding {encoding}\n\nwork\n\n"
        )
        trailer = "+AEU-pic: login\n" if encoding == "UTF-7" else "Epic: none\n"
        oid = crank.mine.git("hash-object", "-w", "-t", "commit", "--stdin", stdin=(text + trailer).encode())
        told = crank.push("origin", f"{oid}:refs/heads/{encoding}").stderr
        assert said in " ".join(told.split())


def test_a_plan_that_was_attacked_opens(crank: Crank) -> None:
    name = crank.attack()
    made(crank, "one", app="1")
    made(crank, "two\n\nIssue: ag-2\nWave: 2/7\n", app="2")
    done = crank.push(*TOPIC)
    assert done.returncode == 0
    assert f"note AG207: commit {crank.mine.head()[:12]}: the plan of login is accepted at level 1 (bound): {name}" in (
        flat(done.stderr)
    )


def test_progress_does_not_change_the_plan(crank: Crank) -> None:
    crank.attack()
    crank.plan(more="status: done\n")
    made(crank, "one", app="1")


def test_what_git_shows_below_the_scissors_is_no_message(crank: Crank) -> None:
    crank.mine.git("switch", "-q", "main")
    editor = crank.mine.write("../editor", '#!/bin/sh\nsed -i "1i work" "$1"\n')
    editor.chmod(0o755)
    crank.mine.write("notes.txt", "Text:\n\n Epic: login\n")
    crank.mine.git("add", "-A")
    from doors.doorlib import quick

    done = quick(crank.mine, "commit", "-v", env={"GIT_EDITOR": str(editor)})
    assert done.returncode == 0, done.stderr


def test_without_judges_nothing_is_asked(repo: Workspace, installed: Installed) -> None:
    crank = Crank(repo, installed, "version = 1\n")
    made(crank, "one\n\nEpic: nowhere\n", app="1")
    assert crank.push(*TOPIC).stderr == ""


def test_predictions_are_scored(crank: Crank) -> None:
    crank.attack(findings=("pm-1", "pm-2", "pm-3"))
    made(crank, "one\n\nPredicted-By: pm-2 HIT\n", app="1")
    made(crank, "two\n\nPredicted-By: pm-3 MISS\n", app="2")
    said = flat(crank.push(*TOPIC).stderr)
    assert "AG206" in said
    assert "epic login: 1 of 2 predictions came true (50 %)" in said
    assert "HIT pm-2" in said


# What must not.


def test_work_waits_for_the_pre_mortem(crank: Crank) -> None:
    said = stopped(crank, "one", app="1")
    assert "error AG201: epic login (3 issues) has no pre-mortem of its plan" in said
    assert "agentops-gate pre-mortem .agents/plans/login.md, then agentops-gate verdict publish" in said
    crank.mine.git("switch", "-q", "-c", "elsewhere")
    for message in ("one\n\nEpic: login\n", "one\n\nSome words.\nepic :  login\n\nSigned-off-by: x\n"):
        assert "AG201" in stopped(crank, message)
    crank.mine.git("branch", "-q", "-D", "crank/login")
    crank.mine.git("switch", "-q", "-c", "crank/login/worker-2")
    assert "AG201" in stopped(crank, "one")


def test_what_was_committed_past_the_hook_is_stopped_when_it_is_pushed(crank: Crank) -> None:
    crank.mine.commit("one", {"app.txt": "1"})
    for args in (TOPIC, ("origin", "HEAD"), ("origin", "HEAD:crank/login"), (str(crank.origin.path), "HEAD")):
        done = crank.push(*args)
        assert done.returncode != 0
        assert "AG201" in done.stderr
    crank.mine.git("switch", "-q", "-c", "elsewhere")
    crank.mine.git("commit", "-q", "-n", "--amend", "-m", "one\n\nEpic: login")
    assert "AG201" in crank.push(*TOPIC).stderr
    assert crank.push("origin", "crank/login~1:refs/heads/fine").returncode == 0


def test_an_edit_voids_the_pre_mortem_and_says_so(crank: Crank) -> None:
    crank.attack()
    made(crank, "one", app="1")
    crank.plan(issues="[ag-1, ag-2, ag-3, ag-4]")
    said = stopped(crank, "two", app="2")
    assert "error AG202: epic login (4 issues): the plan changed after its pre-mortem: verdict-" in said
    assert "plan: judged login at" in said
    crank.mine.git("commit", "-q", "-n", "-m", "two")
    assert "AG202" in crank.push(*TOPIC).stderr
    crank.attack()
    assert "AG207" in crank.push(*TOPIC).stderr


@pytest.mark.parametrize(
    ("word", "changes", "rule"),
    [
        ("FAIL", {}, "AG203"),
        ("WARN", {"findings": ("pm-1",)}, "AG203"),
        ("PASS", {"not_checked": ("half of it",)}, "AG203"),
        ("PASS", {"issued": 1_600_000_000}, "AG201"),
        ("PASS", {"authors": ("judge@example.org",)}, "AG201"),
        ("PASS", {"policy": "0" * 64}, "AG201"),
        ("PASS", {"repository": "somewhere/else"}, "AG201"),
    ],
    ids=["fail", "warn", "not whole", "expired", "its own author", "another policy", "another repository"],
)
def test_a_verdict_that_does_not_count(crank: Crank, word: str, changes: dict, rule: str) -> None:
    crank.attack(word, **changes)
    assert f"error {rule}" in stopped(crank, "one", app="1")


def test_a_warn_is_taken_on_by_somebody_else(crank: Crank) -> None:
    name = crank.attack("WARN", findings=("pm-1",))
    stopped(crank, "one", app="1")
    from agentops_gates.model.verdict import Ack

    ack = Ack(name, ("pm-1",), "lead@example.org", "known", 0, 3600)
    import time

    crank.store(ack._replace(issued=int(time.time()) - 5), gate=crank.GATE)
    made(crank, "one", app="1")


def test_a_fail_stands_and_three_of_them_end_it(crank: Crank) -> None:
    crank.attack("FAIL")
    crank.attack()
    assert "is a FAIL by judge@example.org for this very tree" in stopped(crank, "one", app="1")
    for number in (5, 6):
        crank.plan(issues=f"[ag-1, ag-2, ag-{number}]")
        crank.attack("FAIL")
    crank.plan(issues="[ag-1, ag-2, ag-7]")
    crank.attack()
    assert "3 FAIL verdicts in this lineage" in stopped(crank, "one", app="1")


def test_the_plan_of_another_epic_opens_nothing(crank: Crank) -> None:
    crank.plan("other")
    crank.attack(epic="other")
    said = stopped(crank, "one", app="1")
    assert "AG201" in said
    assert "other" not in said


def test_an_epic_does_not_become_small_by_being_cut(crank: Crank) -> None:
    crank.mine.git("switch", "-q", "main")
    crank.plan("a", "[ag-6, ag-7]", "parent: big\n")
    crank.plan("b", "[ag-8, ag-9]", "parent: big\n")
    assert "AG201: epic a (4 issues)" in stopped(crank, "one\n\nEpic: a\n", app="1")
    crank.plan("a", "[ag-5]")
    assert "AG201: epic a" not in stopped(crank, "one\n\nEpic: login\nIssue: ag-9\n", app="1")


def test_a_plan_that_the_change_shortens_is_as_long_as_it_was(crank: Crank) -> None:
    crank.plan(issues="[ag-1]")
    assert "epic login (3 issues)" in stopped(crank, "one", app="1")
    (crank.mine.path / ".agents/plans/login.md").unlink()
    said = stopped(crank, "one", app="1")
    assert "AG204: epic login has no plan: neither .agents/plans/login.md nor the tracker tells of it" in said


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("one\n\nEpic: nowhere\n", "two epics are named, login and nowhere"),
        ("one\n\nEpic: ../login\n", "cannot name an epic"),
    ],
)
def test_a_commit_is_for_one_epic_that_is_known(crank: Crank, message: str, why: str) -> None:
    said = stopped(crank, message, app="1")
    assert "AG204" in said
    assert why in said


def test_a_plan_that_cannot_be_read_counts_as_long(crank: Crank) -> None:
    crank.mine.write(".agents/plans/login.md", "---\nissues: [ag-1\n---\n")
    assert "AG204: epic login: .agents/plans/login.md in the index, line 2" in stopped(crank, "one", app="1")
    (crank.mine.path / ".agents/plans/login.md").unlink()
    (crank.mine.path / ".agents/plans/login.md").symlink_to("../../app.txt")
    assert "AG204" in stopped(crank, "two", app="2")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("one\n\nWave: 51\n", "wave 51 of an epic that may take 50"),
        ("one\n\nWave: next\n", "is no number from 1 to 50"),
        ("one\n\nEpic-Complete: other\n", "write Epic-Complete: login"),
    ],
)
def test_the_loop_stops_where_it_should(crank: Crank, message: str, why: str) -> None:
    crank.attack()
    said = stopped(crank, message, app="1")
    assert "error AG205: epic login:" in said
    assert why in said


def test_an_issue_that_failed_three_times_is_left_alone(crank: Crank) -> None:
    crank.attack()
    for number in range(3):
        made(crank, f"try {number}\n\nStrike: ag-1\n", app=f"{number}")
    made(crank, "another\n\nIssue: ag-2\n", app="x")
    assert crank.push(*TOPIC).returncode == 0
    made(crank, "again\n\nIssue: ag-1\n", app="y")
    assert "AG205: epic login: ag-1 failed 3 times" in flat(crank.push(*TOPIC).stderr)


def test_ci_knows_the_branch_that_a_pull_request_comes_from(crank: Crank) -> None:
    crank.mine.commit("one", {"app.txt": "1"})
    ends = {"base": {"ref": "main"}, "head": {"sha": crank.mine.head(), "ref": "crank/login"}}
    event = crank.mine.write("../event.json", json.dumps({"action": "opened", "pull_request": ends}))
    env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    args = ("check", "--gate", crank.GATE, "--format", "json")
    done = crank.installed.gate(crank.mine, *args, env={**env, "AGENTOPS_HOOKS_DISABLED": "1"}, ok=None)
    rules = [finding["rule"] for gate in json.loads(done.stdout)["gates"] for finding in gate["findings"]]
    assert (done.returncode, rules) == (1, ["AG201"])


def test_the_limit_is_the_bases(crank: Crank, repo: Workspace) -> None:
    repo.commit("looser", {"agentops-gates.toml": POLICY + "[gates.pre-mortem-before-crank]\nmin_issues = 99\n"})
    repo.commit("work", {"app.txt": "1"})
    said = crank.push(*TOPIC).stderr
    assert "AG201" in said
    assert "AG902" in said
