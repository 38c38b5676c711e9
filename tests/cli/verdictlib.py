"""A project with a judge, and short words for what a person types there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from verdicts.signlib import make_key

from agentops_gates.entry.cli.app import main

# Reads its packet and answers by what stands in it: BUG is a FAIL, HMM a WARN.
JUDGE = """
import json, sys
packet = json.load(sys.stdin)
text = json.dumps(packet["files"]) + str(packet.get("plan"))
verdict = "FAIL" if "BUG" in text else "WARN" if "HMM" in text else "PASS"
found = [{"id": "f1", "severity": "serious", "description": "not good", "location": "a.py:1", "fix": "mend it"}]
print(json.dumps({
    "schema": "agentops-gates/judge-answer/v1", "verdict": verdict, "findings": found if verdict != "PASS" else [],
    "checked": [file["path"] for file in packet["files"]], "not_checked": [], "summary": "read all of it",
}))
"""


def make_project(place: Path, judge: str = JUDGE, more: str = "") -> Workspace:
    """Return a clone with a remote, a judge in its policy (with ``more`` in it), and a topic branch to commit on."""
    program = place / "judge.py"
    program.write_text(judge)
    key = make_key("ed25519", "boss")
    make_repository(place / "remote.git", "--bare")
    repo = make_repository(place / "work")
    policy = f"""
        [verdicts]
        humans = ["boss@example.org"]
        [council]
        required = ["*.py"]
        retries = 0
        [council.judges.claude]
        command = ["{sys.executable}", "{program}"]
        principal = "claude@council"
        {more}
    """
    first = {
        "agentops-gates.toml": policy,
        ".agents/allowed_signers": f"boss@example.org {key.public}\n",
        "a.py": "x = 1\n",
    }
    repo.commit("first", first)
    repo.git("remote", "add", "origin", str(place / "remote.git"))
    repo.git("push", "-q", "origin", "main")
    repo.git("fetch", "-q")
    repo.git("checkout", "-q", "-b", "topic")
    repo.git("config", "user.email", "boss@example.org")
    return repo


def said(capsys: pytest.CaptureFixture[str], code: int, *args: str) -> str:
    assert main(list(args)) == code
    return capsys.readouterr().out


def recorded(text: str) -> str:
    found = re.search(r"recorded ((verdict|ack|override|revocation|attempt)-[0-9a-f]{40})", text)
    assert found, text
    return found[1]
