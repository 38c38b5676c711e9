"""The store: create-only refs, and no bad record that is believed, passed over, or ends the reading of the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from verdicts.recordlib import ACK, CONTENTS, GATE, OVERRIDE, VERDICT, numbered, record_of, stored

from agentops_gates.git.repo import Repo
from agentops_gates.git.write import read_ref
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.verdict import Content, Record
from agentops_gates.verdicts import records
from agentops_gates.verdicts.strictjson import MalformedError

ROOT = f"refs/agentops/verdicts/{GATE}"


def store(path: Path, record: Record, gate: str = GATE) -> str:
    with Repo.open(str(path)) as repo:
        return records.store(repo, gate, record)


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",), ("--bare",)], ids=["plain", "sha256", "bare"])
def test_what_is_stored_is_loaded(tmp_path: Path, options: tuple[str, ...]) -> None:
    repo = make_repository(tmp_path / "repo", *options)
    wanted = [record_of(content) for content in CONTENTS.values()] + [numbered(1, b"-----BEGIN SSH SIGNATURE-----\n")]
    assert [store(repo.path, record) for record in wanted] == [f"{ROOT}/{records.name_of(one)}" for one in wanted]
    assert stored(repo.path) == ({record.id: record for record in wanted}, [])
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def test_a_record_is_the_same_commit_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (make_repository(tmp_path / name) for name in ("one", "other"))
    other.git("config", "i18n.commitEncoding", "ISO-8859-1")
    other.git("config", "commit.gpgSign", "true")
    ref = store(one.path, numbered(1))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-02-03T04:05:06Z")
    assert store(other.path, numbered(1)) == ref
    assert one.git("rev-parse", ref) == other.git("rev-parse", ref)
    assert one.git("ls-tree", ref).startswith("100644 blob ")
    assert one.git("log", "--format=%at %ct %p", ref) == "0 0"


def test_storing_again_changes_nothing(repo: Workspace) -> None:
    ref = store(repo.path, numbered(1))
    before = repo.git("for-each-ref")
    assert store(repo.path, numbered(1)) == ref
    assert repo.git("for-each-ref") == before


@pytest.mark.parametrize("order", [(b"", b"one", b"other"), (b"other", b"one", b"")], ids=["first", "last"])
def test_whoever_stores_a_statement_first_keeps_nobody_from_signing_it(repo: Workspace, order: tuple[bytes]) -> None:
    """An agent who stores a judge's FAIL without the signature would otherwise keep the signed one out for good."""
    refs = [store(repo.path, numbered(1, signature)) for signature in order]
    assert len(set(refs)) == len(order)
    assert {ref.rpartition("/")[2].partition(".")[0] for ref in refs} == {numbered(1).id}
    with Repo.open(str(repo.path)) as opened:
        found = list(records.load(opened))
    assert {entry.id for entry in found} == {numbered(1).id}
    assert {entry.record for entry in found} == {numbered(1, signature) for signature in order}
    assert repo.git("for-each-ref", "--format=%(refname)", ROOT).split() == sorted(refs)


@pytest.mark.parametrize("name", ["", f".{'0' * 40}", "."], ids=["unsigned", "another", "half"])
def test_a_signature_stands_only_where_the_name_tells_it(repo: Workspace, name: str) -> None:
    record = numbered(1)
    entries = (f"100644 blob {blob(repo, record.payload)}\tpayload", f"100644 blob {blob(repo, b's')}\tsignature")
    oid = commit(repo, records.commit_bytes(tree(repo, *entries), f"{record.id}{name}"))
    if name == ".":
        with Repo.open(str(repo.path)) as opened:
            problem = records.examine(opened, f"{ROOT}/{record.id}.", oid).problem
        assert "is not <gate>/<record id>" in problem
        return
    repo.git("update-ref", f"{ROOT}/{record.id}{name}", oid)
    good, problems = stored(repo.path)
    assert good == {}
    assert len(problems) == 1
    assert "has a signature that is not the one in its name" in problems[0]


def test_a_name_that_tells_of_a_signature_needs_one(repo: Workspace) -> None:
    plant(repo, (P,), name=f"{numbered(1).id}.{'0' * 40}", message=f"{numbered(1).id}.{'0' * 40}")
    assert "has a signature that is not the one in its name" in stored(repo.path)[1][0]


