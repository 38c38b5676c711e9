"""Looks at a server's repository: whether the hook judges what comes in, and how far that can be trusted."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import NamedTuple

from ... import __version__
from ...gates.registry import metadata
from ...git.repo import Repo
from ...model.errors import AgentopsError, UsageError
from ...model.subject import Station
from ...model.text import printable
from ...policy.load import load
from ...policy.policy import PROTECTED, Policy
from ...verdicts.levels import LEVELS, words
from ...verdicts.log import LOG, held
from ...verdicts.records import ROOT
from ..githooks.places import Place, bare_place
from ..githooks.server import advice
from ..githooks.station import FILE, station, table
from . import server_files, server_hook, surroundings
from .hooks import State
from .problem import Problem, ordered
from .server_signers import Keys, keys, unsigned

# A push tells the client every ref: measured, 10,000 of them take it over a second.
_MANY_RECORDS = 500
_HIDDEN = ("transfer.hideRefs", "receive.hideRefs")
_CANNOT_STOP = (
    "whoever administers this server, or can write to this repository's files",
    "what reaches it without git receive-pack: a forge's web page or API, git fetch run in it",
)
_LOGIN = "a client that starts git here itself: a path on the same disk, an ssh login shell"


class Server(NamedTuple):
    """Everything ``doctor --server`` prints.

    ``ref`` is the branch whose policy counts and ``commit`` where it is, both empty where there is none; ``policy`` is
    None where it cannot be read. ``boundary`` is what the administrator's file asserts, ``loose`` and ``logged`` the
    numbers of records. ``level`` is the highest that a verdict can reach here (None: none is asked for, or no hook
    runs), ``missing`` what stands before the next ones.
    """

    repo: Repo
    versions: Mapping[str, str]
    place: Place
    hook: State
    ref: str
    commit: str
    policy: Policy | None
    keys: Keys
    boundary: str
    loose: int
    logged: int
    level: int | None
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def assurance(self) -> str:
        """Return the highest level in words."""
        return "none" if self.level is None else words(self.level)

    @property
    def cannot_stop(self) -> tuple[str, ...]:
        """Return what still gets past the hook, at the highest level."""
        left = () if self.level is None else (LEVELS[self.level].leaves,)
        return (*left, *(() if self.boundary else (_LOGIN,)), *_CANNOT_STOP)


def diagnose_server(repo: Repo, environ: Mapping[str, str] = os.environ) -> Server:
    """Look at a bare repository that is pushed to. Reads only; starts git, and the hook's Python if that is safe."""
    place, (ref, commit) = bare_place(repo), _authority(repo)
    hook, wrong = server_hook.judge(place)
    policy, said = _policy(repo, commit)
    asserted, boundary, unread = _station(repo)
    found, odd = keys(repo, commit, policy, asserted)
    loose, logged = _records(repo)
    open_files = tuple(server_files.writable(repo, place, asserted))
    level, missing = _level(hook, policy, found, boundary, [path for path, _ in open_files])
    problems = (
        *wrong,
        *said,
        *unread,
        *odd,
        *_settings(repo),
        *(problem for _, problem in open_files),
        *server_files.borrowed(repo),
        *server_files.account(repo),
        *(one for one in surroundings.in_repository(repo) if one.id != "policy"),
        *surroundings.in_environment(repo, environ),
        *_due(repo, loose),
    )
    versions = {
        "agentops-gates": __version__,
        "python": platform.python_version(),
        "git": repo.git.text("--version").removeprefix("git version "),
    }
    return Server(
        repo, versions, place, hook, ref, commit, policy, found, boundary, loose, logged, level, missing,
        ordered(problems),
    )  # fmt: skip


def _authority(repo: Repo) -> tuple[str, str]:
    """Return the branch whose policy says what is protected, as pre-receive finds it, and where it is."""
    head = repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    for ref in (head, *(f"refs/heads/{branch}" for branch in PROTECTED)):
        commit = repo.resolve(ref) if ref else None
        if commit:
            return ref, commit
    return "", ""


def _policy(repo: Repo, commit: str) -> tuple[Policy | None, list[Problem]]:
    if not commit:
        text = "the branch that HEAD names is not there, nor is another trunk: whoever pushes first brings the policy"
        return load(repo, None, metadata(), trust_cache=False), [Problem("unborn", "note", text)]
    try:
        return load(repo, commit, metadata(), trust_cache=False), []
    except AgentopsError as error:
        text = f"the policy at {commit[:12]} cannot be used, so every push is refused but one that mends it: {error}"
        return None, [Problem("policy", "error", text, error.fix)]


def _station(repo: Repo) -> tuple[Station, str, list[Problem]]:
    """Return what the administrator's file says, the boundary that it asserts, and what is wrong with it."""
    try:
        return station(repo, {}), table(repo).get("boundary", ""), []
    except UsageError as error:
        text = f"every push is refused: {error}"
        return Station(), "", [Problem("server-file", "error", text, error.fix or f"correct {FILE}")]


def _records(repo: Repo) -> tuple[int, int]:
    """Return how many records have refs of their own, and how many the log holds."""
    listing = repo.git.text("for-each-ref", "--format=%(refname)", ROOT).splitlines()
    tip = repo.resolve(LOG) if repo.git.run("show-ref", "--verify", "--quiet", LOG, ok=(0, 1)).rc == 0 else None
    return len(listing), sum(not entry.problem for entry in held(repo, tip))


def _due(repo: Repo, loose: int) -> Iterator[Problem]:
    if loose > _MANY_RECORDS:
        text = f"{loose:,} records have refs of their own, and every push tells all refs: a roll-up is due"
        yield Problem(
            "roll-up", "note", text, f"cd {quote(printable(repo.common_dir))} && agentops-gate verdict roll-up"
        )


def _settings(repo: Repo) -> Iterator[Problem]:
    for item in advice(repo):
        shut = item.shut or item.text.startswith(_HIDDEN)
        deleted = item.text.startswith("receive.deny")
        fix = f"git -C {quote(printable(repo.common_dir))} {item.command.removeprefix('git ')}"
        yield Problem("setting", "error" if shut else "note" if deleted else "warning", item.text, fix)


def _level(
    hook: State, policy: Policy | None, found: Keys, boundary: str, exposed: list[str]
) -> tuple[int | None, tuple[str, ...]]:
    """Return the highest level that a verdict can reach, and what is missing to it and to each above it."""
    steps = (
        ("no hook judges what comes in" if not hook.runs else ""),
        _unasked(policy),
        f"level 2: others can write to {printable(exposed[0])}" if exposed else unsigned(policy, found),
        "" if boundary else f"level 3: {FILE} asserts no boundary",
        _alone(policy),
    )
    first = next((number for number, step in enumerate(steps) if step), len(steps))
    return (first - 1 if first > 1 else None), tuple(filter(None, steps))


def _unasked(policy: Policy | None) -> str:
    if policy is None:
        return "the policy cannot be read"
    if policy.council["judges"] or policy.verdicts["required_level"] > 1:
        return ""
    return "no judges are configured, so no verdict is asked for: the other gates and the refs' own rules hold"


def _alone(policy: Policy | None) -> str:
    judges = policy.council["judges"].values() if policy else ()
    vendors = {judge["vendor"].strip().casefold() for judge in judges} - {""}
    if len(vendors) > 1 or any(judge["human"] for judge in judges):
        return ""
    return "level 4: the policy names neither a person nor two vendors among the judges"
