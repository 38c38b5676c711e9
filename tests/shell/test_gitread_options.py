"""Options of git as git reads them: names cut off, clusters, values, the last word on each."""

from __future__ import annotations

import pytest

from .gitlib import invocation, texts

# What looks like an option but is none, or is taken back: the option must not be on.
OFF = [
    ("git clean -nfd -e -x", "x"),
    ("git clean -fd --exclude -n", "dry-run"),
    ("git clean -fd -en", "dry-run"),
    ("git push -o --force origin", "force"),
    ("git push -o-f origin", "force"),
    ("git push --push-option=--force origin", "force"),
    ("git push origin -- --force", "force"),
    ("git push --force --no-force", "force"),
    ("git push --no-verify --verify", "no-verify"),
    ("git push --no-verify --no-no-verify", "no-verify"),
    ("git commit -m -n", "no-verify"),
    ("git commit -m --no-verify", "no-verify"),
    ("git commit -mn", "no-verify"),
    ("git commit -am n", "no-verify"),
    ("git commit -Fn", "no-verify"),
    ("git commit -F --no-verify", "no-verify"),
    ("git commit -C -n", "no-verify"),
    ("git commit -un", "no-verify"),
    ("git commit -Sn", "no-verify"),
    ("git commit --message --no-verify", "no-verify"),
    ("git commit --fixup --no-verify", "no-verify"),
    ("git commit --author --no-verify -m x", "no-verify"),
    ("git commit -n --verify -m x", "no-verify"),
    ("git merge -n topic", "no-verify"),
    ("git merge -m --no-verify topic", "no-verify"),
    ("git merge --file --no-verify topic", "no-verify"),
    ("git merge -X --no-verify topic", "no-verify"),
    ("git reset --soft", "hard"),
    ("git reset -- --hard", "hard"),
    ("git reset --end-of-options --hard", "hard"),
    ("git branch -d x", "D"),
    ("git branch --format --force", "force"),
    ("git tag -m -d v1", "delete"),
    ("git tag -a -F --delete v1", "delete"),
    ("git checkout -b -f", "force"),
    ("git switch -c --force", "force"),
    ("git log -S --force", "force"),
    ("git log --grep --hard", "hard"),
    ("git stash push -m drop -u", "drop"),
    ("git fetch -n", "no-verify"),
    ("git cherry-pick -n x", "no-verify"),
    ("git rebase -n main", "no-verify"),
    ("git rebase -x --no-verify main", "no-verify"),
    ("git worktree add -b --force x", "force"),
    ("git update-ref -m -d refs/heads/x y", "d"),
    ("git push --no-delete x", "delete"),
]

