"""One question to decide, as the parts of the decision pass it on, and the two answers that they give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..git.messages import addresses
from ..model.light import NamedTuple
from ..model.verdict import Checked, Judge, Signer, Statement, Transition, Word
from .book import Book
from .derive import Facts
from .levels import Boundary, Party, level, party
from .rules import Rules

#: What each gate's verdicts are made with.
_MAKERS = {"push-after-vibe": "agentops-gate vibe", "pre-mortem-before-crank": "agentops-gate pre-mortem PLAN"}


class Refusal(NamedTuple):
    """Why not: the rule, what is wrong (one line, without the record's id), and the next step."""

    rule: str
    words: str
    fix: str = ""


class Case(NamedTuple):
    """What is decided. ``insiders`` are the names of the authors and of whoever pushes, as :func:`names_of` makes them.

    ``boundary`` is the door behind which the verifier stands, where its own configuration says so.
    ``readable`` maps the fingerprints of keys that this account can get at to the place.
    """

    gate: str
    transition: Transition
    book: Book
    mechanical: Word
    rules: Rules
    now: int
    facts: Facts
    insiders: frozenset[str]
    boundary: Boundary
    readable: Mapping[str, str]

    @property
    def again(self) -> str:
        """The step that has the change judged anew."""
        return f"have it judged: {_MAKERS.get(self.gate, 'agentops-gate verdict')}, then agentops-gate verdict publish"

    def level(
        self, signer: Signer | None, judges: Sequence[Judge] = (), parties: Iterable[Party] = ()
    ) -> tuple[int, tuple[str, ...]]:
        """Return the level of a record that is in order by all else, and what is missing to the next ones."""
        place = self._place(signer)
        return level(bound=True, signer=signer, readable=place, boundary=self.boundary, judges=judges, parties=parties)

    def party(self, signer: Signer | None, judges: Sequence[Judge]) -> Party | None:
        """Return whose word of their own a record is that is in order by all else."""
        return party(signer, self._place(signer), judges)

    def _place(self, signer: Signer | None) -> str:
        return self.readable.get(signer.fingerprint, "") if signer else ""

    @property
    def signed(self) -> bool:
        """Whether a record must be signed to open anything."""
        return self.rules.required_level >= 2


def names_of(name: str, signer: Signer | None = None) -> frozenset[str]:
    """Return all that a person may be known by: the name in lower case, addresses in it, and the key that signed."""
    key = (f"key:{signer.fingerprint}".casefold(),) if signer else ()
    return frozenset((name.strip().casefold(), *addresses(name), *key))


def pusher_names(name: str) -> frozenset[str]:
    """Return the names of whoever pushes: a way in may know somebody by a login, and a judge be known by an address."""
    login, at, _ = name.strip().casefold().partition("@")
    return names_of(name) | {f"address-of:{login}" if at else f"login:{login}"}


def party_names(name: str, signer: Signer | None = None) -> frozenset[str]:
    """Return the names of somebody who may not push what he decides on, to hold against :func:`pusher_names`.

    The part before the @ of an address is taken for a login, and a name without one for the beginning of any address.
    """
    login, at, _ = name.strip().casefold().partition("@")
    return names_of(name, signer) | {f"login:{login}" if at else f"address-of:{login}"}


def insiders(case: Case, statement: Statement) -> frozenset[str]:
    """Return the names of the case's insiders and of those who were the authors when the verdict was made."""
    return case.insiders.union(*map(names_of, statement.authors))


def unsound(case: Case, checked: Checked) -> str:
    """Return why this record cannot open anything whatever it says, or ""."""
    if checked.problem:
        return checked.problem
    if case.signed and checked.signer is None:
        return f"is not signed, and the policy asks for level {case.rules.required_level}"
    return case.book.ended.get(checked.id, "")
