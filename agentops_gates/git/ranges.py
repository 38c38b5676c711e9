"""Which commits are compared: merge bases, merges in progress, and shallow clones that would lie about both."""

from __future__ import annotations

import os

from ..model.errors import UndecidedError, UsageError
from ..model.light import NamedTuple
from ..model.subject import Door, Subject
from ..model.text import printable
from .objects import is_oid
from .repo import UNSHALLOW, Repo
from .run import failed

# Where a suffix begins, such as ~1, ^{commit}, @{upstream} or :path.
_SUFFIXES = ("~", "^", "@{", ":")
_ANY = range(-64, 256)


class Commit(NamedTuple):
    """A commit's full id and its parents'."""

    oid: str
    parents: tuple[str, ...]


def staged_subject(repo: Repo, door: Door = "local", *, merging: bool = False) -> Subject:
    """Return the index as a subject, measured against HEAD and, while a merge is in progress, its other parents.

    ``merging`` is for pre-merge-commit, which git calls before it writes MERGE_HEAD: the other parents then stand in
    the environment. Raises UndecidedError when HEAD names a commit that is not here.
    """
    head = _head(repo)
    others = (_merge_heads(repo) or (_announced_heads(repo) if merging else [])) if head else []
    return Subject("staged", (head, *others) if head else (), None, door=door)


def message_subject(repo: Repo, message: bytes, door: Door = "local") -> Subject:
    """Return a commit message that is being written (raw, comments included) as a subject."""
    head = _head(repo)
    return Subject("message", (head,) if head else (), None, message=message, door=door)


def repository_subject(repo: Repo, door: Door = "local") -> Subject:
    """Return the tree at HEAD as a subject in itself, measured against nothing; policy is HEAD's own."""
    head = repo.commit("HEAD")
    return Subject("repository", (head,), head, door=door)


def range_subject(repo: Repo, base: str, head: str, door: Door = "local") -> Subject:
    """Return what ``head`` brings since it left ``base`` (revisions) as a subject.

    Raises UsageError for a revision that names no commit, UndecidedError when a shallow clone hides the answer.
    """
    old = existing(repo, base)
    new = existing(repo, head)
    bases = transition_bases(repo, new, old)
    return Subject("range", bases, new, door=door, onto=old if len(bases) > 1 else None)


def transition_bases(repo: Repo, new: str, *olds: str) -> tuple[str, ...]:
    """Return what the commit ``new`` is measured against when it replaces or joins the commits ``olds``.

    These are its merge bases with them; ``olds`` themselves when the histories never met, so that an orphan branch
    is measured against all that it would replace.
    """
    return merge_bases(repo, new, *olds) or olds


def merge_bases(repo: Repo, new: str, *olds: str) -> tuple[str, ...]:
    """Return every best common ancestor of ``new`` and the union of the histories of ``olds``; empty if there is none.

    Raises UndecidedError when the walk touches the boundary of a shallow clone: git would then answer with an older
    commit, or with none, and call it success.
    """
    if new in olds:
        return (new,)
    if repo.shallow and len(olds) == 1 and (base := _visible_base(repo, new, olds[0])):
        return (base,)
    done = repo.git.run("merge-base", "--all", "--end-of-options", new, *olds, ok=_ANY)
    # A walk that needs a commit which is not here must not answer. git 2.39 complains about it, and then goes on to
    # say "no common ancestor" (1) or to name an older one (0); later versions exit 128 or 255.
    if done.rc not in (0, 1) or b"error: " in done.err:
        between = " and ".join(oid[:12] for oid in (*olds, new))
        raise _hidden(repo, failed(("merge-base",), done), f"between {between}")
    found = tuple(done.out.decode().split())
    return _trunk_first(repo, found, olds[0]) if len(found) > 1 else found


def _trunk_first(repo: Repo, bases: tuple[str, ...], old: str) -> tuple[str, ...]:
    # Policy is read from the first base. git's own order may follow commit dates, which authors write: by merging an
    # old side branch again, whoever owns the new end could choose a policy of the past.
    done = repo.git.run("rev-list", "--first-parent", "--end-of-options", old, "--", ok=_ANY)
    chain = done.out.decode().split()
    if done.rc and not set(chain) & set(bases):
        raise _hidden(repo, failed(("rev-list",), done), f"of {old[:12]}")
    place = {oid: number for number, oid in enumerate(chain)}
    return tuple(sorted(bases, key=lambda base: place.get(base, len(chain))))


class _Side(NamedTuple):
    """Commits of one end of a range that the other end lacks; the parents they have in common with it."""

    own: frozenset[str]
    shared: frozenset[str]


