"""Where hooks and workflows run the gates: what is no loss, what is one, and YAML written to hurt."""

from __future__ import annotations

import pytest

from agentops_gates.gates.registry import metadata
from agentops_gates.policy.doors import Loss, losses, workflow
from agentops_gates.policy.doors import hooks as view
from agentops_gates.policy.hookids import known
from agentops_gates.policy.yamldoc import plain

IDS = known(metadata())

HOOKS = """# all of it
default_install_hook_types: [pre-commit, pre-push]
ci: {skip: [other]}
repos:
  - repo: https://github.com/agentops-gates/agentops-gates
    rev: v0.1.0
    hooks:
      - id: agentops-pre-commit
        name: gates
      - id: agentops-pre-push
  - repo: local
    hooks:
      - {id: own, name: own, entry: python -m agentops-gate check, language: system}
      - {id: other, name: other, entry: other, language: system}
"""

SAME_HOOKS = {
    "nothing": HOOKS,
    "comments, order and style": """
repos:
- repo: local
  hooks:
  - id: own
    entry: "python -m agentops-gate check"
    language: system
- repo: https://github.com/agentops-gates/agentops-gates
  hooks: [{id: agentops-pre-push}, {id: agentops-pre-commit}]
  rev: v0.1.0
default_install_hook_types:
- pre-push
- pre-commit
- commit-msg
""",
    "other words": HOOKS.replace("name: gates", "name: all gates\n        verbose: true"),
    "another hook of ours": HOOKS.replace("- id: agentops-pre-push", "- id: agentops-pre-push\n      - id: more"),
    "a neighbour of ours": HOOKS.replace("ci: {", "ci: {x: 1, ").replace(
        "  - repo: local",
        "  - {repo: https://github.com/agentops-gates/other, rev: v1, hooks: [{id: x}]}\n  - repo: local",
    ),
    "another tool changed": HOOKS.replace("entry: other,", "entry: changed,"),
}

LOST_HOOKS: dict[str, tuple[str | None, list[str]]] = {
    "file removed": (
        None,
        ["hook agentops-pre-commit", "hook agentops-pre-push", "hook own"],
    ),
    "commented out": (
        HOOKS.replace("      - id: agentops-pre-push", "      # - id: agentops-pre-push"),
        ["hook agentops-pre-push"],
    ),
    "manual only": (
        HOOKS.replace("name: gates", "stages: [manual]"),
        ["hook agentops-pre-commit.stages"],
    ),
    "never for any file": (
        HOOKS.replace("name: gates", "always_run: false\n        files: ^$"),
        ["hook agentops-pre-commit.always_run", "hook agentops-pre-commit.files"],
    ),
    "another program": (HOOKS.replace("name: gates", "entry: 'true'"), ["hook agentops-pre-commit.entry"]),
    "local program exchanged": (
        HOOKS.replace("python -m agentops-gate check", "true"),
        ["hook own"],
    ),
    "one gate only": (
        HOOKS.replace("agentops-gate check", "agentops-gate check --gate x"),
        ["hook own.entry"],
    ),
    "a fork": (
        HOOKS.replace("github.com/agentops-gates/", "example.org/me/"),
        ["hook agentops-pre-commit.repo", "hook agentops-pre-push.repo"],
    ),
    "another version": (
        HOOKS.replace("v0.1.0", "0000000000000000000000000000000000000000"),
        ["hook agentops-pre-commit.version", "hook agentops-pre-push.version"],
    ),
    "not installed at push": (
        HOOKS.replace("[pre-commit, pre-push]", "[pre-commit]"),
        ["installed hook type pre-push"],
    ),
    "skipped in pre-commit.ci": (
        HOOKS.replace("skip: [other]", "skip: [other, agentops-pre-push]"),
        ["hook agentops-pre-push.skipped by pre-commit.ci"],
    ),
    "not YAML any more": (HOOKS + "\n\t: [", ["the file"]),
    "a list": ("- a\n", []),
}

WORKFLOW = """name: ci
on:
  pull_request:
  push: {branches: [main]}
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: make test}]
  gates:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - name: gates
        uses: agentops-gates/agentops-gates@v0.1.0
        with: {deadline: 60}
      - run: agentops-gate check --base origin/main
"""
CALL = "step agentops-gates/agentops-gates of job gates"
RUN = "step agentops-gate of job gates"

