"""What the commits of a range say, read once: every gate that decides by verdicts asks for some of it."""

from __future__ import annotations

from ..git.commits import commits, listed
from ..git.messages import CO_AUTHOR, is_plain, paragraphs
from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.light import NamedTuple, cast
from ..model.text import printable

#: More commits than these make no verdict.
MOST = 10_000
SESSION = "agent-session"
_NAMED = (CO_AUTHOR.encode(), SESSION.encode())
# The letters, in either case, without which no message names an epic.
_EPIC = b"epic"
# What the trailers Agent-Role and Agent-Worktree begin with.
_AGENT = b"agent-"


class Brought(NamedTuple):
    """What a range brings: its commits (newest first), their trees, parents, author and committer lines, signatures.

    ``paragraphs`` are those of their messages that may name further people or sessions, ``speaking`` the commits whose
    messages may name an epic; ``agents`` tells whether a message may name an agent's role or work tree. What stands in
    many commits is kept once.
    """

    oids: tuple[str, ...]
    trees: frozenset[str]
    parents: frozenset[str]
    people: frozenset[bytes]
    signatures: frozenset[bytes]
    paragraphs: frozenset[bytes]
    speaking: tuple[str, ...]
    agents: bool


def brought(repo: Repo, base: str | None, head: str) -> Brought | None:
    """Return what the commits that ``head`` has and ``base`` lacks say; None if there are more than 10,000.

    Raises UndecidedError where history is cut, and for commits that cannot be read.
    """
    question = ("brought", base, head)
    if question not in repo.known:
        oids = listed(repo, head, base, MOST)
        repo.known[question] = None if oids is None else _read(repo, tuple(oids))
    return cast("Brought | None", repo.known[question])


def leads(repo: Repo, base: str, head: str) -> bool:
    """Return whether the range was read already, and begins at ``base``: so that is in the history of ``head``.

    Whatever leads to the base leads through the parent of a commit that is not in the base.
    """
    found = cast("Brought | None", repo.known.get(("brought", base, head)))
    return found is not None and (base == head or base in found.parents)


def _read(repo: Repo, oids: tuple[str, ...]) -> Brought:
    trees: set[str] = set()
    parents: set[str] = set()
    people: set[bytes] = set()
    signatures: set[bytes] = set()
    naming: set[bytes] = set()
    speaking = []
    agents = False
    for commit in commits(repo, oids):
        if not is_plain(commit.encoding):
            raise UndecidedError(
                f"commit {commit.oid[:12]} is written in {printable(commit.encoding.decode('latin-1')[:40])}, "
                "so its message says one thing to git and another to people",
                "write it in UTF-8: git -c i18n.commitEncoding=utf-8 commit --amend",
            )
        trees.add(commit.tree)
        parents.update(commit.parents)
        people.update(commit.people)
        if commit.signature:
            signatures.add(commit.signature)
        lower = commit.message.lower()
        if _names(lower):
            for part in paragraphs(commit.message):
                # Most of them end alike.
                if part not in naming and _names(part.lower()):
                    naming.add(part)
        if _EPIC in lower:
            speaking.append(commit.oid)
        agents = agents or _AGENT in lower
    return Brought(
        oids,
        frozenset(trees),
        frozenset(parents),
        frozenset(people),
        frozenset(signatures),
        frozenset(naming),
        tuple(speaking),
        agents,
    )


def _names(lower: bytes) -> bool:
    return _NAMED[0] in lower or _NAMED[1] in lower
