"""Uncommitted text leaves by no push of "all refs", and stays through every collection."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace
from rescue.rescuelib import back, collect, snap

from agentops_gates.rescue.refs import PREFIX

SECRET = "hunter2 " * 20


@pytest.fixture
def remote(repo: Workspace, tmp_path: Path) -> Workspace:
    """A bare remote of a repository that has a snapshot of a secret."""
    repo.commit("start", {"a": "a\n"})
    repo.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.write("secret", SECRET)
    snap(repo)
    return Workspace(tmp_path / "remote.git")


PUSHES = {
    "mirror": ("push", "--mirror", "origin"),
    "mirror by path": ("push", "--mirror", "../remote.git"),
    "mirror past every hook": ("push", "--no-verify", "--mirror", "--force", "origin"),
    "mirror by configuration": ("-c", "remote.origin.mirror=true", "push", "origin"),
    "all refs": ("push", "origin", "refs/*:refs/*"),
    "all refs, forced": ("push", "origin", "+refs/*:refs/*"),
    "all refs by configuration": ("-c", "remote.origin.push=refs/*:refs/*", "push", "origin"),
    "ours by pattern": ("push", "origin", "refs/agentops-*:refs/agentops-*"),
    "ours by pattern to another place": ("push", "origin", "refs/agentops-*:refs/heads/x/*"),
    "branches and tags": ("push", "--all", "--follow-tags", "origin"),
    "send-pack": ("send-pack", "--mirror", "../remote.git"),
    "send-pack, all": ("send-pack", "--all", "../remote.git"),
}


@pytest.mark.parametrize("push", PUSHES.values(), ids=PUSHES)
def test_no_push_of_many_refs_takes_a_snapshot_along(repo: Workspace, remote: Workspace, push: tuple[str, ...]) -> None:
    repo.git(*push, check=False)
    assert "rescue" not in remote.git("for-each-ref")
    oid = repo.git("hash-object", "secret")
    assert repo.git("cat-file", "-t", oid) == "blob"
    assert remote.run_git("cat-file", "-e", oid).returncode


def test_a_mirror_still_brings_all_else(repo: Workspace, remote: Workspace) -> None:
    repo.git("tag", "v1")
    repo.git("push", "-q", "--mirror", "origin")
    assert remote.git("for-each-ref", "--format=%(refname)").split() == ["refs/heads/main", "refs/tags/v1"]


def test_a_git_server_does_not_take_one_by_name(repo: Workspace, remote: Workspace) -> None:
    ref = repo.git("for-each-ref", "--format=%(refname)", f"{PREFIX}*")
    done = repo.run_git("push", "--no-verify", "origin", ref)
    assert done.returncode
    assert b"funny refname" in done.stderr
    assert "rescue" not in remote.git("for-each-ref")


def test_clones_do_not_fetch_it(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--no-local", ".", str(tmp_path / "clone"))
    assert "rescue" not in Workspace(tmp_path / "clone").git("for-each-ref")


def test_it_outlives_every_collection(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    (repo.path / "secret").unlink()
    collect(repo)
    repo.git("repack", "-adfq")
    repo.git("pack-refs", "--all", "--prune")
    repo.git("prune-packed")
    repo.git("-c", "gc.pruneExpire=now", "-c", "gc.reflogExpire=now", "gc", "-q", "--aggressive", "--prune=now")
    repo.git("remote", "prune", "origin")
    repo.git("worktree", "prune")
    assert back(repo, tmp_path / "to") == {"secret": SECRET.encode()}


def pushed(repo: Workspace, line: str) -> subprocess.CompletedProcess[bytes]:
    argv = [sys.executable, "-m", "agentops_gates", "hook", "pre-push", "origin", "url"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(argv, check=False, cwd=repo.path, input=line.encode(), capture_output=True, env=env)


@pytest.mark.parametrize("name", ["refs/agentops-rescue-1", "refs/heads/innocent", "HEAD~0"])
def test_our_pre_push_refuses_one_by_any_name(repo: Workspace, remote: Workspace, name: str) -> None:
    oid = repo.git("for-each-ref", "--format=%(objectname)", f"{PREFIX}*")
    done = pushed(repo, f"{name} {oid} refs/heads/topic {'0' * 40}\n")
    assert done.returncode == 2
    assert b"is a snapshot of uncommitted work" in done.stderr


def test_our_pre_push_lets_other_commits_through(repo: Workspace, remote: Workspace) -> None:
    done = pushed(repo, f"refs/heads/main {repo.head()} refs/heads/topic {'0' * 40}\n")
    assert (done.returncode, done.stderr) == (0, b"")


# What the page says is not prevented.
READS = {
    "clone --mirror": ("clone", "-q", "--mirror", "--no-local", ".", "../copy.git"),
    "fetch of all refs": ("-C", "../remote.git", "fetch", "-q", "../repo", "refs/*:refs/*"),
    "a snapshot pushed as a branch": ("push", "-q", "origin", "NAME:refs/heads/x"),
}


@pytest.mark.parametrize("command", READS.values(), ids=READS)
def test_whoever_reads_all_of_it_reads_snapshots_too(
    repo: Workspace, remote: Workspace, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ref = repo.git("for-each-ref", "--format=%(refname)", f"{PREFIX}*")
    repo.git(*(word.replace("NAME", ref) for word in command))
    other = Workspace(tmp_path / "copy.git") if "clone" in command else remote
    assert other.git("cat-file", "-t", repo.git("hash-object", "secret")) == "blob"
