"""Writing through git: only our own refs, all or none, and no lock left behind by an interrupt."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from conftest import Workspace
from gitfixtures import script

from agentops_gates.git import spawn
from agentops_gates.git.repo import Repo
from agentops_gates.git.write import Move, move_refs, read_ref, sweep_locks, write_blob, write_commit, write_tree
from agentops_gates.model.errors import UndecidedError

A, B = "refs/agentops/a", "refs/agentops/b"


@pytest.fixture
def tips(repo: Workspace) -> tuple[str, str]:
    return repo.commit("one"), repo.commit("two")


def test_objects_are_what_was_given(repo: Workspace) -> None:
    (repo.path / ".gitattributes").write_text("* text eol=crlf filter=lie\n")
    repo.git("config", "core.autocrlf", "true")
    repo.git("config", "filter.lie.clean", "echo lies")
    with Repo.open(str(repo.path)) as opened:
        blob = write_blob(opened, b"a\r\nb\x00\xff")
        tree = write_tree(opened, [("100644", blob, "z"), ("100644", blob, "a b\n")])
        with pytest.raises(UndecidedError, match="mktree"):
            write_tree(opened, [("100644", "1" * 40, "z")])
        with pytest.raises(UndecidedError, match="hash-object"):
            write_commit(opened, b"tree nonsense\n")
    assert repo.run_git("cat-file", "blob", blob).stdout == b"a\r\nb\x00\xff"
    assert repo.git("ls-tree", "-z", tree).split("\0")[0].endswith("a b\n")


def test_refs_move_by_their_old_value_all_or_none(repo: Workspace, tips: tuple[str, str]) -> None:
    one, two = tips
    with Repo.open(str(repo.path)) as opened:
        move_refs(opened, [Move(A, "", one), Move(B, "", one)])
        for wrong in (Move(A, "", two), Move(A, two, one), Move(A, two, ""), Move(A, two, two)):
            with pytest.raises(UndecidedError, match="cannot lock ref"):
                move_refs(opened, [Move(B, one, two), wrong])
            assert (read_ref(opened, A), read_ref(opened, B)) == (one, one)
        move_refs(opened, [Move(A, one, two), Move(B, one, "")])
        assert (read_ref(opened, A), read_ref(opened, B)) == (two, None)


def test_a_ref_is_read_by_exactly_its_name(repo: Workspace, tips: tuple[str, str]) -> None:
    repo.git("update-ref", f"refs/heads/{A}", tips[0])
    repo.git("update-ref", f"refs/tags/{B}", tips[0])
    with Repo.open(str(repo.path)) as opened:
        assert (read_ref(opened, A), read_ref(opened, B)) == (None, None)


def test_a_living_lock_is_waited_for_and_kept(repo: Workspace, tips: tuple[str, str]) -> None:
    lock = repo.path / ".git" / f"{A}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    pid = os.fork()
    if not pid:
        for _ in range(40):  # its owner writes on
            time.sleep(0.1)
            os.utime(lock)
        os._exit(0)
    try:
        with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match="lock"):
            move_refs(opened, [Move(A, "", tips[0])])
        assert lock.exists()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_only_stale_locks_of_our_own_are_swept(repo: Workspace, tips: tuple[str, str]) -> None:
    strays = [repo.path / ".git" / "refs" / name for name in ("agentops/x/a.lock", "agentops/y.lock", "heads/z.lock")]
    for stray in strays:
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.touch()
    with Repo.open(str(repo.path)) as opened:
        sweep_locks(opened, "refs/agentops/x")
        with pytest.raises(ValueError, match="not ours"):
            sweep_locks(opened, "refs/heads/")
        with pytest.raises(ValueError, match="not ours"):
            move_refs(opened, [Move("refs/heads/main", tips[1], "")])
    assert [stray.exists() for stray in strays] == [False, True, True]


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize(("writes", "ended"), [(True, "asked"), (False, "")], ids=["writer", "reader"])
def test_a_writer_is_asked_to_end_and_stands_apart(tmp_path: Path, writes: bool, ended: str) -> None:
    said = tmp_path / "said"
    program = script(
        tmp_path / "git",
        f"trap 'printf asked > {said}; exit 1' TERM; touch {tmp_path}/up; while :; do sleep 0.02; done",
    )

    def stop(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(Interrupted):
            spawn.run([str(program)], dict(os.environ), apart=writes, tidy=writes)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert (tmp_path / "up").exists()
    assert (said.read_text() if said.exists() else "") == ended


@pytest.mark.parametrize("apart", [True, False])
def test_the_process_group(apart: bool) -> None:
    code, out, _ = spawn.run(["/bin/sh", "-c", "ps -o pgid= -p $$"], dict(os.environ), apart=apart)
    assert code == 0
    assert (int(out) == os.getpgrp()) is not apart
