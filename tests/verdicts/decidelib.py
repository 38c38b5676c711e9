"""Real transitions, verdicts on them, and short words for asking whether one opens the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conftest import Workspace

from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import RefUpdate, Subject
from agentops_gates.model.verdict import (
    Ack,
    Checked,
    Content,
    Decision,
    Judge,
    Override,
    Plan,
    Revocation,
    Signer,
    Statement,
    Transition,
)
from agentops_gates.policy.policy import effective
from agentops_gates.verdicts import derive
from agentops_gates.verdicts.decide import decide
from agentops_gates.verdicts.derive import Advance, Facts
from agentops_gates.verdicts.leave import to_name
from agentops_gates.verdicts.rules import Rules
from agentops_gates.verdicts.statement import dump, kind_of, record_id
from agentops_gates.verdicts.strictjson import MalformedError
from agentops_gates.verdicts.transition import read

GATE = "push-after-vibe"
MAIN = "refs/heads/main"
NOW = 1_790_000_000
HOUR = 3600
DAY = 24 * HOUR
POLICY = effective({}, (), "test")
JUDGE = Judge("judge@example.org", "m-1", "acme", "s-9", "vendor", "PASS", "e" * 64)
OTHER = JUDGE._replace(principal="second@example.org", vendor="other", session="s-8")
HUMAN = JUDGE._replace(principal="lead@example.org", vendor="", model="", session="", independence="human")
PLAN = Plan("billing", "b" * 64, ("bd-1", "bd-2"))
# What decide is asked about where no repository is needed.
MOVE = Transition(
    repository="acme/app",
    object_format="sha1",
    ref=MAIN,
    base="1" * 40,
    base_tree="2" * 40,
    head="c" * 40,
    head_tree="3" * 40,
    trees=frozenset({"3" * 40, "4" * 40}),
    changes=("5" * 40, "6" * 40),
    paths=("a.py", "b.py"),
    authors=frozenset({"ada@example.org", "cem@example.org", "session:42", "key:SHA256:ada"}),
    policy="a" * 64,
    plan=PLAN,
)


def signer(principal: str = JUDGE.principal, *, apart: bool = False, key: str = "SHA256:judge") -> Signer:
    """Return a verified signer."""
    return Signer(principal, key, "ssh-ed25519", apart)


def move(
    repo: Workspace,
    old: str,
    new: str = "HEAD",
    ref: str = MAIN,
    *,
    plan: Plan | None = None,
    bases: Sequence[str] = (),
) -> Transition:
    """Read the push of ``new`` to ``ref``, which is at ``old`` (empty: the ref is new)."""
    with Repo.open(str(repo.path)) as opened:
        was = opened.commit(old) if old else opened.zero
        head = opened.commit(new)
        start = tuple(map(opened.commit, bases)) or ((was,) if old else ())
        subject = Subject("range", start, head, RefUpdate("HEAD", head, ref, was), door="server")
        return read(opened, subject, ref, POLICY, plan)


def statement(transition: Transition, **changes: Any) -> Statement:
    """Return a PASS on exactly this transition, with ``changes``."""
    fields: dict[str, Any] = {
        "gate": GATE,
        "verdict": "PASS",
        "repository": transition.repository,
        "object_format": transition.object_format,
        "ref": transition.ref,
        "base": transition.base,
        "base_tree": transition.base_tree,
        "head_tree": transition.head_tree,
        "trees": tuple(sorted(transition.trees)),
        "changes": transition.changes,
        "policy": transition.policy,
        "plan": transition.plan,
        "mechanical": (),
        "judges": (JUDGE,),
        "authors": tuple(sorted(transition.authors)),
        "findings": (),
        "findings_digest": "0" * 64,
        "not_checked": (),
        "lineage": "",
        "attempt": 1,
        "issued": NOW - HOUR,
        "lifetime": DAY,
    }
    return Statement(**{**fields, **changes})


def checked(content: Content, by: Signer | None = None, problem: str = "") -> Checked:
    """Return the record of ``content`` as a verifier has it."""
    kind = kind_of(content)
    try:
        payload = dump(content)
    except MalformedError:  # what no stored record can be; decide must refuse it all the same
        payload = repr(content).encode()
    return Checked(record_id(kind, payload), content, by, problem)


def verdict(transition: Transition, by: Signer | None = None, problem: str = "", **changes: Any) -> Checked:
    """Return the record of a PASS on this transition, with ``changes``."""
    return checked(statement(transition, **changes), by, problem)


def fail(transition: Transition, by: Signer | None = None, **changes: Any) -> Checked:
    """Return the record of a FAIL on this transition, with ``changes``."""
    judges = (JUDGE._replace(verdict="FAIL"),)
    return checked(statement(transition, **{"verdict": "FAIL", "judges": judges, **changes}), by)


def ack(of: Checked, by: Signer | None = None, **changes: Any) -> Checked:
    """Return an ack that is in order, with ``changes``."""
    findings = to_name(of.content) if isinstance(of.content, Statement) else ()
    fields = {"principal": "lead@example.org", "reason": "known", "issued": NOW - 60, "lifetime": HOUR}
    return checked(Ack(**{"verdict": of.id, "findings": findings, **fields, **changes}), by)


def override(transition: Transition, by: Signer | None = None, **changes: Any) -> Checked:
    """Return an override that is in order, with ``changes``."""
    fields = {
        "repository": transition.repository,
        "ref": transition.ref,
        "base": transition.base,
        "head_tree": transition.head_tree,
        "gates": (GATE,),
        "principal": "lead@example.org",
        "reason": "on fire",
        "issued": NOW - 60,
        "lifetime": HOUR,
        "trees": tuple(sorted(transition.trees)),
        "rewind": "" if transition.fast_forward else transition.head,
        "lost": tuple(sorted(transition.lost)),
    }
    return checked(Override(**{**fields, **changes}), by)


def revocation(of: Checked, by: Signer | None = None) -> Checked:
    """Return the end of a record."""
    return checked(Revocation(of.id, "lead@example.org", "too early", NOW - 30), by)


def no_facts() -> Facts:
    """Return facts that must not be asked for."""

    def refuse(*_: object) -> Any:
        raise AssertionError("git was asked for facts that this decision does not need")

    return Facts(refuse, refuse)


def known(changes: Sequence[str] = MOVE.changes, advance: Advance | str = "no such base") -> Facts:
    """Return facts that are given."""
    return Facts(lambda: changes, lambda base: advance)


def ask(transition: Transition = MOVE, *records: Checked, rules: Rules | None = None, **given: Any) -> Decision:
    """Decide without a repository; ``given`` may hold mechanical, now, facts, pusher, boundary and gate."""
    settings: dict[str, Any] = {"gate": GATE, "mechanical": "PASS", "now": NOW, "facts": no_facts(), **given}
    gate, mechanical = settings.pop("gate"), settings.pop("mechanical")
    return decide(gate, transition, records, mechanical, rules=rules or Rules(), **settings)


def ask_git(repo: Workspace, transition: Transition, *records: Checked, **given: Any) -> Decision:
    """Decide with the facts of a real repository."""
    with Repo.open(str(repo.path)) as opened:
        return ask(transition, *records, facts=derive.facts(opened, transition), **given)
