"""Reads the corpus of command lines, and makes the repository that they are judged in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..conftest import Workspace, make_repository

CORPUS = Path(__file__).parent / "corpus"


def lines(name: str) -> Iterator[str]:
    """Yield the command lines of a file; a ⏎ stands for a line end."""
    for line in (CORPUS / f"{name}.txt").read_text(encoding="utf-8").split("\n"):
        if (line and not line.startswith("# ")) or line.startswith(("# git", "# g ")):
            yield line.replace("⏎", "\n")


def files(kind: str) -> list[str]:
    """Return the names of the corpus files of a kind: ``block`` or ``allow``."""
    return sorted(path.stem for path in CORPUS.glob(f"{kind}_*.txt"))


def expected(name: str) -> Iterator[tuple[str, str]]:
    """Yield what is expected of each command line, and the line."""
    for line in lines(name):
        what, _, command = line.partition(" | ")
        yield what, command


def guarded(folder: Path) -> Workspace:
    """Return a repository with what the corpus speaks of: files, branches, a tag, aliases, a remote."""
    repo = make_repository(folder)
    repo.commit("one", {"a.txt": "a", "README.md": "r", "src/a.py": "x = 1\n", "docs/x.md": "x", "x.md": "x"})
    repo.commit("two", {"a.txt": "b"})
    repo.git("branch", "topic")
    repo.git("tag", "v1")
    repo.git("remote", "add", "origin", str(folder.parent / "remote.git"))
    repo.git("config", "alias.nuke", "reset --hard")
    repo.git("config", "alias.wipe", "!git clean -fdx")
    repo.git("config", "alias.st", "status")
    repo.git("config", "alias.lg", "log --oneline --graph")
    return repo
