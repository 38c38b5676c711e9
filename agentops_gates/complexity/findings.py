"""From what changed to what is said: runs a comparison under a policy and yields findings.

This is the whole gate; ``gates/complexity_regression.py`` is its door, ``replay.py`` runs it over history.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from ..git.attributes import generated
from ..git.repo import Repo
from ..model.errors import SkippedError, UndecidedError
from ..model.finding import Finding
from ..model.light import Any
from ..model.outcome import Level
from ..model.subject import Subject
from ..policy.paths import matches, settings_for
from ..policy.policy import Policy
from . import exemptions, wording
from .cache import Cache
from .compare import Scope, walk
from .events import Delta, Event, FileTotals, Mark, NotJudged
from .excuses import excused
from .explain import Counted, Sources, explain
from .judge import Limits, Verdict, above, allowed, final_level, growth, judge, origin, relieved
from .pair import Version
from .sides import Records

GATE = "complexity-regression"
# Findings wait this long for one question to git about generated paths; one at a time would start git for each.
_BATCH = 64


def findings(subject: Subject, policy: Policy, repo: Repo, records: Records) -> Iterator[Finding]:
    """Yield what ``subject`` makes worse.

    Raises SkippedError if the policy switches the gate off, UndecidedError if an object or the exemptions of the
    base cannot be read.
    """
    settings = policy.gates[GATE]
    if settings["level"] == "off" and not any("level" in entry for entry in settings["overrides"]):
        raise SkippedError('switched off by the policy (level = "off")')
    yield from _Run(subject, settings, repo, records).findings()


def measured(repo: Repo, *, trusted: bool) -> Cache:
    """Return the cache of this repository; an empty one unless its writers are ``trusted``."""
    return Cache(os.path.join(repo.state_dir, "complexity") if trusted else None)


class _Run:
    def __init__(self, subject: Subject, settings: Mapping[str, Any], repo: Repo, records: Records) -> None:
        self._subject = subject
        self._settings = settings
        self._limits = Limits.of(settings)
        self._repo = repo
        self._records = records
        self._sources = Sources(repo.objects)
        self._entries: dict[exemptions.Key, exemptions.Exemption] = {}
        self._today = exemptions.today()
        self._totals: list[FileTotals] = []
        self._relieved: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        yield from self._exemptions()
        waiting: list[Finding] = []
        for event in self._events():
            for finding in self._said(event):
                if finding.rule in wording.EXCUSABLE:
                    waiting.append(finding)
                else:
                    yield from self._final(finding)
            if len(waiting) >= _BATCH:
                yield from self._unexcused(waiting)
                waiting = []
        waiting.extend(self._file_growth())
        yield from self._unexcused(waiting)
        yield from self._stale()

    def _events(self) -> Iterator[Event]:
        exclude = self._settings["exclude"]
        scope = Scope(
            lambda path: matches(path, exclude),
            lambda version: above(version.unit, self._limits_of(version.path)),
            self._laxer,
        )
        return walk(self._repo, self._subject.bases, self._subject.head, self._records, scope)

    def _laxer(self, old: str, new: str) -> bool:
        """Tell whether ``old`` is judged less strictly than ``new``: by an override, or as generated or vendored."""
        if old == new:
            return False
        before, after = self._limits_of(old), self._limits_of(new)
        if before != after:
            levels = ("error", "warn", "trial", "off")
            weaker = levels.index(before.level) > levels.index(after.level)
            higher = _higher(before.max_complexity, after.max_complexity)
            if weaker or higher or _higher(before.max_cognitive, after.max_cognitive):
                return True
        return old in self._marked and new not in self._marked

    @cached_property
    def _marked(self) -> Mapping[str, str]:
        # One question for the whole change: a folder that is renamed would start git for each of its files.
        if not self._subject.base:
            return {}
        changes = (change for base in self._subject.bases for change in self._repo.changes(base, self._subject.head))
        paths = {path for change in changes for path in (change.old_path, change.new_path)}
        return generated(self._repo, self._subject.base, sorted(paths))

    def _limits_of(self, path: str) -> Limits:
        return Limits.of(settings_for(self._settings, path)) if self._settings["overrides"] else self._limits

    def _said(self, event: Event) -> Iterator[Finding]:
        if isinstance(event, Delta):
            yield from self._delta(event)
        elif isinstance(event, NotJudged):
            yield wording.not_judged(event, hides=self._hides(event))
        elif isinstance(event, Mark):
            yield from self._mark(event)
        elif event.befores != (event.after,):
            self._totals.append(event)

    def _hides(self, event: NotJudged) -> bool:
        if event.state != "symlink":
            return False
        from .links import hides

        return hides(self._repo, self._subject, event.path)

    def _delta(self, delta: Delta) -> Iterator[Finding]:
        limits = self._limits_of(delta.place.path)
        if relieved(delta, limits):
            self._relieved.add(delta.place.path)
        for verdict in judge(delta, limits, self._exempt(delta), based=bool(self._subject.bases)):
            assert delta.after is not None  # judge() has nothing to say about a removed unit
            old = origin(delta, verdict.metric, limits)
            why = self._why(verdict, old, delta.after, limits)
            finding = wording.verdict(verdict, delta.after, old, why, limits)
            comment = allowed(delta, verdict.rule, limits)
            yield wording.permitted(finding, comment) if comment else finding

    def _why(self, verdict: Verdict, old: Version | None, after: Version, limits: Limits) -> tuple[str, ...]:
        if verdict.metric == "cyclomatic":
            return explain(old, after, self._sources, Counted(limits.asserts, limits.counting == "strict"))
        from .nesting import explain_cognitive

        return explain_cognitive(old, after, self._sources)

    def _exempt(self, delta: Delta) -> int:
        keys = [
            (version.path, version.unit.qualname) for version in (delta.after, *delta.befores) if version is not None
        ]
        entry = exemptions.lookup(self._entries, keys, self._today)
        return entry.limit if entry else 0

    def _mark(self, mark: Mark) -> Iterator[Finding]:
        from .suppressions import ALLOWABLE, fault

        limits = self._limits_of(mark.path)
        wrong, rules = fault(mark.suppression), ALLOWABLE.intersection(mark.suppression.rules)
        needed = mark.unit is not None and (limits.mode == "any-rise" or above(mark.unit, limits))
        if wrong:
            yield wording.useless(mark, wrong)
        elif rules & set(mark.fresh):
            yield wording.suppression_added(mark, limits, based=bool(self._subject.bases))
        elif rules and not needed:
            yield wording.useless(mark, "there is nothing here that it could allow")

    def _file_growth(self) -> Iterator[Finding]:
        told = False
        for totals in self._totals:
            most = self._limits_of(totals.path).max_file_growth
            if most and growth(totals) > most:
                yield wording.file_grew(totals, most)
            elif growth(totals) > 0 and totals.path in self._relieved:
                told = True
                yield wording.file_grew(totals, 0)
        if self._relieved and not told and len(self._subject.bases) == 1:
            yield from wording.change_grew(self._totals)

    def _unexcused(self, waiting: list[Finding]) -> Iterator[Finding]:
        excuses = excused(self._repo, self._subject, {path for finding in waiting for path in _paths(finding)})
        left_out: dict[str, int] = {}
        for finding in waiting:
            paths = _paths(finding)
            if paths and all(path in excuses for path in paths):
                left_out[paths[0]] = left_out.get(paths[0], 0) + 1
            else:
                yield from self._final(finding)
        for path, count in left_out.items():
            yield from self._final(wording.excused(path, excuses[path], count))

    def _exemptions(self) -> Iterator[Finding]:
        base = self._subject.base
        data = self._repo.read_file(base, exemptions.FILE) if base else None
        if data is None:
            return
        self._entries, faults = exemptions.read(data)
        if not faults:
            return
        mended = self._repo.read_file(self._subject.head, exemptions.FILE)
        if mended is not None and exemptions.read(mended)[1]:
            exemptions.parse(data)
        # The change that mends the list is judged without one: nothing is exempt, and nobody is locked out.
        self._entries = {}
        yield from self._final(wording.list_malformed(*faults[0]))

    def _stale(self) -> Iterator[Finding]:
        touched = {}
        for change in self._repo.changes(self._subject.base, self._subject.head):
            touched[change.old_path] = touched[change.new_path] = change
        if exemptions.FILE in touched:
            yield from self._spent()
        for entry in self._entries.values():
            if entry.path not in touched:
                continue
            change = touched[entry.path]
            if entry.expired(self._today):
                yield from self._final(wording.exemption(entry, f"ended on {entry.until} and no longer counts"))
            elif reason := exemptions.stale(entry, change, self._records, self._limits_of(entry.path)):
                yield from self._final(wording.exemption(entry, reason))

    def _spent(self) -> Iterator[Finding]:
        with suppress(UndecidedError):  # a link or a folder there is the policy gate's to tell
            base = self._subject.base
            old = self._repo.read_file(base, exemptions.FILE) if base else None
            new = self._repo.read_file(self._subject.head, exemptions.FILE)
            for entry in exemptions.spent(old or b"", new or b"", self._today):
                yield from self._final(wording.exemption(entry, f"ended on {entry.until}: it allows nothing"))

    def _final(self, finding: Finding) -> Iterator[Finding]:
        limits = self._limits_of(finding.path or "")
        natural: Level = finding.level if self._subject.bases or finding.level != "error" else "warning"
        level = final_level(natural, limits)
        if level is None:
            return
        if level != natural and level == "note":
            word = "block" if natural == "error" else "warn"
            finding = finding._replace(message=f"would {word}: {finding.message}")
        yield finding._replace(level=level, commit=self._subject.head)


def _higher(before: int, after: int) -> bool:
    return bool(after) and (not before or before > after)


def _paths(finding: Finding) -> list[str]:
    """Return where a finding is and where its function was: growth does not hide by moving to a generated file."""
    origin = finding.data.get("origin")
    old = [origin.partition("::")[0]] if origin else []
    return [path for path in (finding.path, *old) if path]
