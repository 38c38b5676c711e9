"""Plain command lines are read without click, and mean what click makes of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import Workspace

from agentops_gates.entry import check
from agentops_gates.entry.cli.check import command

PLAIN = [
    "",
    "--staged",
    "--base main",
    "--base main --head HEAD~1",
    "--gate a --base x --gate b",
    "--format json --output out.json",
    "--base x --report sarif=a.sarif --report junit=b.xml",
    "--base x --base y",
    "--base x --format text",
    "--deadline 5",
]
OTHERS = [
    "--help",
    "--base",
    "--base --head",
    "--base -x",
    "--base=main",
    "--nonsense x",
    "--format yaml",
    "--deadline 0",
    "--deadline 1e3",
    "--deadline inf",
    "--color never",
    "--repository",
    "--staged extra",
    "--",
    "-h",
    "HEAD",
]


@pytest.mark.parametrize("line", PLAIN)
def test_plain_lines_mean_what_click_makes_of_them(line: str) -> None:
    read = command.make_context("check", line.split()).params
    assert check.plain(line.split()) == check.Asked(**read)


@pytest.mark.parametrize("line", OTHERS)
def test_everything_else_is_left_to_click(line: str) -> None:
    assert check.plain(line.split()) is None


def test_an_empty_value_is_taken_as_it_is() -> None:
    read = command.make_context("check", ["--base", ""]).params
    assert check.plain(["--base", ""]) == check.Asked(**read)


@pytest.mark.parametrize(("options", "loaded"), [([], False), (["--color", "auto"], True)])
def test_click_is_loaded_for_the_others_only(repo: Workspace, options: list[str], loaded: bool) -> None:
    repo.commit("one", {"a.py": "x = 1\n"})
    program = (
        "import sys, agentops_gates.__main__ as door\n"
        "code = door.guarded(lambda: door._dispatch(sys.argv[1:]))\n"
        "sys.exit(code or (10 if 'click' in sys.modules else 11))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "check", "--staged", *options], cwd=repo.path, capture_output=True, check=False
    )
    assert done.returncode == (10 if loaded else 11), done.stderr
