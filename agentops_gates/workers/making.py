"""Makes a worker's work tree, branch and configuration, and takes them away again, each step without the others.

The ref of the worker is made first and goes last: whatever is left of a start or an end that was killed is found by it,
and ``end`` takes it away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

from ..git.repo import Repo
from ..git.write import read_ref
from ..model.errors import UndecidedError, UsageError
from ..model.text import printable
from . import record
from .record import Worker
from .role import KEY, MARKER, WORKER

BRANCHES = "refs/heads/worker/"
_DOMAIN = "workers.agentops.invalid"
_EXTENSION = "extensions.worktreeConfig"
# Below agentops/ in the common git directory: that we switched the extension on.
_SWITCHED = "worktree-config"


def make(repo: Repo, name: str, base: str, path: str | None) -> Worker:
    """Make a worker that starts from the commit ``base``, in the folder ``path`` (default: beside the work tree).

    Raises UsageError where the name, the branch or the folder is taken; nothing of it stays then.
    """
    worker = Worker(record.plain(name, "a worker"), _folder(repo, name, path), BRANCHES + name, base)
    _refuse_sparse(repo)
    with _alone(repo):
        _refuse_taken(repo, worker)
        worker = record.store(repo, worker)
        try:
            _build(repo, worker)
        except BaseException:
            unmake(repo, worker, half=True)
            raise
    return worker


def unmake(repo: Repo, worker: Worker, *, half: bool = False) -> None:
    """Take away the work tree, the branch, the configuration and the ref of a worker, as far as they are there.

    ``half`` is for one that is being made: what else has its names was made by somebody else just now, and stays.
    """
    with nullcontext() if half else _alone(repo):
        _drop_tree(repo, worker)
        tip = read_ref(repo, worker.branch)
        if tip and (tip == worker.base or not half):
            _git(repo, "update-ref", "-d", worker.branch, tip)
        if worker.oid:
            record.forget(repo, worker)
        if not record.every(repo):
            _switch_off(repo)
    parent = os.path.dirname(worker.path)
    if os.path.basename(parent).endswith("-workers"):
        with suppress(OSError):
            os.rmdir(parent)


@contextmanager
def held(repo: Repo, worker: Worker) -> Iterator[None]:
    """Mark a worker as one that runs; UsageError if it is already. The mark goes with the process that made it."""
    place = git_dir(repo, worker)
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        yield
        return
    if not place:
        yield
        return
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UsageError(f"the command of {worker.name} is still running", "wait for it, or end it") from None
    try:
        yield
    finally:
        os.close(descriptor)


def git_dir(repo: Repo, worker: Worker) -> str:
    """Return the git directory of a worker's work tree, by what the common one says, or "" if it is gone."""
    folder = os.path.join(repo.common_dir, "worktrees")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        with suppress(OSError), open(os.path.join(folder, name, "gitdir"), "rb") as file:
            if os.path.realpath(os.path.dirname(os.fsdecode(file.read().strip()))) == worker.path:
                return os.path.join(folder, name)
    return ""


def _folder(repo: Repo, name: str, path: str | None) -> str:
    if path is not None:
        return os.path.realpath(path)
    inside = os.path.basename(repo.common_dir) == ".git"
    main = os.path.dirname(repo.common_dir) if inside else repo.toplevel or repo.common_dir
    return os.path.realpath(os.path.join(os.path.dirname(main), f"{os.path.basename(main)}-workers", name))


def _refuse_taken(repo: Repo, worker: Worker) -> None:
    if read_ref(repo, record.PREFIX + worker.name):
        end = f"collect and end it first: agentops-gate worker end {worker.name}"
        raise UsageError(f"there is a worker {worker.name} already", end)
    if read_ref(repo, worker.branch):
        short = worker.branch.removeprefix("refs/heads/")
        raise UsageError(f"there is a branch {short} already", "choose another name")
    if git_dir(repo, worker):
        raise UsageError(
            f"git knows a work tree at {printable(worker.path)} already", "git worktree prune, or --path DIR"
        )
    if os.path.lexists(worker.path) and (not os.path.isdir(worker.path) or os.listdir(worker.path)):
        raise UsageError(f"{printable(worker.path)} is there already", "choose another folder: --path DIR")


