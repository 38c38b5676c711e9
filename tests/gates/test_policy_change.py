"""The gate on policy changes: edits that weaken nothing, attempts to get a looser policy in, and merges."""

from __future__ import annotations

import os

import pytest
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


Files = dict[str, str | bytes | None]
HARMLESS: dict[str, tuple[Files, Files, list[tuple[str, str]]]] = {
    "other files": ({OWN: STRICT}, {"a.py": "x = 1\n", "docs/agentops-gates.toml": LOOSE}, []),
    "comments and order": (
        {OWN: STRICT},
        {OWN: "# why\n[protected]\n[gates.complexity-regression]\nmax_complexity=5"},
        [],
    ),
    "pyproject without us": ({PYPROJECT: PROJECT}, {PYPROJECT: PROJECT + "[tool.ruff]\nline-length = 100\n"}, []),
    "pyproject beside a policy": ({OWN: STRICT, PYPROJECT: PROJECT}, {PYPROJECT: PROJECT + 'version = "1"\n'}, []),
    "stricter": (
        {OWN: STRICT},
        {OWN: STRICT.replace("5", "4")},
        [("AG901", "gates.complexity-regression.max_complexity")],
    ),
    "deadline": ({OWN: STRICT}, {OWN: STRICT + "[deadlines]\nci = 1\n"}, [("AG901", "deadlines.ci")]),
    "moved to the own file": ({PYPROJECT: PROJECT + TABLE}, {PYPROJECT: PROJECT, OWN: STRICT}, [("AG901", "policy")]),
    "moved to pyproject.toml": ({OWN: STRICT}, {PYPROJECT: PROJECT + TABLE, OWN: None}, [("AG901", "policy")]),
    "introduced": ({"x": ""}, {OWN: STRICT}, [("AG905", "policy")]),
    "exemption removed": (
        {EXEMPTIONS: f"a.py::f = 20, reason, {FAR}\n"},
        {EXEMPTIONS: "# none\n"},
        [("AG901", EXEMPTIONS)],
    ),
    "exemption lowered": (
        {EXEMPTIONS: f"a.py::f = 20, reason, {FAR}\n"},
        {EXEMPTIONS: f"a.py::f = 19, reason, {FAR}\n"},
        [("AG901", EXEMPTIONS)],
    ),
}

MAX = "gates.complexity-regression.max_complexity"
BLOCKED: dict[str, tuple[Files, Files, list[tuple[str, str]]]] = {
    "limit raised": ({OWN: STRICT}, {OWN: LOOSE}, [("AG902", MAX)]),
    "limit left out": ({OWN: STRICT}, {OWN: GATE}, [("AG902", MAX)]),
    "file emptied": ({OWN: STRICT}, {OWN: ""}, [("AG902", MAX)]),
    "switched off": (
        {OWN: STRICT},
        {OWN: STRICT + 'level = "off"\n'},
        [("AG902", "gates.complexity-regression.level")],
    ),
    "trial": ({OWN: STRICT}, {OWN: STRICT + 'level = "trial"\n'}, [("AG902", "gates.complexity-regression.level")]),
    "everything excluded": (
        {OWN: STRICT},
        {OWN: STRICT + 'exclude = ["**"]\n'},
        [("AG902", "gates.complexity-regression.exclude")],
    ),
    "override": (
        {OWN: STRICT},
        {OWN: STRICT + '[[gates.complexity-regression.overrides]]\npaths = ["**"]\nmax_complexity = 99\n'},
        [("AG902", MAX)],
    ),
    "branch unprotected": (
        {OWN: '[protected]\nbranches = ["main", "v*"]\n'},
        {OWN: '[protected]\nbranches = ["main"]\n'},
        [("AG902", "protected.branches")],
    ),
    "removed": ({OWN: STRICT}, {OWN: None}, [("AG902", "policy")]),
    "removed though it said nothing": ({OWN: "version = 1\n"}, {OWN: None}, [("AG902", "policy")]),
    "renamed away": ({OWN: STRICT}, {OWN: None, "old-gates.toml": STRICT}, [("AG902", "policy")]),
    "table removed": ({PYPROJECT: PROJECT + TABLE}, {PYPROJECT: PROJECT}, [("AG902", "policy")]),
    "moved and loosened": (
        {PYPROJECT: PROJECT + TABLE},
        {PYPROJECT: PROJECT, OWN: LOOSE},
        [("AG901", "policy"), ("AG902", MAX)],
    ),
    "introduced looser than the defaults": ({"x": ""}, {OWN: LOOSE}, [("AG902", MAX), ("AG905", "policy")]),
    "stricter here, looser there": (
        {OWN: STRICT},
        {OWN: STRICT.replace("5", "4") + 'mode = "crossing"\n'},
        [("AG901", MAX), ("AG902", "gates.complexity-regression.mode")],
    ),
    "exemption added": (
        {"x": ""},
        {EXEMPTIONS: f"a.py::f = 20, reason, {FAR}\n"},
        [("AG903", f"a.py::f is added with limit 20 until {FAR}")],
    ),
    "exemption raised": (
        {EXEMPTIONS: f"a.py::f = 20, reason, {FAR}\n"},
        {EXEMPTIONS: f"a.py::f = 30, reason, {FAR}\n"},
        [("AG903", "a.py::f is raised from 20 to 30")],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), HARMLESS.values(), ids=HARMLESS)
