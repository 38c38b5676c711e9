"""Follows a command line without running it, and tells which commands it may run, with what.

Every branch is followed, a loop once for each word that it is given, a function when it is called. What a command
prints is known for a few (``echo``, ``printf``, ``cat``); all else is a hole. What cannot be followed is a doubt.
"""

from __future__ import annotations

from itertools import pairwise

from ..model.light import TYPE_CHECKING
from .command import Command, Doubt
from .expand import bounded, field, fields, value
from .frame import Budget, Frame, State, TooMuchError, place
from .lexer import ShellSyntaxError
from .parse import parse
from .suspect import involves_git
from .syntax import Compound, Pipeline, Redirect, Script, Simple, Substitution, Word
from .value import UNKNOWN, Value, joined, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["State", "commands"]

SILENT = literal("")
# Stands for a hole in text that is read as shell text: a variable that nobody sets.
HOLE = "${__not_known__}"


def commands(text: str, start: State | None = None) -> Iterator[Command | Doubt]:
    """Yield the commands that ``text`` may run and the doubts about it, in the order in which they are met.

    Nothing is run. A text without anything that could become git gives no doubt, whatever else is wrong with it.
    """
    state = start or State()
    machine = Machine(text, state)
    frame = Frame(machine.budget, state.cwd)
    for name, known in state.variables:
        frame.variables[name] = (known,)
    try:
        machine.text(frame, literal(text, 0, len(text)), SILENT._replace(pieces=(None,)), place_known=True)
    except TooMuchError as error:
        machine.doubt(str(error), 0, len(text), of=text)
    except RecursionError:
        machine.doubt("nested too deep to be followed", 0, len(text), of=text)
    yield from dict.fromkeys(machine.found)


