"""Repositories in the shapes that trip a reader of git, and one question that touches every part of the git layer."""

from __future__ import annotations

import json
import os
import shlex
import stat
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import Workspace, make_repository

from agentops_gates.git.attributes import generated
from agentops_gates.git.diff import Change
from agentops_gates.git.push import parse_updates, push_subjects
from agentops_gates.git.ranges import history, range_subject, staged_subject
from agentops_gates.git.repo import Repo


def everything(path: Path) -> dict[str, Any]:
    """Return all that the git layer says about the repository at ``path``, which must have a few commits."""
    with Repo.open(str(path)) as repo:
        staged = staged_subject(repo)
        head = repo.commit("HEAD")
        commits = history(repo, "HEAD", 100)
        changes = repo.changes(head, None)
        line = f"refs/heads/x {head} refs/heads/x {repo.zero}\n"
        return {
            "staged": staged,
            "changes": changes,
            "blobs": dict(repo.objects.blobs(change.new_oid for change in changes if change.new_oid)),
            "history": commits,
            "range": range_subject(repo, commits[-1].oid, "HEAD"),
            "whole": repo.changes(commits[-1].oid, head),
            "policy": repo.read_file(head, "policy.toml"),
            "staged policy": repo.read_file(None, "policy.toml"),
            "generated": generated(repo, head, ["gen/a.py", "b.py"]),
            "push": push_subjects(repo, parse_updates(line.encode()), "origin", lambda name: name == "main"),
        }