SAME_WORKFLOW = {
    "nothing": WORKFLOW,
    "another job changed": WORKFLOW.replace("make test", "make check"),
    "another step added": WORKFLOW.replace("      - uses: actions", "      - run: true\n      - uses: actions"),
    "another trigger": WORKFLOW.replace("on:\n", "on:\n  merge_group:\n"),
    "other words": WORKFLOW.replace("- name: gates", "- name: all gates"),
}

LOST_WORKFLOW: dict[str, tuple[str | None, list[str]]] = {
    "file removed": (None, [CALL, RUN]),
    "job renamed": (WORKFLOW.replace("  gates:\n", "  gatez:\n"), [CALL, RUN]),
    "step removed": (WORKFLOW.partition("      - run: agentops")[0], [RUN]),
    "step commented out": (WORKFLOW.replace("      - run: agentops", "      # - run: agentops"), [RUN]),
    "failure ignored": (WORKFLOW + "        continue-on-error: true\n", [f"{RUN}.continue-on-error"]),
    "failure of the job ignored": (
        WORKFLOW.replace("  gates:\n", "  gates:\n    continue-on-error: true\n"),
        [f"{CALL}.job continue-on-error", f"{RUN}.job continue-on-error"],
    ),
    "job never runs": (
        WORKFLOW.replace("  gates:\n", "  gates:\n    if: ${{ false }}\n"),
        [f"{CALL}.job if", f"{RUN}.job if"],
    ),
    "exit code swallowed": (WORKFLOW.replace("origin/main", "origin/main || true"), [f"{RUN}.run"]),
    "fewer gates": (WORKFLOW.replace("{deadline: 60}", "{gates: none}"), [f"{CALL}.with"]),
    "another version": (WORKFLOW.replace("@v0.1.0", "@evil"), [f"{CALL}.version"]),
    "a fork": (WORKFLOW.replace("uses: agentops-gates/", "uses: me/"), [CALL]),
    "trigger removed": (WORKFLOW.replace("  pull_request:\n", ""), ["trigger pull_request"]),
    "trigger narrowed": (
        WORKFLOW.replace("  pull_request:\n", "  pull_request: {paths: [x]}\n"),
        ["trigger pull_request.filters"],
    ),
}


def lost(before: bytes | None, after: bytes | None) -> list[Loss]:
    return losses(lambda document: view(document, IDS), before, after, IDS)


@pytest.mark.parametrize("after", SAME_HOOKS.values(), ids=SAME_HOOKS)
def test_hooks_that_run_as_before_are_no_loss(after: str) -> None:
    before = HOOKS.replace("ci: {skip: [other]}\n", "")
    assert lost(before.encode(), after.encode()) == []


@pytest.mark.parametrize(("after", "keys"), LOST_HOOKS.values(), ids=LOST_HOOKS)
def test_hooks_that_run_less_are_a_loss(after: str | None, keys: list[str]) -> None:
    found = [loss.key for loss in lost(HOOKS.encode(), None if after is None else after.encode())]
    assert sorted(found) == sorted(keys or [loss.key for loss in lost(HOOKS.encode(), None)])


@pytest.mark.parametrize("after", SAME_WORKFLOW.values(), ids=SAME_WORKFLOW)
def test_a_workflow_that_runs_as_before_is_no_loss(after: str) -> None:
    assert losses(workflow, WORKFLOW.encode(), after.encode()) == []


@pytest.mark.parametrize(("after", "keys"), LOST_WORKFLOW.values(), ids=LOST_WORKFLOW)
def test_a_workflow_that_runs_less_is_a_loss(after: str | None, keys: list[str]) -> None:
    found = [loss.key for loss in losses(workflow, WORKFLOW.encode(), None if after is None else after.encode())]
    assert sorted(found) == sorted(keys)


def test_a_reusable_workflow_of_ours_is_a_step_too() -> None:
    before = "on: push\njobs:\n  a:\n    uses: org/agentops-gates/.github/workflows/x.yml@v1\n    with: {a: 1}\n"
    name = "step org/agentops-gates/.github/workflows/x.yml of job a"
    found = losses(workflow, before.encode(), before.replace("{a: 1}", "{a: 2}").encode())
    assert [loss.key for loss in found] == [f"{name}.with"]