class Machine:
    """What is shared by all shells that one command line starts."""

    def __init__(self, whole: str, state: State) -> None:
        self.whole = whole
        self.state = state
        self.found: list[Command | Doubt] = []
        self.files: dict[str, Value] = {}
        self.waiting: dict[str, tuple[Script, Frame]] = {}
        self.budget = Budget()
        self.steps = 0
        self.depth = 0
        self.pipes = 0
        self.quiet = 0
        # Whether what is read now was text of this line before a program changed it.
        self.changed = False
        self.reading = UNKNOWN

    def doubt(self, why: str, start: int, end: int, *, of: str | None) -> None:
        """Note a doubt, unless the text that it is about cannot involve git."""
        if not self.quiet and (of is None or involves_git(of)):
            self.found.append(Doubt(why, start, end))

    def step(self) -> None:
        """Count one command. Raises the error that ends it all over the limit."""
        self.steps += 1
        if self.steps > self.state.steps:
            raise TooMuchError(f"more than {self.state.steps} commands to follow")

    def text(self, frame: Frame, text: Value, stdin: Value, *, place_known: bool = False, posix: bool = False) -> Value:
        """Follow shell text as ``frame`` runs it; return what it prints. A hole in it is a word that nobody knows."""
        source = "".join(HOLE if piece is None else piece for piece in text.pieces)
        if posix and "$'" in source and "\\'" in source:
            self.doubt("a quote that sh and bash read differently", text.start, text.end, of=source)
        try:
            script = self._parsed(source, text, whole=place_known)
        except ShellSyntaxError as error:
            at = (error.position, error.position + 1) if place_known else (text.start, text.end)
            self.doubt(f"the text is not understood: {error.what}", *at, of=source)
            return UNKNOWN
        self.depth += 1
        if self.depth > self.state.depth:
            raise TooMuchError(f"shells nested deeper than {self.state.depth}")
        printed = self.script(frame, script, stdin)
        self.depth -= 1
        return printed

    def _parsed(self, source: str, text: Value, *, whole: bool) -> Script:
        """Read text with the places that it has in the whole, if it stands there as it is."""
        if whole:
            return parse(source)
        found = self.whole.find(source, text.start, text.end) if text.known else -1
        return parse(source, found) if found >= 0 else parse(source, 0, (text.start, text.end))

    def script(self, frame: Frame, script: Script, stdin: Value) -> Value:
        """Follow a list; return what it prints."""
        printed: list[Value] = []
        pipelines = script.pipelines
        index = 0
        while index < len(pipelines):
            end = index
            while end < len(pipelines) - 1 and pipelines[end].after in ("&&", "||"):
                end += 1
            chain = pipelines[index : end + 1]
            printed.append(self._chain(frame, chain, stdin))
            index = end + 1
        return bounded(joined(printed)) if len(printed) != 1 else printed[0]

    def _chain(self, frame: Frame, chain: tuple[Pipeline, ...], stdin: Value) -> Value:
        """Follow ``a && b || c``: each may be left out, and then what it sets is not set."""
        printed = [self.pipeline(frame, chain[0], stdin)]
        exits: list[Frame] = []
        for before, pipeline in pairwise(chain):
            without = frame.copy()
            said = self.pipeline(frame, pipeline, stdin)
            if before.after == "||":
                frame.become((without, frame.copy()))
            else:
                exits.append(without)
            printed.append(said if said == SILENT else joined((said, UNKNOWN)))
        if exits:
            frame.become((*exits, frame.copy()))
        return bounded(joined(printed))

    def pipeline(self, frame: Frame, pipeline: Pipeline, stdin: Value) -> Value:
        """Follow commands that read what the one before prints."""
        if not pipeline.commands:
            return SILENT
        *before, last = pipeline.commands
        outside = self.changed
        for command in before:
            self.reading = stdin
            stdin = self.command(frame.copy(), command, stdin)
            known = self.reading.known and self.reading != SILENT
            self.changed = (self.changed or known) and not stdin.known
        if not before:
            return self.command(frame, last, stdin)
        # zsh, and bash with lastpipe, run the last one in the shell itself.
        alone = frame.copy()
        printed = self.command(frame, last, stdin)
        self.changed = outside
        frame.become((frame.copy(), alone))
        return printed

    def command(self, frame: Frame, command: Simple | Compound, stdin: Value) -> Value:
        """Follow one command; return what it prints."""
        self.step()
        if isinstance(command, Simple):
            from .simple import simple

            return simple(self, frame, command, stdin)
        from .blocks import block

        return block(self, frame, command, stdin)

    def substitution(self, frame: Frame, part: Substitution) -> Value:
        """Follow ``$(...)`` and return what it stands for; for ``<(...)`` the name of a file that holds it."""
        inside = frame.copy()
        if part.process == ">":
            return self._reader(inside, part.script)
        printed = self.script(inside, part.script, UNKNOWN)
        if part.process:
            return self._file(printed)
        trimmed = list(printed.pieces)
        while trimmed and isinstance(trimmed[-1], str):
            trimmed[-1] = trimmed[-1].rstrip("\n")
            if trimmed[-1] or len(trimmed) == 1:
                break
            trimmed.pop()
        return Value(tuple(trimmed), part.script.start, part.script.end, splits=None in trimmed and not part.quoted)

    def _file(self, content: Value) -> Value:
        self.pipes += 1
        name = f"/dev/fd/{62 + self.pipes}"
        self.files[name] = content
        return literal(name)

    def _reader(self, frame: Frame, script: Script) -> Value:
        name = self._file(UNKNOWN)
        self.waiting[name.text or ""] = (script, frame)
        return name

    def feed(self, name: str, content: Value) -> None:
        """Give ``content`` to the ``>(...)`` that ``name`` stands for, if it does."""
        if name in self.waiting:
            script, frame = self.waiting.pop(name)
            self.script(frame, script, content)

    def starve(self) -> None:
        """Follow each ``>(...)`` that nobody was seen to write to."""
        for name in list(self.waiting):
            self.feed(name, UNKNOWN)

    def read(self, frame: Frame, path: Value) -> Value | None:
        """Return the text of a file that this line wrote, or that may be read; None if there is none."""
        for cwd in frame.cwds:
            name = place(cwd, path)
            if name in self.files:
                return self.files[name]
            text = None if name is None or "\0" in name or self.state.read is None else self.state.read(name)
            if text is not None:
                return literal(text, path.start, path.end)
        return None

    def wrote(self, frame: Frame, path: Value) -> bool:
        """Tell whether this line itself writes the file at ``path``."""
        return any(place(cwd, path) in self.files for cwd in frame.cwds)

    def write(self, frame: Frame, path: Value, content: Value, *, append: bool) -> None:
        """Note what this line writes to a file."""
        for cwd in frame.cwds:
            name = place(cwd, path)
            if name is not None:
                self.feed(name, content)
                before = self.files.get(name) if append else None
                self.files[name] = bounded(content if before is None else joined((before, content)))

    def words(self, frame: Frame, words: tuple[Word, ...]) -> list[Value]:
        """Return the values of words."""
        found = fields(self, frame, words)
        self.budget.spend(len(found))
        return found

    def value(self, frame: Frame, word: Word | None) -> Value:
        """Return the value of a word that is not split."""
        return value(self, frame, word)

    def target(self, frame: Frame, redirect: Redirect) -> Value:
        """Return where a redirection goes to."""
        found = field(self, frame, redirect.target)
        return found[0] if len(found) == 1 else UNKNOWN
