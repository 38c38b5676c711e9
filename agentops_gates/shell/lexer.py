"""Where a parser stands in shell text, and how it takes up characters. Nothing here knows the grammar.

No library reads the text, and the choice was looked at. bashlex is under the GPL and stops at arithmetic and ``case``;
tree-sitter-bash is a native wheel that recovers from errors, so that what it misread looks like what it read, and it
leaves quotes, escapes and here-documents to be read again; what there is for dash and shfmt knows one shell or starts
a process. A guard needs the opposite: bash and sh at once, an error for all that is not certain, and the place of each
character.
"""

from __future__ import annotations

from ..model.errors import UndecidedError
from ..model.light import TYPE_CHECKING, NamedTuple
from .syntax import Part, Script, Text

MAX_TEXT = 131_072
MAX_DEPTH = 64
MAX_WORDS = 16_384
# Characters that may be looked at twice (where a bracket closes): a multiple of the text, or nesting makes it a square.
_MAX_SCANNED = 4 * MAX_TEXT

META = frozenset(" \t\n;&|<>()\0")


class ShellSyntaxError(UndecidedError):
    """The text is no shell text that can be read for certain. ``position`` counts characters of the text."""

    def __init__(self, what: str, position: int) -> None:
        super().__init__(f"{what} at character {position}")
        self.what = what
        self.position = position


class Parts:
    """Collects the parts of a word; neighbouring characters with the same quoting become one text."""

    __slots__ = ("_buffer", "_done", "_quoted", "depth")

    def __init__(self) -> None:
        self._done: list[Part] = []
        self._buffer: list[str] = []
        self._quoted = False
        self.depth = 0

    def add(self, text: str, quoted: bool) -> None:
        """Append characters. An empty quoted text makes a word where there would be none."""
        if quoted is not self._quoted:
            self._flush()
            self._quoted = quoted
        self._buffer.append(text)

    def append(self, part: Part) -> None:
        """Append an expansion."""
        self._flush()
        self._done.append(part)

    def done(self) -> tuple[Part, ...]:
        """Return all parts."""
        self._flush()
        return tuple(self._done)

    def _flush(self) -> None:
        if self._buffer:
            self._done.append(Text("".join(self._buffer), self._quoted))
            self._buffer = []


if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[["Cursor", Parts, "Mode"], bool]


class Mode(NamedTuple):
    """How characters are read in one place: what each special one does, and whether the others count as quoted.

    A special character without a handler, or whose handler says False, ends the place.
    """

    special: frozenset[str]
    handlers: dict[str, Handler]
    quoted: bool


class Counts:
    """What all cursors over one text have used up together."""

    __slots__ = ("depth", "scanned", "words")

    def __init__(self) -> None:
        self.depth = self.words = self.scanned = 0


