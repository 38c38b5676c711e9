"""Helpers of the tests about git's own command line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from agentops_gates.shell.command import Command
from agentops_gates.shell.gitread import read
from agentops_gates.shell.invocation import Invocation
from agentops_gates.shell.value import Value, literal


def word(text: str) -> Value:
    """Return a word; each ``?`` in it is a hole."""
    pieces: list[str | None] = []
    for number, piece in enumerate(text.split("?")):
        pieces += [None] if number else []
        pieces += [piece] if piece else []
    return Value(tuple(pieces) or ("",), splits="?" in text)


def command(text: str, env: Mapping[str, str] | None = None, *, more: bool = False) -> Command:
    """Return the command of plain words."""
    words = tuple(word(item) for item in shlex.split(text))
    return Command(words, tuple((name, word(value)) for name, value in (env or {}).items()), more=more)


def invocation(text: str, env: Mapping[str, str] | None = None, aliases: Mapping[str, str] | None = None) -> Invocation:
    """Return the call of git that plain words are."""
    found = read(command(text, env), (aliases or {}).get)
    assert found is not None, text
    return found


def texts(values: tuple[Value, ...] | None) -> list[str | None] | None:
    """Return the texts of words."""
    return None if values is None else [value.text for value in values]


__all__ = ["command", "invocation", "literal", "texts", "word"]
