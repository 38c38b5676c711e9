"""Puts the native hooks where git looks for them, in front of what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.text import printable
from .hookfile import HookFile, keep_aside, look, write
from .places import Place, places
from .script import CHAINED, Pins, render
from .steps import Plan, Step, carry_out, same

_EDITED = ".agentops-edited"
# The tools that run what they found in their way, which they call NAME.legacy.
ADOPTERS = ("pre-commit", "prek")


def current_pins(repo: Repo) -> Pins:
    """Return the interpreter, package and git that run now, to be fixed in the hooks.

    Raises UsageError when this interpreter finds the package only through the environment or the current directory,
    neither of which a hook may trust.
    """
    ask = "import agentops_gates, os, sys; sys.stdout.buffer.write(os.fsencode(agentops_gates.__file__))"
    found = subprocess.run([sys.executable, "-I", "-c", ask], cwd=os.sep, capture_output=True, check=False)
    package = os.path.join(os.path.dirname(os.fsdecode(found.stdout)), "__main__.py")
    if found.returncode or not os.path.isfile(package):
        raise UsageError(
            f"{printable(sys.executable)} -I does not find agentops_gates: it is not installed there",
            f"{printable(sys.executable)} -m pip install agentops-gates",
        )
    return Pins(sys.executable, package, repo.git.program)


def install(repo: Repo, hooks: Sequence[str], pins: Pins, *, force: bool = False) -> list[Step]:
    """Install ``hooks`` for every work tree and return what was done.

    Nothing is written before everything was looked at. Raises UsageError for a bare repository, where the hooks
    directory is not this repository's own, where a hook of ours was edited (``force`` keeps the edited copy aside), or
    where two hooks of others claim the same place.
    """
    found = places(repo)
    if not any(place.worktree for place in found):
        raise UsageError(
            "no client hook sees what a bare repository receives, so none is installed",
            "on a server: agentops-gate install --server PATH; elsewhere judge in CI (agentops-gate check)",
        )
    for place in found:
        _refuse_foreign(repo, place, hooks)
    directories = dict.fromkeys(place.directory for place in found)
    return carry_out(plan(os.path.join(folder, hook), pins, force=force) for folder in directories for hook in hooks)


def adopted(front: HookFile) -> HookFile | None:
    """Return our hook where another tool, whose own hook is ``front``, moved it aside and goes on to run it."""
    if front.ours is not None or front.generator not in ADOPTERS:
        return None
    aside = look(front.path + ".legacy")
    return aside if aside.ours is not None else None


def by_hand(folder: str, hooks: Sequence[str]) -> str:
    """Return how to put the gates into hooks that somebody else keeps in ``folder``, with a line that fits each."""
    return (
        f"put this line into {', '.join(hooks)} in {printable(folder)} (files that can be executed, with #!/bin/sh on "
        'top; husky needs neither):\n    agentops-gate hook "${0##*/}" "$@" || exit'
    )


def plan(path: str, pins: Pins, *, force: bool) -> Plan:
    """Return what puts the hook at ``path`` in front of what is there. Raises UsageError as :func:`install` does."""
    front, before = look(path), look(path + CHAINED)
    hook = os.path.basename(path)
    aside = adopted(front)
    if aside is not None:
        # Chaining the tool's hook as well would run everything twice.
        return _refresh(aside, before, pins, f"run by the {front.generator} hook in front of it", force)
    if front.ours is not None or not front.exists:
        return _refresh(front, before, pins, "", force)
    if before.exists and not same(front, before):
        raise UsageError(
            f"{printable(path)} and {hook}{CHAINED} beside it both hold hooks that are not ours",
            f"merge them into {hook}{CHAINED}, remove {hook}, then: agentops-gate install",
        )
    return partial(_chain, front, before, render(hook, pins, _kind(front)))


def _refresh(front: HookFile, before: HookFile, pins: Pins, note: str, force: bool) -> Plan:
    hook = os.path.basename(before.path).removesuffix(CHAINED)
    if front.ours is not None and front.ours.edited and not force:
        raise UsageError(
            f"{printable(front.path)} was edited after `agentops-gate install` wrote it",
            f"move your lines to {hook}{CHAINED} beside it, then: agentops-gate install --force (keeps a copy)",
        )
    content = render(hook, pins, _kind(before) if before.exists else "")
    if front.exists and front.content == content and front.runs:
        return partial(Step, front.path, "unchanged", note)
    return partial(_replace, front, content, note)


def _replace(front: HookFile, content: bytes, note: str) -> Step:
    if front.ours is not None and front.ours.edited:
        aside = next(name for name in _numbered(front.path + _EDITED) if not os.path.lexists(name))
        keep_aside(front.path, aside)
        note = f"your edited copy is {os.path.basename(aside)}"
    write(front.path, content)
    return Step(front.path, "updated" if front.exists else "installed", note)


def _chain(front: HookFile, before: HookFile, content: bytes) -> Step:
    if not before.exists:
        keep_aside(front.path, before.path)
    write(front.path, content)
    return Step(front.path, "installed", _warning(front, os.path.basename(before.path)))


def _warning(front: HookFile, name: str) -> str:
    if not front.runs:
        return f"your earlier hook, now {name}, is not executable: git did not run it, and it still does not run"
    what = f"the hook of {front.generator}" if front.generator else "your earlier hook"
    if b"agentops" in front.content:
        return f"{what}, now {name}, mentions agentops: see that it does not run the gates a second time"
    if b"basename" in front.content or b"${0##" in front.content:
        return f"{what}, now {name}, looks at its own file name, which has changed: see that it still works"
    return f"runs {what} too, now {name}"


def _kind(before: HookFile) -> str:
    return "pre-commit" if before.generator in ADOPTERS else "other"


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def _refuse_foreign(repo: Repo, place: Place, hooks: Sequence[str]) -> None:
    """Raise UsageError unless what is written to this hooks directory stays on this machine and in this repository."""
    if place.kind == "git":
        return
    folder, why = place.directory, ""
    if place.kind == "outside":
        why = "it is not this repository's own"
    elif os.path.basename(folder) == "_" and os.path.exists(os.path.join(folder, "h")):
        # husky writes this folder anew on every install; it runs the files of the same names one level up.
        folder, why = os.path.dirname(folder), "husky rewrites it"
    elif any(_committable(repo, place, hook) for hook in hooks):
        why = "what is written there could be committed, and would name a path of this machine"
    if why:
        raise UsageError(
            f"git looks for hooks in {printable(place.directory)} ({place.setter()}): {why}",
            by_hand(folder, hooks),
        )


def _committable(repo: Repo, place: Place, hook: str) -> bool:
    env = {"GIT_DIR": os.path.join(place.holder, ".git"), "GIT_WORK_TREE": place.holder}
    path = os.path.relpath(os.path.realpath(place.directory), os.path.realpath(place.holder)) + "/" + hook
    if repo.git.run("-C", place.holder, "ls-files", "-z", "--", path, env=env).out:
        return True
    # check-ignore knows no literal path specifications; a dry run of add answers the same for a file yet to come.
    asked = ("add", "--dry-run", "--ignore-missing", "--", path)
    return repo.git.run("-C", place.holder, *asked, ok=(0, 1), env=env).rc == 0