def _build(repo: Repo, worker: Worker) -> None:
    _switch_on(repo)
    short = worker.branch.removeprefix("refs/heads/")
    _git(repo, "worktree", "add", "-q", "--no-track", "-b", short, "--", worker.path, worker.base)
    place = git_dir(repo, worker)
    if not place:
        raise UndecidedError(f"git made no work tree at {printable(worker.path)}")
    settings = {
        KEY: WORKER,
        "user.name": f"{worker.name} (worker)",
        "user.email": f"{worker.name}@{_DOMAIN}",
        "commit.gpgSign": "false",
        "tag.gpgSign": "false",
    }
    for name, value in settings.items():
        _git(repo, "config", "--file", os.path.join(place, "config.worktree"), name, value)
    marker = os.path.join(place, MARKER)
    os.makedirs(os.path.dirname(marker), exist_ok=True)
    with open(marker, "x", encoding="ascii") as file:
        file.write(f"{WORKER}\n")


def _drop_tree(repo: Repo, worker: Worker) -> None:
    place = git_dir(repo, worker)
    if place:
        # Twice: a work tree that somebody locked goes too.
        args = ("worktree", "remove", "--force", "--force", "--", worker.path)
        if repo.git.run(*args, writes=True, ok=range(-64, 256)).rc:
            # Its .git does not lead back any more, so git keeps its hands off; of one that is gone it drops the rest.
            shutil.rmtree(worker.path, ignore_errors=True)
            _git(repo, *args)
    elif os.path.isdir(worker.path):
        with suppress(OSError):
            os.rmdir(worker.path)


def _refuse_sparse(repo: Repo) -> None:
    if repo.git.text("config", "--type=bool", "--get", "core.sparseCheckout", ok=(0, 1)) == "true":
        raise UsageError(
            "a worker needs all files, and this work tree is sparse", "git sparse-checkout disable, or start in a clone"
        )


def _switch_on(repo: Repo) -> None:
    """Have git read the configuration of each work tree, as ``git help worktree`` describes it."""
    if repo.git.text("config", "--type=bool", "--get", _EXTENSION, ok=(0, 1)) == "true":
        return
    moved = [key for key in ("core.worktree", "core.bare") if _set(repo, key)]
    if moved:
        raise UsageError(
            f"{' and '.join(moved)} is set in the shared configuration, so that work trees cannot have their own",
            f"see `git help worktree` (CONFIGURATION FILE), then: git config {_EXTENSION} true",
        )
    path = os.path.join(repo.state_dir, _SWITCHED)
    os.makedirs(repo.state_dir, exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write("switched on by agentops-gate worker start\n")
    _git(repo, "config", "--file", os.path.join(repo.common_dir, "config"), _EXTENSION, "true")


def _set(repo: Repo, key: str) -> bool:
    done = repo.git.run("config", "--local", "--get", key, ok=(0, 1))
    return done.out.strip() not in (b"", b"false")


def _switch_off(repo: Repo) -> None:
    """Undo what :func:`_switch_on` did, unless some work tree has a configuration of its own by now."""
    path = os.path.join(repo.state_dir, _SWITCHED)
    folder = os.path.join(repo.common_dir, "worktrees")
    others = [os.path.join(folder, name) for name in os.listdir(folder)] if os.path.isdir(folder) else []
    used = any(os.path.exists(os.path.join(place, "config.worktree")) for place in (repo.common_dir, *others))
    if not os.path.exists(path) or used:
        return
    config = os.path.join(repo.common_dir, "config")
    # 5: it is not there. Whoever was killed before he switched it on has left the mark only.
    repo.git.run("config", "--file", config, "--unset", _EXTENSION, ok=(0, 5), writes=True)
    os.unlink(path)
    with suppress(OSError):
        os.rmdir(repo.state_dir)


def _git(repo: Repo, *args: str) -> None:
    # Filters of a checkout (large files) are programs of the user's.
    repo.git.run(*args, writes=True, env={"PATH": os.environ.get("PATH", os.defpath)})


@contextmanager
def _alone(repo: Repo) -> Iterator[None]:
    """Wait until nobody else makes or ends a worker here. The lock is on the folder itself: no file of it stays."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        yield
        return
    descriptor = os.open(repo.common_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
