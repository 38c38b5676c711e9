"""Reads program text of any scripting language as strings, names and signs: enough to find the commands in it."""

from __future__ import annotations

from ..model.light import NamedTuple
from .ansi import decoded

# Python, JavaScript, Ruby, Perl, PHP, awk and Lua differ in what is a comment and in which strings have holes.
_LINE_COMMENTS = {"js": ("//",), "lua": ("--",), "php": ("//", "#"), "script": ("--",)}
_MARKS = {"python": "{", "js": "${", "ruby": "#{", "perl": "$", "php": "$"}
# What a name may begin with besides letters; where single quotes keep backslashes; quotes that are names.
_NAMES = {"perl": "_$@", "php": "_$@", "ruby": "_$@"}
_RUBY = ("%x", "%w", "%W", "%q", "%Q")
_LITERAL = ("perl", "ruby", "php")
_QUOTES = {"q": "q", "qq": "Q", "qx": "x", "qw": "w"}
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


class Token(NamedTuple):
    """A string, a name, a sign, or a command in backticks. ``pieces`` are a string's, a name in a tuple for a hole."""

    kind: str
    text: str
    pieces: tuple[str | tuple[str], ...] = ()


def tokens(source: str, language: str) -> list[Token]:
    """Return the tokens of ``source``, without comments and blanks; the end of a line is a sign."""
    reader = _Reader(source, language)
    while reader.here < len(source):
        reader.one()
    return reader.found


class _Reader:
    def __init__(self, source: str, language: str) -> None:
        self.source, self.language, self.here = source, language, 0
        self.found: list[Token] = []

    def one(self) -> None:
        """Take one token, or what stands between two."""
        source, here = self.source, self.here
        char = source[here]
        if char in " \t\r\\":
            self.here += 1
        elif self._comment():
            self._skip("\n", 0)
        elif self.language == "js" and source.startswith("/*", here):
            self._skip("*/", 2)
        elif char in "\"'`":
            self._string("", here)
        elif char in _NAMES.get(self.language, "_") or char.isalnum():
            self._name()
        elif self.language == "ruby" and source[here : here + 2] in _RUBY:
            self._delimited(source[here + 1], here + 2)
        else:
            self.found.append(Token("p", char))
            self.here += 1

    def _skip(self, mark: str, size: int) -> None:
        end = self.source.find(mark, self.here)
        self.here = len(self.source) if end < 0 else end + size

    def _comment(self) -> bool:
        return self.source.startswith(_LINE_COMMENTS.get(self.language, ("#",)), self.here) and not (
            self.language == "perl" and self.here and self.source[self.here - 1] in "$@"
        )

    def _name(self) -> None:
        source, end = self.source, self.here + 1
        while source[end : end + 1] == "_" or source[end : end + 1].isalnum():
            end += 1
        name = source[self.here : end].lstrip("$@") or source[self.here : end]
        self.here = end
        if self.language == "python" and len(name) <= 2 and source[end : end + 1] in ('"', "'"):
            self._string(name.lower(), end)
        elif self.language == "perl" and name in _QUOTES and self._opens(end):
            self._delimited(_QUOTES[name], self.here)
        else:
            self.found.append(Token("n", name))

    def _opens(self, end: int) -> bool:
        while self.source[end : end + 1] == " ":
            end += 1
        self.here = end
        return self.source[end : end + 1] in tuple("({[</|!'\"~")

    def _delimited(self, kind: str, start: int) -> None:
        """Take a string between brackets or any other sign."""
        opening = self.source[start : start + 1]
        closing = _PAIRS.get(opening, opening)
        depth, end = 1, start + 1
        while end < len(self.source):
            char = self.source[end]
            if char == closing:
                depth -= 1
            elif char == opening:
                depth += 1
            if not depth:
                break
            end += 1
        body = self.source[start + 1 : end]
        self.here = end + 1
        if kind in "wW":
            self.found.append(Token("p", "["))
            for word in body.split():
                self.found.extend((Token("s", word, (word,)), Token("p", ",")))
            self.found.append(Token("p", "]"))
        else:
            pieces = (body,) if kind == "q" else self._holes(body, '"')
            self.found.append(Token("x" if kind == "x" else "s", body, pieces))

    def _string(self, prefix: str, start: int) -> None:
        source, quote = self.source, self.source[start]
        raw = "r" in prefix
        if self.language == "python" and source.startswith(quote * 3, start):
            quote *= 3
        begin = start + len(quote)
        end = self._closing(quote, begin, raw=raw)
        body = source[begin:end]
        self.here = end + len(quote)
        text = body if raw or (quote == "'" and self.language in _LITERAL) else decoded(body)
        holes = "f" in prefix if self.language == "python" else quote in ('"', "`")
        pieces = self._holes(text, quote) if holes else (text,)
        self.found.append(Token(self._kind(quote, start), text, pieces))

    def _kind(self, quote: str, start: int) -> str:
        """Tell a command from a string: backticks, in JavaScript those behind "$", which Bun and zx run."""
        command = quote == "`" and (self.language != "js" or self.source[start - 1 : start] == "$")
        return "x" if command else "s"

    def _closing(self, quote: str, begin: int, *, raw: bool) -> int:
        end, source = begin, self.source
        while end < len(source) and not source.startswith(quote, end):
            end += 1 if raw or source[end] != "\\" else 2
        return end

    def _holes(self, text: str, quote: str) -> tuple[str | tuple[str], ...]:
        """Cut the text where a value is put into it."""
        mark = "" if self.language == "js" and quote != "`" else _MARKS.get(self.language, "")
        found: list[str | tuple[str]] = []
        here = 0
        while mark:
            there = text.find(mark, here)
            if there < 0:
                break
            found.append(text[here:there])
            start = there + len(mark)
            here = self._hole(text, start, braced=mark.endswith("{") or text[start : start + 1] == "{")
            found.append((text[start:here].strip("{} "),) if here > start else mark)
        found.append(text[here:])
        return tuple(found)

    def _hole(self, text: str, start: int, *, braced: bool) -> int:
        """Return where a value that is put in ends."""
        if braced:
            close = text.find("}", start)
            return len(text) if close < 0 else close + 1
        end = start
        while text[end : end + 1] == "_" or text[end : end + 1].isalnum():
            end += 1
        return end
