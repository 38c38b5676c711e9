"""Follows compound commands."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .expand import bounded
from .frame import Frame
from .redirects import Streams, opened
from .syntax import Compound, Script
from .value import UNKNOWN, Value, joined, literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .machine import Machine

SILENT = literal("")
_MAX_ROUNDS = 64
_REPEATS = 3


def block(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    """Follow a compound command; return what it prints."""
    streams = opened(machine, frame, command.redirects, stdin)
    if streams.writes and command.kind != "function":
        _touched(machine, frame, command, streams)
    printed = _KINDS[command.kind](machine, frame, command, streams.stdin)
    return streams.kept(machine, frame, printed)


def _touched(machine: Machine, frame: Frame, command: Compound, streams: Streams) -> None:
    """Tell of the files that the redirections of a block open, as of a command that does nothing else."""
    from .calls import Call, told

    nothing = literal(":", command.start, command.start)
    told(
        machine,
        frame,
        Call((nothing,), stdin=streams.stdin, writes=streams.writes, start=command.start, end=command.end),
    )


def _group(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    return machine.script(frame, command.bodies[0], stdin)


def _subshell(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    return machine.script(frame.copy(), command.bodies[0], stdin)


def _if(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    """Follow every branch. The conditions run one after the other; each of their bodies may be the one that runs."""
    printed, ends = [], []
    bodies = command.bodies
    for index in range(0, len(bodies) - 1, 2):
        printed.append(machine.script(frame, bodies[index], stdin))
        branch = frame.copy()
        printed.append(_perhaps(machine.script(branch, bodies[index + 1], stdin)))
        ends.append(branch)
    if len(bodies) % 2:
        printed.append(_perhaps(machine.script(frame, bodies[-1], stdin)))
    frame.become((*ends, frame.copy()))
    return bounded(joined(printed))


def _perhaps(printed: Value) -> Value:
    """Return what is printed if a branch is taken: without it, other text may stand there."""
    return printed if printed == SILENT else joined((printed, UNKNOWN))


def _while(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    """Follow condition and body."""
    condition, body = command.bodies

    def round_(inside: Frame) -> Value:
        return joined((machine.script(inside, condition, stdin), machine.script(inside, body, stdin)))

    return _repeated(frame, round_)


def _repeated(frame: Frame, round_: Callable[[Frame], Value]) -> Value:
    """Follow what runs any number of times: as often as it finds new values, and then with none that it changes."""
    for _ in range(_REPEATS):
        before = frame.copy()
        inside = frame.copy()
        printed = round_(inside)
        frame.become((before, inside))
        if frame.variables == before.variables and frame.cwds == before.cwds:
            break
    else:
        for name, entries in frame.variables.items():
            if entries != before.variables.get(name):
                frame.variables[name] = (UNKNOWN,)
        printed = round_(frame.copy())
    return SILENT if printed == SILENT else UNKNOWN


def _for(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    """Follow the body once for each word, or as often as needed for words that nobody knows."""
    values = list(dict.fromkeys(_listed(machine, frame, command)))
    body = command.bodies[0]
    if command.kind == "select" or len(values) > _MAX_ROUNDS or not command.name:
        values = [UNKNOWN]
    if all(one.known for one in values):
        before = frame.copy()
        printed = []
        for one in values:
            frame.set(command.name, one)
            printed.append(machine.script(frame, body, stdin))
        frame.become((before, frame.copy()))
        return bounded(joined(printed))

    def round_(inside: Frame) -> Value:
        said = []
        for one in values:
            if command.name:
                inside.set(command.name, one)
            said.append(machine.script(inside, body, stdin))
        return joined(said)

    return _repeated(frame, round_)


def _listed(machine: Machine, frame: Frame, command: Compound) -> list[Value]:
    """Return what a loop goes through. A pattern among it stands for the names of files."""
    words = command.words
    if words is None:
        return [UNKNOWN] if frame.positional is None else list(frame.positional)
    values = [one._replace(splits=False) for one in machine.words(frame, words)]
    return [UNKNOWN if one.prefix[:1] in ("*", "?") else one for one in values]


def _case(machine: Machine, frame: Frame, command: Compound, stdin: Value) -> Value:
    for word in command.words or ():
        machine.value(frame, word)
    printed, ends = [], [frame.copy()]
    for body in command.bodies:
        branch = frame.copy()
        printed.append(_perhaps(machine.script(branch, body, stdin)))
        ends.append(branch)
    frame.become(ends)
    return bounded(joined(printed))


def _function(machine: Machine, frame: Frame, command: Compound, _stdin: Value) -> Value:
    body: Script = command.bodies[0]
    frame.functions[command.name] = body
    if machine.whole.startswith("function", command.start):
        # For sh that is no word of the grammar: the lines of the body are commands.
        machine.script(frame.copy(), body, UNKNOWN)
    return SILENT


def _expression(machine: Machine, frame: Frame, command: Compound, _stdin: Value) -> Value:
    """Follow what stands in ``[[ ]]`` or ``(( ))``, and their text as commands: for sh, it is that."""
    for word in command.words or ():
        machine.value(frame, word)
    source = machine.whole[command.start + 2 : command.end].rstrip()
    close = source.rfind("]]" if command.kind == "test" else "))")
    inside = source[:close]
    _, git, after = inside.partition("git ")
    if git and after.lstrip()[:1].isalpha() and "$(" not in inside and "`" not in inside:
        from .lexer import ShellSyntaxError
        from .parse import parse

        try:
            script = parse(inside, command.start + 2)
        except ShellSyntaxError:
            return SILENT
        machine.script(frame.copy(), script, UNKNOWN)
    return SILENT


_KINDS = {
    "subshell": _subshell,
    "group": _group,
    "if": _if,
    "while": _while,
    "until": _while,
    "for": _for,
    "select": _for,
    "case": _case,
    "function": _function,
    "coproc": _subshell,
    "test": _expression,
    "arithmetic": _expression,
}
