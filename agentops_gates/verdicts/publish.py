"""Sends records and the branch that they are about to a remote: all of it arrives, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from ..git.repo import Repo
from ..git.run import Result, failed
from ..git.write import read_ref, write_commit
from ..model.errors import UndecidedError, UsageError
from ..model.light import NamedTuple
from ..model.text import printable
from .log import LOG, held
from .records import ROOT, commit_bytes, examine, ref_of
from .strictjson import MalformedError

# Set for the hooks of our push: one that publishes would push without end.
_MARK = "AGENTOPS_PUBLISH"
# Whatever encoding the hooks expect stays.
_ENGLISH = {"LANGUAGE": "en"}
_FLAGS = frozenset(" +-*!=")


class Pushed(NamedTuple):
    """What a push did to one ref of the remote, in git's words (``[new branch]``, ``[rejected] (fetch first)``).

    ``flag`` is git's: a space for a fast-forward, ``*`` new, ``=`` up to date, ``-`` deleted, ``!`` refused.
    """

    ref: str
    flag: str
    summary: str


class RefusedError(UndecidedError):
    """The remote, or a hook on the way, did not take a push. ``said`` is all that git, hooks and remote printed."""

    def __init__(self, message: str, fix: str, said: Sequence[str]) -> None:
        super().__init__(message, fix)
        self.said = tuple(said)


def publish(
    repo: Repo,
    remote: str,
    branches: Iterable[str] = (),
    records: Iterable[str] = (),
    *,
    retire: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> list[Pushed]:
    """Push branches and records to ``remote`` (its name or URL) in one atomic push, and return what became of each.

    ``branches`` are refspecs ``<source>:<full ref>`` that neither force nor delete. ``records`` are full names of refs
    below ``refs/agentops/``; one that only the log holds is sent all the same. ``retire`` are refs and their ids on
    the remote, as :func:`retirable` finds them: they are deleted there if they stand at these ids, and the log goes
    with them.

    The push is its user's: his credentials, settings and hooks. His pre-push hook runs, ours among them, since the
    branch goes where a plain ``git push`` would take it; a hook that publishes in turn is refused. Raises UsageError
    for refspecs that are none of these, RefusedError when nothing was pushed.
    """
    if environ.get(_MARK):
        raise UsageError("a hook of this very push asked to publish again", "take the publishing out of the hook")
    gone = retire or {}
    specs = [*map(_branch, branches), *(_record(repo, ref) for ref in [*records, *([LOG] if gone else [])])]
    specs += [f":{_checked(ref)}" for ref in gone]
    if not specs:
        raise UsageError("there is nothing to publish", "name a branch or a record")
    leases = [f"--force-with-lease={ref}:{oid}" for ref, oid in gone.items()]
    options = ("--atomic", "--porcelain", "--no-follow-tags", *leases, "--end-of-options")
    specs = list(dict.fromkeys(specs))
    done = repo.git.remote("push", *options, remote, *specs, env={**_ENGLISH, _MARK: "1"}, environ=environ)
    pushed = list(_parse(done))
    if done.rc or len(pushed) < len(specs):
        raise _refused(remote, done, pushed)
    return pushed


def retirable(repo: Repo, remote: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the refs of records on ``remote``, with their ids, that the log here holds and that need not stay there.

    Raises UndecidedError when the remote cannot be asked.
    """
    args = ("ls-remote", "--refs", "--end-of-options", remote, f"{ROOT}*")
    done = repo.git.remote(*args, env=_ENGLISH, environ=environ)
    if done.rc:
        raise failed(args, done)
    places = {f"{ROOT}{entry.gate}/{entry.name}": entry.tree for entry in held(repo, read_ref(repo, LOG))}
    rows = (line.split("\t", 1) for line in os.fsdecode(done.out).split("\n") if line)
    return {ref: oid for oid, ref in rows if ref in places and examine(repo, ref, oid).tree == places[ref]}


def _branch(spec: str) -> str:
    source, colon, target = spec.partition(":")
    if not source or not colon or source.startswith(("+", "^", "-")) or "*" in spec or ":" in target:
        raise UsageError(f"{printable(spec)!r} is not <source>:<ref>", "name both, without + and *")
    if not target.startswith("refs/") or target.startswith(("refs/agentops/", "refs/notes/")):
        raise UsageError(f"{printable(target)!r} is not the full name of a branch or tag", "e.g. main:refs/heads/main")
    return spec


def _record(repo: Repo, ref: str) -> str:
    _checked(ref)
    if read_ref(repo, ref) is not None:
        return f"{ref}:{ref}"
    for entry in held(repo, read_ref(repo, LOG)) if ref != LOG else ():
        if not entry.problem and ref == f"{ROOT}{entry.gate}/{entry.name}":
            return f"{write_commit(repo, commit_bytes(entry.tree, entry.name))}:{ref}"
    raise UsageError(f"there is no record {printable(ref)}", "agentops-gate verdict list")


def _checked(ref: str) -> str:
    try:
        if ref != LOG:
            ref_of(*ref.removeprefix(ROOT).split("/", 1))
    except (MalformedError, TypeError):
        raise UsageError(f"{printable(ref)!r} is not the ref of a record", "agentops-gate verdict list") from None
    return ref


def _parse(done: Result) -> Iterable[Pushed]:
    """Yield the refs of ``git push --porcelain``: a flag, source and target, and a summary, with tabs between."""
    for line in os.fsdecode(done.out).split("\n"):
        flag, _, rest = line.partition("\t")
        names, _, summary = rest.partition("\t")
        if flag in _FLAGS and summary:
            yield Pushed(names.rpartition(":")[2], flag, summary)


def _refused(remote: str, done: Result, pushed: Sequence[Pushed]) -> RefusedError:
    said = [printable(line) for line in os.fsdecode(done.err).split("\n") if line]
    # A URL may hold a password.
    name = printable(remote) if "://" not in remote else "the remote"
    if b"does not support --atomic" in done.err:
        fix = "use a remote that takes atomic pushes (git's own servers do, over ssh and smart HTTP)"
        return RefusedError(f"{name} cannot take branch and records as one push: nothing was pushed", fix, said)
    why = _cause(pushed) or _complaint(said) or f"exit code {done.rc}"
    fix = "fetch, bring the branch up to date, have it judged, publish again" if "fetch first" in why else ""
    return RefusedError(f"{name} did not take the push, nothing was pushed: {why}", fix, said)


def _cause(pushed: Iterable[Pushed]) -> str:
    # Of an atomic push every ref is refused; the reason stands at the one that caused it.
    causes = (one for one in pushed if one.flag == "!" and "atomic" not in one.summary)
    return next((f"{printable(one.ref)} {printable(one.summary)}" for one in causes), "")


def _complaint(said: Iterable[str]) -> str:
    return next((line for line in said if line.startswith(("fatal: ", "error: "))), "")
