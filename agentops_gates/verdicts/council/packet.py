"""The review packet: one JSON object with all that a judge is given, as schemas/packet-v1.schema.json has it.

Every text that comes from the repository stands between two lines with a word that nobody could know when he wrote the
text: it is drawn for each packet.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence

from ...git.repo import Repo
from ...model.light import Any, NamedTuple
from ...model.text import printable
from ...model.verdict import Mechanical, Plan, Transition
from . import history, material, prompts
from .budget import Item, cost, encode, fit, room, tokens
from .config import JudgeConfig, Size
from .prompts import Kind
from .sizing import concerns

SCHEMA = "agentops-gates/packet/v1"
PLAN = "the plan"
_HIDDEN = {"binary": "binary", "large": "too large to show", "submodule": "in another repository"}
# Only a list of names: what is left out beyond it is counted.
_MOST_NAMES = 200
# So many times what fits is held, as a large difference may be passed over for a smaller one.
_MOST_HELD = 4
_STATUS = {"A": "added", "D": "deleted", "M": "modified", "R": "renamed", "C": "copied", "T": "type changed"}


class Result(NamedTuple):
    """A mechanical check's result, and the end of what it printed if that is worth reading."""

    mechanical: Mechanical
    output: str = ""


class Case(NamedTuple):
    """What a council is to judge, apart from the repository: told by whoever asks, not by the author of the change."""

    kind: Kind
    gate: str
    transition: Transition
    size: Size
    plan: Plan | None = None
    plan_text: str = ""
    learnings: tuple[str, ...] = ()


class Left(NamedTuple):
    """Something that a judge was not shown. ``path`` is empty for what is no file."""

    name: str
    path: str
    reason: str


class Packet(NamedTuple):
    """A packet as bytes, with what it shows and what not.

    ``shown`` are paths in git of which all that is to be known is there as text: their difference, and their states on
    the way.
    """

    data: bytes
    shown: frozenset[str]
    left: tuple[Left, ...]

    @property
    def tokens(self) -> int:
        """How many tokens it is taken to be."""
        return tokens(self.data)


class Material(NamedTuple):
    """What the repository has to say about a case, ready for packets.

    ``left`` nobody is shown. ``names`` are the paths as judges see them, ``former`` where the files that moved were.
    """

    items: tuple[Item, ...]
    left: tuple[Left, ...]
    names: Mapping[str, str]
    former: Mapping[str, str]

    def paths(self, path: str) -> tuple[str, ...]:
        """Return the path and the one that it had before: what goes away from a place concerns who looks after it."""
        return (path, self.former[path]) if path in self.former else (path,)


def gather(repo: Repo, case: Case, largest: int) -> Material:
    """Return the parts of all packets of a case; the largest of them has ``largest`` bytes.

    Raises UndecidedError.
    """
    plan = [Item("plan", PLAN, "", (-1,), {"text": _text(case.plan_text)})] if case.plan_text else []
    if case.kind == "plan":
        return Material(tuple(plan), (), {}, {})
    commits = material.messages(repo, case.transition)
    files = material.files(repo, case.transition)
    steps = list(history.steps(repo, case.transition, [commit.oid for commit in commits]))
    shown, left = _differences(
        repo, [*((file, "") for file in files), *((step.file, step.commit) for step in steps)], largest
    )
    names = {file.path: file.name for file in (*files, *(step.file for step in steps))}
    former = {file.path: file.change.old_path for file in files if file.change.old_path != file.path}
    return Material((*plan, *map(_message, commits), *shown), tuple(left), names, former)


def build(case: Case, found: Material, results: Sequence[Result], judge: JudgeConfig, share: int) -> Packet | None:
    """Return the packet for one judge, or None if its context window does not even hold what every packet has."""
    concern = [item for item in found.items if not item.path or concerns(judge, *found.paths(item.path))]
    hidden = [left for left in found.left if concerns(judge, *found.paths(left.path))]
    fence = f"data-{secrets.token_hex(12)}"
    items = _fenced(concern, fence)
    limit = space = room(judge.context, share)
    # The list of what is left out takes room itself; each round leaves out more, and there are few.
    while space > 0:
        kept, gone = fit(items, space)
        left = [*hidden, *(Left(item.name, item.path, "did not fit") for item in gone)]
        data = encode(_document(case, kept, left, results, fence))
        if len(data) <= limit:
            return Packet(data, _shown(kept, left), tuple(left))
        space = min(space, sum(map(cost, kept))) - (len(data) - limit)
    return None


def _shown(kept: Sequence[Item], left: Sequence[Left]) -> frozenset[str]:
    """Return the paths of which everything is shown: a file's difference, and its states on the way."""
    return frozenset(item.path for item in kept if item.path) - {item.path for item in left}


