"""The front matter of a plan: one reading, or one line that says which line has two."""

from __future__ import annotations

import pytest

from agentops_gates.verdicts.planfile import PlanFile, parse

ISSUES = ("a-1", "a-2")
GOOD = {
    "in brackets": "issues: [a-1, a-2]",
    "a line each": "issues:\n  - a-1\n  - a-2",
    "a line each, not indented": "issues:\n- a-2\n- a-1",
    "quoted": "issues: ['a-1', \"a-2\"]",
    "comments": "# what\nissues: # these\n  # first\n  - a-1 # one\n\n  - a-2\n",
    "comment behind brackets": "issues: [a-1, a-2] # both",
    "final comma": "issues: [a-1, a-2,]",
    "twice the same": "issues: [a-1, a-2, a-1]",
    "other tools' keys": "title: Say: *what* [you] &like\ntags:\n  - x\n  - y: 1\nissues: [a-1, a-2]",
    "another tool's block of text": "text: |\n  issues: [z]\n- z\nissues: [a-1, a-2]\n",
    "an empty key of another tool": "owner:\nissues: [a-1, a-2]",
}


def plan(front: str, body: str = "# Plan\n") -> PlanFile | None:
    return parse(f"---\n{front}\n---\n{body}".encode())


@pytest.mark.parametrize("front", GOOD.values(), ids=GOOD)
def test_issues_are_read(front: str) -> None:
    found = plan(front)
    assert found is not None
    assert found.issues == ISSUES


def test_every_key_is_read() -> None:
    found = plan('epic: login\nparent: "auth"\nlineage: q3 # this year\nstatus: active\nissues: [o/r#12, 7, A.b_c]')
    assert found is not None
    assert found[:5] == ("login", "auth", "q3", "active", ("7", "A.b_c", "o/r#12"))


def test_what_is_not_there_is_empty() -> None:
    assert plan("x: y") == PlanFile("", "", "", "", None, b"---\nx: y\n---\n# Plan\n")
    assert plan("issues: []") == PlanFile("", "", "", "", (), b"---\nissues: []\n---\n# Plan\n")
    assert plan("issues:") == PlanFile("", "", "", "", (), b"---\nissues:\n---\n# Plan\n")


@pytest.mark.parametrize("data", [b"", b"# Plan\n", b"\n---\nissues: [a]\n---\n", b"----\nissues: [a]\n"])
def test_no_front_matter_is_no_plan(data: bytes) -> None:
    assert parse(data) is None


