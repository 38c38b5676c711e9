"""What nobody checked. A file counts as checked when a judge was shown all of it and says that it looked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ...model.light import NamedTuple
from ...model.text import printable
from ...policy.paths import fault, matches
from . import material
from .judges import Opinion
from .packet import Material

_WILD = frozenset("*?[")
# A judge is a program, too: thousands of globs against thousands of paths would take hours.
_MOST_GLOBS = 200
_LONGEST = 300
_MOST = 1_000


class Names:
    """Paths, folders and globs as a judge lists them.

    What is the name of one of ``files`` stands for that file alone: somebody may call a file ``**``, or ``src`` where
    there was a folder.
    """

    def __init__(self, entries: Collection[str], files: Collection[str] = ()) -> None:
        self._exact = {entry for entry in entries if entry in files}
        others = [entry for entry in entries if entry not in self._exact]
        self._plain = {entry.removesuffix("/") for entry in others}
        wild = [entry for entry in others if _WILD & set(entry)][:_MOST_GLOBS]
        self._globs = [entry for entry in wild if not fault(entry)]

    def __contains__(self, name: str) -> bool:
        if name in self._exact:
            return True
        return any(folder in self._plain for folder in _folders(name)) or matches(name, self._globs)


class Gaps(NamedTuple):
    """What nobody checked, sorted: what a PASS must have checked, and the paths that it need not."""

    required: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def _folders(name: str) -> Iterator[str]:
    """Yield the folders that lie above ``name``, and ``name`` itself."""
    parts = name.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))


class _Looked(NamedTuple):
    opinion: Opinion
    checked: Names
    not_checked: Names
    words: tuple[str, ...]

    def at(self, path: str, names: Sequence[str]) -> bool:
        """Return whether the judge saw and checked ``path``; ``names`` are its own and the one that it had before."""
        packet = self.opinion.packet
        admitted = any(name in self.not_checked for name in names)
        return packet is not None and path in packet.shown and names[0] in self.checked and not admitted


def unchecked(found: Material, opinions: Sequence[Opinion], required: Sequence[str]) -> Gaps:
    """Return what was not checked: paths, parts of the packet, and judges' own words.

    ``required`` are globs of paths, and a file that moved is at both. What has no path (the plan, a commit's message,
    whatever a judge says that it could not check) is always required.
    """
    looked = list(_looked(found, opinions))
    gaps: dict[bool, set[str]] = {True: set(), False: set()}
    for path, name in found.names.items():
        names = [name, *map(material.name, found.paths(path)[1:])]
        if not any(one.at(path, names) for one in looked):
            gaps[any(matches(place, required) for place in found.paths(path))].add(name)
    gaps[True].update(_in_no_packet([one.opinion for one in looked]), _admitted(found, looked))
    return Gaps(_listed(gaps[True]), _listed(gaps[False] - gaps[True]))


def _listed(names: Collection[str]) -> tuple[str, ...]:
    listed = sorted(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..." for name in names)
    more = len(listed) - _MOST
    return tuple(sorted([*listed[:_MOST], f"and {more:,} more"])) if more > 0 else tuple(listed)


def _looked(found: Material, opinions: Sequence[Opinion]) -> Iterator[_Looked]:
    files = {*found.names.values(), *map(material.name, found.former.values())}
    for opinion in opinions:
        if answer := opinion.answer:
            # In doubt a judge has checked less rather than more.
            yield _Looked(opinion, Names(answer.checked, files), Names(answer.not_checked), answer.not_checked)


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
