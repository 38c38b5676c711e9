"""What programs make of known text that turn it into other text."""

from __future__ import annotations

from .ansi import decoded as _escapes


def decoded(name: str, words: list[str], text: str) -> str | None:
    """Return what the program prints that is given ``text``, None if that is not worked out."""
    if len(text) > 65_536:
        return None
    if name == "rev":
        return "".join(line[::-1] + "\n" for line in text.splitlines())
    if name == "tr":
        return _translated(words, text)
    if name == "base64":
        return _base64(words, text)
    return _hex(words, text)


def _base64(words: list[str], text: str) -> str | None:
    import binascii

    if not any(word in ("-d", "-D", "-di", "--decode") or word.startswith("--d") for word in words):
        return binascii.b2a_base64(text.encode("utf-8", "surrogateescape")).decode()
    try:
        return binascii.a2b_base64(text.encode()).decode("utf-8", "surrogateescape").replace("\0", "")
    except (binascii.Error, UnicodeEncodeError):
        return None


def _hex(words: list[str], text: str) -> str | None:
    if not any(word.startswith("-r") or word in ("-pr", "-p -r") for word in words):
        return None
    try:
        return bytes.fromhex("".join(text.split())).decode("utf-8", "surrogateescape").replace("\0", "")
    except ValueError:
        return None


def _translated(words: list[str], text: str) -> str | None:
    deletes = words[:1] == ["-d"]
    sets = [_set(word) for word in words[deletes:]]
    if None in sets or "" in sets or len(sets) != 2 - deletes or words[deletes][:1] == "-":
        return None
    first, second = sets[0] or "", sets[-1] or ""
    if deletes:
        return text.translate(dict.fromkeys(map(ord, first)))
    second += second[-1] * (len(first) - len(second))
    return text.translate(dict(zip(map(ord, first), second, strict=False)))


_CLASSES = {
    "[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "[:lower:]": "abcdefghijklmnopqrstuvwxyz",
    "[:digit:]": "0123456789",
}


def _set(word: str) -> str | None:
    if word in _CLASSES:
        return _CLASSES[word]
    if "[:" in word or "[=" in word:
        return None
    text, found, here = _escapes(word), [], 0
    while here < len(text):
        if text[here + 1 : here + 2] == "-" and here + 2 < len(text):
            found.append("".join(map(chr, range(ord(text[here]), ord(text[here + 2]) + 1)))[:1024])
            here += 3
        else:
            found.append(text[here])
            here += 1
    return "".join(found)
