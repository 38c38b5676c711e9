"""Runs of judges that lead to no verdict: they leave a record, and those that somebody broke off are counted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.verdictlib import JUDGE, make_project, recorded, said
from conftest import Workspace

from agentops_gates.entry import desk
from agentops_gates.entry.cli.app import main
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError
from agentops_gates.model.verdict import Judge

GARBAGE = "print('PASS, I am sure')"
# Answers, and is never heard: another one that must answer too does not.
SECOND = """
[council.judges.second]
command = ["false"]
principal = "second@council"
"""


def attempts(project: Workspace) -> list[str]:
    refs = project.git("for-each-ref", "--format=%(refname)", "refs/agentops/verdicts").split()
    return [ref for ref in refs if "/attempt-" in ref]


def test_a_run_is_recorded_before_the_judges_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = tmp_path / "seen"
    ask = ["git", "-C", str(tmp_path / "work"), "for-each-ref", "refs/agentops"]
    look = f"import subprocess\nsubprocess.run({ask!r}, stdout=open({str(seen)!r}, 'w'))\n"
    project = make_project(tmp_path, look + JUDGE)
    project.commit("more", {"b.py": "y = 1\n"})
    monkeypatch.chdir(project.path)
    name = recorded(said(capsys, 0, "vibe"))
    assert "refs/agentops/verdicts/push-after-vibe/attempt-" in seen.read_text()
    assert name not in seen.read_text()
    (ref,) = attempts(project)
    payload = project.git("show", f"refs/agentops/verdicts/push-after-vibe/{name}:payload")
    assert f'"run":"{ref.rpartition("/")[2]}"' in payload
    listed = said(capsys, 0, "verdict", "list")
    assert "judges were asked, for refs/heads/main" in listed
    assert "no verdict came of it" not in listed
    assert "# Attempt" in said(capsys, 0, "verdict", "show", "attempt")


def test_a_run_that_is_killed_is_listed_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The attack: watch the judges, kill them when a FAIL is coming, and ask until one says PASS."""
    asked = tmp_path / "asked"
    project = make_project(tmp_path, f"import time\nopen({str(asked)!r}, 'w').close()\ntime.sleep(60)\n")
    monkeypatch.chdir(project.path)
    for number in range(5):
        project.commit("more", {"b.py": f"y = {number}\n"})
        asked.unlink(missing_ok=True)
        _killed(project, asked)
        assert len(attempts(project)) == number + 1
    listed = said(capsys, 0, "verdict", "list")
    assert listed.count("no verdict came of it") == 5
    with pytest.raises(UsageError, match="5 runs without a verdict"):
        main(["vibe"])
    with pytest.raises(UsageError, match="5 runs without a verdict"):
        main(["verdict", "record", "PASS", "--principal", "judge@example.org"])
    assert len(attempts(project)) == 5
    assert "AG108" in said(capsys, 1, "verdict", "verify")


def _killed(project: Workspace, asked: Path) -> None:
    command = [sys.executable, "-m", "agentops_gates", "vibe"]
    run = subprocess.Popen(command, cwd=project.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if asked.exists():
                break
            time.sleep(0.05)
        assert asked.exists()
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()


def test_a_crash_or_two_keep_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, judge = tmp_path / "asked", tmp_path / "judge.py"
    project = make_project(tmp_path, f"import time\nopen({str(asked)!r}, 'w').close()\ntime.sleep(60)\n")
    monkeypatch.chdir(project.path)
    project.commit("more", {"b.py": "y = 1\n"})
    for _ in range(2):
        asked.unlink(missing_ok=True)
        _killed(project, asked)
    judge.write_text(JUDGE)
    out = said(capsys, 0, "vibe")
    assert "(attempt 3)" in out
    assert "accepted" in said(capsys, 0, "verdict", "verify")


def test_a_run_in_which_nobody_answers_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A judge's service that is down for a day shuts nobody out."""
    project = make_project(tmp_path, GARBAGE)
    monkeypatch.chdir(project.path)
    project.commit("more", {"b.py": "y = 1\n"})
    for _ in range(2):
        assert "the attempt does not count: nobody answered" in said(capsys, 3, "vibe")
    assert "nobody answered in attempt-" in said(capsys, 0, "verdict", "list")
    assert "no verdict came of it" not in said(capsys, 0, "verdict", "list")
    (tmp_path / "judge.py").write_text(JUDGE)
    assert "(attempt 1)" in said(capsys, 0, "vibe")


def test_a_run_in_which_somebody_answered_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_project(tmp_path, JUDGE, SECOND)
    policy = (project.path / "agentops-gates.toml").read_text().replace("retries", "quorum = 2\n        retries")
    project.git("checkout", "-q", "main")
    project.commit("two must answer", {"agentops-gates.toml": policy})
    project.git("push", "-q", "origin", "main")
    project.git("checkout", "-q", "-B", "topic")
    monkeypatch.chdir(project.path)
    project.commit("more", {"b.py": "y = 1\n"})
    assert "no verdict was recorded; the attempt counts" in said(capsys, 3, "vibe")
    assert "no verdict came of it" in said(capsys, 0, "verdict", "list")


def test_nobody_takes_a_run_back(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    said(capsys, 0, "vibe")
    with pytest.raises(UsageError, match="what was tried or ended stays so"):
        main(["verdict", "revoke", "attempt-", "--reason", "mistake"])


def test_runs_are_published_and_rolled_up_like_all_records(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    said(capsys, 0, "vibe")
    (ref,) = attempts(project)
    said(capsys, 0, "verdict", "publish", "origin", "topic:main")
    assert ref in project.git("ls-remote", "origin")
    said(capsys, 0, "verdict", "roll-up")
    assert attempts(project) == []
    assert "judges were asked" in said(capsys, 0, "verdict", "list")


def test_runs_of_one_second_are_several(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack: hold the clock still, and all runs would leave the same record."""
    monkeypatch.setattr(desk, "time", Still)
    project.commit("more", {"b.py": "y = 1\n"})
    with Repo.open(str(project.path)) as repo:
        work = desk.work(repo, None, None, None)
        begun = {desk.begin(repo, desk.VIBE, work.transition, work.policy, None) for _ in range(3)}
    assert len(begun) == 3


class Still:
    """A clock that stands."""

    @staticmethod
    def time() -> float:
        return 1_790_000_000.0


def test_a_fail_is_recorded_though_others_struck_meanwhile(project: Workspace) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    judge = Judge("claude@council", "", "", "", "session", "FAIL", "0" * 64)
    made = desk.Made("FAIL", (judge,))
    with Repo.open(str(project.path)) as repo:
        work = desk.work(repo, None, None, None)
        begun = desk.begin(repo, desk.VIBE, work.transition, work.policy, None)
        for number in range(3):
            said = desk.statement(repo, desk.VIBE, work.transition, work.policy, made)
            desk.keep(repo, [desk.VIBE], said._replace(findings=(str(number),)), None)
        with pytest.raises(UsageError, match="failed three times"):
            desk.statement(repo, desk.VIBE, work.transition, work.policy, made)
        late = desk.statement(repo, desk.VIBE, work.transition, work.policy, made._replace(run=begun))
    assert (late.verdict, late.run, late.attempt) == ("FAIL", begun, 4)
