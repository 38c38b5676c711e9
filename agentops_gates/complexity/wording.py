"""The words and data of every complexity finding, at its natural level; the policy's level comes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.finding import Finding
from ..model.outcome import Level
from ..model.text import printable
from .events import FileTotals, Mark, NotJudged
from .exemptions import FILE as EXEMPTIONS
from .exemptions import Exemption
from .judge import REGRESSED, Limits, Verdict
from .languages import language_of
from .pair import Version
from .sides import State
from .unit import Suppression, Unit

#: Findings that a base which marks the file as generated or vendored excuses.
EXCUSABLE = frozenset({"AG601", "AG602", "AG603", "AG604", "AG609"})
_SPLIT = "give a loop or branch body that decides things a function of its own"
# Rule for a source file that cannot be measured.
_DEFECTS: dict[State, str] = {"syntax": "AG603", "unmeasurable": "AG604"}
_SYNTAX = (
    "mend the syntax; if it is that of a newer Python, run the gate under that one"
    " (for pre-commit: language_version in .pre-commit-config.yaml)"
)
# What to do about it, by how the reason begins.
_MENDING = (
    ("does not parse", _SYNTAX),
    ("is larger than", "split the file; a table of data belongs in a file that is no source"),
    ("is encoded as UTF-16", "save the file as UTF-8"),
    ("holds a NUL byte", "take the byte out; a string can spell it \\0"),
    ("is not valid in the encoding", "save the file in the encoding that it declares, or declare the one that it has"),
    ("is not valid UTF-8", "save the file as UTF-8, or declare its encoding in the first line"),
    ("is too large or too deeply nested", "split the file, or the expression or chain of elifs that nests deepest"),
    ("holds a list of type arguments", "shorten the list"),
    ("needs lizard", "install it where the gate runs: pip install 'lizard>=1.24.3'"),
    ("", "split the file, or simplify what nests deepest in it"),
)


def rank(complexity: int) -> str:
    """Return radon's letter for a cyclomatic complexity: A to 5, B to 10, C to 20, D to 30, E to 40, F above."""
    bounds = (5, 10, 20, 30, 40)
    return "ABCDEF"[sum(complexity > bound for bound in bounds)]


def verdict(found: Verdict, after: Version, old: Version | None, why: Sequence[str], limits: Limits) -> Finding:
    """Return the finding about one unit that is worse than before, or new and above its limit."""
    unit = after.unit
    origin = _origin(old, after)
    numbers = f"is new with {found.after}" if found.before is None else f"rose {found.before} -> {found.after}"
    letter = f", rank {rank(found.after)}" if found.metric == "cyclomatic" else ""
    reasons = why or (() if unit.points else (f"no decision points are recorded for {after.language}",))
    # Below the limit it is the mode alone that blocks, and whoever reads "limit 10" would wonder.
    mode = (
        '; every rise counts under mode "any-rise"' if found.before is not None and found.after <= found.limit else ""
    )
    message = f"{name(unit)}{origin} {numbers} ({found.metric} complexity, limit {found.limit}{letter}{mode})"
    data = {
        "path": after.path,
        "qualname": unit.qualname,
        "before": found.before,
        "after": found.after,
        "limit": found.limit,
        "rank": rank(found.after) if found.metric == "cyclomatic" else None,
        "metric": found.metric,
        "why": list(reasons),
        "origin": f"{old.path}::{old.unit.qualname}" if old else None,
    }
    text = f"{message}: {'; '.join(reasons)}" if reasons else message
    return Finding(found.rule, found.level, text, after.path, unit.line, fix=_fix(found, limits), data=data)


def permitted(finding: Finding, comment: Suppression) -> Finding:
    """Return ``finding`` as the note that is left of it when a comment allows it."""
    # The reasons stay last: formats that list them take them off the end.
    why = f": {'; '.join(finding.data['why'])}"
    told = finding.message.removesuffix(why)
    message = f"{told}, allowed in line {comment.line} ({printable(comment.reason)})"
    return finding._replace(level="note", message=message + finding.message[len(told) :], fix="")


def not_judged(event: NotJudged, *, hides: bool = False) -> Finding:
    """Return the finding about a file without a judgement; ``hides`` is that of a symbolic link, see ``links.py``."""
    reason = printable(event.reason)
    if event.side == "base":
        text = f"the base version {reason}; its functions are not judged"
        return Finding("AG605", "warning", text, event.path, fix="none needed: from the next change on they are")
    if event.state == "measured":
        text = f"lizard {reason}: it takes what follows for a string, and code in it is not measured"
        fix = "mend the quotes; in the text of JSX an apostrophe can be spelt &apos;"
        return Finding("AG605", "note" if event.known else "warning", text, event.path, _line(reason), fix=fix)
    if event.state in _DEFECTS:
        return _defect(event, reason)
    if event.state == "unmerged":
        text = "this file is unmerged in the index, so it cannot be measured"
        return Finding("AG604", "error", text, event.path, fix="resolve the merge")
    if hides:
        text = f"this file is {reason}, which is not measured as {language_of(event.path)}"
        fix = "keep the code in a file whose name tells its language, and link to that"
        return Finding("AG604", "error", text, event.path, fix=fix)
    level: Level = "warning" if event.state == "unsupported" and event.before == "measured" else "note"
    return Finding("AG605", level, f"not judged: {reason}", event.path)


