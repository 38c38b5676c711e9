"""Compares two policies: what changed, and whether the new one can let through what the old one stopped.

What is not provably as strict counts as loosened. A deadline is neither: a gate that runs out of time is undecided,
which blocks, so a shorter one lets nothing through, and a longer one only lets a gate finish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..model.gate import Gate, Setting
from ..model.light import Any, NamedTuple
from .paths import matches
from .policy import Policy
from .sections import COUNCIL, GUARD, JUDGE, RESCUE, VERDICTS, Section


class Change(NamedTuple):
    """One difference: the key's path (``gates.complexity-regression.max_complexity``), both values, and its direction.

    ``paths`` are the globs it is about, empty for everywhere. Values are what TOML would hold; None: not there.
    """

    key: str
    old: Any
    new: Any
    loosened: bool
    paths: tuple[str, ...] = ()


def compare(old: Policy, new: Policy, gates: Sequence[Gate]) -> list[Change]:
    """Return every difference between two policies that are complete for ``gates``."""
    found = list(_branches(old.protected, new.protected))
    for key in ("deadline_local", "deadline_ci"):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            found.append(Change(key.replace("deadline_", "deadlines."), before, after, loosened=False))
    found += _section(VERDICTS, old.verdicts, new.verdicts)
    found += _section(COUNCIL, old.council, new.council)
    found += _judges(old.council["judges"], new.council["judges"])
    found += _section(RESCUE, old.rescue, new.rescue)
    found += _section(GUARD, old.guard, new.guard)
    for gate in gates:
        for setting in gate.settings:
            found += _setting(gate.id, setting, old.gates[gate.id], new.gates[gate.id])
    return found


def looser(setting: Setting, old: object, new: object) -> bool:
    """Return whether ``new`` weakens the gate against ``old``, in the direction that the setting declares."""
    if old == new or setting.looser == "never":
        return False
    if isinstance(old, int) and isinstance(new, int):
        return _looser_number(setting.looser, old, new)
    if isinstance(old, str) and isinstance(new, str):
        return _looser_text(setting, old, new)
    if isinstance(old, tuple) and isinstance(new, tuple):
        return _looser_list(setting, old, new)
    return True


def plain(value: object) -> object:
    """Return a value of a policy, or of a file around it, as JSON has it."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def brief(value: object) -> str:
    """Return a value for a message, about as TOML writes it, in at most 80 columns."""
    import json

    if value is None:
        return "nothing"
    text = json.dumps(plain(value), ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _looser_number(direction: str, old: int, new: int) -> bool:
    if direction == "higher or zero":
        return old != 0 and (new == 0 or new > old)
    return {"higher": new > old, "lower": new < old, "true": bool(new)}.get(direction, True)


def _looser_text(setting: Setting, old: str, new: str) -> bool:
    if setting.looser == "later":
        return setting.choices.index(new) > setting.choices.index(old)
    return bool(old) or setting.looser != "once set"


def _looser_list(setting: Setting, old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    if setting.looser == "more":
        return not set(new) <= set(old)
    if setting.looser == "fewer":
        # Of globs, this one matches whatever another does.
        return not set(old) <= set(new) and not (setting.kind == "globs" and "**" in new)
    return True


def _section(section: Section, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for setting in section.settings:
        before, after = old[setting.name], new[setting.name]
        if before != after:
            yield Change(f"{section.name}.{setting.name}", before, after, looser(setting, before, after))


def _judges(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what is different about the judges.

    One more judge loosens: he can make up the quorum that the others did not, and sign for all of them. Not so the
    first ones, without whom nothing passed.
    """
    for name in sorted({*old, *new}):
        key = f"{COUNCIL.name}.judges.{name}"
        if name not in old or name not in new:
            yield Change(key, old.get(name), new.get(name), loosened=bool(old))
            continue
        for setting in JUDGE:
            before, after = old[name][setting.name], new[name][setting.name]
            if before != after:
                yield Change(f"{key}.{setting.name}", before, after, looser(setting, before, after))


def _branches(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    if set(old) != set(new):
        # A plain name may have gone because a glob covers it now; of two globs nothing is provable.
        gone = [name for name in old if name not in new and not (_plain(name) and matches(name, new))]
        yield Change("protected.branches", old, new, loosened=bool(gone))


def _plain(pattern: str) -> bool:
    return not any(char in pattern for char in "*?[") and not pattern.endswith("/")


def _setting(gate: str, setting: Setting, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    key = f"gates.{gate}.{setting.name}"
    before, after = old[setting.name], new[setting.name]
    if before != after:
        yield Change(key, before, after, looser(setting, before, after))
    rules = _rules(setting, old), _rules(setting, new)
    if not setting.per_path or rules[0] == rules[1]:
        return
    weaker = {(change.paths, change.new): change for change in _weaker(key, setting, *rules) if change.paths}
    yield from weaker.values()
    if not weaker and rules[0][1:] != rules[1][1:]:
        yield Change(f"{key} in overrides", _shown(rules[0]), _shown(rules[1]), loosened=False)


class _Entry(NamedTuple):
    # What one override says about one setting; `later` are the globs of those after it, which win over it.
    paths: frozenset[str]
    later: frozenset[str]
    value: Any
    shown: tuple[str, ...] = ()


def _rules(setting: Setting, settings: Mapping[str, Any]) -> list[_Entry]:
    """Return what decides ``setting``: first its value where no override matches, then the overrides that set it."""
    found: list[_Entry] = []
    later: frozenset[str] = frozenset()
    for override in reversed(settings["overrides"]):
        if setting.name in override:
            found.append(_Entry(frozenset(override["paths"]), later, override[setting.name], override["paths"]))
            later |= frozenset(override["paths"])
    return [_Entry(frozenset(), later, settings[setting.name]), *reversed(found)]


def _weaker(key: str, setting: Setting, old: Sequence[_Entry], new: Sequence[_Entry]) -> Iterator[Change]:
    """Yield each pair of rules that can decide about one and the same path, the new one being looser.

    Which paths a glob matches is not asked: any set of globs may match a path that no other matches. So a pair can
    meet unless every glob of one of them stands in an override that wins over either.
    """
    for before in old:
        for after in new:
            if looser(setting, before.value, after.value) and _can_meet(before, after):
                yield Change(key, before.value, after.value, loosened=True, paths=after.shown or before.shown)


def _can_meet(before: _Entry, after: _Entry) -> bool:
    def beaten(entry: _Entry) -> bool:
        return bool(entry.paths) and all(glob in before.later or glob in after.later for glob in entry.paths)

    return not beaten(before) and not beaten(after)


def _shown(rules: Sequence[_Entry]) -> tuple[Mapping[str, Any], ...]:
    return tuple({"paths": rule.shown, "value": rule.value} for rule in rules[1:])
