from __future__ import annotations

from conftest import Workspace
from gates.gatelib import policy

from agentops_gates.gates import policy_change
from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import Subject


def test_removing_the_file_that_kept_paths_unmarked_is_told(repo: Workspace) -> None:
    base = repo.commit(
        "x", {".gitattributes": "* linguist-generated\n", "src/.gitattributes": "* -linguist-generated\n"}
    )
    head = repo.commit("y", {"src/.gitattributes": None})
    with Repo.open(str(repo.path)) as opened:
        found = policy_change.check(Subject("range", (base,), head), policy(), opened)
        assert [finding.rule for finding in found] == ["AG907"]
