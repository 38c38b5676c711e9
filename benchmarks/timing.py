"""Runs whole processes and measures them: wall time, processor time and peak memory, interleaved, medians.

Keep this process small: what it holds when it starts another one counts as that one's peak memory on Linux.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Sample(NamedTuple):
    """One run: seconds of wall and of processor time (children included), peak memory in MiB, exit code."""

    wall: float
    cpu: float
    peak: float
    rc: int


class Job(NamedTuple):
    """A command to measure. ``prepare`` runs before every round, unmeasured; ``ok`` are the exit codes of an answer."""

    name: str
    argv: Sequence[str]
    cwd: str
    env: Mapping[str, str] = {}
    stdin: bytes = b""
    prepare: Callable[[], object] | None = None
    ok: Sequence[int] = (0,)
    # A slow peer need not be waited for as often as the rest.
    rounds: int | None = None


class Result(NamedTuple):
    """What the rounds of a job came to; ``note`` says why there are none, or what was odd about them."""

    name: str
    wall: float | None
    least: float | None
    cpu: float | None
    peak: float | None
    rounds: int
    note: str = ""


def not_measured(name: str, why: str) -> Result:
    """Return the result of a job that could not be run; it is shown, never dropped."""
    return Result(name, None, None, None, None, 0, f"not measured: {why}")


def measure(jobs: Sequence[Job], rounds: int) -> list[Result]:
    """Run all jobs ``rounds`` times, one after the other in each round, so that noise hits all of them alike."""
    samples: dict[str, list[Sample]] = {job.name: [] for job in jobs}
    for number in range(rounds):
        for job in jobs:
            if number < (job.rounds or rounds):
                samples[job.name].append(run(job))
        if sys.stderr.isatty():
            print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    return [_result(job, samples[job.name]) for job in jobs]


def run(job: Job) -> Sample:
    """Run a job once. Its output goes nowhere, as with a hook that has nothing to say."""
    if job.prepare:
        job.prepare()
    started = time.perf_counter()
    process = subprocess.Popen(
        job.argv,
        cwd=job.cwd,
        env={**os.environ, **job.env},
        stdin=subprocess.PIPE if job.stdin else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if process.stdin:
        process.stdin.write(job.stdin)
        process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, process.returncode)


def _result(job: Job, samples: Sequence[Sample]) -> Result:
    bad = sorted({sample.rc for sample in samples} - set(job.ok))
    return Result(
        job.name,
        median([sample.wall for sample in samples]),
        min(sample.wall for sample in samples),
        median([sample.cpu for sample in samples]),
        max(sample.peak for sample in samples),
        len(samples),
        f"exit code {bad[0]}: not an answer" if bad else "",
    )


def median(values: Sequence[float]) -> float:
    """Return the median (the lower one of two)."""
    return sorted(values)[(len(values) - 1) // 2]