_WORD = "one plain word (letters, digits and . _ - / #, a letter or digit first, at most 100)"
BAD = {
    "no end": (b"---\nissues: [a]\n", "the front matter has no end: a line that is just ---"),
    "end with a blank": (b"---\nissues: [a]\n--- \n", "the front matter has no end: a line that is just ---"),
    "byte order mark": (
        b"\xef\xbb\xbf---\nissues: [a]\n---\n",
        "line 1: nothing may stand beside ---, not even a byte order mark or a carriage return",
    ),
    "carriage returns": (
        b"---\r\nissues: [a]\r\n---\r\n",
        "line 1: nothing may stand beside ---, not even a byte order mark or a carriage return",
    ),
    "one carriage return": (
        b"---\nissues: [a]\r\n---\n",
        "line 2: it holds a control character; indent with blanks and end lines with a line feed only",
    ),
    "tab": (
        b"---\nissues:\n\t- a\n---\n",
        "line 3: it holds a tab; indent with blanks and end lines with a line feed only",
    ),
    "line separator": (
        "---\ntitle: x\u2028issues: [a]\n---\n".encode(),
        "line 2: it holds a control character; indent with blanks and end lines with a line feed only",
    ),
    "not UTF-8": (b"---\nissues: [a]\n---\n\n\xff\n", "line 5: not UTF-8: byte 0xff"),
    "duplicate": (b"---\nissues: [a]\nissues: [b]\n---\n", "line 3: `issues` stands here twice"),
    "duplicate of another tool": (b"---\nx: 1\nx: 2\n---\n", "line 3: `x` stands here twice"),
    "capital": (b"---\nIssues: [a]\n---\n", "line 2: write `issues` for `Issues`"),
    "anchor": (
        b"---\nissues: &all [a]\n---\n",
        "line 2: `issues` must be a list: [a, b] on this line, or `- a` on lines of their own",
    ),
    "alias": (
        b"---\nx: &x [a]\nissues: *x\n---\n",
        "line 3: `issues` must be a list: [a, b] on this line, or `- a` on lines of their own",
    ),
    "merge key": (b"---\n<<: *x\n---\n", "line 2: `<<: *x` is not of the form `key: value`"),
    "tag": (b"---\nepic: !!str a\n---\n", f"line 2: `epic` cannot be `!!str a`: {_WORD}"),
    "block of text": (b"---\nepic: |\n  a\n---\n", f"line 2: `epic` cannot be `|`: {_WORD}"),
    "anchor of an item": (b"---\nissues:\n- &a b\n---\n", f"line 3: `issues` cannot be `&a b`: {_WORD}"),
    "quoted key": (b'---\n"issues": [a]\n---\n', 'line 2: `"issues": [a]` is not of the form `key: value`'),
    "brackets over two lines": (
        b"---\nissues: [a,\n  b]\n---\n",
        "line 2: `issues` must be a list: [a, b] on this line, or `- a` on lines of their own",
    ),
    "one word": (
        b"---\nissues: a\n---\n",
        "line 2: `issues` must be a list: [a, b] on this line, or `- a` on lines of their own",
    ),
    "hole": (b"---\nissues: [a, , b]\n---\n", f"line 2: `issues` cannot be ``: {_WORD}"),
    "list in a list": (b"---\nissues: [[a], b]\n---\n", f"line 2: `issues` cannot be `[a]`: {_WORD}"),
    "table in a list": (b"---\nissues:\n  - id: a\n---\n", f"line 3: `issues` cannot be `id: a`: {_WORD}"),
    "list and lines": (b"---\nissues: [a]\n  - b\n---\n", "line 3: `- b` belongs to nothing"),
    "lines of a word": (b"---\nepic: a\n  - b\n---\n", "line 3: `- b` belongs to nothing"),
    "lines of nothing": (b"---\n  - b\n---\n", "line 2: `- b` belongs to nothing"),
    "indented, but no item": (b"---\nissues:\n  a\n---\n", "line 3: `a` is not of the form `- id`"),
    "no value": (b"---\nepic:\n---\n", f"line 2: `epic` cannot be ``: {_WORD}"),
    "no blank": (b"---\nepic:a\n---\n", "line 2: `epic:a` is not of the form `key: value`"),
    "escape": (b'---\nepic: "a\\x41"\n---\n', f"line 2: `epic` cannot be `a\\x41`: {_WORD}"),
    "letters that look alike": (
        "---\nissues: [\u0430]\n---\n".encode(),
        f"line 2: `issues` cannot be `\u0430`: {_WORD}",
    ),
    "too long": (f"---\nepic: {'e' * 101}\n---\n".encode(), f"line 2: `epic` cannot be `{'e' * 57}...`: {_WORD}"),
    "too many": (f"---\nissues: [{','.join(map(str, range(10_001)))}]\n---\n".encode(), "more than 10,000 issues"),
}


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_what_could_be_read_in_two_ways_is_one_line(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        parse(data)
    assert str(caught.value) == message


def test_what_a_verdict_is_about_is_all_but_a_plain_status() -> None:
    def stable(front: str, body: str = "") -> bytes:
        found = plan(front, body)
        assert found is not None
        return found.stable

    assert stable("status: active\nissues: [a]") == stable("issues: [a]\nstatus: complete") == stable("issues: [a]")
    assert stable("issues: [a]", "status: x\n") != stable("issues: [a]", "status: y\n")
    assert stable("issues: [a]\nstatus: complete # and drop the tests") != stable("issues: [a]")
    assert stable("issues: [a]") != stable("issues: [a] # b")


def test_a_large_one_is_read_in_a_moment() -> None:
    found = plan("issues:\n" + "".join(f"  - a-{n}\n" for n in range(10_000)), "x\n" * 400_000)
    assert found is not None
    assert len(found.issues or ()) == 10_000
