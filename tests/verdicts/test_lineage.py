"""Which verdicts are about the same work, and how often it failed."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest
from verdicts.decidelib import DAY, GATE, HOUR, JUDGE, MOVE, NOW, PLAN, statement

from agentops_gates.model.verdict import Attempt, Mechanical, Plan, Statement
from agentops_gates.verdicts.lineage import (
    FORGIVEN,
    MOST_TOUCHED,
    STRIKES,
    Tally,
    about,
    alike,
    lineage,
    name,
    tally,
    touched,
)
from agentops_gates.verdicts.word import word_of, worst

FREE = MOVE._replace(plan=None, changes=(), trees=frozenset({MOVE.head_tree, MOVE.base_tree}))
FAILED = (JUDGE._replace(verdict="FAIL"),)
OLD = NOW - 10 * DAY
SINCE = NOW - 7 * DAY
STRANGER = ("zoe@example.org",)
ELSEWHERE = "9" * 40


def plan(epic: str) -> Plan:
    return PLAN._replace(epic=epic)


def one(number: int = 0, epic: str = "", changes: Sequence[str] = (), **more: Any) -> Statement:
    """A FAIL by a stranger on another base, in other files, and from this state alone."""
    tree = f"{number + 100:040x}"
    fields = {
        "base": ELSEWHERE,
        "base_tree": "8" * 40,
        "head_tree": tree,
        "trees": (tree,),
        "plan": plan(epic) if epic else None,
        "changes": tuple(changes),
        "verdict": "FAIL",
        "authors": STRANGER,
        "touched": touched(("elsewhere.py",)),
    }
    return statement(FREE, **{**fields, **more})


SAME_FILES: dict[str, Any] = {"touched": touched(FREE.paths)}
SAME_BASE = {"base": FREE.base, "base_tree": FREE.base_tree}
SAME_AUTHOR = {"authors": ("ada@example.org", *STRANGER)}


def run(number: int = 0, **more: Any) -> Attempt:
    """A run without a verdict on this very work."""
    fields = {
        "gate": GATE, "repository": FREE.repository, "object_format": "sha1", "ref": FREE.ref, "base": FREE.base,
        "head_tree": FREE.head_tree, "epic": "", "changes": (), "authors": tuple(sorted(FREE.authors)),
        "touched": touched(FREE.paths), "issued": NOW - HOUR + number,
    }  # fmt: skip
    return Attempt(**{**fields, **more})


def tied(move: Any, changes: Sequence[str], items: Sequence[Any]) -> list[Any]:
    return lineage(move, changes, items, since=SINCE)


def refuse() -> Any:
    raise AssertionError("the patch ids are not needed for this")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(one(), id="nothing-in-common"),
        pytest.param(one(epic="shipping"), id="another-epic"),
        pytest.param(one(changes=("x", "y")), id="other-patch-ids"),
        pytest.param(one(epic=f"tree:{FREE.head_tree}"), id="an-epic-named-like-a-tree"),
        pytest.param(one(epic="p1"), id="an-epic-named-like-a-patch-id"),
        pytest.param(one(**SAME_BASE), id="strangers-who-begin-at-the-same-tip"),
        pytest.param(one(**SAME_AUTHOR), id="two-topics-of-one-author"),
        pytest.param(one(**SAME_BASE, **SAME_AUTHOR), id="two-topics-of-one-author-at-the-same-tip"),
        pytest.param(one(**SAME_FILES), id="strangers-in-the-same-files-on-another-base"),
        pytest.param(one(**SAME_FILES, **SAME_AUTHOR, issued=OLD), id="the-authors-work-of-another-week"),
        pytest.param(one(**SAME_FILES, **SAME_BASE, issued=SINCE), id="as-old-as-that"),
        pytest.param(
            one(**SAME_BASE, touched=touched(("a.py", "c.py", "d.py"))), id="fewer-than-half-of-all-paths-in-common"
        ),
        pytest.param(
            one(**SAME_BASE, touched=touched((*FREE.paths, *(f"{n}.py" for n in range(500))))),
            id="somebody-who-touches-everything",
        ),
        pytest.param(one(base=ELSEWHERE, trees=(FREE.base_tree,)), id="a-state-that-is-this-base"),
        pytest.param(one(base_tree=FREE.head_tree, trees=(FREE.head_tree, "7" * 40)), id="a-base-that-is-this-state"),
        pytest.param(one(**SAME_BASE, touched=()), id="a-verdict-that-tells-of-no-paths"),
    ],
)
def test_not_linked(other: Statement) -> None:
    move = FREE._replace(plan=plan("billing"))
    assert tied(move, ("p1",), [other]) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(one(epic="billing", issued=OLD), id="epic"),
        pytest.param(one(epic="billing", verdict="PASS"), id="any-word"),
        pytest.param(one(changes=("x", "p1"), issued=OLD), id="one-patch-id"),
        pytest.param(one(trees=(FREE.head_tree, "7" * 40), issued=OLD), id="a-state"),
        pytest.param(one(**SAME_FILES, **SAME_BASE), id="the-same-files-at-the-same-base-by-whomever"),
        pytest.param(one(**SAME_FILES, **SAME_AUTHOR), id="the-same-files-by-the-same-author-rebased"),
        pytest.param(
            one(**SAME_BASE, touched=touched(("a.py", "b.py", "c.py", "d.py"))), id="half-of-all-paths-in-common"
        ),
        pytest.param(one(**SAME_BASE, touched=touched(("a.py",))), id="half-of-the-paths-already"),
        pytest.param(run(), id="a-run"),
        pytest.param(run(issued=OLD), id="an-old-run-on-the-same-state"),
        pytest.param(run(head_tree="7" * 40), id="a-run-on-an-edit"),
        pytest.param(run(head_tree="7" * 40, touched=(), epic="billing", issued=OLD), id="a-run-for-the-epic"),
        pytest.param(run(head_tree="7" * 40, touched=(), changes=("p1",), issued=OLD), id="a-run-on-the-patch"),
    ],
)
def test_linked(other: Statement) -> None:
    move = FREE._replace(plan=plan("billing"))
    assert tied(move, ("p1",), [one(77), other]) == [other]


def test_links_are_followed() -> None:
    """Epic to patch id to state to epic: each step of somebody who starts over under another sign."""
    state = ("5" * 40,)
    chain = [one(1, "a"), one(2, "a", ("p",)), one(3, "b", ("p",), trees=state), one(4, "c", trees=state), one(5, "c")]
    stranger = one(6, "d", ("q",))
    move = FREE._replace(plan=plan("a"))
    for order in (chain, chain[::-1]):
        assert tied(move, (), [stranger, *order]) == order
    assert tied(move, (), chain[2:]) == []


def test_what_is_alike_links_on_by_what_it_holds() -> None:
    edited, earlier = one(1, changes=("p",), **SAME_FILES, **SAME_BASE), one(2, changes=("p",))
    assert tied(FREE, (), [earlier, edited]) == [earlier, edited]


def test_likeness_is_not_followed() -> None:
    """Or a row of strangers, each a little like the next, would be one piece of work."""
    near = one(1, **SAME_BASE, touched=touched(("a.py", "b.py", "c.py")))
    far = one(2, **SAME_BASE, touched=touched(("b.py", "c.py", "d.py", "e.py")))
    assert tied(FREE, (), [near, far]) == [near]


def test_links_are_those_of_a_plain_closure() -> None:
    chance = random.Random(11)
    for _ in range(300):
        items = [
            one(
                number,
                chance.choice(["", "a", "b", "c"]),
                chance.sample("pqrstuv", chance.randrange(3)),
                trees=tuple(chance.sample([digit * 40 for digit in "13456789"], chance.randrange(1, 3))),
                base=chance.choice((FREE.base, ELSEWHERE)),
                touched=touched(chance.sample(("a.py", "b.py", "c.py", "d.py"), chance.randrange(4))),
                issued=chance.choice((NOW, OLD)),
            )
            for number in range(chance.randrange(9))
        ]
        move = FREE._replace(plan=plan("a") if chance.random() < 0.3 else None)
        changes = tuple(chance.sample("pqr", chance.randrange(2)))
        assert tied(move, changes, items) == slow(move, changes, items)


def signs(item: Any, changes: Sequence[str]) -> set[Any]:
    epic = {("epic", item.plan.epic)} if item.plan else set()
    return epic | {("tree", tree) for tree in set(item.trees) - {item.base_tree}} | {("p", one) for one in changes}


def like(move: Any, item: Statement) -> bool:
    own, other = set(touched(move.paths)), set(item.touched)
    many = 2 * len(own & other) >= len(own | other)
    return many and item.issued > SINCE and item.base == move.base


def meets(item: Any, found: Sequence[set[Any]]) -> bool:
    return any(signs(item, item.changes) & one for one in found)


def slow(move: Any, changes: Sequence[str], items: Sequence[Statement]) -> list[Statement]:
    found = [signs(move, changes)]
    rest = list(items)
    while more := [item for item in rest if like(move, item) or meets(item, found)]:
        found += [signs(item, item.changes) for item in more]
        rest = [item for item in rest if item not in more]
    return [item for item in items if item not in rest]


def test_the_time_is_linear() -> None:
    items = [one(n, changes=(f"p{n}", f"p{n + 1}"), **SAME_FILES, **SAME_BASE) for n in range(20_000)]
    started = time.process_time()
    assert len(tied(FREE, ("p0",), items)) == 20_000
    assert time.process_time() - started < 5


def test_digests_of_many_paths_are_a_sketch_of_them() -> None:
    many = [f"src/{number}.py" for number in range(5_000)]
    assert len(touched(many)) == MOST_TOUCHED == 256
    assert touched(many) == touched(reversed(many))
    assert touched(("b", "a")) == touched(("a", "b", "a"))
    assert touched(("a", ".agents/council/verdict-1.md")) == touched(("a",)) != touched(("a", ".agents/council"))
    assert all(len(item) == 12 for item in touched(("ü\udcff",)))
    assert alike(touched(many[:4_000]), touched(many[1_000:]))
    assert not alike(touched(many[:3_000]), touched(many[2_000:]))
    assert not alike((), ())


def test_of_a_sketch_the_smallest_count() -> None:
    """Beyond them a sketch says nothing: what is missing there may have been cut off."""
    one, other = ([f"{n:012x}" for n in range(start, start + 256)] for start in (0, 128))
    assert alike(one, other)
    assert not alike(one, other[1:])


@pytest.mark.parametrize("field", ["gate", "repository", "ref"])
def test_about_is_one_gate_repository_and_ref(field: str) -> None:
    other = one(**{field: "refs/heads/other"})
    assert about(GATE, FREE, [other, one()]) == [one()]
    assert about("refs/heads/other", FREE, [other]) == ([other] if field == "gate" else [])
    assert about(GATE, FREE, [run(), run(**{field: "refs/heads/other"})]) == [run()]


HERE = {**SAME_FILES, **SAME_BASE}


def counted(statements: Sequence[Statement], runs: Sequence[Attempt] = (), changes: Any = refuse) -> Tally:
    attempts = {f"attempt-{number}": item for number, item in enumerate(runs)}
    return tally(FREE, changes, statements, attempts, since=SINCE)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], 0, id="none"),
        pytest.param(["FAIL"], 1, id="one"),
        pytest.param(["FAIL", "PASS", "WARN", "FAIL"], 2, id="only-fails"),
        pytest.param(["FAIL"] * 5, 5, id="five"),
    ],
)
def test_strikes(words: list[Any], expected: int) -> None:
    statements = [one(n, **HERE, verdict=word) for n, word in enumerate(words)]
    assert counted(statements) == Tally(expected, 0)
    assert counted(statements).strikes == expected


def test_patch_ids_are_asked_for_only_when_they_can_matter() -> None:
    away = [one(n, changes=("p",)) for n in range(50, 54)]
    assert counted(away[:2]).strikes == 0
    assert counted([*away[:2], *[item._replace(verdict="PASS") for item in away]]).strikes == 0
    assert counted([one(n, **HERE) for n in range(3)] + away).strikes == 3
    assert counted(away, changes=lambda: ("p",)).strikes == 4
    assert counted(away, changes=lambda: ("q",)).strikes == 0
    assert counted([*away[:1], one(7, **HERE), one(8, **HERE)], changes=lambda: ("p",)).strikes == STRIKES


def test_an_edit_that_changes_one_byte_does_not_start_over() -> None:
    """The files stay, so do the strikes, whatever becomes of trees, patch ids and the author's name."""
    tries = [one(n, changes=(f"p{n}",), **HERE) for n in (4, 5, 6)]
    assert counted(tries).strikes == STRIKES


