"""The effective policy for people and programs: every value with the place that it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ..model.light import NamedTuple
from ..model.text import printable
from .load import Loaded
from .policy import parts

_DEFAULT = "default"
# Wide enough for most values, and leaves room for the origin in 80 columns.
_COLUMN = 44
_WIDTH = 80


class Value(NamedTuple):
    """One value of the policy: its key path (without the table of a shared file), and where it stands."""

    path: tuple[str, ...]
    value: object
    origin: str

    @property
    def key(self) -> str:
        """The key path in one word."""
        return ".".join(self.path)


def values(loaded: Loaded) -> list[Value]:
    """Return all values: first the general ones, then gate by gate; overrides as one list per gate."""
    plain = json.loads(json.dumps(parts(loaded.policy)))
    ordered = {
        name: plain[name] for name in ("protected", "deadlines", "verdicts", "council", "rescue", "guard", "gates")
    }
    return [Value(path, value, _origin(loaded, path)) for path, value in _leaves(ordered, ())]


def _leaves(table: Mapping[str, object], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        elif (key, value) != ("overrides", []):
            yield (*path, key), value


def _origin(loaded: Loaded, path: tuple[str, ...]) -> str:
    if loaded.source is None:
        return _DEFAULT
    found: object = loaded.document
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return _DEFAULT
        found = found[key]
    from .locate import line

    section = loaded.source.section.split(".") if loaded.source.section else []
    number = line(loaded.source.text, (*section, *path))
    return f"{loaded.source.path}:{number}" if number else loaded.source.path


def as_json(loaded: Loaded, base: str | None) -> str:
    """Return the values as JSON; ``base`` is the commit they were read from."""
    rows = [{"key": value.key, "value": value.value, "origin": value.origin} for value in values(loaded)]
    head = {"schema": "agentops-gates/policy/v1", "source": loaded.policy.source, "base": base}
    return json.dumps({**head, "digest": loaded.policy.digest, "values": rows}, indent=2) + "\n"


def as_text(loaded: Loaded) -> str:
    """Return the values as the TOML of an own file, each with its origin as a comment, in 80 columns."""
    from textwrap import wrap

    source = wrap(
        printable(loaded.policy.source), _WIDTH, break_long_words=False, initial_indent="# ", subsequent_indent="# "
    )
    lines = [*source, f"# sha256:{loaded.policy.digest}"]
    section: tuple[str, ...] = ()
    for value in values(loaded):
        if value.path[:-1] != section:
            section = value.path[:-1]
            lines += ["", f"[{'.'.join(section)}]"]
        lines += _overrides(value) if value.path[-1] == "overrides" else _row(value.path[-1], value.value, value.origin)
    return "\n".join(lines) + "\n"


def _overrides(value: Value) -> Iterable[str]:
    assert isinstance(value.value, list)
    for number, override in enumerate(value.value):
        yield ""
        yield f"[[{value.key}]]" + (f"  # {value.origin}" if number == 0 else "")
        for key, item in override.items():
            yield from _assignment(key, item)


def _row(key: str, value: object, origin: str) -> Iterator[str]:
    first, *rest = _assignment(key, value)
    line = f"{first:{_COLUMN}}  # {origin}"
    if len(line) > _WIDTH and not rest:
        yield f"# {origin}"
        yield first
    else:
        yield line
        yield from rest


def _assignment(key: str, value: object) -> list[str]:
    """Return ``key = value`` on one line; a list that is too long for it has a line for each entry."""
    line = f"{key} = {toml(value)}"
    if len(line) <= _WIDTH or not isinstance(value, list):
        return [line]
    return [f"{key} = [", *(f"    {toml(item)}," for item in value), "]"]


def toml(value: object) -> str:
    """Return a JSON value as TOML writes it, safe to print."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return printable(json.dumps(value, ensure_ascii=False))
