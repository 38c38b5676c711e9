"""Commits of a range as their objects say them, whatever stands in them and whatever tries to hide them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone, forge_commit_graph, script

from agentops_gates.git.commits import CommitObject, by_parent, commits, listed, parse_commit, touched
from agentops_gates.git.messages import addresses, co_authors, trailers
from agentops_gates.git.patchids import patch_ids
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError


def read(repo: Workspace, base: str | None, head: str = "HEAD") -> list[CommitObject]:
    with Repo.open(str(repo.path)) as opened:
        start = opened.commit(base) if base else None
        oids = listed(opened, opened.commit(head), start, 10_000)
        assert oids is not None
        return list(commits(opened, oids))


def truth(repo: Workspace, *ends: str) -> list[tuple[str, ...]]:
    """What git's own walk says: id, tree and parents."""
    rows = repo.git("rev-list", "--no-commit-header", "--format=%H %T %P", *ends).splitlines()
    return [tuple(row.split()) for row in rows]


def plain(found: list[CommitObject]) -> list[tuple[str, ...]]:
    return [(item.oid, item.tree, *item.parents) for item in found]


def raw_commit(repo: Workspace, header: bytes, message: bytes = b"message\n") -> str:
    """Store a commit object as it stands, which no porcelain would write."""
    options = ("hash-object", "-w", "-t", "commit", "--stdin", "--literally")
    return repo.git(*options, stdin=header + b"\n" + message)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_range_with_merges_and_root(tmp_path: Path, object_format: str) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    base = repo.commit("base", {"a": "1"})
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", {"b": "1"})
    repo.git("switch", "-q", "main")
    repo.commit("main", {"a": "2"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert plain(read(repo, base)) == truth(repo, "HEAD", f"^{base}")
    assert plain(read(repo, None)) == truth(repo, "HEAD")
    assert read(repo, "HEAD") == []


@pytest.mark.parametrize("count", [199, 200, 201, 450])
def test_every_commit_of_several_windows(repo: Workspace, count: int) -> None:
    lines = []
    for n in range(count):
        lines.append(f"commit refs/heads/main\ncommitter A <a@x> {n} +0000\ndata {len(str(n))}\n{n}\n")
    repo.git("fast-import", "--quiet", stdin="".join(lines).encode())
    found = read(repo, None, "main")
    assert plain(found) == truth(repo, "main")
    assert [item.message for item in found] == [str(n).encode() for n in reversed(range(count))]


def test_over_the_limit_is_none(repo: Workspace) -> None:
    for n in range(4):
        repo.commit(str(n))
    with Repo.open(str(repo.path)) as opened:
        head = repo.head()
        assert listed(opened, head, None, 3) is None
        assert len(listed(opened, head, None, 4) or ()) == 4
        assert listed(opened, head, head, 0) == []


def test_many_git_calls_do_not_grow_with_commits(repo: Workspace, tmp_path: Path, monkeypatch: object) -> None:
    log = tmp_path / "calls"
    for n in range(30):
        repo.commit(str(n))
    counts = []
    for base in ("HEAD~1", "HEAD~29"):
        log.write_text("")
        with Repo.open(str(repo.path)) as opened:
            real = opened.git.program
            opened.git.program = str(script(tmp_path / "bin" / "git", f'echo x >> {log}; exec {real} "$@"'))
            start = opened.commit(base)
            oids = listed(opened, opened.commit("HEAD"), start, 100)
            assert len(list(commits(opened, oids or ()))) in (1, 29)
            touched(opened, oids or ())
        counts.append(len(log.read_text().split()))
    assert counts == [3, 4]  # names, rev-list, diff-tree; for many commits a cat-file of their own


def test_more_commits_than_pipes_hold(repo: Workspace) -> None:
    """Questions and answers are each several times what a pipe holds, and one answer alone is."""
    long = "x" * 300_000
    lines = [
        f"commit refs/heads/main\ncommitter A <a@x> {n} +0000\ndata {len(text)}\n{text}\n"
        for n, text in ((n, long if n == 2000 else f"{n}" * 40) for n in range(4000))
    ]
    repo.git("fast-import", "--quiet", stdin="".join(lines).encode())
    with Repo.open(str(repo.path)) as opened:
        oids = listed(opened, repo.git("rev-parse", "main"), None, 4000) or []
        messages = [commit.message for commit in commits(opened, oids)]
        assert [len(message) for message in messages].count(300_000) == 1
        assert messages[0] == b"3999" * 40
        # Whoever stops in the middle leaves no process behind, and nothing for the next one to read.
        for commit in commits(opened, oids):
            assert commit.message == b"3999" * 40
            break
        assert len(list(commits(opened, oids[:30]))) == 30
        for count in (3, 30):
            with pytest.raises(UndecidedError, match="is not in this clone"):
                list(commits(opened, [*oids[:count], "1" * 40, *oids[:count]]))
            with pytest.raises(UndecidedError, match="no commit that can be judged"):
                list(commits(opened, [*oids[:count], opened.empty_tree, *oids[:count]]))


@pytest.mark.parametrize("hide", ["replace", "graft", "shallow", "commit-graph"])
def test_nothing_hides_a_commit(repo: Workspace, hide: str) -> None:
    oids = [repo.commit(str(n), {"f": str(n)}) for n in range(4)]
    expected = truth(repo, oids[3], f"^{oids[0]}")
    if hide == "replace":
        good = repo.git("commit-tree", "-p", oids[0], "-m", "good", f"{oids[0]}^{{tree}}")
        repo.git("replace", oids[3], good)
    elif hide == "graft":
        (repo.path / ".git/info").mkdir(exist_ok=True)
        (repo.path / ".git/info/grafts").write_text(f"{oids[3]} {oids[0]}\n")
    elif hide == "commit-graph":
        forge_commit_graph(repo, oids[3], oids[0])
    else:
        (repo.path / ".git/shallow").write_text(f"{oids[3]}\n")
    assert plain(read(repo, oids[0], oids[3])) == expected
    assert len(expected) == 3


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_shallow_range_is_undecided(repo: Workspace, tmp_path: Path, depth: int) -> None:
    base, *_ = [repo.commit(str(n), {"f": str(n)}) for n in range(5)]
    near = clone(repo, tmp_path / "near", f"--depth={depth}")
    near.git("fetch", "-q", "--depth=1", "origin", base)
    with Repo.open(str(near.path)) as opened, pytest.raises(UndecidedError, match="shallow") as caught:
        listed(opened, near.head(), base, 100)
    assert caught.value.fix == "git fetch --unshallow"
    near.git("fetch", "-q", "--unshallow")
    assert len(read(near, base)) == 4


def test_shallow_below_the_base_is_no_obstacle(repo: Workspace, tmp_path: Path) -> None:
    oids = [repo.commit(str(n), {"f": str(n)}) for n in range(5)]
    near = clone(repo, tmp_path / "near", "--depth=3")
    assert [item.oid for item in read(near, oids[2])] == [oids[4], oids[3]]


def test_missing_commit_is_undecided(repo: Workspace) -> None:
    oids = [repo.commit(str(n)) for n in range(3)]
    (repo.path / ".git/objects" / oids[1][:2] / oids[1][2:]).unlink()
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match="lacks history"):
        listed(opened, oids[2], oids[0], 100)
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match="is not in this clone"):
        list(commits(opened, [oids[2], oids[1], oids[0]]))


