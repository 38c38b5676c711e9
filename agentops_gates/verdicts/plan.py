"""The plans of epics, as a tree has them.

An epic is a plan file ``<plans>/<epic>.md`` whose front matter lists its issues, or an epic in a tracker's export, or
both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..git.repo import Repo
from ..git.tree import TREE, tree_entries, tree_entry
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Plan
from . import planfile, tracker
from .epic import is_epic
from .planfile import WORD, PlanFile
from .tracker import Issue, Tracker

PLANS = ".agents/plans"
TRACKER = ".beads/issues.jsonl"
_REGULAR = (0o100644, 0o100755)
_PLAN_LIMIT = 1 << 20
_MOST_PLANS = 10_000


class Plans(NamedTuple):
    """The plans of one tree (by epic) and its tracker's issues (by id), with the words for that tree."""

    files: Mapping[str, PlanFile]
    tracker: Tracker
    place: str = ""


def read_plan(repo: Repo, treeish: str | None, epic: str, *, plans: str = PLANS, tracker: str = TRACKER) -> Plan | None:
    """Return the plan of an epic in a commit's tree, or in the index (None); None if nothing there is about it.

    ``tracker`` may be empty: there is none. The digest covers the plan file less its ``status:``, the ids of the
    issues, and what the tracker says of them and of the epic less their progress. Raises UndecidedError for a plan or
    an export that cannot be read, and for a plan that lists no issues although the tracker has none either.
    """
    if not is_epic(epic):
        raise UndecidedError(
            f"{printable(epic)[:100]!r} cannot be the name of an epic", "use letters, digits and . _ -"
        )
    path = f"{plans}/{epic}.md"
    place = _place(treeish)
    data = repo.read_file(treeish, path)
    file = None if data is None else _file(path, place, data, epic)
    if data is not None and file is None:
        raise UndecidedError(
            f"{printable(path)} in {place} has no front matter", "begin it with: ---, issues: [...], ---"
        )
    found = Plans({} if file is None else {epic: file}, read_tracker(repo, treeish, tracker), place)
    return plan_in(found, epic, path)


def plan_in(plans: Plans, epic: str, path: str = "") -> Plan | None:
    """Return the plan of an epic among plans that were read; None if nothing there is about it.

    Raises UndecidedError for a plan that lists no issues although the tracker has none either.
    """
    file = plans.files.get(epic)
    own = issues_below(plans.tracker, [epic])
    if file is None and not own and epic not in plans.tracker:
        return None
    if file is not None and file.issues is None and not own:
        where = f"{printable(path) or f'the plan of {epic}'} in {plans.place}"
        raise UndecidedError(f"{where} lists no issues", "add a line to its front matter: issues: [id, id]")
    issues = sorted({*own, *((file.issues or ()) if file else ())})
    return Plan(epic, _digest(epic, file, issues, plans.tracker), tuple(issues))


def read_plans(repo: Repo, treeish: str | None, *, plans: str = PLANS, tracker: str = TRACKER) -> Plans:
    """Return all plans of a commit's tree, or of the index (None).

    Files without front matter and files that no epic can be called after are no plans. Raises UndecidedError for one
    that cannot be read: what it says could concern any other.
    """
    place = _place(treeish)
    found = {}
    for name, mode, oid in _entries(repo, treeish, plans):
        epic = name.removesuffix(".md")
        if epic == name or not is_epic(epic):
            continue
        path = f"{plans}/{name}"
        data = repo.objects.blob(oid, _PLAN_LIMIT) if mode in _REGULAR else b""
        if data is None or mode not in _REGULAR:
            what = "is not a regular file" if data is not None else f"is larger than {_PLAN_LIMIT:,} bytes"
            raise UndecidedError(f"{printable(path)} in {place} {what}", "correct it")
        if file := _file(path, place, data, epic):
            found[epic] = file
    return Plans(found, read_tracker(repo, treeish, tracker), place)


