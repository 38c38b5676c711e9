"""Reads the file of allowed signers and the list of revoked keys, both written by whoever could write to the base.

A name counts only if one line gives it to one key in plain letters. OpenSSH also knows patterns (``*`` is everybody),
authorities whose certificates carry names, and keys with several names; with each of them the reader of the file could
not tell who a signature is by, and nobody could tell a judge from an author. A line that cannot be read never
makes a key count; a revocation list that cannot be read makes *no* key count.
"""

from __future__ import annotations

from ..model.light import Any, NamedTuple
from ..model.text import printable
from . import sshsig
from .sshsig import SignatureError

_LIMIT = 1 << 20
_LONGEST = 1 << 14  # three times what the longest RSA key takes
_KRL = b"SSHKRL\n\0"
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09})
_NEVER_IN_NAMES = frozenset('"\\,*?!')
_IN_NAMESPACES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._-+*?!,")
_FIELDS = {"namespaces": "namespaces", "valid-after": "after", "valid-before": "before"}
_TIMES = (8, 12, 14)


class Line(NamedTuple):
    """One line of the signers file. ``problem`` is why it does not count ("..., which ..."), or empty.

    ``names`` are all that it gives the key, patterns left out. ``after`` and ``before`` bound the time in which the key
    counts (``YYYYMMDDHHMMSS``, UTC, or empty). ``namespaces`` is OpenSSH's pattern list, or empty.
    """

    number: int
    names: tuple[str, ...]
    after: str = ""
    before: str = ""
    namespaces: str = ""
    problem: str = ""


def read_signers(data: bytes, where: str) -> tuple[dict[bytes, list[Line]], tuple[int, ...]]:
    """Return the lines of a signers file by the key they hold (OpenSSH's encoding), and the numbers of unreadable ones.

    ``where`` is the file's name for messages. Raises SignatureError, worded "cannot be verified: ...", when it is too
    long.
    """
    if len(data) > _LIMIT:
        limit = f"cannot be verified: {where} is {len(data)} bytes long (at most {_LIMIT})"
        raise SignatureError(limit, f"keep only the lines of those who judge in {where}")
    lines: dict[bytes, list[Line]] = {}
    unread = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        text = raw.removesuffix(b"\r").strip(b" \t")
        if not text or text.startswith(b"#"):
            continue
        try:
            key, line = _line(number, text)
        except ValueError:
            unread.append(number)
        else:
            lines.setdefault(key, []).append(line)
    return lines, tuple(unread)


def read_revoked(data: bytes, where: str) -> frozenset[bytes] | None:
    """Return the keys that a revocation list names one a line, or None for a binary list, which only OpenSSH reads.

    Raises SignatureError, worded "cannot be verified: ...", for anything else: OpenSSH takes a file with the line ends
    of an old Macintosh as one line and then overlooks every key but the first.
    """
    if data.startswith(_KRL):
        return None
    keys = set()
    for number, raw in enumerate(data.split(b"\n"), 1):
        text = raw.removesuffix(b"\r").strip(b" \t")
        if not text or (text.startswith(b"#") and _plain(text)):
            continue
        try:
            keys.add(_key(_words(text)))
        except ValueError:
            raise SignatureError(
                f"cannot be verified: line {number} of {where} is not a public key, so nobody knows what is revoked",
                f"write {where} as public keys, one a line, or as ssh-keygen -k makes it",
            ) from None
    return frozenset(keys)


def _plain(text: bytes) -> bool:
    return text.translate(None, _CONTROLS) == text


def _words(text: bytes) -> list[bytes]:
    """Split at blanks outside of quotes, as far as the key can stand. Raises ValueError for what is no line of text."""
    if len(text) > _LONGEST or not _plain(text):
        raise ValueError("too long, or control characters")
    if b'"' not in text:
        return text.split(None, 4)[:4]
    words = [b""]
    quoted = False
    for index in range(len(text)):
        char = text[index : index + 1]
        quoted ^= char == b'"'
        if char not in b" \t" or quoted:
            words[-1] += char
        elif words[-1]:
            if len(words) == 4:
                break
            words.append(b"")
    return words


def _key(words: list[bytes]) -> bytes:
    """Return the key that the first two words write. Raises ValueError if they do not, or only a part of it."""
    kind, text, *_ = words
    key = sshsig.decode(text)
    (inner,), rest = sshsig.fields(key, 1)
    if inner != kind or not rest:
        raise ValueError("type and key differ")
    while rest:
        _, rest = sshsig.fields(rest, 1)
    return key


def _line(number: int, text: bytes) -> tuple[bytes, Line]:
    """Return the key of one line and what the line says of it. Raises ValueError when no key stands where one must."""
    names, *words = _words(text)
    try:
        key, options = _key(words), b""
    except ValueError:
        key, options = _key(words[1:]), words[0]
    kind = printable(words[1 if options else 0])
    line = _names(number, printable(names) if _plain(names) else "")
    if not line.problem and kind not in sshsig.ALGORITHMS:
        line = line._replace(problem=f"whose type of key ({kind}) does not count")
    return key, _options(line, printable(options)) if options and not line.problem else line


def _names(number: int, text: str) -> Line:
    entries = text.removeprefix('"').removesuffix('"').split(",")
    names = tuple(name for name in entries if name and not _NEVER_IN_NAMES & set(name) and " " not in name)
    problem = ""
    if any(name.startswith("!") for name in entries):
        problem = "which says who it is not for; name the one person it is for"
    elif not names:
        problem = f"which names nobody but the pattern {text}; name the one person it is for"
    return Line(number, names, problem=problem)


def _options(line: Line, text: str) -> Line:
    """Return ``line`` with what its options say, or with the reason why one of them is not understood."""
    for option in _split(text):
        name, _, value = option.partition("=")
        if name.lower() == "cert-authority":
            return line._replace(problem="which is for certificates; list the person's own key")
        field = _FIELDS.get(name.lower(), "")
        meant = _value(field, value)
        if not meant or getattr(line, field):
            return line._replace(problem=f"whose option {option} is not understood, or stands twice")
        change: dict[str, Any] = {field: meant}
        line = line._replace(**change)
    return line


def _value(field: str, quoted: str) -> str:
    """Return what the value of an option means for its field, or an empty string if nothing is known of it."""
    text = quoted[1:-1]
    if not field or quoted != f'"{text}"':
        return ""
    if field == "namespaces":
        return text if set(text) <= _IN_NAMESPACES else ""
    return _time(text)


def _split(text: str) -> list[str]:
    """Split at commas outside of quotes."""
    parts = text.split('"')
    # Every second part is quoted: a comma in there is part of the value.
    parts[1::2] = [part.replace(",", "\0") for part in parts[1::2]]
    return [option.replace("\0", ",") for option in '"'.join(parts).split(",")]


def _time(text: str) -> str:
    """Return OpenSSH's ``YYYYMMDD[HHMM[SS]][Z]`` as fourteen digits, UTC in any case; empty if it is no time."""
    digits = text.removesuffix("Z")
    if len(digits) not in _TIMES or not (digits.isascii() and digits.isdigit()):
        return ""
    return digits.ljust(14, "0")
