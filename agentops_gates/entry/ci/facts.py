"""What a CI provider tells about the change it runs for, and the checks that its values must pass.

Branch names reach a job from whoever opened the pull request. None of them is ever given to git as a bare word:
a branch becomes a full ref below ``refs/remotes/origin/``, a commit is a full hexadecimal id.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...model.errors import UndecidedError, UsageError
from ...model.light import NamedTuple
from ...model.text import printable

_HEX = frozenset("0123456789abcdef")
# What git check-ref-format(1) does not allow in a branch name.
_REFUSED = r"""
    [\x00-\x20\x7f~^:?*\[\\]     # controls, blanks, and what begins an expression or a pattern
    | \.\. | @\{
    | (?: \A | / ) (?: [./] | \Z )    # no part is empty, or begins with a dot
    | \.lock (?: / | \Z )
    | \.\Z
    | \A- | \AHEAD\Z
"""


# In full: git prefers a tag called origin/main to the remote's branch, and a tag is soon pushed.
ADD_TARGET = "add `--base refs/remotes/origin/main` (the branch it goes to, spelt in full)"
PREVIOUS = "`--base HEAD^1` where every push to it is one merge or one squashed commit"


class Range(NamedTuple):
    """What a CI run is about.

    ``base`` is what the change is measured against: a full commit id, a ref below ``refs/remotes/origin/``, or "" for
    a first publication, which has nothing before it. ``head`` is a full commit id
    or "HEAD". ``name`` is the provider and ``event`` its word for what happened. ``target`` is the branch that the
    change goes to, ``ref`` the full ref that changes; both may be "". ``annotate`` names the format in which the
    provider reads annotations from standard output, "" if it reads none. ``before`` is where ``ref`` stood before a
    push, "" when the provider does not say. ``source`` is the branch that a pull request comes from, as its author
    named it, or "". ``pusher`` are the names by which the provider knows who pushes, or opened the pull request.
    ``merged`` tells that ``head`` is the provider's own merge of a pull request into its target.
    """

    base: str
    head: str
    name: str
    event: str
    target: str = ""
    ref: str = ""
    annotate: str = ""
    before: str = ""
    source: str = ""
    pusher: tuple[str, ...] = ()
    merged: bool = False


def commit_id(value: str, where: str) -> str:
    """Return ``value`` if it is a full hexadecimal object id (40 or 64 digits), else raise UndecidedError."""
    if len(value) in {40, 64} and _HEX.issuperset(value):
        return value
    raise UndecidedError(f"{where} is not a commit id: {printable(value[:100])!r}", "name both ends: --base, --head")


def is_zero(oid: str) -> bool:
    """Whether ``oid`` is the all-zero id (of either object format) by which git says "nothing"."""
    return not oid.strip("0")


def remote_branch(name: str, where: str) -> str:
    """Return the remote-tracking ref of branch ``name``, which may be spelt ``refs/heads/...``.

    Raises UndecidedError for what git does not allow as a branch name: it could be read as an option, as a revision
    expression (``main^5``, ``main@{1.year.ago}``) or as a way out of ``refs/remotes``.
    """
    short = branch_name(name)
    if _is_branch(short):
        return f"refs/remotes/origin/{short}"
    raise UndecidedError(f"{where} is not a branch name: {printable(name[:100])!r}", "name both ends: --base, --head")


def pull_request(provider: str, head: str, env: Mapping[str, str], variable: str, source: str) -> Range:
    """Return what a pull request is about whose target branch is in the environment's ``variable``.

    ``source`` is the variable of the branch that it comes from. Raises UndecidedError if the target is no branch name.
    """
    target = branch_name(env.get(variable, ""))
    base = remote_branch(target, variable)
    come = branch_name(env.get(source, ""))
    return Range(base, head, provider, "pull_request", target, f"refs/heads/{target}", source=come)


def branch_name(ref: str) -> str:
    """Return ``ref`` without ``refs/heads/``."""
    return ref.removeprefix("refs/heads/")


def full_name(ref: str) -> str:
    """Return the full name of a ref that somebody named on a command line, a branch if it is short.

    Raises UsageError for what git does not allow as the name of a ref.
    """
    full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
    if _is_branch(ref) and _is_branch(full) and full.count("/") > 1:
        return full
    raise UsageError(f"{printable(ref[:100])!r} cannot be the name of a ref", "name it in full: refs/heads/main")


def base_missing(provider: str, why: str, fix: str) -> UsageError:
    """Return the error for an event that does not say what to compare with; ``fix`` is the exact argument to add."""
    return UsageError(f"{provider}: {printable(why)}", fix)


def on(env: Mapping[str, str], name: str) -> bool:
    """Whether the variable ``name`` says yes, in any of the providers' spellings."""
    return env.get(name, "").lower() in {"true", "1"}


def _is_branch(name: str) -> bool:
    """Whether ``name`` obeys git check-ref-format(1); undecodable bytes (lone surrogates) are let through as by git."""
    import re

    return not re.search(_REFUSED, name, re.VERBOSE)
