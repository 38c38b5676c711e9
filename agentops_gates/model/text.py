"""Makes any text safe to print: names and messages in a repository are written by whoever wants to fool the reader."""

from __future__ import annotations

# C0 and C1 controls, DEL, line and paragraph separators, bidirectional overrides and isolates, zero-width marks, BOM.
_HIDDEN = (
    *range(0x20),
    *range(0x7F, 0xA0),
    0x061C,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
)
_ESCAPES = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _HIDDEN}


def printable(text: str | bytes) -> str:
    r"""Return ``text`` on one line with control and direction-changing characters escaped (``\x1b``, ``\u202e``).

    Bytes are read as UTF-8; undecodable bytes, and the surrogates that ``os.fsdecode`` makes of them, show as ``\xff``.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    escaped = text.translate(_ESCAPES)
    return "".join(_surrogate(char) if "\ud800" <= char <= "\udfff" else char for char in escaped)


def _surrogate(char: str) -> str:
    code = ord(char)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
