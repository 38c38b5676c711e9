"""Which files are excused from judgement as generated or vendored - by what the base says, never by the change."""

from __future__ import annotations

from collections.abc import Collection

from ..git.attributes import generated
from ..git.diff import Change
from ..git.repo import Repo
from ..model.subject import Subject
from .explain import Sources

_HEAD_LINES = 5
_REGULAR = (0o100644, 0o100755)


def excused(repo: Repo, subject: Subject, paths: Collection[str]) -> dict[str, str]:
    """Return, for those of the changed ``paths`` that are excused, by what: an attribute or a marker of the base.

    Attributes are those of the base tree. A marker (``@generated``, or Go's ``Code generated ... DO NOT EDIT.``)
    counts in the first five lines of the file's version in every base, so a new file cannot bring its own.
    """
    if not (subject.base and paths):
        return {}
    marks = generated(repo, subject.base, sorted(paths))
    found = {path: f"{name} in the base's .gitattributes" for path, name in sorted(marks.items())}
    sources = Sources(repo.objects)
    for path in sorted(set(paths) - set(found)):
        oids = _old_blobs(repo, subject, path)
        if oids and all(oid and _marked(sources.lines(oid)) for oid in oids):
            found[path] = "a generated-file marker in its base version"
    return found


def _old_blobs(repo: Repo, subject: Subject, path: str) -> list[str]:
    changes = [repo.changes(base, subject.head) for base in subject.bases]
    found = [change for table in changes for change in table if path in {change.old_path, change.new_path}]
    return [change.old_oid if _same_file(change, path) else "" for change in found]


def _same_file(change: Change, path: str) -> bool:
    # Under another name it is another file: git pairs at half likeness, and the author chooses the names. Neither a
    # submodule's id nor the target of a link is content that could be marked.
    return change.old_path == path and change.old_mode in _REGULAR


def _marked(lines: list[bytes]) -> bool:
    return any(
        b"@generated" in line or (b"Code generated " in line and b" DO NOT EDIT." in line)
        for line in lines[:_HEAD_LINES]
    )
