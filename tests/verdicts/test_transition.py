"""What a transition is, read from objects: whatever the history looks like and whoever tries to bend it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone, forge_commit_graph, script
from verdicts.decidelib import MAIN, PLAN, POLICY, move

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.subject import RefUpdate, Subject
from agentops_gates.model.verdict import Transition
from agentops_gates.verdicts import brought, transition
from agentops_gates.verdicts.transition import changes_of, nothing_but, read

NOBODY = {"ada@example.org", "cem@example.org"}


def tree(repo: Workspace, revision: str) -> str:
    return repo.git("rev-parse", f"{revision}^{{tree}}")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_all_fields(tmp_path: Path, object_format: str) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    base = repo.commit("base", {"a": "1", "b": "1"})
    one = repo.commit("one", {"a": "2", "c": "1"})
    two = repo.commit("two", {"b": None})
    assert move(repo, base, plan=PLAN) == Transition(
        repository="",
        object_format=object_format,
        ref=MAIN,
        base=base,
        base_tree=tree(repo, base),
        head=two,
        head_tree=tree(repo, two),
        trees=frozenset({tree(repo, one), tree(repo, two)}),
        changes=move(repo, base).changes,
        paths=("a", "b", "c"),
        authors=frozenset(NOBODY),
        policy=POLICY.digest,
        plan=PLAN,
        fast_forward=True,
    )
    assert len(move(repo, base).changes) == 2


def test_repository_is_the_policys(repo: Workspace) -> None:
    base = repo.commit("base")
    repo.commit("one")
    policy = POLICY._replace(verdicts={**POLICY.verdicts, "repository": "acme/app"})
    with Repo.open(str(repo.path)) as opened:
        assert read(opened, Subject("range", (base,), repo.head()), MAIN, policy).repository == "acme/app"


def test_new_ref_without_anything_to_compare_with(repo: Workspace) -> None:
    repo.commit("one", {"a": "1"})
    repo.commit("two", {"a": "2"})
    found = move(repo, "")
    with Repo.open(str(repo.path)) as opened:
        assert (found.base, found.base_tree) == (opened.zero, opened.empty_tree)
        assert changes_of(opened, found) == found.changes
    assert found.trees == {tree(repo, "HEAD"), tree(repo, "HEAD~1")}
    assert (found.paths, len(found.changes), found.fast_forward) == (("a",), 2, True)


def test_new_ref_from_the_trunk(repo: Workspace) -> None:
    fork = repo.commit("fork", {"a": "1"})
    repo.commit("topic", {"a": "2"})
    found = move(repo, "", bases=(fork,))
    assert (found.base, len(found.trees), found.fast_forward) == (fork, 1, True)


def test_new_ref_with_a_history_of_its_own(repo: Workspace) -> None:
    trunk = repo.commit("trunk", {"a": "1"})
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("root", {"b": "1"})
    found = move(repo, "", bases=(trunk,))
    assert (found.base, found.paths, found.fast_forward) == (trunk, ("a", "b"), True)
    # The same without a ref, as CI sees it: nobody can tell that it is new.
    with Repo.open(str(repo.path)) as opened:
        assert not read(opened, Subject("range", (trunk,), repo.head()), MAIN, POLICY).fast_forward


def test_nothing_moved(repo: Workspace) -> None:
    base = repo.commit("base", {"a": "1"})
    found = move(repo, base)
    assert (found.trees, found.changes, found.paths, found.authors) == ({found.base_tree}, (), (), frozenset())
    assert found.fast_forward


def test_merge_with_several_parents_and_an_old_side_branch(repo: Workspace) -> None:
    root = repo.commit("root", {"a": "1"})
    repo.git("switch", "-q", "-c", "side")
    side = repo.commit("side", {"s": "1"})
    repo.git("switch", "-q", "-c", "other", root)
    other = repo.commit("other", {"o": "1"})
    repo.git("switch", "-q", "main")
    base = repo.commit("base", {"a": "2"})
    repo.git("merge", "-q", "--no-ff", "-m", "octopus", "side", "other")
    found = move(repo, base)
    assert found.trees == {tree(repo, oid) for oid in (side, other, "HEAD")}
    assert (found.paths, len(found.changes), found.fast_forward) == (("o", "s"), 2, True)


def test_rewound(repo: Workspace) -> None:
    repo.commit("base", {"a": "1"})
    old = repo.commit("old", {"a": "2"})
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit("new", {"a": "3"})
    found = move(repo, old)
    assert (found.fast_forward, found.base) == (False, old)
    assert found.trees == {tree(repo, "HEAD")}
    assert not move(repo, old, "HEAD~1").fast_forward


def test_rewound_behind_a_merge_base(repo: Workspace) -> None:
    """The base is the merge base, as for a topic branch or a range in CI; where the ref stood is another matter."""
    fork = repo.commit("fork", {"a": "1"})
    old = repo.commit("old", {"a": "2"})
    repo.git("reset", "-q", "--hard", fork)
    repo.commit("new", {"b": "3"})
    assert not move(repo, old, bases=(fork,)).fast_forward
    assert move(repo, fork, bases=(fork,)).fast_forward
    with Repo.open(str(repo.path)) as opened:
        subject = Subject("range", (fork,), repo.head())
        assert read(opened, subject, MAIN, POLICY).fast_forward
        assert not read(opened, subject, MAIN, POLICY, old=old).fast_forward
        assert read(opened, subject, MAIN, POLICY, old=fork).fast_forward


def test_forward_over_an_older_tip_than_the_base(repo: Workspace) -> None:
    old = repo.commit("old", {"a": "1"})
    repo.commit("between", {"a": "2"})
    fork = repo.commit("fork", {"a": "3"})
    repo.commit("new", {"b": "3"})
    assert move(repo, old, bases=(fork, old)).fast_forward


@pytest.mark.parametrize("hide", ["replace", "graft", "shallow", "commit-graph"])
def test_nothing_bends_it(repo: Workspace, hide: str) -> None:
    oids = [repo.commit(str(n), {"f": str(n), f"g{n}": "1"}) for n in range(4)]
    before = move(repo, oids[0], oids[3])
    if hide == "replace":
        good = repo.git("commit-tree", "-p", oids[0], "-m", "good", f"{oids[0]}^{{tree}}")
        repo.git("replace", oids[3], good)
        blob = repo.git("rev-parse", f"{oids[1]}:f")
        repo.git("replace", blob, repo.git("hash-object", "-w", "--stdin", stdin=b"good"))
    elif hide == "graft":
        (repo.path / ".git/info").mkdir(exist_ok=True)
        (repo.path / ".git/info/grafts").write_text(f"{oids[3]} {oids[0]}\n")
    elif hide == "commit-graph":
        forge_commit_graph(repo, oids[3], oids[0])
    else:
        (repo.path / ".git/shallow").write_text(f"{oids[3]}\n")
    assert move(repo, oids[0], oids[3]) == before
    assert len(before.trees) == 3


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_shallow_is_undecided(repo: Workspace, tmp_path: Path, depth: int) -> None:
    base, *_ = [repo.commit(str(n), {"f": str(n)}) for n in range(5)]
    near = clone(repo, tmp_path / "near", f"--depth={depth}")
    near.git("fetch", "-q", "--depth=1", "origin", base)
    with pytest.raises(UndecidedError, match="shallow") as caught:
        move(near, base)
    assert caught.value.fix == "git fetch --unshallow"
    near.git("fetch", "-q", "--unshallow")
    assert move(near, base) == move(repo, base)


def test_too_many_commits_are_undecided(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    base = repo.commit("base")
    for n in range(4):
        repo.commit(str(n))
    for module in (brought, transition):
        monkeypatch.setattr(module, "MOST", 3)
    with pytest.raises(UndecidedError, match="has more than 3 commits since") as caught:
        move(repo, base)
    assert caught.value.fix.startswith("push in parts")
    for module in (brought, transition):
        monkeypatch.setattr(module, "MOST", 4)
    assert len(move(repo, base).trees) == 1
    with pytest.raises(UndecidedError, match="in its history"):
        move(repo, "")


def test_ten_thousand_commits_are_the_most(repo: Workspace) -> None:
    lines = [f"commit refs/heads/main\ncommitter A <a@x> {n} +0000\ndata 1\nx\n" for n in range(10_001)]
    repo.git("fast-import", "--quiet", stdin="".join(lines).encode())
    with pytest.raises(UndecidedError, match=r"more than 10,000 commits"):
        move(repo, "", "main")


def test_index_is_no_transition(repo: Workspace) -> None:
    base = repo.commit("base")
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError, match="about commits"):
        read(opened, Subject("staged", (base,)), MAIN, POLICY)


def test_damaged_base_is_undecided(repo: Workspace) -> None:
    base = repo.commit("base")
    repo.commit("one")
    update = RefUpdate("HEAD", repo.head(), MAIN, "0" * 40)
    (repo.path / ".git/objects" / base[:2] / base[2:]).unlink()
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError):
        read(opened, Subject("range", (base,), repo.head(), update), MAIN, POLICY)


def test_paths_of_both_ends_of_a_move_and_odd_names(repo: Workspace) -> None:
    base = repo.commit("base", {"old": "".join(f"{n}\n" for n in range(20))})
    repo.git("mv", "old", "new\nname")
    repo.write(b"caf\xe9", "1")
    repo.commit("move")
    assert set(move(repo, base).paths) == {"old", "new\nname", os.fsdecode(b"caf\xe9")}


def test_what_is_changed_back_counts(repo: Workspace) -> None:
    base = repo.commit("base", {"docs": "1"})
    repo.commit("secret", {"key": "s3cret"})
    repo.commit("no secret", {"key": None, "docs": "2"})
    found = move(repo, base)
    assert found.paths == ("docs",)
    with Repo.open(str(repo.path)) as opened:
        assert not nothing_but(opened, found, {"docs"}.__contains__)
        assert nothing_but(opened, found, {"docs", "key"}.__contains__)


# -- who ---------------------------------------------------------------------------------------------------------------


def who(repo: Workspace, base: str) -> set[str]:
    return set(move(repo, base).authors) - NOBODY


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param("one", set(), id="nobody-else"),
        pytest.param("one\n\nCo-authored-by: B <B@x>\n\nCo-authored-by: C <c@x>", {"b@x", "c@x"}, id="two-paragraphs"),
        pytest.param("one\n\nGenerated with X\nCo-Authored-By: Bot <bot@x>\nSee it", {"bot@x"}, id="agent-footer"),
        pytest.param("one\n\nAgent-Session: S-1\n\nmore", {"session:s-1"}, id="session"),
        pytest.param("one\n\nAgent-Session:\nAgent-Session: 2", {"session:2"}, id="empty-session"),
        pytest.param("one\n\nSigned-off-by: B <b@x>", set(), id="sign-off"),
        pytest.param("Co-authored-by: B <\x1b[2J@x>", {"\\x1b[2j@x"}, id="escape-sequence"),
    ],
)
def test_message(repo: Workspace, message: str, expected: set[str]) -> None:
    base = repo.commit("base")
    repo.commit(message)
    repo.commit("after it")
    assert who(repo, base) == expected


def test_every_author_and_committer(repo: Workspace) -> None:
    base = repo.commit("base")
    environment = {"GIT_AUTHOR_EMAIL": "Other@X", "GIT_COMMITTER_EMAIL": "third@x"}
    repo.git("commit", "-q", "--allow-empty", "-m", "m", env=environment)
    repo.commit("after it")
    assert who(repo, base) == {"other@x", "third@x"}


def test_identities_that_are_not_utf_8(repo: Workspace) -> None:
    base = repo.commit("base")
    raw = f"tree {tree(repo, base)}\nparent {base}\n".encode()
    raw += b"author \xe9 <\xe9@x> 1 +0000\ncommitter nobody 1 +0000\nencoding ISO-8859-1\n\ncaf\xe9\n"
    head = repo.git("hash-object", "-w", "-t", "commit", "--stdin", "--literally", stdin=raw)
    assert move(repo, base, head).authors == {"\\xe9@x", "nobody 1 +0000"}


def test_mailmap_does_not_rename(repo: Workspace) -> None:
    repo.write(".mailmap", "Good <good@x> <ada@example.org>\n")
    base = repo.commit("base")
    repo.commit("one")
    repo.git("config", "log.mailmap", "true")
    assert move(repo, base).authors == NOBODY


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An ssh key without passphrase."""
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def test_signing_key_of_a_commit(repo: Workspace, key: Path) -> None:
    base = repo.commit("base")
    repo.git("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "commit", "-q", "-S", "--allow-empty", "-m", "m")
    listing = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True, check=True)
    assert who(repo, base) == {f"key:{listing.stdout.split()[1]}"}


