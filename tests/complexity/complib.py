"""Compares two commits of a real repository and writes what changed as short lines."""

from __future__ import annotations

from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.compare import Comparison, compare
from agentops_gates.complexity.events import Delta
from agentops_gates.complexity.measure import Measurer
from agentops_gates.complexity.unit import Unit
from agentops_gates.git.repo import Repo


def compared(path: object, base: str | None, head: str | None = None) -> Comparison:
    """Return the comparison of commit ``base`` (None: nothing) with commit ``head`` (None: the index)."""
    with Repo.open(str(path)) as repo:
        return compare(repo, [base] if base else [], head, Measurer(repo.objects, Cache(None)))


def brief(comparison: Comparison) -> list[str]:
    """Return the functions that changed as ``path::qualname before>after how``."""
    return sorted(_brief(delta) for delta in comparison.deltas if delta.place.unit.kind == "function")


def _brief(delta: Delta) -> str:
    before = delta.befores[0]
    numbers = f"{before.unit.cyclomatic if before else '-'}>{delta.after.unit.cyclomatic if delta.after else '-'}"
    how = (delta.hows or (None,))[0]
    origin = f" {how} {before.path}::{before.unit.qualname}" if before and delta.after and how != "name" else ""
    return f"{delta.place.path}::{delta.place.unit.qualname} {numbers}{origin}"


def unit(
    name: str,
    line: int = 1,
    *,
    body: str = "",
    decorators: str = "",
    cyclomatic: int = 1,
    length: int = 9,
    points: str = "",
) -> Unit:
    """Return a function's unit as measuring would make it."""
    return Unit(name, "function", line, line + length, cyclomatic, 0, 0, 0, body or f"{name}{line}", decorators, points)
