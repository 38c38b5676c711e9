"""The gate by itself: who is a worker, and which commits are a worker's. What must not fire stands first."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Workspace

from agentops_gates.gates import worker_no_commit as gate
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import SkippedError, UndecidedError
from agentops_gates.model.finding import Finding
from agentops_gates.model.subject import Door, Subject
from agentops_gates.policy.policy import Policy, effective

GATE = "worker-no-commit"
HOOKS = {"pre-commit": "staged", "pre-merge-commit": "staged", "prepare-commit-msg": "message", "commit-msg": "message"}


def policy(**settings: object) -> Policy:
    return effective({"gates": {GATE: settings}}, [gate.META], "test")


def judged(repo: Workspace, subject: Subject, **settings: object) -> list[Finding]:
    with Repo.open(str(repo.path)) as opened:
        return list(gate.check(subject, policy(**settings), opened))


def rules(findings: list[Finding]) -> list[str]:
    return [f"{finding.rule} {finding.level}" for finding in findings]


def asked(repo: Workspace, hook: str = "prepare-commit-msg", **settings: object) -> list[str]:
    return rules(judged(repo, Subject("message", (), None, message=b"words\n", hook=hook), **settings))


@pytest.fixture
def start(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    repo.commit("first", {"a": "a\n"})
    monkeypatch.chdir(repo.path)
    return repo


@pytest.fixture
def linked(start: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A linked work tree, which we stand in."""
    path = tmp_path / ".claude" / "worktrees" / "worker-1"
    start.git("worktree", "add", "-q", "-b", "worker/one", str(path))
    monkeypatch.chdir(path)
    return Workspace(path)


def mark(tree: Workspace, content: str = "worker\n") -> Path:
    marker = Path(tree.git("rev-parse", "--absolute-git-dir")) / "agentops" / "role"
    marker.parent.mkdir(exist_ok=True)
    marker.write_text(content)
    return marker


def configure(tree: Workspace) -> None:
    tree.git("config", "extensions.worktreeConfig", "true")
    tree.git("config", "--worktree", "agentops.role", "worker")


NOBODY: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "the lead": {"AGENTOPS_ROLE": "lead"},
    "an empty role": {"AGENTOPS_ROLE": ""},
    "a role that only sounds like it": {"AGENTOPS_ROLE": "coworker"},
    "an older switch that is off": {"AGENTOPS_WORKER": "0"},
    "another agent's name": {"CLAUDE_AGENT_NAME": "lead-worker-1"},
    "an agent's shell": {"CLAUDECODE": "1", "AI_AGENT": "x"},
}


