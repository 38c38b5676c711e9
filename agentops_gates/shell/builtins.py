"""Follows what a shell does itself: directories, variables, reading, ``eval`` and its like."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, spoken, told
from .frame import Frame, lines_of, listed, number, words_of
from .value import UNKNOWN, Value, joined, literal
from .words import cut

if TYPE_CHECKING:
    from .machine import Machine
    from .programs import Handler

SILENT = literal("")
_LINES = 8


def _silent(machine: Machine, frame: Frame, call: Call) -> Value:
    if call.writes:
        told(machine, frame, call)
    return SILENT


def _operands(call: Call, valued: str = "") -> list[Value]:
    """Return the words of a call that are no options."""
    found = list(call.argv[1:])
    while found and found[0].text is not None and found[0].text[:1] in ("-", "+") and len(found[0].text) > 1:
        text = found.pop(0).text or ""
        if text == "--":
            break
        if text[-1] in valued and found:
            found.pop(0)
    return found


def _cd(machine: Machine, frame: Frame, call: Call) -> Value:
    """Change the directory; told too, because a program of that name may stand in its place, and for its writes."""
    told(machine, frame, call)
    words = _operands(call)
    if call.name == "popd":
        frame.cwds = (UNKNOWN,)
        return SILENT
    if words and words[0].text == "-":
        before = frame.get("OLDPWD")
        target = before if isinstance(before, Value) else UNKNOWN
    elif words:
        target = words[0]
    else:
        from .expand import home

        target = home(frame)
    if len(frame.cwds) == 1 and frame.cwds[0] is not None:
        frame.variables["OLDPWD"] = (frame.cwds[0],)
    if target.text != "":
        frame.directory(target)
    return SILENT


def _declare(machine: Machine, frame: Frame, call: Call) -> Value:
    """Set and export variables."""
    flags = "".join(one.prefix for one in call.argv[1:] if one.prefix[:1] in ("-", "+"))
    removes = "n" in flags or "+x" in flags
    export = not removes and (call.name == "export" or "x" in flags)
    for one in _operands(call):
        name, sign, _ = one.prefix.partition("=")
        if sign:
            _set(frame, name, cut(one, len(name) + 1)._replace(splits=False), export=export)
        elif export:
            frame.exported |= {name}
        else:
            frame.exported -= {name} if removes else set()
    return _silent(machine, frame, call)


def _set(frame: Frame, name: str, found: Value, *, export: bool) -> None:
    if name.endswith("+"):
        before = frame.get(name[:-1])
        name, found = name[:-1], joined((before, found)) if isinstance(before, Value) else found
    frame.set(name, found, export=export)


def _unset(machine: Machine, frame: Frame, call: Call) -> Value:
    functions = any(one.text == "-f" for one in call.argv[1:2])
    for one in _operands(call):
        if functions:
            frame.functions.pop(one.text or "", None)
        elif one.text:
            frame.variables[one.text] = (None,)
            frame.exported -= {one.text}
    told(machine, frame, call)
    return SILENT


def _set_options(machine: Machine, frame: Frame, call: Call) -> Value:
    words = list(call.argv[1:])
    text = ""
    while words and text not in ("--", "-") and words[0].prefix[:1] in ("-", "+"):
        text = words.pop(0).prefix
        value = words.pop(0).text if text.endswith("o") and words else ""
        if "a" in text or value == "allexport":
            frame.allexport = text[0] == "-"
    if words or text in ("--", "-"):
        frame.positional = listed(words)
    return _silent(machine, frame, call)


def _shift(machine: Machine, frame: Frame, call: Call) -> Value:
    count = number(call.argv[1].text or "") if len(call.argv) > 1 else 1
    if frame.positional is not None:
        frame.positional = None if count is None else frame.positional[count:]
    return _silent(machine, frame, call)


def _read(machine: Machine, frame: Frame, call: Call) -> Value:
    """Set variables to the words of a line that is known. In a loop it may be any of the lines."""
    names = [one.prefix for one in _operands(call, "dinNptu")] or ["REPLY"]
    lines = lines_of(call.stdin) if call.stdin.known else [UNKNOWN]
    if len(lines) > _LINES:
        lines = [UNKNOWN]
    array = "a" in "".join(one.prefix for one in call.argv[1:] if one.prefix[:1] == "-")
    for index, name in enumerate(names):
        last = index == len(names) - 1
        found = [tuple(words_of(line)) if array else _word(line, index, last=last) for line in lines]
        frame.set(name, UNKNOWN)
        frame.variables[name] = tuple(dict.fromkeys(found))
    return _silent(machine, frame, call)


def _word(line: Value, index: int, *, last: bool) -> Value:
    """Return the word of a line that one of several variables gets; the last one gets the rest."""
    pieces = words_of(line)
    if last:
        return spoken(tuple(pieces[index:]))
    return pieces[index] if index < len(pieces) and line.known else UNKNOWN


def _mapfile(machine: Machine, frame: Frame, call: Call) -> Value:
    names = [one.text for one in _operands(call, "dnOsucC") if one.text] or ["MAPFILE"]
    known = call.stdin.known and len(lines_of(call.stdin)) < 256
    frame.set(names[0], tuple(lines_of(call.stdin)) if known else (UNKNOWN,))
    return _silent(machine, frame, call)


def _printf(machine: Machine, frame: Frame, call: Call) -> Value:
    from .printers import PRINTERS

    if len(call.argv) > 3 and call.argv[1].text == "-v" and call.argv[2].text:
        said = PRINTERS["printf"](machine, frame, call._replace(argv=(call.argv[0], *call.argv[3:])))
        frame.set(call.argv[2].text, said)
        return SILENT
    return PRINTERS["printf"](machine, frame, call)


def _alias(machine: Machine, frame: Frame, call: Call) -> Value:
    for one in _operands(call):
        name, sign, _ = one.prefix.partition("=")
        if sign:
            frame.aliases[name] = cut(one, len(name) + 1)
    return _silent(machine, frame, call)


def _unalias(_machine: Machine, frame: Frame, call: Call) -> Value:
    for one in call.argv[1:]:
        frame.aliases.pop(one.text or "", None)
    return SILENT


def _eval(machine: Machine, frame: Frame, call: Call) -> Value:
    words = call.argv[1:]
    if words and words[0].text == "--":
        words = words[1:]
    branch = frame
    for name, found in call.env:
        branch.set(name, found, export=True)
    return machine.text(branch, spoken(words).at(call.start, call.end) if len(words) != 1 else words[0], call.stdin)


def _source(machine: Machine, frame: Frame, call: Call) -> Value:
    words = _operands(call)
    if not words:
        return SILENT
    text = call.stdin if words[0].text in ("/dev/stdin", "/dev/fd/0", "-") else machine.read(frame, words[0])
    if text is None or text.pieces == (None,):
        told(machine, frame, call)
        return UNKNOWN
    before = frame.positional
    if words[1:]:
        frame.positional = tuple(words[1:])
    printed = machine.text(frame, text.at(call.start, call.end), UNKNOWN)
    frame.positional = before
    return printed


def _trap(machine: Machine, frame: Frame, call: Call) -> Value:
    words = _operands(call)
    if len(words) > 1 and words[0].text not in ("", "-") and not (words[0].text or "x").isdigit():
        machine.text(frame.copy(), words[0], UNKNOWN)
    return SILENT


def _let(_machine: Machine, frame: Frame, call: Call) -> Value:
    for one in call.argv[1:]:
        name = one.prefix.partition("=")[0].rstrip("+-*/%")
        if name.isidentifier():
            frame.set(name, UNKNOWN._replace(splits=False))
    return SILENT


def _type(_machine: Machine, frame: Frame, call: Call) -> Value:
    """Tell what ``type -P git`` prints, and note what ``hash -p`` calls it."""
    flags = "".join(one.prefix for one in call.argv[1:] if one.prefix[:1] == "-")
    words = _operands(call)
    if call.name == "hash" and "p" in flags and len(words) == 2:
        frame.aliases[words[1].prefix] = words[0]
    if call.name == "type" and "p" in flags.lower() and len(words) == 1:
        return joined((words[0], literal("\n")))
    return UNKNOWN


def _getopts(_machine: Machine, frame: Frame, call: Call) -> Value:
    for one in (*call.argv[2:3], literal("OPTARG")):
        frame.set(one.text or "_", UNKNOWN)
    return SILENT


BUILTINS: dict[str, Handler] = {
    **dict.fromkeys(("cd", "pushd", "popd"), _cd),
    **dict.fromkeys(("export", "declare", "typeset", "local", "readonly"), _declare),
    **dict.fromkeys(
        (":", "true", "false", "test", "[", "return", "exit", "break", "continue", "wait", "shopt"), _silent
    ),
    **dict.fromkeys(("mapfile", "readarray"), _mapfile),
    **dict.fromkeys(("source", "."), _source),
    **dict.fromkeys(("type", "hash"), _type),
    "unset": _unset,
    "set": _set_options,
    "shift": _shift,
    "read": _read,
    "printf": _printf,
    "alias": _alias,
    "unalias": _unalias,
    "eval": _eval,
    "trap": _trap,
    "let": _let,
    "getopts": _getopts,
}
