"""Counts what the gate really parses, from outside: every call of the compiler raises an audit event."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple

from environments import git

# A single short write to a file opened for appending is never torn.
_WATCH = """
import os, runpy, sys
log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def hook(event, args):
    if event == "compile" and args[0] is not None and args[1] != "<string>":
        os.write(log, f"{len(args[0])}\\n".encode())
sys.addaudithook(hook)
runpy.run_module("agentops_gates", run_name="__main__", alter_sys=True)
"""


class Parsed(NamedTuple):
    """How many blobs differ, their bytes on both sides together, and how many bytes were given to the parser."""

    blobs: int
    differing: int
    parsed: int


def count(python: str, repo: str, arguments: list[str], base: str, head: str, log: str) -> Parsed:
    """Run the package with ``arguments`` and set what it parsed against what differs between two commits."""
    if os.path.exists(log):
        os.remove(log)
    subprocess.run(
        [python, "-I", "-c", _WATCH, log, *arguments],
        cwd=repo,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    differ = differing(repo, base, head)
    parsed = 0
    if os.path.exists(log):
        with open(log, encoding="utf-8") as file:
            parsed = sum(map(int, file))
    return Parsed(len(differ), sum(differ.values()), parsed)


def differing(repo: str, base: str, head: str) -> dict[str, int]:
    """Return id -> size of every Python blob that only one of two trees has at its path."""
    listed = [set(_python(repo, commit)) for commit in (base, head)]
    oids = sorted({oid for oid, _ in listed[0] ^ listed[1]})
    done = subprocess.run(
        ["git", "-C", repo, "cat-file", "--batch-check=%(objectname) %(objectsize)"],
        input="".join(f"{oid}\n" for oid in oids),
        check=True,
        capture_output=True,
        text=True,
    )
    return {oid: int(size) for oid, size in (line.split() for line in done.stdout.splitlines())}


def _python(repo: str, commit: str) -> list[tuple[str, str]]:
    entries = git(repo, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
    pairs = [(meta.split(), path) for meta, _, path in (entry.partition("\t") for entry in entries if entry)]
    return [(oid, path) for (mode, _, oid), path in pairs if mode.startswith("100") and path.endswith(".py")]
