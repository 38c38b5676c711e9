"""Reads compound commands: groups, conditions, loops, case, functions, tests."""

from __future__ import annotations

from .dollar import expression, name_end
from .lexer import Cursor, matching
from .parse import command, one, redirect, script, stopped
from .syntax import Arithmetic, Compound, Redirect, Script, Word
from .word import regex, word

_THEN = frozenset(("then",))
_BRANCH = frozenset(("elif", "else", "fi"))
_FI = frozenset(("fi",))
_DO = frozenset(("do",))
_DONE = frozenset(("done",))
_BRACE = frozenset(("}",))
_CLOSE = frozenset((")",))
_ITEM = frozenset((";;", "esac"))
_KINDS = frozenset(("if", "while", "until", "for", "case", "select", "{", "[["))


def compound(cursor: Cursor, raw: str) -> Compound:
    """Read the command that the reserved word ``raw`` begins, and the redirections behind it."""
    start = cursor.pos
    cursor.enter()
    cursor.take(raw)
    bodies, words, name = _READERS[raw](cursor)
    cursor.leave()
    kind = {"{": "group", "[[": "test"}.get(raw, raw)
    if kind == "for" and name == "((":
        name = ""
    return Compound(kind, bodies, words, name, _redirects(cursor), *cursor.span(start, cursor.pos))


def parenthesis(cursor: Cursor) -> Compound:
    """Read ``((...))`` or ``(...)``."""
    start = cursor.pos
    cursor.enter()
    words: tuple[Word, ...] | None = None
    bodies: tuple[Script, ...] = ()
    arithmetic = cursor.text[start + 1] == "(" and cursor.text[matching(cursor, start + 1) + 1] == ")"
    if arithmetic and matching(cursor, start + 1) >= 0:
        words = (_expression(cursor),)
    else:
        cursor.pos += 1
        bodies = (_list(cursor, _CLOSE),)
        cursor.take(")")
    cursor.leave()
    kind = "arithmetic" if words else "subshell"
    return Compound(kind, bodies, words, "", _redirects(cursor), *cursor.span(start, cursor.pos))


def function(cursor: Cursor, name: str, start: int) -> Compound:
    """Read the body of a function whose name and parentheses have been read."""
    cursor.enter()
    cursor.lines()
    body = one(command(cursor))
    cursor.leave()
    return Compound("function", (body,), None, name, (), *cursor.span(start, cursor.pos))


def _expression(cursor: Cursor) -> Word:
    start = cursor.pos
    cursor.pos += 2
    parts = expression(cursor, "))", start)
    return Word((Arithmetic(parts, quoted=True),), *cursor.span(start, cursor.pos))


def _redirects(cursor: Cursor) -> tuple[Redirect, ...]:
    found: list[Redirect] = []
    while True:
        cursor.blanks()
        redirected = redirect(cursor)
        if redirected is None:
            return tuple(found)
        found.append(redirected)


def _list(cursor: Cursor, stops: frozenset[str]) -> Script:
    """Read a list that may not be empty, up to one of ``stops``."""
    found = script(cursor, stops)
    if not found.pipelines or not stopped(cursor, stops) or cursor.text[cursor.pos] == "\0":
        raise cursor.unexpected()
    return found


def _reserved(cursor: Cursor, raw: str) -> None:
    if cursor.peek() != raw:
        raise cursor.unexpected()
    cursor.take(raw)


_Read = tuple[tuple[Script, ...], tuple[Word, ...] | None, str]


def _group(cursor: Cursor) -> _Read:
    body = _list(cursor, _BRACE)
    _reserved(cursor, "}")
    return (body,), None, ""


def _if(cursor: Cursor) -> _Read:
    bodies = [_list(cursor, _THEN)]
    _reserved(cursor, "then")
    while True:
        bodies.append(_list(cursor, _BRANCH))
        raw = cursor.peek()
        cursor.take(raw)
        if raw == "fi":
            break
        bodies.append(_list(cursor, _THEN if raw == "elif" else _FI))
        if raw == "else":
            cursor.take("fi")
            break
        cursor.take("then")
    return tuple(bodies), None, ""


def _while(cursor: Cursor) -> _Read:
    condition = _list(cursor, _DO)
    return (condition, _do(cursor)), None, ""


def _do(cursor: Cursor) -> Script:
    """Read ``do list done``, or the braces that bash and zsh take for them."""
    cursor.lines()
    if cursor.peek() == "{":
        cursor.take("{")
        return _group(cursor)[0][0]
    _reserved(cursor, "do")
    body = _list(cursor, _DONE)
    _reserved(cursor, "done")
    return body


