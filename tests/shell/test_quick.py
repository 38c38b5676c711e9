"""The path on which nothing is parsed: it may only be taken by text that cannot become git."""

from __future__ import annotations

import pytest

from agentops_gates.shell.quick import harmless

from .corpuslib import expected, lines

TAKEN = [
    "npm test",
    "ls -la",
    "cargo build --release && cargo test",
    "python -m pytest -q tests/test_x.py",
    'rg -n "TODO" src',
    "cat a.py | head -20 > out.txt",
    "echo 'all done'",
    "cd sub; make -j4",
    "",
]
NOT_TAKEN = [
    "git status",
    "GIT status",
    "'g'it status",
    'g"i"t status',
    "g\\it status",
    "$X status",
    "`x` status",
    "{g,x}it",
    "/usr/bin/g?t",
    "/usr/bin/[g]it",
    "/usr/bin/g*",
    "g\\\nit status",
    "bash x",
    "bash",
    "./x",
    "/opt/x",
    "../x",
    "x.sh",
    "xargs ls",
    "eval x",
    ". x",
    "source x",
    "cat x | sh",
    "cat x|sh",
    "(sh x)",
    "echo eJwx | base64 -d | bash",
    "ssh host",
    "sudo ls",
    "env ls",
    "rm -rf .husky",
    "export AGENTOPS_ROLE=lead",
    "pre-commit uninstall",
    "npx lefthook uninstall",
    "gh repo delete x",
    "rm hooks",
    "rm -rf ~",
]


@pytest.mark.parametrize("text", TAKEN)
def test_taken(text: str) -> None:
    assert harmless(text)


@pytest.mark.parametrize("text", NOT_TAKEN)
def test_not_taken(text: str) -> None:
    assert not harmless(text)


def test_no_line_of_the_corpus_that_has_to_be_stopped_takes_it() -> None:
    for name in ("block_git", "block_bypass", "block_shell", "policy"):
        for _, line in expected(name):
            assert not harmless(line), line


def test_some_everyday_lines_take_it() -> None:
    assert sum(harmless(line) for line in lines("allow_everyday")) > 10


def test_below_a_git_directory_every_name_counts() -> None:
    assert harmless("rm config", "/x/repo")
    assert not harmless("rm config", "/x/repo/.git")
    assert not harmless("rm pre", "/x/repo/.git/hooks")
