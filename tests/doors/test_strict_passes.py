"""`install --strict` and everyday git: real commands, none of which may be stopped, nor say a word of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from doors.strictlib import play, strict

STAGE = "echo x >>new && git add new && "
CLASH = "echo clash >shared && git add shared && git commit -qm clash && "
MEND = "; echo mended >shared && git add shared && "

EVERYDAY = {
    "commit": STAGE + "git commit -qm x",
    "commit all": "echo x >>work && git commit -qam x",
    "commit a path": "echo x >>work && git add work && git commit -qm x -- work",
    "commit included": STAGE + "echo y >>work && git commit -qm x -i work",
    "commit nothing": "git commit -q --allow-empty -m x",
    "commit without a message": STAGE + "git commit -q --allow-empty-message -m ''",
    "commit with an editor": STAGE + 'GIT_EDITOR="echo x >" git commit -q',
    "commit by an alias": STAGE + "git config alias.ci 'commit -q' && git ci -m x",
    "commit from below": "mkdir d && cd d && echo x >f && git add f && git commit -qm x",
    "commit elsewhere": 'echo x >>new && git add new && cd / && git -C "$OLDPWD" commit -qm x',
    "commit with a git dir": STAGE + "git --git-dir=.git --work-tree=. commit -qm x",
    "commit on no branch": "git switch -q --detach && " + STAGE + "git commit -qm x",
    "commit twice": STAGE + "git commit -qm x && " + STAGE + "git commit -qm x",
    "first commit": "git switch -q --orphan root && echo x >f && git add f && git commit -qm x",
    "a message that names -n": STAGE + "git commit -qm 'use git commit -n, or --no-verify'",
    "verified after all": STAGE + "git commit -q -n --verify -m x",
    "intent to add": "echo x >later && git add -N later && " + STAGE + "git commit -qm x",
    "fixup": STAGE + "git commit -q --fixup=HEAD",
    "amend": STAGE + "git commit -q --amend --no-edit",
    "amend a message": "git commit -q --amend -m other",
    "amend what is not published on main": "git switch -q main && git commit -q --amend -m other",
    "reset what is not published on main": "git switch -q main && git reset -q --hard HEAD~1",
    "rebase what is not published on main": "git switch -q main && git rebase -q --onto side HEAD~1",
    "rebase": "git rebase -q main",
    "rebase apply": "git rebase -q --apply main",
    "rebase squash": "GIT_SEQUENCE_EDITOR=\"sed -i '2s/pick/squash/'\" git rebase -q -i HEAD~2",
    "rebase fixup": "GIT_SEQUENCE_EDITOR=\"sed -i '2s/pick/fixup/'\" git rebase -q -i HEAD~2",
    "rebase reword": "GIT_SEQUENCE_EDITOR=\"sed -i '1s/pick/reword/'\" GIT_EDITOR='echo x >' git rebase -q -i HEAD~2",
    "rebase edit": "GIT_SEQUENCE_EDITOR=\"sed -i '1s/pick/edit/'\" git rebase -q -i HEAD~2 && "
    "git commit -q --amend -m x && git rebase --continue",
    "rebase autosquash": STAGE + "git commit -q --fixup=HEAD~1 && git rebase -q -i --autosquash HEAD~3",
    "rebase with a conflict": "git switch -q -c c HEAD~1 && "
    + CLASH
    + "git rebase -q work"
    + MEND
    + "git rebase --continue",
    "rebase aborted": "git switch -q -c c HEAD~1 && " + CLASH + "git rebase -q work; git rebase --abort",
    "rebase with a command": "git rebase -q -x true main",
    "rebase with a commit": "git rebase -q -x 'git commit -q --allow-empty -m x' main",
    "rebase update refs": "git branch below HEAD~1 && git rebase -q --update-refs main",
    "cherry-pick": "git cherry-pick side",
    "cherry-pick -e": "git cherry-pick -e side",
    "cherry-pick two": "git switch -q side && git cherry-pick work~2..work",
    "cherry-pick with a conflict": "git switch -q -c c HEAD~1 && "
    + CLASH
    + "git cherry-pick work"
    + MEND
    + "git cherry-pick --continue",
    "cherry-pick concluded by commit": "git switch -q -c c HEAD~1 && "
    + CLASH
    + "git cherry-pick work"
    + MEND
    + "git commit -q --no-edit",
    "cherry-pick, not committed": "git cherry-pick -n side && git commit -qm x",
    "revert": "git revert --no-edit HEAD",
    "revert -e": "git revert -e HEAD",
    "revert with a conflict": CLASH + "git revert --no-edit HEAD~1" + MEND + "git revert --continue",
    "merge": "git merge -q --no-edit side",
    "merge, forward": "git switch -q main && git switch -q -c forward v1 && git merge -q --ff-only main",
    "merge into main": "git switch -q main && git merge -q --no-edit side",
    "merge squashed": "git merge -q --squash side && git commit -qm x",
    "merge with a conflict": "git switch -q -c c HEAD~1 && "
    + CLASH
    + "git merge -q work"
    + MEND
    + "git merge --continue",
    "merge concluded by commit": "git switch -q -c c HEAD~1 && "
    + CLASH
    + "git merge -q work"
    + MEND
    + "git commit -q --no-edit",
    "merge aborted": "git switch -q -c c HEAD~1 && " + CLASH + "git merge -q work; git merge --abort",
    "am": "git format-patch -q --stdout -1 side >p && git am -q p",
    "am with a conflict": "git format-patch -q --stdout -1 work -- >p && git switch -q -c c HEAD~1 && "
    + CLASH
    + "git am -q p"
    + MEND
    + "git am -q --continue",
    "stash": "echo x >>work && git stash -q && git stash pop -q",
    "stash untracked": STAGE + "git stash -q -u && git stash apply -q",
    "stash two and pop both": "echo x >>work && git stash -q && echo y >>work && git stash -q && git stash pop -q && "
    "git checkout -q -- work && git stash pop -q",
    "stash two and drop one": "echo x >>work && git stash -q && echo y >>work && git stash -q && git stash drop -q",
    "stash branch": "echo x >>work && git stash -q && git stash branch stashed",
    "gc": "git gc -q",
    "gc, all at once": "git tag v3 && echo x >>work && git stash -q && git gc -q --prune=now && git stash pop -q",
    "pack-refs": "git pack-refs --all --prune",
    "pack-refs of many": "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do git tag t$n; done && git pack-refs --all",
    "repack and maintain": "git repack -qad && git maintenance run --quiet",
    "worktree": "git worktree add -q ../tree && git worktree remove ../tree",
    "worktree on a new branch": "git worktree add -q -b fresh ../tree && git worktree prune",
    "commit in a worktree": "git worktree add -q ../tree && cd ../tree && " + STAGE + "git commit -qm x",
    "amend in a worktree": "git worktree add -q ../tree && cd ../tree && git commit -q --amend -m x",
    "rebase in a worktree": "git worktree add -q -b t ../tree work && cd ../tree && git rebase -q main",
    "fetch": "git fetch -q",
    "fetch and prune": "git update-ref refs/remotes/origin/gone HEAD && git fetch -q --prune && "
    "! git rev-parse -q --verify origin/gone",
    "fetch tags, forced": "git fetch -q --force --tags",
    "pull": "git switch -q main && git pull -q --rebase",
    "push": "git push -q origin work && git push -q -f origin work~1:work",
    "a branch": "git branch fresh && git branch -d fresh",
    "a merged branch": "git branch -q old side && git switch -q side && git branch -d old",
    "a branch thrown away": "git branch -D side",
    "many branches thrown away": "for n in 1 2 3 4 5 6 7 8 9 10 11; do git branch b$n; done && "
    "git for-each-ref --format='delete %(refname)' 'refs/heads/b*' | git update-ref --stdin",
    "a branch moved": "git branch -f side v1",
    "a branch renamed": "git branch -m side aside",
    "checkout -B": "git checkout -q -B side v1",
    "switch": "git switch -q side && git switch -q -",
    "reset": "git reset -q --hard HEAD~1 && git reset -q --soft ORIG_HEAD",
    "main goes forward by hand": 'git update-ref refs/heads/main "$(git commit-tree -p main -m x main^{tree})"',
    "main is set to where it is": "git branch -f main main",
    "a tag": "git tag v3 && git tag -a -m x v4",
    "a tag made again as it is": "git tag -f v1 v1",
    "notes": "git notes add -m x && git notes append -m y && git notes remove",
    "bisect": "git bisect start HEAD v1 >/dev/null && git bisect run true >/dev/null && git bisect reset",
    "replace": "git replace HEAD HEAD~1 && git replace -d HEAD",
    "a remote taken away": "git remote add other ../remote.git && git fetch -q other && git remote remove other",
    "a record made": "git update-ref refs/agentops/verdicts/push/x HEAD",
    "a log that grows": "git update-ref refs/agentops/log HEAD~1 && git update-ref refs/agentops/log HEAD",
    "a submodule": "git submodule --quiet add ../remote.git sub && git commit -qm sub",
    "nothing at all": "git fast-import --quiet </dev/null",
}


@pytest.mark.parametrize("line", EVERYDAY.values(), ids=EVERYDAY)
def test_passes_in_silence(line: str, tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    code, said = play(repo, line)
    assert code == 0, said
    assert "agentops" not in said
    assert "AG4" not in said


@pytest.mark.parametrize(
    "name", ["commit", "amend", "rebase squash", "gc, all at once", "stash", "first commit", "merge"]
)
def test_passes_with_sha256(name: str, tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed, "sha256")
    assert play(repo, EVERYDAY[name])[0] == 0


def test_an_earlier_hook_sees_every_state(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    installed.gate(repo, "uninstall")
    hook = repo.path / ".git/hooks/reference-transaction"
    hook.write_text('#!/bin/sh\necho "$1" >>"$TRACE"\nwhile read -r line; do echo "$line" >>"$TRACE"; done\n')
    hook.chmod(0o755)
    installed.gate(repo, "install", "--strict")
    trace = tmp_path / "trace"
    assert play(repo, "git tag v3", TRACE=str(trace))[0] == 0
    told = trace.read_text().split("\n")
    assert {"prepared", "committed"} <= set(told)
    assert told.count(f"{'0' * 40} {repo.head()} refs/tags/v3") == 2


def test_uninstalled_it_leaves_nothing(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    installed.gate(repo, "uninstall")
    assert play(repo, "git tag -d v1 && git commit -q -n --allow-empty -m x")[0] == 0
    assert not (repo.path / ".git/hooks/reference-transaction").exists()
    assert not (repo.path / ".git/agentops/strict-key").exists()


def test_a_plain_install_keeps_it(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    assert "reference-transaction" in installed.gate(repo, "install").stdout


def test_doctor_sees_that_it_is_gone(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    assert "git commit --no-verify" in installed.gate(repo, "doctor", ok=None).stdout
    (repo.path / ".git/hooks/reference-transaction").unlink()
    told = installed.gate(repo, "doctor", ok=1).stdout
    assert "reference-transaction in" in told
    installed.gate(repo, "install")
    assert (repo.path / ".git/hooks/reference-transaction").exists()


def test_a_shallow_clone(tmp_path: Path, installed: Installed) -> None:
    origin = strict(tmp_path, installed)
    origin.git("clone", "-q", "--depth=1", f"file://{tmp_path}/remote.git", str(tmp_path / "shallow"))
    repo = Workspace(tmp_path / "shallow")
    installed.gate(repo, "install", "--strict")
    code, said = play(repo, STAGE + "git commit -qm x && git commit -q --amend -m y && git reset -q --hard HEAD~1")
    assert code == 0, said
