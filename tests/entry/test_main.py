"""The one error boundary: whatever happens, an exit code of the table and a clear line, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Workspace, branchy

from agentops_gates.__main__ import guarded
from agentops_gates.model.errors import UndecidedError, UsageError


def _raise(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        pytest.param(UsageError("bad key", "use a good one"), 2, "bad key", id="usage"),
        pytest.param(UndecidedError("shallow"), 3, "shallow", id="undecided"),
        pytest.param(KeyboardInterrupt(), 130, "interrupted", id="interrupt"),
        pytest.param(ZeroDivisionError("oops\x1b[31m"), 70, "ZeroDivisionError: oops\\x1b[31m", id="internal"),
        pytest.param(RecursionError("deep"), 70, "RecursionError", id="recursion"),
    ],
)
def test_every_error_is_a_line_and_a_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(lambda: _raise(error)) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert line in said.err
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        guarded(lambda: _raise(ZeroDivisionError()))


PIPED = {
    "check": ["check", "--base", "HEAD~1"],
    "check as json": ["check", "--base", "HEAD~1", "--format", "json"],
    "replay": ["complexity", "replay"],
    "replay as json": ["complexity", "replay", "--format", "json"],
    "diff": ["complexity", "diff", "--base", "HEAD~1"],
    "help": ["--help"],
}


@pytest.mark.parametrize("arguments", PIPED.values(), ids=PIPED)
def test_a_reader_that_went_away_is_no_error(repo: Workspace, arguments: list[str]) -> None:
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("grow", {f"m{n}.py": branchy("f", 20) for n in range(200)})
    repo.write("app.py", branchy("f", 20))
    repo.git("add", "-A")
    command = [sys.executable, "-I", "-m", "agentops_gates", *arguments]
    for streams in ({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}, {"stderr": subprocess.STDOUT}):
        with subprocess.Popen(command, cwd=repo.path, **{"stdout": subprocess.PIPE, **streams}) as process:
            assert process.stdout is not None
            process.stdout.close()
            assert (process.stderr.read() if process.stderr else b"") == b""
        assert process.returncode == 141


@pytest.mark.parametrize("arguments", [["check", "--base", "nowhere"], ["hook", "pre-commit"]], ids=["error", "hook"])
def test_nor_is_one_of_what_is_said_on_standard_error(repo: Workspace, arguments: list[str]) -> None:
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.write("app.py", branchy("f", 20))
    repo.git("add", "-A")
    command = [sys.executable, "-I", "-m", "agentops_gates", *arguments]
    with subprocess.Popen(command, cwd=repo.path, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.close()
    assert process.returncode == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(repo: Workspace) -> None:
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("grow", {"app.py": branchy("f", 20)})
    command = [sys.executable, "-I", "-m", "agentops_gates", "check", "--base", "HEAD~1"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=repo.path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 70
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_interrupt_is_130(repo: Workspace) -> None:
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("grow", {f"m{n}.py": branchy(f"f{n}", 900) for n in range(300)})
    command = [sys.executable, "-I", "-m", "agentops_gates", "check", "--base", "HEAD~1", "--deadline", "300"]
    with subprocess.Popen(command, cwd=repo.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip() == b"agentops-gate: interrupted"


def test_modules_in_the_work_tree_are_not_imported(repo: Workspace, tmp_path: Path) -> None:
    for name in ("json.py", "click.py", "re.py", "agentops_gates/__init__.py", "sitecustomize.py"):
        repo.write(name, "import os\nos._exit(0)\n")
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("grow", {"app.py": branchy("f", 12)})
    command = [sys.executable, "-I", "-m", "agentops_gates", "check", "--base", "HEAD~1"]
    environment = {**os.environ, "PYTHONPATH": str(repo.path), "PYTHONSTARTUP": str(repo.path / "json.py")}
    assert subprocess.run(command, cwd=repo.path, env=environment, check=False, capture_output=True).returncode == 1


def test_a_console_that_knows_ascii_only_is_served(repo: Workspace) -> None:
    repo.write("größe.py", branchy("größe", 5))
    repo.commit("start")
    repo.write("größe.py", branchy("größe", 12))
    repo.git("add", "-A")
    command = [sys.executable, "-m", "agentops_gates", "check"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(command, cwd=repo.path, env=environment, check=False, capture_output=True)
    assert done.returncode == 1
    assert "größe" in done.stdout.decode("utf-8")