def test_strangers_at_the_same_tip_do_not_shut_each_other_out() -> None:
    others = [one(n, **SAME_BASE, touched=touched((f"{n}.py",)), authors=(f"{n}@x",)) for n in range(9)]
    assert counted(others, changes=lambda: ("p",)) == Tally(0, 0)


@pytest.mark.parametrize(
    ("fails", "runs", "strikes"),
    [(0, 0, 0), (0, 1, 0), (0, FORGIVEN, 0), (0, 3, 1), (0, 4, 2), (0, 5, 3), (2, 2, 2), (2, 3, 3), (1, 4, 3)],
)
def test_runs_without_a_verdict_count_after_the_second(fails: int, runs: int, strikes: int) -> None:
    found = counted([one(n, **HERE) for n in range(fails)], [run(n) for n in range(runs)])
    assert (found.strikes, found.failed, found.aborted) == (strikes, fails, runs)


def test_a_run_that_led_to_a_verdict_or_that_nobody_answered_does_not_count() -> None:
    runs = [run(n) for n in range(4)]
    ended = [one(**HERE, verdict="PASS", run="attempt-0")]
    assert counted(ended, runs).aborted == 3
    assert counted([], [*runs, run(unheard="attempt-1")]).aborted == 3
    assert counted(ended, [*runs, run(unheard="attempt-0")]).aborted == 3
    assert counted([], [run(issued=SINCE), run(issued=SINCE + 1)]).aborted == 1, "of another week"
    assert counted([], [run(n, touched=(), head_tree="7" * 40) for n in range(9)], lambda: ()).aborted == 0, "others'"


