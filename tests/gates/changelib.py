"""Runs the gate on policy changes over a real repository, at each of its doors."""

from __future__ import annotations

from conftest import Workspace

from agentops_gates.gates import policy_change
from agentops_gates.gates.engine import run
from agentops_gates.git.push import push_subjects
from agentops_gates.git.ranges import range_subject, staged_subject
from agentops_gates.git.repo import Repo
from agentops_gates.model.finding import GateResult
from agentops_gates.model.subject import RefUpdate

OWN = "agentops-gates.toml"
PYPROJECT = "pyproject.toml"
EXEMPTIONS = "agentops-gates.exemptions"
GATE = "[gates.complexity-regression]\n"
STRICT = GATE + "max_complexity = 5\n"
LOOSE = GATE + "max_complexity = 50\n"
TABLE = "[tool.agentops-gates.gates.complexity-regression]\nmax_complexity = 5\n"
PROJECT = '[project]\nname = "x"\n'
FAR = "2999-01-01"
MAX = "gates.complexity-regression.max_complexity"

Files = dict[str, str | bytes | None]


def staged(repo: Workspace) -> GateResult:
    repo.git("add", "-A")
    with Repo.open(str(repo.path)) as opened:
        return run(opened, [staged_subject(opened)], [policy_change]).gates[0]


def ranged(repo: Workspace, base: str, head: str = "HEAD") -> GateResult:
    with Repo.open(str(repo.path)) as opened:
        return run(opened, [range_subject(opened, base, head, "ci")], [policy_change]).gates[0]


def pushed(repo: Workspace, old: str) -> GateResult:
    """Judge a push of HEAD to a topic branch that the remote has at ``old``."""
    with Repo.open(str(repo.path)) as opened:
        update = RefUpdate("refs/heads/topic", repo.head(), "refs/heads/topic", old)
        subjects = push_subjects(opened, [update], "origin", lambda branch: branch == "main")
        assert [old in subject.bases for subject in subjects] == [True]
        return run(opened, subjects, [policy_change]).gates[0]


def brief(result: GateResult) -> list[tuple[str, str]]:
    return sorted((finding.rule, str(finding.data["key"])) for finding in result.findings)


def both_doors(
    repo: Workspace, before: Files, after: Files, expected: list[tuple[str, str]], outcomes: set[str]
) -> None:
    base = repo.commit("before", before)
    for name, content in after.items():
        if content is None:
            (repo.path / name).unlink()
        else:
            repo.write(name, content)
    local = staged(repo)
    repo.commit("after")
    remote = ranged(repo, base)
    assert brief(local) == brief(remote) == expected
    assert {local.outcome, remote.outcome} <= outcomes
