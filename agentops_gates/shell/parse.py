"""Reads shell text into the tree of ``syntax``: lists, pipelines, simple commands.

It knows POSIX sh and bash, and what zsh shares with them. What these read differently, and what cannot be read for
certain, is an error: a guess would be a way past a guard. A text is read once from its beginning to its end, and every
limit is counted over all levels of it.
"""

from __future__ import annotations

from .braced import subscript
from .dollar import name_end
from .heredoc import announced
from .lexer import MAX_TEXT, Cursor, ShellSyntaxError
from .syntax import Assignment, Compound, Pipeline, Redirect, Script, Simple, Word
from .word import word

__all__ = ["ShellSyntaxError", "parse"]

_DECLARES = frozenset(("declare", "export", "local", "readonly", "typeset"))
_OPENERS = frozenset(("if", "while", "until", "for", "case", "select", "{", "[[", "function", "coproc"))
_MISPLACED = frozenset(("then", "else", "elif", "fi", "do", "done", "esac", "}"))
_REDIRECTS = ("&>>", "<<<", "<<-", "&>", "<<", ">>", "<&", ">&", "<>", ">|", "<", ">")
_SUBSCRIPT = 256


def parse(text: str, shift: int = 0, fixed: tuple[int, int] | None = None) -> Script:
    """Return the tree of ``text``.

    ``shift`` is added to every place in it; with ``fixed`` every place is that one. Raises ShellSyntaxError for a text
    that is not understood, that holds a NUL or half a character, or that is over a limit: 131,072 characters, 16,384
    words, 64 levels.
    """
    if len(text) > MAX_TEXT:
        raise ShellSyntaxError(f"more than {MAX_TEXT} characters", MAX_TEXT)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ShellSyntaxError("text that is not Unicode", 0)
    if "\0" in text:
        raise ShellSyntaxError("a NUL", text.index("\0"))
    cursor = Cursor(text, shift, fixed)
    cursor.script = script
    try:
        found = script(cursor, frozenset())
    except RecursionError:
        raise cursor.fail("nested too deep") from None
    if cursor.pos != cursor.end:
        raise cursor.unexpected()
    return found


def script(cursor: Cursor, stops: frozenset[str]) -> Script:
    """Read pipelines up to one of ``stops`` (reserved words, ``)``, ``;;``) or the end of the text, which is left."""
    found = []
    start = cursor.pos
    while True:
        cursor.lines()
        if stopped(cursor, stops):
            break
        begin = cursor.pos
        commands, negated = _pipeline(cursor)
        end = commands[-1].end if commands else cursor.span(begin, cursor.pos)[1]
        after = _separator(cursor)
        found.append(Pipeline(commands, negated, after, cursor.span(begin, begin)[0], end))
        if after in ("&&", "||"):
            cursor.lines()
            if stopped(cursor, stops):
                raise cursor.unexpected()
        elif not after:
            break
    if cursor.text[cursor.pos] == "\0" and cursor.pending:
        # An announced document without a line after it is empty.
        cursor.pos -= 1
        cursor.newline()
    return Script(tuple(found), *cursor.span(start, cursor.pos))


def stopped(cursor: Cursor, stops: frozenset[str]) -> bool:
    """Tell whether one of ``stops``, or the end, is next."""
    char = cursor.text[cursor.pos]
    if char == "\0" or char in stops:
        return char in "\0)" or cursor.peek() in stops
    if char == ";":
        return ";;" in stops and cursor.text[cursor.pos + 1] in ";&"
    return bool(stops) and cursor.peek() in stops


def _separator(cursor: Cursor) -> str:
    cursor.blanks()
    text, here = cursor.text, cursor.pos
    if text[here] == "\n":
        cursor.newline()
        return ";"
    if text.startswith(("&&", "||"), here):
        cursor.pos += 2
        return text[here : here + 2]
    if text[here] == "&" or (text[here] == ";" and text[here + 1] not in ";&"):
        cursor.pos += 1
        return text[here]
    return ""


