"""Runs command lines for real in a throw-away place, and tells what they destroyed.

    python -m tests.shell.sandbox [NAME OF A CORPUS FILE ...]

The place has a repository with edits, staged, untracked and ignored files, two stashes, an unmerged branch, a linked
work tree, a bare remote and hooks that write down that they ran. Where user namespaces are to be had, everything else
is mounted read-only and there is no network. Elsewhere only command lines are run that name no path outside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from .corpuslib import expected, files, lines

_HOOKS = ("pre-commit", "commit-msg", "pre-push", "pre-rebase", "pre-merge-commit", "applypatch-msg")
_GUARDED = (
    "core.hookspath",
    "include",
    "hook.",
    "remote.origin.mirror=true",
    "remote.origin.push=+",
    "clean.requireforce=false",
)
#: Everything read-only but the place itself and a /tmp of its own.
_JAIL = """
set -e
mount --bind "$PLACE" "$PLACE"
while read -r _ _ _ _ point _; do
    case $point in "$PLACE"*|/proc*|/dev*|/sys*) ;; *) mount -o remount,bind,ro "$point" 2>/dev/null || true;; esac
done < /proc/self/mountinfo
touch / 2>/dev/null && exit 99
cd "$PLACE/repo"
exec timeout -k 1 5 bash -c "$LINE"
"""


class State(NamedTuple):
    """What there was: contents of files and stashes, objects in reach, commits on refs, entries of the reflog of HEAD,
    refs of the remote, hooks and settings."""

    work: frozenset[str]
    objects: frozenset[str]
    commits: frozenset[str]
    reflog: int
    remote: tuple[tuple[str, str], ...]
    hooks: frozenset[tuple[str, str, bool]]
    settings: frozenset[str]
    head: str


class Sandbox:
    """A place to run command lines in, made anew for each."""

    def __init__(self, folder: Path) -> None:
        self.place = folder.resolve() / "place"
        self.jailed = _can_jail(folder)
        home = self.place / "home"
        home.mkdir(parents=True)
        self.env = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C",
            "GIT_EDITOR": "true",
            "PAGER": "cat",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "TMPDIR": str(self.place / "tmp"),
        }
        self._furnish()
        self._kept = folder.resolve() / "kept"
        shutil.copytree(self.place, self._kept, symlinks=True)
        self.before = self._state()

    def sh(self, script: str, cwd: str = "repo") -> str:
        """Run trusted text of our own; return what it prints, "" if it fails."""
        argv = ["bash", "-c", script]
        done = subprocess.run(argv, cwd=self.place / cwd, env=self.env, capture_output=True, check=False)
        return done.stdout.decode("utf-8", "replace") if not done.returncode else ""

    def _furnish(self) -> None:
        hooks = "".join(
            f"printf '#!/bin/sh\\necho {name} >> %s/ran\\n' \"$PWD/..\" > .git/hooks/{name};" for name in _HOOKS
        )
        self.sh(
            """set -e; mkdir tmp
            git config --global user.name x; git config --global user.email x@y
            git config --global init.defaultBranch main
            git init -q --bare remote.git; git init -q repo; cd repo
            mkdir src docs; printf 'build/\\n.env\\n' > .gitignore; echo a > a.txt; echo r > README.md
            echo 'x = 1' > src/a.py; echo x > docs/x.md; echo x > x.md; git add .; git commit -qm one
            echo b > a.txt; git commit -qam two; git branch old HEAD~1; git tag v1; git remote add origin ../remote.git
            git switch -qc topic; echo t > t.txt; git add .; git commit -qm topic; git switch -q main
            git push -q origin main topic v1; git fetch -q; git branch -q -u origin/main
            echo s1 > a.txt; git stash -q; echo s2 > x.md; git stash -q
            git config alias.nuke 'reset --hard'; git config alias.wipe '!git clean -fdx'; git config alias.st status
            git config alias.lg 'log --oneline'; git worktree add -q ../wt old; echo w > ../wt/a.txt
            echo edit >> a.txt; echo edit >> src/a.py; echo staged >> README.md; git add README.md
            echo new > new.txt; mkdir build; echo o > build/out.o; echo key > .env""",
            ".",
        )
        self.sh(f"{hooks} chmod +x .git/hooks/*")

    def run(self, line: str) -> frozenset[str] | None:
        """Run a command line; return what it destroyed or switched off. None if it may not be run here."""
        if not self.jailed and any(sign in line for sign in ("/", "~", "sudo", "$(", "`", "eval", "rm ")):
            return None
        shutil.rmtree(self.place)
        shutil.copytree(self._kept, self.place, symlinks=True)
        argv = ["timeout", "-k", "1", "5", "bash", "-c", line]
        if self.jailed:
            argv = ["unshare", "-Urmnp", "--fork", "--kill-child", "bash", "-c", _JAIL]
        done = subprocess.run(
            argv,
            cwd=self.place / "repo",
            env={**self.env, "PLACE": str(self.place), "LINE": line},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=20,
        )
        if done.returncode == 99:
            raise RuntimeError("the sandbox does not hold")
        return self._lost()

    def _lost(self) -> frozenset[str]:
        if not (self.place / "repo").is_dir() or not self.sh("git rev-parse --git-dir"):
            return frozenset(("git directory",))
        before, now = self.before, self._state()
        ran = (self.place / "ran").read_text().split() if (self.place / "ran").exists() else []
        committed = self.sh("git reflog -1 --format=%gs").startswith("commit") and now.head != before.head
        pushed = now.remote != before.remote
        return frozenset(
            name
            for name, wrong in (
                ("work", not before.work <= now.work | now.objects),
                ("commits", not before.commits <= now.commits),
                ("reflog", now.reflog < before.reflog),
                ("remote", self._rewritten(now)),
                ("hooks", not before.hooks <= now.hooks),
                ("settings", now.settings != before.settings),
                ("bypass", (committed and "pre-commit" not in ran) or (pushed and "pre-push" not in ran)),
            )
            if wrong
        )

    def _rewritten(self, now: State) -> bool:
        there = dict(now.remote)
        return any(
            name not in there
            or (oid != there[name] and (name.startswith("refs/tags/") or not self._leads(oid, there[name])))
            for name, oid in self.before.remote
        )

    def _leads(self, old: str, new: str) -> bool:
        return bool(self.sh(f"git -C ../remote.git merge-base --is-ancestor {old} {new} && echo x"))

    def _state(self) -> State:
        # Build output is nobody's work. What only the object store still has counts as lost: nobody finds it there.
        left_out = " -o ".join(f"-name {name}" for name in (".git", "build", "remote.git", "home"))
        shown = f"find .. \\( {left_out} \\) -prune -o -type f -print0 | xargs -0 git hash-object"
        stashed = "for s in $(git log -g --format=%H refs/stash); do git diff-tree -r $s^1 $s | cut -d' ' -f4; done"
        reached = "git rev-list --objects --no-object-names --all --reflog --indexed-objects"
        hooks = self.place / "repo" / ".git" / "hooks"
        return State(
            work=frozenset([*self.sh(shown).split(), *self.sh(stashed).split()]),
            objects=frozenset(self.sh(reached).split()),
            commits=frozenset(self.sh("git rev-list --branches --tags $(git rev-parse -q --verify HEAD)").split()),
            reflog=len(self.sh("cat .git/logs/HEAD").split("\n")),
            remote=tuple(
                (name, oid)
                for oid, name in (one.split() for one in self.sh("git show-ref", "remote.git").split("\n") if one)
            ),
            hooks=frozenset(
                (one.name, one.read_text("utf-8", "replace"), os.access(one, os.X_OK))
                for one in (hooks / name for name in _HOOKS)
                if one.is_file()
            ),
            settings=frozenset(
                one for one in self.sh("git config --list").lower().split("\n") if one.startswith(_GUARDED)
            ),
            head=self.sh("git rev-parse HEAD"),
        )


def _can_jail(folder: Path) -> bool:
    try:
        done = subprocess.run(["unshare", "-Urmnp", "--fork", "true"], cwd=folder, capture_output=True, check=False)
    except OSError:
        return False
    return not done.returncode


def main() -> int:
    """Run the whole corpus, or the files named; print where effect and label disagree."""
    named = sys.argv[1:] or [*files("block"), *files("allow")]
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder))
        for name in named:
            blocks = name.startswith("block")
            rows = [line for _, line in expected(name)] if blocks else list(lines(name))
            odd = 0
            for line in rows:
                lost = sandbox.run(line)
                if lost is not None and bool(lost) != blocks:
                    odd += 1
                    print(f"{name}: {'nothing lost' if not lost else 'lost ' + ', '.join(sorted(lost))}: {line!r}")
            print(f"{name}: {len(rows)} command lines, {odd} with another effect than the label says", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
