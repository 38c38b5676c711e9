"""Where a command line runs, and what only the repository there can tell. Nothing is asked before it is needed."""

from __future__ import annotations

import os

from ..command import Command
from ..value import Value

#: A longer script is not read.
_LONGEST = 1 << 16


class Context:
    """``cwd`` is an absolute path. Questions to the repository are answered by git, at most once each."""

    def __init__(self, cwd: str) -> None:
        self.cwd = cwd
        self._config: dict[str, list[str]] | None = None

    def at(self, directory: Value | None) -> Context:
        """Return the context of a folder; the same one if it is not known."""
        if directory is None or directory.text is None:
            return self
        path = os.path.normpath(os.path.join(self.cwd, os.path.expanduser(directory.text)))
        return self if path == self.cwd else Context(path)

    def path(self, command: Command, word: str) -> str:
        """Return the whole path of a file as the command would open it, ``..`` taken out."""
        start = command.cwd.text if command.cwd is not None and command.cwd.text is not None else ""
        return os.path.normpath(os.path.join(self.cwd, os.path.expanduser(start), os.path.expanduser(word)))

    def alias(self, name: str) -> str | None:
        """Return what an alias of the repository, or of its user, means."""
        found = self.config(f"alias.{name.lower()}") or self.config(f"alias.{name}.command")
        return found[-1] if found else None

    def config(self, key: str) -> list[str]:
        """Return the values of a configuration key, in git's own spelling (section and name in small letters)."""
        if self._config is None:
            self._config = self._read()
        return self._config.get(key, [])

    def settings(self) -> dict[str, list[str]]:
        """Return every configuration key with its values."""
        self.config("")
        return self._config or {}

    def _read(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self._ask("config", "--null", "--list").split("\0"):
            key, _, value = entry.partition("\n")
            found.setdefault(key, []).append(value)
        return found

    def script(self, path: str) -> str | None:
        """Return the text of a script file, None if there is none that can be looked at."""
        try:
            with open(os.path.join(self.cwd, path), "rb") as file:
                data = file.read(_LONGEST + 1)
        except (OSError, ValueError):
            return None
        return None if len(data) > _LONGEST or b"\0" in data else data.decode("utf-8", "replace")

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file or folder."""
        return os.path.lexists(os.path.join(self.cwd, path))

    def folder(self, path: str) -> bool:
        """Tell whether it is a folder."""
        return os.path.isdir(os.path.join(self.cwd, path))

    def revision(self, name: str) -> bool:
        """Tell whether git knows ``name`` as a commit, or as a branch that it would make for a remote's."""
        if self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"):
            return True
        return bool(self._ask("for-each-ref", "--count=1", "--format=x", f"refs/remotes/*/{name}"))

    def _ask(self, *args: str) -> str:
        from ...git.run import Git
        from ...model.errors import AgentopsError

        try:
            done = Git(self.cwd).run(*args, ok=range(256))
        except (AgentopsError, OSError, ValueError):
            # No git, or no such folder: whatever runs there cannot run git either.
            return ""
        return os.fsdecode(done.out) if not done.rc else ""
