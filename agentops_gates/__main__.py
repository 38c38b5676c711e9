"""The door: hooks go straight to their entry, everything else loads click. One boundary for every error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from .model.errors import AgentopsError, DeadlineExceededError
from .model.outcome import EXIT_INTERNAL, EXIT_INTERRUPT
from .model.text import printable


def main() -> None:
    """Run the command line and exit; the exit codes are those of ``model.outcome``."""
    sys.exit(guarded(lambda: _dispatch(sys.argv[1:])))


def _dispatch(args: list[str]) -> int:
    if args[:1] == ["hook"]:
        from .entry.githooks.dispatch import main as hook

        return hook(args[1:])
    from .entry.cli.app import main as cli

    return cli(args)


def guarded(action: Callable[[], int]) -> int:
    """Return the exit code of ``action``; an error becomes one clear line on standard error and never a traceback.

    ``AGENTOPS_DEBUG=1`` shows the traceback of an internal error.
    """
    _open_missing()
    for stream in (sys.stdout, sys.stderr):
        # Names in a repository are any bytes, and a console may know few of them.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = action()
        sys.stdout.flush()
    except AgentopsError as error:
        code = _complain(str(error), error.fix, error.exit_code)
    except KeyboardInterrupt:
        code = _complain("interrupted", "", EXIT_INTERRUPT)
    except BrokenPipeError:
        # The reader is gone, and so is the judgement it did not wait for.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_INTERNAL
    except (Exception, DeadlineExceededError) as error:
        if os.environ.get("AGENTOPS_DEBUG"):
            raise
        what = f"internal error: {type(error).__name__}: {error}"
        code = _complain(what, "run it again with AGENTOPS_DEBUG=1 and report what it prints", EXIT_INTERNAL)
    return code


def _open_missing() -> None:
    """Give a process that was started with closed standard streams (a GUI client, a daemon) the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - lives as long as we do


def _complain(message: str, fix: str, code: int) -> int:
    lines = [*f"agentops-gate: {message}".split("\n"), *([f"  fix: {fix}"] if fix else [])]
    print("\n".join(map(printable, lines)), file=sys.stderr)  # noqa: T201
    return code


if __name__ == "__main__":
    main()
