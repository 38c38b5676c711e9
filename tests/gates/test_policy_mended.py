"""A policy that is broken in the base: the change that mends it gets through, and nothing else does."""

from __future__ import annotations

import os
import shutil
import sys

import pytest
from conftest import Workspace, branchy, make_repository
from gates.changelib import EXEMPTIONS, FAR, GATE, LOOSE, MAX, OWN, PROJECT, PYPROJECT, STRICT, TABLE, brief

from agentops_gates.gates.engine import run
from agentops_gates.gates.registry import built_gates
from agentops_gates.git.ranges import message_subject, range_subject, staged_subject
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError
from agentops_gates.model.finding import Report
from agentops_gates.model.subject import Subject

BROKEN = STRICT + "max_complxety = 1\n"
MENDED = ("AG908", "policy")


def judged(repo: Workspace, base: str = "", *, message: bool = False) -> Report:
    """Judge the index, or what HEAD brings since ``base``, with all gates."""
    with Repo.open(str(repo.path)) as opened:
        if message:
            return run(opened, [message_subject(opened, b"x\n")], built_gates())
        subject = range_subject(opened, base, "HEAD", "ci") if base else staged_subject(opened)
        return run(opened, [subject], built_gates())


def put(repo: Workspace, files: dict[str, str | None]) -> None:
    """Write ``files`` and stage them; None removes a file or a folder."""
    for name, content in files.items():
        place = repo.path / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        elif os.path.lexists(place):
            place.unlink()
        if content is not None:
            repo.write(name, content)
    repo.git("add", "-A")


def policy_findings(report: Report) -> list[tuple[str, str]]:
    (gate,) = (gate for gate in report.gates if gate.id == "policy-change")
    return brief(gate)


Files = dict[str, str | None]
REFUSED: dict[str, tuple[Files, Files]] = {
    "nothing changes": ({OWN: BROKEN}, {}),
    "something else changes": ({OWN: BROKEN}, {"a.py": "x = 1\n"}),
    "broken in another way": ({OWN: BROKEN}, {OWN: "nonsense"}),
    "removed": ({OWN: BROKEN}, {OWN: None}),
    "removed, and what is left is none of ours": ({OWN: BROKEN}, {OWN: None, PYPROJECT: PROJECT}),
    "renamed away": ({OWN: BROKEN}, {OWN: None, "old.toml": STRICT}),
    "the table is removed": ({PYPROJECT: TABLE + "x x\n"}, {PYPROJECT: PROJECT}),
    "moved, and broken there": ({OWN: BROKEN}, {OWN: None, PYPROJECT: TABLE + "max_complxety = 1\n"}),
    "a second home beside it": ({OWN: BROKEN}, {PYPROJECT: TABLE}),
    "a folder in its place": ({OWN: BROKEN}, {OWN: None, f"{OWN}/x": ""}),
}


