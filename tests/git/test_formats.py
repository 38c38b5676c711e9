"""Every kind of repository that git offers: the same questions get the same answers, or an honest "cannot tell"."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import everything, sample

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError

Make = Callable[[Path, tuple[str, ...]], Workspace]


def plain(path: Path, options: tuple[str, ...]) -> Workspace:
    return sample(path / "repo", *options)


def worktree(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("worktree", "add", "-q", "--detach", "../tree")
    return restage(repo, path / "tree")


def submodule(path: Path, options: tuple[str, ...]) -> Workspace:
    inner = sample(path / "inner", *options)
    outer = make_repository(path / "outer", *options)
    outer.git("submodule", "add", "-q", str(inner.path), "sub")
    return restage(inner, outer.path / "sub")


def separate(path: Path, options: tuple[str, ...]) -> Workspace:
    return sample(path / "repo", "--separate-git-dir", str(path / "elsewhere"), *options)


def alternates(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("clone", "-q", "--shared", ".", "../borrower")
    return restage(repo, path / "borrower")


def detached(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("checkout", "-q", "--detach")
    return repo


def packed(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("gc", "-q")
    repo.git("multi-pack-index", "write")
    return repo


def sparse(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("stash", "-q")
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
    return restage(repo, repo.path)


def split(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("update-index", "--split-index")
    return repo


def own_settings(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "core.abbrev", "4")
    repo.git("config", "extensions.preciousObjects", "true")
    return repo


def subfolder(path: Path, options: tuple[str, ...]) -> Workspace:
    repo = sample(path / "repo", *options)
    return Workspace(repo.path / "gen")


def restage(source: Workspace, path: Path) -> Workspace:
    """Bring the clone at ``path`` to where ``source`` is: branches of the remote and what is staged."""
    clone = Workspace(path)
    clone.git("fetch", "-q", str(source.path), "+refs/remotes/origin/main:refs/remotes/origin/main")
    for name, content in (("b.py", "y = 3\n"), ("policy.toml", "a = 2\n")):
        blob = clone.git("hash-object", "-w", "--stdin", stdin=content.encode())
        clone.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    return clone


SHAPES = [
    plain,
    worktree,
    submodule,
    separate,
    alternates,
    detached,
    packed,
    sparse,
    split,
    own_settings,
    subfolder,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize(
    "options", [(), ("--object-format=sha256",), ("--ref-format=reftable",)], ids=["sha1", "sha256", "reftable"]
)
def test_every_repository_gives_the_same_answers(tmp_path: Path, shape: Make, options: tuple[str, ...]) -> None:
    if "--ref-format=reftable" in options:
        probe = Workspace(tmp_path).run_git("init", "-q", *options, "probe")
        if probe.returncode:
            pytest.skip(f"this git has no reftable: {probe.stderr.decode().splitlines()[0]}")
    (tmp_path / "reference").mkdir()
    expected = everything(plain(tmp_path / "reference", options).path)
    assert everything(shape(tmp_path, options).path) == expected


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_bare(tmp_path: Path, options: tuple[str, ...]) -> None:
    sample(tmp_path / "repo", *options).git("clone", "-q", "--bare", ".", "../bare.git")
    with Repo.open(str(tmp_path / "bare.git")) as repo:
        assert repo.bare
        assert repo.git_dir == repo.common_dir == os.path.realpath(tmp_path / "bare.git")
        assert repo.read_file("HEAD", "policy.toml") == b"a = 1\n"
        assert [change.status for change in repo.changes("HEAD~1", "HEAD")] == ["M", "R"]
        assert len(repo.zero) == len(repo.commit("HEAD"))


def test_facts_of_a_linked_worktree(tmp_path: Path) -> None:
    with Repo.open(str(worktree(tmp_path, ()).path)) as repo:
        common = os.path.realpath(tmp_path / "repo" / ".git")
        assert (repo.toplevel, repo.common_dir) == (os.path.realpath(tmp_path / "tree"), common)
        assert repo.git_dir == os.path.join(common, "worktrees", "tree")
        assert repo.state_dir == os.path.join(common, "agentops")


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param(("extensions.unheardOf", "true"), id="unknown-extension"),
        pytest.param(("core.repositoryFormatVersion", "99"), id="format-of-the-future"),
        pytest.param(("core.bare", "perhaps"), id="nonsense"),
    ],
)
def test_a_repository_that_this_git_cannot_read_is_undecided(tmp_path: Path, setting: tuple[str, str]) -> None:
    repo = sample(tmp_path / "repo", "--object-format=sha256")
    repo.git("config", *setting)
    with pytest.raises(UndecidedError) as caught:
        everything(repo.path)
    assert str(caught.value).startswith("git rev-parse: fatal:")


def test_an_unknown_extension_says_what_to_do(tmp_path: Path) -> None:
    repo = sample(tmp_path / "repo", "--object-format=sha256")
    repo.git("config", "extensions.unheardOf", "true")
    with pytest.raises(UndecidedError) as caught:
        Repo.open(str(repo.path))
    assert "newer git" in caught.value.fix
