"""A server whose policy asks for verdicts, an author's clone, and a judge that is a program in the base's tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from ci.actionlib import Ended, Run, Runner
from ci.server import Server
from conftest import Workspace, make_repository

Event = tuple[str, dict[str, Any], str, str]
GATE = "push-after-vibe"
MAIN = "refs/heads/main"
LINES = "".join(f"line {number}\n" for number in range(20))
POLICY = """version = 1
[protected]
branches = ["main", "release/*"]
[council.judges.reviewer]
command = ["python3", "-I", "{base}/.agents/judges/review.py"]
principal = "reviewer@council"
"""
# It reads what it is given: who writes "evil" fails, and who writes "doubtful" is warned.
JUDGE = """import json, sys
packet = sys.stdin.read()
word = "FAIL" if "evil" in packet else "WARN" if "doubtful" in packet else "PASS"
severity = {"FAIL": "critical", "WARN": "minor"}.get(word)
findings = [{"id": "F1", "severity": severity, "description": "look at it"}] if severity else []
print(json.dumps({"schema": "agentops-gates/judge-answer/v1", "verdict": word, "summary": "read",
                  "findings": findings, "checked": ["**"], "not_checked": []}))
"""


class Forge(Server):
    """``author`` is a clone; whatever it is said to do there, it does with the tool that the action installed."""

    def __init__(self, path: Path, runner: Runner, policy: str = POLICY, files: dict[str, str] | None = None) -> None:
        assert runner.installed is not None
        self.path, self.trunk, self.runner = path, "main", runner
        self.python = runner.installed["python"]
        self.repo = make_repository(path, "--initial-branch=main")
        self.repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
        first = {"agentops-gates.toml": policy, ".agents/judges/review.py": JUDGE, "app.txt": LINES, "other.txt": LINES}
        self.fork = self.repo.commit("start", {**first, **(files or {})})
        self.author = self.clone("author")
        self._checkouts = 0

    @property
    def tip(self) -> str:  # type: ignore[override]
        """Where the protected branch stands."""
        return self.oid(MAIN)

    def clone(self, name: str) -> Workspace:
        """Return a new clone beside the server."""
        clone = make_repository(self.path.parent / name)
        clone.git("remote", "add", "origin", f"file://{self.path}")
        clone.git("fetch", "-q", "origin")
        clone.git("switch", "-q", "-C", "main", "origin/main")
        return clone

    def tool(self, *args: str, code: int | None = 0, where: Workspace | None = None) -> str:
        """Run ``agentops-gate ARGS`` in the author's clone and return all that it says."""
        done = subprocess.run(
            [self.python, "-I", "-m", "agentops_gates", *args],
            cwd=(where or self.author).path,
            env=dict(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert code in (None, done.returncode), done.stdout
        return done.stdout

    def topic(self, name: str, *commits: dict[str, str]) -> str:
        """Make a branch of these commits on the author's main, and return its tip."""
        self.author.git("fetch", "-q", "origin")
        self.author.git("switch", "-q", "-C", name, "origin/main")
        for number, files in enumerate(commits):
            self.author.commit(f"{name} {number}", files)
        return self.author.head()

    def vibe(self, *args: str, code: int = 0) -> None:
        """Have the branch that is checked out judged."""
        self.tool("vibe", *args, code=code)

    def published(self, name: str) -> None:
        """Push the branch and all records."""
        self.tool("verdict", "publish", "origin", name)

    def judged(self, name: str, *commits: dict[str, str]) -> str:
        """Make a branch, have it judged, publish it, and return its tip."""
        tip = self.topic(name, *commits)
        self.vibe()
        self.published(name)
        return tip

    def pushed(self, name: str, *commits: dict[str, str]) -> str:
        """Make a branch, push it without a verdict, and return its tip."""
        tip = self.topic(name, *commits)
        self.author.git("push", "-q", "origin", f"{name}:{name}")
        return tip

    def others(self, files: dict[str, str]) -> None:
        """Let main move on, past every check."""
        self.repo.git("checkout", "-q", "main")
        self.repo.commit("somebody else's", files)

    def landed(self, how: str, *names: str, ref: str = MAIN) -> Event:
        """Land the branches with one push as the buttons of a forge do it, and return the event of that push."""
        before = self.oid(ref)
        self.repo.git("checkout", "-q", ref.removeprefix("refs/heads/"))
        for name in names:
            getattr(self, f"_by_{how}")(name)
        return self.pushing(ref, before)

    def pushing(self, ref: str, before: str) -> Event:
        """Return the event of a push that has happened."""
        after = self.oid(ref)
        payload = {"ref": ref, "before": before, "after": after, "pusher": {"name": "merger", "email": "m@example.org"}}
        return "push", self._with_repository(payload), after, ref

    def _with_repository(self, payload: dict[str, Any]) -> dict[str, Any]:
        name = f"{self.path.parent.name}/{self.path.name}"
        return {**payload, "repository": {"default_branch": self.trunk, "full_name": name}}

    def _by_merge(self, name: str) -> None:
        self.repo.git("merge", "-q", "--no-ff", "-m", f"Merge pull request of {name}", name)

    def _by_squash(self, name: str) -> None:
        self.repo.git("merge", "-q", "--squash", name)
        self.repo.git("commit", "-q", "-m", f"{name} (#7)")

    def _by_rebase(self, name: str) -> None:
        # GitHub writes every commit anew, also where it could go forward.
        base = self.repo.git("merge-base", "HEAD", name)
        env = {"GIT_COMMITTER_NAME": "Merger", "GIT_COMMITTER_EMAIL": "merger@example.org"}
        self.repo.git("cherry-pick", "--allow-empty", f"{base}..{name}", env=env)

    def check(self, event: Event, inputs: dict[str, str] | None = None, depth: int = 0, **env: str) -> Ended:
        """Check the event out, and run the action there."""
        return self.runner.run(self.work(event, depth)._replace(env=env), inputs)

    def work(self, event: Event, depth: int = 0) -> Run:
        """Return a fresh checkout of the event."""
        self._checkouts += 1
        return self.checkout(self.path.parent / f"work{self._checkouts}", event, depth)


ONE = {"app.txt": LINES.replace("line 3", "line three")}
TWO = {"app.txt": LINES.replace("line 3", "line three").replace("line 9", "line nine")}
ELSEWHERE = {"other.txt": LINES.replace("line 5", "line five")}
LEVEL_2 = """[verdicts]
required_level = 2
held_apart = ["reviewer@council"]
"""


def words(ended: Ended) -> str:
    """Return the log on one line."""
    return " ".join(ended.log.split())


def assert_passed(ended: Ended, rule: str, says: str, level: str = "1") -> None:
    """Assert that the run passed with a verdict at ``level``, told by a note of this rule."""
    assert (ended.code, ended.outputs["outcome"], ended.outputs["level"]) == (0, "pass", level), ended.log
    assert f"note {rule}: " in ended.log
    assert says in words(ended)


def assert_failed(ended: Ended, rule: str, *says: str) -> None:
    """Assert that the run failed by an error of this rule."""
    assert (ended.code, ended.outputs["outcome"], ended.outputs["level"]) == (1, "fail", ""), ended.log
    assert f"error {rule}: " in ended.log
    for part in says:
        assert part in words(ended), ended.log