ON = [
    ("git reset --h", "hard"),
    ("git reset --ha HEAD", "hard"),
    ("git reset HEAD~1 --hard", "hard"),
    ("git clean --f", "force"),
    ("git clean --d", "dry-run"),
    ("git clean -fdx", "x"),
    ("git clean -xdf", "force"),
    ("git clean -fd -e -n", "force"),
    ("git push --de origin x", "delete"),
    ("git push --m", "mirror"),
    ("git push --pru origin", "prune"),
    ("git push --no-veri", "no-verify"),
    ("git push --no-v", "no-verify"),
    ("git push --for", "force"),
    ("git push --forc", "force"),
    ("git push --force-with", "force-with-lease"),
    ("git push --force-with-lease=main:abc", "force-with-lease"),
    ("git push --no-force --force", "force"),
    ("git push origin main -f", "force"),
    ("git push -uf origin main", "force"),
    # Several options end in this way: git refuses it.
    ("git push -f --no-for origin", "force"),
    ("git push -fo opt origin", "force"),
    ("git push -vqf", "force"),
    ("git push --dr -f", "dry-run"),
    ("git branch --d x", "delete"),
    ("git branch --forc x y", "force"),
    ("git branch -vD x", "D"),
    ("git checkout --f", "force"),
    ("git checkout main -f", "force"),
    ("git switch --di main", "discard-changes"),
    ("git restore --st x", "staged"),
    ("git restore --w x", "worktree"),
    ("git restore -SW x", "worktree"),
    ("git restore --so=HEAD~1 x", "source"),
    ("git commit --no-veri -m x", "no-verify"),
    ("git commit -qnm x", "no-verify"),
    ("git commit -anm x", "no-verify"),
    ("git commit -nam x", "no-verify"),
    ("git commit -m x -n", "no-verify"),
    ("git commit --verify -n -m x", "no-verify"),
    ("git commit -u -n", "no-verify"),
    ("git commit -S -n", "no-verify"),
    ("git rebase --no-veri main", "no-verify"),
    ("git merge --no-verify x", "no-verify"),
    ("git am --no-verify x", "no-verify"),
    ("git am -n x", "no-verify"),
    ("git tag --d v1", "delete"),
    ("git tag --forc v1", "force"),
    ("git tag -fam x v1", "force"),
    ("git worktree remove --f x", "force"),
    ("git worktree remove x -ff", "force"),
    ("git reflog expire --a", "all"),
    ("git update-ref --s", "stdin"),
    ("git read-tree --res -u HEAD", "reset"),
    ("git checkout-index --f -a", "force"),
    ("git symbolic-ref --d HEAD", "delete"),
    ("git fetch --fo origin", "force"),
    ("git stash --inc", "include-untracked"),
    ("git push --exec=x", "exec"),
    ("git push --frobnicate", "frobnicate"),
    ("git reset --?", "hard"),
    ("git reset --ha?", "hard"),
    ("git push -?", "force"),
    ("git commit -q? -m x", "no-verify"),
    ("git commit -m? -n", "no-verify"),
]


@pytest.mark.parametrize(("text", "option"), OFF, ids=[text for text, _ in OFF])
def test_option_is_off(text: str, option: str) -> None:
    assert not invocation(text).has(option)


@pytest.mark.parametrize(("text", "option"), ON, ids=[text for text, _ in ON])
def test_option_is_on(text: str, option: str) -> None:
    assert invocation(text).has(option)


@pytest.mark.parametrize(
    ("text", "helps"),
    [
        ("git reset --hard -h", True),
        ("git reset --help", True),
        ("git reset --hard --help", True),
        ("git --help reset", True),
        ("git help reset", True),
        ("git -h", True),
        ("git --version", True),
        ("git version", True),
        ("git", True),
        ("git --exec-path", True),
        ("git clean -fdh", True),
        ("git reset --hard -- -h", False),
        ("git reset --he", False),
        ("git clean -fd -e -h", False),
        ("git clean -fd -e --help", False),
        ("git commit -n -m --help", False),
        ("git ls-remote -h origin", False),
        ("git grep -h foo", False),
        ("git --exec-path=x status", False),
        ("git clean -fd?", False),
    ],
)
def test_help(text: str, helps: bool) -> None:
    assert invocation(text).helps is helps


@pytest.mark.parametrize(
    ("text", "operands", "paths"),
    [
        ("git checkout main -- a b", ["main"], ["a", "b"]),
        ("git checkout -f main", ["main"], None),
        ("git push -o x origin main", ["origin", "main"], None),
        ("git push origin '?'", ["origin", None], None),
        ("git commit -m x a", ["a"], None),
        ("git reset --end-of-options HEAD -- x", ["HEAD", "--", "x"], None),
        ("git clean -e -n", [], None),
        ("git push - main", ["-", "main"], None),
        ("git bisect run git reset --hard", ["git", "reset", "--hard"], None),
        ("git submodule foreach --recursive git clean -fd", ["git", "clean", "-fd"], None),
        ("git rebase -x 'git push -f' main", ["main"], None),
        ("git tag -n5 x", ["x"], None),
    ],
)
def test_operands(text: str, operands: list[str | None], paths: list[str] | None) -> None:
    found = invocation(text)
    assert texts(found.operands) == operands
    assert texts(found.paths) == paths


def test_values() -> None:
    found = invocation("git commit -m one --message=two --mess three -mfour --mes=?")
    assert texts(found.values("message")) == ["one", "two", "three", "four", None]
    assert texts(invocation("git rebase -x 'a b' --exec=c main").values("exec")) == ["a b", "c"]
