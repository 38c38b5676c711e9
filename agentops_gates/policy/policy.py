"""The effective policy: every built gate's full settings, and the digest that names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model.digest import sha256
from ..model.gate import Gate, Setting
from ..model.light import Any, NamedTuple
from .sections import COUNCIL, GUARD, JUDGE, RESCUE, VERDICTS

PROTECTED = ("main", "master")
DEADLINE_LOCAL = 5.0
DEADLINE_CI = 60.0
BUILT_IN = "built-in defaults"


class Policy(NamedTuple):
    """What the gates are told to do.

    ``gates`` maps the id of every built gate to all of its settings; the key ``overrides`` holds a tuple of mappings
    with ``paths`` and the settings that differ there. ``protected`` are globs of branch names, the deadlines seconds
    per gate. ``verdicts`` and ``council`` hold all settings of these tables; ``council["judges"]`` maps the name of
    each judge, in alphabetical order, to all of its settings; ``rescue`` and ``guard`` hold those of their tables.
    ``source`` says in words where it was read, ``digest`` is
    the SHA-256 of what it tells. ``fault`` is what is wrong with the policy of the base where the defaults stand in for
    it, else empty.
    """

    gates: Mapping[str, Mapping[str, Any]]
    protected: tuple[str, ...]
    deadline_local: float
    deadline_ci: float
    verdicts: Mapping[str, Any]
    council: Mapping[str, Any]
    rescue: Mapping[str, Any]
    guard: Mapping[str, Any]
    source: str
    digest: str
    fault: str = ""


def effective(document: Mapping[str, Any], gates: Sequence[Gate], source: str) -> Policy:
    """Return the policy that a *validated* ``document`` means, defaults filled in."""
    deadlines = document.get("deadlines", {})
    settings = document.get("gates", {})
    complete = {
        "deadlines": {"ci": deadlines.get("ci", DEADLINE_CI), "local": deadlines.get("local", DEADLINE_LOCAL)},
        "gates": {gate.id: _gate(gate, settings.get(gate.id, {})) for gate in gates},
        "protected": {"branches": document.get("protected", {}).get("branches", PROTECTED)},
        "verdicts": _filled(VERDICTS.settings, document.get("verdicts", {})),
        "council": _council(document.get("council", {})),
        "rescue": _filled(RESCUE.settings, document.get("rescue", {})),
        "guard": _filled(GUARD.settings, document.get("guard", {})),
    }
    return seal(complete, source)


def seal(complete: Mapping[str, Any], source: str, digest: str = "") -> Policy:
    """Return the policy of what :func:`parts` returns, lists frozen to tuples; ``digest`` is computed unless known."""
    frozen: Any = {name: _frozen(complete[name]) for name in ("gates", "verdicts", "council", "rescue", "guard")}
    policy = Policy(
        dict(sorted(frozen["gates"].items())),
        tuple(complete["protected"]["branches"]),
        float(complete["deadlines"]["local"]),
        float(complete["deadlines"]["ci"]),
        frozen["verdicts"],
        {**frozen["council"], "judges": dict(sorted(frozen["council"]["judges"].items()))},
        frozen["rescue"],
        frozen["guard"],
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
        "verdicts": policy.verdicts,
        "council": policy.council,
        "rescue": policy.rescue,
        "guard": policy.guard,
    }


def _gate(gate: Gate, given: Mapping[str, Any]) -> dict[str, Any]:
    return {**_filled(gate.settings, given), "overrides": given.get("overrides", ())}


def _council(given: Mapping[str, Any]) -> dict[str, Any]:
    judges = {name: _filled(JUDGE, table) for name, table in given.get("judges", {}).items()}
    return {**_filled(COUNCIL.settings, given), "judges": judges}


def _filled(settings: Sequence[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    return {setting.name: given.get(setting.name, setting.default) for setting in settings}


def _frozen(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else value


def _digest(policy: Policy) -> str:
    import json

    canonical = json.dumps(parts(policy), sort_keys=True, separators=(",", ":"))
    return str(sha256(canonical.encode()).hexdigest())
