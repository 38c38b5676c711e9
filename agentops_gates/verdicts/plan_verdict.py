"""A verdict on a plan, told as one on a transition, so that one decision serves both.

A plan is not on its way to a branch. What stands for it is the move of ``refs/agentops/plans/<epic>``, which no
repository has, from nothing to a tree with one file that says what was judged: the epic, the digest of its plan, and
its issues. Whatever changes of these is another tree, and voids the verdict; what changes elsewhere does not.
"""

from __future__ import annotations

from collections.abc import Collection

from ..git.repo import Repo
from ..model.verdict import Plan, Transition
from ..policy.policy import Policy
from .derive import Facts

GATE = "pre-mortem-before-crank"
_REFS = "refs/agentops/plans/"
#: Nothing was committed, and no base can move.
FACTS = Facts(lambda: (), lambda base: "a plan has no base")


def transition(repo: Repo, plan: Plan, policy: Policy, authors: Collection[str] = ()) -> Transition:
    """Return what a verdict on ``plan`` is about. ``authors`` are the identities that may not judge it.

    Whoever makes such a verdict and whoever verifies it ask here.
    """
    tree = tree_of(repo, plan)
    return Transition(
        repository=policy.verdicts["repository"],
        object_format=repo.object_format,
        ref=_REFS + plan.epic,
        base=repo.zero,
        base_tree=repo.empty_tree,
        head=repo.zero,
        head_tree=tree,
        trees=frozenset((tree,)),
        changes=(),
        paths=(),
        authors=frozenset(authors),
        policy=policy.digest,
        plan=plan,
    )


def tree_of(repo: Repo, plan: Plan) -> str:
    """Return the id that git gives a tree of one file, ``plan``, with :func:`text` in it."""
    blob = _oid(repo.object_format, b"blob", text(plan))
    return _oid(repo.object_format, b"tree", b"100644 plan\0" + bytes.fromhex(blob))


def text(plan: Plan) -> bytes:
    """Return what is judged of a plan, a line for each part."""
    lines = (
        "agentops-plan-v1",
        f"epic {plan.epic}",
        f"digest {plan.digest}",
        *(f"issue {name}" for name in plan.issues),
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _oid(object_format: str, kind: bytes, content: bytes) -> str:
    import hashlib

    head = kind + b" " + str(len(content)).encode() + b"\0"
    return hashlib.new(object_format, head + content, usedforsecurity=False).hexdigest()
