"""What a push changes: every line of pre-push's standard input becomes one transition to judge."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from ..model.errors import UndecidedError
from ..model.subject import Door, Kind, RefUpdate, Subject
from ..model.text import printable
from .objects import is_oid, missing
from .ranges import merge_bases, transition_bases
from .repo import Repo

# Written by tools about commits; no branch is ever built from them.
_BOOKKEEPING = ("refs/notes/", "refs/agentops/")
_PLAIN = str.maketrans("", "", "._-")
_STASH = "refs/stash"
_TAGS = "refs/tags/"


def parse_updates(stdin: bytes) -> list[RefUpdate]:
    """Return the ref updates on pre-push's standard input; raise UndecidedError for a line that git does not write."""
    updates = []
    for line in os.fsdecode(stdin).split("\n"):
        if not line:
            continue
        # From the right: the local side may be any revision expression, the other three hold no space.
        fields = line.rsplit(" ", 3)
        if len(fields) != 4 or not (is_oid(fields[1]) and is_oid(fields[3])):
            raise UndecidedError(f"pre-push was given a line that git does not write: {printable(line[:200])}")
        updates.append(RefUpdate(*fields))
    return updates


def push_subjects(
    repo: Repo,
    updates: Sequence[RefUpdate],
    remote: str,
    is_protected: Callable[[str], bool],
    door: Door = "local",
) -> list[Subject]:
    """Return one subject per update that brings commits, deletes a protected branch, or takes something away.

    The last are deletions of tags and of records, and, of kind "ref", tags that change and protected branches that
    lose commits. Other deletions, notes and tags of blobs bring none. ``remote`` is its name, or the URL for a push by
    URL; ``is_protected`` tells for a branch name whether others build on it. Raises UndecidedError when a remote's tip
    is not in this clone, or a shallow clone hides the range.
    """
    tips = [(update, new) for update in updates if (new := _new_tip(repo, update))]
    trunks = _trunks(repo, remote, is_protected) if tips else []
    subjects = [_deletion(repo, update, remote, door) for update in updates if _deletes(update, is_protected)]
    for update, new in tips:
        old = _old_tip(repo, update, remote)
        protected = is_protected(update.remote_ref.removeprefix("refs/heads/"))
        bases = _bases(repo, new, old, trunks, protected=protected)
        subject = Subject("range", bases, new, update, door=door, target=update.remote_ref)
        known = None if old else _tips(repo, remote, is_protected) or None
        subjects.append(subject._replace(source=_source(repo, update.local_ref), tips=known))
    return [*subjects, *_taken(repo, updates, remote, is_protected, door)]


def _taken(
    repo: Repo, updates: Sequence[RefUpdate], remote: str, is_protected: Callable[[str], bool], door: Door
) -> Iterator[Subject]:
    """Yield the refs that lose what they name: the commits of a range do not tell of these."""
    losing = [update for update in updates if _takes(update) or _rewinds(repo, update, remote, is_protected)]
    # Policy is the trunk's to say: what a tag or a record names was written by anybody.
    base = tuple(_trunks(repo, remote, is_protected)[:1]) if losing else ()
    for update in losing:
        gone = not update.local_oid.strip("0")
        kind: Kind = "deletion" if gone else "ref"
        bases = (update.remote_oid,) if update.remote_ref.startswith("refs/heads/") else base
        head = None if gone else update.local_oid
        yield Subject(kind, bases, head, update, door=door, target=update.remote_ref, old=update.remote_oid)


def _takes(update: RefUpdate) -> bool:
    gone, there = not update.local_oid.strip("0"), bool(update.remote_oid.strip("0"))
    ref = update.remote_ref
    if gone:
        return ref.startswith((_TAGS, "refs/agentops/"))
    return ref.startswith(_TAGS) and there and update.local_oid != update.remote_oid


def _rewinds(repo: Repo, update: RefUpdate, remote: str, is_protected: Callable[[str], bool]) -> bool:
    branch = update.remote_ref.removeprefix("refs/heads/")
    if branch == update.remote_ref or not is_protected(branch):
        return False
    new, old = _new_tip(repo, update), _old_tip(repo, update, remote)
    return bool(new and old) and merge_bases(repo, str(new), str(old)) != (old,)


