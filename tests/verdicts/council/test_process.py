"""One program that nobody trusts, run without the council around it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

import pytest

from agentops_gates.verdicts.council.process import Ended, Kept, Program, Tail, execute

FORK = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    open({pids!r}, "w").write(str(os.getpid()))
    time.sleep(60)
while not os.path.exists({pids!r}) or not open({pids!r}).read(): time.sleep(0.01)
"""


def run(code: str, given: bytes = b"", *, seconds: float = 10, limit: int = 1_000_000) -> tuple[Ended, bytes, bytes]:
    out, err = Kept(limit), Kept(limit)
    env = {"PATH": os.defpath}
    program = Program((sys.executable, "-I", "-c", code), os.getcwd(), env)
    ended = execute(program, given, out, err, seconds=seconds)
    return ended, out.data, err.data


def test_both_streams_and_the_code() -> None:
    ended, out, err = run("import sys; print(sys.stdin.read()); sys.stderr.write('e'); sys.exit(4)", b"packet")
    assert (ended.code, ended.problem, out, err) == (4, "", b"packet\n", b"e")


def test_a_large_packet_and_a_large_answer_at_once() -> None:
    code = "import sys\nfor line in sys.stdin: sys.stdout.write(line); sys.stderr.write(line)"
    given = b"x" * 99 + b"\n"
    ended, out, err = run(code, given * 9_000)
    assert (ended.code, ended.problem) == (0, "")
    assert out == err == given * 9_000


@pytest.mark.parametrize("end", ["time.sleep(60)", "sys.exit(0)"])
def test_no_child_of_the_group_is_left(tmp_path: Path, end: str) -> None:
    pids = tmp_path / "pids"
    started = time.monotonic()
    ended, _, _ = run(FORK.format(pids=str(pids)) + end, seconds=1)
    assert ended.problem == ("" if "exit" in end else "did not answer within 1 s")
    assert time.monotonic() - started < 6
    pid = int(pids.read_text())
    until = time.monotonic() + 5
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not alive(pid)


def test_a_child_that_holds_the_pipe_open_is_not_waited_for() -> None:
    code = "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(3); os._exit(0)\nprint('x')"
    started = time.monotonic()
    ended, out, _ = run(code)
    assert (ended.problem, out) == ("", b"x\n")
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize("size", [6_000, 60_000, 600_000])
def test_a_packet_that_is_not_read_is_noticed(size: int) -> None:
    assert run("pass", b"x" * size)[0].problem == "did not read its whole packet"
    assert run("import sys; sys.stdin.read()", b"x" * size)[0].problem == ""


def test_what_cannot_be_started() -> None:
    out = Kept(1)
    for argv in (("/nonexistent/program",), ("/etc/passwd",), ("/bin/true", "a\0b")):
        ended = execute(Program(argv, os.getcwd(), {}), b"", out, None, seconds=1)
        assert ended.problem.startswith("cannot be started")
        assert ended.problem.isprintable()


def test_a_tail_keeps_the_end_and_the_digest_of_all() -> None:
    tail = Tail(4)
    assert all(tail.add(chunk) for chunk in (b"abc", b"defg", b"h"))
    assert tail.data == b"efgh"
    assert tail.digest == "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def test_no_descriptors_left_is_a_problem_and_no_crash() -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, limits[1]))
    try:
        problems = set()
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(12):
            problems.add(run("pass")[0].problem.partition(":")[0])
            os.close(held.pop())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for descriptor in held:
            os.close(descriptor)
    assert {"cannot be started", ""} <= problems <= {"cannot be started", "cannot be heard", ""}