def test_a_signature_that_is_none_names_nobody(repo: Workspace) -> None:
    base = repo.commit("base")
    raw = (
        f"tree {tree(repo, base)}\nparent {base}\nauthor A <a@x> 1 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\nm"
    )
    head = repo.git("hash-object", "-w", "-t", "commit", "--stdin", "--literally", stdin=raw.encode())
    assert move(repo, base, head).authors == {"a@x"}


# -- cost --------------------------------------------------------------------------------------------------------------


def counted(repo: Workspace, log: Path, ask: Callable[[Repo], object]) -> int:
    """Return how many git processes ``ask`` starts."""
    log.write_text("")
    with Repo.open(str(repo.path)) as opened:
        opened.git.program = str(script(log.parent / "bin" / "git", f'echo x >> {log}; exec {opened.git.program} "$@"'))
        ask(opened)
    return len(log.read_text().split())


def test_the_number_of_git_calls_does_not_grow(repo: Workspace, tmp_path: Path) -> None:
    oids = [repo.commit(str(n), {"f": str(n)}) for n in range(60)]
    calls = []
    for base in (oids[-2], oids[-20], oids[20], oids[0]):
        subject = Subject("range", (base,), oids[-1], RefUpdate("x", oids[-1], MAIN, base))
        calls.append(counted(repo, tmp_path / "log", lambda opened: read(opened, subject, MAIN, POLICY, changes=False)))  # noqa: B023
    assert calls == [3, 3, 4, 4]  # rev-list, a cat-file for names, diff-tree; for many commits a cat-file of their own
