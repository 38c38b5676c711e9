"""What is known while a command line is followed: variables, functions, aliases, directory, and who runs it."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING, NamedTuple
from .syntax import Script
from .value import UNKNOWN, Value, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    # A value, the items of an array, or None for a variable that is certainly not set.
    Entry = Value | tuple[Value, ...] | None

# Variables that every process has: to set one is to export it.
_INHERITED = frozenset(("HOME", "PATH", "XDG_CONFIG_HOME", "EDITOR", "VISUAL", "PAGER", "SHELL", "TMPDIR"))
_ALTERNATIVES = 8


class State(NamedTuple):
    """What a command line starts with.

    ``cwd`` is where it is started, ``variables`` are those that are known from outside. ``read`` returns the text of a
    script file by its path (relative ones from where the line was started), None if there is no such file or it may not
    be looked at. ``steps`` bounds the commands that are followed, ``depth`` the shells, functions and files inside each
    other.
    """

    cwd: Value | None = None
    variables: tuple[tuple[str, Value], ...] = ()
    read: Callable[[str], str | None] | None = None
    steps: int = 3000
    depth: int = 24


class TooMuchError(Exception):
    """A limit was reached: what the command line does is not followed to its end."""


class Budget:
    """Counts work that grows with what is known, so that no text makes a square of it."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = 300_000

    def spend(self, units: int) -> None:
        """Take ``units`` (about half a microsecond each). Raises TooMuchError when none are left."""
        self.left -= units
        if self.left < 0:
            raise TooMuchError("too much to follow")


class Frame:
    """One shell as far as it is known. Every variable has one or more values that it may have."""

    __slots__ = (
        "aliases",
        "allexport",
        "budget",
        "cwds",
        "elsewhere",
        "exported",
        "functions",
        "positional",
        "variables",
        "via",
    )

    def __init__(self, budget: Budget, cwd: Value | None = None) -> None:
        self.budget = budget
        self.variables: dict[str, tuple[Entry, ...]] = {}
        self.exported: frozenset[str] = frozenset()
        self.functions: dict[str, Script] = {}
        self.aliases: dict[str, Value] = {}
        self.positional: tuple[Value, ...] | None = None
        self.cwds: tuple[Value | None, ...] = (cwd,)
        self.via: tuple[str, ...] = ()
        self.elsewhere = False
        self.allexport = False

    def copy(self) -> Frame:
        """Return a subshell of it."""
        self.budget.spend(len(self.variables))
        made = Frame(self.budget)
        for name in Frame.__slots__:
            value = getattr(self, name)
            setattr(made, name, dict(value) if isinstance(value, dict) else value)
        return made

    def become(self, others: Iterable[Frame]) -> None:
        """Make it what it is if any one of ``others`` is how things went."""
        found = list(others)
        self.budget.spend(4 * sum(len(other.variables) for other in found))
        names = dict.fromkeys(name for other in found for name in other.variables)
        # What one branch did not set is as unknown as before.
        self.variables = {name: _either(other.variables.get(name, (UNKNOWN,)) for other in found) for name in names}
        cwds = tuple(dict.fromkeys(cwd for other in found for cwd in other.cwds))
        self.cwds = cwds if len(cwds) <= _ALTERNATIVES else (UNKNOWN,)
        self.exported = frozenset().union(*(other.exported for other in found))
        self._share(found)

    def _share(self, found: list[Frame]) -> None:
        self.allexport = any(other.allexport for other in found)
        for other in found:
            self.functions.update(other.functions)
            self.aliases.update(other.aliases)
        # What is known of one way says more than nothing.
        known = [other.positional for other in found if other.positional is not None]
        self.positional = known[-1] if known else None

    def get(self, name: str) -> Entry:
        """Return the value of a variable, UNKNOWN where nothing is known of it."""
        return self.variables.get(name, (UNKNOWN,))[0]

    def set(self, name: str, entry: Entry, *, export: bool = False) -> None:
        """Set a variable."""
        self.variables[name] = (entry,)
        if export or self.allexport or name in _INHERITED or name.startswith("GIT_"):
            self.exported |= {name}

    def environment(self) -> tuple[tuple[str, Value], ...]:
        """Return what the command line set and exported, each value that it may have."""
        self.budget.spend(2 * len(self.exported))
        return tuple(
            (name, entry)
            for name in sorted(self.exported)
            for entry in self.variables.get(name, ())
            if isinstance(entry, Value) and entry is not UNKNOWN
        )

    def directory(self, target: Value) -> None:
        """Change the directory."""
        self.cwds = tuple(dict.fromkeys(below(cwd, target) for cwd in self.cwds))


def _either(entries: Iterable[tuple[Entry, ...]]) -> tuple[Entry, ...]:
    found = tuple(dict.fromkeys(one for each in entries for one in each))
    return found if len(found) <= _ALTERNATIVES else (UNKNOWN,)


def below(cwd: Value | None, path: Value) -> Value:
    """Return ``path`` as seen from ``cwd``."""
    if cwd is None or path.prefix.startswith("/"):
        return path
    if not path.prefix and not path.known:
        return UNKNOWN
    return Value((*cwd.pieces, "/", *path.pieces), path.start, path.end) if cwd.text != "" else path


def place(cwd: Value | None, path: Value) -> str | None:
    """Return one name for the file at ``path``, None if it is not known."""
    import os

    found = below(cwd, path)
    # A directory that is not known is the same one each time, for a file with a name.
    named = "/" in found.suffix and not found.suffix.endswith("/")
    text = "".join(piece or "\0" for piece in found.pieces) if named else found.text
    return None if text is None else os.path.normpath(text)


def number(text: str) -> int | None:
    """Return the whole number that ``text`` is, None for any other text."""
    bare = text.strip()
    digits = bare[1:] if bare[:1] == "-" else bare
    return int(bare) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def words_of(value: Value) -> list[Value]:
    """Split a value at blanks, as an unquoted expansion is. A hole may hold blanks itself."""
    found: list[list[str | None]] = [[]]
    for piece in value.pieces:
        if piece is None:
            found[-1].append(None)
            continue
        for index, text in enumerate(_split(piece)):
            if index:
                found.append([])
            if text:
                found[-1].append(text)
    return [Value(tuple(each), value.start, value.end, None in each) for each in found if each]


def _split(text: str) -> list[str]:
    """Split at blanks, with an empty text before a leading and behind a trailing one."""
    pieces = text.split()
    if not pieces:
        return ["", ""] if text else []
    return [""] * text[0].isspace() + pieces + [""] * text[-1].isspace()


def lines_of(value: Value) -> list[Value]:
    """Return the lines of known text without their ends."""
    return [literal(line, value.start, value.end) for line in (value.text or "").split("\n")[:-1]] or [value]


def listed(words: Iterable[Value]) -> tuple[Value, ...] | None:
    """Return the words as what ``$@`` stands for, None if a hole may be several of them."""
    found = tuple(words)
    return None if any(one.splits for one in found) else found
