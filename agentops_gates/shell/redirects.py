"""Follows redirections: what a command reads, and what it writes where."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING, NamedTuple
from .frame import Frame
from .syntax import Redirect
from .value import UNKNOWN, Value, joined, literal

if TYPE_CHECKING:
    from .machine import Machine

_SILENT = literal("")
_READS = ("<", "<>")
_DUPLICATES = ("<&", ">&")


class Streams(NamedTuple):
    """What a command reads (a hole for what nobody knows), and the files that it opens for writing.

    ``output`` says where what it prints goes: None for where it went before, or the operator and the file.
    """

    stdin: Value
    writes: tuple[tuple[str, Value], ...] = ()
    output: tuple[str, Value] | None = None
    away: bool = False

    def kept(self, machine: Machine, frame: Frame, printed: Value) -> Value:
        """Return what of ``printed`` is still printed, and note what went into a file."""
        if self.output is not None:
            machine.write(frame, self.output[1], printed, append=self.output[0] == ">>")
        return _SILENT if self.output is not None or self.away else printed


def opened(machine: Machine, frame: Frame, redirects: tuple[Redirect, ...], stdin: Value) -> Streams:
    """Follow redirections, from left to right."""
    streams = Streams(stdin)
    for redirect in redirects:
        operator = redirect.operator
        if operator in ("<<", "<<-"):
            body = machine.value(frame, redirect.target)
            streams = _input(machine, streams, redirect, _placed(machine, redirect, body))
        elif operator == "<<<":
            streams = _input(machine, streams, redirect, joined((machine.value(frame, redirect.target), literal("\n"))))
        else:
            streams = _file(machine, frame, redirect, streams)
    return streams


def _placed(machine: Machine, redirect: Redirect, body: Value) -> Value:
    """Return the lines of a here-document with the place where they stand, if they stand there as they are."""
    text = body.text
    found = machine.whole.find(text, redirect.end) if text else -1
    if text is None or found < 0:
        return body.at(redirect.start, redirect.end)
    return body.at(found, found + len(text))


def _input(machine: Machine, streams: Streams, redirect: Redirect, content: Value) -> Streams:
    if redirect.fd in (None, "0"):
        return streams._replace(stdin=content)
    # Another channel is read by its name, or by a later "<&".
    machine.files[f"/dev/fd/{redirect.fd}"] = content
    return streams


def _file(machine: Machine, frame: Frame, redirect: Redirect, streams: Streams) -> Streams:
    target = machine.target(frame, redirect)
    operator, number = redirect.operator, redirect.fd
    if operator in _READS:
        streams = _input(machine, streams, redirect, _content(machine, frame, target))
    if operator in _DUPLICATES and _channel(operator, target.text):
        return _duplicate(machine, redirect, streams, target.text)
    if operator == "<":
        return streams
    streams = streams._replace(writes=(*streams.writes, (operator, target)))
    if number in (None, "1") or operator[0] == "&":
        streams = streams._replace(output=(operator[-2:], target))
    return streams


def _duplicate(machine: Machine, redirect: Redirect, streams: Streams, channel: str | None) -> Streams:
    if redirect.operator == "<&":
        return streams._replace(stdin=machine.files.get(f"/dev/fd/{channel}", streams.stdin))
    away = redirect.fd in (None, "1") and channel != "1"
    return streams._replace(away=streams.away or away)


def _channel(operator: str, text: str | None) -> bool:
    """Tell whether ``>&`` names an open channel, and no file."""
    return operator == "<&" or (text is not None and (text.isdigit() or text.endswith("-")))


def _content(machine: Machine, frame: Frame, target: Value) -> Value:
    content = machine.read(frame, target) if target.known else None
    return UNKNOWN if content is None else content
