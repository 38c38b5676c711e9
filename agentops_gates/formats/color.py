"""Whether to use colour, as no-color.org, bixense.com/clicolors and CPython's own tracebacks agree on it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..model.light import IO, Any


def use_color(stream: IO[Any], mode: str = "auto", environ: Mapping[str, str] | None = None) -> bool:
    """Say whether ``stream`` gets ANSI colour.

    A ``mode`` of "always" or "never" wins over "auto"; then NO_COLOR (any value but the empty one), FORCE_COLOR and
    CLICOLOR_FORCE (any but empty and "0"), CLICOLOR=0, TERM=dumb; then whether the stream is a terminal. ``environ``
    defaults to os.environ.
    """
    if mode != "auto":
        return mode == "always"
    env = os.environ if environ is None else environ
    if env.get("NO_COLOR"):
        return False
    if any(env.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if env.get("CLICOLOR") == "0" or env.get("TERM") == "dumb":
        return False
    return _is_terminal(stream)


def _is_terminal(stream: IO[Any]) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # a closed or replaced stream is no terminal
        return False
