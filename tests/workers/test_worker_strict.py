"""With ``install --strict`` a worker moves no ref that others share; the lead and a person do as before."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from workers.workerlib import make, refs

MOVES = {
    "tag": "git tag x",
    "branch": "git branch x",
    "branch -f": "git branch -f side HEAD",
    "switch -c": "git switch -q -c x",
    "stash": "git stash push -q",
    "update-ref": "git update-ref HEAD $(git commit-tree -m x -p HEAD HEAD^{tree})",
    "a fast-forward": "git reset -q --hard && git merge -q --ff-only ahead",
    "am": "git reset -q --hard && git format-patch -q --stdout -1 ahead | git am -q",
    "reset": "git reset -q --soft HEAD~1",
    "fetch into a branch": "git fetch -q . +side:ahead",
    "commit -n": "git commit -qnam x",
    "the role taken off": "env -u AGENTOPS_ROLE git tag x",
    "in the lead's tree": 'env -u AGENTOPS_ROLE git -C "$MAIN" tag x',
}
HARMLESS = {
    "add": "git add -A",
    "status": "git status -s",
    "diff": "git diff HEAD",
    "reset of a file": "git add -A && git reset -q",
    "restore": "git restore .",
    "log": "git log -1",
    "fetch": "git fetch -q origin",
    "claim": '"$GATE" worker claim 9',
}


@pytest.fixture
def strict(lead: Workspace, installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    lead.git("branch", "ahead")
    lead.git("switch", "-q", "ahead")
    lead.commit("ahead", {"ahead.txt": "ahead\n"})
    lead.git("switch", "-q", "main")
    installed.gate(lead, "install", "--strict")
    monkeypatch.setenv("MAIN", str(lead.path))
    monkeypatch.setenv("GATE", str(installed.script))
    return lead


def attempt(strict: Workspace, line: str) -> tuple[bool, str]:
    """Let a worker run ``line``; return whether any ref moved, and what was said."""
    _, tree = make(strict)
    tree.write("a.txt", "more\n")
    before = refs(strict)
    # The shell has the role: taken off for git, it is still that of the process above.
    done = tree.run_git("-c", f"alias.sh=!{line}", "sh", env={"AGENTOPS_ROLE": "worker"})
    return refs(strict) != before, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("line", MOVES.values(), ids=MOVES)
def test_a_worker_moves_no_ref(strict: Workspace, line: str) -> None:
    moved, said = attempt(strict, line)
    assert not moved, said
    assert "AG306" in said or "AG301" in said, said


@pytest.mark.parametrize("line", HARMLESS.values(), ids=HARMLESS)
def test_what_moves_no_shared_ref_is_free(strict: Workspace, line: str) -> None:
    _, said = attempt(strict, line)
    assert "AG3" not in said


def test_the_lead_works_beside_workers(strict: Workspace, installed: Installed, tmp_path: Path) -> None:
    _, tree = make(strict)
    tree.write("new.txt", "new\n")
    strict.write("a.txt", "changed\n")
    for line in (
        "stash push -q",
        "stash pop -q",
        "commit -qam mine",
        "tag x",
        "branch y",
        "merge -q --no-edit side",
        "gc -q --prune=now",
        "pack-refs --all",
    ):
        strict.git(*line.split())
    patch = tmp_path / "p"
    installed.gate(strict, "worker", "collect", "w1", "--output", str(patch))
    strict.git("apply", "--index", str(patch))
    strict.git("commit", "-qm", "the worker's files")
    installed.gate(strict, "worker", "end", "w1")


def test_a_person_in_a_linked_work_tree_is_free(strict: Workspace, tmp_path: Path) -> None:
    make(strict)
    strict.git("worktree", "add", "-q", "-b", "worker/mine", str(tmp_path / "w2"))
    mine = Workspace(tmp_path / "w2")
    mine.write("a.txt", "mine\n")
    for line in ("stash push -q", "stash pop -q", "commit -qam mine", "tag mine", "branch more", "merge -q --ff main"):
        mine.git(*line.split())
