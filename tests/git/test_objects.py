"""Reading objects: right answers in order, whatever was asked before, and an honest "cannot tell"."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone

from agentops_gates.gates.deadline import deadline
from agentops_gates.git.objects import Objects
from agentops_gates.git.repo import Repo
from agentops_gates.git.tree import tree_entry
from agentops_gates.model.errors import DeadlineExceededError, UndecidedError

UNKNOWN = "1" * 40


@pytest.fixture
def opened(repo: Workspace) -> Iterator[Repo]:
    repo.commit("one", {"a.txt": "hello\n", "empty": "", "dir/b": b"\0\r\n\xff" * 9, "big": b"x" * 5_000_000})
    repo.git("tag", "-a", "-m", "m", "annotated")
    repo.git("tag", "-a", "-m", "m", "nested", "annotated")
    repo.git("tag", "-a", "-m", "m", "blobtag", "HEAD:a.txt")
    with Repo.open(str(repo.path)) as found:
        yield found


def oid(repo: Repo, name: str) -> str:
    return repo.git.text("rev-parse", name)


def test_content_is_exact_and_in_the_order_asked(opened: Repo) -> None:
    wanted = {"a.txt": b"hello\n", "empty": b"", "dir/b": b"\0\r\n\xff" * 9}
    oids = [oid(opened, f"HEAD:{name}") for name in ("dir/b", "a.txt", "empty", "a.txt")]
    assert [content for _, content in opened.objects.blobs(oids)] == [
        wanted["dir/b"],
        wanted["a.txt"],
        b"",
        wanted["a.txt"],
    ]
    assert [name for name, _ in opened.objects.blobs(oids)] == oids


@pytest.mark.parametrize(("limit", "whole"), [(0, False), (4_999_999, False), (5_000_000, True), (None, True)])
def test_a_limit_in_bytes_is_exact(opened: Repo, limit: int | None, whole: bool) -> None:
    content = opened.objects.blob(oid(opened, "HEAD:big"), limit)
    assert content == (b"x" * 5_000_000 if whole else None)
    assert opened.objects.blob(oid(opened, "HEAD:a.txt")) == b"hello\n"


def test_what_is_too_large_is_not_kept_in_memory(repo: Workspace) -> None:
    size = 150_000_000
    with open(repo.path / "huge", "wb") as file:
        file.truncate(size)
    repo.git("-c", "core.compression=1", "add", "huge")
    huge = repo.git("ls-files", "-s", "huge").split()[1]
    # Counted by tracemalloc: the kernel's figure starts with what the parent had when it forked.
    code = (
        "import sys, tracemalloc; from agentops_gates.git.repo import Repo; tracemalloc.start()\n"
        "with Repo.open() as repo: assert repo.objects.blob(sys.argv[1], 1000) is None\n"
        "print(tracemalloc.get_traced_memory()[1])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code, huge], cwd=repo.path, capture_output=True, check=True)
    assert int(done.stdout) < 10_000_000


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param(UNKNOWN, "is not in this clone", id="unknown"),
        pytest.param("HEAD^{tree}", "is a tree, not a blob", id="tree"),
        pytest.param("HEAD", "is a commit, not a blob", id="commit"),
        pytest.param("annotated", "is a tag, not a blob", id="tag"),
        pytest.param("blobtag", "is a tag, not a blob", id="tag-of-a-blob"),
        pytest.param("a\nb", "is not in this clone", id="newline"),
        pytest.param("a\0b", "is not in this clone", id="nul"),
        pytest.param("", "is not in this clone", id="empty"),
        pytest.param("\ud800", "is not in this clone", id="half-a-surrogate-pair"),
        pytest.param("\x1b[31m", "is not in this clone", id="escape"),
    ],
)
def test_no_blob_is_undecided_and_the_next_read_is_right(opened: Repo, name: str, reason: str) -> None:
    good = oid(opened, "HEAD:a.txt")
    for _ in range(2):
        with pytest.raises(UndecidedError, match=reason) as caught:
            opened.objects.blob(name)
        assert str(caught.value).isprintable()
        assert opened.objects.blob(good) == b"hello\n"


COMMITS = ["HEAD", "main", "annotated", "nested", "@", "HEAD^{/one}", "refs/heads/-rf", "-rf", "main@{0}"]
NO_COMMITS = [
    *("--all", "--output=x", "--", "-", ":/one", ":a.txt", "HEAD:a.txt", "HEAD:dir", "HEAD:trap", "blobtag"),
    *(
        "HEAD^{tree}",
        "main\nmain",
        "main\0",
        "main ",
        "5",
        "x blob 5",
        "",
        "..",
        "HEAD..HEAD",
        "^HEAD",
        "\udcff",
        "\ud800",
    ),
]


def test_only_what_names_a_commit_resolves(repo: Workspace, opened: Repo) -> None:
    repo.write("trap^{commit}", "a file whose name reads like peeling")
    head = repo.commit("one", {})
    repo.git("tag", "-f", "-a", "-m", "m", "annotated")
    repo.git("tag", "-f", "-a", "-m", "m", "nested", "annotated")
    repo.git("update-ref", "refs/heads/-rf", "HEAD")
    assert {name: opened.resolve(name) for name in NO_COMMITS} == dict.fromkeys(NO_COMMITS)
    assert {name: opened.resolve(name) for name in COMMITS} == dict.fromkeys(COMMITS, head)


def test_a_process_that_was_killed_is_undecided_once(opened: Repo) -> None:
    good = oid(opened, "HEAD:a.txt")
    assert opened.objects.blob(good) == b"hello\n"
    process = opened.objects._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(UndecidedError, match="cat-file ended early"):
        opened.objects.blob(good)
    assert opened.objects.blob(good) == b"hello\n"


@pytest.mark.parametrize("moment", ["answer", "content"])
def test_a_deadline_in_mid_conversation_leaves_no_answer_behind(opened: Repo, moment: str) -> None:
    good, big = oid(opened, "HEAD:a.txt"), oid(opened, "HEAD:big")
    opened.objects.blob(good)
    process = opened.objects._process
    assert process is not None
    if moment == "content":
        # A question that somebody asked before us, and an answer larger than a pipe: git waits in the middle of it.
        assert process.stdin is not None
        process.stdin.write(f"{big}\n".encode())
        process.stdin.flush()
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(DeadlineExceededError), deadline(0.2):
        opened.objects.blob(good)
    assert process.poll() is not None, "a stopped git is left behind"
    assert opened.objects.blob(good) == b"hello\n"
    assert [len(content or b"") for _, content in opened.objects.blobs([big, good])] == [5_000_000, 6]


def test_an_interrupt_at_any_moment_leaves_no_answer_behind(opened: Repo) -> None:
    good, other = oid(opened, "HEAD:a.txt"), oid(opened, "HEAD:dir/b")
    content = opened.objects.blob(other)
    wrong = interrupted = 0
    for step in range(60):
        try:
            with deadline(0.00005 * step):
                while True:
                    opened.objects.blob(good)
        except DeadlineExceededError:
            interrupted += 1
        wrong += opened.objects.blob(other) != content
    assert (wrong, interrupted) == (0, 60)


def test_a_caller_that_stops_early_disturbs_nobody(opened: Repo) -> None:
    good, other = oid(opened, "HEAD:a.txt"), oid(opened, "HEAD:dir/b")
    reading = opened.objects.blobs([good, other, good])
    assert next(reading)[1] == b"hello\n"
    assert opened.objects.blob(other) == b"\0\r\n\xff" * 9
    assert next(reading)[1] == b"\0\r\n\xff" * 9


def test_a_damaged_object_is_undecided(repo: Workspace, opened: Repo) -> None:
    broken = oid(opened, "HEAD:dir/b")
    file = repo.path / ".git" / "objects" / broken[:2] / broken[2:]
    data = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(UndecidedError, match=r"cannot be read|is not in this clone") as caught:
        opened.objects.blob(broken)
    assert caught.value.fix
    assert opened.objects.blob(oid(opened, "HEAD:a.txt")) == b"hello\n"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("kind", ["blob", "tree", "commit"])
def test_an_object_that_holds_something_else_is_undecided(tmp_path: Path, object_format: str, kind: str) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    repo.commit("one", {"a.txt": "hello\n"})
    repo.commit("two", {"a.txt": "evil\n"})
    suffix = {"blob": ":a.txt", "tree": "^{tree}", "commit": ""}[kind]
    truth, lie = repo.git("rev-parse", f"HEAD~1{suffix}"), repo.git("rev-parse", f"HEAD{suffix}")
    with Repo.open(str(repo.path)) as opened:
        assert opened.objects.read(lie) is not None
        good, bad = (repo.path / ".git" / "objects" / name[:2] / name[2:] for name in (truth, lie))
        bad.unlink()
        bad.write_bytes(good.read_bytes())
        assert opened.objects.read(truth) is not None
        opened.objects.close()  # git keeps what it has read
        with pytest.raises(UndecidedError, match=r"holds something else than its name|cannot be read"):
            opened.objects.read(lie)
        assert opened.objects.read(truth) is not None


def test_a_partial_clone_is_undecided_and_nothing_is_fetched(repo: Workspace, tmp_path: Path) -> None:
    repo.commit("one", {"a.txt": "hello\n"})
    repo.commit("two", {"a.txt": "hello again\n"})
    partial = clone(repo, tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    marker = tmp_path / "fetched"
    partial.git("config", "remote.origin.uploadpack", f"touch {marker}; git-upload-pack")
    blob = repo.git("rev-parse", "HEAD:a.txt")
    with Repo.open(str(partial.path)) as opened:
        head = opened.commit("HEAD")
        with pytest.raises(UndecidedError, match="is not in this clone") as caught:
            opened.objects.blob(blob)
        assert opened.commit("HEAD") == head
        assert [change.new_oid for change in opened.changes("HEAD~1", "HEAD")] == [blob]
        assert not marker.exists()
        assert "git fetch --refetch --no-filter" in caught.value.fix
        partial.git("fetch", "-q", "--refetch", "--no-filter")
        assert marker.exists()
        assert opened.objects.blob(blob) == b"hello again\n"


def test_renames_in_a_partial_clone_are_undecided(repo: Workspace, tmp_path: Path) -> None:
    lines = "".join(f"line {n}\n" for n in range(30))
    repo.commit("one", {"a.txt": lines})
    repo.git("mv", "a.txt", "b.txt")
    repo.commit("two", {"b.txt": lines + "more\n"})
    partial = clone(repo, tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    with Repo.open(str(partial.path)) as opened:
        with pytest.raises(UndecidedError, match="git diff-tree: fatal") as caught:
            opened.changes("HEAD~1", "HEAD")
        assert "--no-filter" in caught.value.fix


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"100644 a", id="no-end-of-name"),
        pytest.param(b"100644\0" + b"\1" * 20, id="no-name"),
        pytest.param(b"mode a\0" + b"\1" * 20, id="mode-is-no-number"),
    ],
)
def test_a_malformed_tree_is_undecided(repo: Workspace, opened: Repo, content: bytes) -> None:
    import hashlib

    data = b"tree %d\0" % len(content) + content
    name = hashlib.sha1(data).hexdigest()
    file = repo.path / ".git" / "objects" / name[:2] / name[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(data))
    with pytest.raises(UndecidedError, match=r"is damaged|cannot be read"):
        tree_entry(opened.objects, name, "a")


def test_open_files_and_processes_are_given_back(repo: Workspace, opened: Repo) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(5):
        with Objects(opened.git) as objects:
            objects.read("HEAD")
        objects.close()
    after = len(os.listdir("/proc/self/fd")) if before else 0
    assert after == before
