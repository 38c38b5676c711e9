"""For people: one block per finding, 80 columns, ASCII glyphs, nothing at all when all is well.

A block is what is wrong, where, why, and what to do next; the first one of a rule names the command that explains it.
A line of a ``fix`` that is indented is a command or a snippet: it stays on one line, however long, so that it can be
copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ..model.finding import Finding, GateResult, Report
from ..model.gate import Gate
from ..model.outcome import Level, Outcome
from ..model.text import printable
from .common import (
    LEVELS,
    LONGEST_TEXT,
    VERDICTS,
    Entry,
    Owners,
    count,
    elide,
    entries,
    evidence,
    message,
    place,
    plural,
    reason,
    steps,
    together,
)

Paint = Callable[[str, str], str]

_COLORS = {
    "error": "1;31",
    "fail": "1;31",
    "undecided": "1;35",
    "warning": "1;33",
    "warn": "1;33",
    "note": "36",
    "skip": "34",
    "pass": "1;32",
    "place": "1",
    "label": "2",
}
_INDENT = 7
_NARROWEST = 40
# Nobody reads further than this on a terminal; what is left out is counted, and JSON has it all.
_MOST_BLOCKS = 200


def render(
    report: Report,
    *,
    gates: Sequence[Gate] = (),  # noqa: ARG001 - one interface for all formats
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the blocks of everything that is not simply fine, the most serious first; "" if there is none."""
    paint = _painter(color)
    paragraphs = ["\n".join(lines) for lines in _paragraphs(report, max(width, _NARROWEST), paint) if lines]
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


def summary(report: Report, *, width: int = 80, color: bool = False, judged: str = "") -> str:
    """Return the closing line of an interactive run: verdict, gates, findings, skips and undecided gates, seconds.

    ``judged`` says in a few words what it was about, such as "staged: 3 files".
    """
    found = entries(report)
    parts = [plural(len(report.gates), "gate"), plural(len(found), "finding")]
    about = "; ".join(filter(None, [_tally(found), judged]))
    if about:
        parts[1] += f" ({about})"
    parts += filter(None, [_named(report, "undecided", "undecided"), _named(report, "skip", "skipped")])
    parts.append(f"{report.seconds:.2f}s" if report.seconds < 10 else f"{report.seconds:.0f}s")
    verdict = VERDICTS[report.outcome]
    lines = _fill(f"{verdict}: {', '.join(parts)}", max(width, _NARROWEST), 2)
    lines[0] = _painter(color)(lines[0][: len(verdict)], report.outcome) + lines[0][len(verdict) :]
    return "\n".join(lines) + "\n"


def block(finding: Finding, owner: str, width: int = 80, paint: Paint = lambda text, _: text) -> list[str]:
    """Return the lines of one finding: level, rule and message, then ``at``, ``ref`` (``owner``), ``why``, ``fix``."""
    where = place(finding)
    return [
        *_headline(finding.level, finding.rule, message(finding), width, paint),
        # Not wrapped: two spaces in a path are two spaces.
        *_labelled("at", [paint(where, "place")] if where else [], paint),
        *_labelled("ref", _wrapped([owner] if owner else [], width), paint),
        *_labelled("why", _wrapped(evidence(finding), width), paint),
        *_labelled("fix", _wrapped(steps(finding.fix), width), paint),
    ]


def gate_block(gate: GateResult, width: int = 80, paint: Paint = lambda text, _: text) -> list[str]:
    """Return the lines of a gate that was skipped, undecided, or blocks without a finding that says why."""
    return [
        *_headline(gate.outcome, printable(gate.id), reason(gate), width, paint),
        *_labelled("fix", _wrapped(steps(gate.fix), width), paint),
    ]


def _paragraphs(report: Report, width: int, paint: Paint) -> Iterator[list[str]]:
    """Yield the lines of each paragraph, in order; of one that has nothing to say, none."""
    found = entries(report)
    shown, left = found[:_MOST_BLOCKS], found[_MOST_BLOCKS:]
    errors, warnings, notes = (_of_level(shown, level) for level in LEVELS)
    blocks = _Blocks(Owners(report.subjects), width, paint)
    yield from map(blocks.of, errors)
    apart = together(report.gates)
    yield from (gate_block(gate, width, paint) for gate in apart if gate.outcome != "skip")
    yield from map(blocks.of, warnings)
    yield from blocks.notes(notes)
    yield _beyond(left, width)
    yield [line for gate in apart if gate.outcome == "skip" for line in gate_block(gate, width, paint)]


