"""The kill switch: a person's, at a terminal, recorded; refused to everybody else, and unknown to CI and servers."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
from conftest import Workspace, branchy
from doors.doorlib import DEADLINE, GIT, quick

from agentops_gates.entry.githooks.switch import _AGENTS, variable
from agentops_gates.gates.registry import metadata

BAD = branchy("f", 14)
ALL = {"AGENTOPS_HOOKS_DISABLED": "1"}
ONE = {"AGENTOPS_SKIP_COMPLEXITY_REGRESSION": "1"}


@pytest.fixture(autouse=True)
def no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves be run by an agent."""
    for name in _AGENTS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bad(hooked: Workspace) -> Workspace:
    """A repository in which something is staged that a gate stops."""
    hooked.write("a.py", BAD)
    hooked.git("add", "-A")
    return hooked


def at_terminal(where: Workspace, *args: str, env: dict[str, str]) -> tuple[int, str]:
    """Run git at a pseudo-terminal and return its exit code and what stands there."""
    master, slave = pty.openpty()
    with (
        os.fdopen(master, "rb", 0) as screen,
        subprocess.Popen(
            [GIT, *args], cwd=where.path, env={**os.environ, **env}, stdin=slave, stdout=slave, stderr=slave
        ) as process,
    ):
        os.close(slave)
        said = b""
        while chunk := read(screen.fileno()):
            said += chunk
        code = process.wait(DEADLINE)
    return code, said.decode().replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # what Linux says when nobody writes any more
        return b""


def log(where: Workspace) -> list[str]:
    path = Path(where.git("rev-parse", "--path-format=absolute", "--git-common-dir")) / "agentops/skips.log"
    return path.read_text().splitlines() if path.exists() else []


def test_a_person_skips_a_hook_and_it_is_shown_and_recorded(bad: Workspace) -> None:
    head = bad.head()
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env=ALL)
    assert code == 0, said
    assert "pre-commit skips complexity-regression, policy-change, worker-no-commit (AGENTOPS_HOOKS_DISABLED)" in said
    assert "AG602" not in said
    first, second = log(bad)
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    words = "complexity-regression,policy-change,worker-no-commit AGENTOPS_HOOKS_DISABLED"
    assert re.fullmatch(rf"{stamp} pre-commit {words} uid={os.getuid()} head={head}", first)
    assert " commit-msg pre-mortem-before-crank,worker-no-commit AGENTOPS_HOOKS_DISABLED " in second


def test_one_gate_is_skipped_and_the_others_judge(bad: Workspace) -> None:
    bad.write("agentops-gates.toml", "[gates.complexity-regression]\nmax_complexity = 99\n")
    bad.git("add", "-A")
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env=ONE)
    assert code == 1
    assert "pre-commit skips complexity-regression (AGENTOPS_SKIP_COMPLEXITY_REGRESSION)" in said
    assert "AG902" in said
    assert "AG602" not in said
    assert len(log(bad)) == 1


def test_linked_work_trees_share_one_log(bad: Workspace, tmp_path: Path) -> None:
    bad.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    linked = Workspace(tmp_path / "linked")
    linked.write("a.py", BAD)
    linked.git("add", "-A")
    assert at_terminal(linked, "commit", "-q", "-m", "bad", env=ALL)[0] == 0
    assert len(log(bad)) == 2


def test_a_push_is_skipped_too(bad: Workspace, tmp_path: Path) -> None:
    bad.git("commit", "-q", "-n", "-m", "bad")
    bad.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    bad.git("push", "-q", "--no-verify", str(tmp_path / "remote.git"), "HEAD~1:refs/heads/main")
    bad.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    bad.git("fetch", "-q", "origin")
    assert at_terminal(bad, "push", "-q", "origin", "main", env={})[0] != 0
    code, said = at_terminal(bad, "push", "-q", "origin", "main", env=ALL)
    assert code == 0, said
    assert "pre-push skips " in said


@pytest.mark.parametrize("value", ["", "0"])
def test_what_is_not_set_is_not_set(bad: Workspace, value: str) -> None:
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env=dict.fromkeys((*ALL, *ONE), value))
    assert code == 1
    assert "AGENTOPS" not in said
    assert log(bad) == []


@pytest.mark.parametrize("name", ["CLAUDECODE", "CODEX_THREAD_ID", "GEMINI_CLI", "CURSOR_AGENT", "AI_AGENT"])
def test_an_agent_is_refused_at_a_terminal_too(bad: Workspace, name: str) -> None:
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env={**ALL, name: "1"})
    assert code == 1
    assert f"is refused, and pre-commit judges: this is an agent's shell ({name} is set)" in said
    assert "AG602" in said
    assert log(bad) == []


@pytest.mark.parametrize("switch", [ALL, ONE], ids=["all", "one"])
def test_without_a_terminal_it_is_refused(bad: Workspace, switch: dict[str, str]) -> None:
    done = quick(bad, "commit", "-m", "bad", env=switch)
    assert done.returncode == 1
    assert "is refused, and pre-commit judges: no terminal is here, so nobody would see it\n" in done.stderr
    assert "AG602" in done.stderr
    assert log(bad) == []


def test_ci_is_refused(bad: Workspace) -> None:
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env={**ALL, "CI": "true"})
    assert (code, "this is a CI run" in said, log(bad)) == (1, True, [])


def test_what_cannot_be_recorded_is_not_skipped(bad: Workspace, tmp_path: Path) -> None:
    folder = Path(bad.git("rev-parse", "--absolute-git-dir")) / "agentops"
    folder.mkdir(exist_ok=True)
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    (folder / "skips.log").symlink_to(victim)
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env=ALL)
    assert code == 1
    assert "it cannot be recorded: " in said
    assert victim.read_text() == "mine\n"


def test_a_switch_for_no_gate_is_told(bad: Workspace) -> None:
    code, said = at_terminal(bad, "commit", "-q", "-m", "bad", env={"AGENTOPS_SKIP_EVERYTHING": "1"})
    assert code == 1
    assert "AGENTOPS_SKIP_EVERYTHING names no gate; they are: AGENTOPS_SKIP_COMPLEXITY_REGRESSION" in said


def test_every_gate_has_a_variable_of_its_own() -> None:
    names = [variable(gate.id) for gate in metadata()]
    assert len(set(names)) == len(names)
    assert "AGENTOPS_SKIP_PUSH_AFTER_VIBE" in names
