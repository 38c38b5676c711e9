"""What a run was about, in a few words: nobody should take a pass over nothing for a pass."""

from __future__ import annotations

from collections.abc import Sequence

from ..formats.common import plural
from ..git.repo import Repo
from ..model.errors import AgentopsError
from ..model.finding import Report
from ..model.light import NamedTuple
from ..model.subject import Subject

_SHORT = 7
_ANY = range(-64, 256)


class Judged(NamedTuple):
    """``words`` such as "staged: 3 files"; where there was ``nothing``, a sentence that says so, and a ``hint``."""

    words: str = ""
    nothing: str = ""
    hint: str = ""


def judged(repo: Repo, report: Report) -> Judged:
    """Return what ``report`` is about; nothing but ``words`` if anything was found, or could not be."""
    if len(report.subjects) != 1:
        return Judged()
    found = _of(repo, report.subjects[0])
    quiet = report.outcome == "pass" and not any(gate.findings for gate in report.gates)
    return found if quiet else found._replace(nothing="", hint="")


def _of(repo: Repo, subject: Subject) -> Judged:
    if subject.kind == "staged":
        return _staged(repo, subject)
    return _range(repo, subject) if subject.kind == "range" and subject.head else Judged()


def _staged(repo: Repo, subject: Subject) -> Judged:
    counts = [len(repo.changes(base, None)) for base in subject.bases or (None,)]
    words = f"staged: {plural(counts[0], 'file')}"
    if any(counts):
        return Judged(words)
    hint = "the work tree has changes that are not staged: git add them first" if _unstaged(repo) else ""
    return Judged(words, "nothing is staged: nothing was judged", hint)


def _unstaged(repo: Repo) -> bool:
    try:
        return bool(repo.git.run("ls-files", "-z", "--modified", "--others", "--exclude-standard").out)
    except AgentopsError:
        return False


def _range(repo: Repo, subject: Subject) -> Judged:
    assert subject.head is not None
    ends = "..".join(oid[:_SHORT] for oid in (*subject.bases[:1], subject.head))
    count = _commits(repo, subject.head, subject.bases)
    if count == 0:
        return Judged(f"{ends}: no commits", f"the range is empty ({ends}): nothing was judged")
    return Judged(ends if count is None else f"{ends}: {plural(count, 'commit')}")


def _commits(repo: Repo, head: str, bases: Sequence[str]) -> int | None:
    """Return how many commits ``head`` has that no base has; None where the history is not all here."""
    done = repo.git.run("rev-list", "--count", "--end-of-options", head, *(f"^{base}" for base in bases), "--", ok=_ANY)
    return int(done.out) if done.rc == 0 else None
