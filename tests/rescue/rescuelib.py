"""Short words for making snapshots, and for bringing everything back."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from conftest import Workspace

from agentops_gates.git.repo import Repo
from agentops_gates.rescue.content import THINGS, Snapshot
from agentops_gates.rescue.load import load
from agentops_gates.rescue.refs import find
from agentops_gates.rescue.restore import Version, choose, into_folder
from agentops_gates.rescue.settings import settings
from agentops_gates.rescue.snapshot import snapshot


def snap(workspace: Workspace, *things: str, why: str = "git reset --hard", **given: Any) -> Snapshot:
    """Make a snapshot of ``things``, or of everything."""
    with Repo.open(str(workspace.path)) as repo:
        return snapshot(repo, things or THINGS, why, settings(given))


def back(workspace: Workspace, folder: Path, version: Version = "work", *paths: str) -> dict[str, bytes]:
    """Restore files of the latest snapshot into ``folder`` and return what stands there then."""
    with Repo.open(str(workspace.path)) as repo:
        found = load(repo, find(repo, "latest"))
        into_folder(repo, choose(repo, found, paths, version), str(folder))
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Return path and bytes of all files below a folder, ``.git`` left out; a link as ``-> target``."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*names, *(one for one in folders if os.path.islink(os.path.join(place, one)))):
            path = os.path.join(place, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                found[os.path.relpath(path, folder)] = b"-> " + os.fsencode(os.readlink(path))
            elif stat.S_ISREG(mode) and name != ".git":
                found[os.path.relpath(path, folder)] = Path(path).read_bytes()
    return found


def collect(workspace: Workspace) -> None:
    """Do all that throws away what nothing names."""
    workspace.git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    workspace.git("gc", "-q", "--prune=now")
    workspace.git("prune", "--expire=now")
    workspace.git("fsck", "--full", "--strict")
