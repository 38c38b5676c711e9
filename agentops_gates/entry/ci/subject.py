"""Turns what a CI provider told into a subject, and a missing commit into the line that fetches it."""

from __future__ import annotations

from collections.abc import Mapping

from ...git.ranges import range_subject
from ...git.repo import Repo
from ...model.errors import UndecidedError, UsageError
from ...model.subject import Subject
from ...model.text import printable
from . import PROVIDERS, find, is_ci
from .facts import Range, branch_name


def ci_subject(repo: Repo, env: Mapping[str, str]) -> Subject | None:
    """Return the range that the CI run with environment ``env`` is about; None outside CI.

    Raises UsageError when the provider, or the event, does not say what to compare with, and UndecidedError when an
    end of the range is not in this clone or the clone is shallow; ``fix`` then holds the command to run and the
    provider's own setting.
    """
    found = find(env)
    if found is not None:
        return range_of(repo, found)
    if is_ci(env):
        # The index of a CI checkout equals HEAD: judging that would be a pass that judged nothing.
        raise UsageError("this CI provider is not known, so nothing says what changed", "add `--base <commit>`")
    return None


def range_of(repo: Repo, found: Range) -> Subject:
    """Return ``found`` as a subject that is judged at the CI door. Raises UndecidedError as above."""
    head = _commit(repo, found, found.head)
    source = f"refs/heads/{branch_name(found.source)}" if found.source else ""
    if not found.base:
        return Subject("range", (), head, door="ci", target=found.ref, source=source)
    base = _commit(repo, found, found.base)
    try:
        subject = range_subject(repo, base, head, "ci")
    except UndecidedError as error:
        raise _undecided(repo, found, str(error), error.fix) from error
    # A forced push to the branch that it is measured against is more than what its merge base tells.
    old = base if found.before and found.base == found.before else None
    return subject._replace(target=found.ref, source=source, old=old)


def _commit(repo: Repo, found: Range, revision: str) -> str:
    name = revision
    if revision.startswith("refs/"):
        # git's own lookup would go on to try refs/tags/refs/remotes/origin/main, which anybody may push.
        listed = repo.git.run("show-ref", "--verify", "--hash", revision, ok=(0, 1, 128))
        name = listed.out.decode("ascii", "replace").strip() if listed.rc == 0 else ""
    oid = repo.resolve(name) if name else None
    if oid is None:
        raise _undecided(repo, found, f"{printable(revision)} is not in this clone", _fetch(revision))
    return oid


def _fetch(revision: str) -> str:
    import shlex

    short = revision.removeprefix("refs/remotes/origin/")
    # Quoted, because the name may be an attempt at whoever pastes this line into a shell.
    wanted = revision if short == revision else f"+refs/heads/{branch_name(short)}:{revision}"
    return f"git fetch origin {shlex.quote(printable(wanted))}"


def _undecided(repo: Repo, found: Range, message: str, fix: str) -> UndecidedError:
    if repo.shallow:
        fix = f"{PROVIDERS[found.name].DEPTH_ADVICE}; or run: {fix}"
    return UndecidedError(f"{found.name} {printable(found.event)}: {message}", fix)