@pytest.mark.parametrize("kind", ["blob", "tree"])
def test_no_commit_is_undecided(repo: Workspace, kind: str) -> None:
    repo.commit("one", {"f": "f"})
    oid = repo.git("rev-parse", "HEAD:f" if kind == "blob" else "HEAD^{tree}")
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match=f"is a {kind}"):
        list(commits(opened, [oid]))


def test_huge_commit_is_undecided(repo: Workspace) -> None:
    repo.commit("one", {"f": "f"})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    oid = repo.git("commit-tree", tree, stdin=b"x" * (1 << 20))
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match="no commit that can be judged"):
        list(commits(opened, [oid]))


TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@pytest.mark.parametrize(
    ("header", "people", "parents"),
    [
        pytest.param(b"author A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n", [b"A <a@x>", b"C <c@x>"], 0, id="plain"),
        pytest.param(b"author \xff\xe9 <\xe9@x> 1 +0000\n", [b"\xff\xe9 <\xe9@x>"], 0, id="not-utf-8"),
        pytest.param(b"author A 1 +0000\n", [b"A 1 +0000"], 0, id="no-address"),
        pytest.param(b"author A <a@x> <b@x> 1 +0000\n", [b"A <a@x> <b@x>"], 0, id="two-addresses"),
        pytest.param(b"author A <a@x> 1 +0\nauthor B <b@x> 1 +0\n", [b"A <a@x>", b"B <b@x>"], 0, id="two-authors"),
        pytest.param(b"author A <a@x> 1 +0\nparent " + b"1" * 40 + b"\n", [b"A <a@x>"], 0, id="late-parent"),
        pytest.param(b"parent " + b"1" * 40 + b"\nparent " + b"2" * 40 + b"\n", [], 2, id="merge"),
        pytest.param(b"mergetag object 1\n author Z <z@x> 1 +0\n", [], 0, id="inside-a-merged-tag"),
    ],
)
def test_header(header: bytes, people: list[bytes], parents: int) -> None:
    found = parse_commit("0" * 40, b"tree " + TREE.encode() + b"\n" + header + b"\nauthor M <m@x>\n\nmore")
    assert (found.tree, list(found.people), len(found.parents)) == (TREE, people, parents)
    assert found.message == b"author M <m@x>\n\nmore"


