"""What holds for every decision: over random histories, random heaps of records, and every field of a statement."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest
from conftest import Workspace
from verdicts.decidelib import (
    DAY,
    GATE,
    JUDGE,
    MAIN,
    MOVE,
    NOW,
    ack,
    ask,
    ask_git,
    fail,
    move,
    override,
    revocation,
    signer,
    statement,
    verdict,
)

from agentops_gates.model.verdict import WORDS, Checked, Mechanical, Override, Revocation, Statement
from agentops_gates.verdicts.rules import Rules

SEEDS = range(12)


class History:
    """A random graph of commits with few different trees, and a model of it that git has no part in."""

    def __init__(self, repo: Workspace, seed: int) -> None:
        self.chance = random.Random(seed)
        self.parents: list[list[int]] = []
        self.content: list[int] = []
        lines = []
        for number in range(30):
            most = min(number, self.chance.choice([1, 1, 1, 2, 3]))
            self.parents.append(sorted(self.chance.sample(range(max(0, number - 5), number), most), reverse=True))
            self.content.append(self.chance.randrange(9))
            date = self.chance.randrange(1 << 30)  # lies: no walk may depend on it
            words = ("from", "merge", "merge")
            links = "".join(f"{word} :{old + 1}\n" for word, old in zip(words, self.parents[-1], strict=False))
            lines.append(
                f"commit refs/heads/c{number}\nmark :{number + 1}\ncommitter A <a@x> {date} +0000\ndata 1\nx\n{links}"
                f"M 644 inline f\ndata 1\n{self.content[-1]}\n"
            )
        repo.git("fast-import", "--quiet", stdin="".join(lines).encode())
        self.trees = {
            content: repo.git("rev-parse", f"refs/heads/c{self.content.index(content)}^{{tree}}")
            for content in set(self.content)
        }

    def past(self, number: int) -> set[int]:
        """Return a commit and all its ancestors."""
        found, rest = set(), [number]
        while rest:
            one = rest.pop()
            if one not in found:
                found.add(one)
                rest += self.parents[one]
        return found


@pytest.mark.parametrize("seed", SEEDS)
def test_accepted_if_and_only_if_every_tree_was_judged(repo: Workspace, seed: int) -> None:
    history = History(repo, seed)
    chance, seen = history.chance, set()
    for _ in range(8):
        head = chance.randrange(10, 30)
        base = chance.choice(sorted(history.past(head) - {head}) or [head])
        now = move(repo, f"refs/heads/c{base}", f"refs/heads/c{head}")
        brought = history.past(head) - history.past(base)
        assert now.fast_forward
        assert now.trees == {history.trees[history.content[one]] for one in brought}
        for _ in range(12):
            judged = {tree for tree in history.trees.values() if chance.random() < 0.85}
            decision = ask_git(repo, now, verdict(now, trees=tuple(sorted(judged))))
            assert decision.accepted is (now.trees <= judged)
            seen.add(decision.accepted)
            if not decision.accepted:
                assert (
                    f"{len(now.trees - judged)} of {len(now.trees)} in this range were never judged" in decision.reason
                )
    assert seen == {True, False}


# What the transition says nothing about: a change here makes another record, which is another judge's word, or none's.
FREE = {"changes", "authors", "findings", "findings_digest", "lineage", "attempt", "touched", "run", "unseen"}
OTHERS: dict[str, Any] = {
    "gate": "other",
    "verdict": "WARN",
    "repository": "acme/other",
    "object_format": "sha256",
    "ref": "refs/heads/dev",
    "base": "9" * 40,
    "base_tree": "9" * 40,
    "head_tree": "9" * 40,
    "trees": ("3" * 40,),
    "policy": "9" * 64,
    "plan": None,
    "mechanical": (Mechanical("a", "", "WARN", "0" * 64),),
    "judges": (),
    "not_checked": ("a",),
    "issued": NOW + DAY,
    "lifetime": 1,
    "derived_from": "verdict-" + "1" * 40,
}


@pytest.mark.parametrize("field", Statement._fields)
def test_a_change_of_any_single_field_refuses(field: str) -> None:
    assert ask(MOVE, verdict(MOVE)).accepted
    if field in FREE:
        other: Any = {"attempt": 9, "findings_digest": "9" * 64, "lineage": "x", "run": "x"}.get(field, ("x" * 40,))
        changed = verdict(MOVE, **{field: other})
        assert ask(MOVE, changed).accepted
        assert changed.id != verdict(MOVE).id
    else:
        assert getattr(statement(MOVE), field) != OTHERS[field]
        assert not ask(MOVE, verdict(MOVE, **{field: OTHERS[field]}), rules=Rules(rebase="strict")).accepted


@pytest.mark.parametrize("field", sorted(set(MOVE._fields) - {"head", "changes", "paths", "authors", "lost"}))
def test_a_change_of_any_single_field_of_the_transition_refuses(field: str) -> None:
    other: Any = OTHERS.get(field)
    if field == "trees":
        other = MOVE.trees | {"9" * 40}
    elif field == "fast_forward":
        other = False
    assert other != getattr(MOVE, field)
    assert not ask(MOVE._replace(**{field: other}), verdict(MOVE), rules=Rules(rebase="strict")).accepted


@pytest.mark.parametrize("mechanical", WORDS)
@pytest.mark.parametrize("recorded", WORDS)
@pytest.mark.parametrize("council", WORDS)
@pytest.mark.parametrize("judge", WORDS)
@pytest.mark.parametrize("warn", ["pass", "ack", "fail"])
def test_the_result_is_the_least_of_its_parts(
    mechanical: Any, recorded: Any, council: Any, judge: Any, warn: str
) -> None:
    checks = (Mechanical("a", "", recorded, "0" * 64),)
    record = verdict(MOVE, verdict=council, mechanical=checks, judges=(JUDGE._replace(verdict=judge),))
    least = WORDS[min(map(WORDS.index, (mechanical, recorded, council, judge)))]
    decision = ask(MOVE, record, mechanical=mechanical, rules=Rules(warn=warn))
    assert decision.accepted is (least == "PASS" or (least == "WARN" and warn == "pass"))
    if decision.accepted:
        assert decision.verdict == least
    opened = ask(MOVE, record, ack(record), mechanical=mechanical, rules=Rules(warn=warn))
    # Nobody can have taken on what a gate says only now.
    unseen = mechanical == "WARN" and recorded == "PASS" and warn == "ack"
    assert opened.accepted is (least == "PASS" or (least == "WARN" and warn != "fail" and not unseen))


def pile(chance: random.Random) -> list[Checked]:
    """Records of all kinds that go together, some of them broken."""
    words: list[Any] = ["PASS", "PASS", "WARN", "FAIL"]
    records = []
    for number in range(chance.randrange(1, 6)):
        changes: dict[str, Any] = {"issued": NOW - number, "verdict": chance.choice(words)}
        for field in chance.sample(sorted(OTHERS), chance.choice([0, 0, 0, 0, 1])):
            changes[field] = OTHERS[field]
        records.append(
            verdict(MOVE, chance.choice([None, None, signer(), signer(apart=True), signer("x@x")]), **changes)
        )
    for item in list(records):
        if chance.random() < 0.5:
            records.append(ack(item, chance.choice([None, signer("lead@example.org")])))
        if chance.random() < 0.2:
            records.append(fail(MOVE, head_tree=chance.choice("3789") * 40, issued=chance.randrange(NOW)))
    if chance.random() < 0.4:
        records.append(revocation(chance.choice(records), chance.choice([None, signer("x@x")])))
    return [item._replace(problem="broken") if chance.random() < 0.1 else item for item in records]


def shuts(record: Checked) -> bool:
    """Whether a record can only take away."""
    content = record.content
    return isinstance(content, Revocation) or (isinstance(content, Statement) and content.verdict == "FAIL")


def opens_by_itself(record: Checked) -> bool:
    return isinstance(record.content, Override)


def revoked(records: Sequence[Checked]) -> set[str]:
    return {item.content.record for item in records if isinstance(item.content, Revocation) and item.signer}


def test_no_record_lifts_a_fail_or_a_revocation() -> None:
    """Whatever is added: what a FAIL has shut stays shut, what is revoked opens nothing, but by an override."""
    chance = random.Random(3)
    grounds = set()
    for _ in range(1000):
        rules = Rules(
            required_level=chance.choice([1, 1, 2]),
            warn=chance.choice(["ack", "pass", "fail"]),
            acks_per_day=chance.choice([1, 2, 10]),
            humans=frozenset({"lead@example.org"}),
            rebase="strict",
        )
        records = pile(chance)
        before = ask(MOVE, *records, rules=rules)
        more = pile(chance)
        after = ask(MOVE, *records, *more, rules=rules)
        if before.rule in ("AG103", "AG108") and not before.by:
            assert not after.accepted, (records, more)
        assert after.by not in revoked(records) or not after.accepted
        grounds.add((before.accepted, before.rule))
        # A record that only takes away never opens, and what is taken in another order decides the same.
        for item in more:
            if shuts(item) and not before.accepted:
                assert not ask(MOVE, *records, item, rules=rules).accepted
        mixed = [*records, *more]
        chance.shuffle(mixed)
        assert ask(MOVE, *mixed, rules=rules).accepted is after.accepted
        if after.rule != "AG111" and not after.accepted:
            key = signer("lead@example.org", apart=True)
            assert ask(MOVE, *mixed, override(MOVE, key), rules=rules).rule == "AG109"
    assert {rule for _, rule in grounds} >= {"", "AG102", "AG103", "AG104", "AG105", "AG107", "AG108"}
    assert {accepted for accepted, _ in grounds} == {True, False}


def test_every_reason_is_one_printable_line() -> None:
    chance = random.Random(4)
    hostile = ["\x1b[2J", "a\nb", "\u202e", "##vso[x]", "é", "\udcff", "x" * 3000]
    for text, field in itertools.product(hostile, ("ref", "repository", "gate", "base", "policy", "head_tree")):
        record = verdict(MOVE, **{field: text})
        decision = ask(MOVE, record, revocation(record)._replace(problem=""), rules=Rules(rebase="strict"))
        assert decision.reason.isprintable()
    for text in hostile:
        judges = (JUDGE._replace(principal=text, verdict=chance.choice(WORDS)),)
        record = verdict(MOVE, judges=judges)
        for rules in (Rules(), Rules(judges=frozenset({"x"})), Rules(quorum=3)):
            assert ask(MOVE, record, rules=rules).reason.isprintable()
        assert ask(MOVE._replace(ref=text), gate=GATE).reason.isprintable()
    assert MAIN.isprintable()
