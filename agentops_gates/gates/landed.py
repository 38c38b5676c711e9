"""What landed: a protected branch taken apart into moves that verdicts account for, and where it went on without any.

Nothing can be stopped here any more. A push may bring several moves that were judged one by one, as a merge queue does
it: they are looked for along the first parents. Below what was pushed the same walk finds the commit with which the
gap began; there records count as on the day when they were made.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from ..git.commits import CommitObject, commits
from ..git.ranges import first_parents
from ..git.repo import Repo
from ..model.errors import AgentopsError, SkippedError, UndecidedError
from ..model.light import TYPE_CHECKING, NamedTuple
from ..model.outcome import from_levels
from ..model.subject import Station, Subject
from ..model.text import printable
from ..policy.load import load
from ..policy.paths import matches
from ..policy.policy import Policy
from .by_verdict import settings, trust
from .registry import mechanical, metadata

if TYPE_CHECKING:
    from ..model.verdict import Decision, Word
    from ..verdicts.verify import Past, Trust

    Ask = Callable[[Subject, Policy, Trust, Past | None, Callable[[], Word]], Decision | None]

#: How far back the walk goes: in commits, in questions that it asks, and in seconds.
MOST_COMMITS = 500
MOST_QUESTIONS = 100
MOST_SECONDS = 15
_SIZES = 5
_TITLE = 60
# What no other verdict mends: for these the next step is the decision's own.
_SHUT = ("AG103", "AG104", "AG108")


class Told(NamedTuple):
    """The decision as it stands after the landing, and what a report says besides."""

    decision: Decision
    data: Mapping[str, object]


def audited(repo: Repo, subject: Subject, policy: Policy, decision: Decision, *, ask: Ask, gate: str) -> Told:
    """Return what ``decision``, made as by the door that should have stopped the move, amounts to after the landing.

    ``ask`` decides about a part of the branch's line, with the policy and the signers that count for it, its records
    (None: those of today) and what the mechanical gates say; it returns None for what needs no verdict. Raises
    UndecidedError where history is cut.
    """
    if decision.accepted:
        return Told(_afterwards(decision), {})
    if decision.rule == "AG111":
        lost = (subject.old or "")[:12]
        return Told(decision._replace(fix=f"it has landed: merge what was lost back in (git merge {lost})"), {})
    found = _Walk(repo, subject, policy, ask, gate).run()
    if not found.gap:
        return Told(_joined(found.parts), {})
    began = found.gap
    words = f"{decision.reason}; it has landed, and this began with {found.words}"
    told = decision._replace(reason=words, fix=_fix(subject, decision))
    return Told(told, {"began": began.oid, "ago": found.ago})


class _Found(NamedTuple):
    """What a walk met: the parts that are open, newest first, and the oldest commit of the gap, if there is one."""

    parts: Sequence[Decision]
    gap: CommitObject | None = None
    ago: int = 0
    whole: bool = True

    @property
    def words(self) -> str:
        assert self.gap is not None
        title = printable(self.gap.message.partition(b"\n")[0].decode("utf-8", "replace"))[:_TITLE]
        ago = f"{self.ago} commit{'s' if self.ago > 1 else ''} ago" if self.ago else "the tip"
        return f"{self.gap.oid[:12]} {title!r} ({ago}){'' if self.whole else ' or earlier'}"


class _Walk:
    def __init__(self, repo: Repo, subject: Subject, policy: Policy, ask: Ask, gate: str) -> None:
        from ..model.verdict import Statement
        from ..verdicts.verify import as_made

        assert subject.head is not None
        self._repo, self._subject, self._policy, self._ask, self._gate = repo, subject, policy, ask, gate
        self._line = list(commits(repo, first_parents(repo, subject.head, MOST_COMMITS)))
        self._place = {commit.oid: place for place, commit in enumerate(self._line)}
        self._past = as_made(repo, gate, int(time.time()))
        contents = [item.checked.content for item in self._past]
        self._statements = [one for one in contents if isinstance(one, Statement) and one.ref == subject.target]
        self._questions = MOST_QUESTIONS
        self._end = time.monotonic() + MOST_SECONDS

    def run(self) -> _Found:
        """Walk over what was pushed, and on below it while there is a gap."""
        pushed = self._place.get(self._subject.base or "")
        if not pushed:  # what stood here before is not on the line: nothing below the tip can be told apart
            return _Found((), self._line[0])
        parts, gap, place = self._walked(pushed)
        if gap >= 0:
            return _Found((), self._line[gap], gap, gap < place - 1 or not self._line[place].parents)
        if place < pushed or not parts:
            raise UndecidedError("this push is of too many moves to tell them apart", "have it judged as a whole")
        return _Found(parts)

    def _walked(self, pushed: int) -> tuple[list[Decision], int, int]:
        """Return the parts that are open, the place where the gap begins (-1: there is none), and where this ended."""
        parts: list[Decision] = []
        gap, place = -1, 0
        while (place < pushed or gap == place - 1) and self._more(place):
            start, decision = self._opened(place, pushed)
            if start:
                parts.extend([decision] if decision else [])
            else:
                gap = place
            place = start or place + 1
        return parts, gap, place

    def _more(self, place: int) -> bool:
        return place + 1 < len(self._line) and self._questions > 0 and time.monotonic() < self._end

    def _opened(self, place: int, pushed: int) -> tuple[int, Decision | None]:
        """Return where the move that ends at ``place`` begins, if one is open, with its decision; else 0."""
        # A move that began before this push was not judged as a part of it.
        last = pushed if place < pushed else len(self._line) - 1
        for start in self._starts(place, last):
            if not self._questions:
                break
            self._questions -= 1
            try:
                decision = self._decided(place, start, inside=place < pushed)
            except SkippedError:
                return start, None
            except AgentopsError:
                continue  # what cannot be told accounts for nothing
            if decision is None or decision.accepted:
                return start, decision
        return 0, None

    def _starts(self, place: int, last: int) -> list[int]:
        """Return where a move that ends at ``place`` may begin, the likeliest first: by records, or derived."""
        tree = self._line[place].tree
        judged = {self._place.get(one.base, 0) for one in self._statements if one.head_tree == tree}
        sizes = sorted({len(one.changes) for one in self._statements})[:_SIZES]
        places = dict.fromkeys((*sorted(judged), place + 1, *(place + size for size in sizes)))
        return [start for start in places if place < start <= last]

    def _decided(self, place: int, start: int, *, inside: bool) -> Decision | None:
        base, head = self._line[start].oid, self._line[place].oid
        part = self._subject._replace(bases=(base,), head=head, old=base)
        if inside:
            return self._decided_inside(part)
        policy = load(self._repo, base, metadata(), trust_cache=False)
        settings(policy, self._gate)
        if not matches(part.target.removeprefix("refs/heads/"), policy.protected):
            raise SkippedError("not protected then")
        # Who pushed then is not known.
        part = part._replace(station=Station())
        return self._ask(part, policy, trust(self._repo, part, policy), self._past, lambda: "PASS")

    def _decided_inside(self, part: Subject) -> Decision | None:
        # What this very push brings names neither its policy nor its signers.
        policy = load(self._repo, part.base, metadata(), trust_cache=False)
        if policy.digest != self._policy.digest:
            raise UndecidedError("it comes after another policy")
        trusted = trust(self._repo, self._subject, self._policy)
        return self._ask(part, policy, trusted, None, lambda: _mechanical(part, policy, self._repo))


def _mechanical(part: Subject, policy: Policy, repo: Repo) -> Word:
    """Return what the mechanical gates say of a part, in the time of the gate that asks."""
    levels = []
    for gate in mechanical(part.kind):
        with suppress(SkippedError):
            for finding in gate.check(part, policy, repo):
                levels.append(finding.level)  # one by one: what was found before it declined stands
    outcome = from_levels(levels)
    return "FAIL" if outcome == "fail" else "WARN" if outcome == "warn" else "PASS"


def _afterwards(decision: Decision) -> Decision:
    # Nobody was kept from anything by looking at it afterwards, and where the workflow is, its author may be too.
    return decision._replace(level=min(decision.level, 1 if decision.derived else 2))


def _joined(parts: Sequence[Decision]) -> Decision:
    found = [_afterwards(part) for part in reversed(parts)]
    rule = next((rule for rule in ("AG109", "AG110") if any(part.rule == rule for part in found)), "")
    reason = f"{len(found)} moves in one push, each accepted: " + "; ".join(part.reason for part in found)
    lowest = min(found, key=lambda part: part.level)
    return lowest._replace(reason=reason, rule=rule)


def _fix(subject: Subject, decision: Decision) -> str:
    if decision.rule in _SHUT:
        return f"revert it, or {decision.fix}"
    ref = shlex.quote(printable(subject.target))
    lines = (
        "revert it, or have it judged as it landed, publish the record, and run this again:",
        f"    agentops-gate vibe --base {subject.base} --head {subject.head} --ref {ref}",
        "    git push origin 'refs/agentops/verdicts/*:refs/agentops/verdicts/*'",
    )
    return "\n".join(lines)
