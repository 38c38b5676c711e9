r"""The escapes of ``$'...'``."""

from __future__ import annotations

_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SAME = "\\'\"?"
_HEX = "0123456789abcdefABCDEF"
_OCTAL = "01234567"
_LENGTHS = {"x": 2, "u": 4, "U": 8}


def decoded(text: str, *, cut: bool = True) -> str:
    r"""Return what ``$'text'`` stands for in bash: its escapes replaced, with ``cut`` cut off at a NUL that one makes.

    A byte over 127 becomes the surrogate that ``os.fsdecode`` makes of it.
    """
    found = []
    here = 0
    while True:
        there = text.find("\\", here)
        if there < 0 or there + 1 >= len(text):
            found.append(text[here:])
            break
        found.append(text[here:there])
        char, here = _escape(text, there + 1)
        if char == "\0" and cut:
            break
        found.append(char)
    return "".join(found)


def _escape(text: str, here: int) -> tuple[str, int]:
    letter = text[here]
    if letter in _LETTERS:
        return _LETTERS[letter], here + 1
    if letter in _SAME:
        return letter, here + 1
    if letter in _OCTAL:
        end = _run(text, here, here + 3, _OCTAL)
        return _byte(int(text[here:end], 8) & 0xFF), end
    if letter in _LENGTHS:
        return _hexadecimal(text, here, letter)
    if letter == "c" and here + 1 < len(text):
        return _byte(ord(text[here + 1].upper()) & 0x1F), here + 2
    return "\\" + letter, here + 1


def _hexadecimal(text: str, here: int, letter: str) -> tuple[str, int]:
    start = here + 1
    braced = letter == "x" and text.startswith("{", start)
    if braced:
        start += 1
    end = _run(text, start, len(text) if braced else start + _LENGTHS[letter], _HEX)
    if end == start:
        return "\\" + letter, here + 1
    code = int(text[start:end][-8:], 16)
    if braced and text.startswith("}", end):
        end += 1
    if letter == "x":
        return _byte(code & 0xFF), end
    return (chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"), end


def _run(text: str, start: int, limit: int, digits: str) -> int:
    end = start
    while end < min(limit, len(text)) and text[end] in digits:
        end += 1
    return end


def _byte(code: int) -> str:
    return chr(code) if code < 0x80 else chr(0xDC00 + code)
