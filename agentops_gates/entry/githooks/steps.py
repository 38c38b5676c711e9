"""What installing and removing hooks share: looking at everything first, then acting, then telling."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Callable, Iterable

from ...model.errors import UsageError
from ...model.light import NamedTuple
from ...model.text import printable
from .hookfile import HookFile


class Step(NamedTuple):
    """What was done about one hook file: ``what`` is installed, updated, unchanged, removed, restored or kept.

    ``note`` adds what the reader should know, or is empty; ``fix`` says what to do about a file that was kept.
    """

    path: str
    what: str
    note: str = ""
    fix: str = ""


Plan = Callable[[], Step | None]


def carry_out(plans: Iterable[Plan]) -> list[Step]:
    """Make all plans, then run them, and return their steps; raise UsageError for what the file system refuses."""
    try:
        return [step for plan in list(plans) if (step := plan()) is not None]
    except OSError as error:
        where = printable(error.filename or "the hooks directory")
        raise UsageError(f"cannot change {where}: {error.strerror or error}", "agentops-gate doctor") from error


def same(one: HookFile, other: HookFile) -> bool:
    """Return whether two existing hooks are the same to the byte, executable or not alike."""
    if one.link or other.link:
        return one.link and other.link and os.readlink(one.path) == os.readlink(other.path)
    return one.runs == other.runs and filecmp.cmp(one.path, other.path, shallow=False)
