"""A command that a command line may run, as far as that is known beforehand."""

from __future__ import annotations

from ..model.light import NamedTuple
from .value import Value


class Command(NamedTuple):
    """One program with what it is given.

    ``argv`` begins with the program's name. ``env`` are the variables that the command line itself sets for it, by
    whatever means. ``cwd`` is where it runs, None for where the command line was started. ``stdin`` is the text that it
    reads, None if nobody knows. ``writes`` are files that redirections open for it, with the operator. With ``more``,
    further words that nobody knows follow (xargs, find). ``via`` are the programs that run it for another, outermost
    first ("sudo", "bash", "xargs"); with ``elsewhere`` it runs on another machine or in a container. ``start`` and
    ``end`` are its place in the text that was given.
    """

    argv: tuple[Value, ...]
    env: tuple[tuple[str, Value], ...] = ()
    cwd: Value | None = None
    stdin: Value | None = None
    writes: tuple[tuple[str, Value], ...] = ()
    more: bool = False
    via: tuple[str, ...] = ()
    elsewhere: bool = False
    start: int = 0
    end: int = 0


class Doubt(NamedTuple):
    """A place where the text could not be understood although it may involve git; ``why`` is one clause."""

    why: str
    start: int
    end: int