def _source(repo: Repo, local: str) -> str:
    """Return the full name of the branch that is pushed, "" for any other expression."""
    if local == "HEAD":
        local = repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    return local if local.startswith("refs/") else ""


def _deletes(update: RefUpdate, is_protected: Callable[[str], bool]) -> bool:
    branch = update.remote_ref.removeprefix("refs/heads/")
    return not update.local_oid.strip("0") and branch != update.remote_ref and is_protected(branch)


def _deletion(repo: Repo, update: RefUpdate, remote: str, door: Door) -> Subject:
    old = _old_tip(repo, update, remote)
    return Subject("deletion", (old,) if old else (), None, update, door=door, target=update.remote_ref)


def _new_tip(repo: Repo, update: RefUpdate) -> str | None:
    if not update.local_oid.strip("0") or update.remote_ref == _STASH or update.remote_ref.startswith(_BOOKKEEPING):
        return None
    if not _present(repo, update.local_oid):
        raise missing(update.local_oid)
    return repo.resolve(update.local_oid)


def _present(repo: Repo, oid: str) -> bool:
    """Whether the object is here, and what it tags. Only then does "no commit" mean that it is a blob or a tree."""
    try:
        return repo.objects.read(f"{oid}^{{}}", 0) is not None
    except UndecidedError:  # a partial clone, which may not ask its remote
        return False


def _bases(repo: Repo, new: str, old: str | None, trunks: list[str], *, protected: bool) -> tuple[str, ...]:
    if old is not None and protected:
        # Exactly old..new: what a forced push throws away must not become the measure.
        return (old,)
    # What a trunk already holds is not this branch's doing, it came by merging or rebasing. The trunk goes first:
    # policy is read there, not from a branch tip that the pusher owns.
    bases = transition_bases(repo, new, *trunks) if trunks else ()
    return tuple(dict.fromkeys((*bases, *(transition_bases(repo, new, old) if old else ()))))


def _old_tip(repo: Repo, update: RefUpdate, remote: str) -> str | None:
    if not update.remote_oid.strip("0"):
        return None
    if not _present(repo, update.remote_oid):
        # A URL may hold a password, and a name what a shell would run: neither is repeated in a command.
        name = f" {remote}" if remote.isascii() and remote.translate(_PLAIN).isalnum() else ""
        raise UndecidedError(
            f"{printable(update.remote_ref)} is at {update.remote_oid[:12]} on the remote, which is not in this clone",
            f"git fetch{name}, then push again",
        )
    return repo.resolve(update.remote_oid)


def _tips(repo: Repo, remote: str, is_protected: Callable[[str], bool]) -> tuple[str, ...]:
    """Return where the remote's protected branches, and the one that its HEAD names, were seen last."""
    tips = [oid for oid, branch in _tracked(repo, remote) if branch == "HEAD" or is_protected(branch)]
    return tuple(dict.fromkeys(tips))


def _trunks(repo: Repo, remote: str, is_protected: Callable[[str], bool]) -> list[str]:
    """Return the tips of the remote's trunks, as far as they were fetched.

    These are its protected branches; if it has none of that name, what its HEAD points to; if that is not known
    either, all of its branches, because what any of them holds is not this push's doing.
    """
    tracked = _tracked(repo, remote)
    protected = [oid for oid, branch in tracked if is_protected(branch)]
    head = [oid for oid, branch in tracked if branch == "HEAD"]
    return list(dict.fromkeys(protected or head or [oid for oid, _ in tracked]))


def _tracked(repo: Repo, remote: str) -> list[tuple[str, str]]:
    """Return (oid, branch) of the remote's branches, as far as they were fetched."""
    listing = repo.git.text("for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/")
    rows = [row.split(" refs/remotes/", 1) for row in listing.split("\n") if row]
    own = [(oid, name.removeprefix(f"{remote}/")) for oid, name in rows if name.startswith(f"{remote}/")]
    # A push by URL has no tracking refs of its own: any remote's trunk tells what others already have.
    return own or [(oid, name.partition("/")[2]) for oid, name in rows]
