"""The sandbox tells apart what destroys and what does not; the labels of the corpus are held against it."""

from __future__ import annotations

import os

import pytest

from .corpuslib import expected, files, lines
from .sandbox import Sandbox

HARMLESS = (
    "git status",
    "git log -S'reset --hard'",
    "git stash && git stash pop",
    "git restore --staged README.md",
    "git reset -q",
    "git commit -qm 'git reset --hard'",
    "git push origin HEAD:refs/heads/new",
    "git clean -nfdx",
    "git branch -d old",
    "git switch topic",
    "git pull --rebase --autostash",
    "git rm --cached src/a.py",
    "echo 'git clean -fdx'",
    "rm -rf build",
    "cat <<'E'\n$(git reset --hard)\nE",
    "git add -A && git commit -qm x",
    "git gc -q",
    "git push -nf origin old:main",
)
DESTROYS = {
    "git reset --hard": "work",
    "git clean -fd": "work",
    "git clean -xdfe -n": "work",
    "git checkout -- .": "work",
    "git checkout -f topic": "work",
    "git restore :/": "work",
    "git nuke": "work",
    "git rm -rfq .": "work",
    "git stash drop": "work",
    "git stash clear": "work",
    "git worktree remove --force ../wt": "work",
    "git reflog expire --expire=now --all": "work",
    "git ls-files -m | xargs git checkout --": "work",
    "git read-tree -u --reset HEAD": "work",
    "git branch -D topic": "commits",
    "git update-ref -d refs/heads/topic": "commits",
    "git push -f origin old:main": "remote",
    "git push origin +old:main": "remote",
    "git push origin :topic": "remote",
    "git commit -qnm x": "bypass",
    "git -c core.hooksPath=/dev/null commit -qm x": "bypass",
    "git push --no-verify origin HEAD:refs/heads/new": "bypass",
    "git config core.hooksPath /dev/null": "settings",
    "chmod -x .git/hooks/*": "hooks",
    "rm -rf .git": "git directory",
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    made = Sandbox(tmp_path_factory.mktemp("sandbox"))
    if not made.jailed:
        pytest.skip("no user namespaces here")
    return made


@pytest.mark.parametrize("line", HARMLESS)
def test_nothing_is_lost(line: str, sandbox: Sandbox) -> None:
    assert sandbox.run(line) == frozenset()


@pytest.mark.parametrize(("line", "what"), DESTROYS.items(), ids=list(DESTROYS))
def test_what_is_lost(line: str, what: str, sandbox: Sandbox) -> None:
    assert what in (sandbox.run(line) or ())


def test_nothing_outside_can_be_written(sandbox: Sandbox) -> None:
    outside = sandbox.place.parent / "outside"
    sandbox.run(f"touch {outside}")
    assert not outside.exists()


on_demand = pytest.mark.skipif(
    not os.environ.get("AGENTOPS_SANDBOX"), reason="AGENTOPS_SANDBOX=1 runs the whole corpus"
)


@on_demand
def test_what_is_allowed_destroys_nothing(sandbox: Sandbox) -> None:
    lost = {line: sandbox.run(line) for name in files("allow") for line in lines(name)}
    assert not {line: what for line, what in lost.items() if what}


@on_demand
def test_most_of_what_is_refused_destroys(sandbox: Sandbox) -> None:
    rows = [line for _, line in expected("block_agents")]
    idle = [line for line in rows if not sandbox.run(line)]
    # The others need a remote machine, another version, a tool that is not here, or a file that is not.
    assert len(idle) < len(rows) // 2, idle
