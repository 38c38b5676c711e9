"""Works out the strings and lists in program text, as far as they are constants."""

from __future__ import annotations

from .code import Token
from .expand import joined_with
from .frame import Budget, words_of
from .value import UNKNOWN, Value, joined, literal

_STARS = ("*", "...", ".", "@")
_OPENING = ("(", "[", "{")
_METHODS = ("split", "%", "format", "join")
_HOLE = UNKNOWN._replace(splits=False)


class Expressions:
    """Strings and lists, and the names that hold some."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.names: dict[str, Value | list[Value]] = {}

    def value(self, tokens: list[Token]) -> Value | list[Value] | None:
        """Return the string or the list that an expression is, None for any other."""
        self.budget.spend(4 * len(tokens) + 4)
        found = [token for token in tokens if token.kind != "p" or token.text != "\n"]
        while len(found) > 1 and found[0].kind == "n" and sign(found, 1) in (":", "="):
            found = found[2:]
        if not found:
            return None
        if sign(found, 0) in ("[", "("):
            end = _closing(found)
            items = self._list(found[1:end])
            return self._longer(items, found[end + 1 :])
        return self._sum(found)

    def string(self, token: Token) -> Value:
        """Return a string, with what is known of the values that are put into it."""
        found = []
        for piece in token.pieces:
            held = self.names.get(piece[0]) if isinstance(piece, tuple) else literal(piece)
            found.append(held if isinstance(held, Value) else _HOLE)
        return joined(found)

    def _list(self, inside: list[Token]) -> list[Value]:
        items: list[Value] = []
        for piece in separated(inside):
            value = self.value(piece)
            if isinstance(value, list):
                items.extend(value)
            else:
                items.append(UNKNOWN if value is None or piece[0].text in _STARS else value)
        return items

    def _sum(self, found: list[Token]) -> Value | list[Value] | None:
        """Return strings, and names that hold them, one behind the other."""
        pieces: list[Value] = []
        for index, token in enumerate(found):
            held = self._held(token, found, index)
            if isinstance(held, list):
                return self._longer(held, found[index + 1 :])
            if held is not None:
                pieces.append(held)
            elif pieces and token.text in _METHODS:
                return self._method(token.text, joined(pieces), found[index + 1 :])
            elif pieces and token.text in _OPENING:
                pieces.append(UNKNOWN)
                break
        return None if {*pieces} <= {_HOLE, UNKNOWN} else joined(pieces)

    def _method(self, name: str, text: Value, rest: list[Token]) -> Value | list[Value]:
        if name == "split":
            return words_of(text)
        if name != "join":
            return slots(text)
        items = self.value(rest)
        return joined_with(items if isinstance(items, list) else [UNKNOWN], text.prefix)

    def _held(self, token: Token, found: list[Token], index: int) -> Value | list[Value] | None:
        """Return what one token stands for, None for signs and for what is done to the string before it."""
        if token.kind == "s":
            return self.string(token)
        if token.kind != "n":
            return None
        if token.text in self.names:
            return self.names[token.text]
        return None if index and sign(found, index - 1) == "." else _HOLE

    def _longer(self, held: list[Value], rest: list[Token]) -> list[Value]:
        """Return a list to which another is added."""
        if not rest:
            return held
        more = self.value(rest[1:])
        return [*held, *more] if isinstance(more, list) else [*held, UNKNOWN]


def sign(tokens: list[Token], index: int) -> str:
    """Return the sign at ``index``, "" for anything else."""
    return tokens[index].text if 0 <= index < len(tokens) and tokens[index].kind == "p" else ""


def separated(tokens: list[Token]) -> list[list[Token]]:
    """Split at the commas that stand in no brackets; empty places are left out."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "p":
            depth += (token.text in "([{") - (token.text in ")]}")
            if not depth and token.text == ",":
                found.append([])
                continue
        found[-1].append(token)
    return [one for one in found if any(token.text != "\n" for token in one)]


def _closing(tokens: list[Token]) -> int:
    """Return where the bracket that stands first closes."""
    depth = 0
    for index in range(len(tokens)):
        depth += (sign(tokens, index) in ("[", "(", "{")) - (sign(tokens, index) in ("]", ")", "}"))
        if not depth:
            return index
    return len(tokens)


def slots(found: Value) -> Value:
    """Return a format with holes where values are put in."""
    pieces: list[str | None] = []
    for piece in found.pieces:
        if piece is None:
            pieces.append(None)
        else:
            pieces.extend(_cut(piece))
    return joined([Value((piece,)) for piece in pieces])


def _cut(text: str) -> list[str | None]:
    found: list[str | None] = []
    while True:
        place = min((n for n in (text.find("%s"), text.find("%d"), text.find("{")) if n >= 0), default=-1)
        if place < 0:
            return [*found, text]
        end = text.find("}", place) + 1 if text[place] == "{" else place + 2
        found.extend([text[:place], None])
        text = text[end or len(text) :]
