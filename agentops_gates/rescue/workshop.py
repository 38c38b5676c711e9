"""A throw-away bare repository in which a snapshot's objects are made, until all of them are there.

It stands below ``agentops/rescue/`` in the git directory and borrows the objects of the repository. Whoever is killed
leaves all that he made in there, and the next one who comes clears it away: its lock, held by the kernel, tells.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType

from ..git.repo import Repo
from ..git.run import Git
from ..model.errors import UndecidedError
from ..model.text import printable
from .refs import flush_folders

_FOREIGN = ("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
_CONFIG = {
    "sha1": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    "sha256": "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n",
}
_LOCK = ".lock"
# Git looks for a pack by its index: whoever sees that must find the rest.
_ORDER = (".pack", ".rev", ".idx")


class Workshop:
    """The throw-away repository, as a context manager. ``git`` runs git in it, ``index`` is a place for an index.

    Entering raises UndecidedError when it cannot be made.
    """

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._objects = os.path.join(
            repo.git.cwd, repo.git.env.get("GIT_OBJECT_DIRECTORY") or os.path.join(repo.common_dir, "objects")
        )
        self._lock = -1
        self.path = ""
        self.git = repo.git

    def __enter__(self) -> Workshop:
        folder = os.path.join(self._repo.state_dir, "rescue")
        try:
            os.makedirs(folder, exist_ok=True)
            heal(folder)
            self.path = self._claim(folder)
            self._furnish()
        except OSError as error:
            self._leave()
            raise UndecidedError(f"cannot write below {printable(folder)}: {error.strerror}") from error
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    @property
    def index(self) -> str:
        """Where a copy of an index may stand."""
        return os.path.join(self.path, "index")

    @property
    def borrowed(self) -> dict[str, str]:
        """Variables with which git, called for the repository itself, uses our index and writes its objects here."""
        return {"GIT_INDEX_FILE": self.index, "GIT_OBJECT_DIRECTORY": os.path.join(self.path, "objects")}

    def hand_over(self) -> list[str]:
        """Move all objects that were made here into the repository, flushed to disk.

        Returns the ids of those that are in no pack. Raises UndecidedError.
        """
        try:
            made = list(self._made())
            touched = {self._deliver(folder, name) for folder, name in made}
        except OSError as error:
            raise UndecidedError(f"cannot write below {printable(self._objects)}: {error.strerror}") from error
        flush_folders([*touched, self._objects])
        return [folder + name for folder, name in made if folder != "pack"]

    def _made(self) -> Iterator[tuple[str, str]]:
        """Yield ``(folder, name)`` of the new objects' files, packs in the order in which they must appear."""
        here = os.path.join(self.path, "objects")
        for folder in sorted(os.listdir(here)):
            names = os.listdir(os.path.join(here, folder))
            if folder == "pack":
                names = sorted(filter(_is_pack, names), key=lambda name: _ORDER.index(os.path.splitext(name)[1]))
            elif len(folder) != 2:
                continue
            yield from ((folder, name) for name in names if not name.startswith("tmp_"))

    def _deliver(self, folder: str, name: str) -> str:
        source = os.path.join(self.path, "objects", folder, name)
        target = os.path.join(self._objects, folder)
        os.makedirs(target, exist_ok=True)
        descriptor = os.open(source, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        # What stands there under the same name is the same: a name is made of the content.
        if not os.path.exists(os.path.join(target, name)):
            os.rename(source, os.path.join(target, name))
        return target

    def _claim(self, folder: str) -> str:
        """Return the path of a folder that is ours while we hold its lock."""
        for number in range(1000):
            path = os.path.join(folder, f"{os.getpid()}-{number}")
            with suppress(FileExistsError):
                self._lock = os.open(path + _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                if _hold(self._lock) is not False and os.fstat(self._lock).st_nlink:
                    os.mkdir(path, 0o700)
                    return path
                # Somebody who heals was faster than our lock.
                os.close(self._lock)
                self._lock = -1
        raise UndecidedError(f"{printable(folder)} is full of old snapshots' folders", "remove them")

    def _furnish(self) -> None:
        for folder in ("objects/info", "objects/pack", "refs/heads"):
            os.makedirs(os.path.join(self.path, *folder.split("/")))
        files = {
            "HEAD": "ref: refs/heads/snapshot\n",
            "config": _CONFIG[self._repo.object_format],
            "objects/info/alternates": f"{_quoted(self._objects)}\n",
        }
        for name, text in files.items():
            with open(os.path.join(self.path, *name.split("/")), "wb") as file:
                file.write(os.fsencode(text))
        env = {name: value for name, value in self._repo.git.env.items() if name not in _FOREIGN}
        self.git = Git(self.path, {**env, "AGENTOPS_GIT": self._repo.git.program})
        self.git.env["GIT_DIR"] = self.path

    def _leave(self) -> None:
        if self._lock >= 0:
            remove(self.path)
            with suppress(OSError):
                os.unlink(self.path + _LOCK)
            os.close(self._lock)
            self._lock = -1


def heal(folder: str) -> None:
    """Clear away what those left who were killed while they made a snapshot."""
    for name in os.listdir(folder):
        lock = os.path.join(folder, name)
        if not name.endswith(_LOCK):
            continue
        with suppress(OSError):
            descriptor = os.open(lock, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _hold(descriptor):
                    remove(lock.removesuffix(_LOCK))
                    os.unlink(lock)
            finally:
                os.close(descriptor)


def remove(path: str) -> None:
    """Remove a folder of ours, links in it unfollowed. What cannot be removed stays."""
    if os.path.islink(path):
        with suppress(OSError):
            os.unlink(path)
        return
    for folder, folders, files in os.walk(path, topdown=False):
        for name in (*files, *folders):
            place = os.path.join(folder, name)
            with suppress(OSError):
                os.rmdir(place) if name in folders and not os.path.islink(place) else os.unlink(place)
    with suppress(OSError):
        os.rmdir(path)


def _is_pack(name: str) -> bool:
    return os.path.splitext(name)[1] in _ORDER


def _hold(descriptor: int) -> bool | None:
    """Lock a file if nobody else has; None where there are no such locks (Windows): nothing is cleared away there."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _quoted(path: str) -> str:
    """Return a path as git reads it in a list of object folders: in quotes, should it look like something else."""
    if not path.startswith(('"', "#")):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
