"""The three ways a run ends without a judgement. Each carries one line for the reader and the mend."""

from __future__ import annotations

from .outcome import EXIT_INTERNAL, EXIT_UNDECIDED, EXIT_USAGE


class AgentopsError(Exception):
    """Base of every expected error: ``str(error)`` says what and where, ``fix`` says what to do (may be empty)."""

    exit_code = EXIT_INTERNAL

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class UsageError(AgentopsError):
    """Bad arguments or an invalid policy: exit 2."""

    exit_code = EXIT_USAGE


class UndecidedError(AgentopsError):
    """The facts cannot be had (git failed, shallow history, missing object): exit 3, which blocks like a failure."""

    exit_code = EXIT_UNDECIDED


class SkippedError(AgentopsError):
    """A gate declines to judge, with its reason. Shown as a skip and never as a pass; not an error of the run."""

    exit_code = 0


class DeadlineExceededError(BaseException):
    """A gate ran out of time. A BaseException, so that no ``except Exception`` around a foreign parser swallows it."""
