"""A server with pre-receive, and ways to ask the script and the judge behind it one by one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from doors.doorlib import Installed, put
from doors.serverlib import POLICY, Served

from agentops_gates.entry.githooks.shortcut import FILE

TOPIC = "refs/heads/topic"


class Server(Served):
    """A server that has judged a topic branch, and written down what it found."""

    def __init__(self, folder: Path, installed: Installed, policy: str = POLICY) -> None:
        super().__init__(folder, installed, policy)
        self.hook = self.bare.path / "hooks" / "pre-receive"
        self.known = self.bare.path / FILE
        self.zero = "0" * len(self.client.head())
        self.first = self.client.head()
        self.second = self.client.commit("second", {"b.py": "x = 2\n"})
        assert self.push(f"{self.first}:{TOPIC}") == ""
        assert self.known.exists()

    def at(self, ref: str) -> str:
        return self.refs().get(ref, self.zero)

    def line(self, ref: str, new: str | None = None, old: str | None = None) -> str:
        """Return the line that git gives the hook of a push."""
        return f"{self.at(ref) if old is None else old} {self.second if new is None else new} {ref}\n"

    def deaf(self) -> str:
        """Put a judge in place who refuses everything; return the hook as it was."""
        script = self.hook.read_text()
        never = put(self.bare.path.parent / "never", "#!/bin/sh\nexit 1\n")
        self.hook.write_text(script.replace(f"python={self.installed.python}\n", f"python={never}\n"))
        assert self.hook.read_text() != script
        return script

    def free(self, lines: str, env: dict[str, str] | None = None, shell: str = "sh") -> bool:
        """Return whether the hook lets a push pass without asking the judge. Objects need not be there."""
        script = self.deaf()
        # Some versions of git give only the hook a quarantine; without one the client's objects are just as visible.
        code = self.run([*_words(shell), str(self.hook)], lines, env)
        self.hook.write_text(script)
        assert code in (0, 1)
        return code == 0

    def judged(self, lines: str) -> bool:
        """Return whether the judge lets it pass. What it writes down is put back."""
        before = self.known.read_bytes() if self.known.exists() else None
        self.known.unlink(missing_ok=True)
        code = self.run([str(self.hook)], lines, None)
        if before is not None:
            self.known.write_bytes(before)
        return code == 0

    def run(self, argv: list[str], lines: str, env: dict[str, str] | None) -> int:
        objects = str(self.client.path / ".git" / "objects")
        given = {**os.environ, "GIT_DIR": ".", "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects, **(env or {})}
        return subprocess.run(
            argv, input=lines.encode(), cwd=self.bare.path, env=given, capture_output=True, timeout=30, check=False
        ).returncode


def _words(shell: str) -> list[str]:
    return ["busybox", "sh"] if shell == "busybox" else [shell]
