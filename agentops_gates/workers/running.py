"""Runs a worker's command to its end, as a shell would: its exit code, its terminal, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from types import FrameType

from ..model.errors import UsageError
from ..model.light import Any
from ..model.text import printable

_GRACE_SECONDS = 5
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
# A process that is killed can leave children of its own, and these have children.
_DEEPEST = 100
_NOT_FOUND = "see that it is installed, and give it as the command line would"


def run(argv: Sequence[str], folder: str, environ: Mapping[str, str], *, boxed: bool) -> int:
    """Run ``argv`` in ``folder`` and return its exit code, 128 and the signal's number if one ended it.

    A signal that asks us to end ends the command and all its processes: at once where it is ``boxed``, otherwise after
    five seconds in which it may end by itself. Raises UsageError if it cannot be started.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    ours = _children()
    try:
        child = subprocess.Popen(argv, cwd=folder, env=dict(environ), preexec_fn=_die_with_parent)  # noqa: PLW1509
    except OSError as error:
        raise UsageError(f"cannot run {printable(argv[0])}: {error.strerror}", _NOT_FOUND) from error
    with _Signals(child, boxed=boxed) as signals:
        code = child.wait()
    if signals.came:
        _end_orphans(ours)
    return 128 - code if code < 0 else code


class _Signals:
    """Hands on what asks us to end, while the command runs."""

    def __init__(self, child: subprocess.Popen[bytes], *, boxed: bool) -> None:
        self._child = child
        self._boxed = boxed
        self.came = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Signals:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *error: object) -> None:
        signal.alarm(0)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        # On a terminal the command has had the same signal, and it is its own to answer: some agents ask first.
        if number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty():
            return
        self.came = True
        with suppress(ProcessLookupError):
            if self._boxed or number == signal.SIGALRM:
                self._child.kill()
            else:
                self._child.send_signal(number)
                signal.alarm(_GRACE_SECONDS)


def _end_orphans(ours: Collection[int]) -> None:
    """End what the command left running. Whoever lost its parent has us for one, where the kernel can (Linux)."""
    for _ in range(_DEEPEST):
        left = _children().difference(ours)
        if not left:
            return
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children() -> frozenset[int]:
    with suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return frozenset(map(int, file.read().split()))
    return frozenset()


def _die_with_parent() -> None:
    """Have the kernel end the command when we are killed."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
