"""``install`` and ``uninstall``: nothing of anybody else is lost, whatever stood there before."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from doors.doorlib import CHECKOUT, HOOKS, MINE, Installed, hooks_folder, ours, picture, put

# Each set-up is one in which install must write nothing at all; the text is what it must say.


def _global(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "--global", "core.hooksPath", str(tmp_path / "company"))
    return "global, file:"


def _global_home(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "--global", "core.hooksPath", "~/hooks")
    return os.path.join(os.environ["HOME"], "hooks")


def _included(repo: Workspace, tmp_path: Path) -> str:
    put(tmp_path / "company.cfg", f"[core]\n\thooksPath = {tmp_path}/company\n")
    repo.git("config", "--global", "include.path", str(tmp_path / "company.cfg"))
    return "company.cfg"


def _local_outside(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "core.hooksPath", str(tmp_path / "company"))
    return "local, file:"


def _null(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "core.hooksPath", os.devnull)
    return os.devnull


def _empty(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "core.hooksPath", "")
    return "hooks in /"


def _tracked(repo: Workspace, tmp_path: Path) -> str:
    put(repo.path / ".githooks" / "pre-push", MINE)
    repo.commit("hooks")
    repo.git("config", "core.hooksPath", ".githooks")
    return "could be committed"


def _untracked_visible(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "core.hooksPath", ".githooks")
    return "could be committed"


def _linked_folder(repo: Workspace, tmp_path: Path) -> str:
    put(repo.path / "ci" / "hooks" / "pre-push", MINE)
    repo.commit("hooks")
    (repo.path / ".git" / "hooks").symlink_to("../ci/hooks")
    return "could be committed"


def _husky(repo: Workspace, tmp_path: Path) -> str:
    put(repo.path / ".husky" / "_" / "h", "#!/bin/sh\n", 0o644)
    put(repo.path / ".husky" / "_" / ".gitignore", "*", 0o644)
    repo.git("config", "core.hooksPath", ".husky/_")
    return "husky rewrites it"


def _other_worktree(repo: Workspace, tmp_path: Path) -> str:
    repo.commit("first")
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("-C", str(tmp_path / "other"), "config", "--worktree", "core.hooksPath", str(tmp_path / "company"))
    return "worktree, file:"


def _folder_in_the_way(repo: Workspace, tmp_path: Path) -> str:
    (hooks_folder(repo) / "pre-push").mkdir()
    return "neither a file nor a link"


def _file_instead_of_folder(repo: Workspace, tmp_path: Path) -> str:
    put(repo.path / ".git" / "hooks", "", 0o644)
    return "cannot change"


REFUSED = (
    _global,
    _global_home,
    _included,
    _local_outside,
    _null,
    _empty,
    _tracked,
    _untracked_visible,
    _linked_folder,
    _husky,
    _other_worktree,
    _folder_in_the_way,
    _file_instead_of_folder,
)


@pytest.mark.parametrize("arrange", REFUSED, ids=lambda arrange: arrange.__name__.strip("_"))
def test_refuses_and_writes_nothing(arrange, repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    said = arrange(repo, tmp_path)
    before = picture(tmp_path)
    done = installed.gate(repo, "install", ok=2)
    assert said in " ".join(done.stderr.split())
    assert "fix: " in done.stderr
    assert "Traceback" not in done.stderr
    assert picture(tmp_path) == before


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/nowhere"},
        {"GIT_CONFIG_PARAMETERS": "'core.hooksPath=/nowhere'"},
    ],
    ids=["count", "parameters"],
)
def test_refuses_a_hooks_path_from_the_environment(variables, repo: Workspace, installed: Installed) -> None:
    done = installed.gate(repo, "install", env=variables, ok=2)
    assert "/nowhere (core.hooksPath, command, command line:)" in " ".join(done.stderr.split())


def test_global_file_named_by_the_environment_counts(repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    put(tmp_path / "elsewhere.cfg", "[core]\n\thooksPath = /nowhere\n")
    done = installed.gate(repo, "install", env={"GIT_CONFIG_GLOBAL": str(tmp_path / "elsewhere.cfg")}, ok=2)
    assert "elsewhere.cfg" in done.stderr


# And where it installs.


def test_plain_repository(repo: Workspace, installed: Installed) -> None:
    done = installed.gate(repo, "install")
    assert done.stdout.count("installed ") == len(HOOKS)
    assert ours(hooks_folder(repo)) == set(HOOKS)
    pinned = (hooks_folder(repo) / "pre-push").read_text()
    assert f"python={installed.python}" in pinned
    assert "AGENTOPS_GIT=/" in pinned


def test_one_hook_only(repo: Workspace, installed: Installed) -> None:
    installed.gate(repo, "install", "--hook", "pre-push")
    assert ours(hooks_folder(repo)) == {"pre-push"}


def test_executable_for_others_under_any_umask(repo: Workspace, installed: Installed) -> None:
    old = os.umask(0o077)
    try:
        installed.gate(repo, "install")
    finally:
        os.umask(old)
    assert stat.S_IMODE((hooks_folder(repo) / "pre-push").stat().st_mode) == 0o755


def test_from_a_linked_worktree_into_the_common_directory(
    repo: Workspace, tmp_path: Path, installed: Installed
) -> None:
    repo.commit("first")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    installed.gate(tmp_path / "linked", "install")
    assert ours(hooks_folder(repo)) == set(HOOKS)


def test_bare_repository_with_worktrees(tmp_path: Path, repo: Workspace, installed: Installed) -> None:
    repo.commit("first")
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    bare = Workspace(tmp_path / "bare.git")
    bare.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    installed.gate(tmp_path / "linked", "install")
    assert ours(tmp_path / "bare.git" / "hooks") == set(HOOKS)


def test_bare_repository_alone_is_refused(tmp_path: Path, installed: Installed) -> None:
    bare = make_repository(tmp_path / "bare.git", "--bare")
    before = picture(tmp_path)
    done = installed.gate(bare, "install", ok=2)
    said = " ".join(done.stderr.split())
    assert "no client hook sees what a bare repository receives" in said
    assert "agentops-gate install --server PATH" in said
    assert picture(tmp_path) == before


def test_the_line_for_hooks_of_others_can_be_pasted(repo: Workspace, installed: Installed) -> None:
    """Into each of them as it stands, under husky's own way of starting them."""
    repo.commit("first", {"a.py": "x = 1\n"})
    repo.git("config", "core.hooksPath", ".husky/_")
    put(repo.path / ".husky" / "_" / "h", "#!/bin/sh\n", 0o644)
    said = installed.gate(repo, "install", ok=2).stderr
    (line,) = [line.strip() for line in said.splitlines() if "agentops-gate hook" in line]
    script = put(repo.path / ".husky" / "pre-commit", f"{line}\necho done\n", 0o644)
    path = {"PATH": f"{installed.script.parent}{os.pathsep}{os.environ['PATH']}"}
    run = ["sh", "-e", str(script)]
    done = subprocess.run(run, cwd=repo.path, env={**os.environ, **path}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    repo.write("a.py", "def f(:\n")
    repo.git("add", "-A")
    done = subprocess.run(run, cwd=repo.path, env={**os.environ, **path}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "AG603" in done.stderr


def test_submodule(repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    inner = make_repository(tmp_path / "inner")
    inner.commit("first", {"a.py": "x = 1\n"})
    repo.git("submodule", "--quiet", "add", str(inner.path), "sub")
    installed.gate(repo.path / "sub", "install")
    assert ours(repo.path / ".git" / "modules" / "sub" / "hooks") == set(HOOKS)
    assert not (repo.path / ".git" / "hooks").exists()


@pytest.mark.parametrize("value", [".git/own-hooks", "../repo/.git/own-hooks"], ids=["relative", "through-parent"])
def test_hooks_path_inside_the_git_directory(value: str, repo: Workspace, installed: Installed) -> None:
    repo.git("config", "core.hooksPath", value)
    installed.gate(repo, "install")
    assert ours(repo.path / ".git" / "own-hooks") == set(HOOKS)


def test_ignored_folder_serves_every_worktree(repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    repo.commit("first", {".gitignore": "/.hooks/\n"})
    repo.git("config", "core.hooksPath", ".hooks")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    installed.gate(repo, "install")
    assert ours(repo.path / ".hooks") == ours(tmp_path / "linked" / ".hooks") == set(HOOKS)
    assert repo.git("status", "--porcelain") == ""


# Twice, upgraded, interrupted, contested.


def test_again_changes_nothing(repo: Workspace, installed: Installed) -> None:
    put(hooks_folder(repo) / "pre-push", MINE)
    installed.gate(repo, "install")
    before = picture(repo.path / ".git")
    done = installed.gate(repo, "install")
    assert done.stdout.count("unchanged ") == len(HOOKS)
    assert picture(repo.path / ".git") == before


def test_another_interpreter_takes_over(repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    put(hooks_folder(repo) / "pre-push", MINE)
    Installed(tmp_path / "old place").gate(repo, "install")
    assert "old place" in (hooks_folder(repo) / "pre-push").read_text()
    done = installed.gate(repo, "install")
    assert done.stdout.count("updated ") == len(HOOKS)
    assert "old place" not in (hooks_folder(repo) / "pre-push").read_text()
    assert (hooks_folder(repo) / "pre-push.agentops-chained").read_text() == MINE


@pytest.mark.parametrize("damage", ["not-executable", "chained-removed"])
def test_again_mends(damage: str, repo: Workspace, installed: Installed) -> None:
    put(hooks_folder(repo) / "pre-push", MINE)
    installed.gate(repo, "install")
    if damage == "not-executable":
        (hooks_folder(repo) / "pre-push").chmod(0o644)
    else:
        (hooks_folder(repo) / "pre-push.agentops-chained").unlink()
    assert "updated " in installed.gate(repo, "install").stdout
    assert "pre-push" in ours(hooks_folder(repo))


def test_finishes_what_was_interrupted(repo: Workspace, installed: Installed) -> None:
    hook = put(hooks_folder(repo) / "pre-push", MINE)
    os.link(hook, hooks_folder(repo) / "pre-push.agentops-chained")
    installed.gate(repo, "install")
    assert "pre-push" in ours(hooks_folder(repo))
    installed.gate(repo, "uninstall")
    assert set(picture(hooks_folder(repo))) == {"pre-push"}


def test_two_hooks_of_others_for_one_place(repo: Workspace, installed: Installed) -> None:
    put(hooks_folder(repo) / "pre-push", MINE)
    installed.gate(repo, "install")
    put(hooks_folder(repo) / "pre-push", "#!/bin/sh\nexit 7\n")
    before = picture(repo.path / ".git")
    assert "both hold hooks that are not ours" in installed.gate(repo, "install", ok=2).stderr
    assert picture(repo.path / ".git") == before


def test_edited_hook_is_kept(repo: Workspace, installed: Installed) -> None:
    installed.gate(repo, "install")
    hook = hooks_folder(repo) / "pre-push"
    edited = hook.read_text().replace("main() {", "main() {\n  echo mine")
    hook.write_text(edited)
    assert "was edited" in installed.gate(repo, "install", ok=2).stderr
    assert hook.read_text() == edited
    done = installed.gate(repo, "uninstall", ok=2)
    assert "edited" in done.stderr
    assert set(picture(hooks_folder(repo))) == {"pre-push"}
    for copy in ("pre-push.agentops-edited", "pre-push.agentops-edited-2"):
        hook.write_text(edited)
        assert copy in installed.gate(repo, "install", "--force").stdout
        assert (hooks_folder(repo) / copy).read_text() == edited
        assert "echo mine" not in hook.read_text()


def test_outside_a_repository(tmp_path: Path, installed: Installed) -> None:
    assert "not in a git repository" in " ".join(installed.gate(tmp_path, "install", ok=2).stderr.split())


def test_package_seen_only_through_the_environment_is_refused(repo: Workspace, tmp_path: Path) -> None:
    bare = Installed(tmp_path / "without")
    next(bare.python.parent.parent.glob("lib/python3*/site-packages/checkout.pth")).unlink()
    bare.script.write_text(f"#!{bare.python}\nfrom agentops_gates.__main__ import main\nmain()\n")
    path = os.pathsep.join((str(CHECKOUT), *(entry for entry in sys.path if "site-packages" in entry)))
    done = bare.gate(repo, "install", env={"PYTHONPATH": path}, ok=2)
    assert "is not installed there" in done.stderr
    assert not (repo.path / ".git" / "hooks").exists()
