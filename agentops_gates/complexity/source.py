"""A blob as text: decoded the way its language's own parser would, cut into lines, and hashed without its dressing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate, compress

try:
    from _blake2 import blake2b  # hashlib would load OpenSSL for it: 4 ms of a start that has 60
except ImportError:  # pragma: no cover - a Python built without its own blake2
    from hashlib import blake2b

# PEP 263: the cookie, in the first line, or in the second when the first holds nothing but a comment.
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$", re.ASCII)
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableError(Exception):
    """A blob that is no text; the message is the clause that ends up as a file's problem."""


class Source:
    """Lines of a text (UTF-8, without their ends, numbered from 1), and what remains of ranges of them undressed.

    ``comment`` starts a full-line comment. ``plain`` is false when the bytes of the blob are not the text itself (a
    declared encoding other than UTF-8), so that nothing may be concluded from searching them.
    """

    def __init__(self, text: bytes, comment: bytes, *, plain: bool = True) -> None:
        self.text = text
        self.plain = plain
        self.lines = text.split(b"\n")
        stripped = list(map(bytes.rstrip, self.lines))
        dropped, width = {b"", comment}, len(comment)
        kept = [line[:width] not in dropped for line in map(bytes.lstrip, stripped)]
        self._kept = list(compress(stripped, kept))
        # How many lines are kept before each line, so that a range of line numbers is a slice of what is kept.
        self._before = [0, *accumulate(kept)]

    @property
    def count(self) -> int:
        """The number of lines; the empty string after a final newline is not one."""
        return len(self.lines) - (len(self.lines) > 1 and not self.lines[-1])

    def body(self, first: int, last: int, column: int = 0) -> bytes:
        """Return lines ``first`` to ``last``, dedented, without trailing space, blank lines and full-line comments.

        With ``column`` the first line counts from that byte on: the body of a function that is written on one line.
        """
        if column:
            head = self.lines[first - 1][column:].strip()
            return b"\n".join([head, *self._kept[self._before[first] : self._before[last]]])
        kept = self._kept[self._before[first - 1] : self._before[last]]
        if not kept:
            return b""
        margin = len(kept[0]) - len(kept[0].lstrip())
        joined = b"\n".join(kept)
        return joined[margin:].replace(b"\n" + kept[0][:margin], b"\n") if margin else joined


def digest(data: bytes) -> str:
    """Return 16 hexadecimal digits that stand for ``data``: blake2b of 8 bytes."""
    return blake2b(data, digest_size=8).hexdigest()


def normalise(blob: bytes) -> bytes:
    r"""Return ``blob`` without a UTF-8 byte order mark and with every line end (``\r\n``, ``\r``) as ``\n``.

    Raises UnreadableError for what no parser here takes: UTF-16, and NUL bytes, with the line of the first.
    """
    if blob.startswith(_UTF16_BOMS):
        raise UnreadableError("is encoded as UTF-16")
    nul = blob.find(b"\0")
    if nul >= 0:
        raise UnreadableError(f"holds a NUL byte (line {len(blob[: nul + 1].splitlines())})")
    blob = blob.removeprefix(_UTF8_BOM)
    return blob.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in blob else blob


def python_source(blob: bytes) -> Source:
    """Return the text of a Python file, decoded as its cookie says; raises UnreadableError when it cannot be."""
    text = normalise(blob)
    head = text.split(b"\n", 2)[:2]
    declared = _declared(head)
    name = _normal(declared)
    try:
        decoded = text.decode(name)
    except (LookupError, ValueError) as error:
        raise UnreadableError(
            f"is not valid in the encoding it declares ({declared})"
            if declared
            else "is not valid UTF-8 and declares no encoding"
        ) from error
    if name == "utf-8":
        # Should the parser see a cookie where we see none, what the bytes show is not what it reads.
        return Source(text, b"#", plain=bool(declared) or not any(b"coding" in line for line in head))
    return Source(decoded.encode("utf-8", "surrogatepass"), b"#", plain=False)


def plain_python(blob: bytes) -> bytes | None:
    """Return the text of a Python file that is UTF-8 and says nothing else about itself; None for any other."""
    try:
        text = normalise(blob)
        text.decode()
    except (UnreadableError, ValueError):
        return None
    head = text.split(b"\n", 2)[:2]
    declared = _declared(head)
    if _normal(declared) != "utf-8":
        return None
    return text if declared or not any(b"coding" in line for line in head) else None


def _declared(head: Iterable[bytes]) -> str:
    for line in head:
        found = _COOKIE.match(line)
        if found:
            return found.group(1).decode("ascii")
        if not _BLANK.match(line):
            break
    return ""


def _normal(declared: str) -> str:
    """Return the codec for a cookie; CPython reads "utf-8-unix" and the like as UTF-8 (get_normal_name)."""
    name = declared.lower().replace("_", "-")
    return "utf-8" if not name or name in {"utf-8", "utf8"} or name.startswith("utf-8-") else declared
