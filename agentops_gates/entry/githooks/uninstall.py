"""Takes the native hooks away and puts back what stood there before, to the byte."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial

from ...git.repo import Repo
from .hookfile import HookFile, look
from .places import places
from .script import CHAINED
from .steps import Plan, Step, carry_out, same

# What pre-commit and prek, and lefthook, call a hook that they found in their way.
ASIDE = (".legacy", ".old")


def uninstall(repo: Repo, hooks: Sequence[str]) -> list[Step]:
    """Remove our ``hooks`` from every work tree, put back what stood there before, and return what was done.

    A file that was edited, or that somebody else put there since, is left alone ("kept").
    """
    own = [place.directory for place in places(repo) if place.kind != "outside"]
    directories = dict.fromkeys((*own, os.path.join(repo.common_dir, "hooks")))
    return carry_out(
        plan for folder in directories for hook in hooks for plan in _plans(os.path.join(folder, hook), hook)
    )


def _plans(path: str, hook: str) -> Iterator[Plan]:
    yield from _in_place(look(path), look(path + CHAINED), hook)
    for aside in (look(path + suffix) for suffix in ASIDE):
        if aside.ours is not None:
            yield partial(_keep, aside.path, "remove it by hand") if aside.ours.edited else partial(_remove, aside)


def _in_place(front: HookFile, before: HookFile, hook: str) -> Iterator[Plan]:
    if front.ours is not None and front.ours.edited:
        beside = f" ({hook}{CHAINED} beside it is what stood there before)" if before.exists else ""
        yield partial(_keep, front.path, f"take out what is yours, then remove the file{beside}")
    elif front.ours is not None or not front.exists:
        yield partial(_restore, front, before)
    elif before.exists and not same(front, before):
        note = f"another hook stands at {hook} now"
        yield partial(Step, before.path, "kept", note, "see whether you still need it, then remove it")
    elif before.exists:
        yield partial(_remove, before)


def _keep(path: str, fix: str) -> Step:
    return Step(path, "kept", "it was edited after install wrote it", fix)


def _restore(front: HookFile, before: HookFile) -> Step | None:
    if before.exists:
        os.replace(before.path, front.path)
        return Step(front.path, "restored")
    return _remove(front) if front.exists else None


def _remove(file: HookFile) -> Step:
    os.unlink(file.path)
    return Step(file.path, "removed")