@pytest.mark.parametrize("env", NOBODY.values(), ids=NOBODY)
@pytest.mark.parametrize("hook", [*HOOKS, "pre-push"])
def test_a_person_in_a_linked_work_tree_is_no_worker(
    linked: Workspace, hook: str, env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert asked(linked, hook) == []


def test_a_shared_setting_makes_nobody_a_worker(linked: Workspace) -> None:
    linked.git("config", "agentops.role", "worker")
    assert asked(linked) == []


@pytest.mark.parametrize("content", ["", "lead\n", "a worker\n", "\nworker\n"], ids=repr)
def test_another_marker_makes_nobody_a_worker(linked: Workspace, content: str) -> None:
    mark(linked, content)
    assert asked(linked) == []


def test_the_lead_is_no_worker_because_there_are_workers(start: Workspace, linked: Workspace, monkeypatch) -> None:
    mark(linked)
    configure(linked)
    monkeypatch.chdir(start.path)
    assert asked(start) == []


def test_check_does_not_ask_who_runs_it(start: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_ROLE", "worker")
    assert judged(start, Subject("staged", (start.head(),))) == []
    assert judged(start, Subject("range", (start.head(),), start.head(), door="ci")) == []


SIGNS = ["AGENTOPS_ROLE=worker", "AGENTOPS_ROLE=Worker"]
OLDER = ["AGENTOPS_WORKER=1", "AGENTOPS_SWARM_ROLE=worker", "AGENTOPS_WORKER_SESSION=x", "CLAUDE_AGENT_NAME=worker-7"]


@pytest.mark.parametrize("hook", [*HOOKS, "pre-push"])
@pytest.mark.parametrize("sign", SIGNS + OLDER)
def test_the_environment_tells(start: Workspace, sign: str, hook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*sign.split("="))
    wanted = ["AG302 error" if hook == "pre-push" else "AG301 error"]
    assert asked(start, hook) == wanted + (["AG305 note"] if sign in OLDER else [])


def test_the_marker_tells(linked: Workspace) -> None:
    mark(linked)
    assert asked(linked) == ["AG301 error"]


def test_the_configuration_of_the_work_tree_tells(linked: Workspace) -> None:
    configure(linked)
    assert asked(linked) == ["AG301 error"]


def test_the_folder_we_stand_in_tells_when_git_is_sent_elsewhere(
    start: Workspace, linked: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(linked)
    below = linked.path / "deep" / "er"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert asked(start) == ["AG301 error"]


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no /proc here")
def test_an_environment_that_was_taken_off_tells(start: Workspace) -> None:
    code = (
        "import os, sys\nfrom agentops_gates.git.repo import Repo\nfrom agentops_gates.workers.role import sign\n"
        "with Repo.open() as repo:\n    print(sign(repo))"
    )
    root = Path(gate.__file__).parents[2]
    line = f"env -u AGENTOPS_ROLE PYTHONPATH='{root}' '{os.sys.executable}' -c '{code}'; :"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=start.path,
        env={**os.environ, "AGENTOPS_ROLE": "worker"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "a process that started this one" in done.stdout


@pytest.mark.parametrize(
    ("level", "wanted"), [("warn", ["AG301 warning"]), ("trial", ["AG301 note"])], ids=["warn", "trial"]
)
def test_the_level(start: Workspace, level: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_ROLE", "worker")
    assert asked(start, level=level) == wanted


def test_off_is_a_skip(start: Workspace) -> None:
    with pytest.raises(SkippedError):
        asked(start, level="off")


# Commits of a range.


def landed(repo: Workspace, message: str = "change", **env: str) -> str:
    repo.git("commit", "-q", "--allow-empty", "-m", message, env=env)
    return repo.head()


def range_rules(repo: Workspace, base: str, *, door: Door = "ci", hook: str = "", **settings: object) -> list[str]:
    return rules(judged(repo, Subject("range", (base,), repo.head(), door=door, hook=hook), **settings))


LEADS = {
    "a plain commit": ("change", {}),
    "a lead's trailer": ("change\n\nAgent-Role: lead", {}),
    "prose about workers": ("Let the worker no longer commit\n\nThe Agent-Role trailer says worker then.", {}),
    "a name like one": ("change", {"GIT_AUTHOR_NAME": "Wanda Worker", "GIT_AUTHOR_EMAIL": "worker@example.org"}),
    "an address that only ends alike": ("change", {"GIT_AUTHOR_EMAIL": "x@notworkers.agentops.invalid.org"}),
}


@pytest.mark.parametrize(("message", "env"), LEADS.values(), ids=LEADS)
def test_commits_of_the_lead_pass(start: Workspace, message: str, env: dict[str, str]) -> None:
    base = start.head()
    landed(start, message, **env)
    assert range_rules(start, base, people=["cy@example.org"], keys=["SHA256:x"]) == []


def test_what_the_base_has_is_nobodys_new_commit(start: Workspace) -> None:
    base = landed(start, "change\n\nAgent-Role: worker")
    landed(start)
    assert range_rules(start, base) == []


WORKERS = {
    "the trailer": ("change\n\nAgent-Role: worker", {}, {}),
    "the trailer in the middle": ("change\n\nAgent-Role: Worker-7\n\nmore words\n\nReviewed-by: x", {}, {}),
    "the author's address": ("change", {"GIT_AUTHOR_EMAIL": "w1@workers.agentops.invalid"}, {}),
    "the committer's address": ("change", {"GIT_COMMITTER_EMAIL": "W1@WORKERS.agentops.invalid"}, {}),
    "a name of the policy": ("change", {"GIT_AUTHOR_NAME": "Bot 7"}, {"names": ["bot *"]}),
    "a role of the policy": ("change\n\nAgent-Role: implementer", {}, {"roles": ["implementer"]}),
}


@pytest.mark.parametrize(("message", "env", "settings"), WORKERS.values(), ids=WORKERS)
@pytest.mark.parametrize("door", ["local", "ci", "server"])
def test_commits_of_a_worker_are_refused(start: Workspace, message, env, settings, door: Door) -> None:
    base = start.head()
    landed(start, message, **env)
    landed(start, "one of the lead's on top")
    assert range_rules(start, base, door=door, **settings) == ["AG303 error"]


def test_every_base_counts(start: Workspace) -> None:
    first = start.head()
    other = landed(start, "change\n\nAgent-Role: worker")
    head = landed(start)
    assert rules(judged(start, Subject("range", (first, other), head))) == []


def test_the_key_of_a_signature(start: Workspace, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], check=True, capture_output=True, text=True).stdout
    base = start.head()
    start.git("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "commit", "-qS", "--allow-empty", "-m", "signed")
    assert range_rules(start, base, keys=["SHA256:other"]) == []
    assert range_rules(start, base, keys=[shown.split()[1]]) == ["AG303 error"]


def test_a_person_whose_name_no_agent_may_carry(start: Workspace) -> None:
    base = start.head()
    landed(start, "change\n\nAgent-Role: lead")
    assert range_rules(start, base) == []
    assert range_rules(start, base, people=["ada@example.org"]) == ["AG304 error"]


def test_the_log_of_a_work_tree_tells_here_only(start: Workspace, linked: Workspace, monkeypatch) -> None:
    base = start.head()
    mark(linked)
    landed(linked)
    start.git("merge", "-q", "--ff-only", "worker/one")
    monkeypatch.chdir(start.path)
    assert range_rules(start, base, door="local", hook="pre-push") == ["AG303 error"]
    assert range_rules(start, base) == []


def test_a_pipe_for_a_marker_keeps_nobody_waiting(start: Workspace, linked: Workspace) -> None:
    base = start.head()
    marker = mark(linked)
    marker.unlink()
    os.mkfifo(marker)
    landed(start)
    assert range_rules(start, base, door="local", hook="pre-push") == []


def test_many_commits_are_told_once(start: Workspace) -> None:
    base = start.head()
    for number in range(25):
        landed(start, f"{number}\n\nAgent-Role: worker")
    assert len(range_rules(start, base)) == 21


def test_a_history_that_is_cut_is_undecided(start: Workspace, tmp_path: Path) -> None:
    landed(start)
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{start.path}", str(tmp_path / "cut")], check=True)
    cut = Workspace(tmp_path / "cut")
    with pytest.raises(UndecidedError):
        judged(cut, Subject("range", (), cut.head()))


MESSAGES = {
    "words": (b"change\n", []),
    "a trailer": (b"change\n\nAgent-Role: worker\n", ["AG303 error"]),
    "a comment": (b"change\n\n# Agent-Role: worker\n", []),
    "a diff below": (b"change\n\n# ------------------------ >8 ------------------------\n Agent-Role: worker\n", []),
}


@pytest.mark.parametrize(("message", "wanted"), MESSAGES.values(), ids=MESSAGES)
def test_what_a_message_says(start: Workspace, message: bytes, wanted: list[str]) -> None:
    assert rules(judged(start, Subject("message", (), None, message=message, hook="commit-msg"))) == wanted
