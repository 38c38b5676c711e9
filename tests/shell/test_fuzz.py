"""A short run of the fuzzer; ten minutes of it are run by hand."""

from __future__ import annotations

from .fuzz import fuzz


def test_nothing_refused_gets_through_by_what_stands_around_it() -> None:
    counts = fuzz(1.5, 5)
    assert counts["wrapped"] > 50
    assert not counts["allowed"]
