"""Whether a symbolic link hides code: under a name that is source, content that is not measured as that source.

Python imports ``evil.py`` whatever it is a link to. A target of the same language's name is measured where it stands;
in a folder, so is each file. Where the target is does not matter: a path can leave the repository and come back.
"""

from __future__ import annotations

import os
import posixpath

from ..git.diff import diff_index
from ..git.repo import Repo
from ..git.tree import TREE, tree_entry
from ..model.subject import Subject
from .languages import akin, language_of

_LONGEST = 1 << 16


def hides(repo: Repo, subject: Subject, path: str) -> bool:
    """Tell whether what the link at ``path`` of the head points to is neither measured like ``path`` nor a folder."""
    for base in subject.bases or (None,):
        for change in repo.changes(base, subject.head):
            if change.new_path == path:
                target = os.fsdecode(repo.objects.blob(change.new_oid, _LONGEST) or b"")
                return not (akin(language_of(path), language_of(target)) or _folder(repo, subject.head, path, target))
    return False


def _folder(repo: Repo, head: str | None, path: str, target: str) -> bool:
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if place.startswith(("/", "../")) or place in {".", ".."}:
        return False
    if head is not None:
        entry = tree_entry(repo.objects, f"{head}^{{tree}}", place)
        return entry is not None and entry[0] == TREE
    return any(change.new_path.startswith(f"{place}/") for change in diff_index(repo.git, repo.empty_tree, place))
