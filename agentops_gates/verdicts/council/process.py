"""Runs one program that nobody trusts: a group of its own, an end to its time, a limit to what it prints.

Whatever it does with its pipes, children and signals, this returns, and holds no more than the limits in memory.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256

from ...model.light import IO, Any, NamedTuple, cast
from ...model.text import printable
from . import terminal

_CHUNK = 1 << 16
# How often a program is looked after that is silent, and how long it has to end by itself when its time is up.
_TICK = 0.05
_GRACE = 1.0
# A packet that fits into the pipe is "read" by a judge who never looks; 4 KiB is as small as a pipe can be.
_PIPE = 4096


class Kept:
    """Keeps what a program prints, up to ``limit`` bytes; more than that ends the program."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> bool:
        """Take in a chunk; False when it is one too many."""
        self._size += len(chunk)
        if self._size > self._limit:
            return False
        self._parts.append(chunk)
        return True

    @property
    def data(self) -> bytes:
        """What was kept."""
        return b"".join(self._parts)

    @property
    def too_much(self) -> str:
        """Why the program was ended, in words."""
        return f"printed more than {self._limit:,} bytes"


class Tail:
    """Keeps the last ``most`` bytes of whatever a program prints, and the SHA-256 of all of it."""

    too_much = ""

    def __init__(self, most: int) -> None:
        self._most = most
        self._hash = sha256()
        self.data = b""

    def add(self, chunk: bytes) -> bool:
        """Take in a chunk; there is never one too many."""
        self._hash.update(chunk)
        self.data = (self.data + chunk)[-self._most :]
        return True

    @property
    def digest(self) -> str:
        """The SHA-256 of everything that came."""
        return self._hash.hexdigest()


class Ended(NamedTuple):
    """How a program ended. ``problem`` says why it was not heard out, or is empty; ``code`` is as subprocess has it."""

    code: int | None
    problem: str
    seconds: float


class Program(NamedTuple):
    """What to run: arguments (the first one is absolute), folder, environment; a ``person`` gets the terminal."""

    argv: Sequence[str]
    folder: str
    env: Mapping[str, str]
    person: bool = False


def execute(
    program: Program,
    given: bytes,
    out: Kept | Tail,
    err: Kept | Tail | None,
    *,
    seconds: float,
    stopped: Callable[[], bool] = lambda: False,
) -> Ended:
    """Run ``program`` to its end, fed with ``given``; ``err`` None means that its complaints go to ``out`` as well.

    It ends when its first process does; whatever is left of its group is killed then. It is ended early when its time
    is up, when it prints too much, and when ``stopped`` says so.
    """
    started = time.monotonic()
    try:
        process = _start(program, merged=err is None)
    except (OSError, ValueError) as error:
        return Ended(None, f"cannot be started: {printable(str(error))}", 0.0)
    talk, late, problem = None, "", "was interrupted"
    try:
        talk = _Talk(process, given, out, err)
        with terminal.lent(process.pid if program.person else 0):
            problem = talk.until(started + seconds, stopped)
    except OSError as error:
        problem = f"cannot be heard: {printable(str(error))}"
    finally:
        code = _end(process, gently=bool(problem))
        if talk:
            late = talk.close()
    if problem == _TIME_IS_UP:
        problem = f"did not answer within {seconds:.0f} s"
    # Who fails may well do so before it has read everything; the failure tells more.
    return Ended(code, problem or (late if code == 0 else ""), time.monotonic() - started)


_TIME_IS_UP = "time"


def _start(program: Program, *, merged: bool) -> subprocess.Popen[bytes]:
    # A session of its own keeps it from the terminal, and what it does there from us; a person needs the terminal.
    apart: dict[str, Any] = {"process_group": 0} if program.person and terminal.there() else {"start_new_session": True}
    return subprocess.Popen(
        program.argv,
        cwd=program.folder,
        env=dict(program.env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        bufsize=0,
        **apart,
    )


class _Talk:
    """Feeds a program and hears it, both at once."""

    def __init__(
        self, process: subprocess.Popen[bytes], given: bytes, out: Kept | Tail, err: Kept | Tail | None
    ) -> None:
        self._process = process
        self._stdin = cast("IO[bytes]", process.stdin)
        self._given = memoryview(given)
        self._selector = selectors.DefaultSelector()
        pipes = [(process.stdout, out), *([(process.stderr, err)] if err is not None else [])]
        for pipe, sink in pipes:
            self._watch(cast("IO[bytes]", pipe), selectors.EVENT_READ, sink)
        if given:
            _shrink(self._stdin.fileno())
            self._watch(self._stdin, selectors.EVENT_WRITE, None)
        else:
            self._stdin.close()

    def until(self, deadline: float, stopped: Callable[[], bool]) -> str:
        """Talk until the program has ended; return why it must be ended otherwise."""
        while not _over(self._process):
            if stopped():
                return "was interrupted"
            left = deadline - time.monotonic()
            if left <= 0:
                return _TIME_IS_UP
            if problem := self._turn(min(_TICK, left)):
                return problem
        return ""

    def close(self) -> str:
        """Hear what is left in the pipes, which others may still hold open; return what was wrong with that, if so."""
        problem = ""
        # A round empties a pipe of 64 KiB; who still writes then is no longer heard.
        for _ in range(4):
            problem = problem or self._turn(0)
        if self._given:
            problem = problem or "did not read its whole packet"
        self._selector.close()
        for pipe in (self._stdin, self._process.stdout, self._process.stderr):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        return problem

    def _watch(self, pipe: IO[bytes], event: int, sink: Kept | Tail | None) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._selector.register(pipe, event, sink)

    def _turn(self, wait: float) -> str:
        for key, _ in self._selector.select(wait):
            pipe, sink = cast("IO[bytes]", key.fileobj), key.data
            if sink is None:
                self._feed(pipe)
            elif not self._hear(pipe, sink):
                return cast("str", sink.too_much)
        if wait and not self._selector.get_map():
            time.sleep(wait)
        return ""

    def _feed(self, pipe: IO[bytes]) -> None:
        try:
            self._given = self._given[os.write(pipe.fileno(), self._given[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._selector.unregister(pipe)  # what is left of the packet shows that it was not read
            return
        if not self._given:
            self._selector.unregister(pipe)
            pipe.close()

    def _hear(self, pipe: IO[bytes], sink: Kept | Tail) -> bool:
        try:
            chunk = os.read(pipe.fileno(), _CHUNK)
        except BlockingIOError:
            return True
        if not chunk:
            self._selector.unregister(pipe)
        return sink.add(chunk)


def _shrink(pipe: int) -> None:
    with suppress(ImportError, OSError, AttributeError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _over(process: subprocess.Popen[bytes]) -> bool:
    """Return whether the first process has ended, and leave it unreaped: its number must stay the group's."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(process: subprocess.Popen[bytes], *, gently: bool) -> int:
    """End the whole group and return the first process's exit code."""
    if gently:
        _signal(process.pid, signal.SIGTERM)
        until = time.monotonic() + _GRACE
        while time.monotonic() < until and not _over(process):
            time.sleep(_TICK)
    _signal(process.pid, signal.SIGKILL)
    return process.wait()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
