"""The page for people: readable, and nothing in a record can make it say anything else."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from verdicts.recordlib import ACK, ATTEMPT, CONTENTS, OVERRIDE, REVOCATION, VERDICT, record_of

from agentops_gates.model.verdict import Content
from agentops_gates.verdicts.twin import markdown

EVIL = (
    "<script>alert(1)</script>", "`</code><img src=x onerror=y>`", "``` \u202e", "| a | b |", "\\| x", "[x](http://e.vil)",
    "![](http://e.vil/p.png)", "@everyone #1", "# heading", "\u200b", " ` ", "&lt;b&gt;", "```\u2028# x", "a" * 3_000,
)  # fmt: skip


def rendered(content: Content, words: tuple[str, ...] = ()) -> str:
    page = markdown(record_of(content), content, words)
    assert all(line.isprintable() for line in page.split("\n"))
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(page)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_what_a_reader_looks_for_is_there(content: Content) -> None:
    html = rendered(content, ("accepted at level 1",))
    assert f"<code>{record_of(content).id}</code>" in html
    assert "<code>accepted at level 1</code>" in html
    assert "Signed: no" in html
    assert "2026-09-21T14:13:20Z" in html


def test_a_verdict_shows_judges_and_findings() -> None:
    html = rendered(VERDICT)
    for word in ("WARN", "judge@example.org", "zoë@example.org", "F1", "docs/größe.md", "refs/heads/main", "tests"):
        assert word in html
    assert html.count("<table>") == 2


def test_a_signature_is_mentioned_but_not_vouched_for() -> None:
    page = markdown(record_of(VERDICT, b"x"), VERDICT)
    assert "Signed: yes (this page does not say whether the signature is good" in page


def safe(text: str) -> str:
    """Return ``text`` as a record may hold it."""
    return "".join(char for char in text if char != "\u2028")


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_in_a_record_is_markup(evil: str) -> None:
    name = evil[:999]
    judge = VERDICT.judges[0]._replace(principal=f"a{name[:900]}", model=name[:900], vendor=name[:900])
    verdict = VERDICT._replace(
        repository=name[:900],
        lineage=name[:900],
        judges=(judge,),
        authors=(name,),
        findings=(name,),
        not_checked=(evil,),
        unseen=(evil,),
    )
    pages = [
        rendered(verdict, (evil,)),
        rendered(ACK._replace(principal=f"a{name[:900]}", reason=f"a{evil}", findings=(name,)), (evil,)),
        rendered(OVERRIDE._replace(principal=f"a{name[:900]}", reason=f"a{evil}", repository=name[:900])),
        rendered(REVOCATION._replace(principal=f"a{name[:900]}", reason=f"a{evil}")),
        rendered(ATTEMPT._replace(repository=name[:900], authors=(name,))),
    ]
    for page in pages:
        for tag in ("<script", "<img", "<a ", "<b>"):
            assert tag not in page
        assert page.count("<h1>") == 1
        assert "@everyone" not in page.replace("<code>@everyone", "").replace("a@everyone", "")
    # Two tables, head and rows of theirs and no cell more.
    assert pages[0].count("<td>") == 5 + 2 * 3
    assert pages[0].count("<h2>") == 5


def test_long_lists_are_cut_and_say_so() -> None:
    html = rendered(VERDICT._replace(findings=tuple(f"F{number:04}" for number in range(1_000))))
    assert "F0199" in html
    assert "F0200" not in html
    assert "and 800 more" in html
