"""A bare server with the hook and its client, to copy for each attempt; and verdicts without the command line."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conftest import Workspace
from doors.doorlib import Installed
from doors.serverlib import GATE, ROOT, Served
from verdicts import decidelib
from verdicts.decidelib import JUDGE
from verdicts.signlib import make_key, ssh_sign

from agentops_gates.gates.registry import metadata
from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import Subject
from agentops_gates.model.verdict import Content, Record, Transition, Word
from agentops_gates.policy.load import load
from agentops_gates.verdicts import records
from agentops_gates.verdicts.signing import NAMESPACES
from agentops_gates.verdicts.statement import dump, kind_of, record_id
from agentops_gates.verdicts.transition import read

MAIN = "refs/heads/main"
BASE = "refs/remotes/origin/main"
LEAD = "lead@example.org"


class Bench(Served):
    """A copy of a server and its client, and a judge."""

    def __init__(self, made: Path, folder: Path, installed: Installed) -> None:
        shutil.copytree(made, folder, symlinks=True)
        self.installed = installed
        self.client, self.bare = Workspace(folder / "client"), Workspace(folder / "server.git")

    @classmethod
    def make(cls, folder: Path, installed: Installed, policy: str, files: Mapping[str, str | bytes]) -> Served:
        """Make what copies are made of: main with a policy and these files; no remote names a path of its own."""
        made = Served(folder, installed, policy)
        made.client.commit("files", files)
        made.bare.git("fetch", "-q", str(made.client.path), "HEAD:main")
        made.client.git("fetch", "-q", "origin")
        made.client.git("remote", "set-url", "origin", "../server.git")
        # Git itself refuses to delete the branch that HEAD names, but only after the hook.
        made.bare.git("config", "receive.denyDeleteCurrent", "ignore")
        for place in (made.client, made.bare):
            place.git("gc", "-q")
        return made

    def advance(self, files: Mapping[str, str], message: str = "elsewhere") -> None:
        """Let somebody else land a commit on the server's main, which is then fetched."""
        head = self.client.git("symbolic-ref", "-q", "--short", "HEAD", check=False) or self.client.head()
        self.client.git("switch", "-q", "--detach", BASE)
        landed = self.client.commit(message, files)
        self.client.git("switch", "-q", head)
        self.bare.git("fetch", "-q", str(self.client.path), f"{landed}:refs/heads/main")
        self.client.git("fetch", "-q", "origin")

    def tree(self, *entries: tuple[str, str, str]) -> str:
        """Write a tree of (mode, name, id) that git itself would not write, and return its id."""
        raw = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(oid) for mode, name, oid in entries)
        return self.client.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw)

    def plant(self, *added: tuple[str, str, str]) -> str:
        """Let the client's main be a commit whose tree is the server's, with these entries; return the tree's id."""
        rows = (row.split(None, 3) for row in self.client.git("ls-tree", BASE).split("\n"))
        entries = {name: (mode.lstrip("0"), name, oid) for mode, _, oid, name in rows}
        entries.update({entry[1]: entry for entry in added})
        # In git's order, where a folder's name ends in a slash.
        in_order = sorted(entries.values(), key=lambda entry: (entry[1] + "/" * (entry[0] == "40000")).encode())
        tree = self.tree(*in_order)
        self.client.git("update-ref", "refs/heads/main", self.client.git("commit-tree", "-p", BASE, "-m", "odd", tree))
        return tree

    def move(self, head: str = "HEAD", ref: str = MAIN) -> Transition:
        """Return what pushing ``head`` to ``ref`` does, which stands where the client saw main."""
        with Repo.open(str(self.client.path)) as repo:
            base = repo.commit(BASE)
            policy = load(repo, base, metadata(), trust_cache=False)
            return read(repo, Subject("range", (base,), repo.commit(head)), ref, policy)

    def judge(self, word: Word = "PASS", *, key: str = "", signature: bytes = b"", **changes: Any) -> str:
        """Store a verdict on HEAD for main, with ``changes``, signed with a key or by another signature."""
        judges = (JUDGE._replace(verdict=word),)
        made = {"verdict": word, "judges": judges, "issued": int(time.time()) - 60, **changes}
        content = decidelib.statement(made.pop("move", None) or self.move(), **made)
        return self.keep(content, key=key, signature=signature)

    def keep(self, content: Content, *, key: str = "", signature: bytes = b"") -> str:
        """Store a record in the client and return its ref."""
        kind, payload = kind_of(content), dump(content)
        if key:
            signature = ssh_sign(make_key("ed25519", key), payload, NAMESPACES[kind])
        return self.put(Record(record_id(kind, payload), kind, payload, signature))

    def put(self, record: Record) -> str:
        """Store a record in the client as it is, and return its ref."""
        with Repo.open(str(self.client.path)) as repo:
            return records.store(repo, GATE, record)

    def raw(self, record: Record) -> str:
        """Store a record that our own writer would refuse; return its ref."""
        git = self.client.git
        blob = git("hash-object", "-w", "--stdin", stdin=record.payload)
        tree = git("mktree", stdin=f"100644 blob {blob}\tpayload\n".encode())
        content = records.commit_bytes(tree, record.id)
        ref = f"{ROOT}{record.id}"
        git("update-ref", ref, git("hash-object", "-w", "-t", "commit", "--stdin", stdin=content))
        return ref
