"""Shared fixtures: every test runs in a scrubbed environment and makes real repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Cem Committer",
    "GIT_COMMITTER_EMAIL": "cem@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+00:00",
}
# What a CI runner, an agent runtime or a calling hook leaves behind would change what is tested.
_FOREIGN = (
    "GIT_",
    "GITHUB_",
    "GITLAB_",
    "CI",
    "BUILDKITE",
    "CIRCLE",
    "JENKINS",
    "BITBUCKET",
    "GITEA_",
    "FORGEJO_",
    "BUILD_",
    "SYSTEM_PULLREQUEST",
    "PRE_COMMIT",
    "AGENTOPS_",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Leave no variable of the outside that git or a CI provider reads; give git a home and an identity of its own."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name in {
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
            "TF_BUILD",
            "CHANGE_TARGET",
        }:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        '[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = false\n[protocol "file"]\n\tallow = always\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", "")
    for name, value in _IDENTITY.items():
        monkeypatch.setenv(name, value)


class Workspace:
    """A real repository with a work tree, and short words for what a test does to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(
        self, *args: str | bytes, check: bool = True, env: Mapping[str, str] | None = None, stdin: bytes = b""
    ) -> str:
        """Run git here and return its standard output, stripped; raise when it fails and ``check`` is set."""
        done = self.run_git(*args, env=env, stdin=stdin)
        if check and done.returncode:
            raise AssertionError(f"git {args} exited {done.returncode}: {done.stderr!r}")
        return os.fsdecode(done.stdout).strip()

    def run_git(
        self, *args: str | bytes, env: Mapping[str, str] | None = None, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git here and return the completed process, whatever its exit code."""
        return subprocess.run(  # noqa: PLW1510 - the caller looks at the exit code
            ["git", *args],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=120,
        )

    def write(self, name: str | bytes, content: str | bytes) -> Path:
        """Write a file below the work tree, parents included; text as UTF-8 without newline translation."""
        target = Path(os.fsdecode(os.path.join(os.fsencode(self.path), os.fsencode(name))))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def commit(self, message: str = "change", files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Write ``files`` (None deletes), stage everything, commit without hooks, return the new commit's id."""
        for name, content in (files or {}).items():
            if content is None:
                (self.path / name).unlink()
            else:
                self.write(name, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message)
        return self.head()

    def head(self) -> str:
        """Return the full id of HEAD."""
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Workspace:
    """An empty repository on branch main."""
    return make_repository(tmp_path / "repo")


def make_repository(path: Path, *options: str) -> Workspace:
    """Run ``git init`` at ``path`` with extra ``options`` and return the workspace."""
    path.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(path)
    workspace.git("init", "-q", *options)
    return workspace


def branchy(name: str, decisions: int, indent: str = "") -> str:
    """Return the source of a function whose cyclomatic complexity is ``decisions`` + 1."""
    body = "".join(f"{indent}    if x == {n}:\n{indent}        x += 1\n" for n in range(decisions))
    return f"{indent}def {name}(x):\n{body}{indent}    return x\n"
