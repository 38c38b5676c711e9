"""What a worker tries, with the hooks alone and in the sandbox: each row says what really happens.

The rows that pass without a sandbox are in the docs too: a hook is a tripwire, and the sandbox holds.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from workers.workerlib import NO_SANDBOX, has_sandbox, refs

# In sh, in the worker's work tree; $MAIN is the lead's.
ATTACKS = {
    "commit": "git commit -qm x",
    "commit -n": "git commit -qnm x",
    "commit --amend -n": "git commit -q --amend -n --no-edit",
    "an alias": "git -c alias.ci='commit -n' ci -qm x",
    "the role taken off": "env -u AGENTOPS_ROLE git commit -qnm x",
    "another role": "AGENTOPS_ROLE=lead git commit -qnm x",
    "the marker removed": 'rm -f "$(git rev-parse --git-dir)/agentops/role"; env -u AGENTOPS_ROLE git commit -qnm x',
    "the marker edited": 'echo lead >"$(git rev-parse --git-dir)/agentops/role"; AGENTOPS_ROLE= git commit -qnm x',
    "the setting removed": "git config --worktree --unset agentops.role; env -u AGENTOPS_ROLE git commit -qnm x",
    "all signs removed": 'rm -f "$(git rev-parse --git-dir)/agentops/role"; '
    "git config --worktree --unset agentops.role; env -u AGENTOPS_ROLE git commit -qnm x",
    "in the lead's tree": 'git -C "$MAIN" commit -qnm x --allow-empty',
    "in the lead's tree, the role taken off": 'env -u AGENTOPS_ROLE git -C "$MAIN" commit -qnm x --allow-empty',
    "the lead's git directory": 'GIT_DIR="$MAIN/.git" env -u AGENTOPS_ROLE git commit -qnm x --allow-empty',
    "merge": "git reset -q --hard; git merge -q --no-ff --no-verify -m x side",
    "cherry-pick": "git reset -q --hard; git cherry-pick side",
    "revert": "git reset -q --hard; git revert --no-edit HEAD",
    "the kill switch": "AGENTOPS_HOOKS_DISABLED=1 git commit -qnm x",
    "the gate switched off": "AGENTOPS_SKIP_WORKER_NO_COMMIT=1 git commit -qnm x",
    "push": "git push -q origin HEAD:refs/heads/new",
    "push that deletes": "git push -q origin :refs/heads/topic",
    "push with a lease": "git push -q --force-with-lease origin HEAD:main",
}
# What no hook of `agentops-gate install` sees, --strict aside.
UNSEEN = {
    "no hooks": "git -c core.hooksPath=/dev/null commit -qm x",
    "plumbing": "git update-ref HEAD $(git commit-tree -m x -p HEAD HEAD^{tree})",
    "a fast-forward": "git reset -q --hard; git branch -q up HEAD~1; git checkout -q up; git merge -q --ff-only main",
    "a tag": "git tag x",
    "a stash": "git stash push -q",
    "a push without hooks": "git push -q --no-verify origin HEAD:refs/heads/new",
    "send-pack": 'git send-pack "$REMOTE" HEAD:refs/heads/new',
    "a ref's file": 'git rev-parse HEAD >"$(git rev-parse --git-common-dir)/refs/heads/new"',
    "objects elsewhere": "mkdir o; export GIT_OBJECT_DIRECTORY=$PWD/o "
    'GIT_ALTERNATE_OBJECT_DIRECTORIES="$MAIN/.git/objects"; '
    'c=$(git commit-tree -m x -p HEAD HEAD^{tree}) && git send-pack "$REMOTE" $c:refs/heads/new',
    "a hook taken away": 'rm -f "$MAIN/.git/hooks/prepare-commit-msg"; git commit -qnm x',
}


def outside(lead: Workspace, remote: Path) -> str:
    """Return what a worker must not have changed: all refs here and on the remote, and the lead's hooks."""
    here = "\n".join(line for line in refs(lead).split("\n") if "refs/agentops/workers/" not in line)
    hooks = sorted(path.name for path in (lead.path / ".git" / "hooks").iterdir())
    return f"{here}\n{Workspace(remote).git('for-each-ref')}\n{hooks}"


def attempt(lead: Workspace, installed: Installed, line: str, *options: str) -> tuple[bool, str]:
    """Let a worker with a change of its own run ``line``; return whether anything outside changed, and what it said."""
    remote = lead.path.parent / "remote.git"
    installed.gate(lead, "install")
    lead.git("push", "-q", "--no-verify", "origin", "main:topic")
    # As `worker start` leaves it; a second start of the same name then makes the same.
    lead.git("worktree", "add", "-q", "-b", "worker/w1", f"{lead.path}-workers/w1")
    before = outside(lead, remote)
    lead.git("worktree", "remove", "--force", f"{lead.path}-workers/w1")
    lead.git("branch", "-qD", "worker/w1")
    setup = f"MAIN='{lead.path}' REMOTE='{remote}'; export MAIN REMOTE; echo more >>a.txt; git add a.txt 2>/dev/null; "
    done = installed.gate(lead, "worker", "start", "w1", *options, "--", "sh", "-c", setup + line, ok=None)
    return outside(lead, remote) != before, done.stdout + done.stderr


@pytest.mark.parametrize("line", ATTACKS.values(), ids=ATTACKS)
def test_hooks_stop_a_worker(lead: Workspace, installed: Installed, line: str) -> None:
    changed, said = attempt(lead, installed, line, "--no-sandbox")
    assert "AG301" in said or "AG302" in said, said
    assert not changed


@pytest.mark.parametrize("line", UNSEEN.values(), ids=UNSEEN)
def test_hooks_do_not_see_this(lead: Workspace, installed: Installed, line: str) -> None:
    changed, said = attempt(lead, installed, line, "--no-sandbox")
    assert changed, said


@pytest.mark.parametrize("line", [*ATTACKS.values(), *UNSEEN.values()], ids=[*ATTACKS, *UNSEEN])
def test_the_sandbox_holds(lead: Workspace, installed: Installed, line: str) -> None:
    if not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    changed, said = attempt(lead, installed, line)
    assert not changed, said


def test_the_lead_commits_and_pushes_beside_a_worker(lead: Workspace, installed: Installed) -> None:
    installed.gate(lead, "install")
    installed.gate(lead, "worker", "start", "w1")
    for line in ("commit -qm x --allow-empty", "commit -qnm y --allow-empty", "tag v1", "push -q origin main"):
        lead.git(*line.split())


def test_a_person_commits_in_a_linked_work_tree(lead: Workspace, installed: Installed, tmp_path: Path) -> None:
    installed.gate(lead, "install")
    installed.gate(lead, "worker", "start", "w1")
    lead.git("worktree", "add", "-q", "-b", "worker/mine", str(tmp_path / "workers" / "w2"))
    mine = Workspace(tmp_path / "workers" / "w2")
    mine.git("commit", "-qm", "x", "--allow-empty")
    mine.git("commit", "-qnm", "y", "--allow-empty")
    mine.git("stash", "push", "-qu")
    mine.git("rebase", "-q", "main", "--force-rebase")
    mine.git("cherry-pick", "side")
    mine.git("push", "-q", "origin", "HEAD")
