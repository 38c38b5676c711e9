"""Reads here-documents: the word that ends one, and its lines."""

from __future__ import annotations

from .dollar import HERE
from .lexer import Cursor, Parts, read
from .syntax import Body, Part, Text, Word
from .word import word


def announced(cursor: Cursor, operator: str) -> Word:
    """Read the word behind ``<<`` or ``<<-``; its body is filled in when the cursor has passed the end of the line."""
    delimiter, quoted = _delimiter(cursor)
    body = Body()
    found = Word((body,), *cursor.span(cursor.pos, cursor.pos))
    cursor.pending.append(lambda at: _fill(at, body, delimiter, quoted=quoted, tabs=operator == "<<-"))
    return found


def _delimiter(cursor: Cursor) -> tuple[str, bool]:
    start = cursor.pos
    found = word(cursor)
    raw = cursor.text[start : cursor.pos]
    if start == cursor.pos:
        raise cursor.unexpected()
    if not any(char in raw for char in "'\"\\$`<>("):
        return raw, False
    if all(isinstance(part, Text) for part in found.parts) and "$" not in raw:
        return "".join(part.text for part in found.parts if isinstance(part, Text)), True
    # The shells differ in what a substitution or $'...' in this place stands for.
    raise cursor.fail("a here-document whose end cannot be told", start)


def _fill(cursor: Cursor, body: Body, delimiter: str, *, quoted: bool, tabs: bool) -> None:
    start = cursor.pos
    lines: list[str] = []
    while cursor.pos < cursor.end:
        line, after = _line(cursor)
        cursor.scanned(len(line))
        bare = line.lstrip("\t") if tabs else line
        if bare.rstrip("\r\n" if "\r" in cursor.meta else "\n") == delimiter:
            cursor.pos = after
            break
        if cursor.substitutions and _ends_early(cursor, bare, delimiter):
            cursor.pos += len(line) - len(bare) + len(delimiter)
            break
        if not quoted and _continued(line):
            cursor.pos += len(line) - len(bare)
            _joined(cursor, lines, delimiter)
        else:
            lines.append(bare)
            cursor.pos = after
    text = "".join(lines)
    body.parts = (Text(text, quoted=True),) if quoted else _expanding(cursor, text, start)


def _line(cursor: Cursor) -> tuple[str, int]:
    found = cursor.text.find("\n", cursor.pos)
    after = cursor.end if found < 0 else found + 1
    return cursor.text[cursor.pos : after], after


def _continued(line: str) -> bool:
    bare = line[:-1]
    return line.endswith("\n") and (len(bare) - len(bare.rstrip("\\"))) % 2 == 1


def _joined(cursor: Cursor, lines: list[str], delimiter: str) -> None:
    """Take lines that backslashes join. Raises ShellSyntaxError if they make the delimiter."""
    found: list[str] = []
    while cursor.pos < cursor.end:
        line, cursor.pos = _line(cursor)
        found.append(line[:-2] if _continued(line) else line)
        if not _continued(line):
            break
    joined = "".join(found)
    # Some shells end the document there, others go on.
    if joined.strip("\t\r\n") == delimiter:
        raise cursor.fail("continued lines that make the end of a here-document")
    lines.append(joined)


def _ends_early(cursor: Cursor, line: str, delimiter: str) -> bool:
    """Tell whether bash ends the document here: inside a substitution a parenthesis may follow the delimiter.

    Any other text between the two is where the shells part, and what follows is code for one and data for the other.
    """
    rest = line[len(delimiter) :]
    if not delimiter or not line.startswith(delimiter) or ")" not in rest:
        return False
    if not rest.startswith(")"):
        raise cursor.fail("a line that begins with the end of its here-document")
    return True


def _expanding(cursor: Cursor, text: str, start: int) -> tuple[Part, ...]:
    inner = cursor.inner(text, start, start + len(text))
    out = Parts()
    read(inner, out, HERE)
    return out.done()
