"""Which of a program's arguments are files that it writes, moves or removes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..command import Command
from ..value import Value
from ..words import cut, names

#: A file, and whether it is gone (or empty, or dead) afterwards.
Targets = Iterator[tuple[Value, bool]]

REMOVERS = names("rm unlink rmdir shred srm trash trash-put rimraf del erase gio")
_SAFE_CHMOD = names("-R -v -f -c --recursive --verbose --quiet --silent --changes")


def name_of(command: Command) -> str:
    """Return the name of a command's program, without folders and version; "" if nobody knows it."""
    text = command.argv[0].text if command.argv else None
    if text is None:
        return ""
    name = text.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
    return name.rstrip("0123456789.") if name.startswith(("python", "pypy", "perl", "ruby")) else name


def targets(command: Command) -> Targets:
    """Yield the files that a command changes, as far as its program is known."""
    find = _WRITERS.get(name_of(command))
    if find is not None:
        yield from find(command)


def operands(command: Command) -> list[Value]:
    """Return the words of a command that are no options, in the usual way of programs."""
    found: list[Value] = []
    ended = False
    for word in command.argv[1:]:
        if not ended and word.text == "--":
            ended = True
        elif ended or not word.prefix.startswith("-") or word.text == "-":
            found.append(word)
    return found


def _option(command: Command, *spellings: str) -> Iterator[Value]:
    """Yield the values of an option: ``-o x``, ``-ox``, ``--output x``, ``--output=x``."""
    words = command.argv[1:]
    for index, word in enumerate(words):
        for spelling in spellings:
            if word.text == spelling:
                yield from words[index + 1 : index + 2]
            elif spelling.startswith("--") and word.prefix.startswith(f"{spelling}="):
                yield cut(word, len(spelling) + 1)
            elif not spelling.startswith("--") and word.prefix.startswith(spelling):
                yield cut(word, len(spelling))


def _removed(command: Command) -> Targets:
    for word in operands(command):
        yield word, True


def _moved(command: Command) -> Targets:
    yield from _removed(command)
    for word in _option(command, "-t", "--target-directory"):
        yield word, False


def _copied(command: Command) -> Targets:
    targets = list(_option(command, "-t", "--target-directory"))
    for word in targets or operands(command)[-1:]:
        yield word, False


def _all(command: Command) -> Targets:
    for word in operands(command):
        yield word, False


def _emptied(command: Command) -> Targets:
    for word in operands(command):
        yield word, True


def _dd(command: Command) -> Targets:
    for word in command.argv[1:]:
        if word.prefix.startswith("of="):
            yield cut(word, 3), False


def _fetched(command: Command) -> Targets:
    for word in _option(command, "-o", "--output", "-O", "--output-document"):
        yield word, False


def _unpacked(command: Command) -> Targets:
    for word in _option(command, "-C", "--directory", "-d"):
        yield word, False


def _chmod(command: Command) -> Targets:
    words = [word for word in command.argv[1:] if word.text not in _SAFE_CHMOD]
    if words and (words[0].prefix.startswith("--reference") or _takes_x(words[0].text)):
        for word in words[1:]:
            yield word, True


def _takes_x(mode: str | None) -> bool:
    if mode is None:
        return True
    if mode.isdigit():
        return len(mode) < 3 or not int(mode[-3], 8 if mode[-3] in "01234567" else 10) & 1
    return any(map(_clause_takes_x, mode.split(",")))


def _clause_takes_x(clause: str) -> bool:
    """Tell whether one part of a symbolic mode (``go-w``) takes the owner's right to run a file."""
    sign = next((char for char in clause if char in "+-="), "")
    who, _, bits = clause.partition(sign) if sign else (clause, "", "")
    if who and "u" not in who and "a" not in who:
        return False
    return "x" in bits if sign == "-" else sign == "=" and "x" not in bits


_WRITERS: dict[str, Callable[[Command], Targets]] = {
    **dict.fromkeys(REMOVERS, _removed),
    "mv": _moved,
    "cp": _copied,
    "ln": _copied,
    "install": _copied,
    "rsync": _copied,
    "scp": _copied,
    "tee": _all,
    "sponge": _all,
    "truncate": _emptied,
    "patch": _all,
    "dd": _dd,
    "curl": _fetched,
    "wget": _fetched,
    "tar": _unpacked,
    "bsdtar": _unpacked,
    "unzip": _unpacked,
    "chmod": _chmod,
}
