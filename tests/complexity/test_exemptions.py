"""The list of exemptions: its form, what wins, and what counts as loosening it."""

from __future__ import annotations

import pytest

from agentops_gates.complexity.exemptions import Exemption, lookup, loosened, parse, read, spent
from agentops_gates.model.errors import UndecidedError

DAY = "2026-11-21"
A = "src/a.py::A.parse = 24, a table, 2027-01-31\n"

GOOD = {
    "plain": (A, ("src/a.py", "A.parse", 24, "a table", "2027-01-31")),
    "commas and equal signs in the reason": (
        "a.py::f = 12, x = 3, as in RFC 1, 2, 2027-01-31\n",
        ("a.py", "f", 12, "x = 3, as in RFC 1, 2", "2027-01-31"),
    ),
    "no blanks": ("a.py::f=12,why,2027-01-31", ("a.py", "f", 12, "why", "2027-01-31")),
    "names of other languages": (
        "a.cc::N::A::operator==(int) = 12, why, 2027-01-31\n",
        ("a.cc", "N::A::operator==(int)", 12, "why", "2027-01-31"),
    ),
    "a path with blanks and signs": (
        "a = b/c d.py::f = 12, why, 2027-01-31\r\n",
        ("a = b/c d.py", "f", 12, "why", "2027-01-31"),
    ),
    "module": ("a.py::<module> = 12, why, 2027-01-31\n", ("a.py", "<module>", 12, "why", "2027-01-31")),
}
BAD = {
    "no number": ("a.py::f = many, why, 2027-01-31", "not of the form"),
    "negative": ("a.py::f = -1, why, 2027-01-31", "not of the form"),
    "zero": ("a.py::f = 0, why, 2027-01-31", "not a positive number"),
    "a number without end": ("a.py::f = " + "9" * 5000 + ", why, 2027-01-31", "not of the form"),
    "no reason": ("a.py::f = 12, , 2027-01-31", "the reason is missing"),
    "no day": ("a.py::f = 12, why", "not of the form"),
    "a day that is none": ("a.py::f = 12, why, 2027-02-30", "not a day"),
    "another way to write a day": ("a.py::f = 12, why, 20270131", "not a day"),
    "for ever": ("a.py::f = 12, why, never", "not a day"),
    "no function": ("a.py = 12, why, 2027-01-31", "not of the form"),
    "no path": ("::f = 12, why, 2027-01-31", "not of the form"),
    "a conflict": ("<<<<<<< HEAD", "not of the form"),
    "escape sequences": ("\x1b[2J", "\\x1b"),
}


@pytest.mark.parametrize(("text", "expected"), GOOD.values(), ids=GOOD)
def test_parse(text: str, expected: tuple[str, str, int, str, str]) -> None:
    assert parse(f"# a comment\n\n{text}".encode()) == {expected[:2]: Exemption(*expected, line=3)}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_malformed(text: str, told: str) -> None:
    with pytest.raises(UndecidedError) as caught:
        parse((A + text).encode())
    assert str(caught.value).startswith("agentops-gates.exemptions of the base, line 2: ")
    assert "mend the list in a change of its own, which is let through" in caught.value.fix
    assert told in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
    assert read((A + text).encode())[0].keys() == {("src/a.py", "A.parse")}


def test_bytes_that_are_no_text_name_a_path() -> None:
    (entry,) = parse(b"a\xff.py::f = 12, why, 2027-01-31\n").values()
    assert entry.path == "a\udcff.py"


def test_of_two_lines_the_lower_limit_counts() -> None:
    text = A.replace("24", "30") + A + A.replace("24", "26")
    assert parse(text.encode())["src/a.py", "A.parse"].limit == 24
    later = A + A.replace("2027", "2028")
    assert parse(later.encode())["src/a.py", "A.parse"].until == "2027-01-31"


