"""Reads what one move of a ref brings, from git objects alone: what a verdict is about, and what it is held against."""

from __future__ import annotations

from collections.abc import Iterable

from ..git.commits import CommitObject, commits, listed, touched
from ..git.messages import CO_AUTHOR, addresses, co_authors, paragraphs, trailers
from ..git.patchids import patch_ids
from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.subject import Subject
from ..model.text import printable
from ..model.verdict import Plan, Transition
from ..policy.policy import Policy

#: A verdict names every tree it is about; more than these make no verdict.
MOST = 10_000
_SESSION = "agent-session"
_NAMING = (CO_AUTHOR, _SESSION)
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

    Raises UndecidedError where history is cut, for more than 10,000 commits, and for objects that cannot be read. A
    move that is no fast-forward is returned as such.
    """
    base, head = subject.base, subject.head
    if head is None:
        raise UndecidedError("a verdict is about commits, and there are none here", "commit first")
    oids = _commits(repo, base, head)
    trees: set[str] = set()
    parents: set[str] = set()
    people = _People()
    for commit in commits(repo, oids):
        trees.add(commit.tree)
        parents.update(commit.parents)
        people.add(commit)
    head_tree = tree_of(repo, head)
    return Transition(
        repository=policy.verdicts["repository"],
        object_format=repo.object_format,
        ref=ref,
        base=base or repo.zero,
        base_tree=tree_of(repo, base) if base else repo.empty_tree,
        head=head,
        head_tree=head_tree,
        trees=frozenset(trees | {head_tree}),
        changes=patch_ids(repo, oids) if changes else (),
        paths=tuple(sorted({path for item in repo.changes(base, head) for path in (item.old_path, item.new_path)})),
        authors=people.identities(),
        policy=policy.digest,
        plan=plan,
        fast_forward=_forward(repo, subject, old, parents | {head}),
    )


def changes_of(repo: Repo, transition: Transition) -> tuple[str, ...]:
    """Return the verbatim patch ids of the commits of ``transition``, sorted; UndecidedError when git cannot tell."""
    return patch_ids(repo, _commits(repo, _base(repo, transition), transition.head))


def touched_by(repo: Repo, transition: Transition) -> frozenset[str]:
    """Return every path that any commit of ``transition`` changes, also if a later one changes it back.

    Whoever excuses changes of some paths from a verdict must ask for these: ``paths`` are those of the net change only.
    """
    return touched(repo, _commits(repo, _base(repo, transition), transition.head)) | set(transition.paths)


def tree_of(repo: Repo, commit: str) -> str:
    """Return the id of a commit's tree; UndecidedError if the commit cannot be read."""
    found = repo.objects.read(f"{commit}^{{tree}}", 0)
    if found is None or found[0].type != "tree":
        raise UndecidedError(f"commit {printable(commit[:12])} cannot be read", "git fsck")
    return found[0].oid


def _base(repo: Repo, transition: Transition) -> str | None:
    return None if transition.base == repo.zero else transition.base


def _commits(repo: Repo, base: str | None, head: str) -> list[str]:
    oids = listed(repo, head, base, MOST)
    if oids is None:
        since = f"since {base[:12]}" if base else "in its history"
        raise UndecidedError(f"{head[:12]} has more than {MOST:,} commits {since}, too many for one verdict", _PARTS)
    return oids


def _forward(repo: Repo, subject: Subject, old: str | None, reached: set[str]) -> bool:
    """Whether what the ref pointed to is in the history of the new end; ``reached`` are the range and its parents."""
    if old is None and subject.ref is not None:
        # All-zero: the ref is new, so nothing can be taken off it.
        old = repo.resolve(subject.ref.remote_oid) if subject.ref.remote_oid.strip("0") else ""
    before = subject.base if old is None else old
    # Whatever leads to the base leads through the parent of a commit that is not in the base: no other walk is needed.
    if not before or before in reached:
        return True
    if before == subject.base:
        return False
    return repo.git.run("merge-base", "--is-ancestor", before, subject.head or "", ok=(0, 1)).rc == 0


class _People:
    """Who stands behind the commits that were added. What stands in many of them is looked at once."""

    def __init__(self) -> None:
        self._lines: set[bytes] = set()
        self._signatures: set[bytes] = set()
        self._paragraphs: set[bytes] = set()

    def add(self, commit: CommitObject) -> None:
        self._lines.update(commit.people)
        if commit.signature:
            self._signatures.add(commit.signature)
        self._paragraphs.update(paragraphs(commit.message, *_NAMING))

    def identities(self) -> frozenset[str]:
        found = {who for line in self._lines for who in addresses(printable(line))}
        for paragraph in self._paragraphs:
            found.update(co_authors(paragraph))
            found.update(f"session:{value}".casefold()[:1000] for _, value in trailers(paragraph, _SESSION) if value)
        return frozenset(found.union(_keys(self._signatures)))


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
