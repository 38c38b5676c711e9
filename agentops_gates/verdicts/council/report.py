"""What a council came to, for a terminal of 80 columns and as Markdown. Judges are trusted no more than authors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from .answer import SEVERITIES, Answer
from .council import CouncilResult, Found
from .judges import Opinion
from .text import beside, code, safe, wrap

_MOST = 20
_MOST_MARKDOWN = 500
_MOST_BESIDE = 3
_INDENT = 7


def terminal(result: CouncilResult, width: int = 80) -> str:
    """Return the report in lines of at most ``width`` columns (40 at least), each text escaped."""
    width = max(width, 40)
    told = [f"predicted {safe(one.id)}: {safe(one.text)}" for one in result.predictions]
    blocks = [
        _lines([_headline(result)], width),
        _lines([f"why: {problem}" for problem in result.problems], width),
        list(chain.from_iterable(_opinion(opinion, width) for opinion in result.opinions)),
        _disagreement(result.opinions, width),
        list(chain.from_iterable(_entry(check.result, check.check, width) for check in result.mechanical)),
        *(_finding(finding, width) for finding in _by_severity(result.findings)),
        _lines(told, width),
        _lines([f"not checked: {safe(name)}" for name in _first(_why(result, result.not_checked), _MOST)], width),
        _lines(
            [f"not checked, nor required: {safe(name)}" for name in _first(_why(result, result.unseen), _MOST)], width
        ),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def markdown(result: CouncilResult) -> str:
    """Return the report as Markdown, a part of the page under ``.agents/council/``: all texts in code spans."""
    lines = ["## Council", "", f"**{_word(result)}** ({_facts(result)})"]
    lines += ["", *(f"- Why: {code(problem)}" for problem in result.problems)]
    lines += ["", "| Judge | Verdict | Vendor, model | Took | Says |", "|---|---|---|---|---|"]
    lines += map(_row, result.opinions)
    if _differ(result.opinions):
        lines += ["", "The judges disagree.", *_columns(result.opinions)]
    lines += ["", *(f"- Check {code(check.check)}: {check.result}" for check in result.mechanical)]
    for finding in _by_severity(result.findings):
        lines += ["", *_section(finding)]
    lines += ["", *(f"- Predicted {code(one.id)}: {code(one.text)}" for one in result.predictions)]
    lines += _unchecked(result)
    return "\n".join(line for number, line in enumerate(lines) if line or lines[number - 1]).rstrip() + "\n"


def _unchecked(result: CouncilResult) -> Iterator[str]:
    for label, names in (("Not checked", result.not_checked), ("Not checked, nor required", result.unseen)):
        yield from ("", *(f"- {label}: {code(name)}" for name in _first(_why(result, names), _MOST_MARKDOWN)))


def _why(result: CouncilResult, names: Sequence[str]) -> list[str]:
    """Return what was not checked, with the reason where the packets had one."""
    packets = [opinion.packet for opinion in result.opinions if opinion.packet]
    reasons = {left.name: f" ({left.reason})" for packet in packets for left in packet.left}
    return [name + reasons.get(name, "") for name in names]


def _word(result: CouncilResult) -> str:
    return result.verdict or "undecided"


def _facts(result: CouncilResult) -> str:
    answered = sum(opinion.answer is not None for opinion in result.opinions)
    council = f"council {result.council}, " if result.council and result.council != result.verdict else ""
    return f"{council}{result.size}, {answered} of {len(result.opinions)} judges answered, {_time(result.seconds)}"


def _headline(result: CouncilResult) -> str:
    return f"council: {_word(result)} ({_facts(result)})"


def _opinion(opinion: Opinion, width: int) -> list[str]:
    judge = opinion.judge
    stands_in = f", for {safe(judge.fallback_for, 60)}" if judge.fallback_for else ""
    who = " ".join(filter(None, (safe(judge.vendor, 60), safe(judge.model, 60)))) or "vendor unknown"
    head = f"{safe(judge.name, 60)} ({who}{stands_in}, {_time(opinion.seconds)})"
    words = opinion.answer.summary if opinion.answer else opinion.problem
    return [*_entry(_verdict(opinion), head, width), *(" " * 9 + line for line in wrap(safe(words), width - 9))]


def _entry(word: str, text: str, width: int) -> list[str]:
    first, *rest = wrap(safe(text), width - 9)
    return [f"  {word:<6} {first}", *(" " * 9 + line for line in rest)]


def _disagreement(opinions: Sequence[Opinion], width: int) -> list[str]:
    if not _differ(opinions):
        return []
    lines = ["the judges disagree:"]
    answered = [(opinion, opinion.answer) for opinion in opinions if opinion.answer]
    for start in range(0, len(answered), _MOST_BESIDE):
        row = answered[start : start + _MOST_BESIDE]
        each = (width - 2 - 3 * (len(row) - 1)) // len(row)
        lines += [""] if start else []
        cells = [[line for text in _cell(opinion, answer) for line in wrap(text, each)] for opinion, answer in row]
        lines += [f"  {line}" for line in beside(cells, each)]
    return lines


def _cell(opinion: Opinion, answer: Answer) -> list[str]:
    sure = f", {answer.confidence} % sure" if answer.confidence is not None else ""
    found = [f"{finding.severity}: {safe(finding.description, 300)}" for finding in answer.findings[:5]]
    return [f"{safe(opinion.judge.name, 60)}: {answer.verdict}{sure}", safe(answer.summary, 600), *found]


def _finding(finding: Found, width: int) -> list[str]:
    lines = wrap(f"{finding.severity} {safe(finding.id)}: {safe(finding.description)}", width, _INDENT)
    for label, text in (("at", finding.location), ("fix", finding.fix)):
        if text:
            words = wrap(safe(text), width - _INDENT)
            lines += [f"  {label:<5}{words[0]}", *(" " * _INDENT + line for line in words[1:])]
    return lines


def _section(finding: Found) -> Iterator[str]:
    yield f"### {finding.severity}: {code(finding.id)}"
    yield from ("", code(finding.description, 10_000))
    if finding.location:
        yield f"- At: {code(finding.location)}"
    if finding.fix:
        yield f"- Fix: {code(finding.fix, 10_000)}"


def _row(opinion: Opinion) -> str:
    judge = opinion.judge
    who = code(" ".join(filter(None, (judge.vendor, judge.model))), 200)
    name = code(judge.name, 100) + (f" for {code(judge.fallback_for, 100)}" if judge.fallback_for else "")
    says = code(opinion.answer.summary if opinion.answer else opinion.problem)
    return f"| {name} | {_verdict(opinion)} | {who} | {_time(opinion.seconds)} | {says} |"


def _columns(opinions: Sequence[Opinion]) -> Iterator[str]:
    """Yield a table with one column for each judge who answered, and a row for each of their findings."""
    answered = [(opinion, opinion.answer) for opinion in opinions if opinion.answer]
    yield from ("", f"| {' | '.join(code(opinion.judge.name, 100) for opinion, _ in answered)} |")
    yield "|" + "---|" * len(answered)
    yield f"| {' | '.join(answer.verdict for _, answer in answered)} |"
    for number in range(min(5, max(len(answer.findings) for _, answer in answered))):
        yield f"| {' | '.join(_found(answer, number) for _, answer in answered)} |"


def _found(answer: Answer, number: int) -> str:
    if number >= len(answer.findings):
        return ""
    finding = answer.findings[number]
    return f"{finding.severity}: {code(finding.description, 300)}"


def _verdict(opinion: Opinion) -> str:
    return opinion.answer.verdict if opinion.answer else "none"


def _differ(opinions: Sequence[Opinion]) -> bool:
    return len({opinion.answer.verdict for opinion in opinions if opinion.answer}) > 1


def _by_severity(findings: Sequence[Found]) -> list[Found]:
    return sorted(findings, key=lambda finding: (SEVERITIES.index(finding.severity), finding.id))


def _first(names: Sequence[str], most: int) -> list[str]:
    more = len(names) - most
    return [*names[:most], *([f"... and {more:,} more"] if more > 0 else [])]


def _lines(texts: Sequence[str], width: int, indent: int = _INDENT) -> list[str]:
    return [line for text in texts for line in wrap(safe(text), width, indent)]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