def _for(cursor: Cursor) -> _Read:
    cursor.blanks()
    if cursor.text.startswith("((", cursor.pos):
        words: tuple[Word, ...] | None = (_expression(cursor),)
        cursor.blanks()
        if cursor.text[cursor.pos] == ";":
            cursor.pos += 1
        return (_do(cursor),), words, "(("
    start = cursor.pos
    name = cursor.text[start : name_end(cursor.text, start)]
    if not name:
        raise cursor.unexpected()
    cursor.take(name)
    words = _in(cursor)
    return (_do(cursor),), words, name


def _in(cursor: Cursor) -> tuple[Word, ...] | None:
    cursor.lines()
    found: list[Word] | None = None
    if cursor.peek() == "in":
        cursor.take("in")
        found = []
        while not _line_end(cursor):
            found.append(word(cursor))
    if cursor.text[cursor.pos] == ";":
        cursor.pos += 1
    return None if found is None else tuple(found)


def _line_end(cursor: Cursor) -> bool:
    cursor.blanks()
    char = cursor.text[cursor.pos]
    if char in ";\n":
        return True
    if char in cursor.meta and not (char in "<>" and cursor.text[cursor.pos + 1] == "("):
        raise cursor.unexpected()
    return False


def _case(cursor: Cursor) -> _Read:
    cursor.blanks()
    words = [_nonempty(cursor)]
    cursor.lines()
    _reserved(cursor, "in")
    bodies = []
    while True:
        cursor.lines()
        if cursor.peek() == "esac":
            break
        words.extend(_patterns(cursor))
        bodies.append(script(cursor, _ITEM))
        if not stopped(cursor, _ITEM) or cursor.text[cursor.pos] == "\0":
            raise cursor.unexpected()
        if cursor.text[cursor.pos] == ";":
            cursor.pos += 3 if cursor.text.startswith(";;&", cursor.pos) else 2
    cursor.take("esac")
    return tuple(bodies), tuple(words), ""


def _patterns(cursor: Cursor) -> list[Word]:
    if cursor.text[cursor.pos] == "(":
        cursor.pos += 1
        cursor.blanks()
    found = [_nonempty(cursor)]
    cursor.blanks()
    while cursor.text[cursor.pos] == "|":
        cursor.pos += 1
        cursor.blanks()
        found.append(_nonempty(cursor))
        cursor.blanks()
    if cursor.text[cursor.pos] != ")":
        raise cursor.unexpected()
    cursor.pos += 1
    return found


def _nonempty(cursor: Cursor) -> Word:
    start = cursor.pos
    found = word(cursor)
    if cursor.pos == start:
        raise cursor.unexpected()
    return found


def _test(cursor: Cursor) -> _Read:
    if cursor.text[cursor.pos] == "\r":
        # For a shell that is no word of the grammar, and what follows are commands.
        raise cursor.unexpected()
    words = []
    matches = False
    while True:
        cursor.lines()
        raw = cursor.peek()
        if raw == "]]":
            break
        if cursor.text[cursor.pos] in cursor.meta and not (raw == "" and _process(cursor)):
            if cursor.text[cursor.pos] in "\0;":
                raise cursor.unexpected()
            cursor.pos += 1
            continue
        words.append((regex if matches else word)(cursor))
        matches = raw == "=~"
    cursor.take("]]")
    return (), tuple(words), ""


def _process(cursor: Cursor) -> bool:
    return cursor.text[cursor.pos] in "<>" and cursor.text[cursor.pos + 1] == "("


def _function(cursor: Cursor) -> _Read:
    cursor.blanks()
    start = cursor.pos
    word(cursor)
    name = cursor.text[start : cursor.pos]
    if not name:
        raise cursor.unexpected()
    cursor.blanks()
    if cursor.text[cursor.pos] == "(":
        cursor.pos += 1
        cursor.blanks()
        cursor.take(")")
    cursor.lines()
    return (one(command(cursor)),), None, name


def _coproc(cursor: Cursor) -> _Read:
    cursor.blanks()
    before = cursor.pos
    end = name_end(cursor.text, before)
    name = cursor.text[before:end]
    cursor.pos = end
    cursor.blanks()
    if not name or name in _KINDS or not (cursor.peek() in _KINDS or cursor.text[cursor.pos] == "("):
        name = ""
        cursor.pos = before
    return (one(command(cursor)),), None, name


_READERS = {
    "if": _if,
    "while": _while,
    "until": _while,
    "for": _for,
    "select": _for,
    "case": _case,
    "{": _group,
    "[[": _test,
    "function": _function,
    "coproc": _coproc,
}
