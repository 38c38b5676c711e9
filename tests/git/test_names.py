"""Names that no work tree should hold."""

from __future__ import annotations

import pytest

from agentops_gates.git.diff import SYMLINK, Change
from agentops_gates.git.names import unfit

FILE = 0o100644
FIT = [
    "a",
    ".gitignore",
    ".github/x",
    ".gitmodules",
    "...",
    "a/.git-blame-ignore-revs",
    "git~2",
    "git",
    "x.git",
    "..a",
    "a b ",
    "git/..gitx",
    "\u200cx",
    "-rf",
    "a:b",
]
UNFIT = [
    "..",
    "a/../b",
    ".",
    "./a",
    "a//b",
    "/a",
    "a/",
    ".git",
    ".GIT/hooks/pre-push",
    "sub/.Git/config",
    "git~1/x",
    "GIT~1",
    ".git /x",
    ".git./x",
    ".git::$INDEX_ALLOCATION/x",
    ".g\u200cit/x",
    "\ufeff.git",
]


def change(path: str, mode: int = FILE, old: str = "") -> Change:
    return Change("A", FILE if old else 0, mode, "1" * 40 if old else "", "2" * 40 if mode else "", old or path, path)


@pytest.mark.parametrize("path", FIT)
def test_fit(path: str) -> None:
    assert unfit([change(path)]) == ""


@pytest.mark.parametrize("path", UNFIT)
def test_unfit(path: str) -> None:
    assert unfit([change("a"), change(path)]) == path
    assert unfit([change("a", old=path)]) == ""
    assert unfit([change(path, mode=0)]) == ""


@pytest.mark.parametrize("path", [".gitmodules", "sub/.GitModules"])
def test_a_link_to_submodules(path: str) -> None:
    assert unfit([change(path, SYMLINK)]) == path
    assert unfit([change("other", SYMLINK), change(path)]) == ""
