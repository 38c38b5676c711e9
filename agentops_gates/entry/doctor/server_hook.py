"""Whether the pre-receive hook of a server runs the gates, and whether what it starts is there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from shlex import quote

from ...model.errors import UsageError
from ...model.text import printable
from ..githooks import SERVER
from ..githooks.hookfile import HookFile, look
from ..githooks.places import Place
from ..githooks.script import CHAINED, Pins
from .hooks import State, fault
from .problem import Problem

_ASK = "import agentops_gates, os, sys; sys.stdout.buffer.write(os.fsencode(agentops_gates.__file__))"
_SECONDS = 20


def judge(place: Place) -> tuple[State, list[Problem]]:
    """Return what the hook that git runs at ``place`` is, and what is to be said of it."""
    path = os.path.join(place.directory, SERVER)
    try:
        front, before = look(path), look(path + CHAINED)
    except UsageError as error:
        return State(False, str(error), error.fix), [Problem("hook-missing", "error", str(error), error.fix)]
    state, said = _state(front, before, _install(place)), list(_elsewhere(place))
    if state.runs and front.ours:
        said += _started(front.ours.pins, _install(place))
        state = state._replace(runs=not any(problem.severity == "error" for problem in said))
    if not state.runs and not any(problem.severity == "error" for problem in said):
        said.append(Problem("hook-missing", "error", f"{printable(path)}: {state.words}", state.fix))
    return state, said


def _install(place: Place) -> str:
    folder = os.path.dirname(place.directory) if place.kind == "git" else "THIS-REPOSITORY"
    return f"agentops-gate install --server {quote(printable(folder))}"


def _state(front: HookFile, before: HookFile, install: str) -> State:
    if not front.exists:
        return State(False, "there is no such hook: nothing is judged here", install)
    if front.ours is None:
        return State(False, "a hook of yours, or of a forge: whether it runs the gates is unknown", install)
    if front.ours.edited:
        return State(False, "our hook, edited since: what it does now is unknown", f"{install} --force")
    wrong = fault(front, front.ours, before)
    if wrong:
        return State(False, f"our hook, {wrong}", install)
    return State(True, "as install wrote it" + (", with the earlier hook behind it" if before.runs else ""))


def _elsewhere(place: Place) -> Iterator[Problem]:
    if place.scope:
        text = f"git looks for hooks in {printable(place.directory)} ({place.setter()})"
        yield Problem(
            "hooks-path", "note" if place.kind == "git" else "error", text, "git config --unset core.hooksPath"
        )


def _started(pins: Pins, install: str) -> Iterator[Problem]:
    """Yield what keeps the hook's Python from finding this package, asked of that Python itself where that is safe."""
    stranger = next((path for path in _chain(pins) if not _trusted(path)), "")
    if stranger:
        text = f"the hook's Python was not started: {printable(stranger)} belongs to another account"
        yield Problem("interpreter", "warning", text, "run doctor as the account that serves git")
        return
    try:
        done = subprocess.run(
            [pins.python, "-I", "-c", _ASK], cwd=os.sep, capture_output=True, check=False, timeout=_SECONDS
        )
        package = os.path.join(os.path.dirname(os.fsdecode(done.stdout)), "__main__.py")
    except (OSError, subprocess.SubprocessError):
        package = ""
    if not package or not os.path.isabs(package) or not os.path.samefile(package, pins.package):
        text = f"{printable(pins.python)} -I does not find {printable(pins.package)}, so every push is refused"
        yield Problem("interpreter", "error", text, f"install agentops-gates there again, then: {install}")


def _chain(pins: Pins) -> Iterator[str]:
    # Whoever owns a folder of the interpreter's chooses what it runs at its start.
    folder = os.path.dirname(pins.python)
    yield from (pins.python, os.path.realpath(pins.python), folder, os.path.dirname(folder), pins.package)


def _trusted(path: str) -> bool:
    try:
        return os.lstat(path).st_uid in (0, os.geteuid())
    except OSError:
        return False
