"""Which work there is for which epic, in a message that is being written or in a range, and how big these epics are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ..git.messages import addresses, co_authors, trailers
from ..git.repo import Repo
from ..model.light import TYPE_CHECKING, NamedTuple
from ..model.subject import Subject
from ..model.verdict import Plan
from ..policy.policy import Policy
from .epic import EpicError, epic_of
from .work import every, speaking

if TYPE_CHECKING:
    from .loop import Commit
    from .plan import Plans

# Below a line of a comment character and this, git shows what is committed, and takes it away again (git commit -v).
_SCISSORS = b" ------------------------ >8 ------------------------\n"
_IDENTITY = ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL")


class Work(NamedTuple):
    """The commits for one epic, oldest first. The one that is being made has no id yet: an empty one."""

    epic: str
    commits: tuple[Commit, ...]


class Fault(NamedTuple):
    """What names no epic although it means to: the commit's id, empty for the message or the branch, and one line."""

    commit: str
    text: str


class Shelf(NamedTuple):
    """The plans that a change leaves, and those that its base has."""

    sides: tuple[Plans, ...]

    def plan(self, epic: str, path: str) -> Plan | None:
        """Return the epic's plan as the change leaves it; None if nothing there is about it."""
        from .plan import plan_in

        return plan_in(self.sides[0], epic, path)

    def issues(self, epic: str, works: Iterable[Work]) -> tuple[str, ...]:
        """Return the issues of all epics that belong together with this one; those that only commits name too."""
        from .epics import epics_in_lineage, issues_in_lineage

        together = epics_in_lineage(self.sides, epic)
        messages = (commit.message for work in works if work.epic in together for commit in work.commits)
        return issues_in_lineage(self.sides, epic, messages)


def works(repo: Repo, subject: Subject) -> tuple[list[Work], list[Fault]]:
    """Return the work in a message or a range by its epics, and what names no epic although it means to.

    Raises UndecidedError where history is cut.
    """
    if subject.kind == "message":
        return _written(_branch(repo), subject.message or b"")
    branches = [name for name in (subject.source, subject.target) if name]
    try:
        named = {epic: name for name in branches if (epic := epic_of(name))}
    except EpicError as error:
        return [], [Fault("", str(error))]
    if len(named) > 1:
        return [], [Fault("", f"two epics are named, by {' and '.join(named.values())}: work is for one of them")]
    return _pushed(repo, subject, next(iter(named), ""))


def shelf(repo: Repo, subject: Subject, settings: Mapping[str, str]) -> Shelf:
    """Return the plans on both sides of the change. Raises UndecidedError for one that cannot be read."""
    from .plan import read_plans

    places = {name: settings[name] for name in ("plans", "tracker")}
    ends = dict.fromkeys((subject.head, *subject.bases[:1]))
    return Shelf(tuple(read_plans(repo, end, **places) for end in ends))


def only_planning(repo: Repo, subject: Subject, work: Work, settings: Mapping[str, str]) -> bool:
    """Return whether the commits change nothing but plans and the tracker: planning is no work on what is planned."""
    if subject.kind == "message":
        if subject.source:
            return False  # nothing is being committed: leave is asked for the work to come
        changes = repo.changes(subject.base, None)
        paths = {path for change in changes for path in (change.old_path, change.new_path)}
    else:
        from ..git.commits import touched

        paths = set(touched(repo, [commit.oid for commit in work.commits]))
    plans = f"{settings['plans']}/"
    return all(path == settings["tracker"] or (path.startswith(plans) and path.endswith(".md")) for path in paths)


def authors(repo: Repo, subject: Subject, policy: Policy, work: Work) -> frozenset[str]:
    """Return the identities behind the work, none of whom may have judged the plan."""
    if subject.kind != "message":
        from .transition import read

        return read(repo, subject, subject.target, policy, changes=False).authors
    given = {name: os.environ[name] for name in _IDENTITY if name in os.environ}
    said = [
        repo.git.run("var", name, ok=(0, 128), env=given).out for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    ]
    people = [who for line in said if b"<" in line for who in addresses(os.fsdecode(line).partition(">")[0])]
    message = work.commits[0].message
    sessions = (f"session:{value.casefold()}" for _, value in trailers(message, "agent-session"))
    return frozenset((*people, *co_authors(message), *sessions))


def _written(branch: str, message: bytes) -> tuple[list[Work], list[Fault]]:
    text = _above(message)
    try:
        epic = epic_of(branch, text)
    except EpicError as error:
        return [], [Fault("", str(error))]
    if not epic:
        return [], []
    from .loop import Commit

    return [Work(epic, (Commit("", text),))], []


def _above(message: bytes) -> bytes:
    """Return what stands above the scissors. A comment character can be several, but no word."""
    place = message.find(_SCISSORS)
    start = message.rfind(b"\n", 0, place) + 1
    return message[:start] if 0 < place - start < 5 and not message[start:place].isalnum() else message


def _pushed(repo: Repo, subject: Subject, epic: str) -> tuple[list[Work], list[Fault]]:
    """Group the commits of a range by epic; a branch speaks for those of its commits that name none themselves."""
    assert subject.head is not None
    found = every(repo, subject.base, subject.head) if epic else speaking(repo, subject.base, subject.head)
    if not found:
        return [], []
    from .loop import Commit

    grouped: dict[str, list[Commit]] = {}
    faults = []
    for commit in found:
        try:
            own = epic_of("", commit.message) or epic
        except EpicError as error:
            faults.append(Fault(commit.oid, str(error)))
            continue
        if own:
            grouped.setdefault(own, []).append(Commit(commit.oid, commit.message))
    return [Work(name, tuple(some)) for name, some in sorted(grouped.items())], faults


def _branch(repo: Repo) -> str:
    return repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
