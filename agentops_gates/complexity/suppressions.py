"""Finds ``agentops: allow[AG601] reason`` in comments; only in comments, so that a text about it suppresses nothing.

The directive stands at the start of a comment, or after another ``#`` in it (``# noqa: C901  # agentops: ...``). It
names its rules, separated by commas, and gives a reason; what looks like one but does not is kept as malformed.
"""

from __future__ import annotations

import re

from .source import Source
from .unit import Suppression

_MARK = b"agentops"
_LOOKS_LIKE = re.compile(r"(?:^|#)[\s/*!]*agentops\s*:\s*allow(?![\w-])", re.IGNORECASE)
_DIRECTIVE = re.compile(r"(?:^|#)[\s/*!]*agentops: ?allow\[([^\]]*)\](.*)$")
_RULE = re.compile(r"AG\d{3}")


def parse_comment(comment: str, line: int) -> Suppression | None:
    """Return the suppression that one line of comment holds; None if it is about something else.

    ``rules`` is empty unless all of them are well formed, ``reason`` is empty unless it says something.
    """
    if not _LOOKS_LIKE.search(comment):
        return None
    found = _DIRECTIVE.search(comment)
    if not found:
        return Suppression(line, (), "")
    rules = tuple(rule.strip() for rule in found.group(1).split(","))
    reason = found.group(2).strip().removesuffix("*/").strip(" \t:-")
    if not all(map(_RULE.fullmatch, rules)):
        rules = ()
    return Suppression(line, rules, reason if re.search(r"\w", reason) else "")


def python_suppressions(source: Source) -> tuple[Suppression, ...]:
    """Return the suppressions in the comments of a Python file, in source order."""
    if _MARK not in source.text.lower():
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
