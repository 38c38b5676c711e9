"""Whose signatures a server can verify, and whether one of them would lift a verdict to level 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...git.repo import Repo
from ...model.errors import AgentopsError
from ...model.subject import Station
from ...model.text import printable
from ...policy.policy import Policy
from ...verdicts import sshsig
from ...verdicts.signers import Line, read_revoked, read_signers
from ...verdicts.sshsig import SignatureError
from .problem import Problem


class Keys(NamedTuple):
    """The file of signers that counts, how many keys in it do, the names they are for, and whether one is hardware."""

    place: str = ""
    number: int = 0
    names: frozenset[str] = frozenset()
    hardware: bool = False


def keys(repo: Repo, commit: str, policy: Policy | None, asserted: Station) -> tuple[Keys, list[Problem]]:
    """Return whose signatures count for a push to the branch that is at ``commit``, and what is wrong with the files.

    The administrator's own files come before those in the tree.
    """
    if policy is None:
        return Keys(), []
    names = (policy.verdicts["signers"], policy.verdicts["revoked"])
    own = asserted.signers is not None
    files = asserted.files if own else names
    try:
        signers, revoked = (asserted.signers, asserted.revoked) if own else _in_tree(repo, commit, names)
        lines, unread = read_signers(signers or b"", printable(files[0]))
        if revoked is not None:
            read_revoked(revoked, printable(files[1]))
    except (AgentopsError, SignatureError) as error:
        text = f"no signature counts: {printable(files[0])}: {error}"
        return Keys(files[0]), [Problem("signers", "error", text, getattr(error, "fix", ""))]
    found = _counted(files[0], lines)
    odd = sorted({*unread, *(line.number for group in lines.values() for line in group if line.problem)})
    return found, [*_odd(files[0], odd), *_short(policy, found)]


def _counted(place: str, lines: Mapping[bytes, Sequence[Line]]) -> Keys:
    """Return what of a file's lines makes a key count."""
    names: set[str] = set()
    kinds = []
    for key, group in lines.items():
        given = {name.casefold() for line in group if not line.problem for name in line.names}
        names |= given
        kinds += [_kind(key)] if given else []
    return Keys(place, len(kinds), frozenset(names), any(kind.startswith(b"sk-") for kind in kinds))


def unsigned(policy: Policy | None, found: Keys) -> str:
    """Return why no verdict can reach level 2 here, or ""."""
    if policy is None or not found.number:
        return f"level 2: {printable(found.place) or 'the file of signers'} gives no key to anybody"
    apart = {name.casefold() for name in policy.verdicts["held_apart"]}
    if found.hardware or apart & found.names:
        return ""
    return "level 2: no key is a hardware key, and of no signer the policy says that the key is held apart"


def _in_tree(repo: Repo, commit: str, names: tuple[str, str]) -> tuple[bytes | None, bytes | None]:
    if not commit:
        return None, None
    signers, revoked = (repo.read_file(commit, name) for name in names)
    return signers, revoked


def _odd(place: str, numbers: list[int]) -> list[Problem]:
    if not numbers:
        return []
    shown = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
    return [Problem("signers", "warning", f"{printable(place)}: lines that count for nothing: {shown}")]


def _short(policy: Policy, found: Keys) -> list[Problem]:
    wanted = policy.verdicts["required_level"]
    why = unsigned(policy, found)
    if wanted < 2 or not why:
        return []
    text = f"the policy asks for level {wanted}, which no verdict reaches here: {why.partition(': ')[2]}"
    return [Problem("signers", "error", text, "have the keys of the judges put there, and held_apart into the policy")]


def _kind(key: bytes) -> bytes:
    (kind,), _ = sshsig.fields(key, 1)
    return kind
