"""What the runtimes have in common, whatever their JSON calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...model.light import Any, Literal, NamedTuple, Protocol
from .payload import Unreadable

#: Moments of a session. What serves them stands in ``session.py``; a moment that nobody serves passes in silence.
Moment = Literal["before-tool", "after-tool", "session-start", "prompt", "stop"]
BEFORE_TOOL: Moment = "before-tool"

Payload = Mapping[str, Any]


class Tool(NamedTuple):
    """What a tool of a runtime does, and the names of its arguments that say with what.

    ``shell`` runs a command line (or a list of words), ``edit`` writes files, ``patch`` takes a text whose headers name
    them. ``folders`` are arguments that say where.
    """

    kind: Literal["shell", "edit", "patch"]
    fields: tuple[str, ...]
    folders: tuple[str, ...] = ()


class Call(NamedTuple):
    """One event: the runtime's own name of it, and for a tool its name, its arguments, and the folder it starts in.

    ``asks`` is false where a question would reach nobody.
    """

    event: str
    tool: str = ""
    given: object = None
    cwd: str = ""
    asks: bool = True


class Answer(NamedTuple):
    """What is not simply allowed, and the text for the agent."""

    verdict: Literal["deny", "ask"]
    text: str


class Runtime(Protocol):
    """What a runtime's module holds.

    ``events`` maps its names of events to ours, ``tools`` its names of tools to what they do; tools that are not there
    pass. ``call`` reads a payload, of which ``event`` is the name; ``said`` is the object to print for an answer, None
    for nothing. ``quiet`` is printed when all is well.
    """

    TITLE: str
    EVENTS: Mapping[str, Moment]
    TOOLS: Mapping[str, Tool]
    QUIET: str
    call: Callable[[Payload, str], Call]
    said: Callable[[Answer, str], Mapping[str, Any]]


def text_of(payload: Payload, *names: str) -> str:
    """Return the first of these fields that is there; "" if none is. Raises Unreadable for one that is no text."""
    for name in names:
        value = payload.get(name)
        if value is not None:
            if not isinstance(value, str):
                raise Unreadable(f"{name} is no text")
            return value
    return ""


def runtime(name: str) -> Runtime:
    """Return the module of a runtime. Raises KeyError for a name that is not known."""
    from . import NAMES

    if name not in NAMES:
        raise KeyError(name)
    module: Any = __import__(f"{__package__}.{name}", fromlist=("EVENTS",))
    found: Runtime = module
    return found
