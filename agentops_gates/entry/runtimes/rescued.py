"""Saves what a command endangers before it is let through: in the repository where it starts, and where it goes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ...git.repo import Repo
from ...model.errors import UndecidedError, UsageError

_GOES = ("cd", "pushd", "-C", "--git-dir", "--work-tree", "GIT_DIR", "GIT_WORK_TREE")
_SPLIT = str.maketrans(dict.fromkeys(";&|()\n\t'\"", " "))
_UNSEEN = frozenset("$`*?[{~")


def save(things: Iterable[str], line: str, place: str) -> None:
    """Make a snapshot of ``things`` in every repository that ``line``, started in ``place``, names as a folder.

    Raises UndecidedError when one cannot be made: the command may not run then.
    """
    from ...gates.registry import metadata
    from ...policy.load import load
    from ...rescue.settings import settings
    from ...rescue.snapshot import snapshot

    done: set[str] = set()
    for folder in _folders(line, place):
        try:
            repo = Repo.open(folder)
        except UsageError:
            continue
        with repo:
            if repo.git_dir in done:
                continue
            done.add(repo.git_dir)
            policy = load(repo, repo.resolve("HEAD"), metadata(), trust_cache=True)
            snapshot(repo, tuple(things), line, settings(policy.rescue))
    if not done:
        raise UndecidedError(
            "what it endangers cannot be saved first: it starts in no repository",
            "run it in the folder of the repository",
        )


def _folders(line: str, place: str) -> Iterator[str]:
    yield place
    words = line.translate(_SPLIT).replace("=", " ").split()
    where = place
    for word, after in pairwise(words):
        if word not in _GOES:
            continue
        if not _UNSEEN.isdisjoint(after):
            raise UndecidedError(
                f"what it endangers cannot be saved first: nobody can see which folder {after} is",
                "write the folder out",
            )
        where = os.path.normpath(os.path.join(where, after))
        if os.path.isdir(where):
            yield where
