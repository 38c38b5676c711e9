"""Says what is wrong with one value of a policy, in words that follow its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..model.gate import Setting
from ..model.light import Any
from ..model.text import printable
from .paths import fault

# Generous for people, and small enough to compare two policies pairwise in a moment.
MOST_ENTRIES = 500
LONGEST_TEXT = 300
LONGEST_ARGUMENT = 4000
LONGEST_DEADLINE = 3600
CONTROL = r"[\u0000-\u001f\u007f]"
#: A program's argument may be a script of several lines.
CONTROL_IN_ARGUMENT = r"[\u0000-\u0008\u000b-\u001f\u007f]"
#: What cannot name one file of a tree, whichever system checks it out.
NO_FILE = rf"{CONTROL}|\\|^/|/$|//|(^|/)\.\.?(/|$)"

_TYPES = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "a list", dict: "a table"}

Complaint = Callable[[Any], str]


def usable(value: object, setting: Setting) -> str:
    """Return what is wrong with a setting's ``value``; empty if it can be used."""
    if setting.kind == "integer":
        return _integer(value, setting.minimum, setting.maximum)
    if setting.kind == "choice":
        return _choice(value, setting.choices)
    if setting.kind == "choices":
        return _choices(value, setting)
    return _PLAIN[setting.kind](value)


def globs(value: object) -> str:
    """Return what is wrong with a list of globs."""
    return _strings(value, fault)


def seconds(value: object) -> str:
    """Return what is wrong with a deadline."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"must be a number of seconds, not {typed(value)}"
    return "" if 0 < value <= LONGEST_DEADLINE else f"must be more than 0 and at most {LONGEST_DEADLINE} seconds"


def hint(word: str, known: Sequence[str], title: str) -> str:
    """Return the clause that says which of the ``known`` words was meant, or names them all."""
    from difflib import get_close_matches

    # Matching is quadratic in the length of a word that a stranger may have written.
    close = get_close_matches(word[:LONGEST_TEXT], known, 1)
    if close:
        return f", did you mean `{close[0]}`?"
    return f"; {title}: {', '.join(known)}" if known else f"; there are no {title}"


def listed(names: Sequence[str]) -> str:
    """Return names as a message lists them."""
    return ", ".join(f"`{name}`" for name in names)


def short(text: str) -> str:
    """Return what somebody wrote on one line, safe to print, in at most 60 columns."""
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def typed(value: object) -> str:
    """Return the type of a TOML value in words."""
    return _TYPES.get(type(value), "a date or time")


def _integer(value: object, minimum: int, maximum: int) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return f"must be an integer, not {typed(value)}"
    return "" if minimum <= value <= maximum else f"must be from {minimum} to {maximum}"


def _boolean(value: object) -> str:
    return "" if isinstance(value, bool) else f"must be true or false, not {typed(value)}"


def _choice(value: object, choices: Sequence[str]) -> str:
    if isinstance(value, str):
        return "" if value in choices else f"must not be `{short(value)}`{hint(value, choices, 'possible values')}"
    return f"must be one of {listed(choices)}, not {typed(value)}"


def _choices(value: object, setting: Setting) -> str:
    if wrong := _strings(value):
        return wrong
    assert isinstance(value, list)
    wrong = next(filter(None, (_choice(entry, setting.choices) for entry in value)), "")
    if wrong:
        return wrong.replace("must not be", "must not hold", 1)
    return f"must hold at least {setting.minimum} of {listed(setting.choices)}" if len(value) < setting.minimum else ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        return f"must be a string, not {typed(value)}"
    reason = _entry(value) if value else ""
    return f"cannot be `{short(value)}` ({reason})" if reason else ""


def _path(value: object) -> str:
    if wrong := _text(value):
        return wrong
    assert isinstance(value, str)
    if value and not re.search(NO_FILE, value):
        return ""
    return f"must be the path of a file from the root, with plain slashes, not `{short(value)}`"


def _strings(value: object, fault: Complaint | None = None) -> str:
    if not isinstance(value, list):
        return f"must be a list of strings, not {typed(value)}"
    if len(value) > MOST_ENTRIES:
        return f"has more than {MOST_ENTRIES} entries"
    for entry in value:
        if not isinstance(entry, str):
            return f"must be a list of strings, but holds {typed(entry)}"
        if reason := _entry(entry) or (fault(entry) if fault else ""):
            return f"holds an entry that cannot be used: `{short(entry)}` ({reason})"
    return ""


def _entry(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"longer than {LONGEST_TEXT} characters"
    return "it holds a control character" if re.search(CONTROL, text) else "" if text else "it is empty"


def _command(value: object) -> str:
    if not isinstance(value, list):
        return f'must be a list of a program and its arguments (["sh", "-c", "..."]), not {typed(value)}'
    if len(value) > MOST_ENTRIES:
        return f"has more than {MOST_ENTRIES} entries"
    for entry in value:
        if not isinstance(entry, str):
            return f"must be a list of strings, but holds {typed(entry)}"
        if reason := _argument(entry):
            return f"holds an entry that cannot be used: `{short(entry)}` ({reason})"
    return "" if value and value[0] else "must name a program"


def _argument(text: str) -> str:
    if len(text) > LONGEST_ARGUMENT:
        return f"longer than {LONGEST_ARGUMENT} characters"
    return "it holds a control character" if re.search(CONTROL_IN_ARGUMENT, text) else ""


def _commands(value: object) -> str:
    if not isinstance(value, list):
        return f'must be a list of commands ([["sh", "-c", "..."]]), not {typed(value)}'
    if len(value) > MOST_ENTRIES:
        return f"has more than {MOST_ENTRIES} entries"
    wrong = ((number, _command(entry)) for number, entry in enumerate(value, 1))
    return next((f"holds a command (number {number}) that {reason}" for number, reason in wrong if reason), "")


_PLAIN: dict[str, Complaint] = {
    "boolean": _boolean,
    "text": _text,
    "name": _text,
    "path": _path,
    "strings": _strings,
    "globs": globs,
    "command": _command,
    "commands": _commands,
}
