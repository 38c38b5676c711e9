"""How wide the reader's terminal is."""

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
