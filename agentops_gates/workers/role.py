"""Who is a worker: by a positive signal only. A linked work tree, a name or a folder says nothing.

Any one of these is enough, so that a worker who takes one away is known by another: ``AGENTOPS_ROLE=worker`` here or in
a process that started this one (Linux), a marker in the work tree's git directory, its own configuration. The work tree
is that of the repository at hand and that of the folder we stand in: ``GIT_DIR`` can name another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from ..git.repo import Repo
from ..model.light import NamedTuple

VARIABLE = "AGENTOPS_ROLE"
WORKER = "worker"
#: Below the git directory of a work tree: its first line is the role.
MARKER = os.path.join("agentops", "role")
#: In the configuration of a work tree (``git config --worktree``).
KEY = "agentops.role"
# What other tools called it. They count, with a notice.
_OLDER = ("AGENTOPS_SWARM_ROLE", "AGENTOPS_WORKER", "AGENTOPS_WORKER_SESSION", "CLAUDE_AGENT_NAME")
_MOST_ANCESTORS = 32
_LIMIT = 1 << 20


class Sign(NamedTuple):
    """One sign of a worker in words; ``older`` is the name of a variable that should be ``AGENTOPS_ROLE``, or ""."""

    words: str
    older: str = ""


def sign(repo: Repo, environ: Mapping[str, str] = os.environ, proc: str = "/proc") -> Sign | None:
    """Return the first sign that this process works for a worker, None where there is none."""
    return next(_signs(repo, environ, proc), None)


def _signs(repo: Repo, environ: Mapping[str, str], proc: str) -> Iterator[Sign]:
    if _is_worker(environ.get(VARIABLE, "")):
        yield Sign(f"{VARIABLE} is {WORKER}")
    for place in dict.fromkeys((repo.git_dir, *_around(repo.toplevel), *_around(os.getcwd()))):
        if _is_worker(_first_line(os.path.join(place, MARKER))):
            yield Sign("this is the work tree of a worker (agentops/role in its git directory)")
        if _configured(repo, os.path.join(place, "config.worktree")):
            yield Sign(f"this is the work tree of a worker ({KEY} in its configuration)")
    if any(f"{VARIABLE}={WORKER}".encode() in entries for entries in _ancestors(proc)):
        yield Sign(f"a process that started this one has {VARIABLE}={WORKER}")
    for name in _OLDER:
        if _says_worker(name, environ.get(name, "")):
            yield Sign(f"{name} says so", name)


def _is_worker(value: str) -> bool:
    return value.strip().lower() == WORKER


def _says_worker(name: str, value: str) -> bool:
    if name == "CLAUDE_AGENT_NAME":
        return value.startswith("worker-")
    if name == "AGENTOPS_SWARM_ROLE":
        return _is_worker(value)
    return value not in ("", "0")


def _first_line(path: str) -> str:
    # Whoever puts a pipe there must not keep us waiting.
    if not os.path.isfile(path):
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(100)
    except OSError:
        return ""


def _around(folder: str) -> Iterator[str]:
    """Yield the git directory that the ``.git`` at or above ``folder`` is or names."""
    while folder:
        dot = os.path.join(folder, ".git")
        if os.path.isdir(dot):
            yield dot
            return
        if os.path.lexists(dot):
            yield os.path.join(folder, _first_path(dot).removeprefix("gitdir: "))
            return
        folder = os.path.dirname(folder) if os.path.dirname(folder) != folder else ""


def _first_path(path: str) -> str:
    if not os.path.isfile(path):
        return ""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(1 << 14).partition(b"\n")[0])
    except OSError:
        return ""


def _configured(repo: Repo, path: str) -> bool:
    if not os.path.isfile(path):
        return False
    done = repo.git.run("config", "--file", path, "--get-all", KEY, ok=range(-64, 256))
    return any(map(_is_worker, os.fsdecode(done.out).split("\n")))


def _ancestors(proc: str) -> Iterator[list[bytes]]:
    """Yield what the environment of each process above this one was when it started, as far as the system tells."""
    pid = os.getppid()
    for _ in range(_MOST_ANCESTORS):
        try:
            with open(f"{proc}/{pid}/stat", "rb") as file:
                fields = file.read(4096).rpartition(b")")[2].split()
            with open(f"{proc}/{pid}/environ", "rb") as file:
                yield file.read(_LIMIT).split(b"\0")
            pid = int(fields[1])
        except (OSError, ValueError, IndexError):
            return
