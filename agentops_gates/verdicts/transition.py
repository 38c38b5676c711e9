"""Reads what one move of a ref brings, from git objects alone: what a verdict is about, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..git.commits import by_parent
from ..git.messages import addresses, co_authors, trailers
from ..git.names import unfit
from ..git.patchids import patch_ids
from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.subject import Subject
from ..model.text import printable
from ..model.verdict import Plan, Transition
from ..policy.policy import Policy
from .brought import MOST, SESSION, Brought, brought

# No override can name it.
_UNTOLD = frozenset({"untold"})
_PARTS = "push in parts, each judged on its own: git push origin <an older commit>:<the branch>"


def read(
    repo: Repo,
    subject: Subject,
    ref: str,
    policy: Policy,
    plan: Plan | None = None,
    *,
    old: str | None = None,
    changes: bool = True,
) -> Transition:
    """Return the move of ``ref`` that ``subject`` (a range) describes; ``policy`` is that of its base.

    ``old`` is where the ref stood, for a subject that does not carry the update itself. The patch ids cost one git
    process for fifty commits: a verifier, which seldom needs them, leaves them out (``changes`` False) and asks
    :func:`changes_of` for them.

    Raises UndecidedError where history is cut, for more than 10,000 commits, for objects that cannot be read, and for
    names that git itself would not check out. A move that is no fast-forward is returned as such.
    """
    base, head = subject.base, subject.head
    if head is None:
        raise UndecidedError("a verdict is about commits, and there are none here", "commit first")
    range_ = _brought(repo, base, head)
    before = _before(repo, subject, old)
    forward = _forward(repo, subject, before, range_.parents | {head})
    head_tree = tree_of(repo, head)
    changed = repo.changes(base, head)
    if odd := unfit(changed):
        raise UndecidedError(f"{printable(odd)} is a name that no work tree should hold", "take it out of the commits")
    return Transition(
        repository=policy.verdicts["repository"],
        object_format=repo.object_format,
        ref=ref,
        base=base or repo.zero,
        base_tree=tree_of(repo, base) if base else repo.empty_tree,
        head=head,
        head_tree=head_tree,
        trees=range_.trees | {head_tree},
        changes=patch_ids(repo, range_.oids) if changes else (),
        paths=tuple(sorted({path for item in changed for path in (item.old_path, item.new_path)})),
        authors=_identities(range_),
        policy=policy.digest,
        plan=plan,
        fast_forward=forward,
        lost=frozenset() if forward else _lost(repo, before, head),
    )


def changes_of(repo: Repo, transition: Transition) -> tuple[str, ...]:
    """Return the verbatim patch ids of the commits of ``transition``, sorted; UndecidedError when git cannot tell."""
    return patch_ids(repo, _brought(repo, _base(repo, transition), transition.head).oids)


def nothing_but(repo: Repo, transition: Transition, excused: Callable[[str], bool]) -> bool:
    """Return whether all states of ``transition`` are what was there before, but for paths that are ``excused``.

    ``paths`` are those of the net change only, and a commit can change what a later one changes back. A merge counts by
    the parent that it is nearest to: what it has from the others was theirs, and a mix of two is none of them.
    """
    if not all(map(excused, transition.paths)):
        return False
    steps = by_parent(repo, _brought(repo, _base(repo, transition), transition.head).oids)
    # What changes nothing is no change of an excused path.
    changed = any(paths for sides in steps for paths in sides)
    return changed and all(any(all(map(excused, paths)) for paths in sides) for sides in steps)


def tree_of(repo: Repo, commit: str) -> str:
    """Return the id of a commit's tree; UndecidedError if the commit cannot be read."""
    found = repo.objects.read(f"{commit}^{{tree}}", 0)
    if found is None or found[0].type != "tree":
        raise UndecidedError(f"commit {printable(commit[:12])} cannot be read", "git fsck")
    return found[0].oid


def _base(repo: Repo, transition: Transition) -> str | None:
    return None if transition.base == repo.zero else transition.base


def _brought(repo: Repo, base: str | None, head: str) -> Brought:
    found = brought(repo, base, head)
    if found is None:
        since = f"since {base[:12]}" if base else "in its history"
        raise UndecidedError(f"{head[:12]} has more than {MOST:,} commits {since}, too many for one verdict", _PARTS)
    return found


def _before(repo: Repo, subject: Subject, old: str | None) -> str | None:
    """Return where the ref stood, as far as it is known here; "" for one that is new: nothing can be taken off it."""
    if old is None and subject.ref is not None:
        old = repo.resolve(subject.ref.remote_oid) if subject.ref.remote_oid.strip("0") else ""
    return subject.base if old is None else old


def _lost(repo: Repo, before: str | None, head: str) -> frozenset[str]:
    """Return the trees of what ``before`` has and ``head`` lacks; a word that is no tree where nobody can tell."""
    try:
        found = brought(repo, head, before) if before else None
    except UndecidedError:
        found = None
    return found.trees if found else _UNTOLD


def _forward(repo: Repo, subject: Subject, before: str | None, reached: frozenset[str]) -> bool:
    """Whether ``before``, where the ref stood, is in the history of the new end; ``reached`` are the range's parents.

    And the new end itself.
    """
    # Whatever leads to the base leads through the parent of a commit that is not in the base: no other walk is needed.
    if not before or before in reached:
        return True
    if before == subject.base:
        return False
    return repo.git.run("merge-base", "--is-ancestor", before, subject.head or "", ok=(0, 1)).rc == 0


def _identities(range_: Brought) -> frozenset[str]:
    """Return who stands behind the commits. What stands in many of them is looked at once."""
    found = {who for line in range_.people for who in addresses(printable(line))}
    for paragraph in range_.paragraphs:
        found.update(co_authors(paragraph))
        found.update(f"session:{value}".casefold()[:1000] for _, value in trailers(paragraph, SESSION) if value)
    return frozenset(found.union(_keys(range_.signatures)))


def _keys(signatures: Iterable[bytes]) -> list[str]:
    """Return the fingerprints of the keys that commits claim to be signed with; other kinds than ssh are left out.

    A verdict is signed with an ssh key, so no other could be its author's. The claim is not verified: who makes a false
    one only shuts a judge out.
    """
    if not signatures:
        return []
    from . import sshsig

    found = set()
    for armour in signatures:
        try:
            found.add(f"key:{sshsig.fingerprint(sshsig.parse(armour).key)}")
        except sshsig.SignatureError:
            continue
    return sorted(found)
