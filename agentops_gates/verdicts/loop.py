"""What can be held of a loop of agents from the commits it made: waves, an explicit end, three strikes.

Nothing here is counted by the loop itself, which forgets; and everything is written by it, so a wave that is not named
and a failure that is not owned up to are not seen. Verdicts that say FAIL are: hand them in as attempts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..git.messages import trailers
from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Word
from .epics import named_issues
from .planfile import WORD

#: Waves that an epic may take, and failures after which a goal is left alone.
MOST_WAVES = 50
STRIKES = 3
_DONE = ("complete", "completed", "done", "closed")
_WAVE = re.compile(r"([0-9]{1,9})(?: ?(?:/|of) ?[0-9]{1,9})?")


class Commit(NamedTuple):
    """A commit as this module needs it: its id and its whole message."""

    oid: str
    message: bytes


class Fault(NamedTuple):
    """One thing that the loop must not do, on one line, with the commit that does it."""

    commit: str
    text: str


def wave_faults(commits: Iterable[Commit]) -> list[Fault]:
    """Return what is wrong with the ``Wave:`` trailers of an epic's commits: no number from 1 to 50."""
    found = []
    for commit in commits:
        for _, value in trailers(_body(commit.message), "wave"):
            match = _WAVE.fullmatch(value)
            if match is None or int(match[1]) < 1:
                found.append(Fault(commit.oid, f"`Wave: {_short(value)}` is no number from 1 to {MOST_WAVES}"))
            elif int(match[1]) > MOST_WAVES:
                found.append(Fault(commit.oid, f"wave {match[1]} of an epic that may take {MOST_WAVES}"))
    return found


def waves(commits: Iterable[Commit]) -> frozenset[int]:
    """Return the numbers of the waves that commits name."""
    values = (value for commit in commits for _, value in trailers(_body(commit.message), "wave"))
    return frozenset(int(match[1]) for value in values if (match := _WAVE.fullmatch(value)))


def is_complete(epic: str, messages: Iterable[bytes], status: str = "") -> bool:
    """Return whether an epic was said to be complete: by ``Epic-Complete: <epic>``, or by its plan's ``status``.

    That all issues are closed, or that no commit came for long, says nothing.
    """
    return status.lower() in _DONE or any(
        value == epic for message in messages for _, value in trailers(_body(message), "epic-complete")
    )


def completion_faults(epic: str, commits: Iterable[Commit]) -> list[Fault]:
    """Return the ``Epic-Complete:`` trailers of an epic's commits that name no epic, or another one."""
    return [
        Fault(commit.oid, f"`Epic-Complete: {_short(value)}` on work for {epic}: write Epic-Complete: {epic}")
        for commit in commits
        for _, value in trailers(_body(commit.message), "epic-complete")
        if value != epic
    ]


def struck_out(attempts: Iterable[tuple[str, Word]]) -> frozenset[str]:
    """Return the goals that failed three times without a PASS in between; attempts come in their order.

    A goal that has struck out stays so, whatever comes after: only leaving it alone helps.
    """
    count: dict[str, int] = {}
    for goal, word in attempts:
        if count.get(goal, 0) < STRIKES and word != "WARN":
            count[goal] = count.get(goal, 0) + 1 if word == "FAIL" else 0
    return frozenset(goal for goal, strikes in count.items() if strikes >= STRIKES)


def attempts(commits: Iterable[Commit]) -> Iterator[tuple[str, Word]]:
    """Yield the attempts that commits, oldest first, tell of: ``Strike: ID`` failed, ``Closes: ID`` passed."""
    for commit in commits:
        for key, value in trailers(_body(commit.message), "strike", "closes"):
            for goal in value.replace(",", " ").split()[: 1 if key == "strike" else None]:
                if WORD.fullmatch(goal):
                    yield goal, "FAIL" if key == "strike" else "PASS"


def strike_faults(commits: Iterable[Commit], earlier: Iterable[tuple[str, Word]] = ()) -> list[Fault]:
    """Return which of an epic's commits, oldest first, are for a goal that had struck out before them.

    ``earlier`` are the attempts before these commits. A commit is for the goals that its ``Issue:`` trailers name.
    """
    known = list(earlier)
    found = []
    for commit in commits:
        out = struck_out(known)
        for goal in sorted(named_issues(commit.message) & out):
            found.append(Fault(commit.oid, f"{goal} failed {STRIKES} times: leave it to a person and go on"))
        known += attempts([commit])
    return found


def _body(message: bytes) -> bytes:
    """Return a message without its subject line, which is prose."""
    return message.partition(b"\n")[2]


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
