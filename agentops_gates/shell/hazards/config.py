"""``git config`` that writes: doors for later commands, at any scope."""

from __future__ import annotations

from collections.abc import Iterator

from ..gitconfig import canonical
from ..invocation import Invocation
from ..value import Value
from ..words import names
from .context import Context
from .hazard import Found, Inner, hazard
from .look import sure
from .settings import runs, setting

_READS = names("get get-all get-regexp get-urlmatch get-color get-colorbool list")
_EDITS = names("edit")
_UNSETS = names("unset unset-all")
_SECTIONS = names("remove-section rename-section")
_GUARDED = ("core", "hook", "include", "includeif", "agentops")


def config(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge what a call of ``git config`` changes for all calls after it."""
    child = call.verb[1] if len(call.verb) > 1 else ""
    if child in ("get", "list") or sure(call, *_READS):
        return
    name, value = (*call.operands, None, None)[:2]
    if _does(call, child, _EDITS):
        yield from _edited(call)
    elif _does(call, child, _SECTIONS):
        yield from _section(call.operands)
    elif _does(call, child, _UNSETS):
        yield from _changed(call, name, None)
    elif value is not None or call.command.more:
        yield from _changed(call, name, value, writes=True)


def _does(call: Invocation, child: str, actions: frozenset[str]) -> bool:
    """Tell whether a call is for one of these actions: a command of its own now, an option in older versions."""
    return child in actions or call.has(*actions)


def _changed(call: Invocation, name: Value | None, value: Value | None, *, writes: bool = False) -> Iterator[Found]:
    if name is None:
        return
    if name.text is None:
        if canonical(name.prefix) in ("", "core", "core.") or "core.hooks".startswith(name.prefix.lower()):
            yield hazard("AG432", name, "a setting that nobody can see here may switch hooks off")
        return
    key = canonical(name.text)
    found = setting(key, value)
    if found is not None:
        yield hazard(found[0], name, found[1])
    elif writes and value is not None:
        yield from _run(call, key, value)


def _run(call: Invocation, key: str, value: Value) -> Iterator[Found]:
    """Yield the text that git will run because of this setting: it is judged now, for nobody sees it later."""
    if key.startswith("alias."):
        text = value.prefix
        if text.startswith("!"):
            yield Inner(value._replace(pieces=(text[1:], *value.pieces[1:])), call.directory, value.start, value.end)
        elif value.text is not None:
            yield Inner(value._replace(pieces=(f"git {value.text}",)), call.directory, value.start, value.end)
    elif runs(key):
        yield Inner(value, call.directory, value.start, value.end)


def _section(words: tuple[Value, ...]) -> Iterator[Found]:
    for word in words:
        if word.text is None or word.text.lower().partition(".")[0] in _GUARDED:
            yield hazard("AG432", word, "a whole section of the configuration goes, hooks with it")
            return


def _edited(call: Invocation) -> Iterator[Found]:
    """Judge an editor that is given in the same command line: a way to change the file unseen."""
    editors = ("GIT_EDITOR", "EDITOR", "VISUAL")
    if any(name in editors for name, _ in call.command.env) or any(key == "core.editor" for key, _ in call.config):
        yield hazard("AG441", call.command, "an editor is run on git's configuration", "none")
