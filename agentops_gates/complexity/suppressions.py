"""Finds ``agentops: allow[AG601] reason`` in comments; only in comments, so that a text about it suppresses nothing.

The directive stands at the start of a comment, or after another ``#`` in it (``# noqa: C901  # agentops: ...``). It
names its rules, separated by commas, and gives a reason; what looks like one and is none is kept as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..model.text import printable
from .source import Source
from .unit import Suppression

#: The rules that a comment in the source may allow for one function.
ALLOWABLE = frozenset({"AG601", "AG602"})
#: A text without it, in any case, holds no directive.
MARK = b"agentops"

_WORD = "allow"
_DIRECTIVE = re.compile(r"(?:^|#)[\s/*!]*agentops: ?allow\[([^\]]*)\](.*)$")
# Something that calls itself ours: a colon or none, a word, and what could be a list of rules or one rule.
_ADDRESSED = re.compile(
    r"(?:^|#)[\s/*!]*(?P<start>agentops)(?:[-_]?gates?)?\s*(?P<colon>:?)\s*(?P<word>[^\W\d][\w-]*)"
    r"(?:(?P<list>\[[^\]]*)|(?P<rule>\s*[\[(]?\s*AG\w{3}\b))?",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[^\W\d]|\*")
# Rules that a comment may name beside ours, or alone: each is the affair of the gate that it belongs to.
_OF_ANOTHER_GATE = re.compile(r"AG[1-57]\d\d")
_RULE = re.compile(r"AG\d{3}")
# English, or code: near the word by accident.
_PROSE = frozenset({"allows", "alloc"})
_LONGEST = 200


def parse_comment(comment: str, line: int) -> Suppression | None:
    """Return the suppression that one line of comment holds; None if it is about something else.

    ``rules`` is empty unless the whole of it counts; ``reason`` is then the text as written, for :func:`fault`.
    """
    found = _DIRECTIVE.search(comment)
    if found:
        rules, reason = _rules(found), _reason(found)
        if reason and not _wrong(rules):
            return Suppression(line, rules, reason)
        return Suppression(line, (), comment[found.start() :].lstrip("# \t/*!")[:_LONGEST])
    addressed = next(filter(_meant, _ADDRESSED.finditer(comment)), None)
    return Suppression(line, (), comment[addressed.start("start") :][:_LONGEST]) if addressed else None


def fault(suppression: Suppression) -> str:
    """Return in one clause what is wrong with the form of a suppression; empty if nothing is."""
    if suppression.rules:
        return ""
    found = _DIRECTIVE.search(suppression.reason)
    if found:
        return _wrong(_rules(found)) or "it gives no reason"
    addressed = _ADDRESSED.match(suppression.reason)
    word = addressed["word"] if addressed else _WORD
    if word.lower() != _WORD:
        return f"it says `{printable(word)}`, did you mean `{_WORD}`?"
    return "it is not spelt exactly as it must be"


def python_suppressions(source: Source) -> tuple[Suppression, ...]:
    """Return the suppressions in the comments of a Python file, in source order."""
    if MARK not in source.text.lower():
        return ()
    from tokenize import COMMENT, TokenError, generate_tokens

    lines = iter([line.decode("utf-8", "surrogateescape") + "\n" for line in source.lines])
    found: list[Suppression | None] = []
    try:
        for token in generate_tokens(lambda: next(lines, "")):
            if token.type == COMMENT:
                found.append(parse_comment(token.string.lstrip("#"), token.start[0]))
    except (TokenError, SyntaxError):
        # The parser took what the tokenizer does not: what it has read so far stands, the rest suppresses nothing.
        pass
    return tuple(mark for mark in found if mark)


def _rules(found: re.Match[str]) -> tuple[str, ...]:
    return tuple(rule.strip() for rule in found[1].split(","))


def _reason(found: re.Match[str]) -> str:
    reason = found[2].strip().removesuffix("*/").strip(" \t:-")
    return reason if re.search(r"\w", reason) else ""


def _wrong(rules: Sequence[str]) -> str:
    rule = next((rule for rule in rules if rule not in ALLOWABLE and not _OF_ANOTHER_GATE.fullmatch(rule)), None)
    if rule is None:
        return ""
    if not rule:
        return "it names no rule"
    known = sorted(ALLOWABLE)
    if not _RULE.fullmatch(rule):
        from difflib import get_close_matches

        close = get_close_matches(rule[:_LONGEST].upper(), known, 1)
        if close:
            return f"`{printable(rule)}` is no rule, did you mean `{close[0]}`?"
    return f"`{printable(rule)}` is not a rule that a comment can allow; {' and '.join(known)} are"


def _meant(addressed: re.Match[str]) -> bool:
    """Tell whether somebody meant a directive: by the word or one typing error from it, or by a list of rules."""
    word, listed = addressed["word"].lower(), addressed["list"]
    if not (word == _WORD or _slip(word)):
        # The digits of a footnote are no rules.
        return bool(addressed["colon"] and listed and _LISTED.search(listed))
    return bool(listed or (addressed["colon"] and (addressed["rule"] or word not in _PROSE)))


def _slip(word: str) -> bool:
    """Tell whether ``word`` is one typing error from "allow": a letter missing, doubled, added, wrong or misplaced."""
    if len(word) == len(_WORD):
        return sorted(word) == sorted(_WORD) or sum(a != b for a, b in zip(word, _WORD, strict=True)) == 1
    short, long = sorted((word, _WORD), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
