"""What a verdict is bound to: every field that must be equal, or one line on how it differs."""

from __future__ import annotations

from ..git.objects import is_oid
from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Plan, Statement, Transition

#: What differs when the base moved and nothing else: only then may a verdict be derived.
MOVED = frozenset({"base", "base tree", "head tree", "trees"})


class Difference(NamedTuple):
    """A field by name, and in words what was judged and what is there now."""

    field: str
    words: str


def differences(gate: str, statement: Statement, transition: Transition) -> list[Difference]:
    """Return in what ``statement`` does not match ``transition``, in a fixed order; empty if it is bound to it.

    The trees of the transition must be a subset of those that were judged: a squash has fewer, and a commit hidden in
    the middle is one more.
    """
    equal = (
        ("gate", statement.gate, gate),
        ("repository", statement.repository, transition.repository),
        ("object format", statement.object_format, transition.object_format),
        ("ref", statement.ref, transition.ref),
        ("policy", statement.policy, transition.policy),
        ("plan", statement.plan, transition.plan),
        ("base", statement.base, transition.base),
        ("base tree", statement.base_tree, transition.base_tree),
        ("head tree", statement.head_tree, transition.head_tree),
    )
    found = [
        Difference(field, f"{field}: judged {short(old)}, now {short(new)}") for field, old, new in equal if old != new
    ]
    unseen = transition.trees - frozenset(statement.trees)
    if unseen:
        count = f"{len(unseen)} of {len(transition.trees)}"
        found.append(Difference("trees", f"trees: {count} in this range were never judged ({short(min(unseen))})"))
    return found


def short(value: str | Plan | None) -> str:
    """Return a digest's first 12 digits, a plan's main parts, and any other text made printable."""
    if isinstance(value, Plan):
        return printable(f"{value.epic} at {value.digest[:12]} with issues {', '.join(value.issues) or 'none'}")
    if not value:
        return "none"
    return value[:12] if is_oid(value) else printable(value)
