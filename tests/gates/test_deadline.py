"""The deadline: it ends what never ends, says so only once it is over, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from agentops_gates.gates.deadline import cancel, deadline
from agentops_gates.model.errors import DeadlineExceededError


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def seconds(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def test_what_ends_in_time_is_left_alone() -> None:
    with deadline(5):
        value = sum(range(1000))
    assert value == 499500


def test_the_error_of_the_block_comes_through() -> None:
    with pytest.raises(ZeroDivisionError), deadline(5):
        _ = 1 / 0


def spin() -> None:
    while True:
        pass


def match() -> None:
    re.match(r"(a+)+$", "a" * 40 + "b")


def wait() -> None:
    subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"], check=False)


def sleep() -> None:
    time.sleep(60)


@pytest.mark.parametrize("action", [spin, match, wait, sleep], ids=lambda action: action.__name__)
@pytest.mark.parametrize("limit", [0.3, 0.0, -1.0])
def test_what_never_ends_is_ended(action: Callable[[], None], limit: float) -> None:
    def run() -> None:
        with pytest.raises(DeadlineExceededError), deadline(limit):
            action()

    assert seconds(run) < 5


def test_a_handler_for_every_exception_does_not_catch_it() -> None:
    def run() -> None:
        try:
            spin()
        except Exception:  # noqa: BLE001 - as foreign parsers do
            sleep()

    with pytest.raises(DeadlineExceededError), deadline(0.2):
        run()


def test_a_limit_longer_than_a_second_is_kept() -> None:
    ticks: list[float] = []
    started = time.monotonic()
    with pytest.raises(DeadlineExceededError), deadline(2.3, ticks.append):
        sleep()
    assert 2.3 <= time.monotonic() - started < 5
    assert [round(tick) for tick in ticks] == [1, 2]


def test_another_thread_has_no_limit_and_no_signal() -> None:
    done: list[bool] = []

    def run() -> None:
        with deadline(0.01):
            time.sleep(0.1)
        done.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done == [True]


def test_a_handler_that_was_there_is_there_again() -> None:
    calls: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: calls.append(number))
    try:
        with pytest.raises(DeadlineExceededError), deadline(0.05):
            sleep()
        signal.raise_signal(signal.SIGALRM)
        assert calls == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_deadline_just_at_the_end_leaves_no_alarm_for_later() -> None:
    late = 0
    for step in range(200):
        try:
            with deadline(0.00002 * step):
                sum(range(step * 20))
        except DeadlineExceededError:
            cancel()
            late += 1
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    time.sleep(0.6)  # longer than a deadline takes to come again
    assert late <= 200


def test_a_bare_except_puts_it_off_and_no_more() -> None:
    def swallow() -> None:
        while True:
            with suppress(BaseException):  # as foreign parsers do
                sleep()
            sleep()

    def run() -> None:
        with pytest.raises(DeadlineExceededError), deadline(0.2):
            swallow()

    assert seconds(run) < 5


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_destructor_that_swallows_it_puts_it_off_and_no_more() -> None:
    class Slow:
        def __del__(self) -> None:
            time.sleep(60)

    def destroy() -> None:
        Slow()
        sleep()

    def run() -> None:
        with pytest.raises(DeadlineExceededError), deadline(0.2):
            destroy()

    assert seconds(run) < 5


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("I/O on closed file"), RuntimeError("reentrant call")])
def test_a_sign_of_life_that_nobody_reads_does_not_hurt(error: Exception) -> None:
    def tick(elapsed: float) -> None:
        raise error

    with deadline(5, tick):
        time.sleep(1.1)
