"""A shallow clone never gives a wrong answer: it gives the right one, or says what to fetch."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone

from agentops_gates.git.push import parse_updates, push_subjects
from agentops_gates.git.ranges import history, merge_bases, range_subject, staged_subject
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError


def pull_request(repo: Workspace) -> None:
    """main moves on while a topic of two commits is open; ``pull`` is the merge that a forge makes of both."""
    for n in range(4):
        repo.commit(f"main {n}", {"main": str(n)})
    repo.git("switch", "-q", "-c", "topic")
    for n in range(2):
        repo.commit(f"topic {n}", {f"topic{n}": str(n)})
    repo.git("switch", "-q", "main")
    for n in range(4, 6):
        repo.commit(f"main {n}", {"main": str(n)})
    repo.git("switch", "-q", "-c", "pull")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")


def criss_cross(repo: Workspace) -> None:
    repo.commit("start")
    repo.git("branch", "topic")
    repo.commit("main 1", {"main": "1"})
    one = repo.head()
    repo.git("switch", "-q", "topic")
    two = repo.commit("topic 1", {"topic": "1"})
    repo.git("merge", "-q", "--no-ff", "-m", "main into topic", one)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "topic into main", two)
    repo.commit("main 2", {"main": "2"})
    repo.git("switch", "-q", "-c", "pull")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")


def two_roots(repo: Workspace) -> None:
    """The topic began as a history of its own, which main has merged since - behind what a shallow clone holds."""
    repo.commit("main 0", {"main": "0"})
    repo.git("switch", "-q", "--orphan", "topic")
    repo.commit("root of topic", {"topic": "0"})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--allow-unrelated-histories", "-m", "take it in", "topic")
    for n in range(1, 4):
        repo.commit(f"main {n}", {"main": str(n)})
    repo.git("switch", "-q", "topic")
    repo.commit("topic 1", {"topic": "1"})
    repo.git("switch", "-q", "-c", "pull", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")


def long_topic(repo: Workspace) -> None:
    repo.commit("main 0", {"main": "0"})
    repo.git("switch", "-q", "-c", "topic")
    for n in range(5):
        repo.commit(f"topic {n}", {"topic": str(n)})
    repo.git("switch", "-q", "main")
    repo.commit("main 1", {"main": "1"})
    repo.git("switch", "-q", "-c", "pull")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")


def wild(seed: int) -> Callable[[Workspace], None]:
    """Twelve commits with any parents and any dates: false dates mislead git's walk over a range."""

    def build(repo: Workspace) -> None:
        chance = random.Random(seed)
        repo.commit("root", {"f": "f"})
        made = [repo.head()]
        for n in range(11):
            parents = chance.sample(made[-5:], k=min(len(made[-5:]), chance.choice((1, 1, 1, 2))))
            made.append(make(repo, chance.choice((1, 1, 10**9 + n, 2 * 10**9)) + n, *parents))
        for name, oid in zip(("main", "topic", "pull"), made[-3:], strict=True):
            repo.git("update-ref", f"refs/heads/{name}", oid)

    build.__name__ = f"wild-{seed}"
    return build


def false_dates(repo: Workspace) -> None:
    """A shared commit that git's walk over the range takes for the topic's own, and the topic merged."""
    repo.commit("root", {"f": "f"})
    for n in range(30):
        fork = repo.commit(str(n))
    shared = make(repo, 2 * 10**9, fork)
    tip = shared
    for _ in range(10):
        tip = make(repo, 1, tip)
    for name, oid in (("main", make(repo, 1, tip, fork)), ("topic", make(repo, 2 * 10**9 + 1, shared))):
        repo.git("update-ref", f"refs/heads/{name}", oid)
    repo.git("update-ref", "refs/heads/pull", make(repo, 2 * 10**9 + 2, "main", "topic"))


def make(repo: Workspace, when: int, *parents: str) -> str:
    flags = [word for parent in parents for word in ("-p", parent)]
    env = {"GIT_COMMITTER_DATE": f"@{when} +0000"}
    return repo.git("commit-tree", "-m", "made", *flags, "HEAD^{tree}", env=env)


def best_common(parents: dict[str, list[str]], new: str, *olds: str) -> set[str]:
    """The definition, slowly: common ancestors that are no ancestor of another one."""

    def reach(*tips: str) -> set[str]:
        seen: set[str] = set()
        todo = list(tips)
        while todo:
            oid = todo.pop()
            if oid not in seen:
                seen.add(oid)
                todo += parents[oid]
        return seen

    common = reach(new) & reach(*olds)
    return common - {below for oid in common for below in reach(oid) - {oid}}


