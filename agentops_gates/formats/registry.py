"""Finds a format by its name and imports nothing but that one."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.errors import UsageError
from ..model.finding import Report
from ..model.gate import Gate
from ..model.light import Protocol, cast
from ..model.text import printable
from . import FORMATS


class Render(Protocol):
    """What every module of this package offers under the name ``render``.

    ``gates`` is the metadata of the gates that ran (formats that describe rules use it), ``width`` the columns of
    the terminal, ``color`` whether ANSI colour may be used. Returns a whole document ending in a newline, or "" where
    a format has nothing to say.
    """

    def __call__(self, report: Report, *, gates: Sequence[Gate] = ..., width: int = ..., color: bool = ...) -> str:
        """Return ``report`` as text."""


def get(name: str) -> Render:
    """Return the renderer called ``name``; UsageError lists the names when there is none."""
    if name not in FORMATS:
        raise UsageError(f"unknown format {printable(name)!r}", fix=f"choose one of {', '.join(FORMATS)}")
    from importlib import import_module

    return cast(Render, import_module(f"{__package__}.{name}").render)
