"""A bare repository with the pre-receive hook, a clone of it, and verdicts of a judge who is nobody's author."""

from __future__ import annotations

import time
from pathlib import Path

from conftest import make_repository
from doors.doorlib import Installed, quick

from agentops_gates.entry import desk
from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Ack, Content, Judge, Word
from agentops_gates.verdicts import records
from agentops_gates.verdicts.rollup import roll_up

GATE = "push-after-vibe"
ROOT = f"refs/agentops/verdicts/{GATE}/"
LOG = "refs/agentops/log"
MAIN = "HEAD:refs/heads/main"
POLICY = """\
version = 1
[protected]
branches = ["main", "release/*"]
[council.judges.one]
command = ["/nonexistent/judge"]
principal = "judge@example.org"
"""


class Served:
    """``bare`` is the server, ``client`` a work tree whose ``origin`` it is; main is there with one commit."""

    def __init__(self, folder: Path, installed: Installed, policy: str = POLICY, **files: str) -> None:
        self.installed = installed
        self.bare = make_repository(folder / "server.git", "--bare")
        self.client = make_repository(folder / "client")
        self.client.git("remote", "add", "origin", str(self.bare.path))
        installed.gate(folder, "install", "--server", str(self.bare.path))
        self.client.commit("first", {"agentops-gates.toml": policy, "a.py": "x = 1\n", **files})
        assert self.push(MAIN) == ""
        self.client.git("fetch", "-q", "origin")

    def push(self, *args: str, env: dict[str, str] | None = None) -> str:
        """Push by a client without hooks; return "" if all of it arrived, else all that was said, on one line."""
        done = quick(self.client, "push", "--no-verify", "origin", *args, env=env)
        return "" if done.returncode == 0 else _words(done.stderr)

    def landed(self, *args: str) -> str:
        """Push what must arrive, and return all that was said, on one line."""
        done = quick(self.client, "push", "--no-verify", "--atomic", "origin", *args)
        assert done.returncode == 0, done.stderr
        return _words(done.stderr)

    def judged(
        self,
        word: Word = "PASS",
        base: str = "refs/remotes/origin/main",
        ref: str = "refs/heads/main",
        *,
        principal: str = "judge@example.org",
        key: str | None = None,
    ) -> str:
        """Have HEAD judged, store the verdict in the client, signed if there is a key, and return its ref."""
        judge = Judge(principal, "m", "vendor", "", "session", word, "e" * 64)
        with Repo.open(str(self.client.path)) as repo:
            work = desk.work(repo, base, "HEAD", ref)
            made = desk.Made(word, (judge,), desk.checks(repo, work.subject, work.policy), (), "0" * 64, ())
            content = desk.statement(repo, GATE, work.transition, work.policy, made)
        return self.stored(content, key)

    def stored(self, content: Content, key: str | None = None) -> str:
        """Store a record in the client, signed if there is a key, and return its ref."""
        with Repo.open(str(self.client.path)) as repo:
            return ROOT + records.name_of(desk.keep(repo, [GATE], content, key))

    def rolled_up(self) -> None:
        """Move the client's records into its log."""
        with Repo.open(str(self.client.path)) as repo:
            roll_up(repo)

    def refs(self) -> dict[str, str]:
        """Return what stands on the server."""
        rows = self.bare.git("for-each-ref", "--format=%(refname) %(objectname)").split("\n")
        return dict(row.split(" ") for row in rows if row)

    def held(self) -> set[str]:
        """Return the ids of all records on the server."""
        with Repo.open(str(self.bare.path)) as repo:
            return {found.id for found in records.load(repo) if found.record}


def _words(said: str) -> str:
    return " ".join(said.replace("remote:", "").split())


def ack() -> Ack:
    """A well-formed record of something else."""
    return Ack("verdict-" + "7" * 40, ("F1",), "lead@example.org", "known", int(time.time()), 3600)
