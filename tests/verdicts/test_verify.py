"""From stored records and real signatures to a decision; and which signatures are not looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Workspace
from verdicts.decidelib import GATE, JUDGE, MAIN, NOW, move, statement
from verdicts.recordlib import record_of
from verdicts.signlib import Key, line, make_key, ssh_sign

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.verdict import Ack, Attempt, Content, Decision, Override, Revocation, Statement, Transition
from agentops_gates.policy.policy import effective
from agentops_gates.verdicts import records, signing
from agentops_gates.verdicts.lineage import touched
from agentops_gates.verdicts.signing import NAMESPACES
from agentops_gates.verdicts.statement import kind_of
from agentops_gates.verdicts.verify import Trust, trust_of, verify

FAILED = (JUDGE._replace(verdict="FAIL"),)
LEAD = "lead@example.org"


class Lab:
    """A repository with a signers file in the base, and a topic of two commits on it."""

    def __init__(self, repo: Workspace, **verdicts: Any) -> None:
        self.repo = repo
        self.judge, self.lead, self.worker = (make_key("ed25519", name) for name in ("judge", "lead", "worker"))
        settings = {"required_level": 2, "held_apart": [JUDGE.principal, LEAD], "humans": [LEAD], **verdicts}
        self.policy = effective({"verdicts": settings}, (), "test")
        signers = line(self.judge, JUDGE.principal) + line(self.lead, LEAD) + line(self.worker, "ada@example.org")
        self.base = repo.commit("base", {".agents/allowed_signers": signers, "a": "1"})
        repo.commit("one", {"a": "2"})
        repo.commit("two", {"a": "3"})

    def move(self, head: str = "HEAD") -> Transition:
        return move(self.repo, self.base, head)._replace(policy=self.policy.digest)

    def verdict(self, **changes: Any) -> Statement:
        return statement(self.move(), **changes)

    def run(self, number: int) -> Attempt:
        """A run of judges on an earlier state of the same work."""
        move = self.move()
        return Attempt(
            GATE,
            move.repository,
            move.object_format,
            move.ref,
            move.base,
            f"{number:040x}",
            "",
            (),
            tuple(sorted(move.authors)),
            touched(move.paths),
            NOW - number,
        )

    def store(self, content: Content, key: Key | None = None) -> str:
        record = record_of(content)
        if key:
            record = record._replace(signature=ssh_sign(key, record.payload, NAMESPACES[kind_of(content)]))
        with Repo.open(str(self.repo.path)) as opened:
            records.store(opened, GATE, record)
        return record.id

    def ask(self, transition: Transition | None = None, **given: Any) -> Decision:
        settings = {"mechanical": lambda: "PASS", "now": NOW, **given}
        with Repo.open(str(self.repo.path)) as opened:
            return verify(opened, transition or self.move(), self.policy, GATE, **settings)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the records whose signatures are looked at."""
    seen: list[str] = []
    real = signing.Verifier.check_all

    def check_all(self: Any, items: Any) -> Any:
        items = list(items)
        seen.extend(item.id for item in items)
        return real(self, items)

    monkeypatch.setattr(signing.Verifier, "check_all", check_all)
    return seen


def test_signed_by_its_judge(repo: Workspace) -> None:
    lab = Lab(repo)
    record = lab.store(lab.verdict(), lab.judge)
    assert lab.ask()[:3] == (True, 2, record)
    assert lab.ask(boundary="server").level == 3
    assert lab.ask(mechanical=lambda: "FAIL").rule == "AG103"


def test_unsigned(repo: Workspace) -> None:
    lab = Lab(repo)
    lab.store(lab.verdict())
    assert "is not signed, and the policy asks for level 2" in lab.ask().reason
    low = Lab(repo, required_level=1)
    record = low.store(low.verdict())
    assert low.ask()[:3] == (True, 1, record)


@pytest.mark.parametrize("required", [1, 2])
def test_signed_by_somebody_else(repo: Workspace, required: int) -> None:
    lab = Lab(repo, required_level=required)
    lab.store(lab.verdict(), lab.worker)
    decision = lab.ask()
    assert (decision.accepted, decision.rule) == (False, "AG105")
    assert "is signed by ada@example.org, who is not among its judges" in decision.reason


@pytest.mark.parametrize("required", [1, 2])
def test_signed_by_nobody_known(repo: Workspace, required: int) -> None:
    lab = Lab(repo, required_level=required)
    lab.store(lab.verdict(), make_key("ed25519", "stranger"))
    decision = lab.ask()
    assert (decision.accepted, decision.rule) == (False, "AG102")
    assert decision.reason.startswith(f"{decision.by} has a signature that is by a key")


