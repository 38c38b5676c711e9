"""What a judge must not touch: work tree, index, configuration, hooks, refs and records; seen before and after.

Times of change are compared, not contents: nobody can set a file's ctime back. A work tree that its owner edits
meanwhile is told apart from one that a judge edits by nobody, so that either ends the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256

from ...git.repo import Repo
from ...git.tree import TREE, tree_entries
from ...model.errors import UndecidedError
from ...model.light import NamedTuple
from ...model.text import printable

_RECORDS = ".agents"
_OWN = "refs/agentops/"
_LOG = "refs/agentops/log"
_VERDICTS = "refs/agentops/verdicts/"
# In the repository's folder, what decides how git behaves or what it hides.
_STEERING = ("config", "hooks", "shallow", "info/attributes", "info/exclude", "info/grafts", "objects/info/alternates")
_STEERING_HERE = ("HEAD", "config.worktree", "info/sparse-checkout")
_NAMED = 5


class Snapshot(NamedTuple):
    """What was there at one moment. Every mapping is by name; what a value means matters only for being equal."""

    files: Mapping[str, object]
    staged: str
    git: Mapping[str, object]
    refs: Mapping[str, str]
    logged: Mapping[str, str]
    elsewhere: frozenset[str]
    alone: bool


def take(repo: Repo, ref: str = "") -> Snapshot:
    """Return what there is now; ``ref`` is being judged. Raises UndecidedError when git cannot tell."""
    refs, elsewhere = _refs(repo)
    alone = not _listed(os.path.join(repo.common_dir, "worktrees"))
    return Snapshot(_files(repo), _index(repo), _git(repo), refs, _logged(repo), elsewhere - {ref}, alone)


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """Return what changed in between, in words safe to print.

    What other work trees do all the time does not count: their branches move, records are added, and remotes are
    fetched. A verdict is bound to objects, so none of that could change what it says.
    """
    found = [
        *_named("the work tree", _changed(before.files, after.files)),
        *_named("git's own files", _changed(before.git, after.git)),
        *_named("refs", [ref for ref in _changed(before.refs, after.refs) if _matters(ref, before, after)]),
    ]
    if before.staged != after.staged:
        found.append("the index")
    return found


def _files(repo: Repo) -> dict[str, object]:
    if repo.bare:
        return {}
    listed = repo.git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard").out.split(b"\0")
    paths = {os.fsdecode(path) for path in listed if path}
    # Records count even where they are ignored.
    paths.update(os.path.relpath(path, repo.toplevel) for path in _below(os.path.join(repo.toplevel, _RECORDS)))
    return {path: _state(os.path.join(repo.toplevel, path)) for path in paths}


def _index(repo: Repo) -> str:
    if repo.bare:
        return ""
    return sha256(repo.git.run("ls-files", "-z", "--stage", "-v").out).hexdigest()


def _git(repo: Repo) -> dict[str, object]:
    places = [os.path.join(repo.common_dir, name) for name in _STEERING]
    places += [os.path.join(repo.git_dir, name) for name in _STEERING_HERE]
    paths = {path for place in places for path in (_below(place) if os.path.isdir(place) else [place])}
    # Logs of who checked out what, caches: nothing here is written by reading.
    return {os.path.relpath(path, repo.common_dir): _content(path) for path in paths}


def _refs(repo: Repo) -> tuple[dict[str, str], frozenset[str]]:
    """Return all refs, and those among them that another work tree has checked out."""
    layout = "--format=%(refname)%00%(objectname)%00%(worktreepath)%00"
    lines = repo.git.run("for-each-ref", layout).out.split(b"\0\n")
    rows = [os.fsdecode(line).split("\0") for line in lines if line]
    own = os.path.realpath(repo.toplevel or repo.git_dir)
    elsewhere = frozenset(name for name, _, folder in rows if folder and os.path.realpath(folder) != own)
    return {name: oid for name, oid, _ in rows}, elsewhere


def _matters(ref: str, before: Snapshot, after: Snapshot) -> bool:
    if ref.startswith("refs/remotes/"):
        return False
    if not ref.startswith(_OWN):
        return ref not in before.elsewhere | after.elsewhere
    if ref == _LOG:
        return not before.logged.items() <= after.logged.items()
    if ref not in before.refs:
        # In a repository with one work tree nobody else records anything.
        return before.alone and after.alone
    # A roll-up deletes what the log holds.
    return ref in after.refs or ref.removeprefix(_VERDICTS) not in after.logged


def _logged(repo: Repo) -> dict[str, str]:
    """Return the records in the log, ``<gate>/<record id>``, with the id of what they hold."""
    found: dict[str, str] = {}
    with suppress(UndecidedError):  # there is none, or somebody made it something else
        for gate, mode, tree in tree_entries(repo.objects, f"{_LOG}^{{tree}}"):
            if mode == TREE:
                found |= {os.fsdecode(gate + b"/" + name): oid for name, _, oid in tree_entries(repo.objects, tree)}
    return found


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _named(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return [f"{what} ({', '.join(map(printable, names[:_NAMED]))}{more})"]


def _state(path: str) -> object:
    try:
        seen = os.lstat(path)
    except OSError:
        return None
    return seen.st_mode, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino


def _content(path: str) -> object:
    try:
        mode = os.lstat(path).st_mode
        with open(path, "rb") as file:
            return mode, sha256(file.read()).hexdigest()
    except OSError:
        return _state(path)


def _below(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in names)


def _listed(folder: str) -> list[str]:
    with suppress(OSError):
        return os.listdir(folder)
    return []
