"""What a change makes of the policy itself, in words: it comes, goes or moves, and each setting of it that differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..model.gate import Gate
from ..model.light import NamedTuple
from .load import Loaded
from .loosen import Change, brief, compare

_MOST_PATHS = 5


class Edit(NamedTuple):
    """One difference: the rule it falls under, in words what and the mend, its values, and its line at head if known.

    ``data`` holds at least a ``key``, which tells those of one rule and file apart.
    """

    rule: str
    message: str
    path: str
    fix: str
    data: Mapping[str, object]
    line: int | None = None


def homes(old: Loaded, new: Loaded, *, based: bool) -> Iterator[Edit]:
    """Yield what becomes of the file that holds the policy; ``based`` tells whether there was a commit before."""
    before = old.source.path if old.source else None
    after = new.source.path if new.source else None
    data = {"key": "policy", "old": before, "new": after}
    if after is None:
        if before is not None:
            message = f"the policy in {before} is removed: the built-in defaults would judge the next change"
            yield Edit("AG902", message, before, f"restore {before}", data)
    elif before is None:
        when = "it judges from the next change on" if based else "it judges every change from here on"
        yield Edit("AG905", f"a policy is introduced; {when}", after, "review it as the rule it becomes", data)
    elif before != after:
        yield Edit("AG901", f"the policy moves from {before} to {after}", after, "", data)


def settings(old: Loaded, new: Loaded, gates: Sequence[Gate]) -> Iterator[Edit]:
    """Yield each setting that differs; where ``old`` are the defaults, each that is weaker than they are."""
    for change in compare(old.policy, new.policy, gates):
        if old.source is not None:
            yield _setting(change, new)
        elif change.loosened:
            # Only what is weaker counts: AG905 or AG908 has already said that there is a policy now.
            yield _against_default(change, new)


def _setting(change: Change, new: Loaded) -> Edit:
    where, values = _where(change), f"from {brief(change.old)} to {brief(change.new)}"
    if not change.loosened:
        return _edit("AG901", f"{change.key} {_what(change, f'changes {values}')}", "", change, new)
    fix = f"leave out {change.key}" if change.old is None else f"put back {change.key} = {brief(change.old)}{where}"
    return _edit("AG902", f"{change.key} {_what(change, f'is loosened {values}')}{where}", fix, change, new)


def _against_default(change: Change, new: Loaded) -> Edit:
    where, default = _where(change), f" ({brief(change.old)})" if change.old is not None else ""
    message = f"{change.key} = {brief(change.new)}{where} is looser than the built-in default{default}"
    return _edit("AG902", message, f"leave out {change.key}{where}, and the default holds", change, new)


def _edit(rule: str, message: str, fix: str, change: Change, new: Loaded) -> Edit:
    data: dict[str, object] = {"key": change.key, "old": change.old, "new": change.new}
    if change.paths:
        data["paths"] = change.paths
    return Edit(rule, message, new.source.path if new.source else "", fix, data, _line(change, new))


def _what(change: Change, values: str) -> str:
    return "is added" if change.old is None else "is removed" if change.new is None else values


def _where(change: Change) -> str:
    more = ", ..." if len(change.paths) > _MOST_PATHS else ""
    return f" for {', '.join(change.paths[:_MOST_PATHS])}{more}" if change.paths else ""


def _line(change: Change, new: Loaded) -> int | None:
    from .locate import line

    if new.source is None or change.paths or " " in change.key:
        return None
    names = f"{new.source.section}.{change.key}" if new.source.section else change.key
    return line(new.source.text, tuple(names.split(".")))
