"""Which level each rule has: the user's policy decides, the project's may only tighten it.

The user's policy is ``guard.toml`` in ``$XDG_CONFIG_HOME/agentops-gates`` (``~/.config/agentops-gates``): lists of
rules, by id or name, under ``deny``, ``ask``, ``snapshot`` and ``allow``; ``unclear`` is the level of what could not be
understood. It is no part of a repository, so that no change to one can loosen it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from ..model.errors import UsageError
from ..model.light import Any
from ..model.text import printable
from .decision import LEVELS
from .hazards.hazard import Level

UNCLEAR = "unclear"
_LONGEST = 1 << 16

#: The level of a rule id, or of :data:`UNCLEAR`, given the one that it has by itself.
Levels = Callable[[str, Level], Level]


def user_file(environ: Mapping[str, str]) -> str:
    """Return the path of the user's policy for the guard."""
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "agentops-gates", "guard.toml")


def levels(environ: Mapping[str, str], project: Callable[[], Mapping[str, Iterable[str]]]) -> Levels:
    """Return what decides about levels; ``project`` maps levels to the rules that the project wants them for.

    The project is asked once, and only about a rule that the user does not deny. Raises UsageError for a policy of the
    user's that cannot be read.
    """
    own = _table(_read(user_file(environ)), user_file(environ))
    wanted: list[dict[str, Level]] = []

    def level(rule: str, default: Level) -> Level:
        first = own.get(rule, default)
        if first == "deny":
            return first
        wanted[:] = wanted or [_rules(project())]
        return min(first, wanted[0].get(rule, first), key=LEVELS.index)

    return level


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            data = file.read(_LONGEST + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"cannot read {printable(path)}: {error.strerror}") from error
    if len(data) > _LONGEST:
        raise UsageError(f"{printable(path)} is longer than {_LONGEST:,} bytes", "shorten it")
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except ValueError as error:
        raise UsageError(
            f"{printable(path)} is not valid: {printable(str(error))}", f"mend {printable(path)}"
        ) from error


def _table(document: Mapping[str, Any], path: str) -> dict[str, Level]:
    for key, value in document.items():
        fits = value in ("deny", "ask", "allow") if key == UNCLEAR else _listed(key, value)
        if not fits:
            allowed = f"{', '.join(LEVELS)}: lists of rules; {UNCLEAR}: deny, ask or allow"
            raise UsageError(
                f"{printable(path)}: `{printable(key)}` cannot be used", f"what can stand there: {allowed}"
            )
    found = _rules({key: value for key, value in document.items() if key != UNCLEAR})
    if UNCLEAR in document:
        found[UNCLEAR] = document[UNCLEAR]
    return found


def _listed(key: str, value: object) -> bool:
    if key not in LEVELS or not isinstance(value, list):
        return False
    return all(isinstance(item, str) and rule_id(item) for item in value)


def _rules(table: Mapping[str, Iterable[str]]) -> dict[str, Level]:
    """Return the level of each rule named; of several the strictest."""
    return {rule_id(item): level for level in reversed(LEVELS) for item in table.get(level, ()) if rule_id(item)}


def rule_id(word: str) -> str:
    """Return the id of a rule that is given by id or name; "" if there is none."""
    from .hazards.rules import RULES

    if word in RULES:
        return word
    return next((rule.id for rule in RULES.values() if rule.name == word), "")
