"""What the policy asks of a verdict, as plain values."""

from __future__ import annotations

from ..model.light import NamedTuple
from ..policy.policy import Policy

HOUR = 3600
DAY = 24 * HOUR


class Rules(NamedTuple):
    """What ``decide`` holds a verdict against; the defaults are the policy's.

    ``rebase`` is "derive" or "strict". ``warn`` says what a WARN does at a protected ref: "ack", "pass" or "fail".
    ``lifetime`` is the longest that any verdict or ack counts, in seconds, and ``recent`` how long what is merely alike
    counts as one lineage, and a run without a verdict as an attempt. ``judges`` are the principals that may judge
    (empty: anybody who is not an author), ``humans`` those whose override counts, ``issuers`` those that may sign for a
    check or a derived verdict. ``quorum`` and ``vendors`` are how many judges and different vendors a verdict needs.
    """

    rebase: str = "derive"
    warn: str = "ack"
    required_level: int = 1
    lifetime: int = 168 * HOUR
    recent: int = 168 * HOUR
    judges: frozenset[str] = frozenset()
    humans: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()
    quorum: int = 1
    vendors: int = 1
    acks_per_day: int = 10


def rules_of(policy: Policy, warn: str = "ack") -> Rules:
    """Return the rules that ``policy`` sets; ``warn`` is the gate's own setting.

    A judge that the policy gives no principal goes by its name, as in the council.
    """
    verdicts, council = policy.verdicts, policy.council
    return Rules(
        rebase=verdicts["rebase"],
        warn=warn,
        required_level=verdicts["required_level"],
        lifetime=verdicts["lifetime_hours"] * HOUR,
        recent=verdicts["lifetime_hours"] * HOUR,
        judges=frozenset(judge["principal"] or name for name, judge in council["judges"].items()),
        humans=frozenset(verdicts["humans"]),
        issuers=frozenset(verdicts["issuers"]),
        quorum=council["quorum"],
        vendors=council["vendors"],
        acks_per_day=verdicts["acks_per_day"],
    )
