"""Configuration that a command line sets for one call of git, by way of the environment."""

from __future__ import annotations

from collections.abc import Iterable

from .value import UNKNOWN, Value, literal
from .words import split

_KEY, _VALUE = "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"


def canonical(key: str) -> str:
    """Return a key as git compares it: section and name in small letters, what stands between them as it is."""
    section, _, rest = key.partition(".")
    middle, dot, name = rest.rpartition(".")
    return f"{section.lower()}.{middle}{dot}{name.lower()}" if rest else section.lower()


def from_environment(env: Iterable[tuple[str, Value]]) -> list[tuple[str, Value]]:
    """Return what ``GIT_CONFIG_COUNT`` with its keys and values, and ``GIT_CONFIG_PARAMETERS``, set: key, value.

    A key that nobody knows is ``*``.
    """
    given = dict(env)
    found: list[tuple[str, Value]] = []
    for name, value in given.items():
        if name == "GIT_CONFIG_PARAMETERS":
            found += _parameters(value)
        elif name.startswith(_KEY):
            key = canonical(value.text) if value.text is not None else "*"
            found.append((key, given.get(_VALUE + name[len(_KEY) :], UNKNOWN)))
    if "GIT_CONFIG_COUNT" in given and not found and given["GIT_CONFIG_COUNT"].text != "0":
        found.append(("*", UNKNOWN))
    return found


def _parameters(value: Value) -> list[tuple[str, Value]]:
    words = split(value.text) if value.text is not None else None
    if words is None:
        return [("*", UNKNOWN)]
    pairs = [word.partition("=") for word in words]
    return [(canonical(key), literal(content if sign else "true")) for key, sign, content in pairs]
