"""SARIF 2.1.0, for code scanning: one run, stable fingerprints, within what GitHub accepts.

GitHub shows a result only at a location in a file, so a finding about a commit points at the policy file, with the
commit in its message. GitHub tells alerts apart by rule, file and ``primaryLocationLineHash``, which its upload action
computes from the source line: right where a finding has a line to itself, and given here, from our own fingerprint,
where it has none (else two of them would become one alert).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from .. import __version__
from ..model.finding import Finding, GateResult, Report
from ..model.gate import Gate, Rule
from ..model.light import Any
from ..model.outcome import Level, exit_code
from ..model.text import printable
from .common import (
    HOME_URL,
    TOOL,
    Entry,
    entries,
    evidence,
    message,
    path_bytes,
    plural,
    reason,
    rule_url,
    steps,
    unexplained,
)
from .fingerprint import fingerprints
from .json import dumps, plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "agentopsGates/v1"
HOME_FILE = "agentops-gates.toml"
ROOT = "%SRCROOT%"
# GitHub keeps 5,000 results of a run and 100 locations of a result, and shows 1,024 characters of a description.
MOST_RESULTS = 5_000
_MOST_LOCATIONS = 100
_LONGEST_DESCRIPTION = 1_024

_Object = dict[str, Any]


def render(
    report: Report,
    *,
    gates: Sequence[Gate] = (),
    width: int = 80,  # noqa: ARG001 - one interface for all formats
    color: bool = False,  # noqa: ARG001
) -> str:
    """Return the SARIF log; ``gates`` describe the rules, those they lack are described by their id."""
    found = entries(report)
    kept = found[:MOST_RESULTS]
    rules = _rules(gates, found)
    index = {rule["id"]: position for position, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": HOME_URL,
                "rules": rules,
            }
        },
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report, len(found) - len(kept))],
        "results": list(_results(kept, index)),
        "properties": {"outcome": report.outcome},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumps(log)


def _rules(gates: Sequence[Gate], found: Sequence[Entry]) -> list[_Object]:
    described = {rule.id: _rule(gate.id, rule) for gate in gates for rule in gate.rules}
    for gate, finding in found:
        if finding.rule not in described:
            described[finding.rule] = _rule(gate.id, Rule(finding.rule, gate.id, finding.level, gate.id))
    return [described[name] for name in sorted(described)]


def _rule(gate: str, rule: Rule) -> _Object:
    # What an alert shows as its title, and below it as an explanation: the second falls back to the first.
    long = " ".join(rule.help.partition("\n\n")[0].split()).removesuffix(":") or rule.summary
    more = f"Run `agentops-gate explain {rule.id}`, or see {rule_url(rule.id)}."
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": _message(rule.summary)[:_LONGEST_DESCRIPTION]},
        "fullDescription": {"text": _message(long)[:_LONGEST_DESCRIPTION]},
        "help": {"text": _message("\n\n".join(filter(None, (rule.help, more))))},
        "helpUri": rule_url(rule.id),
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": [gate]},
    }


def _results(found: Sequence[Entry], index: Mapping[str, int]) -> Iterator[_Object]:
    taken: set[tuple[str, str | None, int | None]] = set()
    for (gate, finding), digest in zip(found, fingerprints(entry.finding for entry in found), strict=True):
        spot = (finding.rule, finding.path, finding.line)
        own_line = finding.path is not None and finding.line and spot not in taken
        taken.add(spot)
        related = list(_related(finding))
        yield {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": finding.level,
            "message": {"text": _message(_story(finding))},
            "locations": [_location(finding.path, finding.line)],
            **({"relatedLocations": related} if related else {}),
            "partialFingerprints": {FINGERPRINT: digest, **({} if own_line else {"primaryLocationLineHash": digest})},
            "properties": {
                "gate": gate.id,
                **({"commit": finding.commit} if finding.commit else {}),
                "data": plain(finding.data),
            },
        }


def _story(finding: Finding) -> str:
    commit = f" (commit {printable(finding.commit)})" if finding.commit and finding.path is None else ""
    return "\n".join([message(finding) + commit, *evidence(finding), *steps(finding.fix)])


def _message(text: str) -> str:
    """Return ``text`` as SARIF reads it literally: braces would be placeholders, ``[text](target)`` a link."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _location(path: str | None, line: int | None) -> _Object:
    uri = quote(path_bytes(HOME_FILE if path is None else path), safe="/")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": ROOT},
            "region": {"startLine": max(line or 1, 1)},
        }
    }


def _related(finding: Finding) -> Iterator[_Object]:
    """Yield the places in ``data["points"]``: a list of mappings with ``kind`` and ``line``, in the finding's file."""
    points = finding.data.get("points", ())
    if finding.path is None or not isinstance(points, (list, tuple)):
        return
    for number, point in enumerate(points[:_MOST_LOCATIONS]):
        if isinstance(point, Mapping) and isinstance(point.get("line"), int):
            text = _message(printable(str(point.get("kind", "here"))))
            yield {"id": number, "message": {"text": text}, **_location(finding.path, point["line"])}


def _invocation(report: Report, left_out: int) -> _Object:
    broken = [gate for gate in report.gates if unexplained(gate)]
    notifications = [_notification("error", _about(gate)) for gate in broken]
    notifications += [_notification("note", _about(gate)) for gate in report.gates if gate.outcome == "skip"]
    if left_out:
        text = f"{plural(left_out, 'finding')} left out, the least serious ones: code scanning keeps {MOST_RESULTS:,}"
        notifications.append(_notification("warning", text))
    return {
        "executionSuccessful": not broken,
        "exitCode": exit_code(report.outcome),
        "toolExecutionNotifications": notifications,
    }


def _about(gate: GateResult) -> str:
    return "\n".join([f"{printable(gate.id)} {gate.outcome}: {reason(gate)}", *steps(gate.fix)])


def _notification(level: Level, text: str) -> _Object:
    return {"level": level, "message": {"text": _message(text)}}
