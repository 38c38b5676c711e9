"""Turns what a CI provider told into a subject, and a missing commit into the line that fetches it."""

from __future__ import annotations

from collections.abc import Mapping

from ...gates.registry import metadata
from ...git.ranges import range_subject
from ...git.repo import Repo
from ...model.errors import AgentopsError, UndecidedError, UsageError
from ...model.subject import Station, Subject
from ...model.text import printable
from ...policy.load import load
from ...policy.paths import matches
from . import PROVIDERS, find, is_ci
from .facts import Range, branch_name

_REMOTE = "refs/remotes/origin/"


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
    """Return ``found`` as a subject that is judged at the CI door. Raises UndecidedError as above.

    A push to a protected branch is judged from where the branch stood, as at every other door: it has landed.
    """
    head = _commit(repo, found, found.head)
    if found.before and found.base != found.before and _protects(repo, found):
        found = found._replace(base=found.before)
    source = f"refs/heads/{branch_name(found.source)}" if found.source else ""
    station = Station(pusher=found.pusher)
    if not found.base:
        return Subject("range", (), head, door="ci", target=found.ref, source=source, station=station)
    base = _commit(repo, found, found.base)
    try:
        subject = range_subject(repo, base, head, "ci")
    except UndecidedError as error:
        raise _undecided(repo, found, str(error), error.fix) from error
    subject = subject._replace(target=found.ref, source=source, station=station)
    if not found.before:
        return subject._replace(old=_joined(found, base), tips=_beside(repo, found, base))
    if found.base != found.before:
        return subject
    # Exactly before..after: what a forced push throws away, its policy too, must not become the measure.
    return subject._replace(bases=(base,), onto=None, old=base, landed=True)


def _joined(found: Range, base: str) -> str | None:
    """Return where the target stands, for a pull request that nobody has merged into it yet to look at the result.

    The provider's own merge has its first parent for a base, and is let through where the target has moved since: it is
    for the provider to ask for one that is up to date.
    """
    waits = found.base.startswith("refs/") and found.ref == f"refs/heads/{found.target}" and not found.merged
    return base if waits else None


def _beside(repo: Repo, found: Range, base: str) -> tuple[str, ...] | None:
    """Return where the protected branches stand beside one that is new; None for any other."""
    branch = branch_name(found.ref)
    if branch in (found.ref, found.target) or not _protects(repo, found):
        return None
    policy = load(repo, base, metadata(), trust_cache=False)
    listing = repo.git.text("for-each-ref", "--format=%(objectname) %(refname)", _REMOTE)
    rows = (row.split(f" {_REMOTE}", 1) for row in listing.split("\n") if row)
    others = (oid for oid, name in rows if name != branch and (name == found.target or matches(name, policy.protected)))
    return tuple(dict.fromkeys((base, *others)))


def _protects(repo: Repo, found: Range) -> bool:
    """Whether the branch is protected, by the policy of what it is measured against or by its own before the push."""
    branch = branch_name(found.ref)
    if branch == found.ref:
        return False
    # A topic branch that was forced has lost its old end: nothing is measured from that.
    for oid in filter(None, (_commit(repo, found, found.base), repo.resolve(found.before))):
        try:
            if matches(branch, load(repo, oid, metadata(), trust_cache=False).protected):
                return True
        except AgentopsError:
            continue  # whoever judges by that policy says so
    return False


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
