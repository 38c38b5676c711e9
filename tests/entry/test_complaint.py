"""What stands on standard error when a run ends without a report, on a terminal and in GitHub Actions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace
from entry.entrylib import agentops
from formats.sample_reports import HOSTILE
from formats.test_github import executed

from agentops_gates.entry.complaint import complaint
from agentops_gates.model.text import printable

LONG = "one word after another, " * 12


def test_every_line_is_ours_and_fits() -> None:
    lines = complaint(f"{LONG}\n{LONG}", LONG, {}).splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line for line in lines if not line.startswith("       ")]
    assert [line.startswith(("agentops-gate: one", "  ")) for line in heads] == [True] * len(heads)
    assert sum(line.startswith("agentops-gate: ") for line in lines) == 2
    assert sum(line.startswith("  fix: one") for line in lines) == 1


def test_a_long_path_stays_whole_and_a_command_on_its_line() -> None:
    path, command = "/" + "folder/" * 20, "    git fetch " + "x " * 60
    text = complaint(f"cannot read {path}: no", f"run this:\n{command}", {})
    assert f"\n  {path}:\n  no\n" in text
    assert text.endswith(f"  fix: run this:\n       {command}\n")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_one_annotation_and_executes_nothing(hostile: str) -> None:
    text = complaint(f"{hostile} {LONG}", hostile, {"GITHUB_ACTIONS": "true"})
    ((name, properties, data),) = executed(text)
    assert (name, properties) == ("error", {"title": "agentops-gate"})
    if len(hostile) < 100:
        assert data.startswith(printable(hostile.split("\n", maxsplit=1)[0]))
    plain = complaint(f"{hostile} {LONG}", hostile, {})
    assert all(line.isprintable() for line in plain.splitlines())


CALLS = {
    "usage": (("check", "--base", "HEAD", "--staged"), 2, "give --base (and --head), or --staged"),
    "empty": (("check", "--base", ""), 2, "--base is empty"),
    "name": (("check", "--base", "no%0A::error::x", "--format", "github"), 2, "no%0A::error::x names no commit"),
    "option": (("check", "--bogus"), 2, "No such option"),
}


@pytest.mark.parametrize(("args", "code", "said"), CALLS.values(), ids=CALLS)
def test_in_github_actions_an_error_is_annotated(repo: Workspace, args: tuple[str, ...], code: int, said: str) -> None:
    repo.commit("one", {"a.py": "x = 1\n"})
    done = agentops(repo.path, *args, env={"GITHUB_ACTIONS": "true"})
    assert (done.returncode, done.stdout) == (code, "")
    ((name, _, data),) = executed(done.stderr)
    assert name == "error"
    assert data.startswith(said)
    assert "::" not in agentops(repo.path, *args).stderr.replace("::error::x", "")


def test_an_undecided_run_says_its_reason_once(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("one", {"a.py": "x = 1\n"})
    base = repo.git("rev-parse", "HEAD")
    repo.commit("two", {"a.py": "x = 2\n"})
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow"))
    done = agentops(tmp_path / "shallow", "check", "--base", base, "--format", "github")
    assert done.returncode == 3
    ((name, properties, data),) = executed(done.stdout)
    assert (name, properties["title"].startswith("complexity-regression, ")) == ("error", True)
    assert data.endswith("git fetch --unshallow")
    text = agentops(tmp_path / "shallow", "check", "--base", base).stdout
    assert text.count("git fetch --unshallow") == 1
    assert "undecided complexity-regression, " in text


HELP = ["hook --help", "hook -h", *(f"hook {name} --help" for name in ("pre-commit", "commit-msg", "pre-push"))]


@pytest.mark.parametrize("line", [*HELP, "hook pre-push -h", "hook pre-commit --gate complexity-regression --help"])
def test_help_of_a_hook_runs_no_gate(tmp_path: Path, line: str) -> None:
    # Outside a repository a gate could not even start.
    done = agentops(tmp_path, *line.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: agentops-gate hook NAME")
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("words", [("--help", "--help"), ("-h", "-h"), ("--help", "x")], ids=" ".join)
def test_a_remote_called_help_is_judged_like_any_other(repo: Workspace, words: tuple[str, ...]) -> None:
    """``git push -- --help`` to a folder of that name must not pass without a look."""
    repo.commit("policy", {"agentops-gates.toml": "nonsense"})
    line = f"refs/heads/main {repo.head()} refs/heads/main {'0' * 40}\n"
    command = ["-I", "-m", "agentops_gates", "hook", "pre-push", *words]
    done = subprocess.run(
        [sys.executable, *command], cwd=repo.path, input=line, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "not valid TOML" in " ".join(done.stderr.split())


def test_every_summary_in_the_help_is_whole(repo: Workspace) -> None:
    for words in ((), ("complexity",), ("config",)):
        shown = agentops(repo.path, *words, "--help").stdout
        assert "..." not in shown.partition("Commands:")[2]
        assert max(map(len, shown.splitlines())) <= 80
    assert "agentops-gate hook --help" in agentops(repo.path, "--help").stdout
    assert "policy-change, which always runs too" in " ".join(agentops(repo.path, "check", "--help").stdout.split())
