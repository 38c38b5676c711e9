"""Compares the units of two or more versions of a tree, reading only blobs that differ.

With several bases (the parents of a merge, the merge bases of a criss-cross) a unit counts as changed only if it
differs from its version in every base, and a file that equals its version in any base is not even read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..git.diff import Change
from ..git.repo import Repo
from ..model.light import NamedTuple
from ..model.text import printable
from . import moves
from .events import Delta, Event, FileTotals, Mark, NotJudged, Total
from .explain import Sources
from .languages import language_of, unmeasured
from .pair import How, Pairing, Version, pair, same_numbers
from .sides import Records, Side, Sides, State, covers

_SUBMODULE = "a submodule: its content is another repository's"
_UNMERGED = "unmerged in the index"


class Scope(NamedTuple):
    """What the caller cares for: paths to leave out on either side, and new functions worth a search for an origin."""

    ignored: Callable[[str], bool] = lambda path: False
    matters: Callable[[Version], bool] = lambda version: version.unit.cyclomatic > 10
    # Whether the first path is judged less strictly than the second: what comes from there is new here.
    laxer: Callable[[str, str], bool] = lambda old, new: False


EVERYTHING = Scope()


_Finder = Callable[[Sequence[Version], Sequence[Version]], list[moves.Move]]


class Comparison(NamedTuple):
    """All that :func:`walk` yields, by kind."""

    deltas: tuple[Delta, ...]
    not_judged: tuple[NotJudged, ...]
    totals: tuple[FileTotals, ...]
    marks: tuple[Mark, ...]


def compare(
    repo: Repo, bases: Sequence[str], head: str | None, records: Records, scope: Scope = EVERYTHING
) -> Comparison:
    """Compare commit ``head`` (None: the index) with ``bases``; see :func:`walk`."""
    kinds: dict[type, list[Event]] = {Delta: [], NotJudged: [], FileTotals: [], Mark: []}
    for event in walk(repo, bases, head, records, scope):
        kinds[type(event)].append(event)
    return Comparison(*(tuple(events) for events in kinds.values()))  # type: ignore[arg-type]


def walk(
    repo: Repo, bases: Sequence[str], head: str | None, records: Records, scope: Scope = EVERYTHING
) -> Iterator[Event]:
    """Yield what differs, file by file as it is measured; functions without a namesake come last, after moves.

    Memory holds what pairing by name left over, not the files. Removed units are told for a single base only.
    Raises UndecidedError if an object cannot be read.
    """
    yield from _Walk(repo, bases, head, records, scope).events()


class _Pending:
    """A unit of the head whose origin in each of so many bases is found, or still looked for."""

    __slots__ = ("after", "befores", "hows")

    def __init__(self, after: Version, bases: int) -> None:
        self.after = after
        self.befores: list[Version | None] = [None] * bases
        self.hows: list[How | None] = [None] * bases

    def unchanged(self) -> bool:
        return any(before and same_numbers(before.unit, self.after.unit) for before in self.befores)

    def settled(self) -> bool:
        return all(self.befores) or self.unchanged()

    def found(self, base: int, before: Version, how: How) -> None:
        self.befores[base] = before
        self.hows[base] = how


class _Walk:
    def __init__(self, repo: Repo, bases: Sequence[str], head: str | None, records: Records, scope: Scope) -> None:
        self._repo = repo
        self._changes = [repo.changes(base, head) for base in bases] or [repo.changes(None, head)]
        self._sides = Sides(repo.objects, records, scope.ignored)
        self._matters = scope.matters
        self._laxer = scope.laxer
        self._single = len(self._changes) == 1
        self._pending: list[_Pending] = []
        self._removed: list[list[Version]] = [[] for _ in self._changes]
        # Changes of one base that other bases do not share: read only when something looks for its origin.
        self._unread: list[list[Change]] = [[] for _ in self._changes]

    def events(self) -> Iterator[Event]:
        for changes in self._by_path():
            yield from self._file(changes)
        yield from self._leftovers()

    def _by_path(self) -> Iterator[list[Change]]:
        tables = [self._differing(changes) for changes in self._changes]
        for path in sorted(set().union(*tables)):
            found = {base: table[path] for base, table in enumerate(tables) if path in table}
            if self._single or (len(found) == len(tables) and all(map(_at_head, found.values()))):
                yield list(found.values())
            else:
                for base, change in found.items():
                    self._unread[base].append(change)

    def _differing(self, changes: Sequence[Change]) -> dict[str, Change]:
        return {change.new_path: change for change in changes if not self._same(change)}

    def _same(self, change: Change) -> bool:
        return self._sides.identical(change) and not self._from_laxer(change)

    def _from_laxer(self, change: Change) -> bool:
        return change.status == "R" and self._laxer(change.old_path, change.new_path)

    def _old(self, change: Change) -> Side:
        """Return the old side. What came by a rename from where less was judged, or nothing could be, is new here.

        git pairs files at half likeness, and the author chooses the names.
        """
        old = self._sides.old(change)
        unknown = change.status == "R" and bool(old.record.problem)
        return Side("absent", old.path) if unknown or self._from_laxer(change) else old

    def _read(self, changes: list[Change]) -> tuple[list[Side], Side]:
        """Return a file's versions in the bases and in the head; of just two, perhaps only what differs."""
        if self._single and not self._from_laxer(changes[0]):
            both = self._sides.both(changes[0])
            if both:
                return [both[0]], both[1]
        head = self._sides.new(changes[0])
        return [self._old(change) for change in changes], head

    def _file(self, changes: list[Change]) -> Iterator[Event]:
        olds, head = self._read(changes)
        if head.state == "absent":
            yield from self._gone(olds, head.path)
            yield from self._left(changes[0], olds)
        elif head.state != "measured":
            if head.state in {"symlink", "submodule", "unsupported"}:
                yield from self._gone(olds, head.path)
            yield self._head_not_judged(head, _before(olds, head.state))
        elif (unknown := _unknown(olds)) is not None:
            yield NotJudged(head.path, "base", unknown.state, unknown.record.problem, unknown.state)
            # Not judged is not unseen: the next change would find these comments in its base.
            yield from (
                Mark(head.path, mark, covers(head.record, mark), mark.rules) for mark in head.record.suppressions
            )
        else:
            yield from self._measured(olds, head)

    def _left(self, change: Change, olds: list[Side]) -> Iterator[Event]:
        """Tell of a measured file whose new name takes it out of judgement."""
        if change.status == "R" and any(old.state == "measured" for old in olds):
            known = language_of(change.new_path) is not None
            reason = (
                f"{'excluded by the policy' if known else 'no source by its name'}; it was {printable(change.old_path)}"
            )
            yield NotJudged(change.new_path, "head", "unsupported", reason, "measured")

    def _head_not_judged(self, head: Side, before: State) -> NotJudged:
        if head.state != "symlink":
            reasons = {"submodule": _SUBMODULE, "unmerged": _UNMERGED, "unsupported": unmeasured(head.path)}
            reason = reasons.get(head.state) or head.record.problem
            return NotJudged(head.path, "head", head.state, reason, before)
        reason = f"a symbolic link to {printable(self._sides.target(head))}"
        return NotJudged(head.path, "head", "symlink", reason, before)

    def _gone(self, olds: list[Side], path: str) -> Iterator[Event]:
        for base, old in enumerate(olds):
            self._removed[base].extend(old.version(unit) for unit in old.record.units)
        befores = tuple(_total(old) for old in olds)
        if any(befores):
            yield FileTotals(path, befores, None)

    def _measured(self, olds: list[Side], head: Side) -> Iterator[Event]:
        for entry in self._paired(olds, head):
            if entry.settled():
                yield from _told(entry)
            else:
                self._pending.append(entry)
        yield from (
            Mark(head.path, mark, None, ()) for mark in head.record.suppressions if covers(head.record, mark) is None
        )
        if head.record.doubt:
            before: State = "measured" if any(old.record.doubt for old in olds) else "absent"
            yield NotJudged(head.path, "head", "measured", f"lost its way in line {head.record.doubt}", before)
        yield FileTotals(head.path, tuple(_total(old) for old in olds), _total(head))

    def _paired(self, olds: list[Side], head: Side) -> Iterator[_Pending]:
        """Pair a file by name with its version in every base; yield the units about which there may be news."""
        entries: dict[int, _Pending] = {}
        unchanged: set[int] = set()
        for base, old in enumerate(olds):
            pairs, removed, _ = _pairing(old, head)
            self._removed[base].extend(old.version(unit) for unit in removed)
            for before, after, how in pairs:
                if same_numbers(before, after) and not head.record.suppressions:
                    unchanged.add(id(after))
                else:
                    entry = entries.setdefault(id(after), _Pending(head.version(after), len(olds)))
                    entry.found(base, old.version(before), how)
        for unit in head.record.units:
            if id(unit) not in unchanged:
                yield entries.get(id(unit)) or _Pending(head.version(unit), len(olds))

    def _leftovers(self) -> Iterator[Event]:
        for base in range(len(self._changes)):
            self._join(base, self._pending, "moved", moves.moved)
        open_cases = [entry for entry in self._pending if not entry.unchanged() and self._matters(entry.after)]
        for base in range(len(self._changes)):
            self._join(base, open_cases, "similar", self._similar)
        for entry in self._pending:
            yield from _told(entry)
        if self._single:
            yield from (Delta(None, (version,)) for version in self._removed[0])

    def _join(self, base: int, pending: list[_Pending], how: How, find: _Finder) -> None:
        entries = {id(entry.after): entry for entry in pending if entry.befores[base] is None}
        if entries:
            for before, after in self._taken(base, [entry.after for entry in entries.values()], find):
                entries[id(after)].found(base, before, how)

    def _taken(self, base: int, added: Sequence[Version], find: _Finder) -> list[moves.Move]:
        """Take the origins of ``added`` out of what a base has left; none comes from where less was judged."""
        self._read_rest(base)
        removed = self._removed[base]
        pairs = [(before, after) for before, after in find(removed, added) if not self._laxer(before.path, after.path)]
        used = {id(before) for before, _ in pairs}
        self._removed[base] = [version for version in removed if id(version) not in used]
        return pairs

    def _similar(self, removed: Sequence[Version], added: Sequence[Version]) -> list[moves.Move]:
        return moves.similar(removed, added, Sources(self._repo.objects))

    def _read_rest(self, base: int) -> None:
        unread, self._unread[base] = self._unread[base], []
        for change in unread:
            old, new = self._sides.old(change), self._sides.new(change)
            if not new.record.problem:
                self._removed[base].extend(old.version(unit) for unit in _pairing(old, new).removed)