def test_no_tree_is_undecided() -> None:
    with pytest.raises(UndecidedError, match="names no tree"):
        parse_commit("0" * 40, b"author A <a@x> 1 +0000\ntree " + TREE.encode() + b"\n\nm")


def test_nul_in_a_message_hides_nothing(repo: Workspace) -> None:
    repo.commit("base")
    header = f"tree {TREE}\nparent {repo.head()}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n".encode()
    evil = raw_commit(repo, header, b"m\0\n\nCo-authored-by: Z <z@x>\n")
    (found,) = read(repo, "HEAD", evil)
    assert co_authors(found.message) == ["z@x"]


@pytest.mark.parametrize("name", ["gpgsig", "gpgsig-sha256"])
def test_signature_header(name: str) -> None:
    data = f"tree {TREE}\nauthor A <a@x> 1 +0\n{name} -----BEGIN X-----\n \n abc\n -----END X-----\nencoding x\n\nm"
    assert parse_commit("0" * 40, data.encode()).signature == b"-----BEGIN X-----\n\nabc\n-----END X-----"


BODY = "Co-authored-by: Ada <ADA@x>"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("s\n\nNo trailer here, Co-authored-by somebody\n", id="prose"),
        pytest.param("s\n\n> Co-authored-by : Ada <ada@x>\n", id="quoted"),
        pytest.param("s\n\n# Co-authored-by: Ada <ada@x>\n", id="comment"),
        pytest.param("s\n\nNot-Co-authored-by: Ada <ada@x>\n", id="longer-key"),
        pytest.param("s\n\nCo_authored_by: Ada <ada@x>\n", id="other-key"),
        pytest.param("", id="empty"),
    ],
)
def test_no_co_author(message: str) -> None:
    assert co_authors(message.encode()) == []


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"s\n\n{BODY}\n", id="last-paragraph"),
        pytest.param(f"s\n\n{BODY}\n\nprose after it\n", id="not-the-last-paragraph"),
        pytest.param(f"s\n\nprose\n{BODY}\nprose\n", id="between-prose"),
        pytest.param(f"s\n\n---\n\n{BODY}\n", id="after-a-divider"),
        pytest.param(f"    s\n    \n    {BODY}\n", id="merge-squash-indented"),
        pytest.param(f"* s\n\n* {BODY}\n---------\n", id="forge-squash"),
        pytest.param("s\n\ncO-aUTHORED-bY \t: ada@x\n", id="odd-case-and-blanks"),
        pytest.param("s\n\nCo-authored-by: Ada\n <ada@x>\n", id="folded"),
        pytest.param("s\r\n\r\nCo-authored-by: Ada <ada@x>\r\n", id="crlf"),
        pytest.param(BODY, id="subject-alone"),
        pytest.param(f"s\n\n{BODY}\nSigned-off-by: B <b@x>\n", id="followed-by-another"),
    ],
)
def test_co_author(message: str) -> None:
    assert co_authors(message.encode()) == ["ada@x"]


def test_trailers_are_printable() -> None:
    assert list(trailers(b"s\n\nEpic: \x1b[2Jx\xff\n")) == [("epic", "\\x1b[2Jx\\xff")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A <a@X>", ["a@x"]),
        ("a@x", ["a@x"]),
        ("A <a@x> <b@x>", ["a@x", "b@x"]),
        ("A <a@x", ["a@x"]),
        ("A <>", []),
        ("", []),
    ],
)
def test_addresses(text: str, expected: list[str]) -> None:
    assert addresses(text) == expected


def test_touched_sees_what_is_changed_back(repo: Workspace) -> None:
    base = repo.commit("base", {"keep": "1", "moved": "".join(f"{n}\n" for n in range(20)), "same": "1"})
    repo.commit("add", {"secret": "x", "keep": "2"})
    repo.commit("remove", {"secret": None, "keep": "1"})
    repo.git("mv", "moved", "new\nplace")
    repo.commit("move")
    with Repo.open(str(repo.path)) as opened:
        oids = listed(opened, repo.head(), base, 100) or []
        assert touched(opened, oids) == {"secret", "keep", "moved", "new\nplace"}
        assert touched(opened, []) == frozenset()
        assert touched(opened, [base]) == {"keep", "moved", "same"}


