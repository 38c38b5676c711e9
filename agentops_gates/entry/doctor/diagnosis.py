"""Puts together what the doctor knows of one repository."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from ... import __version__
from ...gates.registry import metadata
from ...git.repo import Repo
from ..githooks import HOOKS, STRICT
from ..githooks.hookfile import look
from ..githooks.places import inside, places
from ..githooks.proof import wanted
from . import hooks, surroundings
from .hooks import Row
from .problem import Problem, ordered
from .runners import Configured, configured

_RUNNERS = ("pre-commit", "prek", "lefthook")
_STOPS = {
    "pre-commit": "git commit",
    "pre-merge-commit": "git merge",
    "prepare-commit-msg": "git commit --no-verify (of a worker)",
    "commit-msg": "git commit (message)",
    "pre-push": "git push",
    STRICT: "commands that take away what is protected here, git commit --no-verify",
}
_CANNOT_STOP = (
    "--no-verify, -c core.hooksPath=..., GIT_CONFIG_* variables",
    "hooks that are deleted, edited or made non-executable",
    "cherry-pick, revert, rebase, am (no pre-commit hook; a push is still seen)",
    "commit-tree and update-ref, libgit2, isomorphic-git and other clients",
    "a push from another clone, an edit on the forge's web page or API",
)
# What pre-commit and prek do not show their hooks, and what does.
_UNSHOWN = ("any but the first ref of a push", "a new branch of commits that the remote has")
EVERY_REF = "agentops-gate install --hook pre-push"


class Diagnosis(NamedTuple):
    """Everything ``doctor`` prints. ``versions`` maps a tool to its version, ``level`` is DESIGN's assurance level."""

    repo: Repo
    versions: Mapping[str, str]
    rows: tuple[Row, ...]
    needed: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        """Return the git commands that meet a gate in every work tree."""
        failing = {row.hook for row in self.rows if not row.state.runs}
        return tuple(_STOPS[hook] for hook in (*HOOKS, STRICT) if hook in self.needed - failing)

    @property
    def unshown(self) -> tuple[str, ...]:
        """Return what of a push meets no gate, as a runner keeps it from its hook; :data:`EVERY_REF` mends that."""
        return _UNSHOWN if any(row.state.runs and row.state.partly for row in self.rows) else ()

    @property
    def cannot_stop(self) -> tuple[str, ...]:
        """Return what the hooks cannot stop, here and anywhere."""
        return self.unshown + _CANNOT_STOP

    @property
    def level(self) -> str:
        """Return the assurance that hooks reach: never more than L0, and none where no hook runs."""
        return "L0" if self.stops else "none"


def diagnose(repo: Repo, environ: Mapping[str, str] = os.environ) -> Diagnosis:
    """Look at ``repo`` and what surrounds it. Reads only; runs git and, for their versions, hook runners on PATH."""
    found = places(repo)
    said = {place.worktree: configured(place.worktree) for place in found if place.worktree}
    every = (*HOOKS, STRICT) if wanted(repo) else HOOKS
    table = tuple(row for place in found for row in hooks.rows(place, said.get(place.worktree, Configured()), every))
    needed = _stages().intersection(every)
    problems = ordered(
        (
            *hooks.problems(table, needed),
            *surroundings.in_repository(repo),
            *surroundings.in_environment(repo, environ),
            *(problem for runner in said.values() for problem in runner.problems),
            *surroundings.beside_hooks(_interpreters(table), said, pre_commit=any(row.pre_commit for row in table)),
        )
    )
    return Diagnosis(repo, _versions(repo, said), table, needed, problems)


def _stages() -> frozenset[str]:
    """Return the hooks that some gate needs, and the strict one."""
    return frozenset((*(stage for gate in metadata() for stage in gate.stages), STRICT))


def _interpreters(rows: Iterable[Row]) -> set[str]:
    """Return the Pythons that hooks of ours which run are pinned to."""
    files = (look(os.path.join(row.place.directory, row.hook)) for row in rows if row.state.runs)
    return {file.ours.pins.python for file in files if file.ours is not None}


def _versions(repo: Repo, worktrees: Iterable[str]) -> dict[str, str]:
    found = {
        "agentops-gates": __version__,
        "python": platform.python_version(),
        "git": repo.git.text("--version").removeprefix("git version "),
    }
    for name in _RUNNERS:
        program = shutil.which(name)
        # One inside the work tree is not started: the change under judgement wrote it.
        if program and os.path.isabs(program) and not any(inside(program, tree) for tree in worktrees):
            with suppress(OSError, subprocess.SubprocessError):
                flag = "version" if name == "lefthook" else "--version"
                done = subprocess.run([program, flag], cwd=os.sep, capture_output=True, check=True, timeout=10)
                found[name] = done.stdout.decode("utf-8", "replace").split()[-1]
    return found
