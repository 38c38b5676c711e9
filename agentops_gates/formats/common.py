"""What several formats share: order, counts, where a finding is, and pieces of text that are safe to show."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ..model.finding import Finding, GateResult, Report
from ..model.light import TYPE_CHECKING, NamedTuple
from ..model.outcome import Level, Outcome
from ..model.subject import Subject
from ..model.text import printable

if TYPE_CHECKING:
    import re

TOOL = "agentops-gates"
HOME_URL = "https://agentops-gates.dev"
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
VERDICTS: dict[Outcome, str] = {
    "pass": "passed",
    "warn": "passed with warnings",
    "fail": "blocked",
    "undecided": "undecided",
    "skip": "nothing was judged",
}
NO_REASON = "no reason given"
# A path of 4,096 characters or an endless name must not push the message out of sight; JSON carries all of it.
_LONGEST = 240
LONGEST_TEXT = 2_000
_MOST_REASONS = 20
# As many line numbers as fit on a line of 80 columns; a reader mends a few of them at a time.
_MOST_LINES = 8
_LINES = rf"\blines (?:\d+, ){{{_MOST_LINES},}}\d+"
_LONGEST_REF = 60
_MOST_REFS = 3


class Entry(NamedTuple):
    """A finding together with the gate that made it."""

    gate: GateResult
    finding: Finding


def entries(report: Report) -> list[Entry]:
    """Return every finding of the run, errors first, then by path and line."""
    return sorted((Entry(gate, finding) for gate in report.gates for finding in gate.findings), key=_by_severity)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return ``findings``, errors first, then by path and line."""
    return sorted(findings, key=_rank)


def _by_severity(entry: Entry) -> tuple[int, str, int, str, str]:
    return _rank(entry.finding)


def _rank(finding: Finding) -> tuple[int, str, int, str, str]:
    return LEVELS.index(finding.level), finding.path or "", finding.line or 0, finding.rule, finding.message


def count(findings: Iterable[Finding]) -> dict[Level, int]:
    """Return how many findings there are of each level, zeros included."""
    levels = [finding.level for finding in findings]
    return {level: levels.count(level) for level in LEVELS}


def plural(number: int, noun: str) -> str:
    """Return "no findings", "1 finding", "2,000 findings"."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}s" if number else f"no {noun}s"


def rule_url(rule: str) -> str:
    """Return the address of a rule's documentation page."""
    return f"{HOME_URL}/rules/{rule}"


def reason(gate: GateResult, longest: int = LONGEST_TEXT) -> str:
    """Return why a gate was skipped, undecided or blocked, in one safe line of bounded length; never empty."""
    return elide(printable(gate.reason), longest) or NO_REASON


def unexplained(gate: GateResult) -> bool:
    """Say whether the gate itself must be shown, as it blocks for another reason than its findings."""
    if gate.outcome == "fail":
        return bool(gate.reason) or all(finding.level != "error" for finding in gate.findings)
    return gate.outcome == "undecided"


def together(gates: Iterable[GateResult]) -> list[GateResult]:
    """Return the gates that must be shown themselves, or that were skipped; those that say the same are one, ``a, b``.

    A run that cannot even name its subject leaves every gate undecided for one reason.
    """
    found: dict[tuple[str, str, str], list[GateResult]] = {}
    for gate in gates:
        if unexplained(gate) or gate.outcome == "skip":
            found.setdefault((gate.outcome, gate.reason, gate.fix), []).append(gate)
    return [same[0]._replace(id=", ".join(gate.id for gate in same)) for same in found.values()]


def message(finding: Finding, longest: int = LONGEST_TEXT) -> str:
    """Return what is wrong in one safe line of bounded length, without the evidence if the message ends with it."""
    repeated = f": {'; '.join(map(str, _why(finding)))}"
    return elide(brief(printable(finding.message.removesuffix(repeated))), longest)


def place(finding: Finding) -> str:
    """Return ``path:line``, else ``commit <12 digits>``, else ""; one safe line of bounded length."""
    if finding.path is None:
        return f"commit {printable(finding.commit)[:12]}" if finding.commit else ""
    path = elide(printable(finding.path))
    return f"{path}:{finding.line}" if finding.line else path


class Owners:
    """Tells which of several subjects a finding is about; nothing at all where there is only one."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._refs: dict[str, list[str]] = {}
        for subject in subjects if len(subjects) > 1 else ():
            if subject.head:
                names = [subject.ref.remote_ref] if subject.ref else []
                self._refs.setdefault(subject.head, []).extend(names)

    def of(self, finding: Finding) -> str:
        """Return ``refs/heads/topic at <12 digits>`` in one safe line of bounded length, or ""."""
        if not self._refs or not finding.commit:
            return ""
        commit = printable(finding.commit)[:12]
        refs = self._refs.get(finding.commit, [])
        names = ", ".join(elide(printable(ref), _LONGEST_REF) for ref in refs[:_MOST_REFS])
        more = f" and {len(refs) - _MOST_REFS:,} more" if len(refs) > _MOST_REFS else ""
        if names:
            return f"{names}{more} at {commit}"
        # A finding that belongs to no file shows its commit as its place.
        return f"commit {commit}" if finding.path is not None else ""


def evidence(finding: Finding) -> list[str]:
    """Return the lines of ``data["why"]`` (a string or a list of strings), safe, at most 20 of them."""
    lines = [elide(brief(printable(str(line))), LONGEST_TEXT) for line in _why(finding)]
    more = len(lines) - _MOST_REASONS
    # The line that counts the others takes the place of one.
    return lines if more <= 1 else [*lines[:_MOST_REASONS], f"... and {more:,} more"]


def brief(text: str) -> str:
    """Return ``text`` with its long lists of line numbers cut: ``lines 7, 9, [six more] and 5 more``, never one."""
    import re

    return re.sub(_LINES, _first_lines, text)


def _first_lines(found: re.Match[str]) -> str:
    numbers = found[0].split(", ")
    more = len(numbers) - _MOST_LINES
    return found[0] if more <= 1 else f"{', '.join(numbers[:_MOST_LINES])} and {more:,} more"


def _why(finding: Finding) -> Sequence[object]:
    why = finding.data.get("why", ())
    if isinstance(why, str):
        return [why]
    return why if isinstance(why, (list, tuple)) else []


def steps(fix: str) -> list[str]:
    """Return the lines of a ``fix``, each one safe; an indented line is a command or a snippet to copy.

    A line end is a line end here: a gate that quotes a name in its ``fix`` makes it ``printable`` first.
    """
    return [printable(line) for line in fix.split("\n") if line.strip()]


def elide(text: str, longest: int = _LONGEST) -> str:
    """Return ``text``, its middle cut out (and said so) if it is longer than ``longest`` characters."""
    if len(text) <= longest:
        return text
    tail = longest // 3
    head = longest - tail
    return f"{text[:head]}[...{len(text) - head - tail:,} characters...]{text[-tail:]}"


def path_bytes(path: str) -> bytes:
    """Return a path as git stores it; ``os.fsdecode`` made the text, whatever the locale was."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def utf8(text: str) -> str:
    r"""Return ``text`` without lone surrogates, so that it can be encoded: undecodable bytes show as ``\xff``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", _handler(text)).decode("utf-8", "backslashreplace")
    return text


def _handler(text: str) -> str:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "surrogatepass"
    return "surrogateescape"
