"""Editors, and code in the command line, that change git's own files."""

from __future__ import annotations

from collections.abc import Iterator

from ..command import Command
from ..value import Value
from ..words import names
from .targets import name_of, operands

_STREAMS = names("sed gsed perl ruby awk gawk")
_EDITORS = _STREAMS | names("ed ex vi vim nvim emacs nano")
#: Options whose next word is no file.
_SCRIPTS = names("-e -f -c -i --expression --file -E")
_INTERPRETERS = names(
    "awk gawk mawk nawk python python2 python3 pypy pypy3 node nodejs deno bun perl ruby php lua tclsh osascript"
)
_ACTS = names(
    "rmtree remove( unlink rename( replace( chmod truncate write( write_text write_bytes writefile writeall rmsync "
    'rmdir copyfile copy( copy2 move( symlink file.delete fileutils \'w \'a\' "w "a" >> rm( appendfile >" >.'
)
_NAMED = (".git/", ".git'", '.git"', "agentops-gates.toml")


def edited(command: Command) -> Iterator[Value]:
    """Yield the files that an editor writes into."""
    name = name_of(command)
    if name not in _EDITORS or (name in _STREAMS and not any(map(_in_place, command.argv[1:]))):
        return
    scripted = False
    words: list[Value] = [command.argv[0]]
    for before, word in zip(command.argv, command.argv[1:], strict=False):
        takes = _takes_script(before)
        scripted |= takes
        words += [] if takes else [word]
    found = operands(command._replace(argv=tuple(words)))
    # Without an option for it, the first word is the script.
    yield from found[1:] if name in _STREAMS and not scripted else found


def _takes_script(word: Value) -> bool:
    """Tell whether an option has the next word for a script, or for anything else that is no file."""
    text = word.prefix
    if not text.startswith("-"):
        return False
    return text in _SCRIPTS - {"-i"} or text.endswith("ie") or (text.startswith("-p") and text.endswith("e"))


def _in_place(word: Value) -> bool:
    text = word.prefix
    if text.startswith("--"):
        return text.startswith("--in-p")
    return text.startswith("-") and "i" in text.split("e", 1)[0].split("f", 1)[0]


def code(command: Command) -> Value | None:
    """Return the code of a command that names git's files and does something to files; None if there is none."""
    if name_of(command) not in _INTERPRETERS:
        return None
    for word in (*command.argv[1:], *([command.stdin] if command.stdin is not None else [])):
        text = "\0".join(piece or "" for piece in word.pieces).lower()
        if any(sign in text for sign in _NAMED) and any(act in text.replace(" ", "") for act in _ACTS):
            return word
    return None
