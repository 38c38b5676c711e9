"""What several families ask of a call of git."""

from __future__ import annotations

from ..invocation import Invocation, Option
from ..value import Value
from .context import Context
from .hazard import Place

#: Pathspecs that mean the whole work tree, or all below the current folder.
_ALL = frozenset(
    (".", "./", "..", "../", "*", "**", ":", ":/", ":/.", ":(top)", ":(top).", "/", "./*", ":/*", ":(glob)**")
)


def place(call: Invocation, *names: str) -> Place:
    """Return where the last of these options stands; the whole command if none does."""
    found: Option | None = None
    for option in call.options:
        if option.name in names and option.on:
            found = option
    return found or call.command


def sure(call: Invocation, *names: str) -> bool:
    """Tell whether any of these options is certainly on: only such a one can make a call harmless."""
    return any(_sure(call, name) for name in names)


def _sure(call: Invocation, name: str) -> bool:
    state = False
    for option in call.options:
        if option.name == name:
            state = option.on and (option.sure or state)
    return state


def last(call: Invocation, names: frozenset[str]) -> str:
    """Return the one of these options, which exclude each other, that counts; "" for none."""
    found = ""
    for option in call.options:
        if option.name in names and option.on and (option.sure or not found):
            found = option.name
    return found


def unseen(call: Invocation) -> bool:
    """Tell whether options can still arrive that nobody sees (from xargs)."""
    return call.command.more and call.paths is None


def many(word: Value, context: Context) -> bool:
    """Tell whether a pathspec means more than one file, as far as can be told."""
    text = word.text
    if text is None:
        return any(sign in word.prefix for sign in "*?[") or word.prefix.startswith(":")
    if text in _ALL or text.endswith("/") or text.startswith((":!", ":^", ":(exclude")):
        return True
    return any(sign in text for sign in "*?[") or context.folder(text)
