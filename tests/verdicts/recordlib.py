"""One full record of every kind, and short words for storing and reading them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import (
    Ack,
    Attempt,
    Content,
    Judge,
    Mechanical,
    Override,
    Plan,
    Record,
    Revocation,
    Statement,
)
from agentops_gates.verdicts import records, statement

GATE = "push-after-vibe"
TIME = 1_790_000_000
VERDICT = Statement(
    gate=GATE,
    verdict="WARN",
    repository="acme/app",
    object_format="sha1",
    ref="refs/heads/main",
    base="1" * 40,
    base_tree="2" * 40,
    head_tree="3" * 40,
    trees=("3" * 40, "4" * 40),
    changes=("5" * 40, "5" * 40, "6" * 40),
    policy="a" * 64,
    plan=Plan("billing", "b" * 64, ("bd-1", "bd-2")),
    mechanical=(
        Mechanical("complexity-regression", "1.0", "PASS", "c" * 64),
        Mechanical("tests", "", "WARN", "d" * 64),
    ),
    judges=(
        Judge("judge@example.org", "m-1", "vendor", "s-1", "vendor", "PASS", "e" * 64),
        Judge("zoë@example.org", "", "", "", "human", "WARN", "f" * 64),
    ),
    authors=("ada@example.org", "session:42"),
    findings=("F1", "F2"),
    findings_digest="0" * 64,
    not_checked=("docs/größe.md",),
    lineage="billing",
    attempt=2,
    issued=TIME,
    lifetime=604_800,
    derived_from="verdict-" + "7" * 40,
    touched=("0123456789ab", "abcdef012345"),
    run="attempt-" + "7" * 40,
    unseen=("logo.png",),
)
ACK = Ack("verdict-" + "7" * 40, ("F1", "F2"), "lead@example.org", "known, tracked", TIME, 3600)
OVERRIDE = Override(
    "acme/app", "refs/heads/main", "1" * 40, "3" * 40, (GATE,), "lead@example.org", "on fire", TIME, 86_400
)
REVOCATION = Revocation("ack-" + "8" * 40, "lead@example.org", "too early", TIME)
ATTEMPT = Attempt(
    gate=GATE,
    repository="acme/app",
    object_format="sha1",
    ref="refs/heads/main",
    base="1" * 40,
    head_tree="3" * 40,
    epic="billing",
    changes=("5" * 40, "6" * 40),
    authors=("ada@example.org", "session:42"),
    touched=("0123456789ab",),
    issued=TIME,
    unheard="attempt-" + "8" * 40,
    nonce="0123456789abcdef",
)
CONTENTS: dict[str, Content] = {
    "verdict": VERDICT,
    "ack": ACK,
    "override": OVERRIDE,
    "revocation": REVOCATION,
    "attempt": ATTEMPT,
}


def record_of(content: Content, signature: bytes = b"") -> Record:
    """Return ``content`` as a record."""
    kind, payload = statement.kind_of(content), statement.dump(content)
    return Record(statement.record_id(kind, payload), kind, payload, signature)


def numbered(number: int, signature: bytes = b"") -> Record:
    """Return a verdict that differs from every other number's."""
    return record_of(VERDICT._replace(findings_digest=f"{number:064x}"), signature)


def document(content: Content) -> dict[str, Any]:
    """Return what stands in the record's payload."""
    return json.loads(statement.dump(content))


def encoded(value: object) -> bytes:
    """Return ``value`` in the form in which records are written."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def stored(path: Path, gate: str | None = None) -> tuple[dict[str, Record], list[str]]:
    """Return all records of the repository by id, and all problems."""
    with Repo.open(str(path)) as repo:
        found = list(records.load(repo, gate))
    good = {entry.id: entry.record for entry in found if entry.record}
    assert len(good) == sum(1 for entry in found if entry.record)
    return good, [entry.problem for entry in found if not entry.record]
