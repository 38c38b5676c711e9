"""Reads a command as a call of git: global options, aliases, the verb, its options and operands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .command import Command
from .gitconfig import canonical, from_environment
from .gitoptions import Parsed, parse
from .invocation import Invocation, Option
from .tables import children, table
from .value import UNKNOWN, Value, joined, literal
from .words import cut, empty, names, split

Alias = Callable[[str], str | None]

#: The verb of an alias that is shell text: the first operand is the text, the others are its arguments.
SHELL = ("!",)
_NAMES = names("git hub")
#: Global options with a value in the next word; those of the second set take it after "=" only.
_VALUED = names("git-dir work-tree namespace super-prefix config-env shallow-file attr-source")
_TELLS = names("html-path man-path info-path version help build-options list-cmds -h -v")
#: Their first operand begins another command.
_STOPS = frozenset(("submodule foreach", "bisect run", "for-each-repo", "filter-branch", "lfs"))
#: No git of a few years ago has these, or they are programs that need not be there: an alias may stand for them.
_SHADY = names(
    "history replay refs repo backfill last-modified diff-pairs filter-repo lfs svn p4 gui citool subtree instaweb "
    "diagnose send-email cvsimport cvsexportcommit url-parse format-rev gitk"
)
_DEEPEST = 12


def names_git(word: Value) -> bool:
    """Tell whether a command's first word is git, also by its path or as ``git-reset``."""
    name = _name(word)
    return name in _NAMES or (name.startswith("git-") and table(name[4:]) is not None)


def may_name_git(word: Value) -> bool:
    """Tell whether a first word that is not known whole can turn out to be git."""
    if word.known:
        return False
    head, tail = word.prefix.lower(), word.suffix.lower()
    begins = "/" in head or "\\" in head or any(name.startswith(head) for name in ("git", "hub"))
    end = tail.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")
    return begins and (end.startswith("git") or any(name.endswith(end) for name in ("git", "hub")))


def read(command: Command, alias: Alias) -> Invocation | None:
    """Return the call of git that a command is, None if its first word is not git.

    ``alias`` is asked for the meaning of a verb that git itself has not. ``verb`` of an alias of shell text is
    :data:`SHELL`. A verb that git does not have leaves ``verb`` empty, and is the first operand then: a hole where
    nobody can tell what it is.
    """
    if not command.argv or not names_git(command.argv[0]):
        return None
    reader = _Reader(command, alias)
    name = _name(command.argv[0])
    if name not in _NAMES:
        first = command.argv[0]
        return reader.verb([literal(name[4:], first.start, first.end), *command.argv[1:]])
    return reader.verb(reader.general(list(command.argv[1:])))


def _name(word: Value) -> str:
    """Return the last part of a path; it is enough that this part is known."""
    text = word.text if word.known else word.suffix if "/" in word.suffix else None
    return _base(text) if text is not None else ""


def _base(text: str) -> str:
    return text.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")