class Cursor:
    """A place in a text, which NULs follow so that nobody need look for its end.

    ``shift`` is where the text begins in the one that was given first; with ``fixed`` every place in it counts as that
    one, for text that was put together (a here-document without its tabs, backticks without their backslashes).
    """

    __slots__ = (
        "counts",
        "end",
        "fixed",
        "matches",
        "meta",
        "pending",
        "pos",
        "script",
        "shift",
        "substitutions",
        "text",
    )

    def __init__(self, text: str, shift: int = 0, fixed: tuple[int, int] | None = None) -> None:
        self.text = text + "\0\0\0"
        self.end = len(text)
        self.pos = 0
        self.shift = shift
        self.fixed = fixed
        self.counts = Counts()
        self.pending: list[Callable[[Cursor], None]] = []
        self.matches: dict[int, int] = {}
        self.substitutions = 0
        self.meta = META
        self.script: Callable[[Cursor, frozenset[str]], Script]
        # With every line ended by CR LF the CR is a blank; a lone one is a character like any other, as in the shell.
        returns = text.count("\r")
        if returns and returns == text.count("\r\n") == text.count("\n"):
            self.meta = META | {"\r"}

    def inner(self, text: str, start: int, end: int) -> Cursor:
        """Return a cursor over ``text``, which stands between ``start`` and ``end``, maybe without some characters."""
        fixed = self.fixed
        if fixed is None and text != self.text[start:end]:
            fixed = self.span(start, end)
        made = Cursor(text, self.shift + start, fixed)
        made.counts, made.script, made.substitutions = self.counts, self.script, self.substitutions
        return made

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``start`` and ``end`` are in the text that was given first."""
        return self.fixed or (start + self.shift, end + self.shift)

    def fail(self, what: str, position: int | None = None) -> ShellSyntaxError:
        """Return the error for this place."""
        return ShellSyntaxError(what, self.span(self.pos if position is None else position, 0)[0])

    def unexpected(self) -> ShellSyntaxError:
        """Return the error for a character that does not belong here."""
        char = self.text[self.pos]
        if char == "\0":
            return self.fail("unexpected end of the text")
        return self.fail("unexpected end of the line" if char == "\n" else f"unexpected {char!r}")

    def enter(self) -> None:
        """Count one more level of nesting; ``leave`` takes it back. Raises ShellSyntaxError over the limit."""
        self.counts.depth += 1
        if self.counts.depth > MAX_DEPTH:
            raise self.fail(f"nested deeper than {MAX_DEPTH} levels")

    def leave(self) -> None:
        """Take back one level of nesting."""
        self.counts.depth -= 1

    def count(self) -> None:
        """Count one more word or expansion. Raises ShellSyntaxError over the limit."""
        self.counts.words += 1
        if self.counts.words > MAX_WORDS:
            raise self.fail(f"more than {MAX_WORDS} words")

    def scanned(self, characters: int) -> None:
        """Count characters that were looked at ahead. Raises ShellSyntaxError over the limit."""
        self.counts.scanned += characters
        if self.counts.scanned > _MAX_SCANNED:
            raise self.fail("too many brackets")

    def blanks(self) -> None:
        """Skip blanks, continued lines and a comment."""
        text, meta = self.text, self.meta
        while True:
            char = text[self.pos]
            if char in " \t" or (char == "\r" and "\r" in meta):
                self.pos += 1
            elif char == "\\" and text[self.pos + 1] == "\n":
                self.pos += 2
            elif char == "#":
                found = text.find("\n", self.pos)
                self.pos = self.end if found < 0 else found
            else:
                return

    def lines(self) -> None:
        """Skip blanks, comments and empty lines."""
        self.blanks()
        while self.text[self.pos] == "\n":
            self.newline()
            self.blanks()

    def newline(self) -> None:
        """Take the end of a line, and the here-documents that follow it."""
        self.pos += 1
        if self.pending:
            waiting, self.pending = self.pending, []
            for read in waiting:
                read(self)

    def peek(self) -> str:
        """Return the characters up to the next blank or operator, without continued lines, of a long word a part."""
        text, meta, here = self.text, self.meta, self.pos
        found: list[str] = []
        while len(found) < 16:
            char = text[here]
            if char == "\\" and text[here + 1] == "\n":
                here += 2
                continue
            if char in meta:
                if char in "<>" and text[here + 1] == "(":
                    found.append(char)
                break
            found.append(char)
            here += 1
        return "".join(found)

    def take(self, raw: str) -> None:
        """Move past ``raw``, which ``peek`` returned. Raises ShellSyntaxError if a continued line stands in it."""
        if not self.text.startswith(raw, self.pos):
            raise self.fail("a continued line inside a word of the grammar")
        self.pos += len(raw)


def read(cursor: Cursor, out: Parts, mode: Mode) -> None:
    """Take up characters until one ends the place that ``mode`` is for; the cursor is left before it."""
    text, special, handlers, quoted = cursor.text, mode.special, mode.handlers, mode.quoted
    while True:
        start = here = cursor.pos
        while text[here] not in special:
            here += 1
        if here != start:
            out.add(text[start:here], quoted)
            cursor.pos = here
        handler = handlers.get(text[here])
        if handler is None or not handler(cursor, out, mode):
            return


def matching(cursor: Cursor, start: int) -> int:
    """Return where the parenthesis that opens at ``start`` closes, -1 for nowhere; quotes are skipped, no more.

    What is found is only a guess at which of two readings to try: the reading itself must then agree.
    """
    if start not in cursor.matches:
        _match(cursor, start)
    return cursor.matches.get(start, -1)


def _match(cursor: Cursor, start: int) -> None:
    text, here = cursor.text, start
    open_at: list[int] = []
    while True:
        char = text[here]
        if char == "(":
            open_at.append(here)
        elif char == ")":
            cursor.matches[open_at.pop()] = here
        elif char == "\\":
            here += 1
        elif char in "'\"`":
            here = closing_quote(text, here)
        here += 1
        if char == "\0" or not open_at or here > cursor.end:
            break
    cursor.scanned(here - start)
    cursor.matches.update(dict.fromkeys(open_at, -1))


def closing_quote(text: str, start: int) -> int:
    """Return where the quote that opens at ``start`` closes; the end of the text if it does not."""
    quote, here = text[start], start + 1
    if quote == "'":
        found = text.find(quote, here)
        return len(text) - 3 if found < 0 else found
    while text[here] not in (quote, "\0"):
        here += 2 if text[here] == "\\" and text[here + 1] != "\0" else 1
    return here
