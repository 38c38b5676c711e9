"""What the tests of the council share: transitions read with plain git, and judges that are real programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from conftest import Workspace

from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Plan, Transition
from agentops_gates.verdicts.council import CouncilConfig, CouncilResult, JudgeConfig, run_council

ZERO = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

# Every judge of a test starts like this: it reads its packet and knows how to answer.
PRELUDE = """
import json, os, signal, subprocess, sys, time
def read():
    return json.load(sys.stdin)
def answer(verdict="PASS", findings=(), checked=("**",), not_checked=(), summary="looked at it", **more):
    print(json.dumps({"schema": "agentops-gates/judge-answer/v1", "verdict": verdict, "summary": summary,
                      "findings": list(findings), "checked": list(checked), "not_checked": list(not_checked), **more}))
def finding(severity="minor", id="F1", description="something", **more):
    return {"id": id, "severity": severity, "description": description, **more}
"""
PASS = "read(); answer('PASS')"
WARN = "read(); answer('WARN', [finding()])"
FAIL = "read(); answer('FAIL', [finding('critical', description='it loses data', location='a.py:1', fix='do not')])"


class Bench:
    """A repository with one change on a topic branch, and a folder outside it for the programs of judges."""

    def __init__(self, workspace: Workspace, programs: Path) -> None:
        self.workspace = workspace
        self.programs = programs
        programs.mkdir(exist_ok=True)
        self.base = workspace.commit("base", {"a.py": "x = 1\n", "README.md": "# read\n"})
        workspace.git("checkout", "-q", "-b", "topic")
        self.head = workspace.commit("change x", {"a.py": "x = 2\n"})

    def judge(self, name: str, body: str, **settings: Any) -> JudgeConfig:
        """Write a judge's program and return its configuration."""
        program = self.programs / f"{name}.py"
        program.write_text(PRELUDE + body + "\n")
        given = {"principal": f"{name}@judges.example", "vendor": f"vendor-{name}", "model": "m1", **settings}
        return JudgeConfig(name, (sys.executable, "-I", str(program)), **given)

    def council(self, *judges: JudgeConfig, config: dict[str, Any] | None = None, **more: Any) -> CouncilResult:
        """Run a council on the change and return its result."""
        settings = {"timeout": 30, "retries": 0, "backoff": 0.01, **(config or {})}
        with Repo.open(str(self.workspace.path)) as repo:
            transition = more.pop("transition", None) or move(self.workspace, self.base, self.workspace.head())
            given = {"gate": "push-after-vibe", **more}
            return run_council(repo, transition, CouncilConfig(judges, **settings), **given)


def move(
    workspace: Workspace,
    base: str,
    head: str,
    plan: Plan | None = None,
    authors: tuple[str, ...] = ("ada@example.org",),
) -> Transition:
    """Return the move of refs/heads/topic from ``base`` (all zeros: it is new) to ``head``."""
    known = base.strip("0")
    since = [f"^{base}"] if known else []
    commits = workspace.git("rev-list", head, *since).split()
    tree = {commit: workspace.git("rev-parse", f"{commit}^{{tree}}") for commit in [*commits, head]}
    base_tree = workspace.git("rev-parse", f"{base}^{{tree}}") if known else EMPTY_TREE
    paths = workspace.git("-c", "core.fsmonitor=false", "diff-tree", "-r", "--name-only", base_tree, tree[head]).split(
        "\n"
    )
    return Transition(
        "example/repo",
        "sha1",
        "refs/heads/topic",
        base,
        base_tree,
        head,
        tree[head],
        frozenset(tree.values()),
        (),
        tuple(filter(None, paths)),
        frozenset(authors),
        "ab" * 32,
        plan,
    )
