"""The tree that shell text is read into. Offsets count characters of the text that was given."""

from __future__ import annotations

from ..model.light import Literal, NamedTuple


class Text(NamedTuple):
    """Characters that stand for themselves, quotes and escapes removed. Unquoted ones may still be a pattern."""

    text: str
    quoted: bool


class Parameter(NamedTuple):
    """``$name`` or ``${name operator argument}``: ``name`` as written (``x``, ``1``, ``@``, ``!ref``, ``a[0]``).

    ``operator`` is "" or what follows the name (``:-``, ``#``, ``%%``, ``/``, ``:``, ``^^``, ``@Q``); ``length`` is
    ``${#name}``. ``subscript`` is what stands in the brackets, which may run commands.
    """

    name: str
    operator: str
    argument: Word | None
    quoted: bool
    length: bool = False
    subscript: Word | None = None


class Substitution(NamedTuple):
    """``$(...)``, backticks, or ``<(...)`` and ``>(...)``, which ``process`` holds the sign of."""

    script: Script
    quoted: bool
    process: Literal["", "<", ">"] = ""


class Arithmetic(NamedTuple):
    """``$((...))``: the substitutions in it run; its value is a number that nobody worked out."""

    parts: tuple[Part, ...]
    quoted: bool


class Body:
    """The lines of a here-document. They stand behind the command that they belong to, so they are filled in later."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: tuple[Part, ...] = ()

    def __repr__(self) -> str:
        return f"Body({self.parts!r})"


Part = Text | Parameter | Substitution | Arithmetic | Body


class Word(NamedTuple):
    """One word as written. Braces, tildes and patterns stand in unquoted text and are expanded later."""

    parts: tuple[Part, ...]
    start: int
    end: int


class Assignment(NamedTuple):
    """``name=value``, ``name+=value``, ``name[i]=value`` or, with ``items``, ``name=(...)``.

    ``subscript`` is what stands in the brackets of ``name``, which may run commands.
    """

    name: str
    value: Word | None
    items: tuple[Word, ...] | None
    append: bool
    start: int
    end: int
    subscript: Word | None = None


class Redirect(NamedTuple):
    """``fd`` (None: the usual one, "{name}" as text for a variable), ``operator``, and where to.

    For ``<<`` and ``<<-`` the ``target`` is one Body: one quoted text if the delimiter was quoted.
    """

    fd: str | None
    operator: str
    target: Word
    start: int
    end: int


class Simple(NamedTuple):
    """A simple command: assignments before it, its words, its redirections."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


class Compound(NamedTuple):
    """All that holds other commands.

    ``kind`` is subshell, group, if, while, until, for, select, case, function, coproc, test (``[[``) or arithmetic
    (``((``). ``bodies`` are its lists in order of appearance, conditions among them; ``words`` are the words of
    for/select (None without ``in``), case's subject and patterns, or those of ``[[``; ``name`` is the variable of
    for/select, or a function's name.
    """

    kind: str
    bodies: tuple[Script, ...]
    words: tuple[Word, ...] | None
    name: str
    redirects: tuple[Redirect, ...]
    start: int
    end: int


class Pipeline(NamedTuple):
    """Commands joined by ``|`` or ``|&``; one alone is a pipeline too. ``after`` is what ended it: ; & && || or ""."""

    commands: tuple[Simple | Compound, ...]
    negated: bool
    after: str
    start: int
    end: int


class Script(NamedTuple):
    """Pipelines in the order in which they stand."""

    pipelines: tuple[Pipeline, ...]
    start: int
    end: int
