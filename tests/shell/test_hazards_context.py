"""What only the repository can tell: whether a word is a branch or a file, what its configuration adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentops_gates.shell.guard import decide
from agentops_gates.shell.hazards import Context

from ..conftest import Workspace
from .corpuslib import guarded


def rules(line: str, folder: Path) -> set[tuple[str, str]]:
    return {(found.rule, found.level) for found in decide(line, Context(str(folder))).hazards}


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return guarded(tmp_path / "repo")


@pytest.mark.parametrize(
    "line",
    [
        "git checkout topic",
        "git checkout both",
        "git checkout remote-only",
        "git checkout v1",
        "git checkout HEAD",
        "git checkout nowhere",
        "git checkout gone.txt",
        "git clean -d",
        "git push",
        "git push origin main",
        "git st",
    ],
)
def test_nothing_is_found(line: str, place: Workspace) -> None:
    place.git("branch", "both")
    place.write("both", "a file of the same name")
    place.git("update-ref", "refs/remotes/origin/remote-only", "HEAD")
    place.write("remote-only", "a file of the same name")
    assert rules(line, place.path) == set()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("git checkout a.txt", "AG402"),
        ("git checkout src", "AG401"),
        ("git checkout src/a.py", "AG402"),
        ("git checkout main a.txt", "AG402"),
        ("git checkout main src", "AG401"),
        ("git -C src checkout a.py", "AG402"),
        ("cd src && git checkout a.py", "AG402"),
        ("cd src; git checkout ..", "AG401"),
        ("(cd src && git checkout -- .)", "AG401"),
    ],
)
def test_files_are_told_from_branches(line: str, rule: str, place: Workspace) -> None:
    assert rule in {found for found, _ in rules(line, place.path)}


def test_clean_without_force_where_the_configuration_asks_for_none(place: Workspace) -> None:
    place.git("config", "clean.requireForce", "false")
    assert ("AG403", "deny") in rules("git clean -d", place.path)
    assert rules("git -c clean.requireForce=true clean -d", place.path) == set()
    assert rules("git clean -nd", place.path) == set()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("remote.origin.mirror", "true"),
        ("remote.origin.push", "+refs/heads/*:refs/heads/*"),
        ("remote.origin.push", ":refs/heads/old"),
    ],
)
def test_a_plain_push_that_the_configuration_forces(key: str, value: str, place: Workspace) -> None:
    place.git("config", key, value)
    assert ("AG412", "deny") in rules("git push", place.path)
    assert ("AG412", "deny") in rules("git push origin", place.path)


def test_a_plain_push_that_an_included_file_forces(place: Workspace, tmp_path: Path) -> None:
    (tmp_path / "more").write_text('[remote "origin"]\n\tmirror = true\n')
    place.git("config", "include.path", str(tmp_path / "more"))
    assert ("AG412", "deny") in rules("git push", place.path)


def test_aliases_of_the_repository_that_the_command_goes_to(place: Workspace, tmp_path: Path) -> None:
    other = guarded(tmp_path / "other")
    other.git("config", "alias.go", "push --force")
    place.git("config", "alias.go", "status")
    assert rules("git go", place.path) == set()
    assert ("AG412", "deny") in rules("git -C ../other go", place.path)
    assert ("AG412", "deny") in rules("cd ../other && git go", place.path)
    assert ("AG412", "deny") in rules("git go", other.path)


def test_aliases_of_the_user(place: Workspace) -> None:
    place.git("config", "--global", "alias.Boom", '!f() { git reset --hard "$@"; }; f')
    assert ("AG401", "deny") in rules("git boom", place.path)


def test_an_alias_that_goes_in_a_circle_is_a_doubt(place: Workspace) -> None:
    place.git("config", "alias.one", "two")
    place.git("config", "alias.two", "one")
    decision = decide("git one", Context(str(place.path)))
    assert decision.answer == "deny"
    assert decision.doubt is not None


def test_linked_worktree(place: Workspace, tmp_path: Path) -> None:
    place.git("worktree", "add", "-q", str(tmp_path / "linked"), "topic")
    linked = tmp_path / "linked"
    assert ("AG441", "deny") in rules("rm .git", linked)
    assert ("AG441", "deny") in rules("echo gitdir: /tmp/x > .git", linked)
    assert ("AG401", "deny") in rules("git nuke", linked)
    assert rules("git push", linked) == set()


def test_another_repository_in_a_throw_away_folder(place: Workspace) -> None:
    assert rules("rm -rf /tmp/some-clone/.git", place.path) == set()
    assert ("AG441", "deny") in rules(f"rm -rf {place.path}/.git", place.path)
    assert ("AG441", "deny") in rules(f"cd / && rm -rf {place.path}", place.path)
    assert ("AG441", "deny") in rules("rm -rf ../repo # .git", place.path)


def test_scripts_are_read(place: Workspace) -> None:
    place.write("tidy.sh", "#!/bin/sh\ngit clean -fdx\n")
    place.write("fine.sh", "#!/bin/sh\n# git clean -fdx\nmake\n")
    assert ("AG403", "deny") in rules("sh tidy.sh", place.path)
    assert ("AG403", "deny") in rules("./tidy.sh", place.path)
    assert ("AG403", "deny") in rules("cd src && bash ../tidy.sh", place.path)
    assert rules("bash fine.sh", place.path) == set()
    assert decide("bash missing.sh", Context(str(place.path))).answer == "allow"


def test_no_repository_and_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ("AG401", "deny") in rules("git reset --hard", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rules("git frobnicate", tmp_path) == set()
    assert rules("git checkout x", tmp_path) == set()
