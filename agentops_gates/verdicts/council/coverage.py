"""What nobody checked. A file counts as checked when a judge was shown all of it and says that it looked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ...model.light import NamedTuple
from ...model.text import printable
from ...policy.paths import fault, matches
from .answer import Answer
from .judges import Opinion
from .packet import Material

_WILD = frozenset("*?[")
# A judge is a program, too: thousands of globs against thousands of paths would take hours.
_MOST_GLOBS = 200
_LONGEST = 1_000
_MOST = 1_000


class Names:
    """Paths, folders and globs as a judge lists them."""

    def __init__(self, entries: Collection[str]) -> None:
        self._plain = {entry.removesuffix("/") for entry in entries}
        wild = [entry for entry in entries if _WILD & set(entry)][:_MOST_GLOBS]
        self._globs = [entry for entry in wild if not fault(entry)]

    def __contains__(self, name: str) -> bool:
        return any(folder in self._plain for folder in _folders(name)) or matches(name, self._globs)


def _folders(name: str) -> Iterator[str]:
    """Yield the folders that lie above ``name``, and ``name`` itself."""
    parts = name.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))


class _Looked(NamedTuple):
    opinion: Opinion
    checked: Names
    not_checked: Names
    words: tuple[str, ...]

    def at(self, path: str, name: str) -> bool:
        packet = self.opinion.packet
        return packet is not None and path in packet.shown and name in self.checked and name not in self.not_checked


def unchecked(found: Material, opinions: Sequence[Opinion], required: Sequence[str]) -> tuple[str, ...]:
    """Return what ought to have been checked and was not, sorted: paths, parts of the packet, and judges' own words.

    ``required`` are globs of paths. What has no path (the plan, a commit's message, whatever a judge says that it could
    not check) is always required.
    """
    looked = [_looked(opinion, opinion.answer) for opinion in opinions if opinion.answer]
    names = {name for path, name in found.names.items() if matches(path, required) and not _seen(looked, path, name)}
    names.update(_in_no_packet([one.opinion for one in looked]), _admitted(found, looked))
    listed = sorted(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..." for name in names)
    more = len(listed) - _MOST
    return tuple(sorted([*listed[:_MOST], f"and {more:,} more"])) if more > 0 else tuple(listed)


def _looked(opinion: Opinion, answer: Answer) -> _Looked:
    return _Looked(opinion, Names(answer.checked), Names(answer.not_checked), answer.not_checked)


def _seen(looked: Sequence[_Looked], path: str, name: str) -> bool:
    return any(one.at(path, name) for one in looked)


def _in_no_packet(opinions: Sequence[Opinion]) -> set[str]:
    """Return what has no path and was in nobody's packet."""
    left = [{item.name for item in opinion.packet.left if not item.path} for opinion in opinions if opinion.packet]
    return set.intersection(*left) if left else set()


def _admitted(found: Material, looked: Sequence[_Looked]) -> Iterator[str]:
    """Yield what judges say in other words than names of changed files, which are looked at above."""
    names = set(found.names.values())
    folders = {folder for name in names for folder in _folders(name)}
    for one in looked:
        words = [word for word in one.words if word.removesuffix("/") not in folders]
        globs = _matching(words, names)
        who = printable(one.opinion.judge.name)
        yield from (f"{who}: {printable(word)}" for word in words if word not in globs)


def _matching(words: Sequence[str], names: Collection[str]) -> set[str]:
    """Return those of ``words`` that are globs and match one of ``names``."""
    wild = [word for word in words if _WILD & set(word)][:_MOST_GLOBS]
    return {word for word in wild if any(name in Names([word]) for name in names)}
