"""``agentops-gate hook agent --runtime NAME``: one event of a session in, what there is to say out.

The last line of defence stands here: whatever goes wrong before a tool is a refusal in the runtime's own form, with
exit code 0, as several runtimes take every other code for leave. Only where the answer cannot be written is it exit
code 2 and standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from ...model.errors import AgentopsError, DeadlineExceededError, UsageError
from . import NAMES
from .payload import LONGEST, Unreadable, read, written
from .protocol import BEFORE_TOOL, Answer, Call, Moment, Payload, Runtime, runtime, text_of

#: Seconds. Every runtime that is told a timeout is told a longer one: a timeout of its own lets the tool run.
DEADLINE = 45.0
_LONGEST_TEXT = 6000
_USAGE = f"agentops-gate hook agent --runtime {'|'.join(NAMES)} [--event NAME]"
_TOOL_NAMES = frozenset(("tool_name", "toolName", "tool"))
_MEND = "tell the person you work for; `agentops-gate doctor --probe` shows whether the guard works"


def _before_tool(module: Runtime, call: Call) -> Answer | None:
    from .before_tool import judge

    return judge(call, module.TOOLS.get(call.tool))


#: Who serves which moment; knowledge adds itself here. What nobody serves is silent.
SERVICES: dict[Moment, Callable[[Runtime, Call], Answer | None]] = {BEFORE_TOOL: _before_tool}


def main(args: Sequence[str]) -> int:
    """Serve one event: the arguments behind ``hook agent``. Raises UsageError for arguments of no runtime."""
    if list(args) in (["--help"], ["-h"]):
        sys.stdout.write(f"Usage: {_USAGE}\n\n  Answer one event of an agent runtime: its JSON in, its JSON out.\n")
        return 0
    name, event = _asked(args)
    return answer(name, event)


def _asked(args: Sequence[str]) -> tuple[str, str]:
    given = {"--runtime": "", "--event": ""}
    words = [part for word in args for part in (word.split("=", 1) if word.startswith("--") else [word])]
    for option, value in zip(words[::2], words[1::2], strict=False):
        if option in given:
            given[option] = value
    if given["--runtime"] not in NAMES:
        raise UsageError(f"hook agent needs --runtime, one of {', '.join(NAMES)}", _USAGE)
    return given["--runtime"], given["--event"]


def answer(name: str, event: str = "") -> int:
    """Read a payload from standard input, print what there is to say of it, and return the exit code.

    ``event`` is what the registration says; the payload's own word counts where it has one.
    """
    module = runtime(name)
    said = ""
    try:
        _arm()
        told = _served(module, event)
        said = module.QUIET
        if told is not None:
            moment, one = told
            said = written(module.said(one, moment)) + "\n"
    except BaseException as error:  # noqa: BLE001 - nothing may get past, not even a signal
        said = _refusal(module, event, error)
    return _say(said)


def _served(module: Runtime, event: str) -> tuple[str, Answer] | None:
    payload = read(sys.stdin.buffer.read(LONGEST + 1))
    event = _event(module, payload, event)
    moment = module.EVENTS.get(event)
    service = SERVICES.get(moment) if moment is not None else None
    if service is None:
        return None
    call = module.call(payload, event)
    found = service(module, call)
    return None if found is None else (event, _fitting(found, call))


def _event(module: Runtime, payload: Payload, registered: str) -> str:
    """Return the event: what the payload says, unless that is a new name for what the registration knows."""
    own = text_of(payload, "hook_event_name")
    if own in module.EVENTS or not (own or registered):
        return own or _first(module)
    return registered if not own or not _TOOL_NAMES.isdisjoint(payload) else own


def _first(module: Runtime) -> str:
    return next(iter(module.EVENTS))


def _fitting(found: Answer, call: Call) -> Answer:
    """Return the answer in what the runtime can do: without anybody to ask, a question is a refusal."""
    text = found.text
    if found.verdict == "ask" and not call.asks:
        text += "\nNobody can be asked from here: leave it to the person you work for."
        found = Answer("deny", text)
    return found if len(text) <= _LONGEST_TEXT else found._replace(text=text[: _LONGEST_TEXT - 3] + "...")


def _refusal(module: Runtime, event: str, error: BaseException) -> str:
    """Return what to print when nothing was judged; nothing where nothing would have been refused."""
    event = event or _first(module)
    if module.EVENTS.get(event) != BEFORE_TOOL:
        return module.QUIET
    text = f"agentops-gates: this tool call is refused, as it could not be judged: {_why(error)}"
    return written(module.said(Answer("deny", text), event)) + "\n"


def _why(error: BaseException) -> str:
    from ...model.text import printable

    if isinstance(error, Unreadable):
        return f"{printable(str(error))}\n  next: call the tool once more; if that is of no use, {_MEND}"
    if isinstance(error, DeadlineExceededError):
        return f"it took longer than {DEADLINE:g} s\n  next: split the command, or {_MEND}"
    if isinstance(error, AgentopsError):
        return f"{printable(str(error))}\n  next: {printable(error.fix) or _MEND}"
    return f"internal error: {type(error).__name__}: {printable(str(error))[:300]}\n  next: {_MEND}"


def _arm() -> None:
    """End with an exception before the runtime loses its patience. Not on systems without such a clock."""
    try:
        # The module signal would load enum.
        import _signal as clock  # type: ignore[import-not-found]

        clock.signal(clock.SIGALRM, _ring)
        clock.setitimer(clock.ITIMER_REAL, DEADLINE)
    except (ImportError, AttributeError):
        return


def _ring(_number: int, _frame: object) -> None:
    raise DeadlineExceededError


def _say(text: str) -> int:
    """Print and return 0; where that fails, say it on standard error and return 2."""
    data = text.encode("ascii")
    if not data or (_has_output() and _wrote(sys.stdout.fileno(), data)):
        return 0
    _wrote(2, data)
    return 2


def _has_output() -> bool:
    # A stream that was closed when we were started is one on the null device by now.
    return sys.stdout is not None and getattr(sys.stdout, "name", "") != os.devnull


def _wrote(descriptor: int, data: bytes) -> bool:
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except (OSError, ValueError):
        return False
    return True