def _of_level(found: Iterable[Entry], level: Level) -> list[Finding]:
    return [entry.finding for entry in found if entry.finding.level == level]


def _beyond(left: Sequence[Entry], width: int) -> list[str]:
    text = f"... and {_tally(left)} more; `agentops-gate check --format json` lists everything"
    return _fill(text, width, 2) if left else []


def _tally(found: Iterable[Entry]) -> str:
    counts = count(entry.finding for entry in found)
    return ", ".join(plural(number, level) for level, number in counts.items() if number)


def _headline(level: str, name: str, text: str, width: int, paint: Paint) -> list[str]:
    prefix = f"{level} {name}: "
    first, *rest = _fill(prefix + text, width, _INDENT)
    # Ids of many gates together can be wrapped themselves; what stands on the first line is painted.
    end = min(len(prefix) - 2, len(first))
    return [paint(first[:end], level) + first[end:], *rest]


def _labelled(label: str, lines: Iterable[str], paint: Paint) -> Iterator[str]:
    lead = f"  {paint(label, 'label')}{' ' * (_INDENT - 2 - len(label))}"
    for line in lines:
        yield lead + line
        lead = " " * _INDENT


def _wrapped(texts: Sequence[str], width: int) -> Iterator[str]:
    room = width - _INDENT
    for text in (elide(text, LONGEST_TEXT) for text in texts):
        yield from [text] if text.startswith(" ") else _fill(text, room, 0)


class _Blocks:
    """Makes the paragraphs of findings, and knows which rules it has told the reader how to look up."""

    def __init__(self, owners: Owners, width: int, paint: Paint) -> None:
        self._owners = owners
        self._width = width
        self._paint = paint
        self._explained: set[str] = set()

    def of(self, finding: Finding) -> list[str]:
        """Return the block of one finding."""
        lines = block(finding, self._owners.of(finding), self._width, self._paint)
        if finding.rule in self._explained:
            return lines
        self._explained.add(finding.rule)
        return [*lines, *_labelled("more", [f"agentops-gate explain {printable(finding.rule)}"], self._paint)]

    def notes(self, notes: Iterable[Finding]) -> Iterator[list[str]]:
        """Keep plain notes together; one with evidence or a way out stands alone, like any other block."""
        plain: list[str] = []
        for finding in notes:
            if finding.fix or evidence(finding):
                yield self.of(finding)
            else:
                plain += self._note(finding)
        yield plain

    def _note(self, finding: Finding) -> list[str]:
        where, room = place(finding), self._width // 2
        # Of a long path the end tells more.
        short = where if len(where) <= room else f"...{where[3 - room :]}"
        text = f"{short}: {message(finding)}" if where else message(finding)
        owner = self._owners.of(finding)
        return _headline("note", finding.rule, f"{text} ({owner})" if owner else text, self._width, self._paint)


def _fill(text: str, width: int, indent: int) -> list[str]:
    """Wrap ``text`` at spaces into lines of at most ``width`` columns; all but the first are indented.

    A longer word (a path, an address) keeps a line of its own, so that it can be copied; an endless one is cut.
    """
    lines: list[str] = []
    line = ""
    for word in (elide(word) for word in text.split(" ") if word):
        if line and _columns(line) + 1 + _columns(word) > width:
            lines.append(line)
            line = " " * indent + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "FW" else 1 for char in text)


def _named(report: Report, outcome: Outcome, word: str) -> str:
    names = [printable(gate.id) for gate in report.gates if gate.outcome == outcome]
    return f"{len(names)} {word} ({', '.join(names)})" if names else ""


def _painter(color: bool) -> Paint:
    return (lambda text, kind: f"\x1b[{_COLORS[kind]}m{text}\x1b[0m") if color else (lambda text, _: text)
