"""Generated and vendored files: the base tree says which, and nobody else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository

from agentops_gates.git.attributes import generated
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError

PATHS = ["a.py", "gen/a.py", "gen/sub/b.py", "vendor/c.py", "deep/er/gen/d.py"]
GENERATED, VENDORED = "linguist-generated", "linguist-vendored"


def ask(repo: Workspace, treeish: str = "HEAD", paths: list[str] | None = None) -> dict[str, str]:
    with Repo.open(str(repo.path)) as opened:
        return generated(opened, opened.commit(treeish), PATHS if paths is None else paths)


# What must not excuse anything.

EVIL = "* linguist-generated linguist-vendored\n"


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(None, id="no-file"),
        pytest.param("", id="empty"),
        pytest.param("* text=auto\n*.py diff=python\n", id="other-attributes"),
        pytest.param("gen/** -linguist-generated\nvendor/** !linguist-vendored\n", id="unset"),
        pytest.param("* linguist-generated=false linguist-vendored=0 linguist-vendored=\n", id="values-that-are-no"),
        pytest.param("# * linguist-generated\n", id="comment"),
        pytest.param("nowhere/* linguist-generated\n", id="pattern-that-matches-nothing"),
        pytest.param("* linguist-detectable linguist-documentation xlinguist-generated\n", id="similar-names"),
        pytest.param(b"* \0linguist-generated", id="nul"),
        pytest.param("!* linguist-generated\n", id="negative-pattern"),
    ],
)
def test_nothing_is_marked(repo: Workspace, attributes: str | bytes | None) -> None:
    repo.commit("one", {"x": "x"} if attributes is None else {".gitattributes": attributes})
    assert ask(repo) == {}


def _work_tree(repo: Workspace) -> None:
    repo.write(".gitattributes", EVIL)


def _index(repo: Workspace) -> None:
    repo.write(".gitattributes", EVIL)
    repo.git("add", "-A")
    (repo.path / ".gitattributes").unlink()


def _subfolder(repo: Workspace) -> None:
    repo.write("gen/.gitattributes", EVIL)
    repo.git("add", "-A")


def _info(repo: Workspace) -> None:
    folder = repo.path / ".git" / "info"
    folder.mkdir(exist_ok=True)
    (folder / "attributes").write_text(EVIL)


def _config(repo: Workspace) -> None:
    repo.git("config", "core.attributesFile", str(_outside()))


def _user(repo: Workspace) -> None:
    repo.git("config", "--global", "core.attributesFile", str(_outside()))


def _xdg(repo: Workspace) -> None:
    folder = Path(os.environ["HOME"], ".config", "git")
    folder.mkdir(parents=True)
    (folder / "attributes").write_text(EVIL)


def _outside() -> Path:
    file = Path(os.environ["HOME"], "evil")
    file.write_text(EVIL)
    return file


PLANTS = (_work_tree, _index, _subfolder, _info, _config, _user, _xdg)
BASES = pytest.mark.parametrize("base", [None, "gen/a.py linguist-generated\n"], ids=["without", "with"])


def commit_base(repo: Workspace, base: str | None) -> dict[str, str]:
    """Commit the attributes ``base`` and return what they mark."""
    repo.commit("one", {"x": "x"} if base is None else {".gitattributes": base})
    return {} if base is None else {"gen/a.py": GENERATED}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__.strip("_"))
@BASES
def test_a_change_cannot_excuse_itself(repo: Workspace, plant: Callable[[Workspace], None], base: str | None) -> None:
    expected = commit_base(repo, base)
    plant(repo)
    seen = repo.git("check-attr", *(["--cached"] if plant is _index else []), GENERATED, "--", "gen/z.py")
    assert seen.endswith(": set"), "the attack is none"
    assert ask(repo) == expected


@BASES
def test_a_later_commit_does_not_count(repo: Workspace, base: str | None) -> None:
    expected = commit_base(repo, base)
    repo.commit("two", {".gitattributes": EVIL})
    assert ask(repo, "HEAD~1") == expected


@BASES
def test_the_environment_does_not_count(
    repo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str | None
) -> None:
    expected = commit_base(repo, base)
    monkeypatch.setenv("GIT_ATTR_SOURCE", repo.commit("two", {".gitattributes": EVIL}))
    repo.git("rm", "-q", ".gitattributes")
    (tmp_path / "git").mkdir()
    (tmp_path / "git" / "attributes").write_text(EVIL)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    seen = repo.git("check-attr", GENERATED, "--", "gen/z.py")
    assert seen.endswith(": set"), "the attack is none"
    assert ask(repo, "HEAD~1") == expected


def test_a_link_is_no_attributes_file(repo: Workspace) -> None:
    repo.write("elsewhere", EVIL)
    (repo.path / ".gitattributes").symlink_to("elsewhere")
    repo.commit("one")
    assert ask(repo) == {}


def test_a_submodule_and_a_folder_of_that_name_are_none(repo: Workspace) -> None:
    head = repo.commit("one", {".gitattributes/x": EVIL})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},gen/.gitattributes")
    repo.git("commit", "-q", "-m", "two")
    assert ask(repo) == {}


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", ".git/config", "a//b", "./a", "x/.git/y"])
def test_a_path_that_leaves_the_tree_is_never_marked(repo: Workspace, path: str) -> None:
    repo.commit("one", {".gitattributes": "* linguist-generated\n"})
    assert ask(repo, paths=[path, "a.py"]) == {"a.py": GENERATED}


def test_no_path_asks_nothing(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": EVIL})
    assert ask(repo, paths=[]) == {}


# What the tree marks.


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {".gitattributes": "gen/** linguist-generated\n"},
            {"gen/a.py": GENERATED, "gen/sub/b.py": GENERATED},
            id="set",
        ),
        pytest.param({".gitattributes": "/a.py linguist-generated=true\n"}, {"a.py": GENERATED}, id="true"),
        pytest.param({".gitattributes": "vendor/* linguist-vendored\n"}, {"vendor/c.py": VENDORED}, id="vendored"),
        pytest.param(
            {".gitattributes": "/a.py linguist-vendored linguist-generated\n"}, {"a.py": GENERATED}, id="both"
        ),
        pytest.param(
            {"gen/.gitattributes": "*.py linguist-generated\n"},
            {"gen/a.py": GENERATED, "gen/sub/b.py": GENERATED},
            id="nested",
        ),
        pytest.param(
            {"gen/.gitattributes": "/*.py linguist-generated\n"}, {"gen/a.py": GENERATED}, id="nested-and-rooted"
        ),
        pytest.param(
            {".gitattributes": "gen/** linguist-generated\n", "gen/sub/.gitattributes": "* -linguist-generated\n"},
            {"gen/a.py": GENERATED},
            id="deeper-wins",
        ),
        pytest.param(
            {".gitattributes": "[attr]made linguist-generated -diff\ngen/* made\n"}, {"gen/a.py": GENERATED}, id="macro"
        ),
        pytest.param(
            {".gitattributes": "[attr]made linguist-generated\n", "gen/.gitattributes": "a.py made\n"},
            {"gen/a.py": GENERATED},
            id="macro-from-above",
        ),
        pytest.param(
            {".gitattributes": "* linguist-generated\n/a.py !linguist-generated\n"},
            dict.fromkeys(PATHS[1:], GENERATED),
            id="last-line-wins",
        ),
        pytest.param(
            {"deep/er/gen/.gitattributes": "* linguist-generated\r\n"}, {"deep/er/gen/d.py": GENERATED}, id="crlf"
        ),
        pytest.param(
            {"deep/er/gen/.gitattributes": "* linguist-generated\n"}, {"deep/er/gen/d.py": GENERATED}, id="deep"
        ),
        pytest.param({".gitattributes": '"/a.\\160y" linguist-generated\n'}, {"a.py": GENERATED}, id="quoted-pattern"),
    ],
)
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_the_tree_marks(
    tmp_path: Path, files: dict[str, str], expected: dict[str, str], object_format: str
) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    repo.commit("one", files)
    assert ask(repo) == expected
    # git agrees, once nothing else has a say.
    for name in (GENERATED, VENDORED):
        fields = repo.git("check-attr", "-z", name, "--", *PATHS).split("\0")
        marked = {path for path, value in zip(fields[::3], fields[2::3], strict=False) if value in {"set", "true"}}
        assert {path for path, why in expected.items() if why == name} <= marked


def test_the_tree_that_is_asked_for_decides(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": "/a.py linguist-generated\n"})
    repo.commit("two", {".gitattributes": "gen/** linguist-vendored\n"})
    repo.commit("three", {".gitattributes": None})
    assert ask(repo, "HEAD~2") == {"a.py": GENERATED}
    assert ask(repo, "HEAD~1") == {"gen/a.py": VENDORED, "gen/sub/b.py": VENDORED}
    assert ask(repo) == {}


@pytest.mark.parametrize(
    "name", [b"latin-\xe9.py", b"new\nline.py", b"tab\t.py", b" space ", b"*", b":(top)x", b"back\\slash", b"-rf"]
)
def test_names_that_are_no_text(repo: Workspace, name: bytes) -> None:
    folder = b"dir " + name
    repo.write(folder + b"/.gitattributes", "* linguist-generated\n")
    repo.commit("one")
    path = os.fsdecode(folder + b"/" + name)
    assert ask(repo, paths=[path, os.fsdecode(name)]) == {path: GENERATED}


def test_upper_and_lower_case_differ_everywhere(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": "A.py linguist-generated\n"})
    for scope in ("--local", "--global"):
        repo.git("config", scope, "core.ignoreCase", "true")
    assert ask(repo, paths=["a.py", "A.py"]) == {"A.py": GENERATED}


def test_bare_and_linked_worktree(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("one", {".gitattributes": "/a.py linguist-generated\n"})
    repo.git("clone", "-q", "--bare", ".", "../bare.git")
    repo.git("worktree", "add", "-q", "../tree")
    for name in ("bare.git", "tree"):
        assert ask(Workspace(tmp_path / name)) == {"a.py": GENERATED}


def test_borrowed_objects(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("one", {".gitattributes": "/a.py linguist-generated\n"})
    repo.git("clone", "-q", "--shared", ".", "../borrower")
    assert ask(Workspace(tmp_path / "borrower")) == {"a.py": GENERATED}


def test_nothing_is_left_behind_and_nothing_of_the_repository_is_touched(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": "/a.py linguist-generated\n"})
    index = (repo.path / ".git" / "index").read_bytes()
    before = {entry.name for entry in os.scandir(repo.path / ".git")}
    ask(repo)
    assert os.listdir(repo.path / ".git" / "agentops") == []
    assert {entry.name for entry in os.scandir(repo.path / ".git")} - before == {"agentops"}
    assert (repo.path / ".git" / "index").read_bytes() == index
    assert repo.git("status", "--porcelain") == ""


def test_a_git_directory_that_cannot_be_written_does_not_matter(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": "/a.py linguist-generated\n"})
    (repo.path / ".git" / "agentops").write_text("in the way")
    assert ask(repo) == {"a.py": GENERATED}


def test_a_huge_attributes_file_is_undecided(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": "x linguist-generated\n" * 100_000})
    with pytest.raises(UndecidedError, match=r"\.gitattributes is larger than"):
        ask(repo)


def test_most_repositories_need_no_process(repo: Workspace) -> None:
    repo.commit("one", {".gitattributes": "* text=auto\n", "gen/.gitattributes": "*.png binary\n"})
    ask(repo)
    assert not (repo.path / ".git" / "agentops").exists()
