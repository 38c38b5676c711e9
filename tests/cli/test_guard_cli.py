"""``agentops-gate guard`` as a process: exit codes, what it prints, what it loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import Workspace

HEAVY = ("click", "pygit2", "jsonschema", "ruamel", "json", "re", "enum", "typing", "argparse", "shlex", "tomllib",
         "subprocess", "dataclasses", "pathlib", "importlib.metadata")  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]


def guard(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agentops_gates", "guard", *args], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--shell", "npm test"), 0),
        (("--shell", "git status"), 0),
        (("--shell", ""), 0),
        (("--shell=git reset --hard",), 1),
        (("--shell", "git push --force-with-lease"), 4),
        (("--", "git", "status"), 0),
        (("--", "git", "clean", "-fd"), 1),
        (("--", "sh", "-c", "git clean -fd"), 1),
        (("--format", "json", "--", "git", "--shell"), 0),
        (("--x",), 2),
        (("--shell",), 2),
        (("--shell", "a", "--shell", "b"), 2),
        (("--shell", "a", "--", "git"), 2),
        (("--",), 2),
        (("--format", "xml", "--shell", "ls"), 2),
        (("--cwd", "/no/such/folder", "--shell", "git status"), 2),
        (("git", "status"), 2),
        (("--help",), 0),
        ((), 2),
    ],
    ids=str,
)
def test_exit_codes(args: tuple[str, ...], code: int, tmp_path: Path) -> None:
    done = guard(*args, cwd=tmp_path)
    assert done.returncode == code, done
    assert "Traceback" not in done.stderr


def test_what_is_harmless_is_not_mentioned(tmp_path: Path) -> None:
    done = guard("--shell", "git commit -m 'git reset --hard'", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_refusal_says_what_is_lost_and_what_to_do(tmp_path: Path) -> None:
    said = guard("--shell", "git add -A && git reset --hard HEAD~1", cwd=tmp_path).stdout
    assert said == (
        "denied: git reset --hard overwrites the work tree (AG401 discard-work)\n"
        "  here: --hard\n"
        "  at stake: uncommitted changes of many files, which git cannot bring back\n"
        "  instead: git stash push -u, or commit first\n"
    )


def test_json(tmp_path: Path) -> None:
    said = json.loads(guard("--format=json", "--shell", "git status; git restore a.txt", cwd=tmp_path).stdout)
    assert (said["schema"], said["answer"], said["rule"]) == ("agentops-gates/decision/v1", "allow", None)
    assert said["snapshot"] == ["worktree", "index"]
    assert [(found["rule"], found["text"], found["start"]) for found in said["hazards"]] == [("AG402", "a.txt", 24)]
    refused = json.loads(guard("--format=json", "--shell", "git $X", cwd=tmp_path).stdout)
    assert (refused["answer"], refused["hazards"], refused["doubt"]["start"]) == ("deny", [], 4)
    assert json.loads(guard("--format=json", "--shell", "ls", cwd=tmp_path).stdout)["answer"] == "allow"


@pytest.mark.parametrize("line", ["ls", "git $X", "git push -f; git tag -d v1", "git gc --prune=now", "rm -rf .git"])
def test_json_is_what_the_schema_says(line: str, tmp_path: Path) -> None:
    from jsonschema import Draft7Validator

    schema = json.loads((ROOT / "schemas" / "decision-v1.schema.json").read_text())
    said = json.loads(guard("--format", "json", "--shell", line, cwd=tmp_path).stdout)
    assert list(Draft7Validator(schema).iter_errors(said)) == []


def test_the_project_s_policy_counts_as_committed(repo: Workspace) -> None:
    repo.commit("one", {"a.txt": "1"})
    assert guard("--shell", "git restore a.txt", cwd=repo.path).returncode == 0
    repo.write("agentops-gates.toml", '[guard]\ndeny = ["AG402"]\n')
    assert guard("--shell", "git restore a.txt", cwd=repo.path).returncode == 0
    repo.commit("policy")
    assert guard("--shell", "git restore a.txt", cwd=repo.path).returncode == 1
    repo.write("agentops-gates.toml", "")
    assert guard("--shell", "git restore a.txt", cwd=repo.path).returncode == 1
    assert guard("--shell", "git restore a.txt", "--cwd", str(repo.path), cwd=repo.path.parent).returncode == 1


def test_the_user_s_policy_counts(repo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("one", {"a.txt": "1"})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "agentops-gates").mkdir()
    (tmp_path / "agentops-gates" / "guard.toml").write_text('ask = ["discard-work"]\n')
    assert guard("--shell", "git reset --hard", cwd=repo.path).returncode == 4
    (tmp_path / "agentops-gates" / "guard.toml").write_text('ask = ["no-such-rule"]\n')
    done = guard("--shell", "git reset --hard", cwd=repo.path)
    assert done.returncode == 2
    assert "guard.toml" in done.stderr


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "agentops_gates", "guard", "--shell", b"git reset --hard \xff\xfe"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("line", ["npm test", "git status", "git commit -m 'a b'", "for x in a b; do git add $x; done"])
def test_nothing_heavy_is_loaded(line: str, tmp_path: Path) -> None:
    root = str(ROOT)
    code = (
        f"import sys; sys.path.insert(0, {root!r})\n"
        "from agentops_gates.entry.guard import main\n"
        f"code = main(['--shell', {line!r}])\n"
        f"print(code, sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 []\n"
