"""A call of git, with its options told apart from their values and from what they are about."""

from __future__ import annotations

from ..model.light import NamedTuple
from .command import Command
from .value import Value


class Option(NamedTuple):
    """An option under its full name (``force``, ``dry-run``; the letter where it has no other), negated if not ``on``.

    ``value`` is what it was given, None for nothing. With ``sure`` False it is only one of those that a cut-off name,
    or a word with a hole, may mean.
    """

    name: str
    value: Value | None
    on: bool
    sure: bool
    start: int
    end: int


class Invocation(NamedTuple):
    """``git [global options] verb [options] [operands] [-- paths]``.

    ``verb`` has one word, or two where the first has commands of its own (``worktree remove``); it is empty when
    nobody knows it, or there is none. ``paths`` is None without ``--``. ``config`` is what ``-c``, ``--config-env`` and
    the environment set, in order. ``directory`` is where it runs after every ``-C``. With ``helps`` it only prints help
    or a version.
    """

    verb: tuple[str, ...]
    options: tuple[Option, ...]
    operands: tuple[Value, ...]
    paths: tuple[Value, ...] | None
    config: tuple[tuple[str, Value], ...]
    globals: tuple[Option, ...]
    directory: Value | None
    helps: bool
    command: Command

    def has(self, *names: str) -> bool:
        """Tell whether any of these options may be on: the last word on each counts."""
        return any(self._last(name) for name in names)

    def _last(self, name: str) -> bool:
        state = False
        for option in self.options:
            if option.name == name:
                state = option.on or (state and not option.sure)
        return state

    def values(self, name: str) -> tuple[Value, ...]:
        """Return what this option was given, each time that it was."""
        return tuple(option.value for option in self.options if option.name == name and option.value is not None)
