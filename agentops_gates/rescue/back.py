"""Brings refs, stashes and a whole state back: under new names, or under the old ones where these are free."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from ..git.repo import Repo
from ..git.write import read_ref
from ..model.errors import UndecidedError, UsageError
from ..model.light import NamedTuple
from ..model.text import printable
from .content import Saved, Snapshot
from .restore import choose, top_entries

_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_STASH = "refs/stash"


class Done(NamedTuple):
    """What became of one thing: its name as it was, and where it stands now (empty: it stands there already)."""

    name: str
    place: str


def refs(repo: Repo, snapshot: Snapshot, names: Sequence[str] = ()) -> Iterator[Done]:
    """Make the refs that were saved again, all or those named, and yield what became of each.

    A name that is taken by something else gets ``rescued/<id>/`` in front of it. Raises UsageError for a name that was
    not saved, UndecidedError when git cannot.
    """
    wanted = [_saved(snapshot, name) for name in names] or [one for one in snapshot.refs if not one.link]
    tags = top_entries(repo, snapshot).get("tags", "")
    for one in wanted:
        if one.ref == _STASH:
            continue
        if read_ref(repo, one.ref) == one.oid:
            yield Done(one.ref, "")
            continue
        _revive(repo, one.oid, tags)
        yield Done(one.ref, _make(repo, one, snapshot.id))


def _saved(snapshot: Snapshot, name: str) -> Saved:
    found = [
        one for one in snapshot.refs if name in (one.ref, one.ref.removeprefix(_HEADS), one.ref.removeprefix(_TAGS))
    ]
    if len(found) == 1:
        return found[0]
    raise UsageError(
        f"{printable(name)} {'is the name of more than one ref' if found else 'was not saved'} in {snapshot.id}",
        f"agentops-gate rescue show {snapshot.id}",
    )


def _make(repo: Repo, one: Saved, name: str) -> str:
    for place in (one.ref, _aside(one.ref, name)):
        # "create" leaves alone what anybody made meanwhile.
        line = f"create {place} {one.oid}\n".encode()
        if repo.git.run("update-ref", "--stdin", stdin=line, ok=range(-64, 256), writes=True).rc == 0:
            return place
        if read_ref(repo, place) == one.oid:
            return place
    raise UndecidedError(f"{printable(one.ref)} cannot be made again", f"git branch NAME {one.oid}")


def _aside(ref: str, name: str) -> str:
    for kind in (_HEADS, _TAGS):
        if ref.startswith(kind):
            return f"{kind}rescued/{name}/{ref.removeprefix(kind)}"
    return f"refs/rescued/{name}/{ref.removeprefix('refs/')}"


def _revive(repo: Repo, oid: str, tags: str) -> None:
    """Make a tag object again, and those that it tags, if it was collected."""
    if not tags or repo.objects.read(oid, 0) is not None:
        return
    found = repo.git.run("ls-tree", "-z", tags, "--", oid).out.split()
    content = repo.objects.blob(found[2].decode()) if len(found) > 2 else None
    if content is None:
        raise UndecidedError(f"tag object {oid} is not in the snapshot", "git fsck")
    _revive(repo, content.split(b"\n", 1)[0].partition(b" ")[2].decode(), tags)
    repo.git.run("hash-object", "-t", "tag", "-w", "--stdin", stdin=content, writes=True)
    # The long-lived reader looked for it before it was there.
    repo.objects.close()


def stashes(repo: Repo, snapshot: Snapshot) -> Iterator[Done]:
    """Put the stashes that are not in the list of stashes back into it, the oldest first."""
    listed = set()
    if read_ref(repo, _STASH) is not None:
        listed = set(repo.git.text("log", "-g", "--format=%H", _STASH, "--").split())
    for stash in reversed(snapshot.stashes):
        if stash.oid in listed:
            yield Done(stash.words, "")
            continue
        repo.git.run("stash", "store", "-m", stash.words or "rescued", stash.oid, writes=True)
        yield Done(stash.words, "stash@{0}")


def branch(repo: Repo, snapshot: Snapshot, name: str) -> str:
    """Make a branch whose one new commit is the whole work tree as it was, on top of what HEAD was; return the commit.

    Repositories within are left out, and so are ignored files. Raises UsageError if the branch is there.
    """
    ref = f"{_HEADS}{name}"
    if repo.git.run("check-ref-format", ref, ok=(0, 1)).rc:
        raise UsageError(f"{printable(name)} cannot be the name of a branch")
    if read_ref(repo, ref) is not None:
        raise UsageError(f"there is a branch {printable(name)}", "name another one: --branch NAME")
    tree = _whole(repo, snapshot)
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _WHO}
    parents = ("-p", snapshot.head) if snapshot.head else ()
    words = f"Work rescued from snapshot {snapshot.id}"
    oid = repo.git.run("commit-tree", tree, *parents, "-m", words, env=who, writes=True).out.decode().strip()
    repo.git.run("update-ref", "--stdin", stdin=f"create {ref} {oid}\n".encode(), writes=True)
    return oid


_WHO = (("NAME", "agentops-gate"), ("EMAIL", "agentops-gate@localhost"))


def _whole(repo: Repo, snapshot: Snapshot) -> str:
    """Write the tree of the work tree as it was: what was staged, with what stood above it."""
    from .workshop import Workshop

    with Workshop(repo) as shop:
        env = {"GIT_INDEX_FILE": shop.index}
        start = snapshot.index_tree or snapshot.head
        if start:
            repo.git.run("read-tree", start, env=env)
        rows = [
            f"0 {repo.zero}\t{file.path}"
            for file in snapshot.files
            if file.kind == "deleted" and not _inner(file.place)
        ]
        items = [item for item in choose(repo, snapshot, (), "work") if item.path in _outer(snapshot)]
        rows += [f"{item.mode:o} {item.oid}\t{item.path}" for item in items]
        given = b"".join(os.fsencode(row) + b"\0" for row in rows)
        repo.git.run("update-index", "-z", "--index-info", stdin=given, env=env)
        return repo.git.run("write-tree", "--missing-ok", env=env, writes=True).out.decode().strip()


def _inner(place: str) -> bool:
    return place.startswith("nested/")


def _outer(snapshot: Snapshot) -> set[str]:
    return {file.path for file in snapshot.files if file.kind in ("changed", "untracked") and not _inner(file.place)}
