"""The doctor's report as text and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from ...model.text import printable
from ..githooks import HOOKS
from ..githooks.places import Place
from .diagnosis import EVERY_REF, Diagnosis
from .hooks import Row
from .problem import Problem

SCHEMA = "agentops-gates/doctor/v1"
_RAISE = "Make `agentops-gate check` a required check in CI: there the author has no say."


def as_json(found: Diagnosis) -> str:
    """Return the diagnosis as one JSON document."""
    document = {
        "schema": SCHEMA,
        "ok": not any(problem.severity == "error" for problem in found.problems),
        "versions": found.versions,
        "repository": {
            "git_dir": found.repo.git_dir,
            "common_dir": found.repo.common_dir,
            "object_format": found.repo.object_format,
            "shallow": found.repo.shallow,
        },
        "worktrees": [_worktree_json(found, place) for place in _places(found)],
        "findings": [problem._asdict() for problem in found.problems],
        "assurance": {"level": found.level, "stops": list(found.stops), "cannot_stop": list(found.cannot_stop)},
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def as_text(found: Diagnosis, width: int) -> str:
    """Return the diagnosis for a reader, ``width`` columns wide; paths and commands stay whole."""
    return "\n".join(_lines(found, width)) + "\n"


def _lines(found: Diagnosis, width: int) -> Iterator[str]:
    yield from wrapped("   ".join(f"{name} {printable(version)}" for name, version in found.versions.items()), width)
    for place in _places(found):
        yield from ("", *_place(found, place, width))
    for problem in found.problems:
        yield from ("", *told(problem, width))
    yield from ("", *_assurance(found, width))


def _place(found: Diagnosis, place: Place, width: int) -> Iterator[str]:
    yield f"{'work tree' if place.worktree else 'repository'}  {printable(place.worktree or found.repo.common_dir)}"
    hooks, setter = f"    hooks  {printable(place.directory)}", f"({place.setter()})"
    if len(hooks) + 1 + len(setter) <= width:
        yield f"{hooks} {setter}"
    else:
        yield hooks
        yield from wrapped(setter, width, " " * 11, " " * 11)
    for row in found.rows:
        if row.place == place:
            yield from wrapped(f"{row.hook:18}{_state(row, found)}", width, "           ", " " * 29)


def told(problem: Problem, width: int) -> Iterator[str]:
    """Yield the lines of one problem, ``width`` columns wide."""
    yield from wrapped(printable(problem.message), width, f"{problem.severity:9}", " " * 9)
    lead = "    next: "
    for step in problem.fix.split("\n") if problem.fix else ():
        # What is indented is to be copied: it stays on one line.
        yield from [lead + printable(step)] if step.startswith(" ") else wrapped(printable(step), width, lead, " " * 10)
        lead = " " * 10


def _assurance(found: Diagnosis, width: int) -> Iterator[str]:
    if found.stops:
        text = f"Assurance: {found.level}, comfort. These hooks stop slips at: {', '.join(found.stops)}."
        yield from wrapped(text, width)
        yield "They cannot stop:"
    else:
        yield "Assurance: none. No git command meets a gate in every work tree."
        yield "Hooks could not stop, either:"
    for number, line in enumerate(found.cannot_stop, 1):
        yield from wrapped(line, width, "  - ", "    ")
        if number == len(found.unshown):
            yield f"    next: {EVERY_REF}"
    yield from wrapped(_RAISE, width)


def _state(row: Row, found: Diagnosis) -> str:
    if row.hook not in found.needed:
        return f"no gate needs it ({row.state.words})" if row.state.runs else "no gate needs it"
    return f"runs the gates: {row.state.words}" if row.state.runs else f"does NOT run the gates: {row.state.words}"


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return ``text`` in lines of ``width`` columns that begin with ``first``, then ``rest``; words stay whole."""
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _places(found: Diagnosis) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(row.place for row in found.rows))


def _worktree_json(found: Diagnosis, place: Place) -> dict[str, object]:
    rows = {row.hook: row for row in found.rows if row.place == place}
    return {
        "path": place.worktree,
        "hooks_path": {
            "directory": place.directory,
            "scope": place.scope,
            "origin": place.origin,
            "kind": place.kind,
        },
        "hooks": [
            {
                "name": hook,
                "runs": rows[hook].state.runs,
                "needed": hook in found.needed,
                "state": rows[hook].state.words,
            }
            for hook in HOOKS
        ],
    }
