"""One writer at a time, held by the kernel: whoever dies lets go, so there is no stale lock to judge by its looks."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from types import TracebackType

from ..model.errors import UndecidedError
from ..model.text import printable

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_LONGEST = 100


class Lock:
    """A lock on the file at ``path``, as a context manager. The file stays and tells who held it last: ``pid <n>``.

    A lock file that only exists while it is held would have to be removed by somebody after a crash, who can only
    guess by its process id whether the owner lives, and two who guess at once both win.

    Where the platform has no such lock (Windows) nothing is locked: whoever writes must do so by old value anyway.
    Entering raises UndecidedError when somebody else holds it, or the file cannot be opened.
    """

    def __init__(self, path: str, what: str) -> None:
        self._path = path
        self._what = what
        self._descriptor = -1

    def __enter__(self) -> Lock:
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o666)
            self._take()
        except OSError as error:
            self._close()
            raise UndecidedError(f"cannot lock {printable(self._path)}: {error.strerror}") from error
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _take(self) -> None:
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            raise UndecidedError(f"{printable(self._path)} is not a file", "remove it")
        try:
            import fcntl
        except ImportError:  # pragma: no cover - Windows
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = printable(os.read(self._descriptor, _LONGEST).strip()) or "unknown"
            raise UndecidedError(f"{self._what} is running already ({owner})", "wait until it has ended") from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"pid {os.getpid()}\n".encode())

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)
