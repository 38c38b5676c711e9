"""A limit on wall time that also holds inside a foreign parser, and a sign of life while somebody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from ..model.errors import DeadlineExceededError
from ..model.light import TYPE_CHECKING

# The public module wraps these functions for the sake of its enums, and importing those costs more than a hook's work.
if TYPE_CHECKING:
    import signal
else:
    try:
        import _signal as signal
    except ImportError:  # an interpreter that is not CPython
        import signal

Tick = Callable[[float], None]


# How soon a deadline comes again when something swallowed it: a bare ``except``, a destructor, a callback.
_AGAIN = 0.5


@contextmanager
def deadline(seconds: float, tick: Tick = lambda elapsed: None) -> Iterator[None]:
    """Raise DeadlineExceededError in the block once it has run for ``seconds``; call ``tick(elapsed)`` every second.

    It uses the alarm signal, so it holds in the main thread of a POSIX process only; elsewhere there is no limit. It
    is raised again and again until the block has ended.
    """
    started = time.monotonic()
    over = False

    def alarm(_signal: int, _frame: FrameType | None) -> None:
        if over:
            return
        elapsed = time.monotonic() - started
        late = elapsed >= seconds
        signal.setitimer(signal.ITIMER_REAL, _AGAIN if late else min(1.0, max(seconds - elapsed, 0.001)))
        if late:
            raise DeadlineExceededError
        # It runs between any two steps of the gate, which must not fail because nobody reads its sign of life.
        with suppress(OSError, ValueError, RuntimeError):
            tick(elapsed)

    try:
        before = signal.signal(signal.SIGALRM, alarm)
    except (AttributeError, ValueError):  # no such signal on this system; not the main thread
        yield
        return
    try:
        try:
            # Inside, because a short one may ring before the next step.
            signal.setitimer(signal.ITIMER_REAL, min(1.0, max(seconds, 0.001)))
            yield
        finally:
            over = True
    finally:  # reached even if the alarm rings on the very step above
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def cancel() -> None:
    """Make sure that no deadline rings any more.

    One that rings on the very way out of its block is raised before the block's own end is reached, and would come
    again in whatever runs next.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
