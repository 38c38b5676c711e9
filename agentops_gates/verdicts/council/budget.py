"""How much of a judge's context window a packet may take, and what goes in first when not all of it fits.

Never more than ``share`` percent (40 at most) of the window that the policy declares: a judge that has been filled up
does not read, it skims. Tokens are estimated as bytes / 3 of the finished packet: English text and source code take
3.5 to 4.5 bytes a token in the vocabularies in use, minified code and digests come near 3, and a script that is not
Latin has more bytes a character. So the estimate errs on the side of too many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...model.light import Any, NamedTuple

_BYTES_PER_TOKEN = 3


class Item(NamedTuple):
    """A part of a packet that may be left out: the list that it belongs to, its ``name`` for people, and its value.

    ``path`` is the path in git that it is about, empty for a message; ``rank`` orders by risk, the greatest first.
    """

    section: str
    name: str
    path: str
    rank: tuple[Any, ...]
    value: dict[str, Any]


def tokens(packet: bytes) -> int:
    """Return how many tokens ``packet`` is taken to be."""
    return -(-len(packet) // _BYTES_PER_TOKEN)


def room(context: int, share: int) -> int:
    """Return how many bytes a packet may have for a judge with a window of ``context`` tokens."""
    return context * share // 100 * _BYTES_PER_TOKEN


def fit(items: Sequence[Item], space: int) -> tuple[list[Item], list[Item]]:
    """Return those of ``items`` that fit into ``space`` bytes, and the rest, each in the order given.

    They are taken by rank. One that does not fit is left out whole, and a later, smaller one may still fit: nothing is
    shown in part, as half a difference would be judged as if it were all.
    """
    kept = set()
    for number in sorted(range(len(items)), key=lambda number: items[number].rank):
        price = cost(items[number])
        if price <= space:
            space -= price
            kept.add(number)
    return (
        [item for number, item in enumerate(items) if number in kept],
        [item for number, item in enumerate(items) if number not in kept],
    )


def cost(item: Item) -> int:
    """Return how many bytes of a packet ``item`` takes."""
    return len(encode(item.value)) + 1


def encode(value: object) -> bytes:
    """Return ``value`` as the JSON that packets are written in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