def test_what_weakens_nothing_does_not_block(
    repo: Workspace, before: Files, after: Files, expected: list[tuple[str, str]]
) -> None:
    both_doors(repo, before, after, expected, {"pass", "warn"})


@pytest.mark.parametrize(("before", "after", "expected"), BLOCKED.values(), ids=BLOCKED)
def test_what_loosens_blocks(repo: Workspace, before: Files, after: Files, expected: list[tuple[str, str]]) -> None:
    both_doors(repo, before, after, expected, {"fail"})


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


INVALID: dict[str, tuple[Files, str, str]] = {
    "not TOML": (
        {OWN: "[gates"},
        OWN,
        f"{OWN}:1 (the index): not valid TOML: Expected ']' at the end of a table declaration",
    ),
    "unknown key": (
        {OWN: STRICT + "max_complxety = 1\n"},
        OWN,
        f"{OWN}:3 (the index): unknown key `max_complxety` in {GATE.strip()}, did you mean `max_complexity`?",
    ),
    "too large": ({OWN: STRICT + "#" * 70_000}, OWN, f"{OWN} (the index) is larger than 65,536 bytes"),
    "a second home": (
        {PYPROJECT: TABLE},
        PYPROJECT,
        f"both {OWN} and [tool.agentops-gates] in {PYPROJECT} hold a policy (the index)",
    ),
    "broken second home": (
        {PYPROJECT: "# agentops-gates\n["},
        PYPROJECT,
        f"{PYPROJECT}:2 (the index): not valid TOML: Invalid initial character for a key part",
    ),
    "huge second home": (
        {PYPROJECT: "#" * (1 << 20) + "#"},
        PYPROJECT,
        f"{PYPROJECT} (the index) is larger than 1,048,576 bytes",
    ),
    "a setting of this gate": (
        {OWN: '[gates.policy-change]\nlevel = "off"\n'},
        OWN,
        f"{OWN}:2 (the index): unknown key `level` in [gates.policy-change]; there are no known keys",
    ),
}


@pytest.mark.parametrize(("after", "path", "message"), INVALID.values(), ids=INVALID)
def test_a_policy_that_no_later_change_could_be_judged_by_blocks(
    repo: Workspace, after: dict[str, str], path: str, message: str
) -> None:
    repo.commit("before", {OWN: STRICT})
    for name, content in after.items():
        repo.write(name, content)
    result = staged(repo)
    assert [(finding.rule, finding.path, finding.message) for finding in result.findings] == [("AG904", path, message)]
    assert result.outcome == "fail"


@pytest.mark.parametrize("name", [OWN, EXEMPTIONS])
def test_a_file_that_becomes_a_link_or_a_folder_blocks(repo: Workspace, name: str) -> None:
    base = repo.commit("before", {name: "", "elsewhere": ""})
    (repo.path / name).unlink()
    os.symlink("elsewhere", repo.path / name)
    assert [rule for rule, _ in brief(staged(repo))] == ["AG904"]
    repo.commit("link")
    assert ranged(repo, base).outcome == "fail"
    (repo.path / name).unlink()
    repo.git("rm", "-q", "--cached", name)
    repo.git("commit", "-q", "-m", "gone")
    repo.write(f"{name}/x", "")
    result = staged(repo)
    assert "AG904" in {finding.rule for finding in result.findings}


def test_a_pyproject_that_becomes_a_link_removes_the_policy(repo: Workspace) -> None:
    repo.commit("before", {PYPROJECT: TABLE})
    (repo.path / PYPROJECT).rename(repo.path / "real.toml")
    os.symlink("real.toml", repo.path / PYPROJECT)
    assert brief(staged(repo)) == [("AG902", "policy")]


def test_loosening_in_two_steps_is_caught_in_the_first(repo: Workspace) -> None:
    base = repo.commit("before", {OWN: STRICT})
    middle = repo.commit("remove", {OWN: None})
    repo.commit("come back", {OWN: LOOSE})
    assert ranged(repo, base, middle).outcome == "fail"
    assert ranged(repo, middle).outcome == "fail"
    assert ranged(repo, base).outcome == "fail"


def test_a_root_commit_introduces_and_loosens_nothing(repo: Workspace) -> None:
    repo.write(OWN, LOOSE)
    repo.write(EXEMPTIONS, f"a.py::f = 20, reason, {FAR}\n")
    repo.write(".gitattributes", "* linguist-generated\n")
    result = staged(repo)
    assert brief(result) == [("AG905", EXEMPTIONS), ("AG905", "policy")]
    assert result.outcome == "warn"


def test_a_root_commit_with_an_invalid_policy_blocks(repo: Workspace) -> None:
    repo.write(OWN, "nonsense")
    assert staged(repo).outcome == "fail"


