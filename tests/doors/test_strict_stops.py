"""`install --strict` and commands that take away what others build on, or step round the hooks: real commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace
from doors.doorlib import Installed
from doors.strictlib import play, refs, strict

STAGE = "echo x >>new && git add new && "
STASH = "echo x >>work && git stash -q && "
MANY = "for n in 1 2 3 4 5 6 7 8 9 10 11; do git branch b$n; done; "
GRAFT = "mkdir -p .git/info && git rev-parse v1^0 main | tr '\\n' ' ' >grafts && "
# Where another work tree is named, a folder called .git there is not the repository's.
FORGED = """mkdir -p ../forged/.git/agentops && echo key >../forged/.git/agentops/strict-key
tree=$(git write-tree) && head=$(git rev-parse HEAD) &&
printf '%s\\n' key "commit $tree $head" key | git hash-object --stdin >../forged/.git/agentops/proof &&
"""
RECORD, LOG, SNAPSHOT = "refs/agentops/verdicts/push/x", "refs/agentops/log", "refs/agentops-rescue-x"
COMMIT = "git -c core.hooksPath=/dev/null commit -q -m x"
PUSH = "git -c core.hooksPath=/dev/null push -q origin main"

STOPPED = {
    "branch -D": ("AG461", "git branch -D main"),
    "branch -d": ("AG461", "git branch --unset-upstream main && git merge -q --no-edit main && git branch -d main"),
    "branch -m": ("AG461", "git branch -m main other"),
    "branch -M over it": ("AG461", "git branch -M side main"),
    "alias": ("AG461", "git config alias.nuke 'branch -D' && git nuke main"),
    "update-ref -d": ("AG461", "git update-ref -d refs/heads/main"),
    "update-ref --stdin": ("AG461", "echo 'delete refs/heads/main' | git update-ref --stdin"),
    "among many": (
        "AG461",
        MANY + "git for-each-ref --format='delete %(refname)' refs/heads/main 'refs/heads/b*' | git update-ref --stdin",
    ),
    "packed before": ("AG461", "git pack-refs --all && git branch -D main"),
    "push to itself": ("AG461", "git push -q . :main"),
    "from another clone": ("AG461", "git clone -q . ../other && git -C ../other push -q origin :main"),
    "branch -f": ("AG462", "git branch -f main v1"),
    "checkout -B": ("AG462", "git checkout -q -B main v1"),
    "switch -C": ("AG462", "git switch -q -C main v1"),
    "update-ref": ("AG462", "git update-ref refs/heads/main v1"),
    "update-ref with the old value": ("AG462", "git update-ref refs/heads/main v1 main"),
    "reset --soft": ("AG462", "git switch -q main && git reset -q --soft v1"),
    "rebase": ("AG462", "git switch -q main && git rebase -q --onto v1~1 main~1"),
    "fetch over it": ("AG462", "git fetch -q . +v1:main"),
    "orphan over it": ("AG462", "git branch -f main $(git commit-tree -m x main^{tree})"),
    "filter-branch": (
        "Could not rewrite",
        "FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --msg-filter 'echo y' main",
    ),
    "fast-import": ("AG462", "printf 'reset refs/heads/main\nfrom v1\n\n' | git fast-import --quiet --force"),
    "with grafts": ("AG462", GRAFT + "GIT_GRAFT_FILE=grafts git branch -f main v1"),
    "with grafts that lie there": ("AG462", GRAFT + "mv grafts .git/info/grafts && git branch -f main v1"),
    "with a replaced commit": ("AG462", "git replace --graft v1 main && git branch -f main v1"),
    "tag -d": ("AG463", "git tag -d v1"),
    "tag -d, annotated": ("AG463", "git tag -d v2"),
    "tag -d, packed": ("AG463", "git pack-refs --all && git tag -d v1"),
    "tag -f": ("AG463", "git tag -f v1"),
    "tag -f, forward": ("AG463", "git tag -f v1 main"),
    "tag fetched over": ("AG463", "git fetch -q . +main:refs/tags/v1"),
    "tag by update-ref": ("AG463", "git update-ref refs/tags/v1 HEAD"),
    "a program called pack-refs": ("AG463", "ln -s $(command -v git) git-pack-refs; git tag -d v1 # pack-refs"),
    "stash clear": ("AG466", "echo x >>work && git stash -q && git stash clear"),
    "stash clear that names pop": ("AG466", "echo pop >>work && git stash -q -m pop && git stash clear"),
    "stash by update-ref": ("AG466", "echo x >>work && git stash -q && git update-ref -d refs/stash"),
    "record deleted": ("AG464", f"git update-ref {RECORD} HEAD && git update-ref -d {RECORD}"),
    "record overwritten": ("AG464", f"git update-ref {RECORD} HEAD && git update-ref {RECORD} v1"),
    "log rewound": ("AG464", f"git update-ref {LOG} HEAD && git update-ref {LOG} v1"),
    "snapshot deleted": ("AG464", f"git update-ref {SNAPSHOT} HEAD && git update-ref -d {SNAPSHOT}"),
    "in a worktree": ("AG461", "git worktree add -q ../tree side && git -C ../tree branch -D main"),
    "stash of all worktrees": ("AG466", STASH + "git worktree add -q ../tree side && git -C ../tree stash clear"),
}


@pytest.mark.parametrize(("rule", "line"), STOPPED.values(), ids=STOPPED)
def test_is_stopped(rule: str, line: str, tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    guarded = guarded_refs(repo)
    code, said = play(repo, line)
    assert rule in said
    assert code != 0
    assert guarded <= guarded_refs(repo)


def guarded_refs(repo: Workspace) -> set[str]:
    """Return main and the tags, with what they name."""
    return {row for row in refs(repo).split("\n") if row.endswith("/main") or "refs/tags/v" in row}


COMMITS = {
    "--no-verify": "git commit -q --no-verify -m x",
    "-n": "git commit -q -n -m x",
    "cluster": "git commit -qnm x",
    "abbreviated": "git commit -q --no-veri -m x",
    "last wins": "git commit -q --verify -n -m x",
    "by an alias": "git config alias.ci 'commit -n' && git ci -q -m x",
    "inline alias": "git -c alias.ci='commit -n' ci -q -m x",
    "nested shell": "bash -c 'git commit -q -n -m x'",
    "python": "python3 -c \"import subprocess; raise SystemExit(subprocess.call(['git', 'commit', '-qnm', 'x']))\"",
    "the program itself": '"$(git --exec-path)/git" commit -q -n -m x',
    "dashed": '"$(git --exec-path)/git-commit" -q -n -m x',
    "another name": 'bash -c "exec -a rebase git commit -q -n -m x"',
    "global options": "git -c user.name=rebase -C . --no-pager commit -q -n -m x",
    "an empty folder": "git -C '' commit -q -n -m x",
    "a folder called commit": "ln -s . commit && git -C commit commit -q -n -m x",
    "a line break before": 'git -c alias.x="a\nb" commit -q -n -m x',
    "amend": "git commit -q --amend -n --no-edit",
    "amend the message alone": "git reset -q --hard && git commit -q --amend -n -m other",
    "all": "git commit -q -a -n -m x",
    "a path": "git commit -q -n -m x -- new",
    "empty": "git reset -q --hard && git commit -q -n --allow-empty -m x",
    "on no branch": "git switch -q --detach && git commit -q -n -m x",
    "under rebase --exec": "git stash -q && git rebase -q -x 'git stash pop -q && git commit -q -n -a -m x' HEAD~1",
    "rebase --exec of a plain one": "git stash -q && git rebase -q -x 'git commit -q -n --allow-empty -m x' HEAD~1",
    "as an editor": "git reset -q --hard && GIT_SEQUENCE_EDITOR='git commit -q -n --allow-empty -m x #' "
    "git rebase -i HEAD~1",
    "in a submodule's loop": "git commit -q -m x && echo y >>new && sh -c 'git commit -q -n -a -m y'",
    "made again": "git commit -q -m x && git reset -q --soft HEAD~1 && git commit -q -n -m y",
    "in git's own words": "git stash -q && git rebase -q -x 'git commit -n --no-gpg-sign --allow-empty -F work' HEAD~1",
    "under a name of git's": "echo 'git commit -n --no-gpg-sign -F work; exit $?' >rebase && "
    "bash -c 'exec -a git sh rebase'",
    "with a git directory that lies there": FORGED + "git -c core.worktree=../forged commit -q -n -m x",
    "with another work tree": FORGED + "git --git-dir=.git --work-tree=../forged commit -q -n -m x",
    "with a work tree of the environment": FORGED + "GIT_WORK_TREE=../forged git commit -q -n -m x",
    "stale proof": "git commit -q -m x && echo y >>new && git add new && git commit -q -n -m y",
    "hook run, then more": "git hook run pre-commit && echo y >>new && git add new && git commit -q -n -m y",
    "a proof of pre-commit alone": "git hook run pre-commit && git commit -q -n -m x",
    "a proof of another worktree": "git worktree add -q ../tree side && git hook run pre-commit && cd ../tree && "
    "echo x >new && git add new && git commit -q -n -m x",
    "a proof written by hand": "mkdir -p .git/agentops && git write-tree >.git/agentops/proof && git commit -q -n -m x",
    "without the proof": "git commit -q -m x && rm .git/agentops/proof && git commit -q --amend -n -m y",
    "without the key": "rm .git/agentops/strict-key && git commit -q -n -m x",
    "in a worktree": "git worktree add -q ../tree side && cd ../tree && echo x >new && git add new && "
    "git commit -q -n -m x",
    "a merge concluded": "git commit -q -m x && git merge -q --no-commit --no-ff side && git commit -q -n -m x",
    "a hook that stages afterwards": "printf '#!/bin/sh\\necho z >z && git add z\\n' >.git/hooks/prepare-commit-msg && "
    "echo y >z && git add z && git commit -q -m x && false",
}


@pytest.mark.parametrize("line", COMMITS.values(), ids=COMMITS)
def test_a_commit_that_the_hooks_did_not_see_is_stopped(line: str, tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    code, said = play(repo, STAGE + line)
    assert "AG467" in said or "no .git/agentops/strict-key any more" in said
    assert code != 0


def test_a_failed_hook_leaves_no_proof(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    repo.write(".git/hooks/commit-msg.agentops-chained", "#!/bin/sh\nexit 1\n").chmod(0o755)
    installed.gate(repo, "install", "--strict")
    head = repo.head()
    assert play(repo, STAGE + "git commit -q -m bad")[0] != 0
    assert "AG467" in play(repo, "git commit -q -n -m bad")[1]
    assert repo.head() == head


@pytest.mark.parametrize("form", ["sha256"])
@pytest.mark.parametrize("line", [STAGE + "git commit -q -n -m x", "git tag -d v1", "git branch -f main v1"])
def test_with_sha256(form: str, line: str, tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed, form)
    code, said = play(repo, line)
    assert code != 0
    assert "AG46" in said


def test_a_fallen_interpreter_stops_what_is_in_doubt_and_nothing_else(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    hook = repo.path / ".git/hooks/reference-transaction"
    text = hook.read_text()
    hook.write_text(text.replace(f"python={installed.python}", "python=/nonexistent/python"))
    assert play(repo, "git tag v3 && git fetch -q && git branch fresh")[0] == 0
    code, said = play(repo, "git tag -d v1")
    assert code != 0
    assert "there is no /nonexistent/python any more" in said


def test_a_broken_policy_leaves_the_defaults(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    play(repo, f"git switch -q main && echo nonsense >agentops-gates.toml && git add -A && {COMMIT} && {PUSH}")
    assert "AG461" in play(repo, "git switch -q side && git branch -D main")[1]
    assert play(repo, "git branch -D work")[0] == 0


@pytest.mark.parametrize(
    ("setting", "line", "code", "said"),
    [
        ('level = "off"', "git tag -d v1 && git switch -q work && git branch -D main", 0, ""),
        ('level = "warn"', "git tag -d v1", 0, "AG463"),
        ('tags = ["release-*"]', "git tag -d v1", 0, ""),
        ('tags = ["v*"]', "git tag -d v1", 128, "AG463"),
    ],
    ids=["off", "warn", "other tags", "such tags"],
)
def test_policy(setting: str, line: str, code: int, said: str, tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    policy = f"version = 1\\n[gates.dangerous-git]\\n{setting}\\n"
    play(repo, f"git switch -q main && printf '{policy}' >agentops-gates.toml && git add -A && {COMMIT} && {PUSH}")
    done = play(repo, line)
    assert (done[0], said in done[1]) == (code, True), done


def test_nobody_switches_it_off_without_a_terminal(tmp_path: Path, installed: Installed) -> None:
    repo = strict(tmp_path, installed)
    code, said = play(repo, "git tag -d v1", AGENTOPS_SKIP_DANGEROUS_GIT="1")
    assert code != 0
    assert "is refused" in said
