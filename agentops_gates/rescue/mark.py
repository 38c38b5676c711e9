"""How a snapshot is told from any other commit."""

from __future__ import annotations

from ..git.repo import Repo

#: The committer of every snapshot, and the beginning of its message.
COMMITTER = b"agentops-gate <>"
TITLE = b"rescue snapshot (agentops-gate rescue list)"
# One with many parents is as large.
_LIMIT = 1 << 24


def is_snapshot(repo: Repo, oid: str) -> bool:
    """Return whether a commit is a snapshot. Raises UndecidedError if it cannot be read."""
    found = repo.objects.read(oid, _LIMIT)
    if found is None or found[0].type != "commit":
        return False
    head, _, message = found[1].partition(b"\n\n")
    return b"\ncommitter " + COMMITTER in head and message.startswith(TITLE)
