"""The command: what it says, what it refuses, and what it never writes over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from rescue.rescuelib import contents, snap

from agentops_gates.entry.cli.app import main
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import AgentopsError, UsageError
from agentops_gates.rescue.refs import PREFIX, find

NASTY = "a\x1b[31m\u202e b\n.txt"


@pytest.fixture
def work(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    repo.commit("start", {"a": "a\n", "deep/b": "b\n", ".gitignore": "*.log\n"})
    monkeypatch.chdir(repo.path)
    return repo


def run(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    capsys.readouterr()
    assert main(["rescue", *args]) == 0
    said = capsys.readouterr().out
    assert said.isascii() or said.isprintable()
    return said


def refused(*args: str) -> str:
    with pytest.raises(AgentopsError) as error:
        main(["rescue", *args])
    return f"{error.value} | {error.value.fix}"


def test_no_snapshots(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list") == "no snapshots\n"
    assert "there is no snapshot latest" in refused("show", "latest")


def test_list_and_show(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    work.write("a", "changed\n")
    work.write("x.log", "log")
    work.write("new", "n" * 2000)
    work.write("staged", "s\n")
    work.git("add", "staged")
    made = snap(work, why="git reset --hard && git clean -fdx")
    listed = run(capsys, "list")
    assert listed.startswith(f"{made.id}  ")
    assert "before: git reset --hard && git clean -fdx" in listed
    assert "holds: 2 files" in listed
    assert "1 staged" in listed
    shown = run(capsys, "show", made.id[:15])
    assert "untracked        2,000  new\n" in shown
    assert "not saved, ignored (rescue.ignored does not name it): x.log" in shown
    assert f"HEAD: {work.head()} (refs/heads/main)" in shown


def test_names_and_commands_are_made_safe(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    work.write(NASTY, "x\n")
    work.write("a", "\x1b[2Jchanged\n")
    snap(work, why="git reset --hard\x1b]0;title\x07\n#" + "word " * 400)
    work.git("branch", "other")
    (work.path / NASTY).unlink()
    for words in (("list",), ("show", "latest"), ("diff", "latest"), ("restore", "latest")):
        said = run(capsys, *words)
        assert all(line.isprintable() for line in said.split("\n"))
        if words[0] != "diff":
            assert max(map(len, said.replace(str(work.path), "").split("\n"))) <= 80
    (folder,) = work.path.glob("rescued-*")
    assert set(contents(folder)) == {NASTY, "a"}


def test_diff(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    work.write("a", "changed\n")
    work.write("new", "new\n")
    work.write("bytes", b"\0\1")
    (work.path / "deep" / "b").unlink()
    snap(work)
    assert run(capsys, "diff", "latest") == "no difference\n"
    work.git("reset", "-q", "--hard")
    work.write("bytes", b"\0\2")
    (work.path / "new").unlink()
    assert run(capsys, "diff", "latest").split("\n") == [
        "--- a (then)",
        "+++ a (now)",
        "@@ -1 +1 @@",
        "-changed",
        "+a",
        "bytes: differs (no text)",
        "new: is not there now",
        "deep/b: was deleted then, is there now",
        "",
    ]
    assert run(capsys, "diff", "latest", "--path", "new") == "new: is not there now\n"


def test_restore_into_a_folder(work: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    work.write("a", "changed\n")
    work.write("new", "new\n")
    made = snap(work)
    assert run(capsys, "restore", "latest") == f"restored 2 files to rescued-{made.id}\n"
    assert "is not empty" in refused("restore", "latest")
    assert run(capsys, "restore", "latest", "--path", "new", "--to", str(tmp_path / "x")).startswith(
        "restored 1 file to"
    )
    assert contents(tmp_path / "x") == {"new": b"new\n"}
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").touch()
    assert "is not empty" in refused("restore", "latest", "--to", str(tmp_path / "full"))
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert "link" in refused("restore", "latest", "--to", str(tmp_path / "link"))
    assert not (tmp_path / "elsewhere").exists()


def test_paths_are_relative_to_where_one_stands(
    work: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work.write("deep/b", "changed\n")
    snap(work)
    monkeypatch.chdir(work.path / "deep")
    run(capsys, "restore", "latest", "--path", "b", "--to", str(tmp_path / "x"))
    assert contents(tmp_path / "x") == {"deep/b": b"changed\n"}
    assert "is not in this work tree" in refused("restore", "latest", "--path", "../../out")


def test_in_place_where_nothing_is_in_the_way(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    work.write("a", "changed\n")
    work.write("gone/new", "new\n").chmod(0o755)
    snap(work)
    work.git("reset", "-q", "--hard")
    work.git("clean", "-qfdx")
    run(capsys, "restore", "latest", "--in-place", "--path", "a", "--path", "gone")
    assert (work.path / "a").read_text() == "changed\n"
    assert (work.path / "gone" / "new").stat().st_mode & 0o777 == 0o755
    assert "gone/new" in work.git("status", "--porcelain", "-uall")


def in_way_changed(work: Workspace) -> str:
    work.write("a", "other work\n")
    return "has changes now"


def in_way_staged(work: Workspace) -> str:
    work.write("a", "other work\n")
    work.git("add", "a")
    work.git("checkout-index", "-f", "a")
    return "has changes now"


def in_way_untracked(work: Workspace) -> str:
    work.git("rm", "-q", "--cached", "a")
    work.git("commit", "-qm", "untracked now")
    return "git does not have it"


def in_way_folder(work: Workspace) -> str:
    work.git("rm", "-q", "a")
    work.write("a/b", "x")
    return "is a folder now"


def in_way_hidden(work: Workspace) -> str:
    work.git("update-index", "--assume-unchanged", "a")
    work.write("a", "other work\n")
    return "has changes now"


IN_WAY = (in_way_hidden, in_way_changed, in_way_staged, in_way_untracked, in_way_folder)


@pytest.mark.parametrize("what", IN_WAY, ids=[one.__name__ for one in IN_WAY])
def test_nothing_is_written_over(work: Workspace, what: object) -> None:
    work.write("a", "changed\n")
    work.write("new", "new\n")
    snap(work)
    work.git("reset", "-q", "--hard")
    work.git("clean", "-qfdx")
    assert callable(what)
    why = what(work)
    before = contents(work.path)
    assert why in refused("restore", "latest", "--in-place", "--path", "new", "--path", "a")
    assert contents(work.path) == before


def test_nothing_is_written_beyond_a_link(work: Workspace, tmp_path: Path) -> None:
    work.write("deep/b", "changed\n")
    snap(work)
    work.git("rm", "-rqf", "deep")
    (tmp_path / "outside").mkdir()
    (work.path / "deep").symlink_to(tmp_path / "outside")
    assert "beyond a file or link" in refused(
        "restore", "latest", "--in-place", "--path", str(work.path / "deep" / "b")
    )
    assert contents(tmp_path / "outside") == {}


def test_what_goes_together(work: Workspace) -> None:
    work.write("a", "changed\n")
    snap(work)
    assert "needs the names" in refused("restore", "latest", "--in-place")
    assert "one after the other" in refused("restore", "latest", "--to", "x", "--branch", "y")
    assert "one after the other" in refused("restore", "latest", "--refs", "--stashes")
    assert "one after the other" in refused("restore", "latest", "--branch", "y", "--path", "a")
    assert "two places" in refused("restore", "latest", "--to", "x", "--in-place", "--path", "a")
    assert "files of git's own" in refused("diff", "latest", "--version", "git")
    assert "not put in place" in refused("restore", "latest", "--version", "git", "--in-place", "--path", ".")
    assert "not in snapshot" in refused("restore", "latest", "--path", "nothing")
    assert "holds no files (theirs version)" in refused("restore", "latest", "--version", "theirs")


def test_branch_refs_and_stashes(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    work.git("branch", "side")
    work.write("a", "stashed\n")
    work.git("stash", "-q")
    work.write("a", "changed\n")
    snap(work)
    work.git("branch", "-D", "side")
    work.git("stash", "clear")
    assert run(capsys, "restore", "latest", "--branch", "again").startswith("made branch again at ")
    assert work.git("show", "again:a") == "changed"
    assert run(capsys, "restore", "latest", "--ref", "side") == "refs/heads/side: refs/heads/side\n"
    assert "refs/heads/side: is there already" in run(capsys, "restore", "latest", "--refs")
    assert run(capsys, "restore", "latest", "--stashes").endswith(": stash@{0}\n")
    assert "cannot be the name" in refused("restore", "latest", "--branch", "a..b")


def test_in_place_is_for_the_same_work_tree(work: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work.write("a", "changed\n")
    snap(work)
    work.git("worktree", "add", "-q", str(tmp_path / "linked"))
    monkeypatch.chdir(tmp_path / "linked")
    assert "is of another work tree" in refused("restore", "latest", "--in-place", "--path", "a")


def test_a_bare_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    bare = make_repository(tmp_path / "bare.git", "--bare")
    monkeypatch.chdir(bare.path)
    assert run(capsys, "list") == "no snapshots\n"
    assert "no work tree" in refused("diff", "latest")


FORGED = {
    "out of the folder": "../escaped",
    "into the repository": ".git/hooks/pre-commit",
    "in other letters": ".GIT/config",
    "by another file system's leave": "git~1/config",
    "with a stream": ".git::$INDEX_ALLOCATION/config",
    "from the root": "/etc/passwd",
}


@pytest.mark.parametrize("name", FORGED.values(), ids=FORGED)
def test_a_snapshot_that_somebody_forged_leads_nowhere(work: Workspace, tmp_path: Path, name: str) -> None:
    work.write("a", "changed\n")
    made = snap(work, "worktree")
    told = work.git("show", f"{made.oid}:about").replace('["a", "changed"', f'["{name}", "changed"')
    blob = work.git("hash-object", "-w", "--stdin", stdin=f"{told}\n".encode())
    rows = work.git("ls-tree", made.oid).split("\n")
    rows = [f"100644 blob {blob}\tabout" if row.endswith("\tabout") else row for row in rows]
    tree = work.git("mktree", stdin="".join(f"{row}\n" for row in rows).encode())
    text = work.git("cat-file", "commit", made.oid).replace(work.git("rev-parse", f"{made.oid}^{{tree}}"), tree)
    forged = work.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{text}\n".encode())
    work.git("update-ref", f"{PREFIX}forged", forged)
    assert "no work tree may hold" in refused("restore", "forged", "--to", str(tmp_path / "x" / "y"))
    assert not (tmp_path / "x" / "escaped").exists()


def test_a_ref_that_is_no_snapshot(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    work.git("update-ref", f"{PREFIX}x", "HEAD")
    work.git("update-ref", f"{PREFIX}y", work.git("rev-parse", "HEAD:a"))
    work.git("symbolic-ref", f"{PREFIX}z", "refs/heads/main")
    assert "is no snapshot" in run(capsys, "list")
    assert "is no snapshot" in refused("show", "x")


def test_ids(work: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        work.write("a", f"{number}\n")
        made = snap(work)
    with Repo.open(str(work.path)) as repo, pytest.raises(UsageError, match="2 snapshots have the id"):
        find(repo, made.id[:8])
    assert made.id in run(capsys, "show", made.id[-6:])
    assert made.id in run(capsys, "show", f"{PREFIX}{made.id}")
    assert os.listdir(work.path / ".git" / "agentops" / "rescue") == []