def _pipeline(cursor: Cursor) -> tuple[tuple[Simple | Compound, ...], bool]:
    start = cursor.pos
    negated = _prefixes(cursor)
    commands = []
    # "time" and "!" may stand alone.
    if cursor.text[cursor.pos] not in ";&\n\0)" or cursor.pos == start:
        commands.append(command(cursor))
        while _piped(cursor):
            cursor.lines()
            _prefixes(cursor)
            commands.append(command(cursor))
    return tuple(commands), negated


def _piped(cursor: Cursor) -> bool:
    cursor.blanks()
    if cursor.text[cursor.pos] != "|" or cursor.text[cursor.pos + 1] == "|":
        return False
    cursor.pos += 1 + (cursor.text[cursor.pos + 1] == "&")
    return True


def _prefixes(cursor: Cursor) -> bool:
    """Skip ``!`` and ``time``, as far as they are words of the grammar; tell whether the status is turned round."""
    negated = False
    while True:
        raw = cursor.peek()
        if raw == "!":
            negated = not negated
            cursor.take(raw)
            cursor.blanks()
        elif raw != "time" or not _timed(cursor):
            return negated


def _timed(cursor: Cursor) -> bool:
    """Skip ``time [-p] [--]`` before a pipeline; before another option it is a program of that name."""
    before = cursor.pos
    cursor.take("time")
    cursor.blanks()
    for option in ("-p", "--"):
        if cursor.peek() == option:
            cursor.take(option)
            cursor.blanks()
    if cursor.text[cursor.pos] in "-<>":
        cursor.pos = before
        return False
    return True


def command(cursor: Cursor) -> Simple | Compound:
    """Read one command. Raises ShellSyntaxError where none stands."""
    if cursor.text[cursor.pos] == "(":
        from .compound import parenthesis

        return parenthesis(cursor)
    raw = cursor.peek()
    if raw in _OPENERS:
        from .compound import compound

        return compound(cursor, raw)
    if raw in _MISPLACED:
        raise cursor.fail(f"unexpected {raw!r}")
    return _simple(cursor)


def _simple(cursor: Cursor) -> Simple | Compound:
    start = cursor.pos
    assignments: list[Assignment] = []
    words: list[Word] = []
    redirects: list[Redirect] = []
    declares = True
    while _more(cursor, redirects):
        assigned = _assignment(cursor, items_only=bool(words)) if declares else None
        if assigned is not None:
            assignments.append(assigned)
            continue
        begin = cursor.pos
        words.append(word(cursor))
        if len(words) == 1:
            name = cursor.text[begin : cursor.pos]
            declares = name in _DECLARES
            if _defines(cursor, alone=not (assignments or redirects)):
                from .compound import function

                return function(cursor, name, start)
    parts: list[Assignment | Word | Redirect] = [*assignments, *words, *redirects]
    if cursor.text[cursor.pos] == "(" or not parts:
        raise cursor.unexpected()
    end = max(one.end for one in parts)
    return Simple(tuple(assignments), tuple(words), tuple(redirects), cursor.span(start, start)[0], end)


def _more(cursor: Cursor, redirects: list[Redirect]) -> bool:
    """Take redirections; tell whether a word or an assignment is next."""
    while True:
        cursor.blanks()
        redirected = redirect(cursor)
        if redirected is None:
            return cursor.text[cursor.pos] not in cursor.meta or _process(cursor)
        redirects.append(redirected)


def _process(cursor: Cursor) -> bool:
    return cursor.text[cursor.pos] in "<>" and cursor.text[cursor.pos + 1] == "("


def _defines(cursor: Cursor, *, alone: bool) -> bool:
    """Take the parentheses behind the name of a function, which stands ``alone``."""
    before = cursor.pos
    cursor.blanks()
    if cursor.text[cursor.pos] != "(" or not alone:
        cursor.pos = before
        return False
    cursor.pos += 1
    cursor.blanks()
    if cursor.text[cursor.pos] != ")":
        raise cursor.unexpected()
    cursor.pos += 1
    return True


