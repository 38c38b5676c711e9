"""Which epics belong together, so that an epic does not become small by being cut in two.

What is caught: plans with the same ``parent`` or ``lineage`` in their front matter, and a parent with its parts; plans
that share an issue, or whose issues the tracker has in one epic; epics that the tracker has below one epic, however
deep; issues that commits name but no plan lists. Given the base's plans as well as the head's, a plan that the change
itself deletes or shortens still counts.

What is not: two plans that nothing in a tree ties together (no common parent, issue or epic), a plan that was deleted
in an earlier change, and issues that no plan, tracker or trailer names. Nobody can tell these from two small epics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..git.messages import trailers
from .plan import Plans, issues_below
from .planfile import WORD
from .tracker import Tracker, children

# Trailers that name an issue, and those that do so if somebody knows an issue of that name.
_ISSUE = ("issue", "issues")
_OTHERS = ("closes", "fixes", "resolves", "refs")
_MARK = "\0"
_BETWEEN = re.compile(r"[,;\s]+")


def epics_in_lineage(sides: Sequence[Plans], epic: str) -> tuple[str, ...]:
    """Return the epic and all that belong together with it, sorted. ``sides`` are the plans of head and base."""
    near: dict[str, set[str]] = {epic: set()}
    for side in sides:
        for first, *others in _ties(side):
            for other in others:
                near.setdefault(first, set()).add(other)
                near.setdefault(other, set()).add(first)
    seen = {epic}
    waiting = [epic]
    while waiting:
        fresh = near[waiting.pop()] - seen
        seen |= fresh
        waiting += fresh
    return tuple(sorted(name for name in seen if not name.startswith(_MARK)))


def issues_in_lineage(sides: Sequence[Plans], epic: str, messages: Iterable[bytes] = ()) -> tuple[str, ...]:
    """Return the ids of all issues of the epics that belong together with this one, sorted.

    ``messages`` are those of the commits for these epics; what their trailers ``Issue:`` name counts too, and what
    ``Closes:``, ``Fixes:``, ``Resolves:`` and ``Refs:`` name, if a plan or the tracker knows it. Raises UndecidedError
    for an id that no record could hold.
    """
    epics = epics_in_lineage(sides, epic)
    found: set[str] = set()
    known: set[str] = set()
    for side in sides:
        found.update(issues_below(side.tracker, epics), *(_listed(side, name) for name in epics))
        known.update(side.tracker, *(_listed(side, name) for name in side.files))
    for message in messages:
        found |= named_issues(message, known)
    # What is an epic among them is none of their issues.
    return tuple(sorted(found.difference(epics)))


def named_issues(message: bytes, known: Iterable[str] = ()) -> set[str]:
    """Return the ids of issues that a commit message's trailers name; see :func:`issues_in_lineage`."""
    familiar = set(known)
    found: set[str] = set()
    for key, value in trailers(message.partition(b"\n")[2], *_ISSUE, *_OTHERS):
        words = [word for word in _BETWEEN.split(value) if WORD.fullmatch(word)]
        found.update(words if key in _ISSUE else familiar.intersection(words))
    return found


def _listed(side: Plans, epic: str) -> tuple[str, ...]:
    file = side.files.get(epic)
    return (file.issues or ()) if file else ()


def _ties(side: Plans) -> Iterator[list[str]]:
    """Yield groups of names that belong together; a name that is marked is no epic's, but ties the epics it is with."""
    for epic, file in side.files.items():
        yield [epic, *filter(None, [file.parent, f"{_MARK}lineage {file.lineage}" if file.lineage else ""])]
        for issue in file.issues or ():
            yield [epic, f"{_MARK}issue {issue}", *_above(side.tracker, issue)]
    parts = children(side.tracker)
    for name, found in side.tracker.items():
        if name in parts or found.kind == "epic":
            yield [name, *_above(side.tracker, name)]


def _above(issues: Tracker, name: str) -> list[str]:
    """Return the nearest epics that an issue is a part of; one that is not in the tracker itself counts as an epic."""
    found, seen, waiting = [], {name}, [name]
    while waiting:
        issue = issues.get(waiting.pop())
        for parent in issue.parents - seen if issue else ():
            seen.add(parent)
            if parent not in issues or issues[parent].kind in ("epic", ""):
                found.append(parent)
            else:
                waiting.append(parent)
    return found
