"""The effective policy: every built gate's full settings, and the digest that names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model.gate import Gate
from ..model.light import Any, NamedTuple

PROTECTED = ("main", "master")
DEADLINE_LOCAL = 5.0
DEADLINE_CI = 60.0
BUILT_IN = "built-in defaults"


class Policy(NamedTuple):
    """What the gates are told to do.

    ``gates`` maps the id of every built gate to all of its settings; the key ``overrides`` holds a tuple of mappings
    with ``paths`` and the settings that differ there. ``protected`` are globs of branch names, the deadlines seconds
    per gate. ``source`` says in words where it was read, ``digest`` is the SHA-256 of what it tells. ``fault`` is what
    is wrong with the policy of the base where the defaults stand in for it, else empty.
    """

    gates: Mapping[str, Mapping[str, Any]]
    protected: tuple[str, ...]
    deadline_local: float
    deadline_ci: float
    source: str
    digest: str
    fault: str = ""


def effective(document: Mapping[str, Any], gates: Sequence[Gate], source: str) -> Policy:
    """Return the policy that a *validated* ``document`` means, defaults filled in."""
    deadlines = document.get("deadlines", {})
    return seal(
        {gate.id: _settings(gate, document.get("gates", {}).get(gate.id, {})) for gate in gates},
        document.get("protected", {}).get("branches", PROTECTED),
        (deadlines.get("local", DEADLINE_LOCAL), deadlines.get("ci", DEADLINE_CI)),
        source,
    )


def seal(
    gates: Mapping[str, Mapping[str, Any]],
    protected: Sequence[str],
    deadlines: Sequence[float],
    source: str,
    digest: str = "",
) -> Policy:
    """Return the policy of these parts, lists frozen to tuples; ``digest`` is computed unless it is known."""
    local, ci = (float(seconds) for seconds in deadlines)
    policy = Policy(
        {name: {key: _frozen(value) for key, value in gates[name].items()} for name in sorted(gates)},
        tuple(protected),
        local,
        ci,
        source,
        digest,
    )
    return policy if digest else policy._replace(digest=_digest(policy))


def parts(policy: Policy) -> dict[str, Any]:
    """Return the policy as plain data (JSON values), without source and digest."""
    return {
        "deadlines": {"ci": policy.deadline_ci, "local": policy.deadline_local},
        "gates": policy.gates,
        "protected": {"branches": policy.protected},
    }


def _settings(gate: Gate, given: Mapping[str, Any]) -> dict[str, Any]:
    settings = {setting.name: given.get(setting.name, setting.default) for setting in gate.settings}
    return {**settings, "overrides": given.get("overrides", ())}


def _frozen(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else value


def _digest(policy: Policy) -> str:
    import hashlib
    import json

    canonical = json.dumps(parts(policy), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
