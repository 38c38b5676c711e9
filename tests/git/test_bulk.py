"""Bulk reads: libgit2 and the git command agree on every repository that there is, or libgit2 steps back."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone, script

from agentops_gates.git.bulk import BulkObjects
from agentops_gates.git.objects import Objects
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError

ROOT = Path(__file__).parents[2]


def filled(path: Path, *options: str) -> Workspace:
    """A repository whose blobs are partly loose, partly long delta chains in a pack."""
    repo = make_repository(path, *options)
    lines = [f"line {n}\n" for n in range(300)]
    for n in range(12):
        lines[n * 20] = f"changed {n}\n"
        repo.commit(str(n), {"a.py": "".join(lines), "bin": bytes(range(256)) * n, "crlf": "a\r\nb\r\n" * n})
    repo.git("gc", "-q")
    repo.commit("loose", {"b.py": "loose\n", "empty": ""})
    return repo


def plain(path: Path) -> Workspace:
    return filled(path / "repo")


def worktree(path: Path) -> Workspace:
    filled(path / "repo").git("worktree", "add", "-q", "../tree", "HEAD~2")
    return Workspace(path / "tree")


def submodule(path: Path) -> Workspace:
    inner = filled(path / "inner")
    outer = make_repository(path / "outer")
    outer.git("submodule", "add", "-q", str(inner.path), "sub")
    return Workspace(outer.path / "sub")


def separate(path: Path) -> Workspace:
    return filled(path / "repo", "--separate-git-dir", str(path / "elsewhere"))


def alternates(path: Path) -> Workspace:
    filled(path / "repo").git("clone", "-q", "--shared", ".", "../borrower")
    borrower = Workspace(path / "borrower")
    borrower.commit("own", {"own": "own\n"})
    return borrower


def bare(path: Path) -> Workspace:
    filled(path / "repo").git("clone", "-q", "--bare", ".", "../bare.git")
    return Workspace(path / "bare.git")


def folder(path: Path) -> Workspace:
    filled(path / "repo").write("deep/er/x", "x")
    return Workspace(path / "repo" / "deep" / "er")


def replaced(path: Path) -> Workspace:
    repo = filled(path / "repo")
    repo.git("replace", repo.git("rev-parse", "HEAD:a.py"), repo.git("rev-parse", "HEAD:b.py"))
    return repo


def shallow(path: Path) -> Workspace:
    return clone(filled(path / "repo"), path / "shallow", "--depth", "3")


def unusual_index(path: Path) -> Workspace:
    repo = filled(path / "repo")
    repo.git("update-index", "--split-index")
    return repo


def sha256(path: Path) -> Workspace:
    return filled(path / "repo", "--object-format=sha256")


def partial(path: Path) -> Workspace:
    repo = clone(filled(path / "repo"), path / "partial", "--filter=blob:none", "--no-checkout")
    repo.git("fetch", "-q", "--refetch", "--no-filter")
    return repo


MATRIX = [
    pytest.param(make, accelerated, id=make.__name__)
    for make, accelerated in (
        (plain, True),
        (worktree, True),
        (submodule, True),
        (separate, True),
        (alternates, True),
        (bare, True),
        (folder, True),
        (replaced, True),
        (shallow, True),
        (unusual_index, True),
        (sha256, False),
        (partial, None),  # some versions of git write extensions.partialClone, which libgit2 refuses
    )
]


def blobs(repo: Repo) -> list[str]:
    rows = repo.git.text("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").split("\n")
    return [row.split()[0] for row in rows if row.endswith(" blob")]


@pytest.mark.parametrize(("make", "accelerated"), MATRIX)
def test_both_readers_agree(tmp_path: Path, make: Callable[[Path], Workspace], accelerated: bool | None) -> None:
    with Repo.open(str(make(tmp_path).path)) as repo, Objects(repo.git) as slow, BulkObjects(repo) as fast:
        assert accelerated is None or fast.accelerated == accelerated
        oids = blobs(repo)
        assert len(oids) > 5
        for limit in (None, 0, 600, 2000):
            assert list(fast.blobs(oids, limit)) == list(slow.blobs(oids, limit))
        assert fast.blob(oids[0]) == slow.blob(oids[0])
        for wrong in ("1" * len(repo.zero), repo.commit("HEAD"), "HEAD", "", "a\nb"):
            with pytest.raises(UndecidedError) as quick:
                fast.blob(wrong, 10)
            with pytest.raises(UndecidedError) as exact:
                slow.blob(wrong, 10)
            assert str(quick.value) == str(exact.value)


def test_an_environment_that_names_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, here = filled(tmp_path / "named"), filled(tmp_path / "here")
    only = named.git("hash-object", "-w", "--stdin", stdin=b"only in the one that is named")
    monkeypatch.chdir(here.path)
    monkeypatch.setenv("GIT_DIR", os.path.relpath(named.path / ".git"))
    with Repo.open() as repo, BulkObjects(repo) as fast:
        assert fast.blob(only) == b"only in the one that is named"


def test_an_environment_that_changed_since_does_not_mislead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, other = filled(tmp_path / "here"), filled(tmp_path / "other")
    only = other.git("hash-object", "-w", "--stdin", stdin=b"only in the other")
    with Repo.open(str(here.path)) as repo:
        monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
        with BulkObjects(repo) as fast, pytest.raises(UndecidedError):
            fast.blob(only)


def test_a_partial_clone_is_undecided_as_with_git(tmp_path: Path) -> None:
    lacking = clone(filled(tmp_path / "repo"), tmp_path / "lacking", "--filter=blob:none", "--no-checkout")
    absent = lacking.git("rev-parse", "HEAD:a.py")
    with (
        Repo.open(str(lacking.path)) as repo,
        BulkObjects(repo) as fast,
        pytest.raises(UndecidedError, match="is not in this clone"),
    ):
        fast.blob(absent)


def test_new_objects_are_seen_inside_a_quarantine(tmp_path: Path) -> None:
    repo = filled(tmp_path / "repo")
    bare_path = bare(tmp_path / "server").path
    log = tmp_path / "log"
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from agentops_gates.git.bulk import BulkObjects; from agentops_gates.git.repo import Repo\n"
        "from agentops_gates.git.ranges import range_subject\n"
        "old, new, ref = sys.stdin.read().split()\n"
        "with Repo.open() as repo, BulkObjects(repo) as fast:\n"
        "    oid = repo.changes(old, new)[0].new_oid\n"
        f"    with open({str(log)!r}, 'w') as file: print(repo.bare, fast.accelerated, fast.blob(oid), file=file)\n"
        "    assert range_subject(repo, old, new).bases == (old,)\n"
    )
    script(bare_path / "hooks" / "pre-receive", f"exec {shlex.quote(sys.executable)} -I -c {shlex.quote(code)}")
    repo.git("push", "-q", "--force", str(bare_path), "HEAD:main")
    repo.commit("new", {"new.py": "new\n"})
    repo.git("push", "-q", str(bare_path), "HEAD:main")
    assert log.read_text() == f"True False {b'new' + os.linesep.encode()!r}\n"