def sample(path: Path, *options: str) -> Workspace:
    """Three commits, attributes that mean something, a rename, and something staged."""
    repo = make_repository(path, *options)
    lines = "".join(f"line {n}\n" for n in range(20))
    repo.commit("one", {"policy.toml": "a = 1\n", ".gitattributes": "gen/** linguist-generated\n", "old.py": lines})
    repo.commit("two", {"gen/a.py": "x = 1\n", "b.py": "y = 1\n"})
    repo.git("mv", "old.py", "new.py")
    repo.commit("three", {"b.py": "y = 2\n"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    repo.write("b.py", "y = 3\n")
    repo.write("policy.toml", "a = 2\n")
    repo.git("add", "-A")
    return repo


def script(path: Path, body: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def raw_changes(repo: Workspace, base: str, head: str) -> set[tuple[str, ...]]:
    """Return what an independent ``git diff-tree`` without rename detection says: mode, oid and path of either side."""
    out = repo.run_git("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", base, head).stdout
    fields = iter(os.fsdecode(out).split("\0"))
    return {(*head_.lstrip(":").split(" ")[:4], next(fields)) for head_ in fields if head_}


def flat(changes: tuple[Change, ...], zero: str) -> set[tuple[str, ...]]:
    """Return ``changes`` in the form of :func:`raw_changes`: a rename is one path less and one path more."""
    rows: set[tuple[str, ...]] = set()
    for change in changes:
        old = (f"{change.old_mode:06o}", change.old_oid or zero)
        new = (f"{change.new_mode:06o}", change.new_oid or zero)
        if change.old_path != change.new_path:
            rows.add((old[0], "000000", old[1], zero, change.old_path))
            rows.add(("000000", new[0], zero, new[1], change.new_path))
        else:
            rows.add((old[0], new[0], old[1], new[1], change.new_path))
    return rows


def clone(source: Workspace, target: Path, *options: str) -> Workspace:
    """Clone through the transport (a plain path would ignore --depth and --filter)."""
    source.git("config", "uploadpack.allowFilter", "true")
    source.git("config", "uploadpack.allowAnySHA1InWant", "true")
    subprocess.run(["git", "clone", "-q", *options, f"file://{source.path}", str(target)], check=True)
    return Workspace(target)


def forge_commit_graph(repo: Workspace, child: str, parent: str) -> None:
    """Write a commit-graph file that says ``child`` has ``parent`` as its only parent."""
    repo.git("commit-graph", "write", "--reachable")
    file = repo.path / ".git" / "objects" / "info" / "commit-graph"
    data = bytearray(file.read_bytes())
    # Header of 8 bytes, then a table of (chunk id, offset); OIDL holds the sorted ids, CDAT 36 bytes per commit.
    table = [struct.unpack_from(">4sQ", data, 8 + 12 * n) for n in range(data[6])]
    offset = {bytes(name): start for name, start in table}
    names = data[offset[b"OIDL"] : offset[b"CDAT"]]
    order = [names[n : n + 20].hex() for n in range(0, len(names), 20)]
    struct.pack_into(">I", data, offset[b"CDAT"] + 36 * order.index(child) + 20, order.index(parent))
    file.chmod(0o644)
    file.write_bytes(data)


ROOT = Path(__file__).parents[1]
LINES = "".join(f"line {n}\n" for n in range(20))
_INDEX_HOOK = f"""
import json, os, sys
sys.path.insert(0, {str(ROOT)!r})
from agentops_gates.git.repo import Repo
from agentops_gates.git.ranges import staged_subject
with Repo.open() as repo:
    subject = staged_subject(repo, merging=sys.argv[2] == "pre-merge-commit")
    changes = repo.changes(subject.base, None)
    texts = [repo.objects.blob(c.new_oid).decode("latin-1") for c in changes if c.new_oid and c.new_mode != 0o160000]
    row = {{"hook": sys.argv[2], "bases": subject.bases, "changes": changes, "texts": texts,
           "policy": (repo.read_file(None, "policy.toml") or b"").decode()}}
with open(sys.argv[1], "a") as log:
    print(json.dumps(row), file=log)
"""


class Logged:
    """A repository whose pre-commit hooks append one JSON line per call: what our code makes of the index."""

    def __init__(self, repo: Workspace, log: Path, hooks: Path) -> None:
        self.repo, self.log = repo, log
        for name in ("pre-commit", "pre-merge-commit"):
            words = (sys.executable, "-I", "-c", _INDEX_HOOK, str(log), name)
            script(hooks / name, "exec " + " ".join(map(shlex.quote, words)))

    def commit(self, *args: str, cwd: str = "") -> dict[str, Any]:
        """Run ``git commit`` and hold the hook's view against the commit that came of it."""
        return self.run("commit", "-q", "-m", "message", *args, cwd=cwd)

    def run(self, *args: str, cwd: str = "") -> dict[str, Any]:
        place = Workspace(self.repo.path / cwd)
        before = place.git("rev-parse", "-q", "--verify", "HEAD", check=False)
        self.log.unlink(missing_ok=True)
        place.git(*args)
        (row,) = map(json.loads, self.log.read_text().splitlines())
        with Repo.open(str(place.path)) as opened:
            empty, zero = opened.empty_tree, opened.zero
        seen = flat(tuple(Change(*change) for change in row["changes"]), zero)
        assert seen == raw_changes(place, before or empty, "HEAD")
        assert row["bases"][:1] == ([before] if before else [])
        assert row["policy"] == place.run_git("cat-file", "blob", "HEAD:policy.toml").stdout.decode()
        return row


def start(repo: Workspace, tmp_path: Path, hooks: Path | None = None) -> Logged:
    """Give ``repo`` a first commit and logging hooks."""
    files = {"a": LINES, "b": "b\n", "dir/c": "c\n", "policy.toml": "one\n", "gone": "gone\n"}
    repo.commit("start", files)
    return Logged(repo, tmp_path / "log", hooks or repo.path / ".git" / "hooks")


def edit(repo: Workspace) -> None:
    """Change two files that are tracked, delete one, and add one that is not."""
    repo.write("a", LINES + "edited\n")
    repo.write("policy.toml", "edited\n")
    (repo.path / "gone").unlink()
    repo.write("new", "unlike anything\n")


def paths(row: dict[str, Any]) -> list[str]:
    """Return the paths that a logged row says were changed."""
    return sorted(Change(*change).new_path for change in row["changes"])


_PUSH_HOOK = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
from agentops_gates.git.push import parse_updates, push_subjects
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
row = {{"args": sys.argv[2:], "subjects": [], "undecided": ""}}
with Repo.open() as repo:
    try:
        updates = parse_updates(sys.stdin.buffer.read())
        brought = push_subjects(repo, updates, sys.argv[2], lambda name: name in ("main", "release"))
        for s in (one for one in brought if one.kind != "ref"):
            changed = sorted({{c.new_path for b in s.bases or (None,) for c in repo.changes(b, s.head)}})
            row["subjects"].append({{"ref": s.ref.remote_ref, "bases": s.bases, "head": s.head, "changed": changed}})
    except UndecidedError as error:
        row["undecided"], row["fix"] = str(error), error.fix
with open(sys.argv[1], "a") as log:
    print(json.dumps(row), file=log)
"""


class Pusher(Workspace):
    """A clone of an origin that holds main, with a logging pre-push hook."""

    log: Path

    def push(self, *args: str) -> dict[str, Any]:
        """Run ``git push`` and return what the hook logged."""
        self.log.unlink(missing_ok=True)
        self.git("push", "-q", *args, check=False)  # some remotes refuse some refs; what the hook saw is what counts
        (row,) = map(json.loads, self.log.read_text().splitlines())
        return dict(row)

    def subjects(self, *args: str) -> list[dict[str, Any]]:
        """Push, and return the subjects; there must be an answer."""
        row = self.push(*args)
        assert row["undecided"] == ""
        return list(row["subjects"])

    def one(self, *args: str) -> dict[str, Any]:
        """Push, and return the only subject."""
        (subject,) = self.subjects(*args)
        return subject

    def hook(self) -> None:
        """Install the hook."""
        self.log = self.path.parent / f"{self.path.name}.log"
        words = (sys.executable, "-I", "-c", _PUSH_HOOK, str(self.log))
        script(self.path / ".git/hooks/pre-push", f'exec {" ".join(map(shlex.quote, words))} "$@"')
