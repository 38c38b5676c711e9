"""PASS, WARN and FAIL: a result of several parts is the worst of them."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.verdict import WORDS, Statement, Word


def worst(words: Iterable[Word]) -> Word:
    """Return the worst of ``words``; PASS if there are none."""
    return min(words, key=WORDS.index, default="PASS")


def word_of(statement: Statement) -> Word:
    """Return what a statement amounts to: no better than any of its judges and checks, whatever it says itself.

    A PASS that leaves something unchecked is a WARN.
    """
    parts = (item.result for item in statement.mechanical)
    judges = (judge.verdict for judge in statement.judges)
    whole = worst((statement.verdict, *parts, *judges))
    return "WARN" if whole == "PASS" and statement.not_checked else whole
