"""The one decision about a command line, for every front: what it would run, what that destroys, what policy says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from .command import Command, Doubt
from .decision import ALLOW, LEVELS, Answer, Decision
from .gitread import may_name_git, names_git, read
from .hazards import Context, Hazard, Inner, Unclear, foreign, hazards
from .hazards.hazard import Found, Level, Thing
from .invocation import Invocation
from .levels import UNCLEAR, Levels
from .value import Value, literal

#: How deep texts may stand inside each other, and how many of them are looked at.
_DEEPEST = 8
_MOST_TEXTS = 64
# A program that no line calls: what it would be given is what all later ones get.
_LAST = "/agentops/last"
_MOST_HAZARDS = 50
# They stand in every other line, and change nothing.
_INERT = frozenset(
    (
        *("cd", "ls", "cat", "echo", "printf", "grep", "rg", "head", "tail", "wc", "sort", "uniq", "cut", "tr", "jq"),
        *("true", "false", "test", "[", ":", "pwd", "sleep", "mkdir", "touch", "date", "export", "which", "diff"),
    )
)
# They can list files that git does not have, and linked work trees.
_LISTS = frozenset((("ls-files",), ("status",), ("diff",), ("clean",), ("worktree", "list")))
# Their first argument can be the file of one of git's own scripts.
_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "perl", "python", "python3", "ruby", "node"))


def decide(line: str | Sequence[str], context: Context, levels: Callable[[], Levels] | None = None) -> Decision:
    """Return what to say of a command line: shell text, or the words of one command as a program gets them.

    ``levels`` is asked for the levels in force if there is anything to decide about; without it the rules' own count.
    """
    if isinstance(line, str):
        from .quick import harmless

        if harmless(line, context.cwd):
            return ALLOW
    judge = _Judge(context)
    judge.line(line)
    if not judge.found and judge.doubt is None:
        return ALLOW
    return _decided(judge, levels() if levels is not None else _own)


def _own(_rule: str, level: Level) -> Level:
    return level


def _decided(judge: _Judge, levels: Levels) -> Decision:
    found = sorted(dict.fromkeys(judge.found), key=lambda item: (item.start, item.end))
    weighed = tuple(item._replace(level=levels(item.rule, item.level)) for item in found)
    doubt = judge.doubt
    unclear: Level = levels(UNCLEAR, "deny") if doubt is not None else "allow"
    strictest = min([unclear, *(item.level for item in weighed)], key=LEVELS.index)
    answer: Answer = strictest if strictest in ("deny", "ask") else "allow"
    reason = next((item for item in weighed if item.level == strictest and answer != "allow"), None)
    saved = _endangered(weighed) if answer != "deny" else ()
    return Decision(answer, weighed, doubt if unclear != "allow" else None, saved, reason)


_UNSAVED = ("none", "remote")


def _endangered(found: Iterable[Hazard]) -> tuple[Thing, ...]:
    """Return what a rescue has to save before this runs, each thing once."""
    things = [thing for item in found if item.level != "allow" for thing in item.endangers]
    return tuple(dict.fromkeys(thing for thing in things if thing not in _UNSAVED))


class _Judge:
    """Collects what is found in one command line."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.found: list[Hazard] = []
        self.doubt: Doubt | None = None
        self.depth = 0
        self.texts = 0
        self.swept = ""
        self.listed: tuple[Command, Value] | None = None

    def line(self, line: str | Sequence[str]) -> None:
        """Judge the whole line."""
        if isinstance(line, str) or not _is_git(line):
            text = written(line)
            self.items(_commands(text, self.context))
            self._exports(text)
        else:
            # No shell is between these words and git: nothing else can come of them.
            self.items([Command(_placed(line), end=len(written(line)))])

    def items(self, found: Iterable[Command | Doubt]) -> None:
        """Judge all commands of a text."""
        for item in found:
            if isinstance(item, Doubt):
                self.doubt = self.doubt or item
            else:
                self.command(item)

    def _exports(self, text: str) -> None:
        """Judge what is exported at the end: it counts for command lines that come later in the same shell."""
        if "export" not in text and "declare" not in text and "typeset" not in text:
            return
        from .hazards.bypass import switches

        last = f"{text}\n{_LAST}"
        for item in _commands(last, self.context):
            if isinstance(item, Command) and item.argv[0].text == _LAST:
                for found in switches(item.env, git=False, exports=True):
                    if isinstance(found, Hazard):
                        self._keep(found)

    def command(self, command: Command) -> None:
        """Judge one command."""
        for found in self._of(command):
            if isinstance(found, Inner):
                self._text(found)
            elif isinstance(found, Unclear):
                self.doubt = self.doubt or Doubt(found.why, found.start, found.end)
            else:
                self._keep(_seen_from_here(found, command))

    def _keep(self, found: Hazard) -> None:
        # Nobody reads thousands, but none may push another rule out.
        if len(self.found) < _MOST_HAZARDS or all(found.rule != known.rule for known in self.found):
            self.found.append(found)

    def _of(self, command: Command) -> Iterator[Found]:
        call = self._call(command)
        if command.env:
            from .hazards.bypass import switches

            yield from switches(command.env, git=call is not None, exports=False)
        if call is not None:
            yield from hazards(call, self.context)
        if command.writes or (call is None and not _inert(command)):
            yield from foreign(command, self.context)
        yield from self._piped(command, call)
        if call is None and command.argv and may_name_git(command.argv[0]):
            yield from self._guessed(command)

    def _call(self, command: Command) -> Invocation | None:
        """Return the call of git that a command is; a script of git's own run by its shell is one too."""
        argv = command.argv
        if len(argv) > 1 and _base(argv[0]) in _SHELLS and _base(argv[1]).startswith("git-") and names_git(argv[1]):
            command = command._replace(argv=argv[1:])
        asked: list[str] = []

        def alias(name: str) -> str | None:
            asked.append(name)
            return None

        call = read(command, alias)
        if call is None or not asked:
            return call
        place = self.context.at(call.directory)
        return read(command, place.alias)

    def _piped(self, command: Command, call: Invocation | None) -> Iterator[Found]:
        """Judge what removes files by names that a command before it lists."""
        if command.more and self.listed is not None:
            from .hazards.tamper import handed

            yield from handed(command, *self.listed, self.context)
        if command.more and self.swept:
            from .hazards.tamper import swept

            yield from swept(command, self.swept)
        if call is not None and call.verb in _LISTS:
            from .hazards.find import found_by_git

            self.swept = found_by_git(call)
        if any(".git" in word.prefix for word in command.argv[1:]):
            from .hazards.find import listed

            self.listed = listed(command) or self.listed

    def _guessed(self, command: Command) -> Iterator[Found]:
        """Judge a command whose name nobody knows as git, where the rest reads like it."""
        first = command.argv[0]
        call = read(command._replace(argv=(literal("git", first.start, first.end), *command.argv[1:])), _no_alias)
        if call is None or not call.verb:
            return
        for found in hazards(call, self.context):
            if isinstance(found, Hazard):
                yield found

    def _text(self, inner: Inner) -> None:
        self.texts += 1
        if self.depth >= _DEEPEST or self.texts > _MOST_TEXTS:
            self.doubt = self.doubt or Doubt("commands stand too deep inside each other", inner.start, inner.end)
            return
        text = "".join("$__unseen" if piece is None else piece for piece in inner.text.pieces)
        place = self.context.at(inner.cwd)
        judge = _Judge(place)
        judge.depth, judge.texts = self.depth + 1, self.texts
        judge.items(_commands(text, place))
        self.texts = judge.texts
        for item in judge.found:
            self._keep(item._replace(start=inner.start, end=inner.end))
        if judge.doubt is not None:
            self.doubt = self.doubt or judge.doubt._replace(start=inner.start, end=inner.end)


