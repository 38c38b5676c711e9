"""The gate on policy changes: edits that weaken nothing, and attempts to get a looser policy in."""

from __future__ import annotations

import os

import pytest
from conftest import Workspace
from gates.changelib import (
    EXEMPTIONS,
    FAR,
    GATE,
    LOOSE,
    MAX,
    OWN,
    PROJECT,
    PYPROJECT,
    STRICT,
    TABLE,
    Files,
    both_doors,
    brief,
    ranged,
    staged,
)

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


INVALID: dict[str, tuple[Files, str, int | None, str]] = {
    "not TOML": (
        {OWN: "[gates"},
        OWN,
        1,
        "not valid TOML: Expected ']' at the end of a table declaration",
    ),
    "unknown key": (
        {OWN: STRICT + "max_complxety = 1\n"},
        OWN,
        3,
        f"unknown key `max_complxety` in {GATE.strip()}, did you mean `max_complexity`?",
    ),
    "too large": ({OWN: STRICT + "#" * 70_000}, OWN, None, f"{OWN} (the index) is larger than 65,536 bytes"),
    "a second home": (
        {PYPROJECT: TABLE},
        PYPROJECT,
        None,
        f"both {OWN} and [tool.agentops-gates] in {PYPROJECT} hold a policy (the index)",
    ),
    "broken second home": (
        {PYPROJECT: "# agentops-gates\n["},
        PYPROJECT,
        2,
        "not valid TOML: Invalid initial character for a key part",
    ),
    "huge second home": (
        {PYPROJECT: "#" * (1 << 20) + "#"},
        PYPROJECT,
        None,
        f"{PYPROJECT} (the index) is larger than 1,048,576 bytes",
    ),
    "a setting of this gate": (
        {OWN: '[gates.policy-change]\nlevel = "off"\n'},
        OWN,
        2,
        "unknown key `level` in [gates.policy-change]; there are no known keys",
    ),
}


@pytest.mark.parametrize(("after", "path", "line", "message"), INVALID.values(), ids=INVALID)
def test_a_policy_that_no_later_change_could_be_judged_by_blocks(
    repo: Workspace, after: dict[str, str], path: str, line: int | None, message: str
) -> None:
    repo.commit("before", {OWN: STRICT})
    for name, content in after.items():
        repo.write(name, content)
    result = staged(repo)
    (finding,) = result.findings
    assert (finding.rule, finding.path, finding.line, finding.message) == ("AG904", path, line, message)
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
    assert finding.fix == (f"put back {MAX} = 5\nif it is to be looser, a person decides: leave it out of this commit")
    assert finding.data == {"key": MAX, "old": 5, "new": 50}
    assert finding.commit is None


def test_who_decides_is_said_once_and_as_the_door_has_it(repo: Workspace) -> None:
    base = repo.commit("before", {OWN: STRICT})
    repo.write(OWN, LOOSE + 'level = "warn"\n')
    repo.write(EXEMPTIONS, f"a.py::f = 20, reason, {FAR}\n")
    local = [finding.fix.partition("\n")[2] for finding in staged(repo).findings]
    repo.commit("after")
    remote = ranged(repo, base).findings
    assert len(local) == len(remote) == 3
    assert sorted(local) == ["", "", "if it is to be looser, a person decides: leave it out of this commit"]
    # On the finding that a report shows first.
    first = min(remote, key=lambda finding: (finding.path or "", finding.line or 0))
    landed = "if it is to be looser, somebody who may bypass the branch protection lands it, as a change of its own"
    assert [finding.fix.partition("\n")[2] for finding in remote if finding is not first] == ["", ""]
    assert first.fix.partition("\n")[2] == landed
    assert {finding.commit for finding in remote} == {repo.head()}


def test_names_that_fool_a_terminal_are_escaped(repo: Workspace) -> None:
    repo.commit("before", {EXEMPTIONS: "", OWN: STRICT})
    repo.write(EXEMPTIONS, f"a\x1b[2J.py::f = 20, reason, {FAR}\n")
    repo.write(OWN, STRICT + '[[gates.complexity-regression.overrides]]\npaths = ["\u202ex"]\nmax_complexity = 99\n')
    assert "\x1b" not in repr(staged(repo).findings)
    assert all(finding.message.isprintable() for finding in staged(repo).findings)
