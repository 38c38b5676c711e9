"""The report: readable in 80 columns and as Markdown, and nothing in it does more than be read."""

from __future__ import annotations

import unicodedata

import pytest
from markdown_it import MarkdownIt
from verdicts.council.councillib import FAIL, PASS, WARN, Bench

from agentops_gates.verdicts.council import CouncilResult
from agentops_gates.verdicts.council.report import markdown, terminal

LONG = "a sentence of some words that goes on and on until it has to be wrapped somewhere " * 4
EVIL = "</td><script>alert(1)</script> | `x` [a](javascript:x) @everyone ![i](http://x) \\u202e##[error]"


@pytest.fixture
def result(bench: Bench) -> CouncilResult:
    bench.workspace.commit("more", {"docs/x.md": "t\n", "big.py": "y = 1\n" * 9_000})
    judges = [
        bench.judge("claude", f"read(); answer('PASS', summary={LONG!r}, confidence=90)"),
        bench.judge("codex", f"read(); answer('WARN', [finding('serious', description={LONG!r}, fix='rename it')])"),
        bench.judge("gemini", FAIL),
        bench.judge("wide", f"read(); answer('WARN', [finding()], summary={'宽' * 90!r})"),
        bench.judge("dead", "sys.exit('out of credit')"),
        bench.judge("deputy", PASS, fallback_for="dead"),
    ]
    return bench.council(*judges, config={"checks": (("sh", "-c", "exit 1"),)})


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "FW" else 1 for char in line)


@pytest.mark.parametrize("width", [80, 40, 120])
def test_no_line_is_wider_than_the_terminal(result: CouncilResult, width: int) -> None:
    assert max(columns(line) for line in terminal(result, width).split("\n")) <= width


def test_everything_is_told(result: CouncilResult) -> None:
    text = terminal(result)
    assert text.startswith("council: FAIL (fast, 5 of 6 judges answered, ")
    for part in ("exited with code 1: out of credit", "for dead", "critical gemini:F1: it loses data", "at   a.py:1",
                 "fix  do not", "FAIL   sh -c exit 1", "PASS   claude"):  # fmt: skip
        assert part in text, part
    page = markdown(result)
    for part in ("**FAIL**", "`out of credit`", "`gemini:F1`", "`it loses data`", "- At: `a.py:1`"):
        assert part.strip("`") in page, part


def test_disagreement_stands_side_by_side(result: CouncilResult, bench: Bench) -> None:
    lines = terminal(result).split("\n")
    start = lines.index("the judges disagree:")
    head = lines[start + 1]
    assert [cell.strip() for cell in head.split(" | ")] == ["claude: PASS, 90 % sure", "codex: WARN", "gemini: FAIL"]
    assert "the judges disagree" not in terminal(bench.council(bench.judge("a", PASS), bench.judge("b", PASS)))


def test_not_checked_and_problems(bench: Bench) -> None:
    result = bench.council(bench.judge("a", "read(); answer(checked=[])"), config={"quorum": 2})
    assert "why: 1 of 1 judges answered, and 2 must" in terminal(result)
    assert terminal(result).startswith("council: undecided (council WARN, fast, 1 of 1")
    assert "not checked: a.py" in terminal(result)
    assert "- Not checked: `a.py`" in markdown(result)


def test_nothing_a_judge_or_author_writes_is_markup(bench: Bench) -> None:
    bench.workspace.commit("evil", {"[a](x) `b` <b>|.py": "x\n"})
    found = f"finding(description={EVIL!r}, location={EVIL!r}, fix={EVIL!r})"
    body = f"read(); answer('WARN', [{found}], checked=[], summary={EVIL!r})"
    result = bench.council(bench.judge("j", body), bench.judge("k", PASS))
    page = markdown(result)
    html = MarkdownIt("js-default").render(page)
    for markup in ("<script", "<a ", "<img", "javascript:x)</a>"):
        assert markup not in html
    assert "##[error]" not in page
    assert "##[error]" not in terminal(result)
    tables = [token for token in MarkdownIt("commonmark").enable("table").parse(page) if token.type == "tr_open"]
    assert len(tables) >= 3


def test_escapes_of_a_complaint_are_shown(bench: Bench) -> None:
    result = bench.council(bench.judge("j", "sys.exit('\\x1b[2J\\u202eevil')"), bench.judge("k", WARN))
    for text in (terminal(result), markdown(result)):
        assert "\\x1b[2J\\u202eevil" in text
        assert "\x1b" not in text
