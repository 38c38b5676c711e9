"""Small operations on words that may have holes."""

from __future__ import annotations

from .value import Value

_BLANKS = " \t\n\r"


def names(text: str) -> frozenset[str]:
    """Return the words of ``text`` as a set."""
    return frozenset(text.split())


def cut(value: Value, length: int) -> Value:
    """Return ``value`` without its first ``length`` characters, all of which are known."""
    first = value.pieces[0] or ""
    return value._replace(pieces=(first[length:], *value.pieces[1:]))


def empty(value: Value) -> bool:
    """Tell whether it is certainly the empty word."""
    return value.text == ""


def split(text: str) -> list[str] | None:
    """Return the words of ``text`` as git splits an alias: blanks, quotes, backslashes; None if a quote is open."""
    words, quote = _read(text)
    return None if quote else list(map("".join, words))


def _read(text: str) -> tuple[list[list[str]], str]:
    """Return the letters of each word, and the quote that is still open at the end ("" for none)."""
    words: list[list[str]] = []
    inside, quote, place = False, "", 0
    while place < len(text):
        char = text[place]
        place += 1
        if not quote and char in _BLANKS:
            inside = False
            continue
        if not inside:
            words.append([])
            inside = True
        if char == "\\" and quote != "'":
            words[-1].append(text[place : place + 1])
            place += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            words[-1].append(char)
    return words, quote
