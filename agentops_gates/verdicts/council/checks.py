"""Runs the project's own commands (its tests, say) in a copy of the head's tree, and says how they ended.

Their code is the author's. So they have a folder of their own that is gone before any judge has one, none of the
judges' variables, and whatever they leave running is ended. What the account can do they can do: see docs/verdicts.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import NamedTuple
from ...model.text import printable
from ...model.verdict import Mechanical
from . import environment, worktree
from .config import CouncilConfig
from .orphans import Orphans
from .packet import Result
from .process import Ended, Program, Tail, execute

Progress = Callable[[str], None]
# How much of its output a failed check shows to judges and people.
_TAIL = 2_000
_LONGEST_NAME = 200


class Checks(NamedTuple):
    """The results in the order of the policy; ``problem`` says why one could not be had, or is empty."""

    results: tuple[Result, ...]
    problem: str = ""


def run(
    repo: Repo,
    tree: str,
    config: CouncilConfig,
    environ: Mapping[str, str],
    orphans: Orphans,
    *,
    progress: Progress = lambda name: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Checks:
    """Run ``config.checks`` one after the other in one copy of ``tree``; nothing of them is left when this returns.

    Exit code 0 is PASS, any other FAIL. A command that cannot be started or does not end in time proves nothing, and
    neither do those after it, nor all of them if a process stays that cannot be ended. Each one's digest is over all
    that it printed. Raises UndecidedError if the tree cannot be written.
    """
    if not config.checks:
        return Checks(())
    with worktree.scratch(repo) as folder:
        place = worktree.place(folder)
        worktree.export(repo.objects, tree, place.tree)
        env = environment.clean(repo, environ, config.checks_environment, place, {})
        done = _each(repo, config, place, env, progress=progress, stopped=stopped)
        left = orphans.end()
    return done._replace(problem=f"{left:,} processes that checks started cannot be ended") if left else done


def _each(
    repo: Repo,
    config: CouncilConfig,
    place: environment.Place,
    env: Mapping[str, str],
    *,
    progress: Progress,
    stopped: Callable[[], bool],
) -> Checks:
    results: list[Result] = []
    for argv in config.checks:
        name = check_name(argv)
        progress(name)
        tail = Tail(_TAIL)
        ended = _run(repo, argv, place, env, tail=tail, seconds=config.timeout, stopped=stopped)
        if ended.problem:
            return Checks(tuple(results), f"the check {name} {ended.problem}")
        passed = ended.code == 0
        output = "" if passed else tail.data.decode("utf-8", "surrogateescape")
        results.append(Result(Mechanical(name, _version(argv), "PASS" if passed else "FAIL", tail.digest), output))
    return Checks(tuple(results))


def check_name(argv: Sequence[str]) -> str:
    """Return the name that a command has as a mechanical check."""
    name = printable(" ".join(argv))
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 12]}-{_version(argv)[5:]}"


def _run(
    repo: Repo,
    argv: Sequence[str],
    place: environment.Place,
    env: Mapping[str, str],
    *,
    tail: Tail,
    seconds: float,
    stopped: Callable[[], bool],
) -> Ended:
    try:
        command = environment.command(repo, argv, place, env["PATH"])
    except UsageError as error:
        return Ended(None, f"cannot be started: {error}", 0.0)
    program = Program(command, place.tree, env)
    return execute(program, b"", tail, None, seconds=seconds, stopped=stopped)


def _version(argv: Sequence[str]) -> str:
    """Return what tells one definition of a check from another of the same name."""
    return f"argv-{sha256(json.dumps(list(argv)).encode()).hexdigest()[:12]}"