def test_a_signature_for_another_purpose(repo: Workspace) -> None:
    lab = Lab(repo)
    record = record_of(lab.verdict())
    record = record._replace(signature=ssh_sign(lab.judge, record.payload, "file"))
    with Repo.open(str(repo.path)) as opened:
        records.store(opened, GATE, record)
    assert "is made for file" in lab.ask().reason


def test_signers_come_from_the_base(repo: Workspace) -> None:
    """The change under judgement adds a signer: it does not count for the change itself."""
    lab = Lab(repo)
    stranger = make_key("ed25519", "stranger")
    repo.commit("and me", {".agents/allowed_signers": line(stranger, JUDGE.principal)})
    lab.store(lab.verdict(), stranger)
    assert not lab.ask().accepted
    with Repo.open(str(repo.path)) as opened:
        own = Trust(line(stranger, JUDGE.principal).encode(), None, ("server", "server"))
        assert trust_of(opened, lab.move(), lab.policy).signers != own.signers
    assert lab.ask(trust=own).accepted


def test_first_publication_trusts_nobody(repo: Workspace) -> None:
    lab = Lab(repo)
    first = move(repo, "")._replace(policy=lab.policy.digest)
    lab.store(statement(first), lab.judge)
    assert not lab.ask(first).accepted
    with Repo.open(str(repo.path)) as opened:
        assert trust_of(opened, first, lab.policy).signers == b""


def test_revoked_key(repo: Workspace) -> None:
    lab = Lab(repo)
    lab.store(lab.verdict(), lab.judge)
    trust = Trust(line(lab.judge, JUDGE.principal).encode(), lab.judge.public.encode() + b"\n", ("s", "r"))
    assert lab.ask(trust=trust._replace(revoked=None)).accepted
    decision = lab.ask(trust=trust)
    assert not decision.accepted
    assert " has a signature that is by a key of judge@example.org that r revokes" in decision.reason


def test_a_symbolic_link_for_the_signers_is_undecided(repo: Workspace) -> None:
    lab = Lab(repo)
    repo.git("checkout", "-q", "-b", "other", lab.base)
    (repo.path / ".agents/allowed_signers").unlink()
    (repo.path / ".agents/allowed_signers").symlink_to("/etc/passwd")
    lab.base = repo.commit("link")
    repo.commit("one", {"a": "2"})
    lab.store(lab.verdict(), lab.judge)
    with pytest.raises(UndecidedError, match="symbolic link"):
        lab.ask()


