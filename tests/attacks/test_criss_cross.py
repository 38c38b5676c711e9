from __future__ import annotations

from conftest import Workspace, branchy
from gates.gatelib import brief, policy

from agentops_gates.gates import complexity_regression as gate
from agentops_gates.git.ranges import range_subject
from agentops_gates.git.repo import Repo


def test_an_old_version_is_not_brought_back_through_a_merge_base(repo: Workspace) -> None:
    start = repo.commit("start", {"m.py": branchy("f", 5), "o.py": "x = 1\n"})
    repo.git("checkout", "-q", "-b", "one")
    grown = repo.commit("grown", {"m.py": branchy("f", 60)})
    tidy = repo.commit("tidy", {"m.py": branchy("f", 5), "o.py": "x = 1\n# tidy\n"})
    repo.git("checkout", "-q", "-b", "two", grown)
    other = repo.commit("other", {"s.py": "y = 1\n"})
    repo.git("checkout", "-q", "one")
    repo.git("merge", "-q", "--no-edit", other)
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "one")
    repo.git("checkout", "-q", "-b", "evil", tidy)
    repo.git("merge", "-q", "--no-commit", "--no-ff", other)
    head = repo.commit("evil merge", {"m.py": branchy("f", 60)})
    with Repo.open(str(repo.path)) as opened:
        subject = range_subject(opened, "main", head, "ci")
        assert set(subject.bases) == {tidy, other}
        assert brief(list(gate.check(subject, policy(), opened))) == ["AG601 error f 6>61"]
        assert start not in subject.bases
