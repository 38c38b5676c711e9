"""The floor: parsing alone. ``floor.py CLONE BASE HEAD`` parses every Python blob that differs, once each."""

from __future__ import annotations

import ast
import subprocess
import sys


def main(repo: str, base: str, head: str) -> None:
    """Parse both sides of everything that differs between two commits."""
    raw = _git(repo, "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", base, head)
    fields = raw.split(b"\0")
    oids = {
        oid
        for meta, path in zip(fields[::2], fields[1::2], strict=False)
        for oid in meta.split()[2:4]
        if path.endswith(b".py") and oid.strip(b"0")
    }
    answers, at = _git(repo, "cat-file", "--batch", given=b"".join(oid + b"\n" for oid in sorted(oids))), 0
    while at < len(answers):
        end = answers.index(b"\n", at)
        size = int(answers[at:end].split()[2])
        try:
            ast.parse(answers[end + 1 : end + 1 + size])
        except (SyntaxError, ValueError):
            print("a file does not parse", file=sys.stderr)
        at = end + 2 + size


def _git(repo: str, *args: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", repo, *args], input=given, check=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
