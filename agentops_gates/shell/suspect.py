"""Whether text could involve git at all."""

from __future__ import annotations

_NOISE = str.maketrans("", "", "'\"\\\n\r\t {},$()[]+;`")
# With these the word can be made of anything.
_MAKERS = (
    "\\x",
    "\\0",
    "\\1",
    "$'",
    "base64",
    "xxd",
    "rot13",
    "rev",
    "openssl",
    "tr ",
    "chr(",
    "fromCharCode",
    "unhex",
    "printf",
)


def involves_git(text: str) -> bool:
    """Tell whether ``text`` may name git: itself, or pieces and codes of which it can be made."""
    bare = text.translate(_NOISE).lower()
    return "git" in bare or any(maker in text for maker in _MAKERS)
