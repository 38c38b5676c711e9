"""What a server takes of new records: few at a time, about itself, and signed where only that counts.

A record is kept for good and looked at whenever something is judged. So whatever could never count is not let in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..git.repo import Repo
from ..model.light import NamedTuple
from ..model.text import printable
from ..model.verdict import Attempt, Content, Override, Record, Statement
from .records import content_of
from .strictjson import MalformedError
from .verify import Trust, signed_by

MOST_RECORDS = 200
MOST_BYTES = 4 << 20
_PARTS = "push them in parts, or have the administrator raise records and bytes in agentops/server.toml"


class Refusal(NamedTuple):
    """Why a ref may not move as a push asks, in one line, and what to do."""

    text: str
    fix: str = ""


class Terms(NamedTuple):
    """By what a server takes records.

    ``records`` and ``size`` (bytes) are the most that one push may bring. ``repositories`` are the names that a record
    may have for this one; empty where nobody gave it a name. ``trusts`` are those whose signatures count, by the clock
    ``now``; where it is None, a record need not be signed.
    """

    records: int = MOST_RECORDS
    size: int = MOST_BYTES
    repositories: frozenset[str] = frozenset()
    trusts: Iterable[Trust] | None = None
    now: int = 0


class Intake:
    """The new records of one push, each read once."""

    def __init__(self, repo: Repo, terms: Terms) -> None:
        self._repo = repo
        self._terms = terms
        self._size = 0
        self._taken: list[tuple[str, Record]] = []

    def add(self, place: str, gate: str, record: Record) -> Refusal | None:
        """Take ``record``, which stands at ``place`` for messages, or return what is wrong with it."""
        self._size += len(record.payload) + len(record.signature)
        self._taken.append((place, record))
        if self._size > self._terms.size:
            return self.over()
        try:
            return self._foreign(content_of(gate, record))
        except MalformedError as error:
            return Refusal(f"is no record: {error}", "agentops-gate verdict list")

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self._taken) >= self._terms.records or self._size > self._terms.size

    def over(self) -> Refusal:
        """Return why one more is too many."""
        most = f"{self._terms.records:,} records and {self._terms.size:,} bytes"
        return Refusal(f"is too much: one push may bring {most} that are new here", _PARTS)

    def _foreign(self, content: Content) -> Refusal | None:
        if isinstance(content, Statement | Attempt) and content.object_format != self._repo.object_format:
            return Refusal(f"is about a repository of {content.object_format} objects", "push it where it belongs")
        names = self._terms.repositories
        if isinstance(content, Statement | Attempt | Override) and names and content.repository not in names:
            return Refusal(f"is about the repository {printable(content.repository)!r}", "push it where it belongs")
        return None

    def unsigned(self) -> Iterator[tuple[str, Refusal]]:
        """Yield place and reason for the records that nobody has signed whose word counts here."""
        left: Sequence[tuple[str, Record]] = self._taken
        if self._terms.trusts is None or not left:
            return
        words: dict[str, Refusal] = {}
        # Where the first one suffices, nobody looks for others.
        for trust in self._terms.trusts:
            refused = dict(self._refused(left, trust))
            words = {**refused, **words}
            left = [item for item in left if item[0] in refused]
            if not left:
                break
        for place, _ in left:
            yield place, words[place]

    def _refused(self, items: Sequence[tuple[str, Record]], trust: Trust) -> Iterator[tuple[str, Refusal]]:
        from .signing import SignatureError

        answers = signed_by(self._repo, [record for _, record in items], trust, self._terms.now)
        for place, record in items:
            answer = answers[record]
            if isinstance(answer, SignatureError):
                problem = str(answer).removeprefix(f"the signature of {printable(record.id)} ")
                yield place, Refusal(f"has a signature that {problem}: only signed records count here", answer.fix)
