"""What the gates share that decide by verdicts: when they judge at all, whose keys count, and how they say it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from ..git.repo import Repo
from ..model.errors import SkippedError, UndecidedError
from ..model.finding import Finding, GateResult
from ..model.light import TYPE_CHECKING, Any
from ..model.outcome import Level
from ..model.subject import Subject
from ..policy.policy import Policy

if TYPE_CHECKING:
    from ..model.verdict import Decision, Word
    from ..verdicts.verify import Trust

_WORDS: Mapping[str, Word] = {"fail": "FAIL", "warn": "WARN"}


def settings(policy: Policy, gate: str) -> Mapping[str, Any]:
    """Return the settings of a gate that judges; SkippedError where the policy switches it off or names no judge.

    Without judges nobody could give a verdict, so none is asked for, unless the policy asks for a level that only a
    signature reaches: then somebody meant it.
    """
    found = policy.gates[gate]
    if found["level"] == "off":
        raise SkippedError('switched off by the policy (level = "off")')
    if policy.council["judges"] or policy.verdicts["required_level"] > 1:
        return found
    if policy.fault:
        raise SkippedError("the policy of the base cannot be read, so nobody is named who could judge")
    raise SkippedError("no judges are configured", "name them in the policy: [council.judges.NAME]")


def trust(repo: Repo, subject: Subject, policy: Policy) -> Trust:
    """Return whose signatures count: by the verifier's own files, else by those in the base's tree."""
    from ..verdicts.verify import Trust

    station = subject.station
    if station.signers is not None:
        return Trust(station.signers, station.revoked, station.files)
    names = (policy.verdicts["signers"], policy.verdicts["revoked"])
    if subject.court is None:
        return Trust(b"", None, names)
    signers, revoked = (repo.read_file(subject.court, name) for name in names)
    return Trust(signers or b"", revoked, names, station.ended)


def word(results: Iterable[GateResult], advisory: Collection[str] = ()) -> Word:
    """Return what the mechanical gates amount to, skips and the warnings of ``advisory`` gates left out.

    Raises UndecidedError if one of them is undecided.
    """
    words: list[Word] = []
    for result in results:
        if result.outcome == "undecided":
            raise UndecidedError(f"{result.id} is undecided: {result.reason}", result.fix)
        found = _WORDS.get(result.outcome, "PASS")
        words.append("PASS" if found == "WARN" and result.id in advisory else found)
    return "FAIL" if "FAIL" in words else "WARN" if "WARN" in words else "PASS"


def accepted(decision: Decision, rule: str, about: str, head: str | None) -> Finding:
    """Return what is said of an acceptance: a note, and a warning where a person overrode what the records say."""
    from ..verdicts.levels import words

    level: Level = "warning" if decision.rule == "AG109" else "note"
    message = f"{about} is accepted at {words(decision.level)}: {decision.reason}"
    return Finding(rule, level, message, commit=head, data={"record": decision.by, "level": decision.level})


def final(findings: Iterable[Finding], level: str) -> Iterator[Finding]:
    """Yield ``findings`` as the gate's ``level`` has them: warnings for errors, or notes of what would block."""
    for finding in findings:
        if finding.level != "error" or level == "error":
            yield finding
        elif level == "warn":
            yield finding._replace(level="warning")
        else:
            yield finding._replace(level="note", message=f"would block: {finding.message}")
