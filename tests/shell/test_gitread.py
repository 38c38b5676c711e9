"""Which commands are calls of git, and what stands before the verb: global options, configuration, aliases."""

from __future__ import annotations

import pytest

from agentops_gates.shell.gitread import SHELL, may_name_git, names_git, read

from .gitlib import command, invocation, texts, word


@pytest.mark.parametrize("name", ["echo", "gitk", "digit", "git-foo", "./gitx", "git/", "legit", "got", ""])
def test_not_git(name: str) -> None:
    assert not names_git(word(name))
    assert read(command(f"'{name}' reset --hard"), {}.get) is None


@pytest.mark.parametrize(
    "name", ["git", "/usr/bin/git", "git.exe", "GIT", "C:\\Git\\bin\\git.EXE", "./git", "hub", "/usr/lib/git-core/git"]
)
def test_git(name: str) -> None:
    assert invocation(f"'{name}' reset --hard").verb == ("reset",)


@pytest.mark.parametrize(
    ("name", "maybe"),
    [
        ("?", True),
        ("/usr/bin/?", True),
        ("g?", True),
        ("?t", True),
        ("?/git", True),
        ("?/git.exe", True),
        ("?/ls", False),
        ("python?", False),
        ("?.sh", False),
        ("git", False),
    ],
)
def test_may_be_git(name: str, maybe: bool) -> None:
    assert may_name_git(word(name)) is maybe


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("git-reset --hard", ("reset",)),
        ("/usr/lib/git-core/git-branch -D x", ("branch",)),
        ("git worktree remove x", ("worktree", "remove")),
        ("git stash", ("stash", "push")),
        ("git stash -u", ("stash", "push")),
        ("git stash drop", ("stash", "drop")),
        ("git stash clear", ("stash", "clear")),
        ("git notes --ref=x remove HEAD", ("notes", "remove")),
        ("git remote -v prune origin", ("remote", "prune")),
        ("git reflog expire --all", ("reflog", "expire")),
        ("git reflog", ("reflog",)),
        ("git reflog main", ("reflog",)),
        ("git submodule -q foreach ls", ("submodule", "foreach")),
        ("git config unset core.hooksPath", ("config", "unset")),
        ("git config core.hooksPath", ("config",)),
        ("git bisect run x", ("bisect", "run")),
        ("git filter-branch x", ("filter-branch",)),
        ("git filter-repo x", ("filter-repo",)),
        ("git-filter-repo x", ("filter-repo",)),
        ("git fast-import", ("fast-import",)),
        ("git history reword HEAD", ("history", "reword")),
        ("git frobnicate", ()),
        ("git ?", ()),
        ("git -C x -c a.b=c --git-dir y --work-tree=z -p --bare reset", ("reset",)),
        ("git --no-pager --no-replace-objects --literal-pathspecs --namespace n reset", ("reset",)),
        ("git --super-prefix=x/ --no-optional-locks --attr-source=HEAD -P reset", ("reset",)),
        ("git --some-new-thing reset", ("reset",)),
        ("git -c ? reset", ("reset",)),
    ],
)
def test_verb(text: str, verb: tuple[str, ...]) -> None:
    assert invocation(text).verb == verb


@pytest.mark.parametrize(
    ("text", "env", "config"),
    [
        ("git -c core.hooksPath=/x status", {}, [("core.hookspath", "/x")]),
        ("git -c CORE.HOOKSPATH= status", {}, [("core.hookspath", "")]),
        ("git -c core.hooksPath status", {}, [("core.hookspath", "true")]),
        ("git -ccore.hooksPath=x status", {}, [("core.hookspath", "x")]),
        ("git -c Remote.Main.Push=+x status", {}, [("remote.Main.push", "+x")]),
        ("git -c ? status", {}, [("*", None)]),
        ("git -c core.hooksPath=? status", {}, [("core.hookspath", None)]),
        ("git --config-env=core.hooksPath=V status", {"V": "/x"}, [("core.hookspath", "/x")]),
        ("git --config-env core.hooksPath=V status", {}, [("core.hookspath", None)]),
        (
            "git status",
            {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/x"},
            [("core.hookspath", "/x")],
        ),
        ("git status", {"GIT_CONFIG_PARAMETERS": "'core.hooksPath=/x'"}, [("core.hookspath", "/x")]),
        ("git status", {"GIT_CONFIG_PARAMETERS": "'core.hooksPath'='/x y'"}, [("core.hookspath", "/x y")]),
        ("git status", {"GIT_CONFIG_PARAMETERS": "?"}, [("*", None)]),
        ("git status", {"GIT_CONFIG_COUNT": "2"}, [("*", None)]),
        ("git status", {"GIT_CONFIG_COUNT": "0"}, []),
    ],
)
def test_config(text: str, env: dict[str, str], config: list[tuple[str, str | None]]) -> None:
    assert [(key, value.text) for key, value in invocation(text, env).config] == config


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("git status", None),
        ("git -C a status", "a"),
        ("git -C a -C b status", "a/b"),
        ("git -C a -C /b status", "/b"),
        ("git -C '' status", None),
    ],
)
def test_directory(text: str, directory: str | None) -> None:
    found = invocation(text).directory
    assert (found.text if found else None) == directory


ALIASES = {
    "nuke": "reset --hard",
    "again": "nuke HEAD~1",
    "loop": "loop",
    "sh": "!git clean -fd",
    "quoted": "commit -m 'a -n b'",
    "there": "-C elsewhere reset --hard",
    "open": "commit -m 'x",
    "status": "reset --hard",
}


@pytest.mark.parametrize(
    ("text", "verb", "operands"),
    [
        ("git nuke x", ("reset",), ["x"]),
        ("git NUKE x", (), ["NUKE", "x"]),
        ("git again", ("reset",), ["HEAD~1"]),
        ("git loop", (), [None]),
        ("git sh a", SHELL, ["git clean -fd", "a"]),
        ("git quoted", ("commit",), []),
        ("git there", ("reset",), []),
        ("git open", (), [None]),
        ("git status", ("status",), []),
        ("git -c alias.x='push --force' x origin", ("push",), ["origin"]),
        ("git -c alias.X='push --force' x origin", ("push",), ["origin"]),
        ("git -c alias.x='!rm -rf .git' x", SHELL, ["rm -rf .git"]),
        ("git -c alias.status='reset --hard' status", ("status",), []),
        ("git -c alias.x=? x", (), [None]),
        ("git -c alias.nuke=status nuke", ("status",), []),
    ],
)
def test_aliases(text: str, verb: tuple[str, ...], operands: list[str | None]) -> None:
    found = invocation(text, aliases=ALIASES)
    assert found.verb == verb
    assert texts(found.operands) == operands


def test_alias_from_the_environment() -> None:
    env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "alias.x", "GIT_CONFIG_VALUE_0": "reset --hard"}
    assert invocation("git x", env).has("hard")


def test_an_alias_keeps_what_stood_before_it() -> None:
    found = invocation("git -C a there", aliases=ALIASES)
    assert found.directory is not None
    assert found.directory.text == "a/elsewhere"
