"""Folding, over all the words that up to five judges can say."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from agentops_gates.model.verdict import WORDS, Word
from agentops_gates.verdicts.council.answer import Answer, JudgeFinding
from agentops_gates.verdicts.council.fold import fold, word

ALL = [list(words) for count in range(1, 6) for words in product(WORDS, repeat=count)]
RANK = {name: place for place, name in enumerate(WORDS)}


def folded(words: list[Word]) -> Word:
    made = fold(words)
    assert made is not None
    return made


def test_nobody_says_nothing() -> None:
    assert fold([]) is None


def test_any_fail_is_fail_all_pass_is_pass_and_the_rest_is_warn() -> None:
    for words in ALL:
        expected = "FAIL" if "FAIL" in words else "PASS" if set(words) == {"PASS"} else "WARN"
        assert folded(words) == expected


def test_never_better_than_the_worst_judge() -> None:
    for words in ALL:
        assert RANK[folded(words)] <= min(RANK[name] for name in words)


def test_order_and_repetition_do_not_matter() -> None:
    for words in product(WORDS, repeat=3):
        assert {folded(list(order)) for order in permutations(words)} == {folded(list(words))}
        assert folded([*words, *words]) == folded(list(words))


def test_one_more_judge_never_makes_it_better() -> None:
    for words in ALL:
        for name in WORDS:
            assert RANK[folded([*words, name])] <= RANK[folded(words)]


def test_a_worse_word_never_makes_it_better() -> None:
    for words in product(WORDS, repeat=3):
        for place, name in product(range(3), WORDS):
            if RANK[name] <= RANK[words[place]]:
                worse = [*words[:place], name, *words[place + 1 :]]
                assert RANK[folded(worse)] <= RANK[folded(list(words))]


@pytest.mark.parametrize("given", WORDS)
@pytest.mark.parametrize("severity", ["critical", "serious", "minor", "note", None])
def test_a_grave_finding_takes_a_pass_away(given: Word, severity: str | None) -> None:
    findings = (JudgeFinding("F1", severity, "d"),) if severity else ()  # type: ignore[arg-type]
    expected = "WARN" if given == "PASS" and severity in ("critical", "serious") else given
    assert word(Answer(given, "s", findings, (), ())) == expected