@pytest.mark.parametrize(
    ("day", "counts"), [("2027-01-30", True), ("2027-01-31", True), ("2027-02-01", False), ("2030-01-01", False)]
)
def test_an_exemption_ends_with_its_day(day: str, counts: bool) -> None:
    assert bool(lookup(parse(A.encode()), [("src/a.py", "A.parse")], day)) is counts


LOOSENED = {
    "nothing": (A, A, []),
    "added when it has ended": ("", A.replace("2027", "2026"), []),
    "raised when it has ended": (A.replace("2027", "2026"), A.replace("2027", "2026").replace("24", "30"), []),
    "extended to a day that is over": (A.replace("2027", "2025"), A.replace("2027", "2026"), []),
    "added malformed": (A, A + "x\n", []),
    "reason changed": (A, A.replace("a table", "another"), []),
    "taken out": (A, "", []),
    "lowered and shortened": (A, A.replace("24", "20").replace("2027", "2026"), []),
    "sorted anew": (A + A.replace("a.py", "b.py"), A.replace("a.py", "b.py") + A, []),
    "a stricter twin added": (A, A + A.replace("24", "20"), []),
    "a laxer twin added": (A, A + A.replace("24", "30"), []),
    "ends today": ("", A.replace("2027-01-31", DAY), [f"1: src/a.py::A.parse is added with limit 24 until {DAY}"]),
    "brought back to life": (
        A.replace("2027", "2026"),
        A,
        ["1: src/a.py::A.parse is extended from 2026-01-31 to 2027-01-31"],
    ),
    "in the order of the file": (
        "",
        A.replace("a.py", "z.py") + "# why\n" + A,
        [
            "1: src/z.py::A.parse is added with limit 24 until 2027-01-31",
            "3: src/a.py::A.parse is added with limit 24 until 2027-01-31",
        ],
    ),
    "added": ("", A, ["1: src/a.py::A.parse is added with limit 24 until 2027-01-31"]),
    "raised": (A, A.replace("24", "25"), ["1: src/a.py::A.parse is raised from 24 to 25"]),
    "extended": (A, A.replace("2027", "2028"), ["1: src/a.py::A.parse is extended from 2027-01-31 to 2028-01-31"]),
    "the stricter twin taken out": (
        A + A.replace("24", "30"),
        A.replace("24", "30"),
        ["1: src/a.py::A.parse is raised from 24 to 30"],
    ),
    "commented out and in": ("# " + A, A, ["1: src/a.py::A.parse is added with limit 24 until 2027-01-31"]),
    "mended": (A + "x\n", A, []),
    "a malformed line mended into an entry": (
        "src/a.py::A.parse = 24\n",
        A,
        ["1: src/a.py::A.parse is added with limit 24 until 2027-01-31"],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), LOOSENED.values(), ids=LOOSENED)
def test_loosened(old: str, new: str, expected: list[str]) -> None:
    assert [f"{number}: {text}" for number, text in loosened(old.encode(), new.encode(), DAY)] == expected


SPENT = {
    "one that runs": ("", A, []),
    "one that ended before, as it was": (
        A.replace("2027", "2026"),
        A.replace("2027", "2026") + A.replace("a.py", "b"),
        [],
    ),
    "one that ended before, lowered": (A.replace("2027", "2026"), A.replace("2027", "2026").replace("24", "20"), []),
    "added": ("", "# x\n" + A.replace("2027", "2026"), [2]),
    "raised": (A.replace("2027", "2026"), A.replace("2027", "2026").replace("24", "30"), [1]),
    "extended": (A.replace("2027", "2025"), A.replace("2027", "2026"), [1]),
}


@pytest.mark.parametrize(("old", "new", "lines"), SPENT.values(), ids=SPENT)
def test_lines_that_come_too_late(old: str, new: str, lines: list[int]) -> None:
    assert [entry.line for entry in spent(old.encode(), new.encode(), DAY)] == lines


def test_faults_have_their_lines() -> None:
    faults = read((A + "x\n\ny\n").encode())[1]
    assert [number for number, _ in faults] == [2, 4]
    assert faults[0].text == "not of the form path::qualname = limit, reason, YYYY-MM-DD: x"