@pytest.mark.parametrize(
    ("record", "gate", "message"),
    [
        pytest.param(numbered(1)._replace(payload=numbered(2).payload), GATE, "payload of another record", id="other"),
        pytest.param(numbered(1)._replace(id="verdict-../../../heads/main"), GATE, "payload of another", id="path"),
        pytest.param(Record("verdict-" + "0" * 40, "verdict", b"{}"), GATE, "_type is missing", id="malformed"),
        pytest.param(numbered(1), "pre-mortem-before-crank", "is about push-after-vibe and stands below", id="gate"),
        pytest.param(record_of(OVERRIDE), "complexity-regression", "is about push-after-vibe", id="override"),
        pytest.param(record_of(ACK), "../heads", "is not <gate>/<record id>", id="ack-elsewhere"),
        pytest.param(numbered(1, b"x" * 70_000), GATE, "is too large", id="signature"),
    ],
)
def test_what_no_reader_would_take_is_not_stored(repo: Workspace, record: Record, gate: str, message: str) -> None:
    with pytest.raises(MalformedError, match=message.replace("<", ".").replace(">", ".")):
        store(repo.path, record, gate)
    assert repo.git("for-each-ref") == ""


def test_one_gate_or_all(repo: Workspace) -> None:
    other = record_of(VERDICT._replace(gate="pre-mortem-before-crank"))
    store(repo.path, numbered(1))
    store(repo.path, other, "pre-mortem-before-crank")
    assert stored(repo.path)[0].keys() == {numbered(1).id, other.id}
    assert stored(repo.path, GATE)[0].keys() == {numbered(1).id}
    assert stored(repo.path, "no-such-gate") == ({}, [])


def test_a_ref_cannot_lead_the_writing_elsewhere(repo: Workspace) -> None:
    head = repo.commit()
    repo.git("symbolic-ref", f"{ROOT}/{numbered(1).id}", "refs/heads/planted")
    store(repo.path, numbered(1))
    assert repo.git("for-each-ref", "refs/heads/", "--format=%(refname) %(objectname)") == f"refs/heads/main {head}"


def tree(repo: Workspace, *entries: str) -> str:
    return repo.git("mktree", "--missing", stdin="".join(f"{entry}\n" for entry in entries).encode())


def blob(repo: Workspace, content: bytes) -> str:
    return repo.git("hash-object", "-w", "--stdin", stdin=content)


def commit(repo: Workspace, content: bytes) -> str:
    return repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=content)


def plant(repo: Workspace, entries: tuple[str, ...], name: str = "", message: str = "") -> str:
    """Store a commit with a tree of these entries under the id of record 1; ``{p}`` and ``{s}`` are its blobs."""
    record = numbered(1)
    blobs = {key: repo.git("hash-object", "-w", "--stdin", stdin=data) for key, data in FILES.items()}
    made = tree(repo, *(entry.format(**blobs) for entry in entries))
    oid = commit(repo, records.commit_bytes(made, message or record.id))
    repo.git("update-ref", f"{ROOT}/{name or record.id}", oid)
    return oid


FILES = {"p": numbered(1).payload, "s": b"signed", "o": numbered(2).payload, "e": b"", "h": b"x" * (1 << 20) + b"x"}
P, S = "100644 blob {p}\tpayload", "100644 blob {s}\tsignature"
REGULAR = r"does not hold the regular files payload and perhaps signature"
TREES: dict[str, tuple[tuple[str, ...], str]] = {
    "symbolic link": (("120000 blob {p}\tpayload",), REGULAR),
    "executable": (("100755 blob {p}\tpayload",), REGULAR),
    "group can write": (("100664 blob {p}\tpayload",), REGULAR),
    "linked signature": ((P, "120000 blob {s}\tsignature"), REGULAR),
    "extra file": ((P, S, "100644 blob {p}\ttwin.md"), REGULAR),
    "extra file in front": (("100644 blob {p}\tpaylo", P), REGULAR),
    "signature only": ((S,), REGULAR),
    "empty": ((), REGULAR),
    "other name": (("100644 blob {p}\tPayload",), REGULAR),
    "payload is a submodule": ((f"160000 commit {'1' * 40}\tpayload",), REGULAR),
    "payload of another record": (("100644 blob {o}\tpayload",), "has the payload of another record, verdict-"),
    "empty payload": (("100644 blob {e}\tpayload",), "has the payload of another record, verdict-"),
    "huge payload": (("100644 blob {h}\tpayload",), "has a payload that is too large"),
    "huge signature": ((P, "100644 blob {h}\tsignature"), "has a signature that is too large"),
    "empty signature": ((P, "100644 blob {e}\tsignature"), "has an empty signature"),
    "missing payload": (("100644 blob " + "1" * 40 + "\tpayload",), "object 1111111111"),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "message"), TREES.values(), ids=TREES)
