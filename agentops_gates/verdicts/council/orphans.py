"""Finds what a program left behind that slipped out of its group: on Linux, orphans come to us and are ended.

Elsewhere a program that makes a session of its own can outlive the council, and one of the author's checks the judges'
beginning. It cannot change the packet, which was read from objects before; what judges run and write it can reach.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType

_SET_SUBREAPER, _GET_SUBREAPER = 36, 37  # linux/prctl.h
_PATIENCE = 5.0
_PAUSE = 0.01


class Orphans:
    """While this is entered, orphans of our children become our own; :meth:`end` kills them."""

    def __init__(self) -> None:
        self._here = sys.platform.startswith("linux") and os.path.isdir("/proc/self")
        self._before = 0
        self._known: frozenset[int] = frozenset()

    def __enter__(self) -> Orphans:
        if self._here:
            self._known = frozenset(pid for pid, _ in _children())
            self._before = _adopts()
            _adopt(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._here:
            self.end()
            _adopt(self._before)

    def end(self) -> int:
        """Kill every orphan and those that it leaves in turn; return how many are left after five seconds.

        What shares our session is ours: git, and a person's editor. No orphan of a judge can come back into it.
        """
        if not self._here:
            return 0
        until = time.monotonic() + _PATIENCE
        own = os.getsid(0)
        while left := [pid for pid, session in _children() if session != own and pid not in self._known]:
            if time.monotonic() > until:
                return len(left)
            for pid in left:
                _kill(pid)
            time.sleep(_PAUSE)
        return 0


def _children() -> Iterator[tuple[int, int]]:
    """Yield process id and session of each child, those among them that have ended and were not waited for."""
    me = os.getpid()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                # The name of the program, in parentheses, may hold anything.
                _, parent, _, session = file.read().rpartition(b")")[2].split()[:4]
                if int(parent) == me:
                    yield int(name), int(session)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _adopt(value: int) -> None:
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(_SET_SUBREAPER, value, 0, 0, 0)


def _adopts() -> int:
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        found = ctypes.c_int(0)
        ctypes.CDLL(None).prctl(_GET_SUBREAPER, ctypes.byref(found), 0, 0, 0)
        return found.value
    return 0
