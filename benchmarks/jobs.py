"""What is measured: hook starts, the gate over ranges cold and cached, the floor, and every peer at the same task."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import NamedTuple

from environments import HERE, git, peer
from timing import Job, Result, not_measured

BARE = "python -I -c pass"
SIZES = (1, 10, 100, 1000)


class Range(NamedTuple):
    """A range that is measured: its size as asked for, its base, its true number of commits, its changed files."""

    size: int
    base: str
    commits: int
    files: tuple[str, ...]


class Bench(NamedTuple):
    """What the jobs run on: the interpreter of the clean environment, a clone, and one with the head commit staged."""

    python: str
    clone: str
    staged: str
    head: str
    work: str


def ranges(clone: str, head: str, sizes: tuple[int, ...]) -> list[Range]:
    """Return for each size the longest range along first parents that holds no more commits than that."""
    parents = git(clone, "rev-list", "--first-parent", head).splitlines()
    found = []
    for size in sizes:
        low, high = 1, min(size, len(parents) - 1)
        while low < high:
            middle = (low + high + 1) // 2
            if int(git(clone, "rev-list", "--count", f"{parents[middle]}..{head}")) <= size:
                low = middle
            else:
                high = middle - 1
        base = parents[low]
        commits = int(git(clone, "rev-list", "--count", f"{base}..{head}"))
        names = git(clone, "diff", "--name-only", "--no-renames", "--diff-filter=d", "-z", base, head, "--", "*.py")
        found.append(Range(size, base, commits, tuple(name for name in names.split("\0") if name)))
    return found


def stage(bench: Bench, base: str) -> None:
    """Make the second clone: its HEAD is ``base`` and its index holds the head commit, as before it was committed."""
    shutil.rmtree(bench.staged, ignore_errors=True)
    git(bench.clone, "clone", "--quiet", "--no-checkout", bench.clone, bench.staged)
    git(bench.staged, "checkout", "--quiet", "--detach", bench.head)
    git(bench.staged, "reset", "--quiet", "--soft", base)


def start_up(bench: Bench) -> Iterator[Job]:
    """Yield the hooks with nothing to judge, and what the interpreter alone costs."""
    message = os.path.join(bench.work, "message")
    with open(message, "w", encoding="utf-8") as file:
        file.write("Say hello\n\nAnd say why.\n")
    hook = [bench.python, "-I", "-m", "agentops_gates", "hook"]
    line = f"refs/heads/main {bench.head} refs/heads/main {bench.head}\n".encode()
    yield Job(BARE, [bench.python, "-I", "-c", "pass"], bench.clone)
    yield Job("hook commit-msg", [*hook, "commit-msg", message], bench.clone)
    yield Job("hook pre-push, no ref", [*hook, "pre-push", "origin", bench.clone], bench.clone)
    yield Job(
        "hook pre-push, one ref, nothing new", [*hook, "pre-push", "origin", bench.clone], bench.clone, stdin=line
    )
    yield Job("hook pre-commit, nothing staged", [*hook, "pre-commit"], bench.clone)


def gate(bench: Bench, span: Range) -> Iterator[Job]:
    """Yield the gate over a range, cold and cached, and parsing alone."""
    check = [*check_command(bench.python), "--base", span.base, "--head", bench.head]
    yield Job(f"check, {span.size}, cold", check, bench.clone, prepare=lambda: forget(bench.clone), ok=(0, 1))
    yield Job(f"check, {span.size}, cached", check, bench.clone, ok=(0, 1))
    floor = [bench.python, "-I", os.path.join(HERE, "floor.py"), bench.clone, span.base, bench.head]
    yield Job(f"ast.parse of both sides, {span.size}", floor, bench.clone)
    if span.size == 1:
        hook = [bench.python, "-I", "-m", "agentops_gates", "hook", "pre-commit"]
        yield Job("hook pre-commit, 1, cold", hook, bench.staged, prepare=lambda: forget(bench.staged), ok=(0, 1))
        yield Job("hook pre-commit, 1, cached", hook, bench.staged, ok=(0, 1))


def check_command(python: str) -> list[str]:
    """Return the command line of the gate without its range."""
    return [python, "-I", "-m", "agentops_gates", "check", "--gate", "complexity-regression", "--deadline", "600"]


def forget(clone: str) -> None:
    """Delete everything that the package keeps in a repository."""
    shutil.rmtree(os.path.join(clone, ".git", "agentops"), ignore_errors=True)


def differs(bench: Bench, span: Range) -> Iterator[Job | Result]:
    """Yield the peer that compares with a revision, over the whole tree and over the changed files only."""
    name = f"complexipy --diff, {span.size}"
    program = peer(bench.work, "complexipy")
    if program is None:
        yield not_measured(name, "complexipy is not installed, or was left out")
        return
    base = [program, "--diff", span.base]
    yield Job(name, [*base, "."], bench.clone, ok=(0, 1))
    if span.files:
        yield Job(f"{name}, given the changed files", [*base, "--", *span.files], bench.clone, ok=(0, 1))


def absolute(bench: Bench, span: Range) -> Iterator[Job | Result]:
    """Yield the peers that know no base: over the whole tree, and over one commit's changed files."""
    commands = {
        "radon": ["cc", "-j"],
        "xenon": ["--max-absolute", "B"],
        "ruff": ["check", "--isolated", "--no-cache", "--select", "C901"],
        "lizard": ["-l", "python"],
    }
    names = {"radon": "radon cc", "ruff": "ruff C901"}
    for tool, arguments in commands.items():
        name, program = names.get(tool, tool), peer(bench.work, tool)
        if program is None:
            yield not_measured(name, f"{tool} is not installed, or was left out")
            continue
        # They print findings and exit 1; lizard exits with their number, up to 255.
        ok = range(256) if tool == "lizard" else (0, 1)
        yield Job(f"{name}, whole tree", [program, *arguments, "."], bench.clone, ok=ok, rounds=2)
        if span.files:
            yield Job(f"{name}, changed files", [program, *arguments, *span.files], bench.clone, ok=ok)
    yield from _wily(bench, span)


def _wily(bench: Bench, span: Range) -> Iterator[Job | Result]:
    program = peer(bench.work, "wily")
    if program is None:
        yield not_measured("wily", "wily is not installed, or was left out")
        return
    cache = os.path.join(bench.work, "wily-cache")
    env = {"HOME": bench.work}
    base = [program, "--cache", cache]

    def fresh() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    # It checks revisions out in the tree, and can compare only what it has indexed.
    yield Job("wily build -n 2", [*base, "build", "-n", "2", "."], bench.clone, env, prepare=fresh, rounds=1)
    yield Job("wily diff, after the build", [*base, "diff", "-r", span.base, "."], bench.clone, env, rounds=1)
