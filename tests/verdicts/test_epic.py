"""Which epic a branch and a message name: first those that name none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agentops_gates.verdicts.epic import EpicError, epic_of, is_epic

NO_EPIC = {
    "nothing": ("", b"Say something\n"),
    "another branch": ("main", b""),
    "name only begins like it": ("crank", b""),
    "inside of a name": ("feature/crank/login", b""),
    "subject": ("", b"Epic: login\n"),
    "prose": ("", b"Work\n\nEpic: what a day\n"),
    "prose about one": ("", b"Work\n\nEpic: login was one\n"),
    "prose in brackets": ("", b"Work\n\nEpic: (none)  (yet)\n\nEpic: a/b (1/2)\n"),
    "another key": ("", b"Work\n\nEpic-Complete: login\nEpics: login\n"),
    "tag": ("refs/tags/crank/login", b""),
}
LOGIN = {
    "branch": ("crank/login", b""),
    "branch in full": ("refs/heads/crank/login", b""),
    "worker's branch": ("crank/login/worker-2", b""),
    "trailer": ("main", b"Work\n\nEpic: login\n"),
    "trailer before the footer": ("", b"Work\n\nEpic: login\n\nMade with care\n\nCo-authored-by: A <a@b>\n"),
    "trailer among prose": ("", b"Work\n\nWhy so?\nEpic: login\n"),
    "any case": ("", b"Work\n\nEPIC: login\n"),
    "squash, indented": ("", b"Squashed\n\n    Work\n\n    Epic: login\n"),
    "squash of a forge": ("", b"Work (#7)\n\n* one\n\nEpic: login\n\n* two\n\nEpic: login\n"),
    "carriage returns": ("", b"Work\r\n\r\nEpic: login\r\n"),
    "both": ("crank/login", b"Work\n\nEpic: login\n"),
}
BAD = {
    "two trailers": ("", b"Work\n\nEpic: login\nEpic: logout\n", "two epics are named, login and logout"),
    "branch and trailer": ("crank/login", b"Work\n\nEpic: logout\n", "two epics are named, login and logout"),
    "other case": ("crank/login", b"Work\n\nEpic: Login\n", "two epics are named, login and Login"),
    "way out": ("", b"Work\n\nEpic: ../../etc\n", "the trailer Epic: ../../etc cannot name an epic"),
    "dots": ("", b"Work\n\nEpic: a..b\n", "the trailer Epic: a..b cannot name an epic"),
    "a part": ("", b"Work\n\nEpic: login (1/2)\n", "the trailer Epic: login (1/2) cannot name an epic"),
    "a part by number": ("", b"Work\n\nEpic: login 2\n", "the trailer Epic: login 2 cannot name an epic"),
    "two in one": ("", b"Work\n\nEpic: login , logout\n", "the trailer Epic: login , logout cannot name an epic"),
    "folder": ("", b"Work\n\nEpic: a/b\n", "the trailer Epic: a/b cannot name an epic"),
    "branch with letters": ("crank/\u00e9", b"", "the branch crank/\u00e9 cannot name an epic"),
    "branch without": ("crank/", b"", "the branch crank/ cannot name an epic"),
    "escape": ("", b"Work\n\nEpic: a\x1b[2J\n", "the trailer Epic: a\\x1b[2J cannot name an epic"),
    "too long": ("", b"Work\n\nEpic: " + b"e" * 101, f"the trailer Epic: {'e' * 100} cannot name an epic"),
}


@pytest.mark.parametrize(("branch", "message"), NO_EPIC.values(), ids=NO_EPIC)
def test_no_epic_is_named(branch: str, message: bytes) -> None:
    assert epic_of(branch, message) == ""


@pytest.mark.parametrize(("branch", "message"), LOGIN.values(), ids=LOGIN)
def test_an_epic_is_named(branch: str, message: bytes) -> None:
    assert epic_of(branch, message) == "login"


@pytest.mark.parametrize(("branch", "message", "words"), BAD.values(), ids=BAD)
def test_two_epics_or_none_that_can_be_are_an_error(branch: str, message: bytes, words: str) -> None:
    with pytest.raises(EpicError) as caught:
        epic_of(branch, message)
    assert str(caught.value).startswith(f"{words}: ")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["a", "A-1", "9.2", "login_2026", "e" * 100])
def test_what_an_epic_can_be_called(name: str) -> None:
    assert is_epic(name)


@pytest.mark.parametrize(
    "name", ["", "-a", ".a", "_a", "a.", "a..b", "a/b", "a b", "a\n", "\u00e9", "\u0661", "..", "e" * 101]
)
def test_what_an_epic_cannot_be_called(name: str) -> None:
    assert not is_epic(name)


def test_asking_loads_neither_a_parser_nor_regular_expressions() -> None:
    code = (
        "import sys; before = set(sys.modules); from agentops_gates.verdicts.epic import epic_of; "
        "assert epic_of('crank/a', b'x\\n\\nEpic: a\\n') == 'a'; "
        "print(sorted({'re', 'json', 'hashlib', 'typing'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
