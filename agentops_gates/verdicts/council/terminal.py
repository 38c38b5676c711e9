"""Lends the terminal to a person's editor, as a shell does for a job, and takes it back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NAME = "/dev/tty"


def there() -> bool:
    """Return whether this process has a terminal to lend."""
    try:
        os.close(os.open(_NAME, os.O_RDWR))
    except OSError:
        return False
    return True


@contextmanager
def lent(group: int) -> Iterator[None]:
    """Put the process group ``group`` into the foreground of the terminal; 0, or no terminal: do nothing."""
    try:
        tty = os.open(_NAME, os.O_RDWR) if group else -1
    except OSError:
        tty = -1
    if tty < 0:
        yield
        return
    try:
        before = os.tcgetpgrp(tty)
        _foreground(tty, group)
        try:
            yield
        finally:
            _foreground(tty, before)
    finally:
        os.close(tty)


def _foreground(tty: int, group: int) -> None:
    # Whoever is in the background is stopped for asking, unless the signal is blocked.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        with suppress(OSError):
            os.tcsetpgrp(tty, group)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
