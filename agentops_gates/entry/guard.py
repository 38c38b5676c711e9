"""``guard`` behind its command line: a command line in, a decision out. No click: agents' tools wait for it.

Exit codes: 0 allow, 1 deny, 4 ask.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from ..model.errors import UndecidedError, UsageError
from ..model.light import TYPE_CHECKING, NamedTuple
from ..shell.quick import harmless

if TYPE_CHECKING:
    from ..git.repo import Repo
    from ..shell.decision import Decision
    from ..shell.levels import Levels

EXIT_ASK = 4
_EXIT = {"allow": 0, "deny": 1, "ask": EXIT_ASK}
_FORMATS = ("text", "json")
_USAGE = "agentops-gate guard --shell 'COMMAND LINE', or: agentops-gate guard -- COMMAND ARGUMENT..."


class Asked(NamedTuple):
    """What was asked: shell text, or the words of one command; where it would run; how to answer."""

    line: str | tuple[str, ...]
    cwd: str = ""
    format: str = "text"


def main(args: Sequence[str]) -> int:
    """Judge what the arguments ask about, print what there is to say, and return the exit code."""
    return guard(asked(args))


def asked(args: Sequence[str]) -> Asked:
    """Return what the arguments ask for. Raises UsageError for any that cannot be understood."""
    given, rest = _given(list(args))
    line: str | tuple[str, ...] | None = rest
    if "--shell" in given:
        line = given["--shell"] if rest is None else None
    if not line and line != "":
        raise UsageError("guard needs one command line to judge", _USAGE)
    if given.get("--format", "text") not in _FORMATS:
        raise UsageError(f"--format is one of {', '.join(_FORMATS)}", _USAGE)
    return Asked(line, given.get("--cwd", ""), given.get("--format", "text"))


def _given(words: list[str]) -> tuple[dict[str, str], tuple[str, ...] | None]:
    """Return the options with their values, and the words after ``--`` (None: it is not there)."""
    given: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word == "--":
            return given, tuple(words)
        name, sign, value = word.partition("=")
        if name not in ("--shell", "--cwd", "--format") or name in given:
            raise UsageError(f"guard does not understand {word!r}", _USAGE)
        if not sign:
            if not words:
                raise UsageError(f"{name} needs a value", _USAGE)
            value = words.pop(0)
        given[name] = value
    return given, None


def guard(question: Asked) -> int:
    """Judge, print, and return the exit code; an allowed command line prints nothing as text."""
    place = folder(question.cwd)
    if question.format == "text" and isinstance(question.line, str) and harmless(question.line, place):
        # Most command lines: nothing more is loaded for them.
        return _EXIT["allow"]
    from ..shell.guard import decide, written
    from ..shell.hazards.context import Context

    decision = decide(question.line, Context(place), lambda: levels_in(place))
    text = written(question.line)
    if question.format == "json":
        sys.stdout.write(as_json(decision, text))
    elif decision.hazards or decision.doubt is not None:
        from ..shell.wording import explained

        said = explained(decision, text)
        sys.stdout.write(f"{said}\n" if said else "")
    return _EXIT[decision.answer]


def folder(cwd: str) -> str:
    """Return the whole path of the folder where the command would run. Raises UsageError if there is none."""
    place = os.path.abspath(cwd) if cwd else os.getcwd()
    if not os.path.isdir(place):
        from ..model.text import printable

        raise UsageError(f"{printable(place)} is no folder", "give --cwd the folder in which the command would run")
    return place


def levels_in(place: str, environ: Mapping[str, str] = os.environ) -> Levels:
    """Return the levels in force in a folder: the user's, tightened by the policy that the project has committed."""
    from ..shell.levels import levels

    return levels(environ, lambda: _project(place))


def _project(place: str) -> Mapping[str, Iterable[str]]:
    from ..git.repo import Repo

    try:
        repo = Repo.open(place)
    except (UsageError, UndecidedError):
        # Outside a repository nobody has tightened anything.
        return {}
    with repo:
        return _tightened(repo, repo.resolve("HEAD"))


def _tightened(repo: Repo, base: str | None) -> Mapping[str, Iterable[str]]:
    """Return what the policy in a commit's tree says of the guard. Kept by itself: no gate is loaded for it then."""
    from ..policy import source

    found = source.entries(repo, base) if base is not None else None
    if found is None or not (found.own or found.shared):
        return {}
    from ..policy import cache

    folder, name = os.path.join(repo.state_dir, "policy"), cache.key(found.own, found.shared, ())
    policy = cache.get(folder, name)
    if policy is None:
        from ..gates.registry import metadata
        from ..policy.load import load

        policy = load(repo, base, metadata(), trust_cache=True)
        cache.put(folder, name, policy)
    return {name: entries for name, entries in policy.guard.items() if not isinstance(entries, str)}


def as_json(decision: Decision, line: str) -> str:
    """Return the decision as JSON (``schemas/decision-v1.schema.json``)."""
    import json

    from ..shell.hazards.rules import RULES
    from ..shell.wording import explained, span

    reason, doubt = decision.reason, decision.doubt
    hazards = [
        {
            "rule": found.rule,
            "name": RULES[found.rule].name,
            "level": found.level,
            "start": found.start,
            "end": found.end,
            "text": span(line, found.start, found.end),
            "what": found.what,
            "loses": found.loses,
            "instead": found.instead,
            "endangers": list(found.endangers),
        }
        for found in decision.hazards
    ]
    said = {
        "schema": "agentops-gates/decision/v1",
        "answer": decision.answer,
        "rule": reason.rule if reason is not None else None,
        "message": explained(decision, line),
        "hazards": hazards,
        "doubt": None if doubt is None else {"why": doubt.why, "start": doubt.start, "end": doubt.end},
        "snapshot": list(decision.snapshot),
    }
    return json.dumps(said, indent=2) + "\n"