def _document(
    case: Case, kept: Sequence[Item], left: Sequence[Left], results: Sequence[Result], fence: str
) -> dict[str, Any]:
    plan = next((value["text"] for value in _section(kept, "plan")), None)
    return {
        "schema": SCHEMA,
        "instructions": prompts.instructions(case.kind),
        "fence": fence,
        "kind": case.kind,
        "gate": case.gate,
        "size": case.size,
        "subject": _subject(case.transition),
        "plan": _plan(case.plan, plan),
        "mechanical": [_result(result, fence) for result in results],
        "learnings": [_wrap(_text(text), fence) for text in case.learnings],
        "commits": _section(kept, "commits"),
        "files": _section(kept, "files"),
        "history": _section(kept, "history"),
        "not_included": _names(left),
    }


def _section(kept: Iterable[Item], name: str) -> list[dict[str, Any]]:
    return [item.value for item in kept if item.section == name]


def _subject(transition: Transition) -> dict[str, str]:
    keys = ("repository", "object_format", "ref", "base", "base_tree", "head", "head_tree", "policy")
    return {key: printable(getattr(transition, key)) for key in keys}


def _plan(plan: Plan | None, text: str | None) -> dict[str, Any] | None:
    if plan is None and text is None:
        return None
    epic, digest, issues = plan or ("", "", ())
    return {"epic": printable(epic), "digest": digest, "issues": list(map(printable, issues)), "text": text}


def _result(result: Result, fence: str) -> dict[str, str]:
    check, version, word, digest = map(printable, result.mechanical)
    output = _wrap(_text(result.output), fence) if result.output else ""
    return {"check": check, "version": version, "result": word, "digest": digest, "output": output}


def _message(message: material.Message) -> Item:
    short = f"message of commit {message.oid[:12]}"
    return Item(
        "commits", short, "", (1, len(message.text), message.oid), {"oid": message.oid, "message": message.text}
    )


def _differences(repo: Repo, files: Iterable[tuple[material.File, str]], largest: int) -> tuple[list[Item], list[Left]]:
    """Return an item for each file, until no packet could hold more; and what nobody is shown as text.

    With each file comes the commit that did this to it, or nothing where it is the whole range.
    """
    shown, left = [], []
    held = 0
    for file, commit in files:
        where = f"{file.name} in commit {commit[:12]}" if commit else file.name
        diff = _difference(repo, file, largest) if held <= _MOST_HELD * largest else None
        if diff is None or file.form != "text":
            left.append(Left(where, file.path, _HIDDEN.get(file.form, "did not fit")))
        if diff is not None:
            shown.append(_step(file, diff, where, commit) if commit else _file(file, diff))
            held += len(diff)
    return shown, left


def _difference(repo: Repo, file: material.File, largest: int) -> str | None:
    """Return the difference, unless no packet could hold it."""
    diff = material.difference(repo, file) if file.form != "large" else None
    return None if diff is None or len(diff) > largest else diff


def _file(file: material.File, diff: str) -> Item:
    change = file.change
    value = {"old_path": material.name(change.old_path), "status": _STATUS.get(change.status, change.status)}
    return Item("files", file.name, file.path, file.rank, {"path": file.name, **value, **_facts(file, diff)})


def _step(file: material.File, diff: str, where: str, commit: str) -> Item:
    first, later, path = file.rank
    value = {"commit": commit, "path": file.name, **_facts(file, diff)}
    return Item("history", where, file.path, (first, later + len(diff), path), value)


def _facts(file: material.File, diff: str) -> dict[str, str]:
    modes = {"old_mode": f"{file.change.old_mode:06o}", "new_mode": f"{file.change.new_mode:06o}"}
    return {**modes, "form": file.form, "diff": diff}


_TEXTS = ("text", "message", "diff")


def _fenced(items: Iterable[Item], fence: str) -> list[Item]:
    return [
        item._replace(value={key: _wrap(text, fence) if key in _TEXTS else text for key, text in item.value.items()})
        for item in items
    ]


def _text(text: str) -> str:
    return material.shown(text.encode("utf-8", "surrogateescape"))


def _wrap(text: str, fence: str) -> str:
    # Nobody can have guessed the word; should it stand in the text all the same, it must not end it.
    return f"{fence}\n{text.replace(fence, 'data-')}\n/{fence}"


def _names(left: Sequence[Left]) -> list[str]:
    names = [f"{item.name} ({item.reason})" for item in left[:_MOST_NAMES]]
    return names + ([f"and {len(left) - _MOST_NAMES:,} more"] if len(left) > _MOST_NAMES else [])