SHAPES = [pull_request, criss_cross, two_roots, long_topic, false_dates, *map(wild, range(4))]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_never_a_wrong_answer(tmp_path: Path, shape: Callable[[Workspace], None]) -> None:
    origin = make_repository(tmp_path / "origin")
    shape(origin)
    rows = [line.split() for line in origin.git("rev-list", "--all", "--parents").splitlines()]
    parents = {row[0]: row[1:] for row in rows}
    # Some commits near the tips, the tips first.
    tips = [origin.git("rev-parse", name) for name in ("main", "topic", "pull")]
    commits = list(dict.fromkeys([*tips, *(parent for tip in tips for parent in parents[tip])]))[:6]
    questions = [*itertools.permutations(commits, 2), *itertools.permutations(commits[:5], 3)]
    truth = {question: best_common(parents, *question) for question in questions}
    decided = 0
    for depth in (1, 2, 3, 4, 14, 99):
        cut = clone(origin, tmp_path / str(depth), "--depth", str(depth), "--no-single-branch")
        with Repo.open(str(cut.path)) as opened:
            assert depth < 99 or not opened.shallow
            for question in questions:
                found = answer(opened, question)
                decided += found is not None
                assert found is None or found == truth[question], (depth, question)
                assert found is not None or opened.shallow, question
    assert len(questions) < decided < 6 * len(questions)


def answer(repo: Repo, question: tuple[str, ...]) -> set[str] | None:
    try:
        return set(merge_bases(repo, *question))
    except UndecidedError:
        return None


@pytest.mark.parametrize(
    ("depth", "decided"),
    # Three commits deep, the commit that topic left main at is there, and nothing below it.
    [(1, False), (2, False), (3, True), (4, True), (5, True)],
)
def test_a_pull_request_is_decided_once_its_range_is_whole(tmp_path: Path, depth: int, decided: bool) -> None:
    origin = make_repository(tmp_path / "origin")
    pull_request(origin)
    cut = clone(origin, tmp_path / "cut", "--depth", str(depth), "--no-single-branch")
    tip = origin.git("rev-parse", "main")
    with Repo.open(str(cut.path)) as opened:
        if decided:
            assert range_subject(opened, tip, "origin/topic").bases == (origin.git("merge-base", "main", "topic"),)
        else:
            with pytest.raises(UndecidedError, match="shallow") as caught:
                range_subject(opened, tip, "origin/topic")
            assert caught.value.fix == "git fetch --unshallow"


def test_one_commit_on_a_clone_of_depth_one_is_decided(tmp_path: Path) -> None:
    origin = make_repository(tmp_path / "origin")
    pull_request(origin)
    cut = clone(origin, tmp_path / "cut", "--depth", "1", "--branch", "main")
    tip = cut.head()
    cut.write("own", "own")
    cut.git("add", "-A")
    with Repo.open(str(cut.path)) as opened:
        assert staged_subject(opened).bases == (tip,)
        assert [change.new_path for change in opened.changes(tip, None)] == ["own"]
    new = cut.commit("own")
    with Repo.open(str(cut.path)) as opened:
        assert range_subject(opened, "origin/main", "HEAD").bases == (tip,)
        for ref, old in (("main", tip), ("topic", opened.zero)):
            line = f"HEAD {new} refs/heads/{ref} {old}\n".encode()
            (subject,) = push_subjects(opened, parse_updates(line), "origin", lambda name: name == "main")
            assert subject.bases == (tip,)
        with pytest.raises(UndecidedError, match="shallow"):
            range_subject(opened, origin.git("rev-parse", "topic"), "HEAD")
        with pytest.raises(UndecidedError, match="lacks history of HEAD") as caught:
            history(opened, "HEAD", 2)
        assert caught.value.fix == "git fetch --unshallow"
    cut.git("fetch", "-q", "--unshallow")
    with Repo.open(str(cut.path)) as opened:
        assert not opened.shallow
        assert len(history(opened, "HEAD", 100)) == 7


def test_a_worktree_of_a_shallow_clone_is_shallow_too(tmp_path: Path) -> None:
    origin = make_repository(tmp_path / "origin")
    pull_request(origin)
    cut = clone(origin, tmp_path / "cut", "--depth", "1", "--no-single-branch")
    cut.git("worktree", "add", "-q", "../tree", "origin/topic")
    with Repo.open(str(tmp_path / "tree")) as opened:
        assert opened.shallow
        with pytest.raises(UndecidedError, match="shallow"):
            range_subject(opened, "origin/main", "HEAD")
