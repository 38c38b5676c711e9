"""A clone with `install --strict`, and the shapes of history that its commands need."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from conftest import Workspace, make_repository
from doors.doorlib import DEADLINE, Installed


def strict(folder: Path, installed: Installed, form: str = "sha1") -> Workspace:
    """Return a clone whose remote has main (three commits), side (one more), and tags v1 and v2.

    Here side and work have one commit each of their own, work is checked out, nothing is staged, one file is ignored,
    and main has one commit that no remote has.
    """
    make_repository(folder / "remote.git", "--bare", f"--object-format={form}")
    repo = make_repository(folder / "mine", f"--object-format={form}")
    for n in range(3):
        repo.commit(f"main {n}", {f"m{n}": f"{n}\n", "shared": f"{n}\n"})
    repo.git("tag", "v1", "HEAD~1")
    repo.git("tag", "-a", "-m", "two", "v2")
    repo.git("remote", "add", "origin", "../remote.git")
    for branch in ("side", "work"):
        repo.git("switch", "-q", "-c", branch, "main")
        repo.commit(f"{branch} 0", {branch: "0\n"})
    repo.git("push", "-q", "origin", "main", "side", "v1", "v2")
    repo.git("branch", "-q", "--set-upstream-to=origin/main", "main")
    repo.commit("work 1", {"work": "1\n", "shared": "work\n"})
    repo.git("switch", "-q", "main")
    repo.commit("mine alone", {"alone": "1\n"})
    repo.git("switch", "-q", "work")
    installed.gate(repo, "install", "--strict")
    return repo


def refs(repo: Workspace) -> str:
    """Return every ref of ``repo`` with what it names."""
    return repo.git("for-each-ref", "--format=%(objectname) %(refname)")


def play(repo: Workspace, line: str, **env: str) -> tuple[int, str]:
    """Run one line of shell in ``repo`` under the hooks' deadline; return its exit code and all that it said."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=repo.path,
        env={**os.environ, "GIT_EDITOR": "true", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="surrogateescape",
        timeout=6 * DEADLINE,
        check=False,
    )
    return done.returncode, done.stdout