def redirect(cursor: Cursor) -> Redirect | None:
    """Read a redirection; None if none is next."""
    start = cursor.pos
    here = _number_end(cursor.text, start)
    operator = _operator(cursor.text, here) if cursor.text[here] in "<>&" else ""
    if not operator or (operator[0] == "&" and here > start):
        return None
    number = cursor.text[start:here] or None
    cursor.pos = here + len(operator)
    cursor.blanks()
    begin = cursor.pos
    target = announced(cursor, operator) if operator in ("<<", "<<-") else word(cursor)
    if cursor.pos == begin:
        raise cursor.unexpected()
    return Redirect(number, operator, target, *cursor.span(start, cursor.pos))


def _number_end(text: str, start: int) -> int:
    """Return where the number or ``{name}`` before a redirection ends."""
    here = start
    if text[here] == "{":
        here = name_end(text, start + 1)
        return here + 1 if text[here] == "}" and here > start + 1 else start
    while text[here] in "0123456789":
        here += 1
    return here


def _operator(text: str, here: int) -> str:
    """Return the redirection that begins here; ``<(`` and ``>(`` begin words."""
    found = next((one for one in _REDIRECTS if text.startswith(one, here)), "")
    return "" if found in ("<", ">") and text[here + 1] == "(" else found


def _assignment(cursor: Cursor, *, items_only: bool) -> Assignment | None:
    """Read ``name=...``; None for any other word. With ``items_only`` a plain value is left to be a word."""
    text, start = cursor.text, cursor.pos
    end = name_end(text, start)
    if end == start or text[end] not in "=+[":
        return None
    closes = _subscript_end(cursor, end) if text[end] == "[" else end
    append = text.startswith("+=", closes)
    begin = closes + 1 + append
    array = text[begin] == "("
    if closes < 0 or text[begin - 1] != "=" or items_only > array:
        return None
    below = _below(cursor, end, closes)
    cursor.pos = begin
    items = _items(cursor) if array else None
    plain = None if array else word(cursor)
    return Assignment(text[start:closes], plain, items, append, *cursor.span(start, cursor.pos), below)


def _below(cursor: Cursor, start: int, end: int) -> Word | None:
    if start == end:
        return None
    cursor.pos = start
    found = subscript(cursor)
    if cursor.pos != end:
        raise cursor.fail("a subscript that cannot be read", start)
    return found


def _subscript_end(cursor: Cursor, start: int) -> int:
    """Return where ``[...]`` before an equals sign ends, -1 if the word is no assignment.

    Bash takes all up to the bracket for one word, blanks and operators too, where sh sees commands or a comment.
    """
    text, depth, here = cursor.text, 0, start
    while here - start < _SUBSCRIPT and text[here] not in ";&|\n\0":
        here += text[here] == "\\"
        depth += (text[here] == "[") - (text[here] == "]")
        here += 1
        if not depth:
            break
    cursor.scanned(here - start)
    assigns = text.startswith(("=", "+="), here)
    inside = text[start:here].replace("\t", " ")
    if depth or " #" in inside or (" " in inside and not assigns):
        raise cursor.fail("a subscript that cannot be told from a command", start)
    return here if assigns else -1


def _items(cursor: Cursor) -> tuple[Word, ...]:
    cursor.enter()
    cursor.pos += 1
    found = []
    while True:
        cursor.lines()
        if cursor.text[cursor.pos] == ")":
            break
        begin = cursor.pos
        found.append(word(cursor))
        if cursor.pos == begin:
            raise cursor.unexpected()
    cursor.pos += 1
    cursor.leave()
    return tuple(found)


def one(found: Simple | Compound) -> Script:
    """Return the script of a single command."""
    pipeline = Pipeline((found,), negated=False, after="", start=found.start, end=found.end)
    return Script((pipeline,), found.start, found.end)
