"""Reports that every format must render, and names that somebody might give to a file or a function to fool it."""

from __future__ import annotations

import os

from agentops_gates.model.finding import Finding, GateResult, Report
from agentops_gates.model.gate import Gate, Rule
from agentops_gates.model.outcome import from_levels
from agentops_gates.model.subject import RefUpdate, Subject

BASE, HEAD, OTHER, ZERO = "a" * 40, "1f" * 20, "b" * 40, "0" * 40

ROSE = Finding(
    "AG601",
    "error",
    "`Flask.dispatch` rose from 14 to 17 (cyclomatic complexity, limit 10): +1 if, line 1391; +2 and, line 1391",
    "src/flask/app.py",
    1385,
    HEAD,
    "bring it back to 14 or less",
    {
        "qualname": "Flask.dispatch",
        "metric": "cyclomatic",
        "why": ["+1 if, line 1391", "+2 and, line 1391"],
        "points": [{"kind": "if", "line": 1391}, {"kind": "and", "line": 1392}],
    },
)
NEW = Finding("AG602", "error", "`parse` is new with 13", "src/flask/http.py", 12, fix="bring it to 10 or less")
UNUSED = Finding("AG607", "warning", "this comment allows nothing", "src/flask/cli.py", 77, fix="remove it")
DELTA = Finding("AG609", "note", "`helper` rose from 3 to 5", "src/flask/helpers.py", 40)
LOOSENED = Finding("AG901", "error", "this change loosens the policy", commit=HEAD, fix="take it out of this range")

FETCH = "fetch what is missing, then run this again:\n    git fetch --no-tags --unshallow origin " + "+refs/x:y" * 9
SHALLOW = GateResult("push-after-vibe", "undecided", "3 commits are hidden by a shallow clone", (), FETCH)
SKIPPED = GateResult("flywheel-lifecycle", "skip", "insufficient data: 3 learnings of 10", (), "collect some more")
PASSED = GateResult("worker-no-commit", "pass")
FAILED = GateResult("complexity-regression", "fail", "", (DELTA, NEW, UNUSED, ROSE))
POLICY = GateResult("policy-change", "fail", "", (LOOSENED,))
TIMED_OUT = GateResult("complexity-regression", "fail", "it did not end within 5 s", (NEW,), "run it again")

RANGE = Subject("range", (BASE,), HEAD)
PUSHED = (
    Subject("range", (BASE,), HEAD, RefUpdate("refs/heads/main", HEAD, "refs/heads/main", BASE)),
    Subject("range", (), OTHER, RefUpdate("refs/heads/caf\udce9", OTHER, "refs/heads/caf\udce9", ZERO)),
    Subject("range", (BASE,), None, RefUpdate("(delete)", ZERO, "refs/heads/old", BASE)),
)


def report(*gates: GateResult, subjects: tuple[Subject, ...] = (RANGE,)) -> Report:
    """Return a report of these gates that took 0.1234 seconds."""
    return Report(subjects, gates, 0.1234)


def finding_report(*findings: Finding) -> Report:
    """Return the report of one gate with these findings."""
    outcome = from_levels(finding.level for finding in findings)
    return report(GateResult("complexity-regression", outcome, "", findings))


REPORTS = {
    "nothing ran": report(subjects=()),
    "passed": report(PASSED),
    "skipped": report(SKIPPED),
    "passed and skipped": report(PASSED, SKIPPED),
    "undecided": report(SHALLOW, subjects=(Subject("staged", (BASE,)),)),
    "undecided without a reason": report(GateResult("policy-change", "undecided")),
    "failed without a finding": report(GateResult("policy-change", "fail", "internal")),
    "failed and timed out": report(TIMED_OUT),
    "note": report(GateResult("complexity-regression", "pass", "", (DELTA,))),
    "warning": report(GateResult("complexity-regression", "warn", "", (UNUSED,))),
    "everything": report(FAILED, POLICY, SHALLOW, SKIPPED, PASSED),
    "push": report(FAILED, subjects=PUSHED),
    "sha256": report(PASSED, subjects=(Subject("range", ("a" * 64,), "b" * 64),)),
    "unborn": report(PASSED, subjects=(Subject("staged"),)),
    "message": report(PASSED, subjects=(Subject("message", (BASE,), None, None, b"caf\xe9\n"),)),
    "odd data": finding_report(
        NEW._replace(data={"inf": float("inf"), 1: b"\xff", "set": {1}, "deep": ({"x": (1.5, None, True)},), "why": 7})
    ),
}

