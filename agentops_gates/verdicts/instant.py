"""Times as records hold them: RFC 3339, UTC, whole seconds; ``2026-01-02T03:04:05Z``."""

from __future__ import annotations

import time

from .strictjson import MalformedError

PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_LATEST = 253402300799  # the last second that a year of four digits has
_EPOCH_DAY = 719468  # from the first of March of the year 0


def text(seconds: int) -> str:
    """Return ``seconds`` since 1970 (UTC) as text. Raises MalformedError before 1970 and after 9999."""
    if not 0 <= seconds <= _LATEST:
        raise MalformedError("issued is a time before 1970 or after 9999")
    moment = time.gmtime(seconds)
    return (
        f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}"
        f"T{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02}Z"
    )


def seconds(stamp: str) -> int:
    """Return what :func:`text` made into ``stamp``, which matches ``PATTERN``.

    A date that no calendar has (30 February, 24:00) raises MalformedError.
    """
    year, month, day = int(stamp[:4]), int(stamp[5:7]), int(stamp[8:10])
    hour, minute, second = int(stamp[11:13]), int(stamp[14:16]), int(stamp[17:19])
    # Years that begin in March have the leap day last, and months of regular lengths before it. datetime would cost
    # a hook 2 ms to import.
    year -= month <= 2
    days = year * 365 + year // 4 - year // 100 + year // 400 + (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    total = (days - _EPOCH_DAY) * 86400 + hour * 3600 + minute * 60 + second
    if not 0 <= total <= _LATEST or text(total) != stamp:
        raise MalformedError(f"is no time: {stamp}")
    return total
