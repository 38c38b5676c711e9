"""Makes any text safe to print: names and messages in a repository are written by whoever wants to fool the reader."""

from __future__ import annotations

# Invisible although Unicode calls them letters and marks: fillers, and the variation selectors that can carry a
# hidden message to a reader that is a language model.
_INVISIBLE = frozenset(
    chr(code) for code in (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, *range(0xFE00, 0xFE10), 0xFFA0)
)
_SELECTORS = ("\U000e0100", "\U000e01ef")


def printable(text: str | bytes) -> str:
    r"""Return ``text`` on one line with everything escaped that cannot be seen or changes what is seen.

    That is what ``str.isprintable`` says no to (controls, line ends, direction marks, zero-width and tag characters,
    blanks other than the plain one, unassigned and private code points) and the few that it does not know. They show
    as ``\x1b``, ``\u202e`` or ``\U000e0041``. Bytes are read as UTF-8; undecodable bytes, and the surrogates that
    ``os.fsdecode`` makes of them, show as ``\xff``.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    # Azure's agent (##vso[) and GitHub's (##[) take a command wherever it stands in a line of output.
    text = text.replace("##[", "#\\x23[").replace("##vso[", "#\\x23vso[")
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _visible(char) else _escape(ord(char)) for char in text)


def _visible(char: str) -> bool:
    return char.isprintable() and char not in _INVISIBLE and not _SELECTORS[0] <= char <= _SELECTORS[1]


def _escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
