"""``find`` that deletes, or runs what does; and lists of files that a pipe hands on."""

from __future__ import annotations

from collections.abc import Iterator

from ..command import Command
from ..invocation import Invocation
from ..value import Value
from ..words import names
from .context import Context
from .targets import REMOVERS, name_of

HANDS = REMOVERS | names("mv cp ln chmod sed truncate tee dd install perl")
_LISTERS = names("find ls fd fdfind echo printf")
_RUNS = names("-exec -execdir -ok -okdir")
_PICKS = names("-name -iname -path -ipath -wholename -iwholename -regex -iregex -empty -maxdepth -prune")
_SPARES = names("-not !")
_OR = names("-o -or ,")


def starts(command: Command) -> list[Value]:
    """Return the folders below which a ``find`` deletes or changes what it finds; none if it only looks."""
    texts = _texts(command)
    runs = not _RUNS.isdisjoint(texts) and not HANDS.isdisjoint(texts)
    if ("-delete" not in texts and not runs) or _only_locks(texts):
        return []
    found: list[Value] = []
    for word in command.argv[1:]:
        if word.prefix.startswith(("-", "(", "!")):
            break
        found.append(word)
    return found


def all_of(command: Command, start: Value, context: Context) -> bool:
    """Tell whether a ``find`` deletes everything below a folder in which there is a git directory."""
    texts = _texts(command)
    if start.text is None or not _everything(texts):
        return False
    return context.exists(f"{context.path(command, start.text)}/.git")


def _everything(texts: list[str]) -> bool:
    if "-delete" in texts:
        return _PICKS.isdisjoint(texts)
    runs = [at for at, text in enumerate(texts) if text in _RUNS]
    if len(runs) != 1 or REMOVERS.isdisjoint(texts[runs[0] + 1 : runs[0] + 2]):
        return False
    deep = any(text[:1] == "-" and "r" in text.lower() for text in texts[runs[0] + 2 :])
    return (_PICKS - {"-maxdepth"} if deep else _PICKS).isdisjoint(texts)


def _spares(texts: list[str]) -> bool:
    """Tell whether a ``find`` leaves out what its tests name: ``! -path x``, ``-path x -prune -o ...``."""
    if not _SPARES.isdisjoint(texts):
        return True
    return "-prune" in texts and not _OR.isdisjoint(texts[texts.index("-prune") :])


def picked(command: Command) -> Iterator[Value]:
    """Yield the tests that pick git directories, of a ``find`` that changes what it finds."""
    texts = _texts(command)
    if not starts(command) or _spares(texts):
        return
    for test, wanted, word in zip(texts, texts[1:], command.argv, strict=False):
        names_it = wanted.strip("*/").rpartition("/")[2] == ".git"
        if test in ("-name", "-iname", "-path", "-wholename") and names_it:
            yield word


def found_by_git(call: Invocation) -> str:
    """Return the rule against removing what a call of git lists: files that it does not have, work trees; or ""."""
    if call.verb == ("worktree", "list"):
        return "AG419"
    if call.verb == ("ls-files",):
        lists = call.has("others", "modified", "ignored")
    else:
        lists = call.verb in (("status",), ("diff",)) or (call.verb == ("clean",) and call.has("dry-run"))
    return "AG403" if lists else ""


def listed(command: Command) -> tuple[Command, Value] | None:
    """Return the file of git's own that a command names without changing it, which a pipe may hand on."""
    texts = _texts(command)
    if name_of(command) not in _LISTERS or _spares(texts) or _only_locks(texts):
        return None
    return next(((command, word) for word in command.argv[1:] if ".git" in word.prefix), None)


def _only_locks(texts: list[str]) -> bool:
    return any(text.endswith(".lock") for text in texts)


def _texts(command: Command) -> list[str]:
    return [word.text or "" for word in command.argv]
