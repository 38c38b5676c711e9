"""Before a tool runs: commands go to the guard, files of edit tools to :mod:`.edits`; all other tools pass."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ...model.light import TYPE_CHECKING, Any
from .payload import Unreadable
from .protocol import Answer, Call, Tool

if TYPE_CHECKING:
    from ...shell.decision import Decision

_PROBE = "agentops-probe-"


def judge(call: Call, tool: Tool | None) -> Answer | None:
    """Return what is not simply allowed about a tool call. Raises Unreadable for arguments that are not the tool's."""
    if tool is None:
        if not call.tool:
            raise Unreadable("the payload names no tool")
        return None
    given = call.given
    if tool.kind == "patch" and isinstance(given, str):
        given = {tool.fields[0]: given}
    if not isinstance(given, dict):
        raise Unreadable(f"{call.tool} came without its arguments")
    place = _place(call, tool, given)
    if tool.kind == "shell":
        return _command(_line(call, tool, given), place)
    from .edits import judged, patched

    names = patched(_text(call, tool, given)) if tool.kind == "patch" else [_text(call, tool, given)]
    return judged(names, place)


def _given(call: Call, tool: Tool, given: Mapping[str, Any]) -> object:
    found = [given[name] for name in tool.fields if given.get(name) is not None]
    if not found:
        raise Unreadable(f"{call.tool} came without {tool.fields[0]}")
    if any(item != found[0] for item in found):
        raise Unreadable(f"{call.tool} came with two different values of {tool.fields[0]}")
    return found[0]


def _text(call: Call, tool: Tool, given: Mapping[str, Any]) -> str:
    value = _given(call, tool, given)
    if not isinstance(value, str):
        raise Unreadable(f"{tool.fields[0]} of {call.tool} is no text")
    return value


def _line(call: Call, tool: Tool, given: Mapping[str, Any]) -> str | tuple[str, ...]:
    value = _given(call, tool, given)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise Unreadable(f"{tool.fields[0]} of {call.tool} is no text")


def _place(call: Call, tool: Tool, given: Mapping[str, Any]) -> str:
    """Return the folder in which the call takes effect: absolute; it need not be there."""
    place = call.cwd if os.path.isabs(call.cwd) else os.path.join(os.getcwd(), call.cwd)
    for name in tool.folders:
        value = given.get(name)
        if value is not None and not isinstance(value, str):
            raise Unreadable(f"{name} of {call.tool} is no text")
        place = os.path.join(place, os.path.expanduser(value or ""))
    if "\0" in place:
        raise Unreadable("a folder's name holds a zero byte")
    return os.path.normpath(place)


def _command(line: str | tuple[str, ...], place: str) -> Answer | None:
    if isinstance(line, str):
        from ...shell.quick import harmless

        if harmless(line, place):
            return None
    from ...shell.guard import decide, written
    from ...shell.hazards.context import Context
    from ..guard import levels_in

    decision = decide(line, Context(place), lambda: levels_in(place))
    text = written(line)
    if decision.snapshot:
        from .rescued import save

        save(decision.snapshot, text, place)
    if decision.answer == "allow":
        return None
    return Answer(decision.answer, _explained(decision, text))


def _explained(decision: Decision, text: str) -> str:
    from ...shell.wording import explained

    said = f"agentops-gates: {explained(decision, text)}"
    if _PROBE in text:
        # Somebody looks whether the wire is live: see doctor --probe.
        nonce = text.partition(_PROBE)[2][:16]
        said += f"\n  probe: {_PROBE}{nonce}" if nonce.isalnum() and nonce.isascii() else ""
    return said
