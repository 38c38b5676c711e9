"""Reads quotes and everything that begins with ``$``, a backtick, ``<(`` or ``>(``."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING, Literal
from .lexer import Cursor, Mode, Parts, closing_quote, matching, read
from .syntax import Arithmetic, Parameter, Part, Substitution

if TYPE_CHECKING:
    from .lexer import Handler

_SPECIAL = "@*#?-$!"
_DIGITS = "0123456789"
_CLOSE = frozenset(")")
_BRACE = frozenset("}")


def named(char: str) -> bool:
    """Tell whether ``char`` may stand in a name."""
    return char == "_" or (char.isascii() and char.isalnum())


def name_end(text: str, start: int) -> int:
    """Return where the name that begins at ``start`` ends; ``start`` if none does."""
    end = start
    if text[end] in _DIGITS:
        return end
    while named(text[end]):
        end += 1
    return end


def single_quotes(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
    """Take ``'...'``."""
    start = cursor.pos + 1
    end = cursor.text.find("'", start)
    if end < 0:
        raise cursor.fail("a single quote that is not closed")
    out.add(cursor.text[start:end], quoted=True)
    cursor.pos = end + 1
    return True


def double_quotes(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
    """Take ``"..."``."""
    start = cursor.pos
    cursor.pos += 1
    out.add("", quoted=True)
    read(cursor, out, DOUBLE_QUOTED)
    if cursor.text[cursor.pos] != '"':
        raise cursor.fail("a double quote that is not closed", start)
    cursor.pos += 1
    return True


def _dollar_quote(cursor: Cursor, out: Parts) -> None:
    from .ansi import decoded

    start = cursor.pos
    text, end = cursor.text, start + 2
    while text[end] not in "'\0":
        end += 2 if text[end] == "\\" and text[end + 1] != "\0" else 1
    if text[end] != "'":
        raise cursor.fail("a single quote that is not closed", start)
    out.add(decoded(text[start + 2 : end]), quoted=True)
    cursor.pos = end + 1


def dollar(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    """Take what a dollar sign begins; alone it stands for itself."""
    char = cursor.text[cursor.pos + 1]
    if char == "(":
        _parenthesis(cursor, out, mode)
    elif char == "{":
        from .braced import braced

        braced(cursor, out, mode)
    elif char == "[":
        _arithmetic(cursor, out, mode, 2, "]")
    elif char == "\\" and cursor.text[cursor.pos + 2] == "\n":
        raise cursor.fail("a continued line after a dollar sign")
    elif char in "'\"" and not mode.quoted:
        if char == "'":
            _dollar_quote(cursor, out)
        else:
            cursor.pos += 1
    else:
        _plain(cursor, out, mode)
    return True


def _plain(cursor: Cursor, out: Parts, mode: Mode) -> None:
    text, start = cursor.text, cursor.pos + 1
    end = name_end(text, start)
    if end == start and (text[start] in _SPECIAL or text[start] in _DIGITS):
        end += 1
    elif end == start:
        out.add("$", mode.quoted)
        cursor.pos += 1
        return
    elif text[end] == "\\" and text[end + 1] == "\n" and named(text[end + 2]):
        raise cursor.fail("a continued line inside a name")
    cursor.count()
    out.append(Parameter(text[start:end], "", None, mode.quoted))
    cursor.pos = end


def _parenthesis(cursor: Cursor, out: Parts, mode: Mode) -> None:
    if cursor.text[cursor.pos + 2] == "(":
        close = matching(cursor, cursor.pos + 2)
        if close >= 0 and cursor.text[close + 1] == ")":
            _arithmetic(cursor, out, mode, 3, "))")
            return
    cursor.pos += 2
    _script(cursor, out, mode, ")")


def _script(cursor: Cursor, out: Parts, mode: Mode, end: str, process: Literal["", "<", ">"] = "") -> None:
    """Read the list from here to ``end``."""
    cursor.count()
    cursor.enter()
    start = cursor.pos
    waiting, cursor.pending = cursor.pending, []
    cursor.substitutions += 1
    script = cursor.script(cursor, _CLOSE if end == ")" else _BRACE)
    cursor.substitutions -= 1
    if cursor.text[cursor.pos] != end:
        raise cursor.fail("a substitution that is not closed", start)
    if cursor.pending:
        raise cursor.fail("a here-document that does not begin inside its substitution")
    cursor.pending = waiting
    cursor.pos += 1
    cursor.leave()
    out.append(Substitution(script, mode.quoted, process))


def command_braces(cursor: Cursor, out: Parts, mode: Mode) -> None:
    """Take ``${ list; }`` or ``${|list; }``."""
    cursor.pos += 3 if cursor.text[cursor.pos + 2] == "|" else 2
    _script(cursor, out, mode, "}")


def process(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    """Take ``<(list)`` or ``>(list)``."""
    sign = cursor.text[cursor.pos]
    cursor.pos += 2
    _script(cursor, out, mode, ")", "<" if sign == "<" else ">")
    return True


def _arithmetic(cursor: Cursor, out: Parts, mode: Mode, skip: int, end: str) -> None:
    start = cursor.pos
    cursor.pos += skip
    out.append(Arithmetic(expression(cursor, end, start), mode.quoted))


def expression(cursor: Cursor, end: str, start: int) -> tuple[Part, ...]:
    """Read the parts of an arithmetic expression, which ``start`` began, and its ``end``: ``))`` or ``]``."""
    cursor.count()
    cursor.enter()
    inner = Parts()
    read(cursor, inner, _EXPRESSIONS[end[0]])
    if not cursor.text.startswith(end, cursor.pos):
        raise cursor.fail("an arithmetic expression that is not closed", start)
    cursor.pos += len(end)
    cursor.leave()
    return inner.done()


def backticks(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    """Take `` `list` ``: a backslash in it counts before ``$``, a backtick and another; in quotes before ``"`` too."""
    cursor.count()
    cursor.enter()
    text, start = cursor.text, cursor.pos + 1
    end = closing_quote(text, cursor.pos)
    if text[end] != "`":
        raise cursor.fail("a backtick that is not closed")
    inner = cursor.inner(_bare(text[start:end], '$`\\"' if mode.quoted else "$`\\"), start, end)
    inner.substitutions = 0
    script = inner.script(inner, frozenset())
    if inner.pos != inner.end:
        raise inner.unexpected()
    if inner.pending:
        raise cursor.fail("a here-document that does not begin inside its substitution")
    cursor.pos = end + 1
    cursor.leave()
    out.append(Substitution(script, mode.quoted))
    return True