@pytest.mark.parametrize(("before", "after"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_mend_it_is_refused_as_before(repo: Workspace, before: Files, after: Files) -> None:
    put(repo, before)
    base = repo.commit("before")
    put(repo, after)
    with pytest.raises(UsageError, match=rf"\(commit {base[:12]}\)"):
        judged(repo)
    repo.commit("after")
    with pytest.raises(UsageError, match=rf"\(commit {base[:12]}\)"):
        judged(repo, base)


def test_a_link_in_its_place_is_refused(repo: Workspace) -> None:
    base = repo.commit("before", {OWN: BROKEN, "real.toml": "version = 1\n"})
    (repo.path / OWN).unlink()
    os.symlink("real.toml", repo.path / OWN)
    repo.commit("after")
    with pytest.raises(UsageError):
        judged(repo, base)


def test_a_mend_in_the_work_tree_that_is_not_staged_is_none(repo: Workspace) -> None:
    repo.commit("before", {OWN: BROKEN})
    repo.write(OWN, STRICT)
    with pytest.raises(UsageError):
        judged(repo)


def test_a_mend_in_the_middle_of_a_range_is_none(repo: Workspace) -> None:
    base = repo.commit("before", {OWN: BROKEN})
    repo.commit("mended", {OWN: STRICT})
    repo.commit("broken again", {OWN: BROKEN})
    with pytest.raises(UsageError):
        judged(repo, base)


PASSING: dict[str, tuple[Files, Files]] = {
    "corrected": ({OWN: BROKEN}, {OWN: STRICT}),
    "to the defaults": ({OWN: BROKEN}, {OWN: "version = 1\n"}),
    "not TOML": ({OWN: "[gates"}, {OWN: STRICT}),
    "moved to its other home": ({OWN: BROKEN}, {OWN: None, PYPROJECT: TABLE}),
    "in pyproject.toml": ({PYPROJECT: TABLE + "x x\n"}, {PYPROJECT: TABLE}),
    "two homes": ({OWN: STRICT, PYPROJECT: TABLE}, {PYPROJECT: PROJECT}),
    "a folder in its place": ({f"{OWN}/x": ""}, {OWN: STRICT}),
    "a folder beside a table": ({f"{OWN}/x": "", PYPROJECT: TABLE}, {OWN: None}),
    "too large": ({OWN: STRICT + "#" * 70_000}, {OWN: STRICT}),
}


@pytest.mark.parametrize(("before", "after"), PASSING.values(), ids=PASSING)
def test_the_change_that_mends_it_passes_with_a_warning(repo: Workspace, before: Files, after: Files) -> None:
    put(repo, before)
    base = repo.commit("before")
    put(repo, after)
    local = judged(repo)
    repo.commit("after")
    remote = judged(repo, base)
    assert policy_findings(local) == policy_findings(remote) == [MENDED]
    assert (local.outcome, remote.outcome) == ("warn", "warn")


BLOCKED: dict[str, tuple[Files, Files, list[tuple[str, str]]]] = {
    "looser than the defaults": ({OWN: BROKEN}, {OWN: LOOSE}, [("AG902", MAX), MENDED]),
    "switched off": (
        {OWN: BROKEN},
        {OWN: GATE + 'level = "off"\n'},
        [("AG902", "gates.complexity-regression.level"), MENDED],
    ),
    # The loose table was there before and is not touched: only the folder goes that kept it from counting.
    "a loose table comes into force": (
        {f"{OWN}/x": "", PYPROJECT: TABLE.replace("5", "50")},
        {OWN: None},
        [("AG902", MAX), MENDED],
    ),
    "the loose one of two homes stays": (
        {OWN: STRICT, PYPROJECT: TABLE.replace("5", "50")},
        {OWN: None},
        [("AG902", MAX), MENDED],
    ),
    "an exemption comes along": (
        {OWN: BROKEN},
        {OWN: STRICT, EXEMPTIONS: f"a.py::f = 20, reason, {FAR}\n"},
        [("AG903", f"a.py::f is added with limit 20 until {FAR}"), MENDED],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), BLOCKED.values(), ids=BLOCKED)
def test_a_mend_that_loosens_blocks(
    repo: Workspace, before: Files, after: Files, expected: list[tuple[str, str]]
) -> None:
    put(repo, before)
    base = repo.commit("before")
    put(repo, after)
    local = judged(repo)
    repo.commit("after")
    remote = judged(repo, base)
    assert policy_findings(local) == policy_findings(remote) == expected
    assert (local.outcome, remote.outcome) == ("fail", "fail")


def test_what_comes_along_is_judged_by_the_defaults(repo: Workspace) -> None:
    base = repo.commit("before", {OWN: GATE + 'level = "off"\nlevl = 1\n', "a.py": branchy("f", 3)})
    repo.commit("after", {OWN: STRICT, "a.py": branchy("f", 11)})
    report = judged(repo, base)
    assert report.outcome == "fail"
    assert [finding.rule for gate in report.gates for finding in gate.findings if finding.level == "error"] == ["AG601"]


def test_the_warning_says_what_was_wrong_where(repo: Workspace) -> None:
    base = repo.commit("before", {OWN: BROKEN + "other = 1\n"})
    repo.commit("after", {OWN: STRICT})
    (gate,) = (gate for gate in judged(repo, base).gates if gate.id == "policy-change")
    (finding,) = gate.findings
    assert (finding.level, finding.path, finding.commit) == ("warning", OWN, repo.head())
    why = finding.data["why"]
    assert [line.partition(")")[0] for line in why] == [f"{OWN}:{n} (commit {base[:12]}" for n in (3, 4)]


def test_the_next_change_is_judged_by_the_mended_policy(repo: Workspace) -> None:
    repo.commit("before", {OWN: BROKEN, "a.py": branchy("f", 3)})
    mended = repo.commit("mended", {OWN: STRICT})
    repo.commit("after", {"a.py": branchy("f", 7)})
    assert judged(repo, mended).outcome == "fail"


def test_breaking_it_and_mending_it_looser_in_one_branch_is_measured_from_the_trunk(repo: Workspace) -> None:
    base = repo.commit("trunk", {OWN: STRICT})
    repo.commit("break", {OWN: BROKEN})
    repo.commit("mend, to what the defaults allow", {OWN: "version = 1\n"})
    report = judged(repo, base)
    assert policy_findings(report) == [("AG902", MAX)]
    assert report.outcome == "fail"


def test_the_message_of_the_commit_that_mends_it_is_judged_too(repo: Workspace) -> None:
    repo.commit("before", {OWN: BROKEN})
    with pytest.raises(UsageError):
        judged(repo, message=True)
    put(repo, {OWN: STRICT})
    assert judged(repo, message=True).outcome == "pass"


def test_a_whole_repository_with_a_broken_policy_is_refused(repo: Workspace) -> None:
    head = repo.commit("broken", {OWN: BROKEN})
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError):
        run(opened, [Subject("repository", (head,), head)], built_gates())


class TestMerges:
    @pytest.fixture
    def broken(self, repo: Workspace) -> Workspace:
        """HEAD's policy is broken; the branch ``mend`` has it right."""
        repo.commit("root", {OWN: STRICT, "a.py": "", "b.py": ""})
        repo.git("branch", "mend")
        repo.commit("broken", {OWN: BROKEN})
        repo.git("checkout", "-q", "mend")
        repo.commit("right", {OWN: STRICT.replace("5", "4")})
        repo.git("checkout", "-q", "main")
        repo.git("merge", "-q", "--no-commit", "mend", check=False)
        return repo

    def test_merging_the_mend_passes_with_a_warning(self, broken: Workspace) -> None:
        put(broken, {OWN: STRICT.replace("5", "4")})
        report = judged(broken)
        assert (policy_findings(report), report.outcome) == ([MENDED], "warn")

    def test_loosening_in_that_merge_blocks(self, broken: Workspace) -> None:
        put(broken, {OWN: LOOSE})
        report = judged(broken)
        assert (policy_findings(report), report.outcome) == ([("AG902", MAX), MENDED], "fail")


class TestDoors:
    """The same through git's own doors."""

    @pytest.fixture
    def hooked(self, repo: Workspace) -> Workspace:
        """The remote's main has a broken policy, and every hook runs."""
        remote = make_repository(repo.path.parent / "remote.git", "--bare")
        repo.commit("broken", {OWN: BROKEN, "a.py": "x = 1\n"})
        repo.git("remote", "add", "origin", str(remote.path))
        repo.git("push", "-q", "-u", "origin", "main")
        for name in ("pre-commit", "commit-msg", "pre-push"):
            line = f'#!/bin/sh\nexec "{sys.executable}" -I -m agentops_gates hook {name} "$@"\n'
            repo.write(f".git/hooks/{name}", line).chmod(0o755)
        return repo

    def test_nothing_else_can_be_committed_or_pushed(self, hooked: Workspace) -> None:
        put(hooked, {"a.py": "x = 2\n"})
        done = hooked.run_git("commit", "-qm", "other")
        assert done.returncode == 1
        assert b"unknown key `max_complxety`" in b" ".join(done.stderr.split())
        hooked.run_git("commit", "-q", "--no-verify", "-m", "other")
        for what in ("main", ":main"):
            done = hooked.run_git("push", "-q", "origin", what)
            assert (done.returncode, b"unknown key `max_complxety`" in b" ".join(done.stderr.split())) == (1, True)

    def test_the_mend_is_committed_and_pushed(self, hooked: Workspace) -> None:
        put(hooked, {OWN: STRICT})
        done = hooked.run_git("commit", "-qm", "mend")
        assert (done.returncode, b"warning AG908" in done.stderr) == (0, True)
        done = hooked.run_git("push", "-q")
        assert (done.returncode, b"warning AG908" in done.stderr) == (0, True)

    def test_a_second_ref_that_does_not_mend_it_stops_the_push(self, hooked: Workspace) -> None:
        hooked.git("branch", "other")
        put(hooked, {OWN: STRICT})
        hooked.git("commit", "-qm", "mend")
        assert hooked.run_git("push", "-q", "origin", "main", "other").returncode == 1

    def test_a_cache_that_calls_the_broken_one_valid_opens_nothing_unseen(self, hooked: Workspace) -> None:
        put(hooked, {OWN: STRICT})
        hooked.git("commit", "-qm", "mend")
        put(hooked, {OWN: LOOSE})
        # Blocked, but now the valid one is kept.
        hooked.run_git("commit", "-qm", "loosen")
        folder = hooked.path / ".git/agentops/policy"
        (kept,) = folder.iterdir()
        valid, rest = kept.name.split("-", 1)
        broken = hooked.git("rev-parse", f"HEAD~1:{OWN}")
        assert valid == hooked.git("rev-parse", f"HEAD:{OWN}") != broken
        shutil.copy(kept, folder / f"{broken}-{rest}")
        hooked.git("reset", "-q", "--hard", "HEAD~1")
        put(hooked, {OWN: LOOSE})
        done = hooked.run_git("commit", "-qm", "loosen")
        assert done.returncode == 1
