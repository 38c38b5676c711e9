"""The ids that name our hooks in a .pre-commit-config.yaml, and how a hook there is told from other people's.

A mirror, a fork or a local clone has any address, but its manifest has our ids. Only in a ``local`` repository an id
says nothing: there the hook's own command tells what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..model.gate import Gate

NAME = "agentops-gates"
COMMANDS = ("agentops-gate", "agentops_gates")
# A hook's entry names its git hook, which the runners do not tell. Hooks that judge alike share an id.
DOORS = (
    (("pre-commit", "pre-merge-commit"), ""),
    (("prepare-commit-msg",), "-prepare"),
    (("commit-msg",), "-message"),
    (("pre-push",), "-push"),
)
_MANIFESTLESS = frozenset(("local", "meta", "builtin"))


def umbrella(hook: str) -> str:
    """Return the id that runs every gate of a git hook."""
    return f"agentops-{hook}"


def singles(gate: Gate) -> dict[str, tuple[str, ...]]:
    """Return the ids that run one gate, each with the git hooks that it is for."""
    stages = {gate.id + suffix: tuple(hook for hook in hooks if hook in gate.stages) for hooks, suffix in DOORS}
    return {name: hooks for name, hooks in stages.items() if hooks}


def known(gates: Iterable[Gate]) -> dict[str, tuple[str, ...]]:
    """Return every id of ours with the git hooks that it is for: those of single gates, and one for each git hook."""
    umbrellas = {umbrella(hook): (hook,) for hooks, _ in DOORS for hook in hooks}
    return {name: hooks for gate in gates for name, hooks in singles(gate).items()} | umbrellas


def offered(repository: object, hook: Mapping[str, object], ids: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the git hooks that an entry of a list of hooks is for as our manifest has it; none if it is not there.

    ``repository`` is what its ``repo:`` says, ``ids`` are those of :func:`known`.
    """
    return () if str(repository) in _MANIFESTLESS else ids.get(str(hook.get("id")), ())


def is_ours(repository: object, hook: Mapping[str, object], ids: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether an entry of a list of hooks is ours: by its command, its id, or the project's own name.

    What is offered under that name counts whatever its id, as a later version may bring others.
    """
    address = str(repository)
    named = address.rstrip("/").removesuffix(".git").replace(":", "/").split("/")[-1] == NAME
    return calls_us(hook.get("entry")) or named or bool(offered(address, hook, ids))


def calls_us(command: object) -> bool:
    """Tell whether a command (text, or anything that holds texts) is one of ours."""
    return any(name in str(command or "") for name in COMMANDS)
