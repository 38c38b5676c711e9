"""What a push is judged on: real pushes to real remotes, seen by a real pre-push hook that logs our subjects."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import Pusher, clone

from agentops_gates.git.push import parse_updates, push_subjects
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError


@pytest.fixture
def mine(tmp_path: Path, repo: Workspace) -> Pusher:
    for n in range(2):
        repo.commit(f"main {n}", {"main": str(n)})
    repo.git("clone", "-q", "--bare", ".", "../origin.git")
    Workspace(tmp_path / "origin.git").git("config", "receive.denyDeleteCurrent", "ignore")
    repo.git("clone", "-q", "../origin.git", "../mine")
    pusher = Pusher(tmp_path / "mine")
    pusher.hook()
    return pusher


def others_push(mine: Pusher, name: str) -> str:
    """Somebody else puts a commit on main."""
    other = Workspace(mine.path.parent / name)
    mine.git("clone", "-q", "../origin.git", str(other.path))
    oid = other.commit(name, {name: name})
    other.git("push", "-q", "origin", "HEAD:main")
    return oid


# What must bring nothing to judge.


def test_nothing_to_push_is_nothing_to_judge(mine: Pusher) -> None:
    assert mine.subjects("origin", "main") == []


@pytest.mark.parametrize("ref", ["HEAD:refs/notes/x", "HEAD:refs/agentops/x", "HEAD:refs/stash", "blob", "tree"])
def test_what_no_branch_is_built_from_is_not_judged(mine: Pusher, ref: str) -> None:
    mine.commit("evil", {"evil": "evil"})
    mine.git("tag", "-a", "-m", "m", "blob", "HEAD:evil")
    mine.git("tag", "-a", "-m", "m", "tree", "HEAD^{tree}")
    assert mine.subjects("origin", ref) == []


def test_deletion_only(mine: Pusher) -> None:
    mine.git("push", "-q", "origin", "HEAD:refs/heads/topic", "HEAD:refs/heads/other")
    assert mine.subjects("origin", "--delete", "topic", "other") == []
    (subject,) = mine.subjects("origin", ":main")
    assert (subject["ref"], subject["bases"], subject["head"]) == ("refs/heads/main", [mine.head()], None)


# What a branch is measured against.


def test_update_of_main_is_old_to_new(mine: Pusher) -> None:
    old = mine.head()
    new = mine.commit("evil", {"evil": "evil"})
    subject = mine.one("origin", "main")
    assert subject == {"ref": "refs/heads/main", "bases": [old], "head": new, "changed": ["evil"]}


def test_new_branch_is_measured_from_where_it_left_main(mine: Pusher) -> None:
    fork = mine.head()
    others_push(mine, "other")
    mine.git("fetch", "-q")
    mine.commit("one", {"one": "1"})
    mine.commit("two", {"two": "2"})
    subject = mine.one("origin", "HEAD:refs/heads/topic")
    assert (subject["bases"], subject["changed"]) == ([fork], ["one", "two"])


def test_first_push_of_all(tmp_path: Path, repo: Workspace) -> None:
    make_repository(tmp_path / "empty.git", "--bare")
    repo.git("remote", "add", "origin", "../empty.git")
    pusher = Pusher(repo.path)
    pusher.hook()
    pusher.commit("root", {"a": "a"})
    subject = pusher.one("origin", "main")
    assert (subject["bases"], subject["changed"]) == ([], ["a"])


def test_second_push_of_a_topic_is_charged_with_what_is_new(mine: Pusher) -> None:
    fork = mine.head()
    mine.git("switch", "-q", "-c", "topic")
    first = mine.commit("one", {"one": "1"})
    mine.push("origin", "topic")
    mine.commit("two", {"two": "2"})
    assert mine.one("origin", "topic")["bases"] == [fork, first]


def test_topic_first_does_not_blind_main(mine: Pusher) -> None:
    old = mine.head()
    mine.commit("evil", {"evil": "evil"})
    assert mine.one("origin", "HEAD:refs/heads/topic")["changed"] == ["evil"]
    subject = mine.one("origin", "main")
    assert (subject["bases"], subject["changed"]) == ([old], ["evil"])


def test_a_branch_that_is_not_checked_out(mine: Pusher) -> None:
    old = mine.head()
    mine.git("branch", "evil")
    mine.git("switch", "-q", "evil")
    evil = mine.commit("evil", {"evil": "evil"})
    mine.git("switch", "-q", "main")
    subject = mine.one("origin", "evil:main")
    assert (subject["bases"], subject["head"], subject["changed"]) == ([old], evil, ["evil"])


def test_every_line_counts(mine: Pusher) -> None:
    mine.commit("good", {"good": "good"})
    mine.git("branch", "evil")
    mine.git("switch", "-q", "evil")
    mine.commit("evil", {"evil": "evil"})
    mine.git("push", "-q", "origin", "HEAD~2:refs/heads/gone")
    subjects = mine.subjects("origin", "main", "evil", ":gone")
    assert {subject["ref"]: subject["changed"] for subject in subjects} == {
        "refs/heads/main": ["good"],
        "refs/heads/evil": ["evil", "good"],
    }


def test_mirror(mine: Pusher) -> None:
    mine.git("config", "--unset-all", "remote.origin.fetch")
    mine.git("notes", "add", "-m", "note")
    mine.git("switch", "-q", "-c", "evil")
    mine.commit("evil", {"evil": "evil"})
    mine.git("tag", "v1")
    found = {subject["ref"]: subject["changed"] for subject in mine.subjects("--mirror", "../origin.git")}
    assert found["refs/heads/evil"] == found["refs/tags/v1"] == ["evil"]
    assert not any(ref.startswith("refs/notes/") for ref in found)


@pytest.mark.parametrize("protected", [True, False], ids=["main", "topic"])
def test_forced_push_after_amend(mine: Pusher, protected: bool) -> None:
    name = "main" if protected else "topic"
    fork = mine.head()
    mine.git("switch", "-q", "-C", name)
    old = mine.commit("one", {"one": "1"})
    mine.push("origin", name)
    mine.write("one", "2")
    mine.git("commit", "-q", "--no-verify", "-a", "--amend", "-m", "better")
    assert mine.one("--force", "origin", name)["bases"] == ([old] if protected else [fork])


def test_forced_push_after_rebase_does_not_charge_main(mine: Pusher) -> None:
    fork = mine.head()
    mine.git("switch", "-q", "-c", "topic")
    mine.commit("one", {"one": "1"})
    mine.push("origin", "topic")
    moved = others_push(mine, "other")
    mine.git("fetch", "-q")
    mine.git("rebase", "-q", "origin/main")
    subject = mine.one("--force", "origin", "topic")
    # Policy comes from the first; what is no worse than in either is not charged.
    assert subject["bases"] == [moved, fork]


def test_a_merge_of_main_into_topic_does_not_charge_mains_growth(mine: Pusher) -> None:
    mine.git("switch", "-q", "-c", "topic")
    first = mine.commit("one", {"one": "1"})
    mine.push("origin", "topic")
    moved = others_push(mine, "other")
    mine.git("fetch", "-q")
    mine.git("merge", "-q", "--no-ff", "-m", "merge", "origin/main")
    assert mine.one("origin", "topic")["bases"] == [moved, first]


def test_rewinding_main_is_judged_against_what_it_throws_away(mine: Pusher) -> None:
    old = mine.head()
    subject = mine.one("--force", "origin", "HEAD~1:main")
    assert (subject["bases"], subject["changed"]) == ([old], ["main"])


def test_an_unrelated_history_over_main(mine: Pusher) -> None:
    old = mine.head()
    mine.git("switch", "-q", "--orphan", "other")
    mine.commit("other", {"other": "o"})
    assert mine.one("--force", "origin", "other:main")["bases"] == [old]
    # The remote's main has moved with the push, and our view of it too.
    mine.git("update-ref", "refs/remotes/origin/main", old)
    assert mine.one("origin", "other:refs/heads/new")["bases"] == [old]


def test_gerrit_reviews_are_judged(mine: Pusher) -> None:
    fork = mine.head()
    mine.commit("change", {"change": "c"})
    subject = mine.one("origin", "HEAD:refs/for/main")
    assert (subject["ref"], subject["bases"], subject["changed"]) == ("refs/for/main", [fork], ["change"])


def test_a_new_release_branch_is_measured_from_main(mine: Pusher) -> None:
    fork = mine.head()
    mine.commit("change", {"change": "c"})
    assert mine.one("origin", "HEAD:refs/heads/release")["bases"] == [fork]


# Tags.


@pytest.mark.parametrize("flags", [("-a", "-m", "m"), ()], ids=["annotated", "lightweight"])
def test_a_tag_is_peeled(mine: Pusher, flags: tuple[str, ...]) -> None:
    fork = mine.head()
    evil = mine.commit("evil", {"evil": "evil"})
    mine.git("tag", *flags, "v1")
    mine.git("tag", "-a", "-m", "m", "v2", "v1")
    for name in ("v1", "v2"):
        subject = mine.one("origin", name)
        assert (subject["bases"], subject["head"], subject["changed"]) == ([fork], evil, ["evil"])


def test_a_tag_of_what_is_on_main_brings_nothing(mine: Pusher) -> None:
    mine.git("tag", "-a", "-m", "m", "v1")
    subject = mine.one("origin", "v1")
    assert (subject["bases"], subject["changed"]) == ([mine.head()], [])


# Where to.


def test_push_by_url(mine: Pusher, tmp_path: Path) -> None:
    fork = mine.head()
    mine.commit("change", {"change": "c"})
    row = mine.push(f"file://{tmp_path}/origin.git", "HEAD:refs/heads/topic")
    assert row["args"][0].startswith("file://")
    assert row["subjects"][0]["bases"] == [fork]


def test_a_fork_that_was_never_fetched(mine: Pusher) -> None:
    fork = mine.head()
    mine.git("clone", "-q", "--bare", "../origin.git", "../fork.git")
    mine.git("remote", "add", "fork", "../fork.git")
    mine.commit("change", {"change": "c"})
    assert mine.one("fork", "HEAD:refs/heads/topic")["bases"] == [fork]
    mine.git("update-ref", "-d", "refs/remotes/fork/topic")
    assert mine.one("fork", "HEAD:main")["bases"] == [fork]


def test_a_remote_whose_name_has_a_slash(mine: Pusher) -> None:
    fork = mine.head()
    mine.git("remote", "rename", "origin", "team/origin")
    mine.commit("change", {"change": "c"})
    assert mine.one("team/origin", "HEAD:refs/heads/topic")["bases"] == [fork]


@pytest.mark.parametrize(("by_url", "fix"), [(False, "git fetch origin, then push again"), (True, "git fetch, then")])
def test_a_remote_tip_that_is_not_here_is_undecided(mine: Pusher, tmp_path: Path, by_url: bool, fix: str) -> None:
    unknown = others_push(mine, "other")
    mine.commit("change", {"change": "c"})
    target = f"file://{tmp_path}/origin.git" if by_url else "origin"
    row = mine.push("--force", target, "main")
    assert row["subjects"] == []
    assert f"refs/heads/main is at {unknown[:12]} on the remote" in row["undecided"]
    assert fix in row["fix"]
    assert "file://" not in row["fix"]


def test_what_a_partial_clone_left_out_is_undecided(mine: Pusher, tmp_path: Path) -> None:
    partial = Pusher(clone(Workspace(tmp_path / "origin.git"), tmp_path / "partial", "--filter=blob:none").path)
    partial.hook()
    others_push(mine, "other")
    partial.commit("change", {"change": "c"})
    row = partial.push("--force", "origin", "main")
    # git 2.39 itself fetches the remote's tip to see what it would overwrite, but not its files.
    assert "promisor remote" in row["undecided"] or "which is not in this clone" in row["undecided"]
    assert "git fetch" in row["fix"]


def test_a_shallow_clone(mine: Pusher, tmp_path: Path) -> None:
    mine.git("switch", "-q", "-c", "topic", "HEAD~1")
    tip = mine.commit("topic", {"topic": "t"})
    mine.push("origin", "topic")
    origin = Workspace(tmp_path / "origin.git")
    cut = Pusher(clone(origin, tmp_path / "cut", "--depth", "1", "--no-single-branch").path)
    cut.hook()
    main = cut.head()
    cut.commit("change", {"change": "c"})
    assert cut.one("origin", "HEAD:refs/heads/new")["bases"] == [main]
    assert cut.one("origin", "main")["bases"] == [main]
    cut.git("switch", "-q", "-c", "more", tip)
    cut.commit("more", {"more": "m"})
    assert "shallow" in cut.push("origin", "more:topic")["undecided"]


def test_sha256(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "repo", "--object-format=sha256")
    old = repo.commit("one", {"a": "a"})
    make_repository(tmp_path / "origin.git", "--bare", "--object-format=sha256")
    repo.git("remote", "add", "origin", "../origin.git")
    repo.git("push", "-q", "origin", "main")
    pusher = Pusher(repo.path)
    pusher.hook()
    pusher.commit("two", {"b": "b"})
    assert pusher.one("origin", "main")["bases"] == [old]
    assert pusher.one("origin", "HEAD:refs/heads/topic")["changed"] == []


# Lines.

A, ZERO = "a" * 40, "0" * 40


@pytest.mark.parametrize(
    "line",
    [
        f"refs/heads/x {A} refs/heads/x",
        f"refs/heads/x {A[:39]} refs/heads/x {A}",
        f"refs/heads/x {A} refs/heads/x {A}a",
        f"refs/heads/x {A.upper()} refs/heads/x {A}",
        f"refs/heads/x {A} refs/heads/x --all",
        "\0",
        "{}",
    ],
)
def test_a_line_that_git_does_not_write_is_undecided(line: str) -> None:
    with pytest.raises(UndecidedError, match="a line that git does not write") as caught:
        parse_updates(f"refs/heads/y {A} refs/heads/y {A}\n{line}\n".encode())
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (b"", []),
        (b"\n", []),
        (f"HEAD^{{/a b}} {A} refs/heads/x {ZERO}".encode(), [("HEAD^{/a b}", A, "refs/heads/x", ZERO)]),
        (f"(delete) {ZERO} refs/heads/x {A}\n".encode(), [("(delete)", ZERO, "refs/heads/x", A)]),
        (f"a {A} refs/heads/\xe9\u2028 {A}\n".encode(), [("a", A, "refs/heads/\xe9\u2028", A)]),
        (b"a %s refs/heads/\xff %s\n" % (A.encode(), A.encode()), [("a", A, "refs/heads/\udcff", A)]),
        (
            f"a {A}{A[:24]} b {ZERO}{ZERO[:24]}\n".encode(),
            [("a", A + A[:24], "b", ZERO + ZERO[:24])],
        ),
    ],
)
def test_lines(stdin: bytes, expected: list[tuple[str, ...]]) -> None:
    assert [tuple(update) for update in parse_updates(stdin)] == expected


def test_a_local_object_that_is_not_here_is_undecided_and_never_skipped(repo: Workspace) -> None:
    repo.commit("one", {"a": "a"})
    repo.git("tag", "-a", "-m", "m", "v1")
    tag = repo.git("rev-parse", "v1")
    with Repo.open(str(repo.path)) as opened:
        for oid in ("1" * 40, tag):
            if oid == tag:
                (repo.path / ".git/objects" / repo.head()[:2] / repo.head()[2:]).unlink()
            updates = parse_updates(f"x {oid} refs/heads/x {ZERO}\n".encode())
            with pytest.raises(UndecidedError, match="is not in this clone"):
                push_subjects(opened, updates, "origin", lambda name: False)


def test_remote_branches_with_odd_names_do_not_confuse(mine: Pusher) -> None:
    fork = mine.head()
    for name in ("caf\u2028e", "x\x85", "deep/main", "HEAD2"):
        mine.git("update-ref", f"refs/remotes/origin/{name}", fork)
    new = mine.commit("change", {"change": "c"})
    mine.git("update-ref", "refs/remotes/origin/deep/main", new)
    assert mine.one("origin", "HEAD:refs/heads/topic")["bases"] == [fork]
