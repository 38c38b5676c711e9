"""What ``$x`` and ``${x...}`` expand to, as far as the variable is known."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .expand import bounded, joined_with, value
from .frame import Frame, number
from .syntax import Parameter
from .value import UNKNOWN, Value, literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .frame import Entry
    from .machine import Machine

_NUMBER = UNKNOWN._replace(splits=False)
_EMPTY = literal("")
_DEFAULTS = frozenset((":-", "-", ":=", "=", ":+", "+", ":?", "?"))


def parameter(machine: Machine, frame: Frame, part: Parameter) -> list[Value]:
    """Return the values that an expansion has: none or several for ``$@`` and arrays, else one."""
    if part.subscript is not None:
        value(machine, frame, part.subscript)
    entry = _entry(machine, frame, part)
    if part.length:
        return [_length(entry)]
    if part.operator in _DEFAULTS:
        return _default(machine, frame, part, entry)
    values = _several(entry)
    if part.operator == ":":
        return _slice(values, value(machine, frame, part.argument), array=not isinstance(entry, Value))
    if part.operator:
        argument = value(machine, frame, part.argument)
        values = [_changed(one, part.operator, argument) for one in values]
    return [joined_with(values)] if part.quoted and (part.name == "*" or part.name.endswith("[*]")) else values


def _several(entry: Entry) -> list[Value]:
    if entry is None:
        return [_EMPTY]
    return list(entry) if not isinstance(entry, Value) else [entry]


def _entry(machine: Machine, frame: Frame, part: Parameter) -> Entry:
    """Return what the name stands for: a value, values, or None if it is certainly not set."""
    name = part.name
    if name[:1] == "!" and len(name) > 1:
        told = frame.get(name[1:])
        name = told.text or "" if isinstance(told, Value) else ""
    bracket = name.find("[")
    if bracket > 0:
        return _item(machine, frame, part, name[:bracket], name[bracket + 1 : -1])
    return _plain(frame, name) if name.isidentifier() else _special(frame, name)


def _plain(frame: Frame, name: str) -> Entry:
    entry = frame.get(name)
    if name == "PWD" and entry is UNKNOWN and len(frame.cwds) == 1:
        return frame.cwds[0] or literal(".")
    # An array without a subscript is its first item.
    return entry if entry is None or isinstance(entry, Value) else entry[0] if entry else None


def _special(frame: Frame, name: str) -> Entry:
    if name in ("@", "*"):
        return UNKNOWN if frame.positional is None else frame.positional
    if name.isdigit():
        return _positional(frame, int(name))
    return _NUMBER if name else UNKNOWN


def _positional(frame: Frame, index: int) -> Entry:
    if not index:
        return frame.get("0")
    if frame.positional is None:
        return UNKNOWN
    return frame.positional[index - 1] if index <= len(frame.positional) else None


def _item(machine: Machine, frame: Frame, part: Parameter, name: str, written: str) -> Entry:
    entry = frame.get(name)
    if entry is None:
        return None
    if written in ("@", "*"):
        return entry
    items = (entry,) if isinstance(entry, Value) else entry
    key = value(machine, frame, part.subscript).text or ""
    index = number(key)
    if index is None and f"{name}[{key}]" in frame.variables:
        return frame.get(f"{name}[{key}]")
    if entry is UNKNOWN or index is None:
        return UNKNOWN
    return items[index] if -len(items) <= index < len(items) else None


def _length(entry: Entry) -> Value:
    if isinstance(entry, Value):
        return _NUMBER if entry.text is None else literal(str(len(entry.text)))
    return literal(str(len(entry or ())))


def _default(machine: Machine, frame: Frame, part: Parameter, entry: Entry) -> list[Value]:
    """Return the variable or the word. What nothing is known of counts as not set: no name of this line is in it."""
    values = _several(entry)
    empty = _empty(part.operator, entry, values)
    sign = part.operator[-1]
    if sign == "+" and empty:
        return [_EMPTY]
    if sign == "?" or (sign != "+" and not empty and not _nothing_known(operator=part.operator, entry=entry)):
        return values
    found = value(machine, frame, part.argument)
    if sign == "=":
        frame.set(part.name, found)
    return [found if part.quoted else found._replace(splits=not found.known)]


def _nothing_known(*, operator: str, entry: Entry) -> bool:
    """Tell whether the word behind the operator may count: what a command prints can be nothing."""
    return entry is UNKNOWN or (operator[0] == ":" and isinstance(entry, Value) and set(entry.pieces) == {None})


def _empty(operator: str, entry: Entry, values: list[Value]) -> bool:
    return entry is None or (operator[0] == ":" and {one.text for one in values} <= {""})


def _slice(values: list[Value], argument: Value, *, array: bool) -> list[Value]:
    numbers = [number(piece) for piece in (argument.text or "x").split(":")]
    start = numbers[0]
    if start is None or None in numbers or len(numbers) > 2:
        return [UNKNOWN]
    end = slice(None, *numbers[1:])
    if array:
        # "$0" is counted among the words of "${@:0}".
        return values[start:][end] if start >= 0 else [UNKNOWN]
    text = values[0].text
    return [UNKNOWN if text is None else literal(text[start:][end])]


def _changed(found: Value, operator: str, argument: Value) -> Value:
    """Apply an operator to a known value; any other stays unknown."""
    text = found.text
    if text is None:
        return UNKNOWN
    change = _CHANGES.get(operator)
    if change is not None and not argument.text:
        return literal(change(text))
    if argument.text is None or operator[0] not in "#%/":
        return UNKNOWN
    from .patterns import MAX_REPLACED, MAX_STRIPPED, replaced, stripped

    if operator[0] == "/":
        return bounded(literal(replaced(text, operator, argument.text))) if len(text) <= MAX_REPLACED else UNKNOWN
    return literal(stripped(text, operator, argument.text)) if len(text) <= MAX_STRIPPED else UNKNOWN


def _escapes(text: str) -> str:
    from .ansi import decoded

    return decoded(text)


_CHANGES: dict[str, Callable[[str], str]] = {
    "^^": str.upper,
    "@U": str.upper,
    ",,": str.lower,
    "@L": str.lower,
    "^": lambda text: text[:1].upper() + text[1:],
    "@u": lambda text: text[:1].upper() + text[1:],
    ",": lambda text: text[:1].lower() + text[1:],
    "@Q": str,
    "@P": str,
    "@E": _escapes,
}