def test_a_finding_names_place_values_and_who_decides(repo: Workspace) -> None:
    repo.commit("before", {OWN: STRICT})
    repo.write(OWN, "# a comment\n" + LOOSE)
    (finding,) = staged(repo).findings
    assert finding.message == f"{MAX} is loosened from 5 to 50"
    assert (finding.path, finding.line, finding.level) == (OWN, 3, "error")
    assert finding.fix == (
        f"put back {MAX} = 5; if it is to be looser, somebody with the right to bypass the branch protection lands it, "
        "as a change of its own"
    )
    assert finding.data == {"key": MAX, "old": 5, "new": 50}


def test_names_that_fool_a_terminal_are_escaped(repo: Workspace) -> None:
    repo.commit("before", {EXEMPTIONS: "", OWN: STRICT})
    repo.write(EXEMPTIONS, f"a\x1b[2J.py::f = 20, reason, {FAR}\n")
    repo.write(OWN, STRICT + '[[gates.complexity-regression.overrides]]\npaths = ["\u202ex"]\nmax_complexity = 99\n')
    assert "\x1b" not in repr(staged(repo).findings)
    assert all(finding.message.isprintable() for finding in staged(repo).findings)


class TestMerges:
    """Approved loosening on main must not block whoever merges main; an old policy must not come back by a merge."""

    @pytest.fixture
    def topic(self, repo: Workspace) -> Workspace:
        repo.commit("root", {OWN: STRICT, "a.py": "", "b.py": ""})
        repo.git("checkout", "-q", "-b", "topic")
        repo.commit("topic", {"a.py": "x = 1\n"})
        repo.git("checkout", "-q", "main")
        repo.commit("decided by a person", {OWN: LOOSE})
        repo.git("checkout", "-q", "topic")
        return repo

    def test_merging_what_was_decided_passes(self, topic: Workspace) -> None:
        topic.git("merge", "-q", "--no-commit", "main")
        assert staged(topic).findings == ()

    def test_loosening_more_in_the_merge_blocks(self, topic: Workspace) -> None:
        topic.git("merge", "-q", "--no-commit", "main")
        topic.write(OWN, LOOSE.replace("50", "60"))
        assert brief(staged(topic)) == [("AG902", MAX)]

    def test_a_parent_with_a_broken_policy_excuses_nothing(self, topic: Workspace) -> None:
        topic.git("checkout", "-q", "main")
        topic.commit("broken", {OWN: "nonsense"})
        topic.git("checkout", "-q", "topic")
        topic.git("merge", "-q", "--no-commit", "main", check=False)
        topic.write(OWN, GATE + "max_complexity = 10\n")
        assert brief(staged(topic)) == [("AG902", MAX)]

    def test_the_merged_branch_as_a_range_passes(self, topic: Workspace) -> None:
        topic.git("merge", "-q", "--no-edit", "main")
        assert ranged(topic, "main").findings == ()

    def test_pushing_the_merged_branch_passes_and_an_earlier_push_excuses_nothing(self, topic: Workspace) -> None:
        before = topic.head()
        topic.git("merge", "-q", "--no-edit", "main")
        topic.git("update-ref", "refs/remotes/origin/main", "main")
        assert pushed(topic, before).findings == ()
        looser = topic.commit("looser", {OWN: LOOSE.replace("50", "60")})
        topic.commit("more")
        assert brief(pushed(topic, looser)) == [("AG902", MAX)]

    def test_an_unmerged_policy_is_undecided(self, topic: Workspace) -> None:
        topic.commit("stricter", {OWN: STRICT.replace("5", "4")})
        topic.git("merge", "main", check=False)
        with Repo.open(str(topic.path)) as opened:
            result = run(opened, [staged_subject(opened)], [policy_change]).gates[0]
        assert result.outcome == "undecided"
        assert result.reason == f"{OWN} is unmerged in the index"

    def test_an_old_commit_as_a_second_merge_base_brings_no_old_policy_back(self, repo: Workspace) -> None:
        root = repo.commit("root", {OWN: LOOSE, "a.py": ""})
        repo.git("checkout", "-q", "-b", "old")
        old = repo.commit("landed later, from the time before", {"a.py": "x = 1\n"})
        repo.git("checkout", "-q", "main")
        strict = repo.commit("tightened", {OWN: STRICT})
        repo.git("merge", "-q", "--no-edit", "old")
        repo.git("checkout", "-q", "-b", "evil", strict)
        repo.git("merge", "-q", "--no-commit", old)
        repo.git("checkout", "-q", root, "--", OWN)
        repo.commit("merge, and take the old policy")
        bases = repo.git("merge-base", "--all", "main", "evil").split()
        assert sorted(bases) == sorted([strict, old])
        result = ranged(repo, "main", "evil")
        assert result.outcome == "fail"
        assert ("AG902", MAX) in brief(result)


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


def test_a_workflow_that_moves_out_of_its_folder_is_gone(repo: Workspace) -> None:
    base = repo.commit("before", {".github/workflows/ci.yml": WORKFLOW})
    repo.write("kept/.keep", "")
    repo.git("mv", ".github/workflows/ci.yml", "kept/ci.yml")
    repo.commit("moved")
    assert ("AG906", CALL) in brief(ranged(repo, base))
