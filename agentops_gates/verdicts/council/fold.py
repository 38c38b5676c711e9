"""What several verdicts make together. Pure: nothing here knows where a word came from."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.verdict import Word
from .answer import Answer

_GRAVE = ("critical", "serious")


def fold(words: Sequence[Word]) -> Word | None:
    """Return what the judges say together: any FAIL is FAIL, all PASS is PASS, anything else is WARN; None: nobody."""
    if not words:
        return None
    if "FAIL" in words:
        return "FAIL"
    return "PASS" if set(words) == {"PASS"} else "WARN"


def word(answer: Answer) -> Word:
    """Return the verdict that an answer counts as: a PASS beside a critical or serious finding is a WARN."""
    grave = any(finding.severity in _GRAVE for finding in answer.findings)
    return "WARN" if answer.verdict == "PASS" and grave else answer.verdict