def test_a_key_within_reach_is_not_held_apart(repo: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lab = Lab(repo)
    lab.store(lab.verdict(), lab.judge)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text(f"[user]\n\tsigningKey = {lab.judge.path}\n")
    decision = lab.ask()
    assert (decision.accepted, decision.rule) == (False, "AG105")
    assert "reaches level 1 and the policy asks for 2" in decision.reason
    assert f"is within reach of this account: {lab.judge.path}" in decision.reason


def test_ack_revocation_and_override(repo: Workspace) -> None:
    lab = Lab(repo)
    warn = lab.store(lab.verdict(verdict="WARN", findings=("F1",)), lab.judge)
    assert lab.ask().rule == "AG104"
    given = Ack(warn, ("F1",), LEAD, "known", NOW - 60, 3600)
    assert "is not signed" in _after(lab, given._replace(reason="unsigned"), None).reason
    assert _after(lab, given, lab.lead).verdict == "WARN"
    assert _after(lab, Revocation(warn, LEAD, "no", NOW), None).accepted
    assert _after(lab, Revocation(warn, LEAD, "no", NOW + 1), lab.lead).rule == "AG107"
    now = lab.move()
    leave = Override(
        "", MAIN, now.base, now.head_tree, (GATE,), LEAD, "on fire", NOW - 60, 3600, tuple(sorted(now.trees))
    )
    assert not _after(lab, leave._replace(reason="forged"), lab.worker).accepted
    decision = _after(lab, leave, lab.lead)
    assert (decision.rule, decision.level) == ("AG109", 2)


def _after(lab: Lab, content: Content, key: Key | None) -> Decision:
    lab.store(content, key)
    return lab.ask()


def test_malformed_records_are_told_and_open_nothing(repo: Workspace) -> None:
    lab = Lab(repo)
    repo.git("update-ref", f"refs/agentops/verdicts/{GATE}/verdict-{'1' * 40}", "HEAD")
    decision = lab.ask()
    assert (decision.accepted, decision.rule) == (False, "AG101")
    assert "1 record(s) cannot be read, first verdict-1111" in decision.reason


def test_a_standing_fail_and_three_strikes(repo: Workspace) -> None:
    lab = Lab(repo)
    lab.store(lab.verdict(), lab.judge)
    lab.store(lab.verdict(verdict="FAIL", judges=FAILED))
    assert lab.ask().accepted  # unsigned, where signatures are asked for
    lab.store(lab.verdict(verdict="FAIL", judges=FAILED, issued=NOW - 1), lab.judge)
    assert lab.ask().rule == "AG103"
    for n in (1, 2):
        other = lab.verdict(verdict="FAIL", judges=FAILED, head_tree=str(n) * 40, trees=(str(n) * 40,))
        lab.store(other, lab.judge)
    assert lab.ask().rule == "AG108"


def test_strikes_that_others_link(repo: Workspace) -> None:
    """Two FAIL verdicts at another base, tied to this one by a signed WARN: the tie's signature is looked at too."""
    lab = Lab(repo)
    away = {
        "base": "9" * 40,
        "base_tree": "9" * 40,
        "head_tree": "9" * 40,
        "trees": ("9" * 40,),
        "changes": ("8" * 40,),
    }
    for n in range(3):
        lab.store(lab.verdict(verdict="FAIL", judges=FAILED, issued=NOW - n, **away), lab.judge)
    lab.store(lab.verdict(), lab.judge)
    assert lab.ask().accepted
    trees = tuple(sorted(("7" * 40, lab.move().head_tree)))
    tie = {"head_tree": "7" * 40, "trees": trees, "changes": ("8" * 40,), "ref": MAIN, "policy": "f" * 64}
    lab.store(lab.verdict(**tie))
    assert lab.ask().accepted  # unsigned: it ties nothing
    lab.store(lab.verdict(**tie, attempt=2), lab.judge)
    assert lab.ask().rule == "AG108"


def test_what_cannot_matter_is_not_looked_at(repo: Workspace, looked_at: list[str]) -> None:
    lab = Lab(repo)
    for n in range(5):
        old = lab.store(lab.verdict(ref=f"refs/heads/r{n}"), lab.judge)
        lab.store(Revocation(old, LEAD, "x", NOW), lab.lead)
        lab.store(lab.verdict(policy=str(n) * 64, verdict="WARN"), lab.judge)
        lab.store(Ack(old, (), LEAD, "x", n, 60), lab.lead)
        lab.store(Override("", MAIN, lab.base, str(n) * 40, (GATE,), LEAD, "x", n, 60), lab.lead)
    mine = lab.store(lab.verdict(), lab.judge)
    assert lab.ask().accepted
    assert looked_at == [mine]


def test_runs_without_a_verdict_are_looked_at_once_they_can_matter(repo: Workspace, looked_at: list[str]) -> None:
    lab = Lab(repo)
    mine = lab.store(lab.verdict(), lab.judge)
    runs = [lab.store(lab.run(n), lab.judge) for n in range(4)]
    elsewhere = [lab.store(lab.run(n)._replace(ref="refs/heads/dev"), lab.judge) for n in range(9)]
    assert lab.ask().accepted
    assert looked_at == [mine]
    runs.append(lab.store(lab.run(4)))
    assert lab.ask().accepted, "one that nobody signed is none"
    runs.append(lab.store(lab.run(5), lab.judge))
    decision = lab.ask()
    assert (decision.rule, decision.accepted) == ("AG108", False)
    assert "5 runs without a verdict" in decision.reason
    assert set(looked_at).isdisjoint(elsewhere)
    ended = lab.verdict(run=runs[0], attempt=2, policy="f" * 64)
    lab.store(ended)
    assert lab.ask().rule == "AG108", "whoever has no key ends no run"
    lab.store(ended, lab.judge)
    assert lab.ask().accepted


def test_one_statement_by_several(repo: Workspace) -> None:
    """The worker's signature, and none at all, stand beside the judge's and take nothing from it."""
    lab = Lab(repo)
    for key in (lab.worker, None, make_key("ed25519", "stranger")):
        lab.store(lab.verdict(), key)
    assert not lab.ask().accepted
    record = lab.store(lab.verdict(), lab.judge)
    assert lab.ask()[:3] == (True, 2, record)
    bad = lab.verdict(verdict="FAIL", judges=FAILED)
    lab.store(bad)
    assert lab.ask().accepted
    lab.store(bad, lab.judge)
    assert lab.ask().rule == "AG103"


def test_unsigned_records_cost_no_verifier(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(repo, required_level=1)
    lab.store(lab.verdict())
    monkeypatch.setattr(signing, "Verifier", None)
    assert lab.ask().accepted


def test_the_log_counts_like_the_refs(repo: Workspace) -> None:
    from agentops_gates.verdicts.rollup import roll_up

    lab = Lab(repo)
    record = lab.store(lab.verdict(), lab.judge)
    with Repo.open(str(repo.path)) as opened:
        roll_up(opened)
    assert lab.ask().by == record
