"""What the statement of each kind of record holds, field by field. The published schemas are made from this."""

from __future__ import annotations

import re

from ..model.light import Any
from ..model.verdict import WORDS, RecordKind
from . import instant
from .shape import Choice, Many, Maybe, Number, Shape, Table, Text
from .strictjson import MalformedError

STATEMENT = "https://in-toto.io/Statement/v1"
KINDS: tuple[RecordKind, ...] = ("verdict", "ack", "override", "revocation", "attempt")
#: Of the SHA-256 of a record's payload, how many hexadecimal digits its id has: 160 bits, as a commit's.
ID_DIGITS = 40
_LONGEST_ID = 60
MOST_TREES = 10_000
DAY = 86_400
LONGEST_LIFETIME = 366 * DAY
_SITE = "https://agentops-gates.dev"
_SHA256 = Text(64, 64, "[0-9a-f]{64}", "the 64 hexadecimal digits of a SHA-256")
_OID = Text(64, 40, "[0-9a-f]{40}|[0-9a-f]{64}", "an object id, 40 or 64 hexadecimal digits")
_GATE = Text(64, 1, "[a-z0-9]+(?:-[a-z0-9]+)*", "the id of a gate")
_REF = Text(1_000, 6, "refs/.+", "the full name of a ref")
_NAME = Text(1_000)
_SOMEBODY = Text(1_000, 1, r"(?:.*\S.*)", "a name")
_REASON = Text(4_000, 1, r"(?:.*\S.*)", "words")
_PATHS = Many(Text(5_000, 1), 10_000)
_NAMES = Many(Text(1_000, 1), 10_000)
_TIME = Text(20, 20, instant.PATTERN, "a time like 2026-01-02T03:04:05Z")
_DIGEST = Table({"sha256": _SHA256})


def _id(kinds: str) -> Text:
    return Text(_LONGEST_ID, 1, f"(?:{kinds})-[0-9a-f]{{{ID_DIGITS}}}", "the id of a record")


_VERDICT_ID = _id("verdict")
_RECORD_ID = _id("verdict|ack|override")
_ATTEMPT_ID = _id("attempt")
_WORD = Choice(WORDS)
_LIFETIME = Number(1, LONGEST_LIFETIME)

_MECHANICAL = Table({"check": Text(1_000, 1), "version": _NAME, "result": _WORD, "digest": _DIGEST})
_JUDGE = Table(
    {
        "principal": _SOMEBODY,
        "model": _NAME,
        "vendor": _NAME,
        "session": _NAME,
        "independence": Choice(("session", "model", "vendor", "human")),
        "verdict": _WORD,
        "digest": _DIGEST,
    }
)
_PLAN = Table({"epic": Text(1_000, 1), "digest": _DIGEST, "issues": _NAMES})
_DERIVED = Text(_LONGEST_ID, 0, f"|{_VERDICT_ID.pattern}", "empty or the id of a verdict")
_RUN = Text(_LONGEST_ID, 0, f"|{_ATTEMPT_ID.pattern}", "empty or the id of an attempt")
_TOUCHED = Many(Text(12, 12, "[0-9a-f]{12}", "12 hexadecimal digits"), 256)
_TREE = Table({"gitTree": _OID})
_REWIND = Text(64, 0, f"|{_OID.pattern}", "empty or the id of a commit")
_RECORD = Table({"sha256Prefix": Text(ID_DIGITS, ID_DIGITS, f"[0-9a-f]{{{ID_DIGITS}}}", "hexadecimal digits")})

