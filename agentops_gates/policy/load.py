"""Loads the policy of a commit's tree. What the change under judgement makes of it is never asked here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from ..git.repo import Repo
from ..model.errors import AgentopsError, UsageError
from ..model.gate import Gate
from ..model.light import Any, NamedTuple
from . import source as sources
from .policy import BUILT_IN, Policy, effective
from .source import Entries, Source

_MOST_PROBLEMS = 20


class Loaded(NamedTuple):
    """A policy with the file it stands in (None: built-in defaults) and that file's table."""

    policy: Policy
    source: Source | None
    document: Mapping[str, Any]


def load(repo: Repo, base: str | None, gates: Sequence[Gate], *, trust_cache: bool) -> Policy:
    """Return the policy in the tree of commit ``base``; the defaults where there is no policy file, or no base.

    With ``trust_cache`` a policy that was validated before is taken from below the git directory, where whoever may
    commit may also write: local doors only. Raises UsageError, naming every problem, for a policy that is not valid.
    """
    if base is None:
        return effective({}, gates, BUILT_IN)
    found = sources.entries(repo, base)
    if not trust_cache or not (found.own or found.shared):
        return _load(repo, base, found, gates).policy
    from . import cache

    folder = os.path.join(repo.state_dir, "policy")
    name = cache.key(found.own, found.shared, gates)
    policy = cache.get(folder, name)
    if policy is None:
        # The same files stand in many commits: what is kept names the file, not the commit.
        loaded = _load(repo, base, found, gates)
        policy = loaded.policy._replace(source=loaded.source.path if loaded.source else "")
        cache.put(folder, name, policy)
    return policy._replace(source=_words(policy.source, sources.place(base)))


def judging(
    repo: Repo, base: str | None, heads: Iterable[str | None], gates: Sequence[Gate], *, trust_cache: bool
) -> Policy:
    """Return what :func:`load` does; where that is refused, the defaults for a change that mends the policy.

    The change mends it if each of ``heads`` (None: the index) holds a policy that is valid. One that removes it does
    not: nobody could tell what was given up. ``fault`` then says what was wrong. Raises UsageError as load does.
    """
    try:
        return load(repo, base, gates, trust_cache=trust_cache)
    except UsageError as error:
        mended = [_holds(repo, head, gates) for head in heads]
        if not mended or not all(mended):
            raise
        note = f"{BUILT_IN} (the policy in {sources.place(base)} cannot be read)"
        return effective({}, gates, note)._replace(fault=str(error))


def load_tree(repo: Repo, treeish: str | None, gates: Sequence[Gate]) -> Loaded:
    """Return the policy of a tree, or of the index (None), with the file it stands in. Never from the cache."""
    return _load(repo, treeish, sources.entries(repo, treeish), gates)


def build(own: Source | None, shared: Source | None, gates: Sequence[Gate]) -> Loaded:
    """Return the policy in one of the two files. Raises UsageError as :func:`load` does."""
    source, document = sources.document(own, shared)
    if source is None:
        return Loaded(effective({}, gates, BUILT_IN), None, {})
    _validate(source, document, gates)
    return Loaded(effective(document, gates, _words(source.path, source.place)), source, document)


def _holds(repo: Repo, head: str | None, gates: Sequence[Gate]) -> bool:
    try:
        return load_tree(repo, head, gates).source is not None
    except AgentopsError:
        return False


def _words(path: str, place: str) -> str:
    if not path:
        return BUILT_IN
    return f"{path} in {place}" if place else path


def _load(repo: Repo, treeish: str | None, found: Entries, gates: Sequence[Gate]) -> Loaded:
    loaded = build(*sources.read(repo, treeish, found), gates)
    if loaded.source is None and found.linked:
        note = f"{BUILT_IN} ({sources.SHARED} is no regular file, and links are not followed)"
        return loaded._replace(policy=loaded.policy._replace(source=note))
    return loaded


def _validate(source: Source, document: Mapping[str, Any], gates: Sequence[Gate]) -> None:
    from .validate import problems

    wrong = problems(document, gates, source.section)
    if not wrong:
        return
    from .locate import line

    prefix = tuple(source.section.split(".")) if source.section else ()
    located = [(line(source.text, (*prefix, *problem.path)), problem.text) for problem in wrong[:_MOST_PROBLEMS]]
    lines = [f"{source.at(number)}: {what}" for number, what in sorted(located, key=lambda item: item[0] or 0)]
    if len(wrong) > _MOST_PROBLEMS:
        lines.append(f"{source.at(None)}: and {len(wrong) - _MOST_PROBLEMS} more problems")
    raise UsageError("\n".join(lines), source.fix)