def test_a_tree_that_holds_anything_else_is_a_problem(repo: Workspace, entries: tuple[str, ...], message: str) -> None:
    plant(repo, entries)
    store(repo.path, numbered(2))
    good, problems = stored(repo.path)
    assert list(good) == [numbered(2).id]
    assert len(problems) == 1
    assert f"{ROOT}/{numbered(1).id}: " in problems[0]
    assert message in problems[0]


def to_blob(repo: Workspace) -> None:
    repo.git("update-ref", f"{ROOT}/{numbered(1).id}", repo.git("hash-object", "-w", "--stdin", stdin=b"x"))


def to_tree(repo: Workspace) -> None:
    repo.git("update-ref", f"{ROOT}/{numbered(1).id}", repo.git("rev-parse", f"{ROOT}/{numbered(2).id}^{{tree}}"))


def to_tag(repo: Workspace) -> None:
    oid = plant(repo, (P,))
    repo.git("tag", "-a", "-m", "x", "t", oid)
    repo.git("update-ref", f"{ROOT}/{numbered(1).id}", repo.git("rev-parse", "refs/tags/t"))


def to_a_dated_commit(repo: Workspace) -> None:
    made = tree(repo, P.format(p=repo.git("hash-object", "-w", "--stdin", stdin=FILES["p"])))
    repo.git("update-ref", f"{ROOT}/{numbered(1).id}", repo.git("commit-tree", "-m", numbered(1).id, made))


def to_a_commit_with_a_parent(repo: Workspace) -> None:
    oid = plant(repo, (P,))
    content = repo.run_git("cat-file", "commit", oid).stdout.replace(b"\nauthor", f"\nparent {oid}\nauthor".encode())
    repo.git("update-ref", f"{ROOT}/{numbered(1).id}", commit(repo, content))


def to_a_commit_of_a_name(repo: Workspace) -> None:
    """A commit whose tree is a revision of forty characters, which means whatever that ref holds at the time."""
    name = f"{'refs/agentops/verdicts/' + GATE:.<40}"[:40]
    content = records.commit_bytes(name, numbered(1).id)
    oid = repo.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content)
    place = repo.path / ".git" / ROOT / numbered(1).id
    place.write_text(f"{oid}\n")


def to_nothing(repo: Workspace) -> None:
    place = repo.path / ".git" / ROOT / numbered(1).id
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("1" * 40 + "\n")


def to_garbage(repo: Workspace) -> None:
    to_nothing(repo)
    (repo.path / ".git" / ROOT / numbered(1).id).write_text("garbage\n")


def to_another_ref(repo: Workspace) -> None:
    repo.git("symbolic-ref", f"{ROOT}/{numbered(1).id}", f"{ROOT}/{numbered(2).id}")


def under_another_id(repo: Workspace) -> None:
    oid = repo.git("rev-parse", f"{ROOT}/{numbered(2).id}")
    repo.git("update-ref", f"{ROOT}/{numbered(1).id}", oid)


def under_no_id(repo: Workspace) -> None:
    repo.git("update-ref", f"{ROOT}/latest", repo.git("rev-parse", f"{ROOT}/{numbered(2).id}"))


def one_folder_deeper(repo: Workspace) -> None:
    repo.git("update-ref", f"{ROOT}/x/{numbered(1).id}", repo.git("rev-parse", f"{ROOT}/{numbered(2).id}"))


def without_a_gate(repo: Workspace) -> None:
    oid = repo.git("rev-parse", f"{ROOT}/{numbered(2).id}")
    repo.git("update-ref", f"refs/agentops/verdicts/{numbered(2).id}", oid)