def test_what_ran_nothing_of_ours_loses_nothing() -> None:
    assert lost(b"default_install_hook_types: [pre-push]\nrepos: []\n", None) == []
    assert losses(workflow, b"on: push\njobs: {}\n", b"\xff") == []
    assert lost(b"\xff", None) == []
    assert lost(None, HOOKS.encode()) == []


THEIRS = {
    "an unrelated id": "repos: [{repo: https://example.org/x, rev: v1, hooks: [{id: agentops-lint}, {id: radon}]}]\n",
    "a local hook with an id like ours": "repos: [{repo: local, hooks: [{id: policy-change, entry: ./mine.sh}]}]\n",
    "a local hook about us": "repos: [{repo: local, hooks: [{id: agentops, name: for agentops, entry: ./mine.sh}]}]\n",
    "pre-commit's own": "repos: [{repo: meta, hooks: [{id: policy-change}]}]\n",
    "an id that is no text": "repos: [{repo: x, hooks: [{id: [agentops-pre-commit]}, {id: {a: b}}]}]\n",
}


@pytest.mark.parametrize("before", THEIRS.values(), ids=THEIRS)
def test_hooks_of_others_may_go(before: str) -> None:
    assert lost(before.encode(), b"repos: []\n") == []


OURS = {
    "a mirror": "https://mirror.example.org/vendor/gates.git",
    "a renamed fork": "git@example.org:me/ag",
    "a local path": "/srv/git/ours",
    "a path beside": "../gates",
    "this folder": ".",
}


@pytest.mark.parametrize("address", OURS.values(), ids=OURS)
@pytest.mark.parametrize(
    "name", ["agentops-pre-push", "agentops-commit-msg", "complexity-regression", "policy-change-push"]
)
def test_hooks_of_ours_are_known_by_their_id(address: str, name: str) -> None:
    before = f"repos:\n- repo: {address}\n  rev: v1\n  hooks:\n  - id: {name}\n  - id: other\n"
    assert [loss.key for loss in lost(before.encode(), b"repos: []\n")] == [f"hook {name}"]
    replaced = before.replace(f"repo: {address}", "repo: local").replace("other", "other\n    entry: 'true'")
    assert [loss.key for loss in lost(before.encode(), replaced.encode())] == [f"hook {name}"]
    elsewhere = before.replace(address, "https://evil.example/ours")
    assert [loss.key for loss in lost(before.encode(), elsewhere.encode())] == [f"hook {name}.repo"]


def test_only_a_change_of_the_version_is_one() -> None:
    found = lost(HOOKS.encode(), HOOKS.replace("v0.1.0", "v9").replace("name: gates", "args: [x]").encode())
    assert [(loss.key, loss.version) for loss in found] == [
        ("hook agentops-pre-commit.version", True),
        ("hook agentops-pre-commit.args", False),
        ("hook agentops-pre-push.version", True),
    ]


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
SMALL_BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 5)}]\n" for n in range(1, 7))
MERGE = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
HOSTILE = {
    "alias bomb": (BOMB.encode(), "more than 32 aliases"),
    "small alias bomb": (SMALL_BOMB.encode(), "too many nodes"),
    "merge bomb": (MERGE.encode(), "more than 32 aliases"),
    "itself": (b"&a [*a]", "nested too deeply"),
    "deep": (b"[" * 30_000, "nested too deeply"),
    "not UTF-8": (b"\xff", "not UTF-8"),
    "NUL": (b"a: \0", "not valid YAML"),
    "two documents": (b"a: 1\n---\nb: 2\n", "not valid YAML"),
    "duplicate key": (b"a: 1\na: 2\n", "not valid YAML (line 2)"),
    "a constructor": (b"!!python/object/apply:os.system [ls]", "not valid YAML"),
    "a bad date": (b"a: 2026-99-99\n", "not valid YAML"),
    "large": (b"#" * 70_000, "larger than 65,536 bytes"),
}


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_yaml_is_refused_in_words(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match="^" + reason.replace("(", r"\(").replace(")", r"\)")):
        plain(data)


def test_plain_data_is_plain() -> None:
    data = b"on: yes\n1: 2026-01-02\nx: [1, 1.5, true, null, *a]\n".replace(b"*a", b"'*a'")
    assert plain(data) == {"on": "yes", "1": "2026-01-02", "x": [1, 1.5, True, None, "*a"]}
