"""The door: hooks and plain checks go straight to their entry, all else loads click. One boundary for every error."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable

from .model.errors import AgentopsError, DeadlineExceededError
from .model.outcome import EXIT_INTERNAL, EXIT_INTERRUPT, EXIT_UNREAD


def main() -> None:
    """Run the command line and exit; the exit codes are those of ``model.outcome``."""
    # A run is short and keeps what it loads: looking for cycles in that costs a hook 2 ms and frees nothing.
    gc.set_threshold(100_000)
    sys.exit(guarded(lambda: _dispatch(sys.argv[1:])))


def _dispatch(args: list[str]) -> int:
    if args[:2] == ["hook", "agent"]:
        from .entry.runtimes.session import main as agent

        return agent(args[2:])
    if args[:1] == ["hook"]:
        from .entry.githooks.dispatch import main as hook

        return hook(args[1:])
    if args[:1] == ["guard"] and args[1:] not in ([], ["--help"], ["-h"]):
        from .entry.guard import main as guard

        return guard(args[1:])
    if args[:1] == ["check"]:
        from .entry.check import check, plain

        asked = plain(args[1:])
        if asked is not None:
            return check(asked)
    from .entry.cli.app import main as cli

    return cli(args)


def guarded(action: Callable[[], int]) -> int:
    """Return the exit code of ``action``; an error becomes one clear line on standard error and never a traceback.

    A pipe whose reader went away (``| head``) is no error: nothing is said, and the code is 141, a shell's for it.
    ``AGENTOPS_DEBUG=1`` shows the traceback of an internal error.
    """
    _open_missing()
    for stream in (sys.stdout, sys.stderr):
        # Names in a repository are any bytes, and a console may know few of them.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    stdout = sys.stdout
    try:
        code = _flushed(_answered(action))
    except BrokenPipeError:
        code = _unread()
    except SystemExit:
        # click leaves by itself when a pipe breaks, with a code that means "blocked" here. It wraps the stream then.
        if sys.stdout is stdout:
            raise
        code = _unread()
    return code


def _answered(action: Callable[[], int]) -> int:
    try:
        code = action()
        sys.stdout.flush()
    except AgentopsError as error:
        return _complain(str(error), error.fix, error.exit_code)
    except KeyboardInterrupt:
        return _complain("interrupted", "", EXIT_INTERRUPT)
    except BrokenPipeError:
        raise
    except (Exception, DeadlineExceededError) as error:
        if os.environ.get("AGENTOPS_DEBUG"):
            raise
        what = f"internal error: {type(error).__name__}: {error}"
        return _complain(what, "run it again with AGENTOPS_DEBUG=1 and report what it prints", EXIT_INTERNAL)
    return code


def _flushed(code: int) -> int:
    """Write out what an error left in the buffer; where that fails (no space) the first attempt has said so."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError:
        _silence()
    return code


def _unread() -> int:
    _silence()
    return EXIT_UNREAD


def _silence() -> None:
    # The interpreter flushes once more when it ends, and would complain.
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null, stream.fileno())


def _open_missing() -> None:
    """Give a process that was started with closed standard streams (a GUI client, a daemon) the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - lives as long as we do


def _complain(message: str, fix: str, code: int) -> int:
    from .entry.complaint import complaint

    sys.stderr.write(complaint(message, fix, os.environ))
    return code


if __name__ == "__main__":
    main()