def read_tracker(repo: Repo, treeish: str | None, path: str) -> dict[str, Issue]:
    """Return the issues of a tracker's export in a tree; none if there is no such file, or ``path`` is empty."""
    data = repo.read_file(treeish, path, tracker.LIMIT) if path else None
    if data is None:
        return {}
    try:
        return tracker.parse(data)
    except ValueError as error:
        raise UndecidedError(f"{printable(path)} in {_place(treeish)}, {error}", "export it again") from None


def issues_below(issues: Tracker, epics: Sequence[str]) -> frozenset[str]:
    """Return the ids of all that is part of these epics, at any depth; epics that have parts are no issues themselves.

    Raises UndecidedError for an id that no record could hold.
    """
    below = tracker.children(issues)
    seen = set(epics)
    waiting = list(epics)
    while waiting:
        fresh = [name for name in below.get(waiting.pop(), ()) if name not in seen]
        seen.update(fresh)
        waiting += fresh
    found = frozenset(name for name in seen.difference(epics) if not (issues[name].kind == "epic" and name in below))
    for name in found:
        if not WORD.fullmatch(name):
            raise UndecidedError(
                f"the tracker has an issue with the id {printable(name)[:100]!r}", "give it a plain id"
            )
    return found


def _file(path: str, place: str, data: bytes, epic: str) -> PlanFile | None:
    try:
        file = planfile.parse(data)
    except ValueError as error:
        raise UndecidedError(f"{printable(path)} in {place}, {error}", "correct its front matter") from None
    if file is not None and file.epic not in ("", epic):
        raise UndecidedError(
            f"{printable(path)} in {place} says that it is the plan of {file.epic}", f"call it {file.epic}.md"
        )
    return file


def _entries(repo: Repo, treeish: str | None, folder: str) -> Iterable[tuple[str, int, str]]:
    """Yield ``(name, mode, oid)`` of what lies in a folder of a tree or of the index."""
    if treeish is None:
        return _staged(repo, folder)
    found = tree_entry(repo.objects, f"{treeish}^{{tree}}", folder)
    if found is None:
        return ()
    if found[0] != TREE:
        raise UndecidedError(f"{printable(folder)} in {_place(treeish)} is not a folder", "make it one")
    names = [
        (name.decode("utf-8", "surrogateescape"), mode, oid) for name, mode, oid in tree_entries(repo.objects, found[1])
    ]
    return _few(names, folder)


def _staged(repo: Repo, folder: str) -> list[tuple[str, int, str]]:
    found = []
    for row in repo.git.run("ls-files", "-s", "-z", "--", folder).out.split(b"\0")[:-1]:
        fields, _, path = row.partition(b"\t")
        mode, oid, stage = fields.decode().split()
        name = path.decode("utf-8", "surrogateescape").removeprefix(f"{folder}/")
        if stage != "0":
            raise UndecidedError(f"{printable(path)} is unmerged in the index", "resolve it and stage it")
        if name == folder:
            raise UndecidedError(f"{printable(folder)} in the index is not a folder", "make it one")
        if "/" not in name:
            found.append((name, int(mode, 8), oid))
    return _few(found, folder)


def _few(found: list[tuple[str, int, str]], folder: str) -> list[tuple[str, int, str]]:
    if len(found) > _MOST_PLANS:
        raise UndecidedError(f"{printable(folder)} holds more than {_MOST_PLANS:,} files", "move old plans elsewhere")
    return found


def _digest(epic: str, file: PlanFile | None, issues: Iterable[str], known: Tracker) -> str:
    import hashlib

    def named(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    lines = ["agentops-plan-v1", f"epic {epic}", f"file {named(file.stable) if file else '-'}"]
    for name in (epic, *issues):
        issue = known.get(name)
        lines.append(f"issue {name} {named(issue.planned()) if issue else '-'}")
    return named("\n".join(lines).encode())


def _place(treeish: str | None) -> str:
    return "the index" if treeish is None else f"commit {treeish[:12]}"
