"""Starts a process without ``subprocess``, whose import takes a third of a bare interpreter's start.

A hook pays that on every commit. Where there is no ``posix_spawn`` the standard module serves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ..model.light import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import subprocess

# The interpreter ignores these, and a child would inherit that: git must die of a reader that went away.
_DEFAULT_SIGNALS = (13, 25)  # SIGPIPE, SIGXFSZ; the signal module makes enums of all of them
_CHUNK = 1 << 16


class Child:
    """A running process with pipes to its standard input and from its output (and error, where asked for)."""

    __slots__ = ("_code", "pid", "stderr", "stdin", "stdout")

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] = open(stdin, "wb")  # noqa: SIM115 - the pipes live as long as the process
        self.stdout: IO[bytes] = open(stdout, "rb")  # noqa: SIM115
        self.stderr: IO[bytes] | None = open(stderr, "rb") if stderr >= 0 else None  # noqa: SIM115
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal that ended it), or None while it runs."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int:
        """Wait for the process and return its exit code."""
        return cast("int", self._reap(0))

    def kill(self) -> None:
        """End the process, unless it has ended and its number may be somebody else's by now."""
        if self.poll() is None:
            os.kill(self.pid, 9)

    def terminate(self) -> None:
        """Ask the process to end: git then takes its lock files with it."""
        if self.poll() is None:
            os.kill(self.pid, 15)

    def _reap(self, options: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code


def start(argv: Sequence[str | bytes], env: Mapping[str, str], *, errors: bool = False, apart: bool = False) -> Child:
    """Start ``argv``, whose first item is an absolute path; its standard error is a pipe with ``errors``, else nowhere.

    With ``apart`` it gets a process group of its own. Raises OSError when it cannot be started.
    """
    if not hasattr(os, "posix_spawn"):
        return cast("Child", _popen(argv, env, errors=errors))
    given, stdin = os.pipe()
    stdout, made = os.pipe()
    stderr, said = os.pipe() if errors else (-1, os.open(os.devnull, os.O_WRONLY))
    actions = [(os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate((given, made, said))]
    group: dict[str, Any] = {"setpgroup": 0} if apart else {}
    try:
        pid = os.posix_spawn(argv[0], list(argv), env, file_actions=actions, setsigdef=_DEFAULT_SIGNALS, **group)
    except BaseException:
        for end in (stdin, stdout, stderr):
            if end >= 0:
                os.close(end)
        raise
    finally:
        for end in (given, made, said):
            os.close(end)
    return Child(pid, stdin, stdout, stderr)


def run(
    argv: Sequence[str | bytes], env: Mapping[str, str], given: bytes = b"", *, apart: bool = False, tidy: bool = False
) -> tuple[int, bytes, bytes]:
    """Run ``argv`` to its end, fed with ``given``; return exit code, output and errors. Raises OSError.

    ``tidy`` is for a process that writes: when we are interrupted it is asked to end, not killed. ``apart`` keeps it
    from what hits our whole process group.
    """
    child = start(argv, env, errors=True, apart=apart)
    try:
        if not isinstance(child, Child):
            out, err = child.communicate(given)
            return child.returncode, out, err
        out, err = _converse(child, given)
        return child.wait(), out, err
    except BaseException:
        # A deadline or an interrupt: nobody waits for the answer any more.
        if tidy:
            child.terminate()
        else:
            child.kill()
        child.wait()
        raise
    finally:
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()


def _popen(argv: Sequence[str | bytes], env: Mapping[str, str], *, errors: bool) -> subprocess.Popen[bytes]:
    import subprocess

    pipe = subprocess.PIPE
    return subprocess.Popen(argv, env=env, stdin=pipe, stdout=pipe, stderr=pipe if errors else subprocess.DEVNULL)


def _converse(child: Child, given: bytes) -> tuple[bytes, bytes]:
    """Feed and read at once: a process that is only read, or only fed, can block on the pipe nobody serves."""
    import select

    stdin, out, err = (pipe.fileno() for pipe in (child.stdin, child.stdout, cast("IO[bytes]", child.stderr)))
    heard: dict[int, list[bytes]] = {out: [], err: []}
    waiting: Any = select.poll()
    for end in heard:
        waiting.register(end, select.POLLIN)
    if given:
        os.set_blocking(stdin, False)
        waiting.register(stdin, select.POLLOUT)
    else:
        child.stdin.close()
    live = {out, err} | ({stdin} if given else set())
    while live:
        for end, _ in waiting.poll():
            if end == stdin:
                given = _feed(end, given)
                done = not given
            else:
                heard[end].append(os.read(end, _CHUNK))
                done = not heard[end][-1]
            if done:
                waiting.unregister(end)
                live.remove(end)
                if end == stdin:
                    child.stdin.close()
    return b"".join(heard[out]), b"".join(heard[err])


def _feed(end: int, given: bytes) -> bytes:
    try:
        return given[os.write(end, given[:_CHUNK]) :]
    except BrokenPipeError:
        return b""
