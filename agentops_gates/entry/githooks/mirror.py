"""What a mirror push deletes. Git tells pre-push of everything but that (seen with 2.39), so the remote is asked.

``git push --mirror``, and a push to a remote with ``mirror = true``, delete every ref that is not here as well. Only
then is the remote asked, with its user's own credentials, before git itself asks the same.
"""

from __future__ import annotations

import os
from collections.abc import Collection

from ...git.repo import Repo
from ...model.errors import UndecidedError
from ...model.subject import RefUpdate
from .caller import calling
from .places import settings

_ENGLISH = {"LC_ALL": "C", "LANGUAGE": "C"}
_FULL = "--mirror"
# "--m" is as good as the whole word: git takes what begins no other option.
_SHORTEST = len("--m")


def deletions(repo: Repo, remote: str, url: str, told: Collection[str]) -> list[RefUpdate]:
    """Return the deletions that a mirror push to ``url`` brings besides the refs that were ``told``; often none.

    ``remote`` is its name, or the URL. Raises UndecidedError when the remote does not tell which refs it has.
    """
    if not _mirrors(repo, remote):
        return []
    done = repo.git.remote("ls-remote", "--refs", "--", url, env=_ENGLISH)
    if done.rc:
        raise UndecidedError(
            "a mirror push deletes what is not here, and the remote does not tell what that would be",
            "push the branches and tags by name",
        )
    here = set(repo.git.text("for-each-ref", "--format=%(refname)").split("\n"))
    rows = [row.partition("\t") for row in os.fsdecode(done.out).split("\n") if row]
    gone = [(oid, ref) for oid, _, ref in rows if ref not in here and ref not in told]
    return [RefUpdate("(delete)", "0" * len(oid), ref, oid) for oid, ref in gone]


def _mirrors(repo: Repo, remote: str) -> bool:
    call = calling("push")
    asked = False
    for word in call.words if call else ():
        if word == "--":
            break
        if len(word) >= _SHORTEST and _FULL.startswith(word):
            asked = True
        elif len(word) > len("--no-") and "--no-mirror".startswith(word):
            asked = False
    return asked or _configured(repo, remote)


def _configured(repo: Repo, remote: str) -> bool:
    values = [
        value for *_, value in settings(repo, repo.toplevel, "--type=bool", "--get-all", f"remote.{remote}.mirror")
    ]
    return values[-1:] == ["true"]
