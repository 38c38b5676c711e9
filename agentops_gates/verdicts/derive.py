"""A verdict on a base that moved: whether it says as much about the change on the new base.

Nothing is stored for it. The verifier holds for itself that what lands is, tree by tree, what was judged with the
base's own gain put on top, and nothing else. Patch ids only tell whether it is worth asking: one is the same for a
line moved between two like blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..git.commits import commits, listed, touched
from ..git.objects import is_oid
from ..git.repo import Repo
from ..git.transplant import Transplant
from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Statement, Transition
from .brought import MOST
from .transition import changes_of, tree_of


class Advance(NamedTuple):
    """What a base gained: all trees that its new commits had, and all paths that any of them changed.

    ``base_tree`` is the older base's. ``origin`` tells what a tree would be on the older base, or None if it does not
    hold the gain unchanged.
    """

    base_tree: str
    trees: frozenset[str]
    paths: frozenset[str]
    origin: Callable[[str], str | None]


class Facts(NamedTuple):
    """What only git knows, asked for when it is needed. Each may raise UndecidedError.

    ``changes`` gives the transition's patch ids, ``advance`` what its base gained since an older one, or in words why
    there is no such thing.
    """

    changes: Callable[[], Sequence[str]]
    advance: Callable[[str], Advance | str]


def facts(repo: Repo, transition: Transition) -> Facts:
    """Return the facts about ``transition``, each read from ``repo`` once."""
    changes: list[Sequence[str]] = []
    advances: dict[str, Advance | str] = {}

    def asked() -> Sequence[str]:
        if not changes:
            changes.append(changes_of(repo, transition))
        return changes[0]

    def since(old: str) -> Advance | str:
        if old not in advances:
            advances[old] = _advance(repo, old, transition.base)
        return advances[old]

    return Facts(asked, since)


def obstacle(statement: Statement, transition: Transition, known: Facts) -> str:
    """Return in words why ``statement``, right but for its base, does not hold for ``transition``; "" if it does.

    What costs least is asked first. Raises UndecidedError when git cannot tell.
    """
    changes = known.changes()
    # A squash has one tree, and it is held against the judged result below: no state of it is anybody's guess.
    squashed = len(transition.trees) == 1
    if not changes or not (squashed or sorted(changes) == sorted(statement.changes)):
        return "the commits are not the same"
    advance = known.advance(statement.base)
    if isinstance(advance, str):
        return advance
    if advance.base_tree != statement.base_tree:
        return "it names a base tree that its base does not have"
    shared = advance.paths.intersection(transition.paths)
    if shared:
        return f"the base changed {printable(min(shared))} too"
    if not advance.trees.isdisjoint(statement.trees):
        return "what was judged has landed before"
    return _carried(statement, transition, advance)


def _carried(statement: Statement, transition: Transition, advance: Advance) -> str:
    if advance.origin(transition.head_tree) != statement.head_tree:
        return "the result is not what was judged with the base's changes on top"
    judged = frozenset(statement.trees)
    for tree in sorted(transition.trees - judged):
        if advance.origin(tree) not in judged:
            return f"tree {tree[:12]} is not one that was judged with the base's changes on top"
    return ""


def _advance(repo: Repo, old: str, new: str) -> Advance | str:
    if not is_oid(old) or len(old) != len(new) or not old.strip("0") or repo.resolve(old) != old:
        return f"base {printable(old[:12])} is not known here"
    oids = listed(repo, new, old, MOST)
    if oids is None:
        return f"the base is more than {MOST:,} commits ahead of it"
    read = list(commits(repo, oids))
    if not any(old in commit.parents for commit in read):
        return f"base {old[:12]} is not part of the history of {new[:12]}"
    return _between(repo, old, new, oids, frozenset(commit.tree for commit in read))


def _between(repo: Repo, old: str, new: str, oids: list[str], trees: frozenset[str]) -> Advance:
    net = repo.changes(old, new)
    paths = touched(repo, oids) | {path for change in net for path in (change.old_path, change.new_path)}
    return Advance(tree_of(repo, old), trees, paths, Transplant(repo.objects, repo.object_format, net).origin)
