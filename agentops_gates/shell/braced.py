"""Reads ``${...}``: the parameter, its subscript, the operator, and the word that the operator takes."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .dollar import backticks, command_braces, dollar, double_quotes, escape, name_end, process, single_quotes
from .lexer import Cursor, Mode, Parts, read
from .syntax import Parameter, Word

if TYPE_CHECKING:
    from .lexer import Handler

_SPECIAL = "@*#?-$!"
_TWO = frozenset(("//", "##", "%%", "^^", ",,", "~~", "/#", "/%", ":-", ":=", ":+", ":?"))
_ONE = "/#%^,~:-=+?@"
_PATTERNS = "#%/^,~"


def braced(cursor: Cursor, out: Parts, mode: Mode) -> None:
    """Take ``${...}``; with a blank or a bar behind the brace it is a command substitution of newer shells."""
    if cursor.text[cursor.pos + 2] in " \t\n|":
        command_braces(cursor, out, mode)
        return
    cursor.count()
    cursor.enter()
    start = cursor.pos
    cursor.pos += 2
    length = _length(cursor)
    name = _name(cursor)
    below = subscript(cursor) if name and cursor.text[cursor.pos] == "[" else None
    written = cursor.text[start + 2 + length : cursor.pos]
    operator = _operator(cursor)
    argument = _argument(cursor, mode, operator) if operator else None
    if cursor.text[cursor.pos] != "}":
        raise cursor.fail("a parameter expansion that cannot be read", start)
    cursor.pos += 1
    cursor.leave()
    out.append(Parameter(written, operator, argument, mode.quoted, bool(length), below))


def _length(cursor: Cursor) -> int:
    """Skip the sign of ``${#name}``; in ``${#}``, ``${#-x}`` and the like it is the parameter."""
    following = cursor.text[cursor.pos + 1]
    if cursor.text[cursor.pos] != "#" or following == "}":
        return 0
    if following in "-=?:%/+#" and cursor.text[cursor.pos + 2] != "}":
        return 0
    cursor.pos += 1
    return 1


def _name(cursor: Cursor) -> bool:
    text = cursor.text
    if text[cursor.pos] == "!" and (text[cursor.pos + 1].isalnum() or text[cursor.pos + 1] in "_@*#"):
        cursor.pos += 1
    end = name_end(text, cursor.pos)
    while end == cursor.pos or text[cursor.pos].isdigit():
        if not text[end].isdigit():
            break
        end += 1
    if end == cursor.pos and text[end] in _SPECIAL:
        end += 1
    found = end != cursor.pos
    cursor.pos = end
    return found


def subscript(cursor: Cursor) -> Word:
    """Read ``[...]``. Raises ShellSyntaxError where it does not close."""
    start = cursor.pos
    cursor.enter()
    cursor.pos += 1
    out = Parts()
    read(cursor, out, _SUBSCRIPT)
    if cursor.text[cursor.pos] != "]":
        raise cursor.fail("a subscript that is not closed", start)
    cursor.pos += 1
    cursor.leave()
    return Word(out.done(), *cursor.span(start + 1, cursor.pos - 1))


def _operator(cursor: Cursor) -> str:
    """Return the operator; what no shell here has (a flag of zsh) is one too, so that its argument is looked at."""
    text, here = cursor.text, cursor.pos
    if text[here] in "}\0":
        return ""
    size = 2 if text[here : here + 2] in _TWO else 1
    if size == 1 and text[here] == "@" and text[here + 1].isalpha():
        size = 2
    elif size == 1 and text[here] not in _ONE:
        return "unknown"
    cursor.pos += size
    return text[here : here + size]


def _argument(cursor: Cursor, mode: Mode, operator: str) -> Word:
    out = Parts()
    start = cursor.pos
    if not mode.quoted:
        read(cursor, out, _FREE)
    elif operator[0] in _PATTERNS:
        read(cursor, out, _PATTERN)
    else:
        read(cursor, out, _QUOTED)
    return Word(out.done(), *cursor.span(start, cursor.pos))


def _backslash(cursor: Cursor, out: Parts, _mode: Mode) -> bool:
    char = cursor.text[cursor.pos + 1]
    if char == "\0":
        return False
    if char != "\n":
        out.add(char, quoted=True)
    cursor.pos += 2
    return True


def _angle(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    if cursor.text[cursor.pos + 1] == "(":
        return process(cursor, out, mode)
    return _plain(cursor, out, mode)


def _plain(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    out.add(cursor.text[cursor.pos], mode.quoted)
    cursor.pos += 1
    return True


def _doubtful(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    """Take a single quote inside ``"${x:-...}"``: bash skips what it quotes on its way to the brace, sh does not."""
    end = cursor.text.find("'", cursor.pos + 1)
    between = cursor.text[cursor.pos + 1 : end]
    if end < 0 or any(char in between for char in '}"$`\\'):
        raise cursor.fail('a single quote inside "${...}", which sh and bash read differently')
    out.add(f"'{between}'", mode.quoted)
    cursor.pos = end + 1
    return True


def _deeper(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    out.depth += 1
    return _plain(cursor, out, mode)


def _shallower(cursor: Cursor, out: Parts, mode: Mode) -> bool:
    if not out.depth:
        return False
    out.depth -= 1
    return _plain(cursor, out, mode)


_ALL: dict[str, Handler] = {'"': double_quotes, "$": dollar, "`": backticks}
_FREE = Mode(
    frozenset("}'\"\\$`<>\0"), {**_ALL, "'": single_quotes, "\\": _backslash, "<": _angle, ">": _angle}, quoted=False
)
_QUOTED = Mode(frozenset("}'\"\\$`\0"), {**_ALL, "'": _doubtful, "\\": escape('$`"\\}')}, quoted=True)
_PATTERN = Mode(frozenset("}'\"\\$`\0"), {**_ALL, "'": single_quotes, "\\": escape('$`"\\}')}, quoted=True)
_SUBSCRIPT = Mode(
    frozenset("[]'\"\\$`\0"),
    {**_ALL, "'": single_quotes, "\\": _backslash, "[": _deeper, "]": _shallower},
    quoted=False,
)
