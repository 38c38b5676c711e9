"""The gate on policy changes where it is about what runs the gates, and about marks that turn them away."""

from __future__ import annotations

import pytest
from conftest import Workspace
from gates.changelib import both_doors, brief, ranged

HOOKS = """repos:
- repo: https://github.com/agentops-gates/agentops-gates
  rev: v0.1.0
  hooks:
  - id: agentops-pre-commit
  - id: agentops-pre-push
- repo: https://example.org/other
  rev: v1
  hooks: [{id: other}]
"""
WORKFLOW = """on: [pull_request, merge_group]
jobs:
  gates:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v5
    - uses: agentops-gates/agentops-gates@v0.1.0
"""
CALL = "step agentops-gates/agentops-gates of job gates"
WEAKENED: dict[str, tuple[str, str | None, list[tuple[str, str]]]] = {
    "foreign hook removed": (".pre-commit-config.yaml", HOOKS.partition("- repo: https://example")[0], []),
    "hook removed": (
        ".pre-commit-config.yaml",
        HOOKS.replace("  - id: agentops-pre-push\n", ""),
        [("AG906", "hook agentops-pre-push")],
    ),
    "other version": (
        ".pre-commit-config.yaml",
        HOOKS.replace("v0.1.0", "v0.2.0"),
        [("AG901", "hook agentops-pre-commit.version"), ("AG901", "hook agentops-pre-push.version")],
    ),
    "workflow removed": (
        ".github/workflows/ci.yml",
        None,
        [("AG906", CALL)],
    ),
    "step switched off": (".github/workflows/ci.yml", WORKFLOW + "      if: false\n", [("AG906", f"{CALL}.if")]),
    "source marked as generated": (
        "src/.gitattributes",
        "*.py linguist-generated\n",
        [("AG907", "`*.py` becomes linguist-generated")],
    ),
}


@pytest.mark.parametrize(("name", "content", "expected"), WEAKENED.values(), ids=WEAKENED)
def test_weaker_enforcement_warns(
    repo: Workspace, name: str, content: str | None, expected: list[tuple[str, str]]
) -> None:
    before = {
        ".pre-commit-config.yaml": HOOKS,
        ".github/workflows/ci.yml": WORKFLOW,
        "src/.gitattributes": "*.po text\n",
    }
    both_doors(repo, before, {name: content}, expected, {"warn" if expected else "pass"})


@pytest.mark.parametrize("address", ["https://mirror.example.org/x/y", "../gates", "git@host:me/renamed.git"])
def test_hooks_of_a_mirror_are_ours(repo: Workspace, address: str) -> None:
    # Nothing in this file has our name in it.
    name, gate = ".pre-commit-config.yaml", "complexity-regression"
    before = f"repos:\n- repo: {address}\n  rev: v1\n  hooks:\n  - id: {gate}\n  - id: other\n"
    after = before.replace(f"  - id: {gate}\n", "")
    both_doors(repo, {name: before}, {name: after}, [("AG906", f"hook {gate}")], {"warn"})


@pytest.mark.parametrize(
    "before",
    [
        "repos: [{repo: https://example.org/x, rev: v1, hooks: [{id: agentops-lint}]}]\n",
        "repos: [{repo: local, hooks: [{id: complexity-regression, entry: ./mine.sh, language: system}]}]\n",
    ],
    ids=["an unrelated id", "a local hook with an id like ours"],
)
def test_hooks_of_others_may_go(repo: Workspace, before: str) -> None:
    name = ".pre-commit-config.yaml"
    both_doors(repo, {name: before}, {name: "repos: []\n"}, [], {"pass"})


def test_a_workflow_that_moves_out_of_its_folder_is_gone(repo: Workspace) -> None:
    base = repo.commit("before", {".github/workflows/ci.yml": WORKFLOW})
    repo.write("kept/.keep", "")
    repo.git("mv", ".github/workflows/ci.yml", "kept/ci.yml")
    repo.commit("moved")
    assert ("AG906", CALL) in brief(ranged(repo, base))


ADAPTER = ".agents/judges/review.py"
ADAPTERS: dict[str, tuple[str, str | None, list[tuple[str, str]]]] = {
    "edited": (ADAPTER, "print('PASS')\n", [("AG902", ADAPTER)]),
    "removed": (ADAPTER, None, [("AG902", ADAPTER)]),
    # Python looks for modules beside the script first.
    "joined": (".agents/judges/json.py", "", [("AG902", ".agents/judges/json.py")]),
    "another folder of that name": ("docs/.agents/judges/review.py", "print('PASS')\n", []),
    "a neighbour": (".agents/judges.md", "what they look at\n", []),
}


@pytest.mark.parametrize(("name", "content", "expected"), ADAPTERS.values(), ids=ADAPTERS)
def test_the_adapters_of_judges_stay_what_they_are(
    repo: Workspace, name: str, content: str | None, expected: list[tuple[str, str]]
) -> None:
    both_doors(repo, {ADAPTER: "ask()\n"}, {name: content}, expected, {"fail" if expected else "pass"})


def test_the_first_adapters_judge_nothing_yet(repo: Workspace) -> None:
    both_doors(repo, {"a.txt": "a\n"}, {ADAPTER: "ask()\n"}, [], {"pass"})
