"""How wide the reader's terminal is, and lines that fit."""

from __future__ import annotations

import os

from ..model.light import TextIO


def width(stream: TextIO) -> int:
    """Return how many columns to fill on ``stream``: COLUMNS or the terminal's own, from 40 to 100; 80 elsewhere."""
    columns = os.environ.get("COLUMNS", "")
    try:
        known = int(columns) if columns.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        known = 0
    return max(40, min(known, 100)) if known else 80


def beneath(text: str) -> str:
    """Return ``text`` as lines of 80 columns that stand beneath a word of nine letters; long words stay whole."""
    from textwrap import fill

    margin = " " * 10
    return fill(
        text, 80, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
