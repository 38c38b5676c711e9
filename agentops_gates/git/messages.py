"""Trailers of commit messages, wherever they stand.

git's own parser reads the last paragraph only, and none when a line of prose is in it. A squash, a forge and the usual
footer of an agent all put trailers somewhere else: what is asked here is who took part, so every line counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model.text import printable

_KEY = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_LONGEST = 1_000
_PLAIN = (
    rb"utf-?8|(us-?)?ascii|(iso[-_]?)?8859[-_]\d{1,2}|latin[-_]?\d{1,2}|(windows|cp)[-_]?125\d|koi8[-_]?[ru]"
    rb"|euc[-_]?(jp|kr|cn|tw)|gbk|gb2312|gb18030|big5|s(hift)?[-_]?jis|cp932"
)
#: The key under which those stand who wrote with the author.
CO_AUTHOR = "co-authored-by"


def is_plain(encoding: bytes) -> bool:
    """Return whether ASCII stands for itself in this encoding of a message, so that its trailers can be read.

    git shows every message in UTF-8: in UTF-7 a trailer can be written that only people see.
    """
    if not encoding:
        return True
    import re

    return re.fullmatch(_PLAIN, encoding.strip().lower()) is not None


def trailers(message: bytes, *keys: str) -> Iterator[tuple[str, str]]:
    """Yield ``(key, value)`` of every line ``Key: value`` of any paragraph, or of those with one of ``keys``.

    Keys are compared and yielded in lower case. Indentation (``merge --squash``), list marks (a forge's squash), blanks
    before the colon and carriage returns are left out; a value that goes on in indented lines is joined with single
    blanks. Prose that looks like a trailer is yielded too: ask for the keys that mean something.
    """
    for paragraph in paragraphs(message, *keys):
        for key, value in _lines(paragraph.split(b"\n")):
            if not keys or key in keys:
                yield key, printable(b" ".join(value.split()))


def paragraphs(message: bytes, *keys: str) -> list[bytes]:
    """Return the paragraphs that may hold a trailer with one of ``keys`` (none: all), without carriage returns."""
    lower = message.lower()
    wanted = [key.encode() for key in keys]
    if wanted and not any(key in lower for key in wanted):
        return []
    whole = message.replace(b"\r", b"").split(b"\n\n")
    return [part for part in whole if any(key in part.lower() for key in wanted)] if wanted else whole


def co_authors(message: bytes) -> list[str]:
    """Return the e-mail addresses of all ``Co-authored-by`` trailers, in lower case."""
    return [who for _, value in trailers(message, CO_AUTHOR) for who in addresses(value)]


def addresses(text: str) -> list[str]:
    """Return the addresses between angle brackets in lower case; the whole text where there are none.

    More than one stands in a line that somebody wrote by hand, and then each counts.
    """
    bracketed = [part.partition(">")[0] for part in text.split("<")[1:]]
    return [found for part in bracketed or [text] if (found := part.strip().casefold()[:_LONGEST])]


def _lines(lines: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the trailers of one paragraph, values unfolded."""
    margin = _margin(lines)
    key, value = "", b""
    for line in (line[margin:] for line in lines):
        found = _split(line)
        if found is None and key and line[:1] in (b" ", b"\t"):
            value += b" " + line
            continue
        if key:
            yield key, value
        key, value = found or ("", b"")
    if key:
        yield key, value


def _margin(lines: list[bytes]) -> int:
    return min((len(line) - len(line.lstrip(b" \t")) for line in lines if line.strip()), default=0)


def _split(line: bytes) -> tuple[str, bytes] | None:
    name, colon, value = line.strip(b" \t").removeprefix(b"* ").partition(b":")
    name = name.rstrip(b" \t")
    if not colon or not name or not _KEY.issuperset(name):
        return None
    return name.decode("ascii").lower(), value
