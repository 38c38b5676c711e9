"""What is claimed of attempts to get around the gates: the rows of docs/bypass.md, each of which a test performs.

``.ci/generate.py`` prints the tables from here, and the tests compare every cell with what happens.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One attempt: the id of its test, its words on the page (Markdown), and one outcome for each of the columns."""

    id: str
    attempt: str
    outcomes: tuple[str, ...]


class Table(NamedTuple):
    """A table of docs/bypass.md: its heading, a paragraph before it, the names of its outcome columns, its rows."""

    title: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def markdown(table: Table) -> str:
    """Return the section of the page that shows ``table``; a row that fits no column is a ValueError."""
    for row in table.rows:
        if len(row.outcomes) != len(table.columns):
            raise ValueError(f"{row.id}: {len(row.outcomes)} outcomes for {len(table.columns)} columns")
    head = ("attempt", *table.columns)
    lines = [head, tuple("---" for _ in head), *((row.attempt, *row.outcomes) for row in table.rows)]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"## {table.title}\n\n{table.text}\n\n{body}\n"