#: By kind, the shapes of the subject's name, of its digest, and of the predicate.
PARTS: dict[RecordKind, tuple[Shape, Shape, Table]] = {
    "verdict": (
        _NAME,
        _TREE,
        Table(
            {
                "gate": _GATE,
                "verdict": _WORD,
                "objectFormat": Choice(("sha1", "sha256")),
                "ref": _REF,
                "base": Table({"gitCommit": _OID, "gitTree": _OID}),
                "trees": Many(_OID, MOST_TREES),
                "changes": Many(_OID, MOST_TREES, repeats=True),
                "policy": _DIGEST,
                "plan": Maybe(_PLAN),
                "mechanical": Many(_MECHANICAL, 1_000, by=("check",)),
                "judges": Many(_JUDGE, 100, by=("principal", "vendor", "model", "session")),
                "authors": _NAMES,
                "findings": _NAMES,
                "findingsDigest": _DIGEST,
                "notChecked": _PATHS,
                "unseen": _PATHS,
                "lineage": _NAME,
                "attempt": Number(1, 1_000_000),
                "issued": _TIME,
                "lifetime": _LIFETIME,
                "derivedFrom": _DERIVED,
                "touched": _TOUCHED,
                "run": _RUN,
            }
        ),
    ),
    "ack": (
        _VERDICT_ID,
        _RECORD,
        Table(
            {
                "findings": _NAMES,
                "principal": _SOMEBODY,
                "reason": _REASON,
                "issued": _TIME,
                "lifetime": _LIFETIME,
            }
        ),
    ),
    "override": (
        _NAME,
        _TREE,
        Table(
            {
                "ref": _REF,
                "base": Table({"gitCommit": _OID}),
                "trees": Many(_OID, MOST_TREES),
                "rewind": _REWIND,
                "lost": Many(_OID, MOST_TREES),
                "gates": Many(_GATE, 100, 1),
                "principal": _SOMEBODY,
                "reason": _REASON,
                "issued": _TIME,
                "lifetime": Number(1, DAY),
            }
        ),
    ),
    "revocation": (
        _RECORD_ID,
        _RECORD,
        Table({"principal": _SOMEBODY, "reason": _REASON, "issued": _TIME}),
    ),
    "attempt": (
        _NAME,
        _TREE,
        Table(
            {
                "gate": _GATE,
                "objectFormat": Choice(("sha1", "sha256")),
                "ref": _REF,
                "base": Table({"gitCommit": _OID}),
                "epic": _NAME,
                "changes": Many(_OID, 256),
                "authors": _NAMES,
                "touched": _TOUCHED,
                "issued": _TIME,
                "unheard": _RUN,
                "nonce": Text(16, 0, "|[0-9a-f]{16}", "empty or 16 hexadecimal digits"),
            }
        ),
    ),
}


def predicate_type(kind: RecordKind) -> str:
    """Return the URI that names the predicate of a kind."""
    return f"{_SITE}/{kind}/v1"


def shape(kind: RecordKind) -> Table:
    """Return the shape of a whole statement, its fields in the order in which they are written."""
    name, digest, predicate = PARTS[kind]
    return Table(
        {
            "_type": Choice((STATEMENT,)),
            "subject": Many(Table({"name": name, "digest": digest}), 1, 1, by=("name",)),
            "predicateType": Choice((predicate_type(kind),)),
            "predicate": predicate,
        }
    )


def is_record_id(text: str) -> bool:
    """Return whether ``text`` has the form of a record's id, of any kind."""
    return re.fullmatch(_id("|".join(KINDS)).pattern, text) is not None


def is_record_name(text: str) -> bool:
    """Return whether a record can be stored as ``text``: its id, and what tells one signature from others behind a dot.

    See ``records.name_of``.
    """
    name, dot, mark = text.partition(".")
    return is_record_id(name) and (not dot or re.fullmatch(f"[0-9a-f]{{{ID_DIGITS}}}", mark) is not None)


def is_gate(text: str) -> bool:
    """Return whether ``text`` has the form of a gate's id."""
    return len(text) <= _GATE.most and re.fullmatch(_GATE.pattern, text) is not None


def schema(kind: RecordKind) -> str:
    """Return the content of ``schemas/<kind>-v1.schema.json`` (draft-07)."""
    import json

    document: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"{_SITE}/schemas/{kind}-v1.schema.json",
        "title": f"agentops-gates {kind}, version 1",
        "description": (
            "The payload of a stored record: an in-toto Statement, compact JSON in UTF-8, keys in the order given "
            "here, one line end after it, at most 1 MiB; there is no other way to write the same. Lists are sorted by "
            "code point. Object ids have the length of the object format. Times are of the calendar. Numbers have no "
            "fraction and no exponent. A schema cannot say these things, but the reader holds to them."
        ),
        **shape(kind).schema(),
    }
    return json.dumps(document, indent=2) + "\n"


def check_ref(name: str, place: str) -> None:
    """Raise MalformedError, which names ``place``, for what git would not take as a ref's name (check-ref-format)."""
    parts = name.split("/")
    bad = (
        re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{", name)
        or name.endswith(".")
        or any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    )
    if bad:
        raise MalformedError(f"{place} is no name that git gives a ref")
