"""Which commits a range is measured against, over histories of every shape."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone

from agentops_gates.git.ranges import history, merge_bases, message_subject, range_subject, repository_subject
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError, UsageError


def bases(repo: Workspace, base: str, head: str = "HEAD") -> list[str]:
    with Repo.open(str(repo.path)) as opened:
        subject = range_subject(opened, base, head)
        assert subject.kind == "range"
        assert subject.head == repo.git("rev-parse", f"{head}^{{commit}}")
        return sorted(subject.bases)


def truth(repo: Workspace, base: str, head: str = "HEAD") -> list[str]:
    return sorted(repo.git("merge-base", "--all", base, head).split())


@pytest.fixture
def linear(repo: Workspace) -> list[str]:
    return [repo.commit(str(n), {"f": str(n)}) for n in range(4)]


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        pytest.param("HEAD~1", "HEAD", 2, id="one-commit"),
        pytest.param("HEAD~3", "HEAD", 0, id="from-the-root"),
        pytest.param("HEAD", "HEAD", 3, id="empty"),
        pytest.param("HEAD", "HEAD~1", 2, id="backwards"),
        pytest.param("HEAD~3", "HEAD~3", 0, id="root-alone"),
        pytest.param("light", "HEAD", 1, id="lightweight-tag"),
        pytest.param("annotated", "nested", 1, id="annotated-tags"),
        pytest.param("HEAD^{/1}", "@", 1, id="expressions"),
    ],
)
def test_linear(repo: Workspace, linear: list[str], base: str, head: str, expected: int) -> None:
    repo.git("tag", "light", linear[1])
    repo.git("tag", "-a", "-m", "m", "annotated", linear[1])
    repo.git("tag", "-a", "-m", "m", "nested", "annotated")
    assert bases(repo, base, head) == [linear[expected]]


def test_abbreviated_ids(repo: Workspace, linear: list[str]) -> None:
    assert bases(repo, linear[1][:7], linear[3][:12]) == [linear[1]]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_diverged(tmp_path: Path, object_format: str) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    fork = repo.commit("fork")
    repo.git("branch", "topic")
    repo.commit("main")
    repo.git("switch", "-q", "topic")
    repo.commit("topic")
    assert bases(repo, "main") == [fork] == truth(repo, "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "main")
    assert bases(repo, "main") == [repo.git("rev-parse", "main")]


def criss_cross(repo: Workspace) -> list[str]:
    """Two branches that merged each other's tips: two best common ancestors."""
    repo.commit("start")
    repo.git("branch", "topic")
    one = repo.commit("main")
    repo.git("switch", "-q", "topic")
    two = repo.commit("topic")
    repo.git("merge", "-q", "--no-ff", "-m", "main into topic", one)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "topic into main", two)
    repo.commit("more")
    return sorted((one, two))


def test_criss_cross_has_two_bases(repo: Workspace) -> None:
    expected = criss_cross(repo)
    assert bases(repo, "main", "topic") == expected
    assert bases(repo, "topic", "main") == expected


def test_unrelated_histories_are_measured_against_what_they_would_replace(repo: Workspace, linear: list[str]) -> None:
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("other")
    assert bases(repo, "main") == [linear[-1]]
    with Repo.open(str(repo.path)) as opened:
        assert merge_bases(opened, repo.head(), linear[-1]) == ()


def test_two_roots_that_were_merged(repo: Workspace, linear: list[str]) -> None:
    repo.git("switch", "-q", "--orphan", "other")
    other = repo.commit("other")
    repo.git("merge", "-q", "--allow-unrelated-histories", "-m", "joined", "main")
    assert bases(repo, "main") == [linear[-1]]
    assert bases(repo, other) == [other]


def test_several_tips_at_once(repo: Workspace) -> None:
    fork = repo.commit("fork")
    for name in ("one", "two"):
        repo.git("switch", "-q", "-c", name, fork)
        repo.commit(name)
    repo.git("switch", "-q", "-c", "topic", "two")
    repo.commit("topic")
    with Repo.open(str(repo.path)) as opened:
        new, one, two = (opened.commit(name) for name in ("topic", "one", "two"))
        assert merge_bases(opened, new, one, two) == (two,)
        assert merge_bases(opened, new, one) == (fork,)


def test_history_is_newest_first_with_parents(repo: Workspace) -> None:
    criss_cross(repo)
    with Repo.open(str(repo.path)) as opened:
        commits = history(opened, "main", 100)
        assert [commit.oid for commit in commits] == repo.git("rev-list", "--topo-order", "main").split()
        for commit in commits:
            assert list(commit.parents) == repo.git("log", "-1", "--format=%P", commit.oid).split()
        assert history(opened, "main", 2) == commits[:2]


