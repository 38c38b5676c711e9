"""Who works on which issue: one ref for each claim, made only where there is none, and shared by all work trees.

Of any number who claim at once git lets one make the ref. A claim does not grow old by itself: nobody here can tell a
holder that thinks from one that is gone, so the lead looks, and takes it over by its old value.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping

from ..git.repo import Repo
from ..git.write import Move, move_refs, read_ref, write_blob
from ..model.errors import AgentopsError, UndecidedError, UsageError
from ..model.light import NamedTuple
from ..model.outcome import EXIT_BLOCKED
from ..model.text import printable
from .record import plain

PREFIX = "refs/agentops/claims/"


class TakenError(AgentopsError):
    """Somebody else holds the claim: exit 1."""

    exit_code = EXIT_BLOCKED


class Claim(NamedTuple):
    """Who holds an issue: a name, the folder of its work tree, when (seconds since 1970), the process and machine."""

    issue: str
    holder: str
    worktree: str
    time: int
    pid: int
    host: str
    oid: str = ""


def claim(repo: Repo, issue: str, holder: str, *, steal: bool = False) -> Claim:
    """Claim ``issue`` for ``holder`` and return the claim; one that the holder has already is returned as it is.

    ``steal`` takes it from another holder. Raises TakenError, with the holder's name, where somebody else has it.
    """
    wanted = Claim(_issue(issue), holder, repo.toplevel, int(time.time()), os.getpid(), _host())
    found = find(repo, wanted.issue)
    if found is not None and found.holder == holder:
        return found
    if found is not None and not steal:
        raise _taken(found)
    oid = _write(repo, wanted)
    try:
        move_refs(repo, [Move(PREFIX + wanted.issue, found.oid if found else "", oid)])
    except UndecidedError as error:
        other = find(repo, wanted.issue)
        if other is None or other == found:
            raise _unwritable(error) from error
        raise _taken(other) from error
    return wanted._replace(oid=oid)


def release(repo: Repo, issue: str, holder: str) -> Claim:
    """Give up a claim of ``holder`` and return what it was; UsageError if there is none, TakenError for another's."""
    found = find(repo, _issue(issue))
    if found is None:
        raise UsageError(f"nobody has claimed {_issue(issue)}", "agentops-gate worker list")
    if found.holder != holder:
        raise _taken(found)
    move_refs(repo, [Move(PREFIX + found.issue, found.oid, "")])
    return found


def find(repo: Repo, issue: str) -> Claim | None:
    """Return the claim of an issue, None if there is none. Raises UndecidedError for one that cannot be read."""
    oid = read_ref(repo, PREFIX + issue)
    return _read(repo, issue, oid) if oid else None


def every(repo: Repo) -> list[Claim]:
    """Return all claims by their issues."""
    listing = repo.git.text("for-each-ref", "--format=%(objectname) %(refname)", PREFIX)
    rows = (row.split(" ", 1) for row in listing.split("\n") if row)
    return [_read(repo, ref.removeprefix(PREFIX), oid) for oid, ref in rows]


def drop(repo: Repo, holder: str) -> list[str]:
    """Give up all claims of ``holder`` and return their issues."""
    held = [one for one in every(repo) if one.holder == holder]
    if held:
        move_refs(repo, [Move(PREFIX + one.issue, one.oid, "") for one in held])
    return [one.issue for one in held]


def holder_of(repo: Repo, environ: Mapping[str, str] = os.environ) -> str:
    """Return the name by which this work tree claims: the identity that git would commit under."""
    given = environ.get("GIT_AUTHOR_EMAIL") or repo.git.text("config", "--get", "user.email", ok=(0, 1))
    if not given:
        raise UsageError("nobody can tell who claims: git knows no address here", "git config user.email ADDRESS")
    return given


def _issue(issue: str) -> str:
    return plain(issue.removeprefix("#"), "an issue")


def _host() -> str:
    return os.uname().nodename if hasattr(os, "uname") else ""


def _write(repo: Repo, wanted: Claim) -> str:
    said = {name: value for name, value in wanted._asdict().items() if name != "oid"}
    try:
        return write_blob(repo, json.dumps(said, sort_keys=True).encode() + b"\n")
    except UndecidedError as error:
        raise _unwritable(error) from error


def _read(repo: Repo, issue: str, oid: str) -> Claim:
    try:
        said = json.loads(repo.objects.blob(oid, 1 << 16) or b"")
        found = Claim(**said, oid=oid)
    except (ValueError, TypeError):
        found = None
    if found is None or found.issue != issue or not isinstance(found.holder, str) or not isinstance(found.time, int):
        raise UndecidedError(f"{PREFIX}{issue} is damaged", f"git update-ref -d {PREFIX}{issue}")
    return found


def _taken(found: Claim) -> TakenError:
    since = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(found.time))
    return TakenError(
        f"{found.issue} is claimed by {printable(found.holder)}, since {since}, in {printable(str(found.worktree))}",
        "take another issue, or ask the lead",
    )


def _unwritable(error: UndecidedError) -> UndecidedError:
    if "Read-only" in str(error) or "read-only" in str(error):
        return UndecidedError(
            "the git directory is read-only here (a worker's sandbox)",
            "have the lead claim it: agentops-gate worker claim ISSUE --for NAME",
        )
    return error
