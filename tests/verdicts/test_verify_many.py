"""What verifying costs where many records stand: each signature is a process, and each record has to be read."""

from __future__ import annotations

import pytest
from conftest import Workspace
from verdicts.decidelib import JUDGE, NOW, move
from verdicts.test_verify import Lab, looked_at

from agentops_gates.model.verdict import Transition
from agentops_gates.verdicts import records
from agentops_gates.verdicts.lineage import touched
from agentops_gates.verdicts.verify import Trust

__all__ = ["looked_at"]
MANY = 40


def _past(lab: Lab, count: int = MANY) -> list[str]:
    """Store verdicts of the same branch under the same policy, each on a base and on paths of its own."""
    return [
        lab.store(
            lab.verdict(
                base=f"{n:040x}",
                base_tree=f"{n + 100:040x}",
                head_tree=f"{n + 200:040x}",
                trees=(f"{n + 200:040x}",),
                touched=(f"{n:012x}",),
                issued=NOW - 1000 + n,
            ),
            lab.judge,
        )
        for n in range(count)
    ]


def _moved(lab: Lab, repo: Workspace) -> Transition:
    """Rebase the topic onto a base that gained a file."""
    repo.git("checkout", "-q", "-b", "topic")
    repo.git("checkout", "-q", "--detach", lab.base)
    lab.base = repo.commit("gain", {"elsewhere": "1"})
    repo.git("rebase", "-q", "--onto", lab.base, f"{lab.base}~1", "topic")
    return move(repo, lab.base, "HEAD")._replace(policy=lab.policy.digest)


def test_earlier_verdicts_of_the_branch(repo: Workspace, looked_at: list[str]) -> None:
    lab = Lab(repo)
    _past(lab)
    mine = lab.store(lab.verdict(), lab.judge)
    assert lab.ask().accepted
    assert looked_at == [mine]


def test_one_that_it_is_derived_from_is_found_among_them(repo: Workspace, looked_at: list[str]) -> None:
    lab = Lab(repo)
    # The oldest of all.
    mine = lab.store(lab.verdict(issued=NOW - 2000, touched=touched(lab.move().paths)), lab.judge)
    past = _past(lab)
    decision = lab.ask(_moved(lab, repo), trust=_trust(lab), boundary="server")
    assert (decision.rule, decision.by) == ("AG110", mine)
    assert looked_at.count(mine) == 1
    assert set(looked_at) == {mine, *past[-20:]}


def test_what_nobody_looked_at_is_not_called_unsigned(repo: Workspace) -> None:
    lab = Lab(repo)
    _past(lab)
    decision = lab.ask(boundary="server")
    assert decision.rule == "AG102"
    assert "does not match: base" in decision.reason


@pytest.mark.parametrize(("word", "accepted"), [("FAIL", False), ("PASS", True)])
def test_a_fail_on_an_older_base_is_looked_at(repo: Workspace, word: str, accepted: bool) -> None:
    """Whatever paths it tells of."""
    lab = Lab(repo)
    made = lab.verdict(
        base="1" * 40, verdict=word, judges=(JUDGE._replace(verdict=word),), touched=("0" * 12,), issued=NOW - 2000
    )
    lab.store(made, lab.judge)
    _past(lab)
    lab.store(lab.verdict(), lab.judge)
    assert lab.ask().accepted is accepted


def test_unsigned_records_about_something_else_are_not_read(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(repo)
    junk = [lab.store(lab.verdict(head_tree=f"{n:040x}", trees=(f"{n:040x}",))) for n in range(5)]
    junk.append(lab.store(lab.run(9)))
    mine, draft = lab.store(lab.verdict(), lab.judge), lab.store(lab.verdict(issued=NOW - 9))
    read, real = [], records.content_of
    monkeypatch.setattr(records, "content_of", lambda gate, record: read.append(record.id) or real(gate, record))
    assert lab.ask().accepted
    assert sorted(read) == sorted([mine, draft])


def test_unsigned_records_count_where_they_may(repo: Workspace) -> None:
    lab = Lab(repo, required_level=1)
    failed = {"verdict": "FAIL", "judges": (JUDGE._replace(verdict="FAIL"),)}
    for n in range(3):
        lab.store(lab.verdict(head_tree=f"{n:040x}", trees=(f"{n:040x}",), **failed))
    lab.store(lab.verdict(), lab.judge)
    assert lab.ask().rule == "AG108"


def _trust(lab: Lab) -> Trust:
    signers = lab.repo.git("show", f"{lab.base}:.agents/allowed_signers").encode()
    return Trust(signers, None, ("signers", "revoked"))


def test_one_more_revocation_list(repo: Workspace) -> None:
    """What the default branch has revoked counts beside the list in the base."""
    lab = Lab(repo)
    lab.store(lab.verdict(), lab.judge)
    listed, other = f"{lab.judge.public}\n".encode(), f"{lab.lead.public}\n".encode()
    trust = _trust(lab)
    for revoked, ended, accepted in (
        (None, other, True),
        (other, listed, False),
        (None, listed, False),
        (b"", b"", True),
    ):
        decision = lab.ask(trust=trust._replace(revoked=revoked, ended=ended))
        assert decision.accepted is accepted
        assert accepted or "revokes" in decision.reason
