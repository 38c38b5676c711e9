"""A developer's repository with our hooks, servers with and without ours, ways to them; and what became of an attempt.

Everything is made once per run and copied for each attempt, as neither hooks nor remotes name a path of the copy.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bypass.claims import Table
from conftest import Workspace, branchy, make_repository
from doors.doorlib import DEADLINE, HOOKS, Installed, quick
from doors.serverlib import Served
from gitfixtures import script

MAIN = "refs/heads/main"
# Far more complex than what it replaces (AG601), and work on a plan that nobody attacked (AG201).
BAD, GOOD = branchy("f", 14), branchy("f", 1)
GATES = ("AG601", "AG201")
MESSAGE = "work\n\nEpic: login\n"
# What stands for ssh, sshd and the account behind it: none of the client's variables come along, and a forced command
# takes the place of what the client asks for.
_SSH = """\
for command; do :; done
exec env -i PATH="$PATH" HOME="$HOME" """
FORCED = _SSH + "SSH_ORIGINAL_COMMAND=\"$command\" git-receive-pack 'BARE'"
LOGIN = _SSH + 'sh -c "$command"'
NO_HOOKS: tuple[str, ...] = ()
_POLICY = """\
version = 1
[protected]
branches = ["main"]
[council.judges.one]
command = ["/nonexistent/judge"]
principal = "judge@example.org"
"""
_PLAN = "---\nissues: [ag-1, ag-2, ag-3]\n---\nDo it.\n"


def make_world(folder: Path, installed: Installed, prepare: Callable[[Workspace], None] | None = None) -> Path:
    """Make ``mine`` (all hooks), ``server.git`` (pre-receive) and ``open.git`` (no hooks) below ``folder``.

    ``prepare`` writes what else belongs to the first commit.
    """
    mine = make_repository(folder / "mine")
    if prepare:
        prepare(mine)
    mine.commit("start", {"agentops-gates.toml": _POLICY, ".agents/plans/login.md": _PLAN, "a.py": BAD})
    mine.commit("simplify", {"a.py": GOOD})
    mine.git("switch", "-q", "-c", "topic")
    mine.commit(MESSAGE, {"a.py": BAD})
    mine.git("switch", "-q", "main")
    mine.git("gc", "-q")  # few files to copy
    for name in ("server.git", "open.git"):
        mine.git("clone", "-q", "--bare", "--single-branch", ".", f"../{name}")
        bare = Workspace(folder / name)
        bare.git("remote", "remove", "origin")
        bare.git("config", "http.receivepack", "true")
        # Or git itself, and not the hook, would keep the branch that HEAD names from being deleted.
        bare.git("config", "receive.denyDeleteCurrent", "ignore")
    installed.gate(folder, "install", "--server", "server.git")
    mine.git("remote", "add", "origin", "../server.git")
    mine.git("update-ref", "refs/remotes/origin/main", "main")
    installed.gate(mine, "install")
    return folder


class Arena(Served):
    """A copy of the world for one attempt: ``client`` pushes to ``bare``, which is ``server.git`` or ``open.git``.

    ``said`` gathers what the attempt's programs print, ``before`` is where main was everywhere, ``url`` is where
    ``origin`` leads, and ``env`` goes to all programs of the attempt.
    """

    def __init__(self, world: Path, folder: Path, hooks: tuple[str, ...] = HOOKS, server: str = "server.git") -> None:
        shutil.copytree(world, folder, symlinks=True)
        self.folder, self.said = folder, ""
        self.env: dict[str, str] = {}
        self.client, self.bare = Workspace(folder / "mine"), Workspace(folder / server)
        for name in set(HOOKS) - set(hooks):
            (self.hooks / name).unlink(missing_ok=True)
        self.before = self.client.head()
        self.reach(str(self.bare.path))

    @property
    def hooks(self) -> Path:
        """Where the developer's hooks are."""
        return self.client.path / ".git" / "hooks"

    def reach(self, url: str, ssh: str = "") -> None:
        """Lead ``origin`` to ``url``; ``ssh`` is the script that plays ssh, sshd and the account behind it."""
        self.url = url
        self.client.git("remote", "set-url", "origin", url)
        if ssh:
            wrapper = script(self.folder / "ssh", ssh.replace("BARE", str(self.bare.path)))
            self.env = {"GIT_SSH_COMMAND": shlex.quote(str(wrapper)), "GIT_SSH_VARIANT": "simple"}

    def run(self, *args: str, env: Mapping[str, str] | None = None, at: Workspace | None = None) -> None:
        """Run git. It may fail: what counts is where main is in the end."""
        done = quick(at or self.client, *args, env={**self.env, **(env or {})})
        self.said += done.stdout + done.stderr

    def other(self, *args: str) -> None:
        """Run a function of clients.py, in a process of its own."""
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name("clients.py"), *args],
            cwd=self.client.path,
            # GitPython cannot read the dates that the tests fix for git.
            env={name: value for name, value in {**os.environ, **self.env}.items() if not name.endswith("_DATE")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        self.said += done.stdout + done.stderr

    def stage(self) -> None:
        """Write and stage what is bad."""
        self.client.write("a.py", BAD)
        self.client.git("add", "-A")

    def work(self) -> None:
        """Commit what nobody has judged, and nothing is wrong with."""
        self.client.commit("work", {"b.py": "x = 1\n"})

    def committed(self, evidence: tuple[str, ...] = GATES) -> str:
        """Return "passes" if what is bad is on the client's main, "stopped" if that was forbidden with such words."""
        main = self.client.git("rev-parse", MAIN)
        if main != self.before and self.client.git("show", f"{main}:a.py") == BAD.strip():
            assert "Epic: login" in self.client.git("log", "--format=%B", f"{self.before}..{main}")
            return "passes"
        assert any(word in self.said for word in evidence), self.said
        return "stopped"

    def delivered(self) -> str:
        """Push the client's bad main, past its hooks; return "refused" if the server's gates say what is bad."""
        assert self.committed() == "passes"
        done = quick(self.client, "push", "-q", "--no-verify", "--force", str(self.bare.path), MAIN)
        if self.bare.git("rev-parse", MAIN) != self.before:
            return "passes"
        assert "pre-receive hook declined" in done.stderr, done.stderr
        assert all(word in done.stderr for word in GATES), done.stderr
        self.client.git("push", "-q", "--no-verify", "--force", "../open.git", MAIN)
        return "refused"

    def pushed(self, no: str) -> str:
        """Return "passes" if main of ``bare`` moved as the client wants it, and ``no`` if a gate of ours forbade it."""
        main = self.bare.git("rev-parse", "-q", "--verify", MAIN, check=False)
        if main != self.before:
            assert main in ("", self.client.git("rev-parse", MAIN))
            return "passes"
        assert "AG101" in self.said or "AG111" in self.said, self.said
        return no


def cells(table: Table) -> list[tuple[str, str, str]]:
    """Return the id of the row, the column and the outcome of every cell in which something was tried."""
    return [
        (row.id, column, outcome)
        for row in table.rows
        for column, outcome in zip(table.columns, row.outcomes, strict=True)
        if outcome != "-"
    ]
