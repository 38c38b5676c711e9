"""The published JSON Schema of a policy file, made from the same settings that the validator checks."""

from __future__ import annotations

from collections.abc import Sequence

from .. import __version__
from ..model.gate import Gate, Setting
from ..model.light import Any
from .paths import UNUSABLE
from .policy import DEADLINE_CI, DEADLINE_LOCAL, PROTECTED
from .validate import CONTROL, LARGEST, LONGEST_DEADLINE, LONGEST_TEXT, MOST_ENTRIES, MOST_OVERRIDES, VERSION

_RAW = "https://raw.githubusercontent.com/agentops-gates/agentops-gates"
FILE = "schemas/policy-v1.schema.json"
#: The address that a policy file's modeline names: the schema as this version knows it.
URL = f"{_RAW}/v{__version__}/{FILE}"

Schema = dict[str, Any]


def schema(gates: Sequence[Gate]) -> Schema:
    """Return the schema (draft-07: what editors read) of ``agentops-gates.toml`` for these gates."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"{_RAW}/main/{FILE}",
        "title": "Policy of agentops-gates",
        "description": "agentops-gates.toml, or [tool.agentops-gates] in pyproject.toml.",
        **_table(
            {
                "version": {"const": VERSION, "type": "integer", "description": "Version of this format."},
                "protected": _table({"branches": _branches()}, "Branches that changes are landed on."),
                "deadlines": _table(
                    {"local": _seconds(DEADLINE_LOCAL, "in hooks"), "ci": _seconds(DEADLINE_CI, "in CI")},
                    "How long a gate may take. A gate that does not end in time is undecided, which blocks.",
                ),
                "gates": _table({gate.id: _gate(gate) for gate in gates}, "Settings of each gate."),
            }
        ),
    }


def text(gates: Sequence[Gate]) -> str:
    """Return the content of the published file."""
    import json

    return json.dumps(schema(gates), indent=2) + "\n"


def _table(properties: Schema, description: str = "", **more: object) -> Schema:
    words = {"description": description} if description else {}
    return {"type": "object", **words, "properties": properties, "additionalProperties": False, **more}


def _branches() -> Schema:
    return {**_strings(UNUSABLE), "description": "Globs of branch names.", "default": list(PROTECTED)}


def _seconds(default: float, where: str) -> Schema:
    limits = {"exclusiveMinimum": 0, "maximum": LONGEST_DEADLINE}
    return {"type": "number", **limits, "description": f"Seconds per gate {where}.", "default": default}


def _gate(gate: Gate) -> Schema:
    properties = {setting.name: _setting(setting) for setting in gate.settings}
    local = {
        setting.name: _value(setting) | {"description": setting.help} for setting in gate.settings if setting.per_path
    }
    if local:
        properties["overrides"] = {
            "type": "array",
            "maxItems": MOST_OVERRIDES,
            "description": "Settings that differ for some paths; of several that match, the last one wins.",
            "items": _table(
                {"paths": {**_strings(UNUSABLE), "minItems": 1, "description": "Globs, from the root."}, **local},
                required=["paths"],
                minProperties=2,
            ),
        }
    return _table(properties, gate.title)


def _setting(setting: Setting) -> Schema:
    default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    return {**_value(setting), "description": setting.help, "default": default}


def _value(setting: Setting) -> Schema:
    if setting.kind == "integer":
        return {"type": "integer", "minimum": setting.minimum, "maximum": LARGEST}
    if setting.kind == "boolean":
        return {"type": "boolean"}
    if setting.kind == "choice":
        return {"enum": list(setting.choices)}
    return _strings(UNUSABLE if setting.kind == "globs" else CONTROL)


def _strings(unusable: str) -> Schema:
    entry = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "not": {"pattern": unusable}}
    return {"type": "array", "maxItems": MOST_ENTRIES, "items": entry}
