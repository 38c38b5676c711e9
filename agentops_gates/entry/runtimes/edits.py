"""Files that an edit tool may not write: git's own, hooks, the guard's policy, records, and the runtimes' hook files.

Names are judged as they are given and as the file system resolves them (links, ``..``). What changes between the
question and the edit is seen by nobody here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ...model.text import printable
from ...shell.command import Command
from ...shell.hazards.context import Context
from ...shell.hazards.paths import danger
from ...shell.value import literal
from .payload import Unreadable
from .protocol import Answer

_HEADERS = ("*** Add File:", "*** Update File:", "*** Delete File:", "*** Move to:")
_DIFF = ("+++ ", "--- ", "rename to ", "copy to ")
#: What git lets people write in its directory: messages that they are asked for, and files that it shall not see.
_DRAFTS = ("COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG", "NOTES_EDITMSG", "description", "info/exclude")
_TODO = ("git-rebase-todo", "COMMIT_EDITMSG")
_IGNORED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def patched(text: str) -> list[str]:
    """Return the files that a patch names: in apply_patch's own form, else in that of a diff.

    Raises Unreadable if it names none.
    """
    lines = text.splitlines()
    found = [
        line.strip().removeprefix(head).strip() for line in lines for head in _HEADERS if line.strip().startswith(head)
    ]
    if not found:
        found = list(_of_diff(lines))
    if not found:
        raise Unreadable("the patch names no file")
    return found


def _of_diff(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        head = next((head for head in _DIFF if line.startswith(head)), "")
        name = line.removeprefix(head).partition("\t")[0].strip()
        if not head or name == "/dev/null":
            continue
        yield name
        if name.startswith(("a/", "b/")):
            yield name[2:]


def judged(names: Iterable[str], place: str) -> Answer | None:
    """Return what is not simply allowed about writing files that are named from the folder ``place``."""
    asked: Answer | None = None
    for name in names:
        found = _danger(name, place)
        answer = _told(*found, name, place) if found is not None else None
        if answer is not None and answer.verdict == "deny":
            return answer
        asked = asked or answer
    return asked


def _told(rule: str, why: str, name: str, place: str) -> Answer | None:
    from ...shell.hazards.rules import RULES
    from ..guard import levels_in

    known = RULES[rule]
    level = levels_in(place)(rule, known.level)
    if level not in ("deny", "ask"):
        return None
    head = "denied" if level == "deny" else "to be asked first"
    text = (
        f"agentops-gates: {head}: {printable(why)} ({rule} {known.name})\n  here: {printable(name)[:200]}\n"
        f"  at stake: {known.loses}\n  instead: {known.instead}"
    )
    return Answer("deny" if level == "deny" else "ask", text)


def _danger(name: str, place: str) -> tuple[str, str] | None:
    if "\0" in name:
        raise Unreadable("a file's name holds a zero byte")
    path = os.path.join(place, os.path.expanduser(name.removeprefix("file://")))
    context = Context(place)
    for spelling in dict.fromkeys((os.path.normpath(path), os.path.realpath(path))):
        plain = _plain(spelling)
        found = danger(Command(()), literal(plain), context) or _in_git(plain) or _exempts(plain)
        if found is not None:
            return found
    return _in_hooks(os.path.realpath(path))


def _plain(path: str) -> str:
    """Return a path as file systems that fold names would find it: ``.git`` by all of its names."""
    parts = path.translate(_IGNORED).replace("\\", "/").split("/")
    return "/".join(".git" if part.rstrip(" .").lower() in (".git", "git~1") else part for part in parts)


def _in_git(path: str) -> tuple[str, str] | None:
    """Judge a path in a git directory of any name: what holds HEAD, objects and refs is one."""
    head, below = path, ""
    while head != os.path.dirname(head):
        if os.path.basename(head) == ".git" or _is_git_directory(head):
            return _of_git(below)
        head, name = os.path.split(head)
        below = f"{name}/{below}" if below else name
    return None


def _exempts(path: str) -> tuple[str, str] | None:
    name = os.path.basename(path)
    return ("AG444", f"{name} says what is let off") if name == "agentops-gates.exemptions" else None


def _of_git(below: str) -> tuple[str, str] | None:
    if below in _DRAFTS or below.rpartition("/")[2] in _TODO:
        return None
    if below.startswith("hooks/"):
        return "AG442", "a hook is changed by hand"
    return "AG441", f"{below or 'the git directory'} is git's own"


def _is_git_directory(path: str) -> bool:
    names = ("HEAD", "objects", "refs")
    return all(os.path.lexists(os.path.join(path, name)) for name in names) or (
        os.path.lexists(os.path.join(path, "HEAD")) and os.path.lexists(os.path.join(path, "commondir"))
    )


def _in_hooks(path: str) -> tuple[str, str] | None:
    """Judge a path below the folder that core.hooksPath names, for the repository that holds the file."""
    folder = os.path.dirname(path)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    if not _sets_hooks(folder):
        return None
    for value in Context(folder).config("core.hookspath"):
        hooks = os.path.realpath(os.path.join(_top(folder), os.path.expanduser(value)))
        if value and f"{path}/".startswith(f"{hooks.rstrip('/')}/"):
            return "AG442", "a hook is changed by hand"
    return None


def _top(folder: str) -> str:
    here = folder
    while not os.path.lexists(os.path.join(here, ".git")):
        if here == os.path.dirname(here):
            return folder
        here = os.path.dirname(here)
    return here


def _sets_hooks(folder: str) -> bool:
    """Tell whether git's configuration can set core.hooksPath: asking git itself costs more than reading its files."""
    top = _top(folder)
    home = os.path.expanduser("~")
    if os.path.isfile(os.path.join(top, ".git")) or any(name.startswith("GIT_CONFIG") for name in os.environ):
        return True
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    files = (f"{top}/.git/config", f"{top}/.git/config.worktree", f"{home}/.gitconfig", f"{base}/git/config")
    return any(map(_mentions, (*files, "/etc/gitconfig", "/usr/local/etc/gitconfig", "/opt/homebrew/etc/gitconfig")))


def _mentions(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            text = file.read(1 << 20).lower()
    except OSError:
        return False
    return b"hookspath" in text or b"[include" in text
