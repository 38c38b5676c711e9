"""Text that a call of git runs as a command: it is judged like the command line itself."""

from __future__ import annotations

from collections.abc import Iterator

from ..gitread import SHELL
from ..invocation import Invocation
from ..value import Value, joined, literal
from ..words import names
from .context import Context
from .hazard import Found, Inner
from .settings import runs

_VARIABLES = names(
    "GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER GIT_SSH_COMMAND GIT_SSH GIT_EXTERNAL_DIFF GIT_ASKPASS GIT_PROXY_COMMAND "
    "EDITOR VISUAL PAGER"
)
#: Options whose value is a command, by the verb.
_OPTIONS = {
    "rebase": ("exec",),
    "difftool": ("extcmd",),
    "grep": ("open-files-in-pager",),
    "fetch": ("upload-pack",),
    "pull": ("upload-pack",),
    "clone": ("upload-pack",),
    "ls-remote": ("upload-pack", "exec"),
    "fetch-pack": ("upload-pack", "exec"),
    "archive": ("exec",),
    "push": ("receive-pack", "exec"),
}
_RUNNERS = (("bisect", "run"), ("submodule", "foreach"))


def texts(call: Invocation, _context: Context) -> Iterator[Found]:
    """Yield every text that this call makes git run."""
    yield from _settled(call)
    if not call.verb:
        return
    if call.verb == SHELL or call.verb in _RUNNERS:
        yield from _words(call)
    if call.verb == ("for-each-repo",) and call.operands:
        yield _text(call, joined((literal("git "), _joined(call.operands))))
    for name in _OPTIONS.get(call.verb[0], ()):
        for value in call.values(name):
            yield _text(call, value)


def _settled(call: Invocation) -> Iterator[Inner]:
    """Yield the texts that are set for this call, by configuration or by variables."""
    for key, value in call.config:
        if runs(key):
            yield _text(call, value)
    for name, value in call.command.env:
        if name in _VARIABLES:
            yield _text(call, value)


def _words(call: Invocation) -> Iterator[Inner]:
    if not call.operands:
        return
    first, *rest = (*call.operands, *(call.paths or ()))
    if call.verb != SHELL and call.verb[1] != "foreach":
        yield _text(call, _joined((first, *rest)))
    elif not rest:
        # One word is text for a shell.
        yield _text(call, first)
    elif call.verb == SHELL:
        # What follows an alias of shell text is quoted again by git.
        yield _text(call, joined((first, literal(" "), _joined(rest))))
    else:
        # More words are joined by git with blanks, unquoted.
        yield _text(call, joined([item for word in (first, *rest) for item in (word, literal(" "))]))


def _joined(words: tuple[Value, ...] | list[Value]) -> Value:
    """Return the words as one text in which each is a word again."""
    parts: list[Value] = []
    for word in words:
        parts += [literal(" "), quoted(word)]
    return joined(parts[1:])


def quoted(word: Value) -> Value:
    """Return a word as it would have to be written in shell text; a hole stands for itself."""
    pieces = tuple(None if piece is None else f"'{_escaped(piece)}'" for piece in word.pieces)
    return word._replace(pieces=pieces)


def _escaped(text: str) -> str:
    return text.replace("'", "'\\''")


def _text(call: Invocation, value: Value) -> Inner:
    start = value.start if value.end else call.command.start
    return Inner(value, call.directory, start, value.end or call.command.end)