def _visible_base(repo: Repo, new: str, old: str) -> str | None:
    """Return the merge base if a shallow clone proves it, though the history below is cut; None if it does not.

    git's own answer needs the parents of the merge base, which is often the very commit where the clone ends.
    """
    ours = _side(repo, new, old)
    if ours is None or old in ours.shared:
        return old if ours else None
    if not ours.own:
        return new
    theirs = _side(repo, old, new) if len(ours.shared) == 1 else None
    # Both ends are whole, and every way down from `new` leads through one commit that `old` has too. The rest guards
    # against git's own shortcut: with false commit dates it can count a shared commit as one end's own.
    if theirs is None or (ours.own & (theirs.own | theirs.shared)):
        return None
    (base,) = ours.shared
    return base


def _side(repo: Repo, end: str, other: str) -> _Side | None:
    """Return what ``end`` has and ``other`` lacks, or None if a parent of that is not here."""
    done = repo.git.run("rev-list", "--parents", "--end-of-options", end, f"^{other}", "--", ok=(0, 128))
    if done.rc:
        return None
    rows = [line.split() for line in done.out.decode().splitlines()]
    own = frozenset(row[0] for row in rows)
    return _Side(own, frozenset(parent for row in rows for parent in row[1:]) - own)


def history(repo: Repo, head: str, count: int) -> list[Commit]:
    """Return up to ``count`` commits reachable from ``head``, newest first, in topological order.

    Raises UsageError for a revision that names no commit, UndecidedError where history is cut.
    """
    start = existing(repo, head)
    options = ("--topo-order", "--parents", f"--max-count={count}", "--end-of-options")
    done = repo.git.run("rev-list", *options, start, "--", ok=_ANY)
    if done.rc:
        raise _hidden(repo, failed(("rev-list",), done), f"of {printable(head)}")
    return [Commit(row[0], tuple(row[1:])) for row in (line.split() for line in done.out.decode().splitlines())]


def first_parents(repo: Repo, head: str, count: int) -> list[str]:
    """Return up to ``count`` commits from ``head`` back along first parents. Raises UndecidedError as above."""
    options = ("--first-parent", f"--max-count={count}", "--end-of-options")
    done = repo.git.run("rev-list", *options, head, "--", ok=_ANY)
    if done.rc:
        raise _hidden(repo, failed(("rev-list",), done), f"of {head[:12]}")
    return done.out.decode().split()


def _hidden(repo: Repo, error: UndecidedError, where: str) -> UndecidedError:
    if repo.shallow:
        return UndecidedError(f"this clone is shallow and lacks history {where}", UNSHALLOW)
    return UndecidedError(f"this clone lacks history {where}: {error}", error.fix or "git fsck")


def existing(repo: Repo, revision: str) -> str:
    """Return the full id of the commit that a revision of the command line names.

    Raises UsageError for one that names no commit or whose name is ambiguous, UndecidedError for one that a shallow
    clone may have cut off, or whose id is unknown here.
    """
    oid = repo.commit(revision)
    if not is_oid(revision):
        _refuse_ambiguous(repo, revision)
    return oid


def _refuse_ambiguous(repo: Repo, revision: str) -> None:
    # A tag named origin/main wins over the branch of that remote, and stands in for it where it is not fetched:
    # whoever may push a tag would choose the base.
    name = revision
    for suffix in _SUFFIXES:
        name = name.partition(suffix)[0]
    if name in ("", "HEAD"):
        return  # whatever else has that name, git takes the work tree's own
    options = ("-c", "core.warnAmbiguousRefs=true")
    done = repo.git.run(
        *options, "rev-parse", "--symbolic-full-name", "--verify", "--end-of-options", name, ok=(0, 128)
    )
    if b" is ambiguous" in done.err:
        raise UsageError(
            f"{printable(revision)} is ambiguous: more than one ref has that name",
            "name it in full, for instance refs/remotes/origin/main",
        )
    full = os.fsdecode(done.out).strip()
    if "/" in name and full.startswith("refs/tags/") and full not in (name, f"refs/{name}"):
        raise UsageError(
            f"{printable(revision)} is a tag here, not a branch",
            f"fetch the branch, or name the tag in full: {printable(full)}",
        )


def _head(repo: Repo) -> str | None:
    head = repo.resolve("HEAD")
    # Unborn or unreadable? Only an unborn HEAD names no object at all.
    if head is None and repo.git.run("rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1)).rc == 0:
        raise UndecidedError("the commit that HEAD names is not in this clone", "git fsck")
    return head


def _merge_heads(repo: Repo) -> list[str]:
    try:
        with open(os.path.join(repo.git_dir, "MERGE_HEAD"), encoding="ascii") as file:
            lines = [line.strip() for line in file]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UndecidedError(f"cannot read MERGE_HEAD: {error}") from error
    return [oid for line in lines if is_oid(line) and (oid := repo.resolve(line))]


def _announced_heads(repo: Repo) -> list[str]:
    names = (name.removeprefix("GITHEAD_") for name in os.environ if name.startswith("GITHEAD_"))
    return [oid for name in sorted(names) if is_oid(name) and (oid := repo.resolve(name))]