def test_name_is_that_of_the_first() -> None:
    move = FREE._replace(plan=plan("billing"))
    assert name(FREE, []) == "base:" + "1" * 40
    assert name(move, []) == "epic:billing"
    first = one(lineage="base:x", attempt=1, issued=NOW)
    second = one(lineage="y", attempt=2, issued=0)
    assert name(move, [second, first]) == "base:x"
    assert name(move, [first._replace(lineage="z", issued=NOW + 1), first]) == "base:x"


WARN = Mechanical("a", "", "WARN", "0" * 64)


@pytest.mark.parametrize("word", ["PASS", "WARN", "FAIL"])
@pytest.mark.parametrize("check", ["PASS", "WARN", "FAIL", None])
@pytest.mark.parametrize("judge", ["PASS", "WARN", "FAIL", None])
@pytest.mark.parametrize("whole", [True, False])
def test_a_word_is_the_worst_of_its_parts(word: Any, check: Any, judge: Any, whole: bool) -> None:
    item = statement(
        FREE,
        verdict=word,
        mechanical=(WARN._replace(result="PASS"), WARN._replace(result=check)) if check else (),
        judges=(JUDGE, JUDGE._replace(verdict=judge)) if judge else (),
        not_checked=() if whole else ("a.py",),
    )
    parts = [part for part in (word, check, judge, "PASS" if whole else "WARN") if part]
    expected = "FAIL" if "FAIL" in parts else "WARN" if "WARN" in parts else "PASS"
    assert word_of(item) == expected


def test_worst_is_a_lattice() -> None:
    words: tuple[Any, ...] = ("FAIL", "WARN", "PASS")
    assert worst(()) == "PASS"
    for a in words:
        assert worst((a, a)) == a
        assert (worst((a, "PASS")), worst((a, "FAIL"))) == (a, "FAIL")
        for b in words:
            assert worst((a, b)) == worst((b, a)) == words[min(words.index(a), words.index(b))]
            for c in words:
                assert worst((worst((a, b)), c)) == worst((a, worst((b, c))))
