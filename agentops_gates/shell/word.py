"""Reads words: quotes, escapes, and what may stand in the middle of them."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .dollar import backticks, dollar, double_quotes, process, single_quotes
from .lexer import META, Cursor, Mode, Parts, read
from .syntax import Word

if TYPE_CHECKING:
    from .lexer import Handler

_PATTERN_SIGNS = "?*+@!"


def word(cursor: Cursor) -> Word:
    """Read one word, which may be empty. Raises ShellSyntaxError for a quote or bracket that does not close."""
    return _word(cursor, _PLAIN_CRLF if "\r" in cursor.meta else _PLAIN)


def regex(cursor: Cursor) -> Word:
    """Read the word after ``=~``, in which parentheses, bars and, between parentheses, blanks are characters."""
    return _word(cursor, _REGEX)


def _word(cursor: Cursor, mode: Mode) -> Word:
    cursor.count()
    start = cursor.pos
    out = Parts()
    read(cursor, out, mode)
    return Word(out.done(), *cursor.span(start, cursor.pos))


def _backslash(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
    char = cursor.text[cursor.pos + 1]
    if char == "\0":
        # The shell keeps a backslash that ends the text.
        out.add("\\", quoted=True)
        cursor.pos += 1
        return True
    if char != "\n":
        out.add(char, quoted=True)
    cursor.pos += 2
    return True


def _angle(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    if cursor.text[cursor.pos + 1] == "(":
        return process(cursor, out, mode)
    return False


def _parenthesis(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    """Take ``?(a|b)`` and its like; any other parenthesis ends the word."""
    before = cursor.text[cursor.pos - 1] if cursor.pos else ""
    if not before or before not in _PATTERN_SIGNS or cursor.text[cursor.pos + 1] == ")":
        return False
    return _nested(cursor, out, mode)


def _nested(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
    cursor.enter()
    out.add("(", quoted=False)
    cursor.pos += 1
    read(cursor, out, _EXTENDED)
    if cursor.text[cursor.pos] != ")":
        raise cursor.unexpected()
    out.add(")", quoted=False)
    cursor.pos += 1
    cursor.leave()
    return True


_QUOTES: dict[str, Handler] = {"'": single_quotes, '"': double_quotes, "\\": _backslash, "$": dollar, "`": backticks}
_PLAIN = Mode(META | frozenset("'\"\\$`"), {**_QUOTES, "<": _angle, ">": _angle, "(": _parenthesis}, quoted=False)
_PLAIN_CRLF = _PLAIN._replace(special=_PLAIN.special | {"\r"})
_EXTENDED = Mode(frozenset("'\"\\$`()\0"), {**_QUOTES, "(": _nested}, quoted=False)
_REGEX = Mode(frozenset(" \t\n;&'\"\\$`()\0"), {**_QUOTES, "(": _nested}, quoted=False)