HOSTILE = {
    "escape": "a\x1b[2J\x1b[1;32mok",
    "bidi": "a\u202egnp.exe",
    "zero width": "a\u200bb\ufeff",
    "tag characters": "a\U000e0069\U000e0067",
    "variation selectors": "a\ufe0f\U000e0101",
    "no-break space": "a\u00a0::error::b",
    "line feed": "a\n::error::b\nerror AG999: b",
    "carriage return": "a\r::error::b\r\nc",
    "line separator": "a\u2028b\u0085c\x0bd\x0c",
    "nul": "a\x00b",
    "not a character": "a\ufffeb\uffffc",
    "undecodable": os.fsdecode(b"caf\xe9\xff"),
    "lone surrogate": "a\ud800b",
    "command": "::error file=x,line=1::pwned",
    "old command": "x ##[set-env name=PATH]/evil",
    "stop command": "::stop-commands::x",
    "percent": "%0A::error::b%25%3A,=",
    "properties": "a,line=1::b=c:d",
    "cdata": "]]><script>",
    "script": "<script>alert(1)</script><img src=https://evil.example/x>",
    "entity": "&lt;&#64;&amp;",
    "attribute": "\"'><x y='",
    "pipe": "a|b\\|c\\\\|d|",
    "backticks": "`` a```b ` ",
    "fence": "```\n</details>\n```",
    "link": "[click](https://evil.example) ![i](https://evil.example/i.png)",
    "bare address": "https://evil.example/ www.evil.example me@evil.example",
    "mention": "@team #123 GH-1 owner/repo#1",
    "html comment": "<!-- x --> <details open>",
    "emphasis": "**a** _b_ ~~c~~ # d",
    "option": "-rf",
    "parent": "../../etc/passwd",
    "scheme": "javascript:alert(1)",
    "blanks": "  a  b  ",
    "placeholder": "{0} {x} {{y}}",
    "wide": "\u6f22\u5b57" * 30,
    "quote": '"a\\351"',
    "4 KiB": "d" * 255 + "/" + "x/" * 1920,
    "4 KiB of blanks": "a " * 2048,
    "backticks without end": "`" * 4000,
}


def hostile_report(text: str) -> Report:
    """Return a report in which every piece of text that a repository or a gate provides is ``text``."""
    data = {"qualname": text, "why": [text, text], text: text, "points": [{"kind": text, "line": 3}]}
    levels = ("error", "warning", "note")
    findings = [Finding("AG601", level, text, text, 3, None, text, data) for level in levels]
    findings.append(Finding("AG901", "error", f"about {text}", None, None, HEAD, text))
    gates = (
        GateResult("complexity-regression", "fail", "", tuple(findings)),
        GateResult("push-after-vibe", "undecided", text, (), text),
        GateResult("flywheel-lifecycle", "skip", text, (), text),
    )
    update = RefUpdate(f"refs/heads/{text}", HEAD, f"refs/heads/{text}", BASE)
    return Report((Subject("range", (BASE,), HEAD, update),), gates, 1.0)


def many(number: int, path: str = "src/{}.py", every: int = 100) -> Report:
    """Return a report of ``number`` findings, one of ``every`` of them an error, the rest notes."""
    return finding_report(
        *(
            (ROSE if n % every == 0 else DELTA)._replace(path=path.format(n), line=n + 1, message=f"f{n} rose")
            for n in range(number)
        )
    )


META = (
    Gate(
        "complexity-regression",
        "Complexity regression",
        (
            Rule("AG601", "complexity-rose", "error", "A function became more complex."),
            Rule("AG602", "complexity-new", "error", "A new function is above the limit."),
            Rule("AG609", "file-grew", "note", "A file grew."),
        ),
        ("pre-commit", "pre-push"),
        ("staged", "range"),
    ),
)
