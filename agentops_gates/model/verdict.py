"""Verdicts as plain data: what was judged, by whom, with what result; and what a verifier makes of it.

Nothing here reads or trusts anything: ``verdicts/statement.py`` turns these into bytes and back,
``verdicts/transition.py`` reads a transition from git objects, ``verdicts/decide.py`` sets one against the other.
"""

from __future__ import annotations

from .light import Literal, NamedTuple

Word = Literal["PASS", "WARN", "FAIL"]
RecordKind = Literal["verdict", "ack", "override", "revocation", "attempt"]
Independence = Literal["session", "model", "vendor", "human"]
#: From worst to best; the result of several parts is the first of them in this order.
WORDS: tuple[Word, ...] = ("FAIL", "WARN", "PASS")


class Plan(NamedTuple):
    """The plan of an epic: its id, the SHA-256 of the plan's blobs, and the ids of its issues, sorted."""

    epic: str
    digest: str
    issues: tuple[str, ...]


class Transition(NamedTuple):
    """One move of a ref, as git objects tell it.

    ``base`` and ``head`` are commits; a ref that is new to an empty remote has the all-zero base and the empty tree.
    ``trees`` are those of every commit in base..head, the head's among them. ``changes`` are the verbatim patch ids of
    the commits in base..head (merges and empty commits have none), sorted. ``paths`` are those that differ between base
    and head. ``authors`` are the identities behind the commits: e-mail addresses in lower case (authors, committers,
    co-authors), ``session:ID`` and ``key:SHA256:...``. ``policy`` is the digest of the policy in the base.
    ``fast_forward`` tells that nothing is taken off the ref: what it pointed to is still in its history, or it is new.
    If not, ``lost`` are the trees of the commits that it would lose.
    """

    repository: str
    object_format: str
    ref: str
    base: str
    base_tree: str
    head: str
    head_tree: str
    trees: frozenset[str]
    changes: tuple[str, ...]
    paths: tuple[str, ...]
    authors: frozenset[str]
    policy: str
    plan: Plan | None = None
    fast_forward: bool = True
    lost: frozenset[str] = frozenset()


class Mechanical(NamedTuple):
    """One mechanical check and its result; ``digest`` is the SHA-256 of its whole output."""

    check: str
    version: str
    result: Word
    digest: str


class Judge(NamedTuple):
    """One judge of a council. ``principal`` is who signs or is answerable (an e-mail address as a rule).

    ``independence`` is how far this judge is from the authors: another session, model, vendor, or a human. ``digest``
    is the SHA-256 of the judge's whole answer.
    """

    principal: str
    model: str
    vendor: str
    session: str
    independence: Independence
    verdict: Word
    digest: str


class Statement(NamedTuple):
    """A verdict on one transition. Times are whole seconds since 1970 (UTC); ``lifetime`` is in seconds.

    ``findings`` are ids of what the judges found, ``not_checked`` what they ought to have looked at and did not, and
    ``unseen`` the other paths that they did not look at. ``attempt`` counts from 1
    within ``lineage``. ``derived_from`` is the id of the verdict that this one was derived from, or empty. ``touched``
    are digests of paths that differ between base and head (``verdicts/lineage.py``). ``run`` is the id of the attempt
    that led to this verdict; empty for one that was made without a council.
    """

    gate: str
    verdict: Word
    repository: str
    object_format: str
    ref: str
    base: str
    base_tree: str
    head_tree: str
    trees: tuple[str, ...]
    changes: tuple[str, ...]
    policy: str
    plan: Plan | None
    mechanical: tuple[Mechanical, ...]
    judges: tuple[Judge, ...]
    authors: tuple[str, ...]
    findings: tuple[str, ...]
    findings_digest: str
    not_checked: tuple[str, ...]
    lineage: str
    attempt: int
    issued: int
    lifetime: int
    derived_from: str = ""
    touched: tuple[str, ...] = ()
    run: str = ""
    unseen: tuple[str, ...] = ()


class Attempt(NamedTuple):
    """That judges are about to be asked: what is left of a run that ends without a verdict.

    ``epic`` may be empty; ``changes`` are the smallest of the patch ids. ``unheard`` is the id of the attempt of a run
    that came to its end without an answer from anybody, which then does not count; empty at the beginning of a run.
    ``nonce`` tells one run from another of the same second.
    """

    gate: str
    repository: str
    object_format: str
    ref: str
    base: str
    head_tree: str
    epic: str
    changes: tuple[str, ...]
    authors: tuple[str, ...]
    touched: tuple[str, ...]
    issued: int
    unheard: str = ""
    nonce: str = ""


class Ack(NamedTuple):
    """Somebody else's acknowledgement of a WARN: it names the verdict and every finding."""

    verdict: str
    findings: tuple[str, ...]
    principal: str
    reason: str
    issued: int
    lifetime: int


class Override(NamedTuple):
    """A person's leave for one transition, whatever the named gates say.

    ``trees`` are those that it may bring. ``rewind`` is the commit to which it may take the ref back, or empty, and
    ``lost`` are the trees of the commits that the ref loses by that.
    """

    repository: str
    ref: str
    base: str
    head_tree: str
    gates: tuple[str, ...]
    principal: str
    reason: str
    issued: int
    lifetime: int
    trees: tuple[str, ...] = ()
    rewind: str = ""
    lost: tuple[str, ...] = ()


class Revocation(NamedTuple):
    """The end of a verdict, ack or override before its time."""

    record: str
    principal: str
    reason: str
    issued: int


Content = Statement | Ack | Override | Revocation | Attempt


class Record(NamedTuple):
    """A stored record: ``id`` is ``<kind>-<first 40 hex digits of the payload's SHA-256>``.

    ``payload`` are the signed bytes, ``signature`` is OpenSSH's armoured signature or empty. The id is that of the
    statement: one that several people sign, or nobody, is one id and as many records.
    """

    id: str
    kind: RecordKind
    payload: bytes
    signature: bytes = b""


class Signer(NamedTuple):
    """Who a verified signature belongs to: principal, the key's fingerprint (``SHA256:...``), and its type.

    ``held_apart`` tells that the author's account cannot read the key: it is hardware-backed, or the verifier's
    configuration says so and nothing on this machine contradicts it.
    """

    principal: str
    fingerprint: str
    key_type: str
    held_apart: bool


class Checked(NamedTuple):
    """A record that was parsed and whose signature was looked at. ``problem`` is why it does not count, or empty."""

    id: str
    content: Content | None
    signer: Signer | None
    problem: str = ""


class Decision(NamedTuple):
    """What a verifier decides about one transition and gate.

    ``accepted`` by record ``by`` (a verdict, or an override), at assurance ``level`` 0 to 4. ``reason`` is one line:
    what was accepted and how, or for the nearest record which field differs. ``fix`` is the next step, never one by
    which the author could approve himself.
    """

    accepted: bool
    level: int
    by: str
    reason: str
    fix: str = ""
    verdict: Word | None = None
    derived: bool = False
    rule: str = ""
