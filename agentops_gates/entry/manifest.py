"""Writes ``.pre-commit-hooks.yaml``: what pre-commit and prek offer of this package, from the gates' own metadata.

One id per gate and kind of door, and one umbrella per git hook that runs every gate of it: ten Python hooks cost a
third of a second more than one that runs ten gates. The fields are the subset that pre-commit and prek share.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator

from ..model.gate import Gate
from ..model.light import NamedTuple
from ..policy.hookids import singles, umbrella
from .githooks import HOOKS

MANIFEST = ".pre-commit-hooks.yaml"
_PLAIN = re.compile(r"[a-z][\w (),.-]*[\w)]")
_MINIMUM = "3.2.0"  # the first pre-commit with today's stage names
_JUDGES = {
    "pre-commit": "the staged change",
    "pre-merge-commit": "the result of a merge",
    "prepare-commit-msg": "who commits, with --no-verify too",
    "commit-msg": "the commit message",
    "pre-push": "what a push brings",
}


class HookEntry(NamedTuple):
    """One id of the manifest and the git hooks (``stages``) that run it."""

    id: str
    name: str
    description: str
    entry: str
    stages: tuple[str, ...]


def entries(gates: Iterable[Gate]) -> tuple[HookEntry, ...]:
    """Return the manifest's ids: per gate and door, then an umbrella for every git hook that any gate uses."""
    known = tuple(gates)
    return (*(entry for gate in known for entry in _of_gate(gate)), *_umbrellas(known))


def render(gates: Iterable[Gate]) -> str:
    """Return the text of the manifest."""
    blocks = [_block(entry) for entry in entries(gates)]
    head = f"# Generated: python -m agentops_gates.entry.manifest > {MANIFEST}\n"
    return head + "\n".join(blocks)


def _of_gate(gate: Gate) -> Iterator[HookEntry]:
    for name, stages in singles(gate).items():
        about = " and ".join(_JUDGES[stage] for stage in stages)
        call = f"agentops-gate hook {stages[0]} --gate {gate.id}"
        yield HookEntry(name, name, f"{_lower(gate.title)} (judges {about})", call, stages)


def _umbrellas(gates: tuple[Gate, ...]) -> Iterator[HookEntry]:
    for hook in HOOKS:
        if any(hook in gate.stages for gate in gates):
            description = f"every gate of the {hook} hook (judges {_JUDGES[hook]})"
            yield HookEntry(umbrella(hook), f"agentops-gate {hook}", description, f"agentops-gate hook {hook}", (hook,))


def _block(entry: HookEntry) -> str:
    # Deletions, merges and pushes name no file, so no hook may depend on files; only a message comes as one.
    fields: dict[str, object] = {
        "name": entry.name,
        "description": entry.description,
        "entry": entry.entry,
        "language": "python",
        "stages": list(entry.stages),
        "always_run": True,
        "pass_filenames": entry.stages in (("prepare-commit-msg",), ("commit-msg",)),
        "require_serial": True,
        "minimum_pre_commit_version": _MINIMUM,
    }
    lines = [f"- id: {entry.id}", *(f"  {name}: {_scalar(value)}" for name, value in fields.items())]
    return "\n".join(lines) + "\n"


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    # Every JSON scalar is YAML too; words and phrases that YAML cannot take for something else go without quotes.
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:].rstrip(".")


if __name__ == "__main__":
    from ..gates.registry import metadata

    sys.stdout.write(render(metadata()))
