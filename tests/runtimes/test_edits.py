"""Edit tools: what they may write, by every spelling of a path, and what they may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ..conftest import Workspace, make_repository
from .runtimelib import SHELL, edit, hook, shell, verdict

FREE = [
    "README.md",
    "src/new/deep.py",
    ".gitignore",
    ".gitattributes",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    "docs/.git.md",
    "docs/hooks/pre-commit.md",
    "pyproject.toml",
    ".pre-commit-config.yaml",
    ".claude/agents/x.md",
    "src/hooks/use_x.ts",
    "refs/heads/main",
    "HEAD",
    "config",
    "git/config",
    "agentops/x.py",
    ".vscode/settings.json",
    "settings.json",
    "~/notes.txt",
    ".git/COMMIT_EDITMSG",
    ".git/info/exclude",
    ".git/rebase-merge/git-rebase-todo",
    "",
]
GUARDED = [
    ".git",
    ".git/config",
    "./.git/config",
    ".GIT/config",
    ".git./config",
    ".g\u200cit/config",
    "src/../.git/HEAD",
    ".git/hooks/pre-commit",
    ".git/refs/heads/main",
    ".git/refs/agentops/verdicts/x",
    ".git/agentops/protected",
    ".git/info/attributes",
    ".git/modules/x/config",
    ".git/anything",
    ".git/lfs/x",
    ".git/worktrees/x/HEAD",
    "agentops-gates.toml",
    "sub/agentops-gates.toml",
    "agentops-gates.exemptions",
    "~/.config/agentops-gates/guard.toml",
    ".husky/pre-commit",
    "file:///no/such/.git/config",
]
WIRES = [
    ".claude/settings.json",
    ".claude/settings.local.json",
    "~/.claude/settings.json",
    ".codex/hooks.json",
    ".cursor/hooks.json",
    ".gemini/settings.json",
    ".github/hooks/agentops-gates.json",
    ".opencode/plugins/agentops-gates.ts",
]


def answer(path: str, cwd: Path) -> str:
    return verdict("claude", hook("claude", edit("claude", path, str(cwd))).stdout)


@pytest.mark.parametrize("path", FREE, ids=repr)
def test_free(path: str, repo: Workspace) -> None:
    assert answer(path, repo.path) == ""


@pytest.mark.parametrize("path", GUARDED, ids=ascii)
def test_guarded(path: str, repo: Workspace) -> None:
    assert answer(path, repo.path) in ("deny", "ask")
    if not path.startswith(("~", "file:")):
        assert answer(f"{repo.path}/{path}", Path("/")) in ("deny", "ask")


@pytest.mark.parametrize("path", WIRES)
def test_what_wires_the_guard_is_asked_about(path: str, repo: Workspace) -> None:
    assert answer(path, repo.path) == "ask"


@pytest.mark.parametrize("path", WIRES)
def test_and_so_are_commands_that_write_it(path: str, repo: Workspace) -> None:
    for command in (f"cp x.json {path}", f"rm {path}", f"echo x > {path}"):
        assert verdict("claude", hook("claude", shell("claude", command, str(repo.path))).stdout) == "ask"
    done = hook("claude", shell("claude", f"cat {path} && echo 'see {path}'", str(repo.path)))
    assert verdict("claude", done.stdout) == ""


@pytest.mark.parametrize("name", [name for name, _, _ in SHELL])
def test_every_runtime_refuses(name: str, repo: Workspace) -> None:
    assert verdict(name, hook(name, edit(name, ".git/config", str(repo.path)), _event(name)).stdout) == "deny"
    assert verdict(name, hook(name, edit(name, "src/a.py", str(repo.path)), _event(name)).stdout) == ""


def _event(name: str) -> str:
    return {"cursor": "preToolUse", "copilot": "preToolUse"}.get(name, "")


def linked(repo: Workspace) -> str:
    (repo.path / "innocent").symlink_to(".git")
    return "innocent/config"


def linked_file(repo: Workspace) -> str:
    (repo.path / "notes.txt").symlink_to(".git/hooks/pre-commit")
    return "notes.txt"


def linked_far(repo: Workspace) -> str:
    (repo.path / "a").mkdir()
    (repo.path / "a" / "b").symlink_to(repo.path.parent)
    return f"a/b/{repo.path.name}/.git/config"


def apart(repo: Workspace) -> str:
    make_repository(repo.path.parent / "work", f"--separate-git-dir={repo.path.parent / 'store'}")
    return "../store/hooks/pre-commit"


def bare(repo: Workspace) -> str:
    make_repository(repo.path.parent / "server", "--bare")
    return "../server/config"


def tree(repo: Workspace) -> str:
    repo.commit("one", {"a": "1"})
    repo.git("worktree", "add", "-q", "../other")
    return "../other/.git"


def hooks_path(repo: Workspace) -> str:
    (repo.path / "tools").mkdir()
    repo.git("config", "core.hooksPath", "tools/checks")
    return "tools/checks/pre-commit"


def hooks_path_included(repo: Workspace) -> str:
    repo.write("extra", "[core]\n\thooksPath = tools\n")
    repo.git("config", "include.path", "../extra")
    return "tools/new/pre-push"


def hooks_path_of_the_user(repo: Workspace) -> str:
    repo.git("config", "--global", "core.hooksPath", str(repo.path.parent / "all"))
    return "../all/pre-commit"


@pytest.mark.parametrize(
    "make",
    [linked, linked_file, linked_far, apart, bare, tree, hooks_path, hooks_path_included, hooks_path_of_the_user],
    ids=lambda make: make.__name__,
)
def test_ways_around(make: Callable[[Workspace], str], repo: Workspace) -> None:
    path = make(repo)
    assert answer(path, repo.path) == "deny"
    assert answer("innocuous.txt", repo.path) == ""


def patch(text: str, cwd: Path) -> str:
    given = {"tool_name": "apply_patch", "tool_input": {"command": text}, "cwd": str(cwd)}
    return verdict("codex", hook("codex", given).stdout)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch", ""),
        ("*** Begin Patch\n*** Add File: doc.md\n+*** Update File: .git/config\n*** End Patch", ""),
        ("*** Begin Patch\n*** Update File: a\n*** Move to: .git/hooks/pre-commit\n*** End Patch", "deny"),
        ("*** Begin Patch\n*** Add File: ok\n+x\n*** Delete File: .git/index\n*** End Patch", "deny"),
        ("  *** Add File:   .git/hooks/x/../pre-commit  \n+x", "deny"),
        ("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n", ""),
        ("--- a/x\n+++ b/.git/config\n@@ -1 +1 @@\n-a\n+b\n", "deny"),
        ("--- /dev/null\n+++ .git/hooks/pre-push\n@@ -0,0 +1 @@\n+b\n", "deny"),
        ("nothing of a patch", "deny"),
    ],
)  # fmt: skip
def test_patches(text: str, expected: str, repo: Workspace) -> None:
    assert patch(text, repo.path) == expected


def test_an_edit_without_a_path_is_refused() -> None:
    given = {"tool_name": "Write", "tool_input": {"content": "x"}, "cwd": "/"}
    assert verdict("claude", hook("claude", given).stdout) == "deny"


def test_two_paths_that_differ_are_refused(repo: Workspace) -> None:
    given = {"toolName": "create", "toolArgs": json.dumps({"path": "a", "file_path": ".git/config"}), "cwd": "/"}
    assert verdict("copilot", hook("copilot", given).stdout) == "deny"


def test_the_user_s_levels_count(repo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "agentops-gates").mkdir()
    (tmp_path / "agentops-gates" / "guard.toml").write_text('ask = ["AG444"]\nallow = ["AG443"]\n')
    assert answer("agentops-gates.toml", repo.path) == "ask"
    assert answer(".claude/settings.json", repo.path) == ""


def test_work_in_a_folder_of_the_command_is_judged_there(repo: Workspace) -> None:
    repo.commit("one", {"a.txt": "1"})
    repo.git("config", "alias.nuke", "reset --hard")
    given = {"tool_name": "run_shell_command", "tool_input": {"command": "git nuke", "directory": repo.path.name}}
    done = hook("gemini", {**given, "cwd": str(repo.path.parent)})
    assert verdict("gemini", done.stdout) == "deny"
    assert verdict("gemini", hook("gemini", {**given, "cwd": "/"}).stdout) == ""


def test_what_is_endangered_is_saved_first(repo: Workspace) -> None:
    repo.commit("one", {"a.txt": "1"})
    repo.write("a.txt", "precious")
    given = {"tool_name": "Bash", "tool_input": {"command": f"cd {repo.path.name} && git restore a.txt"}}
    assert verdict("claude", hook("claude", {**given, "cwd": str(repo.path.parent)}).stdout) == ""
    (ref,) = (repo.path / ".git" / "refs").glob("agentops-rescue-*")
    assert "precious" in repo.git("grep", "-h", "precious", f"refs/{ref.name}")
    unseen = {"tool_name": "Bash", "tool_input": {"command": 'cd "$WHERE" && git restore a.txt'}, "cwd": str(repo.path)}
    assert verdict("claude", hook("claude", unseen).stdout) == "deny"
    nowhere = {"tool_name": "Bash", "tool_input": {"command": "git restore a.txt"}, "cwd": "/"}
    assert verdict("claude", hook("claude", nowhere).stdout) == "deny"
