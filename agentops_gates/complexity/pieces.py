"""Cuts Python source into pieces that are whole statements of one block, without parsing it.

A cut stands before a ``def``, a ``class`` or the first decorator of one, at a given indentation. ``def`` and ``class``
cannot stand inside brackets, so in a file that parses, a line that starts with one is a statement unless it is inside
a string or continues the line before. Therefore:

- every piece is proved to end outside of strings, and not in a backslash;
- what looks like decorators is proved to be: the text up to the ``def`` holds whole strings and closes the brackets
  that it opens, and no others, so it does not begin inside of any;
- text with whatever else makes columns lie (form feeds, blank lines that end in a backslash) is not cut at all.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ..model.light import NamedTuple

_START = rb"(?:@|def |class |async def )"
_NAME = re.compile(rb"(?<!\w)(?:def|class)[ \t]+([^\s(:\[]+)")
# What makes a line's column, or the name that it defines, differ from what the text shows.
_CONTINUED = re.compile(rb"(?:(?:\A|\n)[ \t]*|(?<!\w)(?:async|def|class)[ \t]*)\\\n")
# More starts than this without a cut, inside of a string or of decorators: text about Python rather than Python.
_MOST_TRIES = 40


def _strings() -> bytes:
    """Return a pattern for one string literal, for every Python from 3.11 on.

    From 3.12 on a replacement field of an f-string may hold the quote that delimits it. Only such fields are accepted
    in which both readings end the literal at the same quote: no braces, comments or escapes inside, quotes in pairs.
    """
    kinds = []
    for quote in (b'"', b"'"):
        other = b"'" if quote == b'"' else b'"'
        for delimiter in (quote * 3, quote):
            triple = len(delimiter) == 3
            end = b"" if triple else rb"\n"
            lone = rb"|%b(?!%b%b)" % (quote, quote, quote) if triple else b""
            inner = rb"|%b(?!%b%b)[^\"'{}#\\\n]*+%b(?!%b%b)" % ((quote,) * 6) if triple else b""
            text = rb"(?:[^%b\\%b]++|\\.%b)*+" % (quote, end, lone)
            field = rb"(?:[^\"'{}#\\%b]++|%b[^\"'{}#\\\n]*+%b%b)*+" % (end, other, other, inner)
            fields = rb"\{%b(?:\{%b\}%b)*+\}" % (field, field, field)
            formatted = rb"(?:[^%b\\{}%b]++|\\[^{}]|\{\{|\}\}|%b%b)*+" % (quote, end, fields, lone)
            prefixed = rb"(?:(?<=[fFtT])|(?<=[fFtT][rR]))"
            plain = rb"(?<![fFtT])(?<![fFtT][rR])"
            # Three quotes are never an empty string and the start of another.
            opening = delimiter if triple else rb"%b(?!%b%b)" % ((quote,) * 3)
            kinds += [plain + opening + text + delimiter, prefixed + opening + formatted + delimiter]
    return b"|".join(kinds)


_STRING = _strings()
_CLOSED = re.compile(rb"(?:[^\"'#]++|\#[^\n]*+|%b)*+" % _STRING, re.DOTALL)
_OPENING = (b"(", b"[", b"{")
_NO_BRACKET = re.compile(rb"[^\"'#()\[\]{}]++|\#[^\n]*+|%b" % _STRING, re.DOTALL)


class Piece(NamedTuple):
    """A part of a text: the line at which it starts, and the offset of its ``def`` or ``class`` line (-1: it has none).

    ``rest`` is the offset of the first statement after that, or of what may be one; -1 if there is surely none.
    """

    text: bytes
    line: int
    start: int
    rest: int

    def names(self) -> frozenset[str]:
        """Return the names that this piece may define in its own block: all of them, and perhaps more."""
        if self.start < 0:
            found = _NAME.findall(self.text)
        else:
            first = _NAME.search(self.text, self.start)
            found = [first[1]] if first else []
            found += _NAME.findall(self.text, self.rest) if self.rest >= 0 else []
        return frozenset(map(_normal, found))


def _normal(name: bytes) -> str:
    text = name.decode()
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)


def cuttable(text: bytes) -> bool:
    """Tell whether the columns that ``text`` shows are those that the parser sees."""
    return b"\f" not in text and not (b"\\\n" in text and _CONTINUED.search(text))


class Cutter:
    """Cuts texts, remembering which of them were proved to begin and end outside of strings."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def cut(self, text: bytes, line: int, indent: bytes = b"", stop: int | None = None) -> list[Piece] | None:
        """Cut ``text``, which starts at ``line``, before each definition at ``indent``, up to offset ``stop``.

        None if it cannot be proved that each piece is whole.
        """
        starts = self._starts(text, re.compile(rb"\n%b%b" % (indent, _START)), len(text) if stop is None else stop)
        if starts is None:
            return None
        rest = re.compile(rb"\n(?:%b)?[^ \t\n#]" % indent)
        pieces = []
        for (begin, start), (end, _) in pairwise([*starts, (len(text), -1)]):
            piece = text[begin:end]
            if not piece:
                continue
            if piece.endswith(b"\\\n"):
                return None
            after = rest.search(piece, start - begin) if start >= 0 else None
            pieces.append(Piece(piece, line, start - begin if start >= 0 else -1, after.start() if after else -1))
            line += piece.count(b"\n")
        return pieces

    def _starts(self, text: bytes, pattern: re.Pattern[bytes], stop: int) -> list[tuple[int, int]] | None:
        """Return for each piece where it begins and where its definition does (-1: nowhere); None as above."""
        found = [(0, -1)]
        decorators, tries = -1, 0
        # With a newline in front, the first line is found like all others.
        for match in pattern.finditer(b"\n" + text, 0, stop + 1):
            place, tries = match.start(), tries + 1
            if tries > _MOST_TRIES:
                return None
            begin = decorators if decorators >= 0 else place
            if not self._closed(text[max(decorators, found[-1][0]) : place]):
                continue
            if match.group().endswith(b"@"):
                decorators = begin
            elif _balanced(text[begin:place]):
                found.append((begin, place))
                decorators, tries = -1, 0
            else:
                return None
        return found if decorators < 0 and self._closed(text[found[-1][0] :]) else None

    def _closed(self, text: bytes) -> bool:
        if text not in self._known:
            if not _CLOSED.fullmatch(text):
                return False
            self._known.add(text)
        return True


def _balanced(text: bytes) -> bool:
    brackets = _NO_BRACKET.sub(b"", text)
    return sum(map(brackets.count, _OPENING)) * 2 == len(brackets)
