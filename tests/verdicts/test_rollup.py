"""Rolling up: everything is in the refs or in the log at every moment, and a reader cannot tell which."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from verdicts.recordlib import CONTENTS, GATE, VERDICT, numbered, record_of, stored

from agentops_gates.git.repo import Repo
from agentops_gates.git.write import Move, move_refs, read_ref
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.verdict import Record
from agentops_gates.verdicts import log, records
from agentops_gates.verdicts.rollup import RollUp, roll_up

LOG = "refs/agentops/log"


def store(repo: Workspace, *wanted: Record, gate: str = GATE) -> list[str]:
    with Repo.open(str(repo.path)) as opened:
        return [records.store(opened, gate, record) for record in wanted]


def rolled(repo: Workspace) -> RollUp:
    with Repo.open(str(repo.path)) as opened:
        return roll_up(opened)


def refs(repo: Workspace) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname)", "refs/agentops/verdicts").split()


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",), ("--bare",)], ids=["plain", "sha256", "bare"])
def test_records_move_into_the_log(tmp_path: Path, options: tuple[str, ...]) -> None:
    repo = make_repository(tmp_path / "repo", *options)
    wanted = [*map(record_of, CONTENTS.values()), numbered(1, b"signed")]
    names = store(repo, *wanted)
    names += store(repo, record_of(VERDICT._replace(gate="pre-mortem-before-crank")), gate="pre-mortem-before-crank")
    before = stored(repo.path)
    done = rolled(repo)
    assert refs(repo) == []
    assert stored(repo.path) == before
    assert sorted(ref for ref, _ in done.removed) == sorted(names)
    assert done.log == repo.git("rev-parse", LOG)
    assert repo.git("rev-list", "--count", LOG) == "1"
    name = records.name_of(numbered(1, b"signed"))
    assert repo.git("cat-file", "blob", f"{LOG}:{GATE}/{name}/signature") == "signed"
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    assert stored(repo.path, "pre-mortem-before-crank")[0].keys() == {names[-1].rpartition("/")[2]}


def test_nothing_to_do_is_nothing_done(repo: Workspace) -> None:
    assert rolled(repo) == RollUp("", (), ())
    assert repo.git("for-each-ref") == ""
    store(repo, numbered(1))
    done = rolled(repo)
    assert rolled(repo) == RollUp(done.log, (), ())


def test_the_log_only_grows(repo: Workspace) -> None:
    tips = []
    for number in range(3):
        store(repo, numbered(number))
        tips.append(rolled(repo).log)
    assert repo.git("rev-list", "--first-parent", LOG).split() == tips[::-1]
    assert len(stored(repo.path)[0]) == 3
    with Repo.open(str(repo.path)) as opened:
        assert log.lost(opened, tips[0], tips[2]) == []
        assert [entry.name for entry in log.lost(opened, tips[2], tips[1])] == [numbered(2).id]


def test_a_record_stored_again_after_its_roll_up(repo: Workspace) -> None:
    store(repo, numbered(1))
    tip = rolled(repo).log
    store(repo, numbered(1))
    assert stored(repo.path) == ({numbered(1).id: numbered(1)}, [])
    assert rolled(repo).log == tip
    assert refs(repo) == []


def test_another_signature_is_neither_lost_nor_mixed_up(repo: Workspace) -> None:
    store(repo, numbered(1))
    rolled(repo)
    store(repo, numbered(1, b"signed"))
    with Repo.open(str(repo.path)) as opened:
        assert {entry.record for entry in records.load(opened)} == {numbered(1, b"signed"), numbered(1)}
    assert rolled(repo).problems == ()
    assert refs(repo) == []
    with Repo.open(str(repo.path)) as opened:
        assert {entry.record for entry in records.load(opened)} == {numbered(1, b"signed"), numbered(1)}


def test_what_is_no_record_stays_where_it_is(repo: Workspace) -> None:
    store(repo, numbered(1))
    bad = f"refs/agentops/verdicts/{GATE}/{numbered(2).id}"
    repo.git("update-ref", bad, repo.git("hash-object", "-w", "--stdin", stdin=b"x"))
    done = rolled(repo)
    assert refs(repo) == [bad]
    assert len(done.problems) == 1
    assert "names a blob" in done.problems[0]


def in_log(repo: Workspace, *entries: str) -> None:
    """Make the log of a tree with these entries; ``{r}`` is record 1's tree, ``{g}`` a folder that holds it."""
    store(repo, numbered(1))
    record = repo.git("rev-parse", f"refs/agentops/verdicts/{GATE}/{numbered(1).id}^{{tree}}")
    gate = repo.git("mktree", stdin=f"040000 tree {record}\t{numbered(1).id}\n".encode())
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"x")
    wrong = repo.git("mktree", stdin=f"040000 tree {gate}\t{numbered(2).id}\n040000 tree {record}\tx\n".encode())
    names = {"r": record, "g": gate, "b": blob, "w": wrong, "n": "1" * 40}
    made = repo.git("mktree", "--missing", stdin="".join(f"{entry.format(**names)}\n" for entry in entries).encode())
    repo.git("update-ref", LOG, repo.git("commit-tree", "-m", "x", made))


def log_of_entries(*entries: str) -> Callable[[Workspace], None]:
    return lambda repo: in_log(repo, *entries)


