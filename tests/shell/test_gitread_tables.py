"""The pinned tables know all that the installed git knows, and git itself agrees with how names are cut off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agentops_gates.shell.tables import children, table, verbs

from ..conftest import Workspace
from .gitlib import invocation

ROOT = Path(__file__).resolve().parents[2]
# One line for each command or option of the installed git that the tables lack, or take for another.
DIFF = """
import sys
sys.path.insert(0, ".ci")
import gittables
pinned = gittables.known()
for verb, found in gittables.survey("git").items():
    if verb not in pinned:
        print("no table:", verb)
        continue
    for name, kind in found.kinds.items():
        name = pinned[verb].letters.get(name, name)
        names = (name, name.removeprefix("no-"), f"no-{name}")
        mine = next((pinned[verb].kinds[n] for n in names if n in pinned[verb].kinds), None)
        if mine is None or (kind == "=" and mine != "="):
            print(verb, name, kind, mine)
    for letter in found.letters:
        if letter not in pinned[verb].letters:
            print(verb, "-" + letter)
"""


def test_the_installed_git_has_nothing_that_the_tables_lack() -> None:
    done = subprocess.run([sys.executable, "-c", DIFF], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_every_table_is_well_formed() -> None:
    for verb in verbs():
        for token in (table(verb) or "").split():
            letter, _, name = token.rstrip("=?").rpartition("/")
            assert len(letter) <= 1, (verb, token)
            assert name, (verb, token)


def test_children_have_tables() -> None:
    assert {"add", "remove", "prune"} <= set(children("worktree"))
    assert {"drop", "clear", "pop"} <= set(children("stash"))
    assert children("reset") == ()
    assert table("no-such-command") is None
    assert table("") is None
    assert table("Ünknown") is None


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("reset --h", "hard"),
        ("clean --f", "force"),
        ("commit --no-veri -m x --allow-empty --dry", "no-verify"),
        ("tag --forc x", "force"),
        ("branch --forc y", "force"),
        ("checkout --f", "force"),
        ("restore --st .", "staged"),
    ],
)
def test_git_takes_the_cut_off_name(repo: Workspace, text: str, option: str) -> None:
    repo.commit("one", {"a": "1"})
    repo.git("config", "user.useConfigOnly", "false")
    done = repo.run_git(*text.split())
    assert b"unknown option" not in done.stderr
    assert b"ambiguous option" not in done.stderr
    assert invocation(f"git {text}").has(option)
