"""Markdown: what comes from a repository is text and nothing but text; what is ours is a table one can read."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from formats.sample_reports import DELTA, HOSTILE, META, NEW, REPORTS, ROSE, finding_report, hostile_report, many
from markdown_it import MarkdownIt

from agentops_gates.formats.common import elide
from agentops_gates.formats.markdown import document, fenced, render
from agentops_gates.model.markdown import code
from agentops_gates.model.text import printable

OURS = {"h3", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "pre", "a", "details", "summary", "p"}

EVERYTHING = """\
### agentops-gates: blocked

| Gate | Outcome | Errors | Warnings | Notes | Reason |
|---|---|---:|---:|---:|---|
| `complexity-regression` | **fail** | 2 | 1 | 1 |  |
| `policy-change` | **fail** | 1 | 0 | 0 |  |
| `push-after-vibe` | **undecided** | 0 | 0 | 0 | `3 commits are hidden by a shallow clone` |
| `flywheel-lifecycle` | skip | 0 | 0 | 0 | `insufficient data: 3 learnings of 10` |
| `worker-no-commit` | pass | 0 | 0 | 0 |  |

| Level | Rule | Where | What |
|---|---|---|---|
| **error** | [AG901](https://agentops-gates.dev/rules/AG901) | `commit 1f1f1f1f1f1f` | `this change loosens the \
policy` |
"""


class _Page(HTMLParser):
    """What a browser makes of a page: the tags, the links, the text outside code, the text of every code element."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.outside, self.codes, self.cells = set(), set(), "", [], []
        self._code = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links.update(value for name, value in attrs if name in {"href", "src"})
        if tag == "code":
            self._code += 1
            self.codes.append("")
        if tag == "tr":
            self.cells.append(0)
        if tag in {"td", "th"}:
            self.cells[-1] += 1

    def handle_endtag(self, tag):
        self._code -= tag == "code"

    def handle_data(self, data):
        if self._code:
            self.codes[-1] += data
        else:
            self.outside += data


def _page(markdown):
    return _Page(MarkdownIt("commonmark").enable("table").render(markdown))


def test_the_page_in_this_test_sees_markup():
    page = _page("[a](https://evil.example) <script>x</script> @team `@code`")
    assert page.tags == {"p", "a", "script", "code"}
    assert page.links == {"https://evil.example"}
    assert "@team" in page.outside
    assert page.codes == ["@code"]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_nothing_but_text_in_code(hostile):
    markdown = render(hostile_report(hostile), gates=META)
    page = _page(markdown)
    assert page.tags <= OURS
    assert page.links == {f"https://agentops-gates.dev/rules/{rule}" for rule in ("AG601", "AG901")}
    # Mentions, references, addresses and emphasis are made of text outside code only.
    assert set("@#<>[]()*_`~\\&:|") & set(page.outside.replace("agentops-gates: blocked", "")) == set()
    shown = elide(printable(hostile), 300).replace("|", "\\x7c")
    assert [text.strip() for text in page.codes].count(shown.strip()) >= 3
    assert all(char.isprintable() or char == "\n" for char in markdown)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_adds_no_cell(hostile):
    # By any reading of "\\|": no cell holds a pipe of its own, so the pipes are the borders.
    rows = [line for line in render(hostile_report(hostile), gates=META).splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {5, 7}
    assert set(_page("\n".join(rows)).cells) <= {4, 6}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_gate_and_finding_is_in_a_table(report):
    page = _page(render(report, gates=META))
    assert page.tags <= OURS
    for gate in report.gates:
        assert gate.id in page.codes
    assert page.cells.count(4) == (1 + sum(len(gate.findings) for gate in report.gates)) * any(
        gate.findings for gate in report.gates
    )


def test_the_tables_of_a_blocked_run():
    assert render(REPORTS["everything"]).startswith(EVERYTHING)


def test_evidence_and_next_steps_are_folded_away_and_can_be_copied():
    folded = render(REPORTS["everything"]).partition("<details>")[2]
    assert "  why  +1 if, line 1391\n       +2 and, line 1391\n" in folded
    assert "\n           git fetch --no-tags --unshallow origin +refs/x:y" in folded
    assert folded.endswith("```\n\n</details>\n")


def test_a_passed_run_has_nothing_to_unfold():
    assert "<details>" not in render(REPORTS["passed"])


def test_rules_have_their_names_where_they_are_known():
    row = "| **error** | [AG602](https://agentops-gates.dev/rules/AG602) `complexity-new` | `src/flask/http.py:12` |"
    assert row in render(finding_report(NEW), gates=META)


@pytest.mark.parametrize("limit", [20_000, 60_000, 200_000])
@pytest.mark.parametrize("kind", ["many", "long", "backticks", "wide"])
def test_stays_within_its_limit_and_says_what_is_missing(limit, kind):
    report = {
        "many": many(5_000),
        "long": many(5_000, path="p/" * 2040 + "{}.py"),
        "backticks": hostile_report("`" * 4000),
        "wide": finding_report(
            *[ROSE._replace(line=n + 1, message="\u6f22" * 200, fix="\u6f22 " * 999) for n in range(999)]
        ),
    }[kind]
    markdown = document(report, limit=limit)
    assert len(markdown.encode()) <= limit
    assert ("The table shows the first " in markdown) == (kind != "backticks")
    assert ("The evidence shows the first " in markdown) or kind != "wide"
    page = _page(markdown)
    assert page.tags <= OURS
    assert markdown.count("<details>") == markdown.count("</details>") == 1


def test_a_comment_fits_into_github_s_limit():
    assert len(render(many(20_000))) < 65_536


def test_a_note_without_more_to_say_needs_no_unfolding():
    assert "<details>" not in render(finding_report(DELTA))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a", "`a`"),
        ("", "`''`"),
        ("  ", "`'  '`"),
        ("a`b", "``a`b``"),
        ("`a`", "`` `a` ``"),
        (" a", "`  a `"),
        ("a|b", "`a|b`"),
        ("a\nb", "`a\\x0ab`"),
    ],
)
def test_code_spans_show_exactly_their_text(text, span):
    assert code(text) == span
    (shown,) = _page(f"x {span} y").codes
    assert shown == (printable(text) if text.strip() else repr(text))


@pytest.mark.parametrize("lines", [["a"], ["```"], ["  ```", "````"], ["~~~", "</details>"], [""]])
def test_no_line_ends_its_fence(lines):
    assert _page("\n".join(fenced(lines))).codes == ["\n".join([*lines, ""])]
