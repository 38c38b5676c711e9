"""``agentops-gate check`` as a person or a script calls it: a real process in a real repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace, branchy, make_repository
from entry.entrylib import agentops


@pytest.fixture
def history(repo: Workspace) -> Workspace:
    """Three commits: a simple function, an unrelated file, then growth from 6 to 13."""
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("notes", {"notes.txt": "hello\n"})
    repo.commit("grow", {"app.py": branchy("f", 12)})
    return repo


def stage(repo: Workspace, decisions: int) -> None:
    repo.write("app.py", branchy("f", decisions))
    repo.git("add", "-A")


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("--base", "HEAD~2", "--head", "HEAD~1"), id="range-without-growth"),
        pytest.param(("--base", "HEAD", "--head", "HEAD"), id="empty-range"),
        pytest.param(("--base", "HEAD"), id="head-is-the-default"),
        pytest.param(("--staged",), id="nothing-staged"),
        pytest.param((), id="nothing-staged-by-default"),
        pytest.param(("--repository",), id="repository-is-judged-by-no-gate-yet"),
    ],
)
def test_passes(history: Workspace, args: tuple[str, ...]) -> None:
    done = agentops(history.path, "check", *args)
    assert done.returncode == 0, done.stdout + done.stderr


def test_blocks_a_range(history: Workspace) -> None:
    done = agentops(history.path, "check", "--base", "HEAD~1")
    assert done.returncode == 1
    assert "AG601" in done.stdout
    assert "app.py:1" in done.stdout
    assert "6 -> 13" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_blocks_what_is_staged_and_not_what_lies_around(history: Workspace) -> None:
    stage(history, 20)
    history.write("app.py", branchy("f", 1))
    done = agentops(history.path, "check")
    assert done.returncode == 1
    assert "13 -> 21" in done.stdout


def test_work_tree_changes_are_not_judged(history: Workspace) -> None:
    history.write("app.py", branchy("f", 40))
    assert agentops(history.path, "check").returncode == 0


def test_judges_from_a_subfolder(history: Workspace) -> None:
    history.write("deep/er/x.txt", "x")
    done = agentops(history.path / "deep" / "er", "check", "--base", "HEAD~1")
    assert done.returncode == 1
    assert "app.py:1" in done.stdout


def test_json_follows_the_contract(history: Workspace) -> None:
    done = agentops(history.path, "check", "--base", "HEAD~1", "--format", "json")
    result = json.loads(done.stdout)
    assert result["schema"] == "agentops-gates/result/v1"
    assert result["outcome"] == "fail"
    assert result["subject"]["base"] == history.git("rev-parse", "HEAD~1")
    assert result["subject"]["head"] == history.head()
    (gate,) = [gate for gate in result["gates"] if gate["id"] == "complexity-regression"]
    assert [finding["rule"] for finding in gate["findings"] if finding["level"] == "error"] == ["AG601"]


def test_several_reports_in_one_run(history: Workspace, tmp_path: Path) -> None:
    reports = {name: tmp_path / name for name in ("sarif", "junit", "markdown", "github", "json")}
    flags = [f"--report={name}={file}" for name, file in reports.items()]
    done = agentops(history.path, "check", "--base", "HEAD~1", *flags, "--output", str(tmp_path / "text"))
    assert (done.returncode, done.stdout) == (1, "")
    for file in (*reports.values(), tmp_path / "text"):
        assert "AG601" in file.read_text(), file


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        pytest.param(("--base", "nowhere"), "nowhere", id="unknown-base"),
        pytest.param(("--base", "HEAD", "--head", "-rf"), "-rf", id="option-as-a-revision"),
        pytest.param(("--head", "HEAD"), "--base", id="head-without-base"),
        pytest.param(("--base", "HEAD", "--staged"), "--staged", id="two-subjects"),
        pytest.param(("--gate", "complexity"), "complexity-regression", id="unknown-gate"),
        pytest.param(("--format", "yaml"), "yaml", id="unknown-format"),
        pytest.param(("--report", "sarif"), "FORMAT=FILE", id="report-without-file"),
        pytest.param(("--output", "no/such/folder/file"), "no/such/folder/file", id="unwritable-output"),
        pytest.param(("--bogus",), "--bogus", id="unknown-option"),
        pytest.param(("--deadline", "0"), "deadline", id="no-time-at-all"),
    ],
)
def test_usage_errors_exit_2_with_one_clear_line(history: Workspace, args: tuple[str, ...], complaint: str) -> None:
    done = agentops(history.path, "check", *args)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert [line[:2] for line in done.stderr.splitlines()] == ["ag", *["  "] * (len(done.stderr.splitlines()) - 1)]
    assert all(len(line) <= 80 for line in done.stderr.splitlines())


def test_outside_a_repository_exits_2(tmp_path: Path) -> None:
    done = agentops(tmp_path, "check")
    assert done.returncode == 2
    assert "not in a git repository" in done.stderr


def test_a_shallow_clone_is_undecided_and_says_what_to_fetch(history: Workspace, tmp_path: Path) -> None:
    base = history.git("rev-parse", "HEAD~2")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{history.path}", tmp_path / "shallow"], check=True)
    done = agentops(tmp_path / "shallow", "check", "--base", base)
    assert done.returncode == 3
    assert "shallow" in done.stdout
    assert "git fetch --unshallow" in done.stdout
    document = json.loads(agentops(tmp_path / "shallow", "check", "--base", base, "--format", "json").stdout)
    assert document["outcome"] == "undecided"


def test_a_deadline_that_is_over_is_undecided(history: Workspace) -> None:
    history.commit("much", {f"m{n}.py": branchy("f", 300) for n in range(40)})
    done = agentops(history.path, "check", "--base", "HEAD~1", "--deadline", "0.001")
    assert done.returncode == 3
    assert "did not end within 0.001 s" in " ".join(done.stdout.split())


def test_unborn_head(repo: Workspace) -> None:
    stage(repo, 30)
    done = agentops(repo.path, "check", "--staged")
    assert done.returncode == 0, "a regression needs a before"
    assert "AG602" in done.stdout, "but it is not silent about it"


def test_sha256_repository(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "sha256", "--object-format=sha256")
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("grow", {"app.py": branchy("f", 12)})
    done = agentops(repo.path, "check", "--base", "HEAD~1")
    assert done.returncode == 1
    assert "6 -> 13" in done.stdout


def test_no_color_in_a_pipe_unless_asked(history: Workspace) -> None:
    args = ("check", "--base", "HEAD~1")
    assert "\x1b" not in agentops(history.path, *args).stdout
    assert "\x1b" in agentops(history.path, *args, "--color", "always").stdout


def test_a_full_disk_is_an_error_and_not_a_pass(history: Workspace) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-I", "-m", "agentops_gates", "check", "--base", "HEAD~1"]
        done = subprocess.run(command, cwd=history.path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode not in (0, 3)
    assert "Traceback" not in done.stderr


def test_a_path_with_any_bytes_is_named_and_harmless(repo: Workspace) -> None:
    name = b"caf\xe9 \x1b[31m.py"
    repo.write(name, branchy("f", 5))
    repo.commit("start")
    repo.write(name, branchy("f", 12))
    repo.git("add", "-A")
    done = agentops(repo.path, "check")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "caf\\xe9" in done.stdout


def test_commands_are_listed_and_completed(repo: Workspace) -> None:
    assert "complexity" in agentops(repo.path, "--help").stdout
    done = agentops(repo.path, env={"_AGENTOPS_GATE_COMPLETE": "bash_source"})
    assert "_AGENTOPS_GATE_COMPLETE" in done.stdout


def test_asking_for_one_gate_does_not_choose_the_policy_away(repo: Workspace) -> None:
    repo.commit("start", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complexity = 5\n"})
    repo.commit("loosen", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complexity = 50\n"})
    done = agentops(repo.path, "check", "--base", "HEAD~1", "--gate", "complexity-regression")
    assert done.returncode == 1
    assert "AG902" in done.stdout


def test_every_mistake_of_a_policy_stands_on_a_line_of_its_own(repo: Workspace) -> None:
    repo.commit("start", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complxety = 5\nmode = 'x'\n"})
    done = agentops(repo.path, "check", "--base", "HEAD")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "unknown key `max_complxety` in [gates.complexity-regression], did you mean `max_complexity`?" in said
    lines = done.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines if not line.startswith(" ")] == ["agentops-gate:"] * 2
    assert all(len(line) <= 80 for line in lines)
    assert "\\x0a" not in done.stderr
