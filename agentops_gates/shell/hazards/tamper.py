"""Commands other than git that write, move or remove git's own files, the hooks, or the guard's policy."""

from __future__ import annotations

from collections.abc import Iterator

from ..command import Command
from ..invocation import Invocation
from ..value import Value
from .context import Context
from .editors import code, edited
from .find import HANDS, all_of, picked, starts
from .hazard import Found, Hazard, hazard
from .look import sure
from .paths import danger
from .targets import REMOVERS, name_of, operands, targets


def tamper(command: Command, context: Context) -> Iterator[Found]:
    """Yield what is written, moved or removed that must not be."""
    if command.elsewhere:
        return
    for _, word in command.writes:
        yield from _judged(command, word, context, removes=False)
    yield from _targeted(command, context)
    for word in edited(command):
        yield from _judged(command, word, context, removes=False)
    text = code(command)
    if text is not None:
        yield hazard("AG441", text if text.end else command, "code changes files of the git directory")
    name = name_of(command)
    if name == "find":
        yield from _found(command, context)
    if name in ("rm", "mv"):
        yield from _home(command, context)


def _targeted(command: Command, context: Context) -> Iterator[Found]:
    name = name_of(command)
    for word, removes in targets(command):
        for found in _judged(command, word, context, removes=removes):
            # The mode of a plain file is nothing to lose; that of a folder, or of a hook, is.
            if name != "chmod" or found.rule in ("AG442", "AG443") or _folder(command, word, context):
                yield found


def _found(command: Command, context: Context) -> Iterator[Found]:
    for word in starts(command):
        yield from _judged(command, word, context, removes=True)
        if all_of(command, word, context):
            yield hazard("AG441", word, "everything is deleted, the git directory too")
    for word in picked(command):
        yield hazard("AG441", word, "git directories are deleted where they are found")


def _judged(command: Command, word: Value, context: Context, *, removes: bool) -> Iterator[Hazard]:
    found = danger(command, word, context, removes=removes)
    if found is not None and not _scratch(command, word, context):
        yield hazard(found[0], word if word.end else command, found[1])


def _folder(command: Command, word: Value, context: Context) -> bool:
    text = word.text
    return text is None or text.rstrip("/").endswith(".git") or context.folder(context.path(command, text))


def _scratch(command: Command, word: Value, context: Context) -> bool:
    """Tell whether a file is surely in a throw-away place that has nothing to do with this repository."""
    if word.text is None:
        return False
    path = context.path(command, word.text)
    # What lies in the same folder of /tmp as we do can belong to us: a linked work tree does.
    return path.startswith("/tmp/") and path.split("/")[:3] != context.cwd.split("/")[:3]  # noqa: S108


def outputs(call: Invocation, context: Context) -> Iterator[Found]:
    """Judge the files that a call of git is told to write."""
    for option in call.options:
        if option.name in ("output", "o", "output-directory") and option.value is not None:
            yield from _judged(call.command, option.value, context, removes=False)


def replaced(call: Invocation, context: Context) -> Iterator[Found]:
    """Judge the guard's policy when a call of git takes it away, or brings back an older one than ``HEAD`` has."""
    verb = call.verb[0]
    words = (*call.operands, *(call.paths or ()))
    source = call.values("source") if verb == "restore" else call.operands[:1] if len(words) > 1 else ()
    if sure(call, "dry-run", "staged") or (verb in ("checkout", "restore") and not _older(source)):
        return
    for word in words:
        yield from (found for found in _judged(call.command, word, context, removes=True) if found.rule == "AG444")


def _older(source: tuple[Value, ...]) -> bool:
    return any(word.text not in ("HEAD", "@") for word in source)


def _home(command: Command, context: Context) -> Iterator[Found]:
    """Judge the removal of the work tree itself, or of a folder above it, with the git directory in it."""
    for word in operands(command):
        if word.text is None or word.text in (".", ".."):
            continue
        path = context.path(command, word.text)
        all_of_it = word.text.rpartition("/")[2] == "*" and context.exists(f"{path[:-1]}.git")
        if all_of_it:
            yield hazard("AG401", word, "every file of the work tree is removed or moved", "worktree", "untracked")
        elif name_of(command) != "mv" and _linked(path, context):
            yield hazard("AG419", word, "a linked work tree or submodule is deleted with what is in it")
        elif _holds_us(path, context):
            yield hazard("AG441", word, "the whole repository is removed or moved", "worktree", "untracked", "refs")


def _linked(path: str, context: Context) -> bool:
    text = context.script(f"{path}/.git") or ""
    return text.startswith("gitdir:") and ("/worktrees/" in text or "/modules/" in text)


def _holds_us(path: str, context: Context) -> bool:
    """Tell whether the folder at ``path`` holds the repository that the command line is started in."""
    place = context.cwd
    while f"{place}/".startswith(path.rstrip("/") + "/"):
        if context.exists(f"{place}/.git"):
            return True
        if place == "/":
            break
        place = place.rpartition("/")[0] or "/"
    return False


def swept(command: Command, rule: str) -> Iterator[Found]:
    """Yield the danger in removing what a call of git lists: files that it does not have, or linked work trees."""
    if name_of(command) in REMOVERS and "xargs" in command.via:
        what = "linked work trees are deleted" if rule == "AG419" else "files are deleted that git does not have"
        yield hazard(rule, command, what)


def handed(command: Command, lister: Command, word: Value, context: Context) -> Iterator[Found]:
    """Yield the danger in handing the files that ``lister`` names to a command that changes or removes them."""
    if name_of(command) in HANDS and "xargs" in command.via:
        yield from _judged(lister, word, context, removes=True)