def test_touched_sees_an_evil_merge_but_not_what_was_merged(repo: Workspace) -> None:
    base = repo.commit("base", {"a": "1", "b": "1", "c": "1"})
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", {"b": "2"})
    repo.git("switch", "-q", "main")
    repo.commit("main", {"a": "2"})
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.write("c", "evil")
    merge = repo.commit("merge")
    with Repo.open(str(repo.path)) as opened:
        assert touched(opened, [merge]) == {"c"}
        assert touched(opened, listed(opened, merge, base, 9) or []) == {"a", "b", "c"}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_patch_ids_are_gits_own(tmp_path: Path, object_format: str) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    chance = random.Random(7)
    for n in range(130):  # more than one window
        repo.commit(str(n), {f"f{chance.randrange(5)}": "".join(f"{chance.randrange(9)}\n" for _ in range(30))})
    repo.commit("empty")
    shown = repo.run_git("log", "-p", "--full-index", "--text", "--no-renames", "--diff-algorithm=myers").stdout
    expected = sorted(line.split()[0] for line in repo.git("patch-id", "--verbatim", stdin=shown).splitlines())
    with Repo.open(str(repo.path)) as opened:
        assert list(patch_ids(opened, listed(opened, repo.head(), None, 1000) or [])) == expected
    assert len(expected) >= 129


@pytest.mark.parametrize("setting", ["diff.noprefix", "diff.mnemonicPrefix", "diff.renames", "attributes", "external"])
def test_patch_ids_do_not_follow_settings(repo: Workspace, setting: str) -> None:
    repo.commit("one", {"a": "".join(f"{n}\n" for n in range(20))})
    repo.git("mv", "a", "b")
    repo.commit("two", {"b": "".join(f"{n}\n" for n in range(19)), "c\xe9": b"\0\xff\n"})
    with Repo.open(str(repo.path)) as opened:
        before = patch_ids(opened, [repo.head()])
    if setting == "attributes":
        repo.write(".gitattributes", "* -diff\n")
    elif setting == "external":
        repo.git("config", "diff.external", "echo nothing")
    else:
        repo.git("config", setting, "copies" if setting == "diff.renames" else "true")
    with Repo.open(str(repo.path)) as opened:
        assert patch_ids(opened, [repo.head()]) == before


def test_patch_ids_of_larger_text_than_a_pipe(repo: Workspace) -> None:
    repo.commit("one", {"big": "x" * 70 + "\n"})
    repo.commit("two", {"big": ("y" * 70 + "\n") * 20_000})
    with Repo.open(str(repo.path)) as opened:
        assert len(patch_ids(opened, [repo.head()])) == 1


def test_patch_ids_do_not_read_the_work_tree(repo: Workspace) -> None:
    repo.commit("base", {"a": "1\n"})
    repo.commit("evil", {"a": "evil\n"})
    with Repo.open(str(repo.path)) as opened:
        before = patch_ids(opened, [repo.head()])
    # Same size, same time: the index goes on to say that the file is the blob, and plain git diff-tree believes it.
    repo.git("config", "core.trustctime", "false")
    os.utime(repo.path / "a", (1_000_000_000, 1_000_000_000))
    repo.git("update-index", "--refresh")
    repo.write("a", "good\n")
    os.utime(repo.path / "a", (1_000_000_000, 1_000_000_000))
    assert "+good" in repo.git("diff-tree", "-p", "HEAD~1", "HEAD")
    with Repo.open(str(repo.path)) as opened:
        assert patch_ids(opened, [repo.head()]) == before


def test_patch_ids_of_what_is_not_there_are_undecided(repo: Workspace) -> None:
    repo.commit("one", {"a": "1"})
    repo.commit("two", {"a": "2"})
    blob = repo.git("rev-parse", "HEAD:a")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match="patch ids"):
        patch_ids(opened, [repo.head()])


def test_a_commit_by_each_of_its_parents(repo: Workspace) -> None:
    root = repo.commit("root", {"a": "1"})
    # A file can be called like a commit; what follows it is the same commit's all the same.
    second = repo.commit("second", {root: "x", "z": "1"})
    repo.git("switch", "-q", "--detach", root)
    other = repo.commit("other", {"b": "1"})
    empty = repo.commit("empty")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", second)
    with Repo.open(str(repo.path)) as opened:
        assert by_parent(opened, []) == []
        found = by_parent(opened, [repo.head(), empty, other, second, root])
        assert touched(opened, [repo.head()]) == set()
    both = frozenset({root, "z"})
    assert found == [[both, frozenset({"b"})], [frozenset()], [frozenset({"b"})], [both], [frozenset({"a"})]]
