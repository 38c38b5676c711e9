"""What makes two findings the same one, run after run, while lines shift and numbers change."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from ..model.finding import Finding
from .common import path_bytes, utf8

# Object ids (with a digit, or the word "defaced" would be one), then numbers, but not those within a name like f1.
_CHANGING = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{7,64}\b|(?<!\w)[0-9]+(?:[.,][0-9]+)*")


def fingerprint(finding: Finding) -> str:
    """Return 32 hex digits from the rule, the path, and the function's qualified name with the metric.

    Without a name in ``data`` the message stands in for it, numbers and object ids masked. A finding that belongs to
    no file is identified by its commit.
    """
    name = finding.data.get("qualname")
    what = f"{name} {finding.data.get('metric', '')}" if name else _CHANGING.sub("#", finding.message)
    where = path_bytes(finding.path) if finding.path is not None else (finding.commit or "").encode()
    identity = b"\0".join((finding.rule.encode(), where, " ".join(utf8(what).split()).encode()))
    return hashlib.sha256(identity).hexdigest()[:32]


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Return one fingerprint per finding, ``<hex>:1``; equal ones are numbered in the order given."""
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        digest = fingerprint(finding)
        seen[digest] += 1
        result.append(f"{digest}:{seen[digest]}")
    return result
