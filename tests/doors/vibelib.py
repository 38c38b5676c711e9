"""A remote, a clone with the native hooks and a policy with a judge; and verdicts made without the command line."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from conftest import Workspace, make_repository
from doors.doorlib import Installed, quick
from verdicts import decidelib, signlib

from agentops_gates.gates.registry import metadata
from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import Subject
from agentops_gates.model.verdict import Ack, Content, Record, Statement, Transition
from agentops_gates.policy.load import load
from agentops_gates.verdicts import plan_verdict, records
from agentops_gates.verdicts.plan import read_plan
from agentops_gates.verdicts.statement import dump, kind_of, record_id
from agentops_gates.verdicts.transition import read
from agentops_gates.verdicts.work import plan_of

GATE = "push-after-vibe"
MAIN = "refs/heads/main"
JUDGE = decidelib.JUDGE
LINES = "".join(f"line {number}\n" for number in range(20))
POLICY = """version = 1
[protected]
branches = ["main", "release/*"]
[council.judges.reviewer]
command = ["./review"]
principal = "judge@example.org"
"""
Push = subprocess.CompletedProcess[str]


class World:
    """``mine`` is a clone of ``origin`` with all hooks; main there has the policy, an app and a document."""

    def __init__(self, mine: Workspace, installed: Installed, policy: str = POLICY) -> None:
        self.mine, self.installed = mine, installed
        self.origin = make_repository(mine.path.parent / "origin.git", "--bare")
        mine.commit("first", {"agentops-gates.toml": policy, "app.txt": LINES, "docs/a.md": "a\n", "other.txt": LINES})
        mine.git("remote", "add", "origin", str(self.origin.path))
        mine.git("push", "-q", "-u", "origin", "main")
        self.origin.git("config", "receive.denyDeleteCurrent", "ignore")
        installed.gate(mine, "install")

    def push(self, *args: str, env: dict[str, str] | None = None) -> Push:
        """Push as a user does, under the deadline for hooks."""
        return quick(self.mine, "push", "-q", *(args or ("origin", "main")), env=env)

    def remote(self, ref: str = "main") -> str:
        """Return what the remote's ref points to, or ""."""
        return self.origin.git("rev-parse", "--verify", "-q", f"{ref}^{{commit}}", check=False)

    def others(self, files: dict[str, str], message: str = "elsewhere") -> str:
        """Let somebody else land a commit on main, and fetch it."""
        other = Workspace(self.mine.path.parent / "other")
        if not other.path.exists():
            self.mine.git("clone", "-q", str(self.origin.path), str(other.path))
        other.git("pull", "-q", "origin", "main")
        landed = other.commit(message, files)
        other.git("push", "-q", "origin", "HEAD:main")
        self.mine.git("fetch", "-q", "origin")
        return landed

    def move(self, old: str = "origin/main", new: str = "HEAD", ref: str = MAIN) -> Transition:
        """Return what pushing ``new`` does to ``ref``, which stands at ``old``."""
        with Repo.open(str(self.mine.path)) as repo:
            base, head = repo.commit(old), repo.commit(new)
            policy = load(repo, base, metadata(), trust_cache=False)
            plan = plan_of(repo, base, head, policy)
            return read(repo, Subject("range", (base,), head), ref, policy, plan)

    def judge(self, word: str = "PASS", *, of: Transition | None = None, **changes: Any) -> str:
        """Have the push of HEAD to main judged (or ``of``), and return the record's id."""
        made = {"verdict": word, "judges": (JUDGE._replace(verdict=word),), "issued": int(time.time()) - 60}
        return self.store(decidelib.statement(of or self.move(), **{**made, **changes}))

    def ack(self, verdict: str, *findings: str, principal: str = "lead@example.org") -> str:
        """Have a WARN acknowledged."""
        return self.store(Ack(verdict, findings, principal, "known", int(time.time()) - 30, 3600))

    def store(self, content: Content, signature: bytes = b"", gate: str = GATE) -> str:
        """Store a record and return its id."""
        payload, kind = dump(content), kind_of(content)
        record = Record(record_id(kind, payload), kind, payload, signature)
        with Repo.open(str(self.mine.path)) as repo:
            records.store(repo, gate, record)
        return record.id

    def check(self, *args: str, env: dict[str, str] | None = None, where: Path | None = None) -> Push:
        """Run ``agentops-gate check`` for this gate alone."""
        return self.installed.gate(where or self.mine, "check", "--gate", GATE, *args, env=env, ok=None)


class Crank(World):
    """A world with the plan of an epic of three issues on main, and the branch for it checked out."""

    GATE = "pre-mortem-before-crank"

    def __init__(self, mine: Workspace, installed: Installed, policy: str = POLICY) -> None:
        super().__init__(mine, installed, policy)
        self.plan()
        mine.commit("plan")
        mine.git("push", "-q", "--no-verify", "origin", "main")
        mine.git("switch", "-q", "-c", "crank/login")

    def plan(self, epic: str = "login", issues: str = "[ag-1, ag-2, ag-3]", more: str = "") -> None:
        """Write and stage the plan of an epic."""
        self.mine.write(f".agents/plans/{epic}.md", f"---\nissues: {issues}\n{more}---\nDo it.\n")
        self.mine.git("add", "-A")

    def commit(self, message: str, **files: str) -> Push:
        """Commit as a user does."""
        for name, content in files.items():
            self.mine.write(f"{name}.txt", content)
        self.mine.git("add", "-A")
        return quick(self.mine, "commit", "-q", "-m", message)

    def attack(self, word: str = "PASS", epic: str = "login", **changes: Any) -> str:
        """Have the staged plan of an epic judged, and return the record's id."""
        return self.store(self.attacked(word, epic, **changes), gate=self.GATE)

    def signed(self, key: signlib.Key, word: str = "PASS") -> str:
        """Have the staged plan judged by somebody who signs with ``key``."""
        content = self.attacked(word)
        return self.store(content, signlib.ssh_sign(key, dump(content)), self.GATE)

    def attacked(self, word: str, epic: str = "login", **changes: Any) -> Statement:
        """Return a verdict on the staged plan of an epic, under the policy of HEAD."""
        with Repo.open(str(self.mine.path)) as repo:
            policy = load(repo, repo.commit("HEAD"), metadata(), trust_cache=False)
            plan = read_plan(repo, None, epic)
            assert plan is not None
            move = plan_verdict.transition(repo, plan, policy, ("planner@example.org",))
        judges = (JUDGE._replace(verdict=word),)
        made = {"gate": self.GATE, "verdict": word, "judges": judges, "issued": int(time.time()) - 60}
        return decidelib.statement(move, **{**made, **changes})
