"""Turns words into values: parameters, substitutions, braces, tildes, patterns, splitting."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .frame import Frame, TooMuchError, words_of
from .syntax import Arithmetic, Body, Parameter, Part, Substitution, Text, Word
from .value import UNKNOWN, Value, joined, literal

if TYPE_CHECKING:
    from .machine import Machine

# More words than these out of one, and a longer value than that, are not followed.
MAX_FIELDS = 1024
MAX_LENGTH = 65_536
_EMPTY = literal("")
_BLANKS = " \t\n"


def fields(machine: Machine, frame: Frame, words: tuple[Word, ...]) -> list[Value]:
    """Return the values of words, in which one may have become none or several."""
    found: list[Value] = []
    for word in words:
        found.extend(field(machine, frame, word, first=not found))
    return found


def field(machine: Machine, frame: Frame, word: Word, *, first: bool = False) -> list[Value]:
    """Return the values of one word; ``first`` for a word that is the name of a command."""
    parts = word.parts
    if len(parts) == 1 and isinstance(parts[0], Text) and (parts[0].quoted or not _special(parts[0].text)):
        return [Value((parts[0].text,), word.start, word.end)]
    spellings = _spellings(parts)
    if spellings is None:
        return [UNKNOWN.at(word.start, word.end)]
    found: list[Value] = []
    for spelling in spellings:
        found.extend(_Fields(machine, frame, first=first).of(spelling, word))
    return found


def _spellings(parts: tuple[Part, ...]) -> list[tuple[Part, ...]] | None:
    if not any(isinstance(part, Text) and not part.quoted and "{" in part.text for part in parts):
        return [parts]
    from .braces import expanded

    return expanded(parts, MAX_FIELDS)


def _special(text: str) -> bool:
    return any(char in text for char in "{*?[~(")


def value(machine: Machine, frame: Frame, word: Word | None) -> Value:
    """Return the value of a word that is neither split nor a pattern: of an assignment, a body, a quoted one."""
    if word is None or not word.parts:
        return _EMPTY
    found = []
    for index, part in enumerate(word.parts):
        if isinstance(part, Text):
            text = part.text
            tilde = not index and not part.quoted and text[:1] == "~" and (len(text) == 1 or text[1] == "/")
            found.extend([home(frame), literal(text[1:])] if tilde else [literal(text)])
        else:
            found.append(joined_with(expansion(machine, frame, part)))
    whole = bounded(joined(found))
    return whole.at(word.start, word.end)._replace(splits=False)


def joined_with(values: list[Value], blank: str = " ") -> Value:
    """Return values with blanks between them as one."""
    found: list[Value] = []
    for one in values:
        found.extend([literal(blank), one] if found else [one])
    return joined(found)


def bounded(found: Value) -> Value:
    """Return the value, unknown if it is too long to be followed."""
    return UNKNOWN if sum(len(piece or "") for piece in found.pieces) > MAX_LENGTH else found


def home(frame: Frame) -> Value:
    """Return the home directory, as far as the command line sets it."""
    found = frame.get("HOME")
    return found if isinstance(found, Value) else UNKNOWN


def expansion(machine: Machine, frame: Frame, part: Part) -> list[Value]:
    """Return the values of a part: several only for ``$@``, an array and their like."""
    if isinstance(part, Parameter):
        from .parameters import parameter

        return parameter(machine, frame, part)
    if isinstance(part, Substitution):
        return [machine.substitution(frame, part)]
    if isinstance(part, Arithmetic):
        return [_number(machine, frame, part)]
    if isinstance(part, Body):
        return [value(machine, frame, Word(part.parts, 0, 0))]
    return [literal(part.text)]


def _number(machine: Machine, frame: Frame, part: Arithmetic) -> Value:
    """Run what is in an expression. Only a plain number is worked out: no option is made of figures alone."""
    from .frame import number

    text = value(machine, frame, Word(part.parts, 0, 0)).text
    worked = None if text is None else number(text)
    return UNKNOWN if worked is None else literal(str(worked))


class _Fields:
    """Puts the words together that one spelling becomes."""

    def __init__(self, machine: Machine, frame: Frame, *, first: bool) -> None:
        self.machine, self.frame, self.first = machine, frame, first
        self.done: list[list[Value]] = []
        self.open: list[Value] | None = None

    def of(self, parts: tuple[Part, ...], word: Word) -> list[Value]:
        for index, part in enumerate(parts):
            if isinstance(part, Text):
                self._text(part, start=not index)
            elif isinstance(part, Parameter | Substitution | Arithmetic) and part.quoted:
                self._quoted(part)
            else:
                self._unquoted(part)
        self._close()
        if len(self.done) > MAX_FIELDS:
            raise TooMuchError(f"a word that becomes more than {MAX_FIELDS}")
        self.frame.budget.spend(8 * len(self.done))
        found = [bounded(joined(each)) for each in self.done]
        return [one._replace(start=word.start, end=word.end) for one in found]

    def _add(self, found: Value) -> None:
        if self.open is None:
            self.open = []
        self.open.append(found)

    def _close(self) -> None:
        if self.open is not None:
            self.done.append(self.open)
            self.open = None

    def _text(self, part: Text, *, start: bool) -> None:
        text = part.text
        if not part.quoted and start and text[:1] == "~":
            end = text.find("/")
            user = text[1:end] if end >= 0 else text[1:]
            self._add(home(self.frame) if not user else UNKNOWN._replace(splits=False))
            text = text[1 + len(user) :]
            if not text:
                return
        if part.quoted or not any(char in text for char in "*?["):
            self._add(literal(text))
        else:
            self._pattern(text)

    def _pattern(self, text: str) -> None:
        """Take a pattern. One that begins the word stays as it is: it names files, and no option."""
        head, _, last = text.rpartition("/")
        if not self.first and not self.open and (last if head in (".", "..") else text)[:1] in ("*", "?", "["):
            self._add(literal(text))
            return
        pieces: list[str | None] = []
        for char in text:
            if char in "*?" or (char == "[" and "]" in text):
                pieces.append(None)
            else:
                pieces.append(char)
        self._add(joined(Value((piece,)) for piece in pieces))

    def _quoted(self, part: Part) -> None:
        found = expansion(self.machine, self.frame, part)
        several = isinstance(part, Parameter) and (part.name == "@" or part.name.endswith("[@]"))
        if several and not found and self.open == [_EMPTY]:
            self.open = None
        for index, one in enumerate(found):
            if index:
                self._close()
            self._add(one if several and one is UNKNOWN else one._replace(splits=False))

    def _unquoted(self, part: Part) -> None:
        for index, one in enumerate(expansion(self.machine, self.frame, part)):
            if index:
                self._close()
            self._split(one)

    def _split(self, found: Value) -> None:
        separators = self._separators()
        if separators != _BLANKS:
            self._separated(found, separators)
            return
        first, last = found.pieces[0] or "x", found.pieces[-1] or "x"
        if first[0].isspace():
            self._close()
        self._several(words_of(found))
        if last[-1].isspace():
            self._close()

    def _separators(self) -> str:
        """Return what words are split at: of several values that ``IFS`` may have, the characters of all."""
        entries = self.frame.variables.get("IFS", (None,))
        texts = [entry.text if isinstance(entry, Value) else None for entry in entries]
        return "".join(_BLANKS if text is None else text for text in texts)

    def _several(self, values: list[Value]) -> None:
        for index, one in enumerate(values):
            if index:
                self._close()
            self._add(one)

    def _separated(self, found: Value, separators: str) -> None:
        """Split at other characters than blanks."""
        text = found.text
        if text is None or not separators:
            self._add(found)
            return
        for char in separators[1:]:
            text = text.replace(char, separators[0])
        for index, piece in enumerate(one for one in text.split(separators[0]) if one):
            if index:
                self._close()
            self._add(literal(piece))