def _seen_from_here(found: Hazard, command: Command) -> Hazard:
    placed = found if found.end > found.start else found._replace(start=command.start, end=command.end)
    if not command.elsewhere or found.level == "allow":
        return placed
    # Nobody here can say what is lost on another machine, or save it.
    return placed._replace(level="ask", endangers=("none",))


def _no_alias(_name: str) -> str | None:
    return None


def _inert(command: Command) -> bool:
    return bool(command.argv) and (command.argv[0].text or "") in _INERT


def _base(word: Value) -> str:
    return (word.text or "").replace("\\", "/").rpartition("/")[2].lower()


def _placed(words: Sequence[str]) -> tuple[Value, ...]:
    """Return words with their places in the text that they would be written as, with one blank between them."""
    found: list[Value] = []
    start = 0
    for word in words:
        found.append(literal(word, start, start + len(word)))
        start += len(word) + 1
    return tuple(found)


def _is_git(words: Sequence[str]) -> bool:
    return bool(words) and names_git(literal(words[0]))


def written(line: str | Sequence[str]) -> str:
    """Return the text that the places in a decision are counted in: the words of a command as they would be written."""
    if isinstance(line, str):
        return line
    if _is_git(line):
        return " ".join(line)
    from .hazards.inner import quoted

    return " ".join(quoted(literal(word)).text or "" for word in line)


def _commands(text: str, context: Context) -> Iterator[Command | Doubt]:
    from .frame import State
    from .machine import commands

    return commands(text, State(literal(context.cwd), (("PWD", literal(context.cwd)),), context.script))
