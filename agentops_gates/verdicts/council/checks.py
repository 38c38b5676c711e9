"""Runs the project's own commands (its tests, say) in a copy of the head's tree, and says how they ended."""

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
    folder: str,
    environ: Mapping[str, str],
    *,
    progress: Progress = lambda name: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Checks:
    """Run ``config.checks`` one after the other in one copy of ``tree`` below ``folder``.

    Exit code 0 is PASS, any other FAIL. A command that cannot be started or does not end in time proves nothing, and
    neither do those after it. Each one's digest is over all that it printed.
    """
    if not config.checks:
        return Checks(())
    place = worktree.place(folder, "checks")
    worktree.export(repo.objects, tree, place.tree)
    env = environment.clean(repo, environ, config.environment, place, {})
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
