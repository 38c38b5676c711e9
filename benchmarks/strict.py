"""What the hooks cost the commands that git runs them for most: nothing installed, `install`, `install --strict`.

    python benchmarks/strict.py [--rounds N] [--json FILE]

A repository of 100 files and 60 commits on a branch, and 50 loose tags. Every round starts from the same refs, put back
unmeasured. The package is this checkout, run by the Python that runs this.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import partial

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from timing import Job, Result, measure

_SILENT = ("-c", "core.hooksPath=/dev/null")
_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
_KINDS = {"no hooks": None, "install": (), "install --strict": ("--strict",)}
_COMMANDS = {
    "commit": ("commit", "-q", "--allow-empty", "-m", "x"),
    "commit --amend on a topic": ("commit", "-q", "--amend", "--allow-empty", "-m", "y"),
    "rebase of 60": ("rebase", "-q", "--onto", "base", "main"),
    "gc, 50 loose tags": ("gc", "-q"),
    "update-ref": ("update-ref", "refs/heads/other", "main"),
    "branch -D": ("branch", "-q", "-D", "spare"),
    "fetch of nothing new": ("fetch", "-q", "."),
}


def git(folder: str, *args: str) -> None:
    subprocess.run(["git", *_SILENT, *args], cwd=folder, env={**os.environ, **_ENV}, check=True, capture_output=True)


def commit(folder: str, name: str) -> None:
    with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
        file.write(f"{name}\n" * 20)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", name)


def make(folder: str, options: tuple[str, ...] | None) -> None:
    git(os.path.dirname(folder), "init", "-q", "-b", "main", folder)
    git(folder, "config", "gc.auto", "0")
    for number in range(100):
        with open(os.path.join(folder, f"file{number}"), "w", encoding="utf-8") as file:
            file.write(f"{number}\n" * 50)
    commit(folder, "first")
    git(folder, "branch", "base")
    git(folder, "switch", "-q", "base")
    commit(folder, "onto")
    git(folder, "switch", "-q", "-c", "topic", "main")
    for number in range(60):
        commit(folder, f"topic{number}")
    git(folder, "tag", "start")
    if options is not None:
        argv = [sys.executable, "-m", "agentops_gates", "install", *options]
        subprocess.run(argv, cwd=folder, env={**os.environ, **_ENV}, check=True, capture_output=True)


def back(folder: str) -> None:
    git(folder, "reset", "-q", "--hard", "start")
    git(folder, "branch", "-f", "spare", "start")
    git(folder, "branch", "-f", "other", "main~0")
    for number in range(50):
        path = os.path.join(folder, f".git/refs/tags/loose{number}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(subprocess.check_output(["git", "rev-parse", "main"], cwd=folder, text=True))


def table(results: dict[str, Result]) -> str:
    rows = ["| median ms | " + " | ".join(_KINDS) + " |", "|---|" + "--:|" * len(_KINDS)]
    for command in _COMMANDS:
        cells = (results[f"{command}, {kind}"] for kind in _KINDS)
        rows.append(f"| {command} | " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(rows)


def _cell(result: Result) -> str:
    return result.note if result.wall is None else f"{result.wall * 1000:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json")
    args = parser.parse_args()
    work = tempfile.mkdtemp(prefix="strict-")
    try:
        jobs = []
        for place, (kind, options) in enumerate(_KINDS.items()):
            folder = os.path.join(work, str(place))
            make(folder, options)
            env = {**os.environ, **_ENV}
            jobs += [
                Job(f"{name}, {kind}", ("git", *argv), folder, env, prepare=partial(back, folder))
                for name, argv in _COMMANDS.items()
            ]
        results = {result.name: result for result in measure(jobs, args.rounds)}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    version = subprocess.check_output(["git", "version"], text=True).strip()
    print(f"{version}, CPython {platform.python_version()}, {args.rounds} rounds\n\n{table(results)}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump([result._asdict() for result in results.values()], file, indent=2)


if __name__ == "__main__":
    main()
