"""Follows shells that are started: ``bash -c text``, ``sh file``, text on their input."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, inside, program, told
from .frame import Frame, listed
from .value import UNKNOWN, Value, literal

if TYPE_CHECKING:
    from .machine import Machine

_VALUED = frozenset(("--rcfile", "--init-file"))
_POSIX = frozenset(("sh", "dash", "ash", "posh"))


def shell(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow a shell with the words that it is given."""
    flags, index = _options(call)
    words = call.argv[index:]
    branch = inside(frame, call._replace(via=(*call.via, call.name or "")))
    _startup(machine, branch)
    if not words and "c" in flags:
        told(machine, frame, call)
        return UNKNOWN
    if _only_reads(call, flags):
        told(machine, frame, call)
        return UNKNOWN
    branch.positional = None if call.more else listed(words)
    if "c" in flags:
        _name(branch, words)
        return text(machine, branch, words[0], call)
    if words and "s" not in flags:
        told(machine, frame, call)
        return _file(machine, branch, call, words)
    return _input(machine, frame, branch, call)


def _only_reads(call: Call, flags: str) -> bool:
    """Tell whether a shell is told to look for mistakes only: ``-n``, which one that is interactive ignores."""
    taken_back = any(word.prefix[:1] == "+" or not word.known for word in call.argv[1:])
    return "n" in flags and "i" not in flags and not taken_back and not call.more


def _name(branch: Frame, words: tuple[Value, ...]) -> None:
    """Give the words behind the text of ``-c`` to it: the first is what it is called."""
    if branch.positional is None:
        branch.variables["0"] = (UNKNOWN,)
        return
    branch.variables["0"] = (words[1] if len(words) > 1 else UNKNOWN,)
    branch.positional = words[2:]


def text(machine: Machine, branch: Frame, source: Value, call: Call) -> Value:
    """Follow text that a shell is given as a word."""
    placed = source if source.end else source.at(call.start, call.end)
    return machine.text(branch, placed, call.stdin, posix=call.name in _POSIX)


def _options(call: Call) -> tuple[str, int]:
    """Return the letters of all options, and where the words begin that are none."""
    flags, index = "", 1
    while index < len(call.argv):
        word = call.argv[index].text or ""
        if len(word) < 2 or word[0] not in "-+":
            break
        index += 1
        if word == "--":
            break
        if word[:2] == "--":
            index += word in _VALUED
        else:
            index += word[-1] in "oO"
            flags += word[1:] if word[0] == "-" else ""
    return flags, index


def _startup(machine: Machine, branch: Frame) -> None:
    """Follow the file that a shell reads first, when the line names it."""
    for name in ("BASH_ENV", "ENV"):
        path = branch.variables.get(name, (None,))[0]
        content = machine.read(branch, path) if isinstance(path, Value) and path.known else None
        if content is not None:
            machine.text(branch, content, UNKNOWN)


def _input(machine: Machine, frame: Frame, branch: Frame, call: Call) -> Value:
    """Follow what a shell reads; of what nobody knows it is told that it runs."""
    if call.stdin.pieces == (None,):
        told(machine, frame, call)
        if machine.changed:
            machine.doubt("a shell runs text that was changed on its way", call.start, call.end, of=None)
        return UNKNOWN
    if not any(call.stdin.pieces):
        return UNKNOWN
    source = call.stdin if call.stdin.end else call.stdin.at(call.start, call.end)
    return machine.text(branch, source, UNKNOWN, posix=call.name in _POSIX)


def _file(machine: Machine, branch: Frame, call: Call, words: tuple[Value, ...]) -> Value:
    branch.positional = None if branch.positional is None else words[1:]
    name = words[0].text
    content = call.stdin if name in ("/dev/stdin", "-") else machine.read(branch, words[0])
    if content is None or content.pieces == (None,):
        return UNKNOWN
    # What cannot be followed in a file that was there before is as opaque as any other program.
    quiet = name not in ("/dev/stdin", "-") and not machine.wrote(branch, words[0])
    machine.quiet += quiet
    printed = machine.text(branch, content.at(call.start, call.end), call.stdin)
    machine.quiet -= quiet
    return printed


def script_file(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow a program that is a file whose text is known, as its first line says."""
    content = machine.read(frame, call.argv[0])
    if content is None:
        return UNKNOWN
    first = content.prefix.split("\n", 1)[0]
    words = first[2:].split() if first.startswith("#!") else ["sh"]
    while words and (program(words[0]) == "env" or words[0][:1] == "-"):
        words.pop(0)
    runner = program(words[0]) if words else "sh"
    from .programs import handler

    found = handler(runner)
    if found is None:
        machine.doubt(f"a script for {runner}", call.start, call.end, of=content.text or "git")
        return UNKNOWN
    place = (call.start, call.end)
    again = call._replace(argv=(literal(runner, *place), *call.argv), via=(*call.via, call.name or ""))
    return found(machine, frame, again)