class _Reader:
    """One command, and what is known of it so far."""

    def __init__(self, command: Command, alias: Alias) -> None:
        self.command = command
        self.alias = alias
        self.config = from_environment(command.env)
        self.globals: list[Option] = []
        self.directory = command.cwd
        self.tells = False
        self.depth = 0

    def general(self, words: list[Value]) -> list[Value]:
        """Read the options before the verb; return the words from the verb on."""
        place = 0
        while place < len(words) and words[place].prefix.startswith("-"):
            lettered = words[place].prefix[:2] in ("-C", "-c")
            place = self._lettered(words, place + 1) if lettered else self._named(words, place + 1)
        return words[place:]

    def _lettered(self, words: list[Value], place: int) -> int:
        """Read the ``-C`` or ``-c`` before ``place``; return the place after it and its value."""
        word = words[place - 1]
        if len(word.prefix) > 2 or not word.known:
            self._placed(word.prefix[:2], cut(word, 2), word)
            return place
        self._placed(word.prefix, words[place] if place < len(words) else UNKNOWN, word)
        return place + 1

    def _named(self, words: list[Value], place: int) -> int:
        """Read any other option before ``place``; return the place after it and its value."""
        word = words[place - 1]
        text = word.prefix
        name, sign, _ = text.removeprefix("--").partition("=")
        if not sign and name in _VALUED and place < len(words):
            self._option(name, words[place], word)
            return place + 1
        given = cut(word, len(text) - len(text.removeprefix("--")) + len(name) + 1) if sign else None
        self._option(name, given, word)
        return place

    def _placed(self, option: str, value: Value, word: Value) -> None:
        self.globals.append(Option(option[1], value, True, True, word.start, max(word.end, value.end)))
        if option == "-c":
            self._configured(value)
        elif not empty(value):
            absolute = value.prefix.startswith(("/", "~")) or value.prefix[1:2] == ":"
            near = self.directory is None or absolute
            self.directory = value if near or not self.directory else joined((self.directory, literal("/"), value))

    def _configured(self, value: Value) -> None:
        name, sign, _ = value.prefix.partition("=")
        if sign or value.known:
            self.config.append((canonical(name), cut(value, len(name) + 1) if sign else literal("true")))
        else:
            self.config.append(("*", value))

    def _option(self, name: str, value: Value | None, word: Value) -> None:
        end = max(word.end, value.end if value else 0)
        self.globals.append(Option(name, value, True, word.known or value is not None, word.start, end))
        if name == "config-env" and value is not None:
            self._from_variable(value)
        self.tells |= name in _TELLS or (name == "exec-path" and value is None)

    def _from_variable(self, value: Value) -> None:
        key, sign, variable = value.prefix.partition("=")
        given = [content for name, content in self.command.env if name == variable] if value.known else []
        self.config.append((canonical(key) if sign else "*", given[-1] if given else UNKNOWN))

    def verb(self, words: Sequence[Value]) -> Invocation:
        """Read the verb and what follows it."""
        if self.tells or not words:
            return self._made((), Parsed((), tuple(words), None, self.tells or not self.command.more))
        name = words[0].text
        if name is None:
            return self._made((), Parsed((), tuple(words), None, False))
        if name in ("help", "version"):
            return self._made((name,), Parsed((), tuple(words[1:]), None, True))
        options = table(name)
        if options is None or name in _SHADY:
            meant = self._meaning(name)
            if meant is not None:
                return self._expanded(meant, words)
        if options is None:
            return self._made((), Parsed((), tuple(words), None, False))
        return self._known(name, options, words[1:])

    def _meaning(self, name: str) -> Value | None:
        wanted = (f"alias.{name.lower()}", f"alias.{name}.command")
        for key, value in reversed(self.config):
            if key in wanted:
                return value
        text = self.alias(name)
        return None if text is None else literal(text)

    def _expanded(self, meant: Value, words: Sequence[Value]) -> Invocation:
        place = words[0]
        if meant.prefix.startswith("!"):
            text = cut(meant, 1).at(place.start, place.end)
            return self._made(SHELL, Parsed((), (text, *words[1:]), None, False))
        found = split(meant.text) if meant.text is not None else None
        self.depth += 1
        if not found or self.depth > _DEEPEST:
            return self._made((), Parsed((), (UNKNOWN.at(place.start, place.end), *words[1:]), None, False))
        new = [literal(word, place.start, place.end) for word in found]
        return self.verb([*self.general(new), *words[1:]])

    def _known(self, name: str, options: str, words: Sequence[Value]) -> Invocation:
        below = children(name)
        if name == "stash" and (not words or words[0].prefix.startswith("-")):
            return self._made(("stash", "push"), parse(words, table("stash push") or ""))
        if below:
            outer = parse(words, options, stop=True)
            first = outer.operands[0].text if outer.operands else None
            if first in below:
                return self._nested(name, first or "", outer)
        return self._made((name,), parse(words, options, stop=name in _STOPS))

    def _nested(self, name: str, child: str, outer: Parsed) -> Invocation:
        both = f"{name} {child}"
        tail = list(outer.operands[1:])
        if outer.paths is not None:
            tail += [literal("--"), *outer.paths]
        inner = parse(tail, table(both) or "", stop=both in _STOPS)
        return self._made(
            (name, child),
            inner._replace(options=(*outer.options, *inner.options), helps=outer.helps or inner.helps),
        )

    def _made(self, verb: tuple[str, ...], parsed: Parsed) -> Invocation:
        return Invocation(
            verb,
            parsed.options,
            parsed.operands,
            parsed.paths,
            tuple(self.config),
            tuple(self.globals),
            self.directory,
            parsed.helps,
            self.command,
        )
