"""Records as bytes and back: in-toto statements in one form only, so that the signed bytes say one thing.

``parse`` takes what ``dump`` writes and nothing else. Two different byte strings never have the same content, so no
byte of a record can change without changing what it says, or ending it.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from ..model.digest import sha256
from ..model.light import Any, cast
from ..model.verdict import (
    Ack,
    Attempt,
    Content,
    Judge,
    Mechanical,
    Override,
    Plan,
    RecordKind,
    Revocation,
    Statement,
)
from . import fields, instant
from .strictjson import LIMIT, MalformedError, loads

_CLASSES: dict[type, RecordKind] = {
    Statement: "verdict",
    Ack: "ack",
    Override: "override",
    Revocation: "revocation",
    Attempt: "attempt",
}
_WIDTH = {"sha1": 40, "sha256": 64}
_PUSH_IN_PARTS = "push in parts, each judged on its own"

Document = dict[str, Any]


def kind_of(content: Content) -> RecordKind:
    """Return the kind of record that ``content`` makes."""
    return _CLASSES[type(content)]


def record_id(kind: RecordKind, payload: bytes) -> str:
    """Return the id of the record that these bytes are."""
    return f"{kind}-{sha256(payload).hexdigest()[: fields.ID_DIGITS]}"


def ordered(content: Statement) -> Statement:
    """Return ``content`` with its lists as they are written: sorted, and without repeats, save those of ``changes``."""
    plan = content.plan
    return content._replace(
        trees=tuple(sorted(set(content.trees))),
        changes=tuple(sorted(content.changes)),
        plan=plan and plan._replace(issues=tuple(sorted(set(plan.issues)))),
        mechanical=tuple(sorted(set(content.mechanical))),
        judges=tuple(sorted(set(content.judges), key=lambda one: (one.principal, one.vendor, one.model, one.session))),
        authors=tuple(sorted(set(content.authors))),
        findings=tuple(sorted(set(content.findings))),
        not_checked=tuple(sorted(set(content.not_checked))),
        unseen=tuple(sorted(set(content.unseen))),
        touched=tuple(sorted(set(content.touched))),
    )


def dump(content: Content) -> bytes:
    """Return the payload for ``content``: at most 1 MiB, always the same bytes.

    Raises MalformedError for what :func:`parse` would not take: it reads back what is written.
    """
    kind, document = kind_of(content), _document(content)
    _check(kind, document)
    payload = _encode(document)
    if len(payload) > LIMIT:
        raise MalformedError(f"is larger than {LIMIT:,} bytes ({len(payload):,})", _PUSH_IN_PARTS)
    if parse(kind, payload) != content:
        raise MalformedError("says something else when it is read back")
    return payload


def parse(kind: RecordKind, payload: bytes) -> Content:
    """Return what ``payload`` says, if it is exactly what :func:`dump` writes for a record of this kind.

    Raises MalformedError, with one line that names the field.
    """
    document = loads(payload)
    _check(kind, document)
    content = _READ[kind](document["subject"][0], document["predicate"])
    if (written := _encode(_document(content))) != payload:
        raise MalformedError(f"is not in the one form that is written, from byte {_differs(written, payload):,} on")
    return content


def _document(content: Content) -> Document:
    kind = kind_of(content)
    subject, predicate = _WRITE[kind](content)
    return {
        "_type": fields.STATEMENT,
        "subject": [subject],
        "predicateType": fields.predicate_type(kind),
        "predicate": predicate,
    }


def _check(kind: RecordKind, document: Any) -> None:  # noqa: ANN401 - any JSON at all
    try:
        fields.shape(kind).check(document, "")
    except MalformedError as error:
        fix = _PUSH_IN_PARTS if str(error).startswith(("predicate.trees has", "predicate.changes has")) else ""
        raise MalformedError(str(error), fix) from None
    subject, predicate = document["subject"][0], document["predicate"]
    if "ref" in predicate:
        fields.check_ref(predicate["ref"], "predicate.ref")
        _check_oids(subject, predicate)
    if "sha256Prefix" in subject["digest"] and not subject["name"].endswith(f"-{subject['digest']['sha256Prefix']}"):
        raise MalformedError("subject[0].digest.sha256Prefix is not that of subject[0].name")


def _check_oids(subject: Document, predicate: Document) -> None:
    """Hold all object ids of a statement to one length: its object format's, or the head tree's if it names none."""
    head = subject["digest"]["gitTree"]
    width = _WIDTH.get(predicate.get("objectFormat", ""), len(head))
    places = {"subject[0].digest.gitTree": head}
    places |= {f"predicate.base.{name}": oid for name, oid in predicate["base"].items()}
    if predicate.get("rewind"):
        places["predicate.rewind"] = predicate["rewind"]
    for name in ("trees", "changes", "lost"):
        oids = predicate.get(name, ())
        if {*map(len, oids)} - {width}:
            places |= {f"predicate.{name}[{number}]": oid for number, oid in enumerate(oids)}
    for place, oid in places.items():
        if len(oid) != width:
            raise MalformedError(f"{place} must have {width} digits, as all object ids of this repository")


def _encode(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _differs(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _sha256(digest: str) -> Document:
    return {"sha256": digest}


def _by_record(record: str) -> Document:
    return {"name": record, "digest": {"sha256Prefix": record.rpartition("-")[2]}}


def _write_verdict(content: Statement) -> tuple[Document, Document]:
    plan = content.plan
    return {"name": content.repository, "digest": {"gitTree": content.head_tree}}, {
        "gate": content.gate,
        "verdict": content.verdict,
        "objectFormat": content.object_format,
        "ref": content.ref,
        "base": {"gitCommit": content.base, "gitTree": content.base_tree},
        "trees": list(content.trees),
        "changes": list(content.changes),
        "policy": _sha256(content.policy),
        "plan": plan and {"epic": plan.epic, "digest": _sha256(plan.digest), "issues": list(plan.issues)},
        "mechanical": [{**check._asdict(), "digest": _sha256(check.digest)} for check in content.mechanical],
        "judges": [{**judge._asdict(), "digest": _sha256(judge.digest)} for judge in content.judges],
        "authors": list(content.authors),
        "findings": list(content.findings),
        "findingsDigest": _sha256(content.findings_digest),
        "notChecked": list(content.not_checked),
        "unseen": list(content.unseen),
        "lineage": content.lineage,
        "attempt": content.attempt,
        "issued": instant.text(content.issued),
        "lifetime": content.lifetime,
        "derivedFrom": content.derived_from,
        "touched": list(content.touched),
        "run": content.run,
    }


def _read_verdict(subject: Document, said: Document) -> Statement:
    plan = said["plan"]
    return Statement(
        gate=said["gate"],
        verdict=said["verdict"],
        repository=subject["name"],
        object_format=said["objectFormat"],
        ref=said["ref"],
        base=said["base"]["gitCommit"],
        base_tree=said["base"]["gitTree"],
        head_tree=subject["digest"]["gitTree"],
        trees=tuple(said["trees"]),
        changes=tuple(said["changes"]),
        policy=said["policy"]["sha256"],
        plan=plan and Plan(plan["epic"], plan["digest"]["sha256"], tuple(plan["issues"])),
        mechanical=tuple(Mechanical(**{**check, "digest": check["digest"]["sha256"]}) for check in said["mechanical"]),
        judges=tuple(Judge(**{**judge, "digest": judge["digest"]["sha256"]}) for judge in said["judges"]),
        authors=tuple(said["authors"]),
        findings=tuple(said["findings"]),
        findings_digest=said["findingsDigest"]["sha256"],
        not_checked=tuple(said["notChecked"]),
        unseen=tuple(said["unseen"]),
        lineage=said["lineage"],
        attempt=said["attempt"],
        issued=_issued(said),
        lifetime=said["lifetime"],
        derived_from=said["derivedFrom"],
        touched=tuple(said["touched"]),
        run=said["run"],
    )


def _write_ack(content: Ack) -> tuple[Document, Document]:
    return _by_record(content.verdict), {
        "findings": list(content.findings),
        "principal": content.principal,
        "reason": content.reason,
        "issued": instant.text(content.issued),
        "lifetime": content.lifetime,
    }


def _read_ack(subject: Document, said: Document) -> Ack:
    findings = tuple(said["findings"])
    return Ack(subject["name"], findings, said["principal"], said["reason"], _issued(said), said["lifetime"])


def _write_override(content: Override) -> tuple[Document, Document]:
    return {"name": content.repository, "digest": {"gitTree": content.head_tree}}, {
        "ref": content.ref,
        "base": {"gitCommit": content.base},
        "trees": list(content.trees),
        "rewind": content.rewind,
        "lost": list(content.lost),
        "gates": list(content.gates),
        "principal": content.principal,
        "reason": content.reason,
        "issued": instant.text(content.issued),
        "lifetime": content.lifetime,
    }


def _read_override(subject: Document, said: Document) -> Override:
    return Override(
        repository=subject["name"],
        ref=said["ref"],
        base=said["base"]["gitCommit"],
        head_tree=subject["digest"]["gitTree"],
        gates=tuple(said["gates"]),
        principal=said["principal"],
        reason=said["reason"],
        issued=_issued(said),
        lifetime=said["lifetime"],
        trees=tuple(said["trees"]),
        rewind=said["rewind"],
        lost=tuple(said["lost"]),
    )


def _write_revocation(content: Revocation) -> tuple[Document, Document]:
    return _by_record(content.record), {
        "principal": content.principal,
        "reason": content.reason,
        "issued": instant.text(content.issued),
    }


def _read_revocation(subject: Document, said: Document) -> Revocation:
    return Revocation(subject["name"], said["principal"], said["reason"], _issued(said))


def _write_attempt(content: Attempt) -> tuple[Document, Document]:
    return {"name": content.repository, "digest": {"gitTree": content.head_tree}}, {
        "gate": content.gate,
        "objectFormat": content.object_format,
        "ref": content.ref,
        "base": {"gitCommit": content.base},
        "epic": content.epic,
        "changes": list(content.changes),
        "authors": list(content.authors),
        "touched": list(content.touched),
        "issued": instant.text(content.issued),
        "unheard": content.unheard,
        "nonce": content.nonce,
    }


def _read_attempt(subject: Document, said: Document) -> Attempt:
    return Attempt(
        gate=said["gate"],
        repository=subject["name"],
        object_format=said["objectFormat"],
        ref=said["ref"],
        base=said["base"]["gitCommit"],
        head_tree=subject["digest"]["gitTree"],
        epic=said["epic"],
        changes=tuple(said["changes"]),
        authors=tuple(said["authors"]),
        touched=tuple(said["touched"]),
        issued=_issued(said),
        unheard=said["unheard"],
        nonce=said["nonce"],
    )


def _issued(said: Document) -> int:
    try:
        return instant.seconds(said["issued"])
    except MalformedError as error:
        raise MalformedError(f"predicate.issued {error}") from None


_WRITE = cast(
    "dict[RecordKind, Callable[[Content], tuple[Document, Document]]]",
    {
        "verdict": _write_verdict,
        "ack": _write_ack,
        "override": _write_override,
        "revocation": _write_revocation,
        "attempt": _write_attempt,
    },
)
_READ: dict[RecordKind, Callable[[Document, Document], Content]] = {
    "verdict": _read_verdict,
    "ack": _read_ack,
    "override": _read_override,
    "revocation": _read_revocation,
    "attempt": _read_attempt,
}
