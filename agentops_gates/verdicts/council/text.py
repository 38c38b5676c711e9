"""Pieces of text that are safe to show and fit a width, for the report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from unicodedata import east_asian_width

from ...model import markdown
from ...model.text import printable

_LONGEST = 2_000


def safe(text: str, longest: int = _LONGEST) -> str:
    """Return ``text`` on one line, escaped, and cut (which is said) if it is longer than ``longest`` characters."""
    line = printable(text.strip())
    return line if len(line) <= longest else f"{line[:longest]}[... {len(line) - longest:,} characters]"


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns, all but the first indented; a longer word is broken."""
    lines, line = [], ""
    for word in _broken(text, max(width - indent, 8)):
        if line and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line = " " * indent + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def beside(cells: list[list[str]], width: int) -> list[str]:
    """Return blocks of lines side by side, each ``width`` columns wide, with a bar between them."""
    rows = zip_longest(*cells, fillvalue="")
    return [" | ".join(cell + " " * (width - columns(cell)) for cell in row).rstrip() for row in rows]


def columns(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "FW" else 1 for char in text)


def code(text: str, longest: int = _LONGEST) -> str:
    """Return ``text`` as a Markdown code span that nothing in it can end, in a table cell or out of it."""
    shown = safe(text, longest)
    return markdown.code(shown, cell=True) if shown.strip() else "(empty)"


def _broken(text: str, widest: int) -> Iterator[str]:
    """Yield the words of ``text``, those in pieces that are wider than ``widest`` columns."""
    for word in text.split():
        piece = ""
        for char in word if columns(word) > widest else ():
            if columns(piece + char) > widest:
                yield piece
                piece = ""
            piece += char
        yield piece or word
