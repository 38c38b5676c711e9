"""What a gate can be blinded with is tried here: good and evil work, three doors, and what each of them saw."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bypass.bench import Bench
from conftest import Workspace, branchy
from doors.doorlib import Installed, quick
from doors.serverlib import POLICY
from gitfixtures import script
from verdicts import signlib
from verdicts.decidelib import JUDGE
from verdicts.signlib import make_key

BAD = branchy("f", 30)
SIGNED = f'{POLICY}[verdicts]\nrequired_level = 2\nheld_apart = ["{JUDGE.principal}"]\n'
_RULE = re.compile(r"\bAG\d{3}\b")
# What git itself prints around a hook's words.
_GIT = ("To ", " ! ", "error: ", "hint: ", "warning: ", "fatal: ", "Everything up-to-date", "trace: ")
DOORS = ("check", "pre-push", "pre-receive")
Do = Callable[["Scene"], None]


class Attack(NamedTuple):
    """One attempt: what it does to a scene, the evil branch that it is to hide, and the template that it needs."""

    do: Do
    evil: str
    policy: str = POLICY

    @staticmethod
    def register(attacks: Attacks, name: str, evil: str, policy: str = POLICY) -> Callable[[Do], Do]:
        """Return a decorator that adds the attack ``name`` to ``attacks``."""

        def add(do: Do) -> Do:
            assert name not in attacks
            attacks[name] = Attack(do, evil, policy)
            return do

        return add


Attacks = dict[str, Attack]


class Seen(NamedTuple):
    """What a door made of it: what it let pass ("it", something "else", or ""), the rules that it named, its words."""

    passed: str
    rules: frozenset[str]
    text: str

    def against(self, must: frozenset[str]) -> str:
        """Return the outcome, in the words of the page; ``must`` are the rules that are named without the attack."""
        if self.passed:
            return "BYPASS" if self.passed == "it" else "other question"
        if must and must <= self.rules:
            return "no effect"
        if "undecided " in self.text or self.text.startswith("agentops-gate: "):
            return "undecided"
        return "git refuses" if not self.rules and "declined" not in self.text else f"not clear: {self.text}"


def template(folder: Path, installed: Installed, policy: str = POLICY) -> Path:
    """Make a server with the hook, one without (``plain.git``), and a client with all hooks; branches good and evil.

    ``good`` was judged. ``other`` was not, ``worse`` also fails a mechanical gate, and ``hidden`` ends in the tree that
    was judged, with a commit in the middle that nobody saw.
    """
    signers = signlib.line(make_key("ed25519"), JUDGE.principal)
    Bench.make(folder / "made", installed, policy, {".agents/allowed_signers": signers})
    scene = Bench(folder / "made", folder / "scene", installed)
    client = scene.client
    client.git("branch", "base")
    client.git("switch", "-q", "-c", "good")
    client.commit("good", {"a.py": "x = 2\n"})
    assert scene.push(scene.judge(key="judge")) == ""
    client.git("switch", "-q", "-c", "other", "base")
    client.commit("other", {"a.py": "evil = 1\n"})
    client.git("switch", "-q", "-c", "worse", "base")
    client.commit("worse", {"a.py": BAD})
    client.git("switch", "-q", "-c", "hidden", "base")
    client.commit("hidden", {"key": "s3cret\n"})
    client.commit("not hidden", {"key": None, "a.py": "x = 2\n"})
    client.git("switch", "-q", "main")
    client.git("clone", "-q", "--mirror", "../server.git", "../plain.git")
    client.git("remote", "add", "plain", "../plain.git")
    installed.gate(client, "install")
    return folder / "scene"


class Scene(Bench):
    """A copy of the template for one attack on one evil branch, which is main of the client; ``aside`` is elsewhere."""

    def __init__(self, made: Path, folder: Path, installed: Installed, evil: str = "worse") -> None:
        super().__init__(made, folder, installed)
        self.aside = folder / "aside"
        self.aside.mkdir()
        self.plain = Workspace(folder / "plain.git")
        self.client.git("reset", "-q", "--hard", evil)
        self.evil = evil
        self.command = (str(installed.python), "-I", "-m", "agentops_gates", "check")
        self.check_args = ["--base", "origin/main", "--ref", "main"]
        self.marker = self.aside / "marker"
        self.env: dict[str, str] = {}
        self.spec = "HEAD:refs/heads/main"

        # The rules that a door has to name, unless they are those of the control.
        self.must: dict[str, frozenset[str]] = {}

    @property
    def ends(self) -> tuple[str, str]:
        """Base and head of the move that is evil."""
        return self.oid("base"), self.oid(self.spec.lstrip("+").partition(":")[0])

    def oid(self, name: str) -> str:
        """Return what a name stands for, whatever replaces it."""
        return self.client.git("--no-replace-objects", "rev-parse", "--verify", name)

    def trap(self, name: str = "trap", then: str = "exit 0") -> Path:
        """Write a program that leaves a trace when it is run."""
        return script(self.aside / name, f": >{self.marker}\n{then}")

    def git_folders(self) -> list[Path]:
        """Return the git directories of the client and of both servers."""
        return [self.client.path / ".git", self.bare.path, self.plain.path]

    def everywhere(self, *args: str) -> None:
        """Run a git command in the client and in both servers."""
        for place in (self.client, self.bare, self.plain):
            place.git(*args)

    def write_everywhere(self, name: str, content: str) -> None:
        """Write a file below the git directory of the client and of both servers."""
        for place in self.git_folders():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_text(content)

    def publish(self, ref: str) -> None:
        """Push a record, or what poses as one, to both servers, as far as they take it."""
        for remote in ("origin", "plain"):
            self.client.git("push", "-q", "--no-verify", remote, ref, check=False)

    def check(self) -> Seen:
        """Ask ``check``, started as docs and Action do."""
        done = self._checked()
        passed = ""
        if done.returncode == 0:
            # A gate that a shim started, or that never ran, does not say what it was asked about.
            asked = self._checked("--format", "json").stdout
            subject = json.loads(asked)["subject"] if asked.startswith("{") else {}
            base, head = self.ends
            asked_about = (subject.get("base", base), subject.get("head", head))
            passed = "it" if asked_about == (base, head) else "else"
        return self._seen(done.stdout + done.stderr, passed)

    def _checked(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *self.check_args, *more],
            cwd=self.client.path,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=30,
            check=False,
        )

    def pre_push(self) -> Seen:
        """Push to the server that has no hooks."""
        return self._push(self.plain, "push", "plain", self.spec)

    def pre_receive(self) -> Seen:
        """Push past the client's hooks to the server that has one."""
        return self._push(self.bare, "push", "--no-verify", "origin", self.spec)

    def door(self, name: str) -> Seen:
        """Return what the door of this name sees."""
        return {"check": self.check, "pre-push": self.pre_push, "pre-receive": self.pre_receive}[name]()

    def _push(self, server: Workspace, *command: str) -> Seen:
        before = server.git("for-each-ref", "refs/heads")
        done = quick(self.client, *command, env=self.env)
        after = server.git("for-each-ref", "refs/heads")
        if after == before:
            return self._seen(done.stderr, "")
        return self._seen(done.stderr, "it" if self.ends[1] in after else "else")

    def _seen(self, said: str, passed: str) -> Seen:
        text = said.replace("remote: ", "")
        lines = [line.rstrip() for line in text.split("\n") if not line.startswith(_GIT)]
        assert all(line.isprintable() for line in lines), lines
        return Seen(passed, frozenset(_RULE.findall("\n".join(lines))), text)
