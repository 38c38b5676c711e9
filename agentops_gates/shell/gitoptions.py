"""Reads the options of one git command as git's own parser does, by the generated tables.

A cut-off name stands for every option that begins so: where this git finds it ambiguous it fails, which costs nothing,
and the next version may have one candidate less. Negations, also of options that are declared as negations, and values
in the same or the next word are taken as git takes them; the last word on an option wins (``Invocation.has``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.light import NamedTuple
from .invocation import Option
from .value import Value
from .words import cut, empty

_HELP = frozenset(("help", "help-all", "git-completion-helper", "git-completion-helper-all"))


class Parsed(NamedTuple):
    """The words of a command told apart; ``paths`` is None without ``--``."""

    options: tuple[Option, ...]
    operands: tuple[Value, ...]
    paths: tuple[Value, ...] | None
    helps: bool


def parse(words: Sequence[Value], table: str, *, stop: bool = False) -> Parsed:
    """Tell the words after a command's name apart; with ``stop`` the first operand ends the options."""
    reader = _Reader(table)
    place, paths = 0, None
    operands: list[Value] = []
    while place < len(words):
        word = words[place]
        place += 1
        if word.text == "--":
            paths = tuple(words[place:])
            break
        if word.text == "--end-of-options" or (stop and not _dashed(word)):
            operands += words[place - (word.text != "--end-of-options") :]
            break
        if not _dashed(word):
            operands.append(word)
        elif word.prefix.startswith("--"):
            place = reader.long(words, place)
        else:
            place = reader.cluster(words, place)
    return Parsed(tuple(reader.options), tuple(operands), paths, reader.helps)


def _dashed(word: Value) -> bool:
    return word.prefix.startswith("-") and word.text != "-"


def _takes_next(kind: str, words: Sequence[Value], place: int) -> bool:
    """Tell whether an option of this kind has the word at ``place`` for its value."""
    return kind == "=" and place < len(words)


class _Reader:
    """One table, and what was read by it so far."""

    def __init__(self, table: str) -> None:
        self.kinds: dict[str, str] = {}
        self.letters: dict[str, str] = {}
        for token in table.split():
            kind = token[-1] if token[-1] in "=?" else ""
            letter, _, name = (token[:-1] if kind else token).rpartition("/")
            self.kinds[name] = kind
            if letter or len(name) == 1:
                self.letters[letter or name] = name
        self.options: list[Option] = []
        self.helps = False

    def long(self, words: Sequence[Value], place: int) -> int:
        """Read the long option before ``place``; return the place after it and its value."""
        word = words[place - 1]
        name, sign, _ = word.prefix[2:].partition("=")
        value = cut(word, len(name) + 3) if sign else None
        whole = bool(sign) or word.known
        if whole and name in _HELP and name not in self.kinds:
            self.helps = True
            return place
        found = list(self._candidates(name, whole))
        if len(found) != 1:
            self._several(found, name, value, word)
            return place
        meant, on = found[0]
        if value is None and on and _takes_next(self.kinds[meant], words, place):
            value = words[place]
            place += 1
        self._add(meant, value, word, on=on, sure=whole)
        return place

    def _several(self, found: list[tuple[str, bool]], name: str, value: Value | None, word: Value) -> None:
        for meant, on in found:
            self._add(meant, value, word, on=on, sure=False)
        if not found:
            # A newer git may know it: its name is all that can be said.
            self._add(name, value, word, on=True, sure=True)

    def _candidates(self, name: str, whole: bool) -> Iterator[tuple[str, bool]]:
        """Yield the options that ``name`` may mean, with what it says of them."""
        exact = self._exact(name) if whole else None
        if exact is not None:
            yield exact
            return
        for known in self.kinds:
            if len(known) < 2:
                continue
            if known.startswith(name):
                yield known, True
            elif f"no-{known}".startswith(name) or known.removeprefix("no-").startswith(name):
                yield known, False

    def _exact(self, name: str) -> tuple[str, bool] | None:
        """Return the option that ``name`` is in full, or denies, with what it says of it; None for any other name."""
        for exact, on in ((name, True), (f"no-{name}", False), (name.removeprefix("no-"), False)):
            if exact in self.kinds and len(exact) > 1:
                return exact, on
        if name.startswith("no-no-") and name[3:] in self.kinds:
            return name[3:], False
        return None

    def cluster(self, words: Sequence[Value], place: int) -> int:
        """Read the short options in the word before ``place``; return the place after them and their value."""
        word = words[place - 1]
        for behind, letter in enumerate(word.prefix[1:], 2):
            if letter == "h" and letter not in self.letters:
                self.helps = True
                return place
            name = self.letters.get(letter, letter)
            kind = self.kinds[name] if letter in self.letters else ""
            rest = cut(word, behind) if kind else None
            if rest is not None and not empty(rest):
                self._add(name, rest, word)
                return place
            if _takes_next(kind, words, place):
                self._add(name, words[place], word)
                return place + 1
            self._add(name, None, word)
        if not word.known:
            self._any_letter(word)
        return place

    def _any_letter(self, word: Value) -> None:
        """Add every short option: the hole in a cluster may hold any."""
        for name in self.letters.values():
            self._add(name, None, word, sure=False)

    def _add(self, name: str, value: Value | None, word: Value, *, on: bool = True, sure: bool = True) -> None:
        self.options.append(Option(name, value, on, sure, word.start, word.end))
