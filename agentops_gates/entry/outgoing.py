"""Which records go along when a branch is published."""

from __future__ import annotations

from ..gates.registry import metadata
from ..git.repo import Repo
from ..model.errors import UsageError
from ..policy.load import load
from ..verdicts import records


def outgoing(repo: Repo, remote: str, target: str) -> list[str]:
    """Return the refs of the records here to publish with the branch ``target`` of ``remote``.

    Where that branch, as far as it is known here, counts only what is signed, drafts stay: a server refuses the whole
    push for one of them.
    """
    found = [one for one in records.in_refs(repo) if one.record]
    if _only_signed(repo, f"refs/remotes/{remote}/{target.removeprefix('refs/heads/')}"):
        found = [one for one in found if one.record and one.record.signature]
    return [one.place for one in found]


def _only_signed(repo: Repo, tracking: str) -> bool:
    base = repo.resolve(tracking)
    try:
        return bool(base) and load(repo, base, metadata(), trust_cache=False).verdicts["required_level"] >= 2
    except UsageError:
        return False  # whoever judges by that policy says what is wrong with it