def _at_head(change: Change) -> bool:
    return bool(change.new_oid) or change.status == "U"


def _pairing(old: Side, new: Side) -> Pairing:
    """Pair two versions of a file, unless it changed its language: numbers of two engines do not compare."""
    if old.language == new.language:
        return pair(old.record.units, new.record.units)
    return Pairing([], list(old.record.units), list(new.record.units))


def _unknown(olds: Sequence[Side]) -> Side | None:
    """Return a base version that could not be measured, unless another one can stand for it."""
    if any(old.state == "measured" for old in olds):
        return None
    return next((old for old in olds if old.record.problem), None)


def _before(olds: Sequence[Side], state: State) -> State:
    states = {old.state for old in olds}
    ranked: tuple[State, ...] = (state, "syntax", "unmeasurable", "measured")
    return next((one for one in ranked if one in states), "absent")


def _total(side: Side) -> Total | None:
    if side.state != "measured":
        return None
    units = side.record.units
    return Total(sum(unit.kind == "function" for unit in units), sum(unit.cyclomatic - 1 for unit in units))


def _told(entry: _Pending) -> Iterator[Event]:
    for mark in entry.after.allows:
        allowed = {rule for before in entry.befores if before for old in before.allows for rule in old.rules}
        fresh = tuple(rule for rule in mark.rules if rule not in allowed)
        yield Mark(entry.after.path, mark, entry.after.unit, fresh)
    if not entry.unchanged():
        yield Delta(entry.after, tuple(entry.befores), tuple(entry.hows))
