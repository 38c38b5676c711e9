"""The records that a decision is made from, sorted: which of them count for what, and which have come to an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Ack, Attempt, Checked, Override, Revocation, Statement

#: How far a record's clock may be ahead of the verifier's, in seconds.
SKEW = 300


class Book(NamedTuple):
    """Records by kind, each with what was found out about its signature.

    ``against`` are the verdicts that may shut a door, more than may open one, and ``attempts``, by their ids, the runs
    that may. ``ended`` maps the ids of records that do not open anything any more to the reason. ``unread`` are
    problems of records that cannot be read.
    """

    verdicts: tuple[tuple[Checked, Statement], ...]
    acks: tuple[tuple[Checked, Ack], ...]
    overrides: tuple[tuple[Checked, Override], ...]
    against: tuple[tuple[Checked, Statement], ...]
    attempts: Mapping[str, Attempt]
    ended: Mapping[str, str]
    unread: tuple[str, ...]


def sort(checked: Sequence[Checked], *, signed: bool) -> Book:
    """Return the records as a book; with ``signed``, a signature must be known for a record to shut a door.

    Without it any record that can be read does: whoever may write a PASS unsigned may write a FAIL. Records that are
    given twice count once. Two different records of one id, which takes an attack on its digest, open nothing.
    """
    records = list(dict.fromkeys((item.id, item.content, item.signer, item.problem) for item in checked))
    items = [Checked(*item) for item in records]
    counted = [item for item in items if _known(item) or not signed]
    # One record may be stored twice, signed and not.
    against = {(item.id, statement): (item, statement) for item, statement in _statements(counted)}
    return Book(
        verdicts=tuple(_statements(items)),
        acks=_acks(items),
        overrides=_overrides(items),
        against=tuple(against.values()),
        attempts={item.id: item.content for item in counted if isinstance(item.content, Attempt)},
        ended=_doubled(items) | _revocations(counted),
        unread=_unread(items),
    )


def _statements(items: Iterable[Checked]) -> Iterator[tuple[Checked, Statement]]:
    return ((item, item.content) for item in items if isinstance(item.content, Statement))


def _acks(items: Iterable[Checked]) -> tuple[tuple[Checked, Ack], ...]:
    return tuple((item, item.content) for item in items if isinstance(item.content, Ack))


def _overrides(items: Iterable[Checked]) -> tuple[tuple[Checked, Override], ...]:
    return tuple((item, item.content) for item in items if isinstance(item.content, Override))


def _revocations(items: Iterable[Checked]) -> dict[str, str]:
    contents = (item.content for item in items)
    return {content.record: _revoked(content) for content in contents if isinstance(content, Revocation)}


def _unread(items: Iterable[Checked]) -> tuple[str, ...]:
    return tuple(f"{printable(item.id)}: {printable(item.problem)}" for item in items if item.content is None)


def stale(issued: int, lifetime: int, now: int, longest: int) -> str:
    """Return why a record does not count by the clock ``now``, or "". In seconds; ``longest`` caps ``lifetime``."""
    if issued > now + SKEW:
        return f"is issued {issued - now:,} seconds in the future"
    over = now - issued - min(lifetime, longest)
    return f"expired {over:,} seconds ago" if over >= 0 else ""


def _known(item: Checked) -> bool:
    return item.signer is not None and not item.problem


def _doubled(items: Sequence[Checked]) -> dict[str, str]:
    seen: dict[str, object] = {}
    twice = (item.id for item in items if seen.setdefault(item.id, item.content) != item.content)
    return dict.fromkeys(twice, "shares its id with another record")


def _revoked(content: Revocation) -> str:
    return f"is revoked by {printable(content.principal)}: {printable(content.reason)}"
