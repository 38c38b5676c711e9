"""What is said on standard error when a run ends without a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..model.text import printable

_WIDTH = 80
_NAME = "agentops-gate: "
_FIX = "  fix: "


def complaint(message: str, fix: str, environ: Mapping[str, str]) -> str:
    """Return the lines for an error: each of ``message`` under our name, then the ``fix``, in 80 columns.

    Words are not broken, so a path can stand out. Lines of ``fix`` that are indented are commands to copy, and stay
    whole. In GitHub Actions the same becomes an annotation too.
    """
    text = "\n".join([*_message(message), *_fix(fix)]) + "\n"
    if environ.get("GITHUB_ACTIONS") != "true":
        return text
    from ..formats.github import failure

    return failure(text, message, fix)


def _message(message: str) -> Iterator[str]:
    for line in message.split("\n"):
        yield from _wrapped(line, _NAME, "  ")


def _fix(fix: str) -> Iterator[str]:
    lead = _FIX
    for step in filter(str.strip, fix.split("\n")):
        yield from [lead + printable(step)] if step.startswith(" ") else _wrapped(step, lead, " " * len(_FIX))
        lead = " " * len(_FIX)


def _wrapped(line: str, first: str, rest: str) -> list[str]:
    from textwrap import wrap

    return wrap(
        printable(line),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
