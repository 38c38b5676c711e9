"""A word as far as it is known before the shell has run: text with holes in it."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Value(NamedTuple):
    """What one word expands to. ``pieces`` are its parts in order, None for each that is not known.

    ``splits`` says that a hole stood outside quotes, so that the word may become none, or several. ``start`` and
    ``end`` are offsets into the command line that was given, of the text that it comes from.
    """

    pieces: tuple[str | None, ...]
    start: int = 0
    end: int = 0
    splits: bool = False

    @property
    def text(self) -> str | None:
        """The whole word, None if any of it is not known."""
        return "".join(piece or "" for piece in self.pieces) if None not in self.pieces else None

    @property
    def known(self) -> bool:
        """Whether all of it is known."""
        return None not in self.pieces

    @property
    def prefix(self) -> str:
        """What it certainly begins with."""
        found = []
        for piece in self.pieces:
            if piece is None:
                break
            found.append(piece)
        return "".join(found)

    @property
    def suffix(self) -> str:
        """What it certainly ends with."""
        found = []
        for piece in reversed(self.pieces):
            if piece is None:
                break
            found.append(piece)
        return "".join(reversed(found))

    def may_be(self, word: str) -> bool:
        """Tell whether it can turn out to be ``word``."""
        if self.known:
            return self.text == word
        rest = word
        if not rest.startswith(self.prefix):
            return False
        rest = rest[len(self.prefix) :]
        if not rest.endswith(self.suffix):
            return False
        rest = rest[: len(rest) - len(self.suffix)]
        first, last = self.pieces.index(None), len(self.pieces) - 1 - self.pieces[::-1].index(None)
        for piece in self.pieces[first : last + 1]:
            if piece is None:
                continue
            place = rest.find(piece)
            if place < 0:
                return False
            rest = rest[place + len(piece) :]
        return True

    def at(self, start: int, end: int) -> Value:
        """Return it as the text from ``start`` to ``end``."""
        return self._replace(start=start, end=end)


UNKNOWN = Value((None,), splits=True)


def literal(text: str, start: int = 0, end: int = 0) -> Value:
    """Return the value of known text."""
    return Value((text,), start, end)


def joined(values: Iterable[Value]) -> Value:
    """Return what several values are when written without a blank between them."""
    found = list(values)
    pieces: list[str | None] = []
    for value in found:
        for piece in value.pieces:
            _append(pieces, piece)
    start = min((value.start for value in found), default=0)
    end = max((value.end for value in found), default=0)
    return Value(tuple(pieces) or ("",), start, end, any(value.splits for value in found))


def _append(pieces: list[str | None], piece: str | None) -> None:
    """Put a piece behind others; text joins text, and one hole beside another is one hole."""
    last = pieces[-1] if pieces else ""
    if pieces and piece is None and last is None:
        return
    if pieces and piece is not None and last is not None:
        pieces[-1] = last + piece
    else:
        pieces.append(piece)
