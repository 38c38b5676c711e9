"""Other clients than git, as a script: ``python clients.py FUNCTION ARGUMENTS...`` in the work tree."""

from __future__ import annotations

import sys
from typing import Any

MAIN = "refs/heads/main"


def pygit2_commit(message: str) -> None:
    import pygit2

    repo = pygit2.Repository(".")
    who = pygit2.Signature("Ada Author", "ada@example.org")
    repo.create_commit(MAIN, who, who, message, repo.index.write_tree(), [repo.head.target])


def pygit2_push(url: str) -> None:
    import pygit2

    class Callbacks(pygit2.RemoteCallbacks):  # type: ignore[misc]
        def sideband_progress(self, string: str) -> None:
            sys.stdout.write(string)

    pygit2.Repository(".").remotes.create_anonymous(url).push([f"{MAIN}:{MAIN}"], callbacks=Callbacks())


def dulwich_commit(message: str, *options: str) -> None:
    from dulwich import porcelain

    author = b"Ada Author <ada@example.org>"
    porcelain.commit(".", message.encode(), author=author, committer=author, **_flags(options))


def dulwich_push(url: str) -> None:
    from dulwich import porcelain

    out = sys.stdout.buffer
    porcelain.push(".", url, [f"{MAIN}:{MAIN}".encode()], outstream=out, errstream=out)


def gitpython_commit(message: str, *options: str) -> None:
    from git import Repo

    Repo(".").index.commit(message, **_flags(options))


def gitpython_push() -> None:
    from git import RemoteProgress, Repo

    class Progress(RemoteProgress):
        def line_dropped(self, line: str) -> None:
            print(line)

    Repo(".").remote("origin").push(MAIN, progress=Progress()).raise_if_error()


def _flags(options: tuple[str, ...]) -> dict[str, Any]:
    return dict.fromkeys(options, True)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
