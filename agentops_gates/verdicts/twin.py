"""A record as Markdown for people (``.agents/council/<id>.md``). Nothing ever reads it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..model.markdown import code
from ..model.text import printable
from ..model.verdict import Ack, Attempt, Content, Override, Record, Revocation, Statement
from . import instant

_MOST = 200
_LONGEST = 500
_SIGNED = "yes (this page does not say whether the signature is good: `agentops-gate verdict verify` does)"


def markdown(record: Record, content: Content, words: Sequence[str] = ()) -> str:
    """Return a page about ``record``, which says ``content``; ``words`` are lines about what was decided, if it was.

    Whatever stands in the record is shown in code spans, where neither markup nor HTML means anything, and with all
    that cannot be seen escaped. Long lists and texts are cut, and say so.
    """
    lines = [f"# {record.kind.capitalize()} {_code(record.id)}", ""]
    lines += ["For people only: no gate reads this page, and editing it changes nothing. The record is in git.", ""]
    if words:
        lines += [*(f"> {_code(word)}  " for word in words), ""]
    lines += [*_facts(content), f"- Signed: {_SIGNED if record.signature else 'no'}"]
    if isinstance(content, Statement):
        lines += _verdict(content)
    return "\n".join([*lines, ""])


def _facts(content: Content) -> Iterator[str]:
    if isinstance(content, Statement):
        yield from _statement_facts(content)
    elif isinstance(content, Ack):
        yield f"- Acknowledges: {_code(content.verdict)}, findings {_list(content.findings)}"
    elif isinstance(content, Override):
        yield f"- Opens: {_code(content.ref)} for gates {_list(content.gates)}"
        yield f"- Repository: {_code(content.repository)}"
        yield f"- From commit {_code(content.base)} to tree {_code(content.head_tree)}"
        yield f"- Trees on the way: {len(content.trees):,}"
        if content.rewind:
            yield f"- May take the ref back to commit {_code(content.rewind)}, {len(content.lost):,} trees lost"
    elif isinstance(content, Attempt):
        yield from _attempt_facts(content)
    else:
        yield f"- Ends: {_code(content.record)}"
    if isinstance(content, Ack | Override | Revocation):
        yield f"- By: {_code(content.principal)}"
        yield f"- Reason: {_code(content.reason)}"
    yield f"- Issued: {instant.text(content.issued)}"
    if not isinstance(content, Revocation | Attempt):
        yield f"- Good for: {content.lifetime:,} seconds"


def _statement_facts(content: Statement) -> Iterator[str]:
    yield f"- Verdict: **{content.verdict}** of gate {_code(content.gate)}, attempt {content.attempt}"
    yield f"- Ref: {_code(content.ref)} of repository {_code(content.repository)}"
    yield f"- From commit {_code(content.base)} to tree {_code(content.head_tree)}"
    yield f"- Judged trees: {len(content.trees):,}; authors: {_list(content.authors)}"
    if content.plan:
        yield f"- Epic: {_code(content.plan.epic)}, issues {_list(content.plan.issues)}"
    if content.derived_from:
        yield f"- Derived from: {_code(content.derived_from)}"


def _attempt_facts(content: Attempt) -> Iterator[str]:
    yield (
        f"- Judges were asked for gate {_code(content.gate)}"
        if not content.unheard
        else (f"- No judge has answered in the run of {_code(content.unheard)}")
    )
    yield f"- Ref: {_code(content.ref)} of repository {_code(content.repository)}"
    yield f"- From commit {_code(content.base)} to tree {_code(content.head_tree)}; authors: {_list(content.authors)}"


def _verdict(content: Statement) -> Iterator[str]:
    judges = (
        (judge.principal, judge.vendor, judge.model, judge.independence, judge.verdict) for judge in content.judges
    )
    checks = ((check.check, check.version, check.result) for check in content.mechanical)
    yield from _table("Judges", ("Who", "Vendor", "Model", "Independence", "Verdict"), judges)
    yield from _table("Mechanical checks", ("Check", "Version", "Result"), checks)
    yield from _section("Findings", content.findings)
    yield from _section("Not checked", content.not_checked)
    yield from _section("Not checked, nor required", content.unseen)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    entries = list(rows)
    if entries:
        yield from ("", f"## {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}")
        yield from (f"| {' | '.join(_code(cell) for cell in row)} |" for row in entries[:_MOST])
        yield from _more(entries)


def _section(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from ("", f"## {title}", "", *(f"- {_code(entry)}" for entry in entries[:_MOST]))
        yield from _more(entries)


def _more(entries: Sequence[object]) -> Iterator[str]:
    if len(entries) > _MOST:
        yield from ("", f"... and {len(entries) - _MOST:,} more.")


def _list(entries: Sequence[str]) -> str:
    more = f" and {len(entries) - _MOST:,} more" if len(entries) > _MOST else ""
    return ", ".join(_code(entry) for entry in entries[:_MOST]) + more if entries else "none"


def _code(text: str) -> str:
    shown = printable(text)
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}[... {len(shown) - _LONGEST:,} more]"
    return code(shown, cell=True) if shown.strip() else "(empty)"
