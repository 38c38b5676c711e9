"""By whose policy, and by whose keys, a push to a server is judged, where it is not plainly the base's.

A branch brings its policy along, and whoever made it chose that. It counts where it is what the default branch has, or
had where the two parted, and asks for no less.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from ...gates.registry import metadata
from ...git.ranges import merge_bases
from ...git.repo import Repo
from ...model.errors import AgentopsError
from ...model.light import Any
from ...model.subject import Station
from ...policy.load import load
from ...policy.policy import Policy
from ...verdicts.intake import MOST_BYTES, MOST_RECORDS, Terms
from ...verdicts.verify import Trust

_GATE = "push-after-vibe"
_LEVELS = ("off", "trial", "warn", "error")


def ruling(repo: Repo, old: str, trunk: str, policy: Policy) -> str | None:
    """Return ``trunk`` if a protected branch at ``old`` is judged by the policy there, ``policy``, and not by its own.

    Raises UndecidedError where the histories of the two cannot be read.
    """
    own = _read(repo, old)
    if own is None:
        return trunk
    if own.digest == policy.digest:
        return None
    weaker = any(one < other for one, other in zip(_asks(own), _asks(policy), strict=True))
    agreed = (_read(repo, fork) for fork in merge_bases(repo, old, trunk))
    return trunk if weaker or all(one is None or one.digest != own.digest for one in agreed) else None


def same_keys(repo: Repo, base: str, trunk: str, policy: Policy) -> bool:
    """Return whether the same keys count, and the same ones are revoked, at two commits with the same ``policy``."""
    return _keys(repo, base, policy) == _keys(repo, trunk, policy)


def ended(repo: Repo, trunk: str, policy: Policy) -> bytes | None:
    """Return the list of revoked keys at the default branch."""
    return repo.read_file(trunk, policy.verdicts["revoked"])


def terms(repo: Repo, policy: Policy, tips: Sequence[str], asserted: Station, said: Mapping[str, Any]) -> Terms:
    """Return on what terms new records are taken.

    ``tips`` are the commits of the default branch, the first, whose ``policy`` this is, and of the protected ones.
    ``asserted`` and ``said`` are what the administrator's file says.
    """
    names: frozenset[str] = frozenset()
    if policy.verdicts["repository"]:
        policies = (policy, *(_read(repo, tip) for tip in tips[1:]))
        names = frozenset(one.verdicts["repository"] for one in policies if one)
    trusts = _trusts(repo, policy, tips, asserted) if policy.verdicts["required_level"] >= 2 else None
    return Terms(said.get("records", MOST_RECORDS), said.get("bytes", MOST_BYTES), names, trusts, int(time.time()))


def _trusts(repo: Repo, policy: Policy, tips: Sequence[str], asserted: Station) -> Iterator[Trust]:
    """Yield whose signatures count: by the administrator's files, or at each branch that is judged by its own."""
    if asserted.signers is not None:
        yield Trust(asserted.signers, asserted.revoked, asserted.files)
        return
    names, seen = (policy.verdicts["signers"], policy.verdicts["revoked"]), set()
    for tip in tips:
        signers, revoked = _keys(repo, tip, policy)
        if (signers, revoked) not in seen and (tip == tips[0] or ruling(repo, tip, tips[0], policy) is None):
            seen.add((signers, revoked))
            yield Trust(signers or b"", revoked, names, asserted.ended)


def _asks(policy: Policy) -> tuple[int, int]:
    """Return how much a policy asks of a push: what a missing verdict does, and the least level."""
    level = policy.verdicts["required_level"]
    if not policy.council["judges"] and level < 2:
        return 0, 0
    return _LEVELS.index(policy.gates[_GATE]["level"]), level


def _keys(repo: Repo, commit: str, policy: Policy) -> list[bytes | None]:
    return [repo.read_file(commit, policy.verdicts[name]) for name in ("signers", "revoked")]


def _read(repo: Repo, commit: str) -> Policy | None:
    try:
        return load(repo, commit, metadata(), trust_cache=False)
    except AgentopsError:
        return None
