"""Writes docs/settings.md: the tables of a policy file that belong to no gate, from the published schema."""

from __future__ import annotations

import json
from typing import Any

_HEAD = """\
# Settings

All that a policy file may say: `agentops-gates.toml`, or `[tool.agentops-gates]` in `pyproject.toml`. Every key is
optional, save what is marked, and an unknown one is an error. The policy that counts is that of the base: a change is
judged by what was there before it. `agentops-gate config show` prints what is in force, and the
[schema](../schemas/policy-v1.schema.json) is for editors.
"""
_MOST = 8  # names in a cell
_TABLES = ("protected", "deadlines", "guard", "rescue", "verdicts", "council")


def page(schema: dict[str, Any], gates: list[tuple[str, str]]) -> str:
    """Return the page for a policy ``schema`` (draft-07); ``gates`` are the ids and titles of those with own pages."""
    tables = schema["properties"]
    parts = [_HEAD, *(_section(name, tables[name]) for name in _TABLES)]
    judge = tables["council"]["properties"]["judges"]["additionalProperties"]
    parts.append(_section("council.judges.NAME", judge))
    rows = "\n".join(f"- [`[gates.{name}]`](gates/{name}.md): {title}" for name, title in gates)
    return "\n".join([*parts, f"## Gates\n\n{rows}\n"])


def _section(name: str, table: dict[str, Any]) -> str:
    needed = table.get("required", ())
    rows = [
        f"| `{key}` | {_kind(item)} | {_default(item, key in needed)} | {item['description']} |"
        for key, item in table["properties"].items()
        if key != "judges"
    ]
    head = (
        f"## `[{name}]`\n\n{table['description']}\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


def _default(item: dict[str, Any], needed: bool) -> str:
    if needed:
        return "**needed**"
    value = item["default"]
    return f"`{json.dumps(value)}`" if value or value is False else "none"


def _kind(item: dict[str, Any]) -> str:
    if "enum" in item:
        return " or ".join(f"`{word}`" for word in item["enum"])
    if item["type"] == "array":
        return _list(item["items"])
    if item["type"] in ("integer", "number"):
        least = f"{item['minimum']:,}" if "minimum" in item else f"more than {item['exclusiveMinimum']:,}"
        return f"{least} to {item['maximum']:,}"
    return {"string": "text", "boolean": "true or false"}[item["type"]]


def _list(item: list[Any] | dict[str, Any]) -> str:
    if isinstance(item, list):
        return "a program and its arguments"
    if "enum" in item:
        words = [f"`{word}`" for word in item["enum"]]
        return "list of " + (", ".join(words) if len(words) <= _MOST else f"rules, {words[0]} to {words[-1]}")
    return "list of commands" if item.get("type") == "array" else "list of texts"