def damaged(repo: Workspace) -> None:
    plant(repo, (P,))
    oid = repo.git("rev-parse", f"{ROOT}/{numbered(1).id}:payload")
    blob = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    blob.chmod(0o644)
    blob.write_bytes(b"\x00" * 100)


BAD: dict[str, tuple[Callable[[Workspace], None], str]] = {
    "a blob": (to_blob, "names a blob, not a commit"),
    "a tree": (to_tree, "names a tree, not a commit"),
    "a tag": (to_tag, "names a tag, not a commit"),
    "a commit with a date": (to_a_dated_commit, "names a commit that is not a record's"),
    "a commit with a parent": (to_a_commit_with_a_parent, "names a commit that is not a record's"),
    "a commit of a name": (to_a_commit_of_a_name, "names a damaged commit"),
    "a missing object": (to_nothing, "names an object that is not there"),
    "a broken ref": (to_garbage, "ignoring broken ref"),
    "a symbolic ref": (to_another_ref, "is a symbolic ref to"),
    "another record's commit": (under_another_id, "names a commit that is not a record's"),
    "a name that is no id": (under_no_id, "push-after-vibe/latest is not <gate>/<record id>"),
    "a folder too many": (one_folder_deeper, "is not <gate>/<record id>"),
    "a folder too few": (without_a_gate, "is not <gate>/<record id>"),
    "a damaged blob": (damaged, "a damaged repository"),
}


@pytest.mark.parametrize(("spoil", "message"), BAD.values(), ids=BAD)
def test_a_ref_that_names_anything_else_is_a_problem(
    repo: Workspace, spoil: Callable[[Workspace], None], message: str
) -> None:
    for number in (2, 3):
        store(repo.path, numbered(number))
    spoil(repo)
    good, problems = stored(repo.path)
    assert good.keys() == {numbered(2).id, numbered(3).id}
    assert len(problems) == 1, problems
    assert message in problems[0]
    assert problems[0].isprintable()


def test_a_name_full_of_escapes_is_told_safely(repo: Workspace) -> None:
    store(repo.path, numbered(2))
    oid = repo.git("rev-parse", f"{ROOT}/{numbered(2).id}")
    repo.git("update-ref", os.fsencode(f"{ROOT}/\u202e\u009b") + b"\xff", oid)
    _, problems = stored(repo.path)
    assert len(problems) == 1
    assert problems[0].isprintable()
    assert "\\u202e" in problems[0]


def test_a_replaced_commit_is_not_believed(repo: Workspace) -> None:
    good = store(repo.path, numbered(1))
    other = store(repo.path, numbered(2))
    repo.git("replace", repo.git("rev-parse", good), repo.git("rev-parse", other))
    assert stored(repo.path)[0].keys() == {numbered(1).id, numbered(2).id}


def test_no_hook_of_the_user_is_run(repo: Workspace, tmp_path: Path) -> None:
    hook = repo.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    hook.chmod(0o755)
    store(repo.path, numbered(1))
    assert not (tmp_path / "ran").exists()
    assert repo.run_git("update-ref", "refs/heads/x", "refs/heads/main").returncode
    repo.run_git("update-ref", "refs/heads/x", repo.git("rev-parse", f"{ROOT}/{numbered(1).id}"))
    assert (tmp_path / "ran").exists(), "the trap is not one"


def test_a_stale_lock_of_a_killed_git_is_removed(repo: Workspace) -> None:
    place = repo.path / ".git" / ROOT / f"{numbered(1).id}.lock"
    place.parent.mkdir(parents=True)
    place.touch()
    store(repo.path, numbered(1))
    assert stored(repo.path)[0].keys() == {numbered(1).id}
    assert not place.exists()


def test_a_store_that_cannot_be_written_is_told(repo: Workspace) -> None:
    repo.commit()
    repo.git("update-ref", ROOT, "HEAD")
    with pytest.raises(UndecidedError, match=r"update-ref: fatal: .*cannot lock ref"):
        store(repo.path, numbered(1))
    with Repo.open(str(repo.path)) as opened:
        assert read_ref(opened, f"{ROOT}/{numbered(1).id}") is None
    assert len(stored(repo.path)[1]) == 1


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_what_a_record_says(content: Content) -> None:
    assert records.content_of(GATE, record_of(content)) == content
