"""``init --runtime``, ``uninstall --runtime``, ``doctor --probe``: what is there stays, in its order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentops_gates.entry.runtimes import NAMES
from agentops_gates.entry.runtimes.command import registered
from agentops_gates.entry.runtimes.wiring import PLACES
from agentops_gates.model.errors import UsageError

from ..conftest import Workspace
from .runtimelib import shell, verdict

SETTINGS = {
    "zeta": [1, 2.5, {"b": None, "a": "ü"}],
    "hooks": {
        "Stop": [{"hooks": [{"type": "command", "command": "say done"}]}],
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "./mine.sh"}]}],
    },
    "alpha": {"deny": ["x"]},
}


def gate(repo: Workspace, *args: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "agentops_gates", *args]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(argv, cwd=repo.path, capture_output=True, text=True, check=False, env=environ, timeout=60)


def wire(repo: Workspace, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    done = gate(repo, "init", "--runtime", name, "--yes", *more)
    assert done.returncode == 0, done
    return done


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("user", [False, True], ids=["project", "user"])
def test_in_and_out_again_leaves_nothing(name: str, user: bool, repo: Workspace) -> None:
    home, more = Path(os.environ["HOME"]), ["--user"] if user else []
    before = files(repo.path), files(home)
    wire(repo, name, *more)
    path = home / PLACES[name].user if user else repo.path / PLACES[name].project
    first = path.read_bytes()
    assert "registered there already" in wire(repo, name, *more).stdout
    assert path.read_bytes() == first
    done = gate(repo, "uninstall", "--runtime", name, *more)
    assert (done.returncode, done.stdout.split()[0]) == (0, "removed")
    assert (files(repo.path), files(home)) == before
    assert "nothing to remove" in gate(repo, "uninstall", "--runtime", name, *more).stdout


@pytest.mark.parametrize("name", ["claude", "codex", "gemini"])
@pytest.mark.parametrize("indent", [2, 4, "\t"], ids=repr)
def test_what_is_there_keeps_its_order_and_form(name: str, indent: int | str, repo: Workspace) -> None:
    text = json.dumps(SETTINGS, indent=indent, ensure_ascii=False) + "\n"
    path = repo.write(PLACES[name].project, text)
    path.chmod(0o600)
    wire(repo, name)
    new = json.loads(path.read_text())
    assert list(new) == list(SETTINGS)
    assert (new["zeta"], new["alpha"]) == (SETTINGS["zeta"], SETTINGS["alpha"])
    event = "BeforeTool" if name == "gemini" else "PreToolUse"
    mine = SETTINGS["hooks"].get(event, [])  # type: ignore[attr-defined]
    assert new["hooks"][event][: len(mine)] == mine
    assert len(new["hooks"][event]) == len(mine) + 1
    assert path.stat().st_mode & 0o777 == 0o600
    gate(repo, "uninstall", "--runtime", name)
    assert path.read_text() == text


def test_line_ends_are_kept(repo: Workspace) -> None:
    text = json.dumps(SETTINGS, indent=2, ensure_ascii=False).replace("\n", "\r\n")
    path = repo.write(PLACES["claude"].project, text)
    wire(repo, "claude")
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    gate(repo, "uninstall", "--runtime", "claude")
    assert path.read_bytes() == text.encode()


def test_an_older_command_is_replaced_where_it_stands(repo: Workspace) -> None:
    wire(repo, "claude")
    path = repo.path / PLACES["claude"].project
    good = json.loads(path.read_text())
    old = json.loads(path.read_text().replace(sys.executable, "/old/python"))
    after = {"matcher": "Read", "hooks": [{"type": "command", "command": "later"}]}
    for document in (good, old):
        document["hooks"]["PreToolUse"].append(after)
    path.write_text(json.dumps(old))
    wire(repo, "claude")
    assert json.loads(path.read_text()) == good


def test_a_group_that_holds_a_person_s_hook_too_keeps_it(repo: Workspace) -> None:
    wire(repo, "claude")
    path = repo.path / PLACES["claude"].project
    document = json.loads(path.read_text())
    mine = {"type": "command", "command": "./mine.sh"}
    document["hooks"]["PreToolUse"][0]["hooks"].insert(0, mine)
    path.write_text(json.dumps(document))
    assert "already" in wire(repo, "claude").stdout
    gate(repo, "uninstall", "--runtime", "claude")
    assert json.loads(path.read_text())["hooks"]["PreToolUse"][0]["hooks"] == [mine]


def test_a_dry_run_writes_nothing(repo: Workspace) -> None:
    said = wire(repo, "codex", "--dry-run").stdout
    assert "+++ b/.codex/hooks.json" in said
    assert files(repo.path) == {}
    wire(repo, "codex")
    assert "+++ /dev/null" in gate(repo, "uninstall", "--runtime", "codex", "--dry-run").stdout
    assert list(files(repo.path)) == [".codex/hooks.json"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "no plain JSON"),
        ("// mine\n{}", "line 1"),
        ("[]", "no JSON object"),
        ('{"hooks": []}', "`hooks`"),
        ('{"hooks": {"PreToolUse": {}}}', "`hooks`"),
        ('{"a": 1, "a": 2}', "twice"),
        (b"\xff", "UTF-8"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_understood_is_left_alone(content: str | bytes, says: str, repo: Workspace) -> None:
    path = repo.write(PLACES["claude"].project, content)
    before = path.read_bytes()
    for args in (("init", "--yes"), ("uninstall",)):
        done = gate(repo, *args, "--runtime", "claude")
        assert (done.returncode, path.read_bytes()) == (2, before)
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_a_link_in_the_repository_is_not_followed(repo: Workspace, tmp_path: Path) -> None:
    (repo.path / ".claude").mkdir()
    (tmp_path / "elsewhere").write_text("{}")
    (repo.path / ".claude" / "settings.local.json").symlink_to(tmp_path / "elsewhere")
    assert gate(repo, "init", "--yes", "--runtime", "claude").returncode == 2
    assert (tmp_path / "elsewhere").read_text() == "{}"


def test_a_plugin_of_somebody_else_is_left_alone(repo: Workspace) -> None:
    path = repo.write(PLACES["opencode"].project, "export const Mine = 1\n")
    assert gate(repo, "init", "--yes", "--runtime", "opencode").returncode == 2
    assert gate(repo, "uninstall", "--runtime", "opencode").returncode == 2
    assert path.read_text() == "export const Mine = 1\n"


def test_options_that_do_not_go_together(repo: Workspace) -> None:
    for args in (["init", "--user"], ["uninstall", "--user"], ["uninstall", "--dry-run"], ["init", "--runtime", "x"],
                 ["uninstall", "--runtime", "claude", "--hook", "pre-push"]):  # fmt: skip
        assert gate(repo, *args).returncode == 2


def test_the_command_names_an_interpreter_and_works_without_path(repo: Workspace) -> None:
    wire(repo, "claude")
    document = json.loads((repo.path / PLACES["claude"].project).read_text())
    command = document["hooks"]["PreToolUse"][0]["hooks"][0]["command"]
    assert sys.executable in command
    given = json.dumps(shell("claude", "git reset --hard", str(repo.path))).encode()
    environ = {"PATH": "/nonexistent", "HOME": os.environ["HOME"]}
    done = subprocess.run(["/bin/sh", "-c", command], input=given, capture_output=True, check=False, env=environ)
    assert verdict("claude", done.stdout) == "deny"
    assert b"AG401" in done.stdout


@pytest.mark.parametrize("path", ["relative/python", "/x'y/python", "/x\ny", "/x\\y"])
def test_paths_that_no_hook_can_name(path: str) -> None:
    with pytest.raises(UsageError):
        registered("claude", "PreToolUse", path)


@pytest.mark.parametrize("name", NAMES)
def test_the_probe_sees_a_live_wire(name: str, repo: Workspace) -> None:
    wire(repo, name)
    done = gate(repo, "doctor", "--probe")
    assert done.returncode == 0, done.stdout
    assert "DEAD" not in done.stdout
    assert done.stdout.startswith("live")
    nonce = done.stdout.rpartition("probe: ")[2].strip()
    assert f"git push --force {nonce}" in done.stdout


def test_the_probe_sees_dead_ones(repo: Workspace) -> None:
    assert gate(repo, "doctor", "--probe").returncode == 1
    wire(repo, "gemini")
    path = repo.path / PLACES["gemini"].project
    path.write_text(path.read_text().replace(sys.executable, "/bin/false"))
    done = gate(repo, "doctor", "--probe")
    assert (done.returncode, done.stdout.split()[0]) == (1, "DEAD")
    path.write_text("{")
    assert "no plain JSON" in gate(repo, "doctor", "--probe").stdout


def test_the_agent_sees_the_nonce(repo: Workspace) -> None:
    from .runtimelib import hook

    done = hook("claude", shell("claude", "git push --force agentops-probe-0123abcdef", str(repo.path)))
    assert b"probe: agentops-probe-0123abcdef" in done.stdout


def test_empty_lists_of_a_person_stay(repo: Workspace) -> None:
    text = '{\n  "hooks": {\n    "Stop": []\n  }\n}\n'
    path = repo.write(PLACES["claude"].project, text)
    wire(repo, "claude")
    gate(repo, "uninstall", "--runtime", "claude")
    assert path.read_text() == text
