"""Changes between trees: all of them, exactly, whatever attributes, drivers and names try."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import flat, raw_changes, script

from agentops_gates.git.diff import SUBMODULE, SYMLINK, Change
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError

LINES = "".join(f"line {n}\n" for n in range(20))


def changes(repo: Workspace, base: str | None = "HEAD~1", head: str | None = "HEAD") -> tuple[Change, ...]:
    with Repo.open(str(repo.path)) as opened:
        return opened.changes(base, head)


def one(repo: Workspace) -> Change:
    (change,) = changes(repo)
    return change


def oid(repo: Workspace, name: str) -> str:
    return repo.git("rev-parse", name)


def test_nothing_changed(repo: Workspace) -> None:
    repo.commit("one", {"a": LINES})
    repo.commit("two")
    assert changes(repo) == ()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_added_modified_deleted(tmp_path: Path, object_format: str) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    repo.commit("one", {"gone": "gone\n", "kept": "kept\n", "old": "1\n"})
    repo.commit("two", {"gone": None, "old": "2\n", "new": "unlike anything\n"})
    found = {change.new_path: change for change in changes(repo)}
    assert found == {
        "gone": Change("D", 0o100644, 0, oid(repo, "HEAD~1:gone"), "", "gone", "gone"),
        "new": Change("A", 0, 0o100644, "", oid(repo, "HEAD:new"), "new", "new"),
        "old": Change("M", 0o100644, 0o100644, oid(repo, "HEAD~1:old"), oid(repo, "HEAD:old"), "old", "old"),
    }


def test_deletion_only(repo: Workspace) -> None:
    repo.commit("one", {"a": LINES, "b": "b"})
    repo.commit("two", {"a": None})
    assert [(change.status, change.new_path) for change in changes(repo)] == [("D", "a")]


def test_root_commit_and_no_base(repo: Workspace) -> None:
    repo.commit("one", {"a": LINES, "dir/b": "b"})
    assert [(change.status, change.new_path) for change in changes(repo, None)] == [("A", "a"), ("A", "dir/b")]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param(LINES, "R", id="unchanged"),
        pytest.param(LINES + "more\n", "R", id="edited"),
        pytest.param("unlike anything that was there\n", "A", id="replaced"),
    ],
)
def test_renames(repo: Workspace, text: str, status: str) -> None:
    repo.commit("one", {"old.py": LINES})
    repo.commit("two", {"old.py": None, "dir/new.py": text})
    found = {change.new_path: change for change in changes(repo)}
    assert found["dir/new.py"].status == status
    assert found["dir/new.py"].old_path == ("old.py" if status == "R" else "dir/new.py")


@pytest.mark.parametrize("setting", [("diff.renames", "false"), ("diff.renameLimit", "1"), ("diff.algorithm", "x")])
def test_settings_do_not_change_renames(repo: Workspace, setting: tuple[str, str]) -> None:
    texts = ["".join(f"{n} {k}\n" for k in range(20)) for n in range(5)]
    repo.commit("one", {f"old{n}.py": texts[n] for n in range(5)})
    repo.commit("two", {f"old{n}.py": None for n in range(5)} | {f"x/y{n}.py": texts[n] + "z\n" for n in range(5)})
    before = changes(repo)
    assert {change.status for change in before} == {"R"}
    repo.git("config", *setting)
    assert changes(repo) == before


def test_a_flood_of_files_does_not_take_minutes(repo: Workspace) -> None:
    repo.commit("one", {f"a{n}": f"{n}\n" + LINES for n in range(1100)})
    repo.commit("two", {f"a{n}": None for n in range(1100)} | {f"z/b{n + 1}": f"{n}!\n{LINES}" for n in range(1100)})
    assert {change.status for change in changes(repo)} == {"A", "D"}


def test_mode_type_link_and_submodule(repo: Workspace, tmp_path: Path) -> None:
    inner = make_repository(tmp_path / "inner")
    first = inner.commit("one")
    repo.commit("one", {"mode": "x\n", "type": "x\n", "folder/file": "x\n"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{first},sub")
    repo.git("commit", "-q", "-m", "sub")
    (repo.path / "mode").chmod(0o755)
    (repo.path / "type").unlink()
    (repo.path / "type").symlink_to("mode")
    repo.git("add", "mode", "type")
    second = inner.commit("two", {"a": "a"})
    repo.git("update-index", "--cacheinfo", f"160000,{second},sub")
    repo.git("config", "diff.ignoreSubmodules", "all")
    repo.git("commit", "-q", "-m", "all")
    found = {change.new_path: change for change in changes(repo)}
    assert (found["mode"].status, found["mode"].new_mode) == ("M", 0o100755)
    assert (found["type"].status, found["type"].old_mode, found["type"].new_mode) == ("T", 0o100644, SYMLINK)
    assert (found["sub"].status, found["sub"].old_oid, found["sub"].new_oid) == ("M", first, second)
    assert found["sub"].new_mode == SUBMODULE
    assert len(found) == 3


def test_a_file_that_becomes_a_folder(repo: Workspace) -> None:
    repo.commit("one", {"x": "x\n"})
    repo.commit("two", {"x": None})
    repo.commit("three", {"x/y": "unlike\n"})
    found = {change.new_path: change.status for change in changes(repo, "HEAD~2")}
    assert found == {"x": "D", "x/y": "A"}


NAMES = [
    pytest.param(b"tab\there", id="tab"),
    pytest.param(b"new\nline", id="newline"),
    pytest.param("zoë \u202e.py".encode(), id="utf-8"),
    pytest.param(b"latin-\xe9.py", id="not-utf-8"),
    pytest.param(b' "quoted" \\ ', id="quotes"),
    pytest.param(b"-rf", id="option"),
    pytest.param(b":(top,icase)x", id="pathspec-magic"),
    pytest.param(b"*", id="glob"),
    pytest.param(b"R100", id="like-a-status"),
    pytest.param(b":100644 100644", id="like-a-record"),
    pytest.param(b"\x1b[31m", id="escape"),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_exact(repo: Workspace, name: bytes) -> None:
    repo.commit("one", {"other": "other\n"})
    repo.write(name, LINES)
    repo.write(b"dir/" + name, "something else\n")
    repo.commit("two")
    assert {os.fsencode(change.new_path) for change in changes(repo)} == {name, b"dir/" + name}
    with Repo.open(str(repo.path)) as opened:
        assert (
            opened.read_file(None, os.fsdecode(name)) == opened.read_file("HEAD", os.fsdecode(name)) == LINES.encode()
        )
    repo.git("--literal-pathspecs", "mv", "--", name, b"moved " + name)
    repo.git("commit", "-q", "-m", "three")
    change = one(repo)
    assert (change.status, os.fsencode(change.old_path), os.fsencode(change.new_path)) == ("R", name, b"moved " + name)
    with Repo.open(str(repo.path)) as opened:
        assert opened.read_file("HEAD", change.new_path) == LINES.encode()
        assert opened.read_file(None, change.new_path) == LINES.encode()
        assert opened.read_file(None, change.old_path) is None


@pytest.mark.parametrize(
    "attributes", ["* -diff", "* binary", "* diff=lie", "* -text", "* export-ignore", "*.py merge=lie"]
)
def test_attributes_and_drivers_hide_nothing(repo: Workspace, tmp_path: Path, attributes: str) -> None:
    trap = script(tmp_path / "trap", "exit 0")
    for setting in ("diff.external", "diff.lie.command", "diff.lie.textconv"):
        repo.git("config", setting, str(trap))
    repo.commit("one", {"a.py": LINES, ".gitattributes": attributes + "\n"})
    repo.commit("two", {"a.py": LINES + "evil\n"})
    assert repo.run_git("diff", "HEAD~1").stdout.find(b"evil") < 0
    with Repo.open(str(repo.path)) as opened:
        (change,) = opened.changes("HEAD~1", "HEAD")
        assert opened.objects.blob(change.new_oid) == (LINES + "evil\n").encode()


def test_the_order_of_files_cannot_be_set(repo: Workspace, tmp_path: Path) -> None:
    (tmp_path / "order").write_text("z\na\n")
    repo.commit("one", {"a": "a", "z": "z"})
    repo.git("config", "diff.orderFile", str(tmp_path / "order"))
    assert [change.new_path for change in changes(repo, None)] == ["a", "z"]


@pytest.mark.parametrize("name", ["--output=stolen", "-p", "--cached", "no-such-commit", "HEAD:a", "-S", "--stdin"])
@pytest.mark.parametrize("head", [None, "HEAD"])
def test_what_names_no_tree_is_undecided(repo: Workspace, name: str, head: str | None) -> None:
    repo.commit("one", {"a": "a"})
    with pytest.raises(UndecidedError, match="git diff-"):
        changes(repo, name, head)
    assert set(os.listdir(repo.path)) == {".git", "a"}


def test_changes_are_remembered_until_told_otherwise(repo: Workspace) -> None:
    head = repo.commit("one", {"a": "a"})
    with Repo.open(str(repo.path)) as opened:
        assert opened.changes(head, None) == ()
        repo.write("b", "b")
        repo.git("add", "b")
        assert opened.changes(head, None) == ()
        opened.forget()
        assert [change.new_path for change in opened.changes(head, None)] == ["b"]


def test_a_long_mixed_history_equals_an_independent_diff(repo: Workspace) -> None:
    for n in range(12):
        repo.commit(
            str(n),
            {f"f{n}": f"{n}\n{LINES}", f"dir{n % 3}/g": f"{n}\n", "all": str(n)}
            | ({f"f{n - 2}": None} if n > 1 else {}),
        )
    with Repo.open(str(repo.path)) as opened:
        for base in range(1, 12):
            old = f"HEAD~{base}"
            assert flat(opened.changes(old, "HEAD"), opened.zero) == raw_changes(repo, old, "HEAD")
