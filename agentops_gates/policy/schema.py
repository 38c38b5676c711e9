"""The published JSON Schema of a policy file, made from the same settings that the validator checks."""

from __future__ import annotations

from collections.abc import Sequence

from .. import __version__
from ..model.gate import Gate, Setting
from ..model.light import Any
from .paths import UNUSABLE
from .policy import DEADLINE_CI, DEADLINE_LOCAL, PROTECTED
from .sections import COUNCIL, GUARD, JUDGE, MOST_JUDGES, NAME, NEEDED, RESCUE, VERDICTS, Section
from .validate import MOST_OVERRIDES, VERSION
from .values import (
    CONTROL,
    CONTROL_IN_ARGUMENT,
    LONGEST_ARGUMENT,
    LONGEST_DEADLINE,
    LONGEST_TEXT,
    MOST_ENTRIES,
    NO_FILE,
)

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
                VERDICTS.name: _section(VERDICTS),
                COUNCIL.name: _section(COUNCIL, judges=_judges()),
                RESCUE.name: _section(RESCUE),
                GUARD.name: _section(GUARD),
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


def _section(section: Section, **more: Schema) -> Schema:
    return _table({**{setting.name: _setting(setting) for setting in section.settings}, **more}, section.title)


def _judges() -> Schema:
    judge = _table({setting.name: _setting(setting) for setting in JUDGE}, "One judge.", required=list(NEEDED))
    # What every judge has to say for itself has no default.
    for name in NEEDED:
        del judge["properties"][name]["default"]
    return {
        "type": "object",
        "description": "The judges by their names.",
        "maxProperties": MOST_JUDGES,
        "propertyNames": {"pattern": NAME},
        "additionalProperties": judge,
    }


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
        return {"type": "integer", "minimum": setting.minimum, "maximum": setting.maximum}
    if setting.kind == "boolean":
        return {"type": "boolean"}
    if setting.kind == "choice":
        return {"enum": list(setting.choices)}
    return _written(setting)


def _written(setting: Setting) -> Schema:
    if setting.kind == "choices":
        return {**_list({"enum": list(setting.choices)}), "minItems": setting.minimum}
    if setting.kind in ("text", "name"):
        return _string(CONTROL)
    if setting.kind == "path":
        return {**_string(NO_FILE), "minLength": 1}
    if setting.kind == "command":
        return _command()
    return (
        _list(_command()) if setting.kind == "commands" else _strings(UNUSABLE if setting.kind == "globs" else CONTROL)
    )


def _command() -> Schema:
    # The first names the program and cannot be empty; of the arguments any can.
    argument = {"type": "string", "maxLength": LONGEST_ARGUMENT, "not": {"pattern": CONTROL_IN_ARGUMENT}}
    first = {**argument, "minLength": 1}
    return {**_list({}), "items": [first], "additionalItems": argument, "minItems": 1}


def _strings(unusable: str) -> Schema:
    return _list({**_string(unusable), "minLength": 1})


def _string(unusable: str) -> Schema:
    return {"type": "string", "maxLength": LONGEST_TEXT, "not": {"pattern": unusable}}


def _list(entry: Schema) -> Schema:
    return {"type": "array", "maxItems": MOST_ENTRIES, "items": entry}
