"""The gate on policy changes where it is about several commits: merges, pushes, and a second merge base."""

from __future__ import annotations

import pytest
from conftest import Workspace
from gates.changelib import GATE, LOOSE, MAX, OWN, STRICT, brief, pushed, ranged, staged

from agentops_gates.gates import policy_change
from agentops_gates.gates.engine import run
from agentops_gates.git.ranges import staged_subject
from agentops_gates.git.repo import Repo


class TestMerges:
    """Approved loosening on main must not block whoever merges main; an old policy must not come back by a merge."""

    @pytest.fixture
    def topic(self, repo: Workspace) -> Workspace:
        repo.commit("root", {OWN: STRICT, "a.py": "", "b.py": ""})
        repo.git("checkout", "-q", "-b", "topic")
        repo.commit("topic", {"a.py": "x = 1\n"})
        repo.git("checkout", "-q", "main")
        repo.commit("decided by a person", {OWN: LOOSE})
        repo.git("checkout", "-q", "topic")
        return repo

    def test_merging_what_was_decided_passes(self, topic: Workspace) -> None:
        topic.git("merge", "-q", "--no-commit", "main")
        assert staged(topic).findings == ()

    def test_loosening_more_in_the_merge_blocks(self, topic: Workspace) -> None:
        topic.git("merge", "-q", "--no-commit", "main")
        topic.write(OWN, LOOSE.replace("50", "60"))
        assert brief(staged(topic)) == [("AG902", MAX)]

    def test_a_parent_with_a_broken_policy_excuses_nothing(self, topic: Workspace) -> None:
        topic.git("checkout", "-q", "main")
        topic.commit("broken", {OWN: "nonsense"})
        topic.git("checkout", "-q", "topic")
        topic.git("merge", "-q", "--no-commit", "main", check=False)
        topic.write(OWN, GATE + "max_complexity = 10\n")
        assert brief(staged(topic)) == [("AG902", MAX)]

    def test_the_merged_branch_as_a_range_passes(self, topic: Workspace) -> None:
        topic.git("merge", "-q", "--no-edit", "main")
        assert ranged(topic, "main").findings == ()

    def test_pushing_the_merged_branch_passes_and_an_earlier_push_excuses_nothing(self, topic: Workspace) -> None:
        before = topic.head()
        topic.git("merge", "-q", "--no-edit", "main")
        topic.git("update-ref", "refs/remotes/origin/main", "main")
        assert pushed(topic, before).findings == ()
        looser = topic.commit("looser", {OWN: LOOSE.replace("50", "60")})
        topic.commit("more")
        result = pushed(topic, looser)
        assert brief(result) == [("AG902", MAX)]
        assert result.findings[0].fix.endswith("\nif it is to be looser, a person decides: leave it out of this push")

    def test_an_unmerged_policy_is_undecided(self, topic: Workspace) -> None:
        topic.commit("stricter", {OWN: STRICT.replace("5", "4")})
        topic.git("merge", "main", check=False)
        with Repo.open(str(topic.path)) as opened:
            result = run(opened, [staged_subject(opened)], [policy_change]).gates[0]
        assert result.outcome == "undecided"
        assert result.reason == f"{OWN} is unmerged in the index"

    def test_an_old_commit_as_a_second_merge_base_brings_no_old_policy_back(self, repo: Workspace) -> None:
        root = repo.commit("root", {OWN: LOOSE, "a.py": ""})
        repo.git("checkout", "-q", "-b", "old")
        old = repo.commit("landed later, from the time before", {"a.py": "x = 1\n"})
        repo.git("checkout", "-q", "main")
        strict = repo.commit("tightened", {OWN: STRICT})
        repo.git("merge", "-q", "--no-edit", "old")
        repo.git("checkout", "-q", "-b", "evil", strict)
        repo.git("merge", "-q", "--no-commit", old)
        repo.git("checkout", "-q", root, "--", OWN)
        repo.commit("merge, and take the old policy")
        bases = repo.git("merge-base", "--all", "main", "evil").split()
        assert sorted(bases) == sorted([strict, old])
        result = ranged(repo, "main", "evil")
        assert result.outcome == "fail"
        assert ("AG902", MAX) in brief(result)
