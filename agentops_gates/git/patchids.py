"""Verbatim patch ids: what a commit changes, whichever commit it stands on.

An id says nothing of where in a file a change is, nor of a file's other content: two different changes may share one,
so an id may tell "seen before" and never decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.errors import UndecidedError
from . import spawn
from .diff import NO_INDEX
from .repo import Repo

# So many ids (130 bytes a line under SHA-256) fit into the smallest pipe there is, so neither process waits for us.
_WINDOW = 100
_CHUNK = 1 << 16
# Each of these could be set otherwise by the user's or the repository's configuration or attributes.
_FLAGS = (
    "-p",
    "-r",
    "--root",
    "--full-index",
    "--text",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-color",
    "--unified=3",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--no-indent-heuristic",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    "--ignore-submodules=none",
)


def patch_ids(repo: Repo, oids: Sequence[str]) -> tuple[str, ...]:
    """Return the verbatim patch ids of the commits ``oids``, sorted; merges and empty commits have none.

    Raises UndecidedError when git cannot tell; git knows these ids since 2.39.
    """
    found: list[str] = []
    for start in range(0, len(oids), _WINDOW):
        found += _some(repo, oids[start : start + _WINDOW])
    return tuple(sorted(found))


def _some(repo: Repo, oids: Sequence[str]) -> list[str]:
    differ = repo.git.command("diff-tree", "--stdin", *_FLAGS)
    reader = repo.git.command("patch-id", "--verbatim")
    # Run by hand because the text between the two may be larger than memory.
    source, sink = (spawn.start(command, repo.git.env | NO_INDEX) for command in (differ, reader))
    try:
        source.stdin.write("".join(f"{oid}\n" for oid in oids).encode())
        source.stdin.close()
        while chunk := source.stdout.read(_CHUNK):
            sink.stdin.write(chunk)
        sink.stdin.close()
        lines = sink.stdout.read().decode("ascii").splitlines()
    except BrokenPipeError:
        raise _failed() from None
    finally:
        codes = [_end(child) for child in (source, sink)]
    if any(codes):
        raise _failed()
    return [line.split()[0] for line in lines]


def _end(child: spawn.Child) -> int:
    from contextlib import suppress

    for pipe in (child.stdin, child.stdout):
        with suppress(BrokenPipeError):
            pipe.close()
    return child.wait()


def _failed() -> UndecidedError:
    return UndecidedError("git cannot tell the patch ids of this range", "git fsck; it must be git 2.39 or newer")