@pytest.mark.parametrize("revision", ["nowhere", "--all", "-rf", "a\nb", "HEAD:f", ":/x", "", "HEAD^{tree}", "f00"])
def test_a_name_that_is_none_is_a_usage_error(repo: Workspace, linear: list[str], revision: str) -> None:
    with Repo.open(str(repo.path)) as opened:
        for base, head in ((revision, "HEAD"), ("HEAD", revision)):
            with pytest.raises(UsageError, match="names no commit"):
                range_subject(opened, base, head)
        with pytest.raises(UsageError, match="names no commit"):
            history(opened, revision, 1)


def test_an_id_that_is_not_here_is_undecided_with_the_fetch(repo: Workspace, linear: list[str]) -> None:
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError) as caught:
        range_subject(opened, "1" * 40, "HEAD")
    assert caught.value.fix == f"git fetch origin {'1' * 40}"


@pytest.mark.parametrize("decoy", ["refs/tags/origin/main", "refs/heads/origin/main", "refs/origin/main"])
def test_a_name_that_two_refs_have_is_refused(repo: Workspace, linear: list[str], decoy: str) -> None:
    # Whoever can make a tag named origin/main would otherwise choose what everything is measured against.
    repo.git("update-ref", "refs/remotes/origin/main", linear[0])
    assert bases(repo, "origin/main") == [linear[0]]
    repo.git("update-ref", decoy, linear[-1])
    repo.git("config", "core.warnAmbiguousRefs", "false")
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError, match="ambiguous") as caught:
        range_subject(opened, "origin/main", "HEAD")
    assert "refs/remotes/origin/main" in caught.value.fix
    assert bases(repo, "refs/remotes/origin/main") == [linear[0]]


@pytest.mark.parametrize("suffix", ["", "~0", "^{commit}", "@{0}", "^0"])
def test_a_suffix_or_an_at_sign_does_not_hide_that_a_name_is_ambiguous(
    repo: Workspace, linear: list[str], suffix: str
) -> None:
    repo.git("branch", "me@home", linear[0])
    repo.git("update-ref", "refs/tags/me@home", linear[-1])
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError, match="ambiguous"):
        range_subject(opened, f"me@home{suffix}", "HEAD")


def test_a_branch_named_like_an_id_does_not_stand_for_it(repo: Workspace, linear: list[str]) -> None:
    repo.git("update-ref", f"refs/heads/{linear[0]}", linear[-1])
    assert bases(repo, linear[0]) == [linear[0]]
    repo.git("update-ref", f"refs/heads/{linear[0][:8]}", linear[-1])
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError, match="ambiguous"):
        range_subject(opened, linear[0][:8], "HEAD")


def test_message_and_repository(repo: Workspace) -> None:
    with Repo.open(str(repo.path)) as opened:
        assert message_subject(opened, b"\xff").bases == ()
        with pytest.raises(UsageError, match="HEAD"):
            repository_subject(opened)
    head = repo.commit()
    with Repo.open(str(repo.path)) as opened:
        subject = message_subject(opened, b"\xff raw")
        assert (subject.kind, subject.bases, subject.message) == ("message", (head,), b"\xff raw")
        assert repository_subject(opened).head == head


def test_a_history_with_a_hole_is_undecided(repo: Workspace, linear: list[str]) -> None:
    repo.git("switch", "-q", "-c", "topic", "HEAD~2")
    repo.commit("topic")
    hole = linear[2]
    os.unlink(repo.path / ".git" / "objects" / hole[:2] / hole[2:])
    with Repo.open(str(repo.path)) as opened:
        with pytest.raises(UndecidedError, match="lacks history between"):
            range_subject(opened, "main", "topic")
        with pytest.raises(UndecidedError, match="lacks history of main"):
            history(opened, "main", 10)


def test_a_shallow_clone_that_forgot_to_be_one_is_undecided(repo: Workspace, linear: list[str], tmp_path: Path) -> None:
    cut = clone(repo, tmp_path / "cut", "--depth", "2")
    (cut.path / ".git" / "shallow").unlink()
    with Repo.open(str(cut.path)) as opened:
        other = cut.git("commit-tree", "-m", "unrelated", "HEAD^{tree}")
        with pytest.raises(UndecidedError, match="lacks history"):
            range_subject(opened, other, "HEAD")
