"""Text that comes from a repository, inside Markdown: in a code span, where neither markup nor HTML means anything."""

from __future__ import annotations

import re

from .text import printable


def code(text: str, cell: bool = False) -> str:
    r"""Return ``text`` as a code span that nothing in it can end; ``cell`` if it stands in a table.

    In a table a pipe would still end the cell, and escaping it is undone by a backslash before it, so it is shown as
    ``\x7c``.
    """
    text = printable(text)
    if cell:
        text = text.replace("|", "\\x7c")
    if not text.strip():
        return f"`{text!r}`"
    fence = "`" * (longest_run(text) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def longest_run(text: str) -> int:
    """Return how many backticks stand in a row in ``text``, at most."""
    return max(map(len, re.findall("`+", text)), default=0)