def _bare(text: str, escaped: str) -> str:
    if "\\" not in text:
        return text
    found, here = [], 0
    while True:
        there = text.find("\\", here)
        if there < 0 or there + 1 >= len(text):
            found.append(text[here:])
            return "".join(found)
        found.append(text[here : there + (text[there + 1] not in escaped)])
        found.append(text[there + 1])
        here = there + 2


def escape(characters: str) -> Handler:
    """Return the handler of a backslash that counts only before ``characters`` and the end of a line."""

    def taken(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
        char = cursor.text[cursor.pos + 1]
        if char == "\n":
            cursor.pos += 2
        elif char in characters:
            out.add(char, quoted=True)
            cursor.pos += 2
        else:
            out.add("\\", quoted=True)
            cursor.pos += 1
        return True

    return taken


def _deeper(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    """Take a bracket of an expression, and another when it closes."""
    out.depth += 1
    return _plainly(cursor, out, mode)


def _shallower(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    if not out.depth:
        return False
    out.depth -= 1
    return _plainly(cursor, out, mode)


def _plainly(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
    out.add(cursor.text[cursor.pos], quoted=True)
    cursor.pos += 1
    return True


def _forbidden(cursor: Cursor, _out: Parts, _mode: Mode) -> bool:
    raise cursor.fail("a single quote in an arithmetic expression")


_EXPANSIONS: dict[str, Handler] = {"$": dollar, "`": backticks}
DOUBLE_QUOTED = Mode(frozenset('"\\$`\0'), {**_EXPANSIONS, "\\": escape('$`"\\')}, quoted=True)
HERE = Mode(frozenset("\\$`\0"), {**_EXPANSIONS, "\\": escape("$`\\")}, quoted=True)
_EXPRESSION = {**_EXPANSIONS, "\\": escape('$`"\\'), '"': _plainly, "'": _forbidden}
_EXPRESSIONS = {
    ")": Mode(frozenset("()\"'\\$`\0"), {**_EXPRESSION, "(": _deeper, ")": _shallower}, quoted=True),
    "]": Mode(frozenset("[]\"'\\$`\0"), {**_EXPRESSION, "[": _deeper, "]": _shallower}, quoted=True),
}
