"""How far an acceptance can be trusted, worked out from facts and never rounded up.

Each level takes all that the one below it takes. What a level stops is what no author can do without also breaking
something that the level rests on; the documentation and ``doctor`` print it from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from ..model.light import Literal, NamedTuple
from ..model.text import printable
from ..model.verdict import Judge, Signer

Boundary = Literal["", "server", "ci"]


class Level(NamedTuple):
    """One level: its name, what it takes, what it stops, and what still gets past it."""

    number: int
    name: str
    takes: str
    stops: str
    leaves: str


LEVELS: tuple[Level, ...] = (
    Level(
        0,
        "recorded",
        "a record of the verdict exists",
        "forgetting: nobody has to remember whether this was looked at",
        "everything else: the record may be about another state, or written by the author",
    ),
    Level(
        1,
        "bound",
        "the record is about exactly this move of this branch under this policy, nobody named in it judges their own "
        "work, no FAIL stands, it has neither expired nor been revoked, and the mechanical checks were run again",
        "mistakes and haste: a verdict that is stale, replayed from another branch, or older than the last edit",
        "an author who writes the record and puts another name on it",
    ),
    Level(
        2,
        "signed",
        "the record is signed by a judge whose key the author's account cannot read (a hardware key that is touched, "
        "or a key that the policy says is held apart and that is not found here), and who may sign was settled before "
        "this change",
        "forged verdicts and self-approval: the author lacks the key, and the change cannot add one",
        "whoever does not run the check: git commit --no-verify, another git client, a deleted hook, the kill switch",
    ),
    Level(
        3,
        "enforced",
        "it was verified where the author's credential reaches neither the check nor its configuration: a hook on a "
        "server behind HTTP or an ssh forced command, or a required workflow",
        "going around the hook: every client, flag and variable on the author's side",
        "one judge who was talked into a PASS, or whose key was taken",
    ),
    Level(
        4,
        "two-party",
        "a person judged and signed it with a key of their own, or judges of two vendors passed it and signed, each "
        "with a key of their own that reaches level 2",
        "one judge who was deceived or taken over",
        "two who are deceived in the same way, and whoever administers the server",
    ),
)


class Party(NamedTuple):
    """A judge who passed it, and whose own signature was verified at level 2: who, by which key, of what vendor."""

    principal: str
    key: str
    vendor: str


def party(signer: Signer | None, readable: str, judges: Iterable[Judge]) -> Party | None:
    """Return the signer as a party, if he is a judge who passed it and names a vendor; for the rest see ``level``.

    A program can vouch for the programs it ran, but that makes them no parties of their own.
    """
    if signer is None or _unsigned(signer, readable):
        return None
    vendors = (_vendor(judge) for judge in judges if judge.verdict == "PASS" and _is(judge, signer))
    vendor = next(filter(None, vendors), "")
    return Party(signer.principal.casefold(), signer.fingerprint, vendor) if vendor else None


def level(
    *,
    bound: bool,
    signer: Signer | None = None,
    readable: str = "",
    boundary: Boundary = "",
    judges: Iterable[Judge] = (),
    parties: Iterable[Party] = (),
) -> tuple[int, tuple[str, ...]]:
    """Return the level that these facts reach, and for each missing step to the top one line that says what is missing.

    ``bound`` tells that every check but those on the signature passed. ``signer`` is whose signature was verified.
    ``readable`` is where this account can get at the signer's private key, or empty. ``boundary`` is the door at which
    it was verified, as the verifier's own configuration asserts it. ``judges`` are those of the verdict, ``parties``
    those of all verdicts on the same transition that are in order.
    """
    missing = (
        "" if bound else "level 1: it is not about exactly this change",
        _unsigned(signer, readable),
        "" if boundary in {"server", "ci"} else _LOCAL,
        _alone(signer, tuple(judges), tuple(parties)),
    )
    reached = next((number for number, reason in enumerate(missing) if reason), len(missing))
    return reached, tuple(filter(None, missing))


def words(number: int) -> str:
    """Return how a level is printed, as ``level 1 (bound)``."""
    return f"level {number} ({LEVELS[number].name})"


_LOCAL = (
    "level 3: it was verified where the author could have changed the verifier, not at a server or a required workflow"
)


def _unsigned(signer: Signer | None, readable: str) -> str:
    if signer is None:
        return "level 2: no judge's signature was verified"
    who = printable(signer.principal)
    if not signer.held_apart:
        return f"level 2: nothing says that the key of {who} is out of the author's reach (policy: verdicts.held_apart)"
    # What lies on the disk for a hardware key is of no use without the touch that held_apart stands for.
    if readable and not signer.key_type.startswith("sk-"):
        return f"level 2: the key of {who} is within reach of this account: {readable}"
    return ""


def _alone(signer: Signer | None, judges: tuple[Judge, ...], parties: tuple[Party, ...]) -> str:
    passing = [judge for judge in judges if judge.verdict == "PASS"]
    # A program can vouch for the programs it ran, but not for a person.
    if signer and any(_is(judge, signer) for judge in passing if judge.independence == "human"):
        return ""
    if any(_differ(one, other) for one, other in combinations(parties, 2)):
        return ""
    return "level 4: neither a person nor judges of two vendors, each with a key of their own, passed it and signed"


def _differ(one: Party, other: Party) -> bool:
    """Whether these are two: one key is one party, whatever names stand with it."""
    return one.principal != other.principal and one.key != other.key and one.vendor != other.vendor


def _vendor(judge: Judge) -> str:
    return judge.vendor.strip().casefold()


def _is(judge: Judge, signer: Signer) -> bool:
    return judge.principal.casefold() == signer.principal.casefold()