def log_is_a_blob(repo: Workspace) -> None:
    store(repo, numbered(1))
    repo.git("update-ref", LOG, repo.git("hash-object", "-w", "--stdin", stdin=b"x"))


G = f"040000 tree {{g}}\t{GATE}"
BAD_LOGS: dict[str, tuple[Callable[[Workspace], None], list[str]]] = {
    "a blob": (log_is_a_blob, ["is not a commit"]),
    "a file at the top": (log_of_entries(G, "100644 blob {b}\tREADME"), ["log:README/: is not the folder of a gate"]),
    "a link at the top": (log_of_entries(G, "120000 blob {b}\tother"), ["log:other/: is not the folder of a gate"]),
    "no gate's name": (log_of_entries(G, "040000 tree {g}\tNo Gate"), ["log:No Gate/: is not the folder of a gate"]),
    "a missing folder": (log_of_entries(G, "040000 tree {n}\tother"), ["log:other/: tree 1111111"]),
    "no record's name, and another's": (
        log_of_entries(G, "040000 tree {w}\tother"),
        [
            f"log:other/{numbered(2).id}: does not hold the regular files",
            "log:other/x: is not the folder of a record",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "messages"), BAD_LOGS.values(), ids=BAD_LOGS)
def test_a_bad_log_is_told_and_not_built_upon(
    repo: Workspace, spoil: Callable[[Workspace], None], messages: list[str]
) -> None:
    spoil(repo)
    good, problems = stored(repo.path)
    assert good == {numbered(1).id: numbered(1)}
    assert len(problems) == len(messages)
    for problem, message in zip(problems, messages, strict=True):
        assert message in problem
    if "does not hold" not in messages[0]:
        with pytest.raises(UndecidedError, match="refs/agentops/log"):
            rolled(repo)
        assert refs(repo)


def test_a_branch_of_that_name_is_not_the_log(repo: Workspace) -> None:
    store(repo, numbered(1))
    rolled(repo)
    repo.git("update-ref", f"refs/heads/{LOG}", LOG)
    repo.git("update-ref", "-d", LOG)
    assert stored(repo.path) == ({}, [])
    store(repo, numbered(2))
    rolled(repo)
    assert stored(repo.path)[0].keys() == {numbered(2).id}


def test_a_log_that_moves_under_the_deletion_stops_it(repo: Workspace) -> None:
    (ref,) = store(repo, numbered(1))
    tip = rolled(repo).log
    store(repo, numbered(2))
    later = rolled(repo).log
    store(repo, numbered(1))
    with Repo.open(str(repo.path)) as opened:
        oid = read_ref(opened, ref) or ""
        with pytest.raises(UndecidedError):
            move_refs(opened, [Move(LOG, tip, tip), Move(ref, oid, "")])
        assert read_ref(opened, ref) == oid
        move_refs(opened, [Move(LOG, later, later), Move(ref, oid, "")])
        assert read_ref(opened, ref) is None


def test_a_lock_of_another_git_is_named(repo: Workspace) -> None:
    """The one on packed-refs guards the user's refs: it is not ours to judge whether its owner lives."""
    store(repo, numbered(1))
    (repo.path / ".git" / "packed-refs.lock").touch()
    with pytest.raises(UndecidedError, match=r"packed-refs\.lock") as caught:
        rolled(repo)
    assert "remove the file named above" in caught.value.fix
    assert stored(repo.path) == ({numbered(1).id: numbered(1)}, [])
    (repo.path / ".git" / "packed-refs.lock").unlink()
    assert rolled(repo).removed
    assert stored(repo.path) == ({numbered(1).id: numbered(1)}, [])


HOLD = """
import sys
from agentops_gates.verdicts.lock import Lock
with Lock(sys.argv[1], "a roll-up"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(repo: Workspace) -> subprocess.Popen[bytes]:
    path = repo.path / ".git" / "agentops" / "roll-up.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def test_only_one_roll_up_at_a_time_and_a_dead_one_holds_nothing(repo: Workspace) -> None:
    store(repo, numbered(1))
    with holder(repo) as process:
        with pytest.raises(UndecidedError, match=f"a roll-up is running already .pid {process.pid}."):
            rolled(repo)
        assert refs(repo)
        process.kill()
        process.wait()
        assert rolled(repo).removed
    assert (repo.path / ".git" / "agentops" / "roll-up.lock").read_text() == f"pid {os.getpid()}\n"


def test_the_lock_file_of_another_boot_holds_nothing(repo: Workspace) -> None:
    place = repo.path / ".git" / "agentops"
    place.mkdir()
    (place / "roll-up.lock").write_text(f"pid {os.getpid()} and something longer than that\n")
    store(repo, numbered(1))
    assert rolled(repo).removed


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_a_lock_that_is_no_file_is_refused(repo: Workspace, tmp_path: Path, kind: str) -> None:
    place = repo.path / ".git" / "agentops"
    place.mkdir()
    target = place / "roll-up.lock"
    if kind == "link":
        (tmp_path / "elsewhere").write_text("keep")
        target.symlink_to(tmp_path / "elsewhere")
    elif kind == "folder":
        target.mkdir()
    else:
        os.mkfifo(target)
    with pytest.raises(UndecidedError, match=r"roll-up\.lock"):
        rolled(repo)
    if kind == "link":
        assert (tmp_path / "elsewhere").read_text() == "keep"
