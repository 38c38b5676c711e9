"""What a change makes of the files around the policy: those that run the gates, and those that turn them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..git.diff import Change
from ..git.repo import Repo
from ..git.tree import tree_entry
from ..model.errors import UndecidedError
from ..model.gate import Gate
from ..model.light import TYPE_CHECKING, NamedTuple
from .side import ADAPTERS, ATTRIBUTES, HOOKS, WORKFLOWS, Side

if TYPE_CHECKING:
    from .doors import Loss


class Weakened(NamedTuple):
    """One thing that is different: the rule it falls under, in words where and what, and its values.

    ``data`` holds at least a ``key``, which tells those of one rule and file apart.
    """

    rule: str
    message: str
    path: str
    fix: str
    data: Mapping[str, object]


def weakened(side: Side, gates: Sequence[Gate]) -> Iterator[Weakened]:
    """Yield what hooks and workflows run less than before, judges' adapters, and paths marked as generated or vendored.

    Whether an adapter became laxer nobody can tell, and a new file beside it may be one that it loads.
    """
    yield from _doors(side, gates)
    yield from _adapters(side)
    for change in side.changes:
        if change.new_path.rpartition("/")[2] == ATTRIBUTES:
            yield from _marked(side, change)


def _doors(side: Side, gates: Sequence[Gate]) -> Iterator[Weakened]:
    workflows = [change for change in side.changes if change.old_path.startswith(WORKFLOWS)]
    hooked = side.touched(HOOKS)
    if not (hooked or workflows):
        return
    from .doors import hooks, losses, workflow
    from .hookids import known

    if hooked:
        ids = known(gates)
        lost = losses(lambda document: hooks(document, ids), side.old(HOOKS), side.new(HOOKS), ids)
        yield from _losses(HOOKS, lost)
    for change in workflows:
        new = side.after(change) if change.new_path.startswith(WORKFLOWS) else None
        yield from _losses(change.old_path, losses(workflow, side.before(change), new))


def _adapters(side: Side) -> Iterator[Weakened]:
    touched = [change for change in side.changes if _is_adapter(change.old_path) or _is_adapter(change.new_path)]
    if not touched or not tree_entry(side.repo.objects, f"{side.base}^{{tree}}", ADAPTERS):
        return
    fix = "put it back as it was: it is what the next change is judged with"
    for change in touched:
        stays = change.new_mode and _is_adapter(change.new_path)
        path, what = (change.new_path, "is not what it was") if stays else (change.old_path, "is removed")
        data = {"key": path, "old": change.old_oid, "new": change.new_oid}
        yield Weakened("AG902", f"an adapter of the judges {what}", path, fix, data)


def _is_adapter(path: str) -> bool:
    return path == ADAPTERS or path.startswith(f"{ADAPTERS}/")


def _losses(path: str, found: Sequence[Loss]) -> Iterator[Weakened]:
    from .loosen import brief

    for loss in found:
        data = {"key": loss.key, "old": loss.old, "new": loss.new}
        if loss.new is None and loss.old == "present":
            message = f"{loss.key} is removed"
        else:
            message = f"{loss.key} changes from {brief(loss.old)} to {brief(loss.new)}"
        if loss.version:
            yield Weakened("AG901", message, path, "make sure that this version is one you trust", data)
        else:
            yield Weakened("AG906", message, path, "put it back, unless the gates run elsewhere", data)


def _marked(side: Side, change: Change) -> Iterator[Weakened]:
    from .marks import added, marks

    path = change.new_path
    old = side.before(change) if change.old_path == path else None
    before = marks(old or b"", _root(side.repo, side.base))
    after = marks(side.after(change) or b"", _root(side.repo, side.head))
    for clause in added(before, after):
        fix = "keep written code unmarked: once merged, the gates look away from what is marked"
        yield Weakened("AG907", clause, path, fix, {"key": clause})


def _root(repo: Repo, treeish: str | None) -> bytes:
    try:
        return repo.read_file(treeish, ".gitattributes") or b""
    except UndecidedError:
        # git does not follow a linked attributes file either.
        return b""
