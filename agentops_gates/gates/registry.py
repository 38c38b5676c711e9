"""Finds the gates: every module of this folder that has META. Adding a gate touches no list."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from importlib import import_module

from ..git.repo import Repo
from ..model.errors import UsageError
from ..model.finding import Finding, GateResult
from ..model.gate import Gate
from ..model.light import Protocol, cast
from ..model.subject import Kind, Subject
from ..policy.policy import Policy

_NOT_GATES = {"__init__", "registry", "engine", "deadline", "by_verdict", "landed", "decided"}

#: Asks what the mechanical gates conclude about the subject at hand.
Checks = Callable[[], tuple[GateResult, ...]]


class GateModule(Protocol):
    """What a gate's module offers; its docstring is the gate's documentation page."""

    META: Gate
    __doc__: str | None

    def check(self, subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
        """Yield what is wrong with ``subject``.

        Raises UndecidedError where the facts cannot be had and SkippedError where the policy turns the gate off.
        """


class Weighing(GateModule, Protocol):
    """A gate that weighs what the mechanical ones conclude; without ``checks`` it asks them itself."""

    def check(self, subject: Subject, policy: Policy, repo: Repo, checks: Checks | None = None) -> Iterator[Finding]:
        """Yield what is wrong with ``subject``, as any gate does."""


@cache
def built_gates() -> tuple[GateModule, ...]:
    """Return all gate modules, sorted by id."""
    # Nothing but modules: an editor's .complexity.py.swp, or a patch's .orig, is no gate.
    files = (name for name in os.listdir(os.path.dirname(__file__)) if name.endswith((".py", ".pyc")))
    names = {name.partition(".")[0] for name in files if not name.startswith(("_", "."))}
    modules = [import_module(f".{name}", __package__) for name in sorted(names - _NOT_GATES)]
    return tuple(sorted((cast("GateModule", module) for module in modules), key=lambda gate: gate.META.id))


def metadata() -> tuple[Gate, ...]:
    """Return the metadata of all gates, sorted by id."""
    return tuple(gate.META for gate in built_gates())


def mechanical(kind: Kind) -> tuple[GateModule, ...]:
    """Return the gates that judge subjects of this kind by objects alone, sorted by id."""
    return tuple(gate for gate in built_gates() if gate.META.mechanical and kind in gate.META.kinds)


def select(only: Collection[str] = (), stage: str = "") -> tuple[GateModule, ...]:
    """Return the gates named by ``only`` (default: all), and those that always run, for ``stage`` (default: any).

    Raises UsageError for an id that names no gate, and for a gate that does not run at ``stage``: whoever names it
    wants it to judge.
    """
    known = {gate.META.id: gate for gate in built_gates()}
    for name in only:
        _check(name, known, stage)
    return tuple(
        gate
        for gate in known.values()
        if (not only or gate.META.always or gate.META.id in only) and (not stage or stage in gate.META.stages)
    )


def _check(name: str, known: Mapping[str, GateModule], stage: str) -> None:
    if name not in known:
        raise UsageError(f"there is no gate {name!r}", f"gates: {', '.join(known)}")
    stages = known[name].META.stages
    if stage and stage not in stages:
        raise UsageError(f"the gate {name} does not run at {stage}", f"it runs at: {', '.join(stages)}")