def _defect(event: NotJudged, reason: str) -> Finding:
    fix = next(what for beginning, what in _MENDING if event.reason.startswith(beginning))
    text = f"this file {reason}; its functions are not judged"
    level: Level = "warning" if event.known else "error"
    return Finding(_DEFECTS[event.state], level, text, event.path, _line(reason), fix=fix)


def suppression_added(mark: Mark, limits: Limits, *, based: bool) -> Finding:
    """Return the finding about a comment that allows what no base allowed for this function."""
    assert mark.unit is not None  # a comment outside every unit is never fresh
    rules = ", ".join(mark.fresh)
    where = f"for {name(mark.unit)}"
    if limits.suppressions == "head":
        text = f"a new comment allows {rules} {where}: {printable(mark.suppression.reason)}"
        return Finding("AG606", "warning", text, mark.path, mark.suppression.line)
    told = "the base does not allow it" if based else "there is no base that could allow it"
    text = f"a new comment would allow {rules} {where}; it does not count, because {told}"
    fix = f"take the comment out and simplify the function; an exception is a person's line in the base's {EXEMPTIONS}"
    return Finding("AG606", "error", text, mark.path, mark.suppression.line, fix=fix)


def useless(mark: Mark, why: str) -> Finding:
    """Return the finding about a comment that is malformed or allows nothing."""
    text = f"this comment allows nothing: {why}"
    fix = "remove it; the form is `agentops: allow[RULE] reason` inside the function, from its def line on"
    return Finding("AG607", "warning", text, mark.path, mark.suppression.line, fix=fix)


def exemption(entry: Exemption, why: str) -> Finding:
    """Return the finding about an exemption that expired or is not needed any more."""
    text = f"the exemption of {printable(entry.path)}::{printable(entry.qualname)} {why}"
    return Finding("AG608", "warning", text, EXEMPTIONS, entry.line, fix="remove its line")


def list_malformed(line: int, fault: str) -> Finding:
    """Return the finding about a malformed list of exemptions that the change under judgement mends."""
    text = f"the base's list is malformed (line {line}: {fault}), so nothing is exempt in this change, which mends it"
    return Finding("AG608", "warning", text, EXEMPTIONS)


def file_grew(totals: FileTotals, most: int) -> Finding:
    """Return the finding about a file's growth: an error above ``most`` decision points, a note if that is 0."""
    before = max((total for total in totals.befores if total), key=lambda total: total.points)
    after = totals.after or before
    growth = after.points - before.points
    text = f"the file as a whole grew by {growth} decision points ({after.functions - before.functions:+d} functions)"
    data = {"growth": growth, "limit": most}
    if not most:
        return Finding("AG609", "note", text, totals.path, data=data)
    fix = f"keep the growth at {most} at most, or start another file"
    return Finding("AG609", "error", f"{text}, limit {most}", totals.path, fix=fix, data=data)


def change_grew(files: Sequence[FileTotals]) -> Iterator[Finding]:
    """Yield a note if the change as a whole grew although functions in it shrank."""
    before = sum(total.points for totals in files for total in totals.befores if total)
    growth = sum(totals.after.points for totals in files if totals.after) - before
    if growth > 0:
        text = f"functions shrank, but the changed files together grew by {growth} decision points"
        yield Finding("AG609", "note", text, data={"growth": growth, "limit": 0})


def excused(path: str, excuse: str, count: int) -> Finding:
    """Return the note that stands for ``count`` findings in a generated or vendored file."""
    plural = "finding is" if count == 1 else "findings are"
    return Finding("AG605", "note", f"not judged: {excuse}; {count} {plural} left out", path)


def name(unit: Unit) -> str:
    """Return what to call a unit in a sentence."""
    if unit.kind == "module":
        return "the code outside functions"
    if unit.kind == "class":
        return f"the body of class `{printable(unit.qualname.removesuffix('.<body>'))}`"
    return f"`{printable(unit.qualname)}`"


def _origin(old: Version | None, after: Version) -> str:
    if old is None or (old.path == after.path and old.unit.qualname == after.unit.qualname):
        return ""
    if old.path == after.path:
        return f" (was `{printable(old.unit.qualname)}`)"
    return f" (moved from {printable(old.path)}::{printable(old.unit.qualname)})"


def _fix(found: Verdict, limits: Limits) -> str:
    target = found.limit
    if found.before is not None:
        target = found.before if limits.mode == "any-rise" else max(found.before, found.limit)
    back = "back " if found.rule == REGRESSED and target == found.before else ""
    return f"bring it {back}to {target} or less: {_SPLIT}"


def _line(reason: str) -> int | None:
    import re

    found = re.search(r"\bline (\d+)", reason)
    return int(found.group(1)) if found else None
