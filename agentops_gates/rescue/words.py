"""Snapshots in words, in 80 columns; whatever comes from a repository is made safe to print."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.text import printable
from .content import Snapshot

_WIDTH = 80
_MOST_LEFT = 10
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def told(snapshot: Snapshot) -> list[str]:
    """Return what to say when a command was let through: what was saved, what was not, and the way back."""
    made = "saved first as" if snapshot.fresh else "saved already as"
    return [
        *wrapped(f"{made} {snapshot.id}: {holds(snapshot)}"),
        *(f"  {line}" for line in left(snapshot)),
        f"  back: agentops-gate rescue restore {snapshot.id}",
    ]


def holds(snapshot: Snapshot) -> str:
    """Return in a clause what a snapshot holds."""
    parts = [
        *_files(snapshot),
        _count(len(snapshot.refs), "ref"),
        _count(len(snapshot.stashes), "stash", "stashes"),
        _count(snapshot.reflog, "commit of reflogs", "commits of reflogs"),
    ]
    return ", ".join(filter(None, parts)) or "HEAD"


def _files(snapshot: Snapshot) -> Iterator[str]:
    kinds = [file.kind for file in snapshot.files]
    work = sum(kind in ("changed", "untracked", "ignored") for kind in kinds)
    if work:
        yield f"{_count(work, 'file')} ({_size(snapshot.bytes)})"
    for kind, word in (("staged", "staged"), ("deleted", "deleted"), ("unmerged", "sides of conflicts")):
        if number := kinds.count(kind):  # type: ignore[arg-type]
            yield f"{number:,} {word}"
    yield _count(kinds.count("bundle"), "repository within", "repositories within")


def left(snapshot: Snapshot) -> list[str]:
    """Return lines that name what was left out, the first ten of each reason's in full."""
    lines = []
    for why in dict.fromkeys(one.why for one in snapshot.left):
        paths = [printable(one.path) or "." for one in snapshot.left if one.why == why]
        more = f" and {len(paths) - _MOST_LEFT:,} more" if len(paths) > _MOST_LEFT else ""
        lines += wrapped(f"not saved, {why}: {', '.join(paths[:_MOST_LEFT])}{more}")
    return lines


def age(seconds: int) -> str:
    """Return a span of time in its largest unit."""
    for unit, word in _UNITS:
        if seconds >= unit:
            return f"{_count(seconds // unit, word)} ago"
    return "now"


def wrapped(text: str, indent: str = "") -> list[str]:
    """Return ``text`` in lines of 78 columns, the second and later ones indented; long words stay whole."""
    from textwrap import wrap

    return wrap(
        text,
        _WIDTH - 2,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(number: int, one: str, many: str = "") -> str:
    if not number:
        return ""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _size(number: int) -> str:
    for unit, word in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if number >= unit:
            return f"{number / unit:.1f} {word}"
    return f"{number} bytes"
