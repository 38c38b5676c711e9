"""Where findings on the files that judge stand, in what order, and what is said once."""

from __future__ import annotations

import json

import pytest
from conftest import Workspace
from entry.entrylib import agentops
from gates.changelib import EXEMPTIONS, FAR, GATE, LOOSE, MAX, OWN, PROJECT, PYPROJECT, STRICT, brief, ranged, staged

LATE = "2020-01-31"
LIST = "# why\n" + "".join(f"{name}.py::f = 20, reason, {FAR}\n" for name in "zyxwvutsr")
BAD = "a.py::f = 20\n\nb.py::f = many, reason, 2999-01-01\n"


def test_added_exemptions_stand_on_their_lines_in_order_with_one_fix(repo: Workspace) -> None:
    base = repo.commit("before", {"x": ""})
    repo.commit("after", {EXEMPTIONS: LIST})
    found = ranged(repo, base).findings
    assert [(one.rule, one.path, one.line) for one in found] == [("AG903", EXEMPTIONS, n) for n in range(2, 11)]
    assert found[0].fix.startswith("bring the function to its limit instead\nif it is to be looser")
    assert {one.fix for one in found[1:]} == {""}


def test_malformed_lines_stand_on_their_lines_in_order_with_one_fix(repo: Workspace) -> None:
    repo.commit("before", {"x": ""})
    repo.write(EXEMPTIONS, BAD + f"c.py::f = 20, reason, {FAR}\n")
    found = [(one.rule, one.line, one.fix.partition("\n")[0]) for one in staged(repo).findings]
    assert found == [
        ("AG904", 1, "write each line as: path::qualname = limit, reason, YYYY-MM-DD"),
        ("AG904", 3, ""),
        ("AG903", 4, "bring the function to its limit instead"),
    ]


def test_faults_of_a_policy_stand_on_their_lines_with_one_fix(repo: Workspace) -> None:
    repo.commit("before", {OWN: STRICT})
    repo.write(OWN, STRICT + "max_complxety = 1\nmode = 'x'\n")
    found = staged(repo).findings
    assert [(one.rule, one.line, bool(one.fix)) for one in found] == [("AG904", 3, True), ("AG904", 4, False)]
    assert found[0].message.startswith("unknown key `max_complxety` in ")


def test_every_format_has_the_line(repo: Workspace) -> None:
    repo.commit("before", {"x": ""})
    repo.write(EXEMPTIONS, LIST)
    repo.git("add", "-A")
    sarif = json.loads(agentops(repo.path, "check", "--format", "sarif").stdout)["runs"][0]["results"]
    starts = [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in sarif]
    assert starts == list(range(2, 11))
    report = json.loads(agentops(repo.path, "check", "--format", "json").stdout)
    (gate,) = (gate for gate in report["gates"] if gate["id"] == "policy-change")
    assert [one["line"] for one in gate["findings"]] == list(range(2, 11))
    text = agentops(repo.path, "check").stdout
    assert text.count("bring the function to its limit") == 1
    assert f"  at   {EXEMPTIONS}:2\n" in text


def test_the_list_is_not_named_twice(repo: Workspace) -> None:
    repo.commit("before", {EXEMPTIONS: LIST})
    repo.write(EXEMPTIONS, "# none\n")
    repo.git("add", "-A")
    text = " ".join(agentops(repo.path, "check").stdout.split())
    assert f"{EXEMPTIONS}: the list of exemptions changes, and allows no more than before" in text
    assert text.count(EXEMPTIONS) == 1


EXPIRED = {
    "added": ("", f"a.py::f = 20, reason, {LATE}\n"),
    "raised": (f"a.py::f = 20, reason, {LATE}\n", f"a.py::f = 30, reason, {LATE}\n"),
}


@pytest.mark.parametrize(("before", "after"), EXPIRED.values(), ids=EXPIRED)
def test_an_exemption_that_has_ended_loosens_nothing(repo: Workspace, before: str, after: str) -> None:
    base = repo.commit("before", {EXEMPTIONS: before, "a.py": "x = 1\n"})
    repo.commit("after", {EXEMPTIONS: after})
    assert brief(ranged(repo, base)) == [("AG901", EXEMPTIONS)]
    done = agentops(repo.path, "check", "--base", base)
    assert done.returncode == 0
    said = " ".join(done.stdout.split())
    assert f"AG608: the exemption of a.py::f ended on {LATE}: it allows nothing" in said
    assert "AG903" not in said


def test_one_that_is_brought_back_to_life_does(repo: Workspace) -> None:
    base = repo.commit("before", {EXEMPTIONS: f"a.py::f = 20, reason, {LATE}\n"})
    repo.commit("after", {EXEMPTIONS: f"a.py::f = 20, reason, {FAR}\n"})
    assert brief(ranged(repo, base)) == [("AG903", f"a.py::f is extended from {LATE} to {FAR}")]


class TestFirstPolicy:
    @pytest.mark.parametrize("door", ["staged", "range"])
    def test_it_is_measured_by_the_defaults_and_says_how_to_adopt_it(self, repo: Workspace, door: str) -> None:
        base = repo.commit("before", {PYPROJECT: PROJECT})
        repo.write(OWN, LOOSE + 'level = "warn"\n')
        result = staged(repo)
        if door == "range":
            repo.commit("after")
            result = ranged(repo, base)
        level, limit = sorted((one for one in result.findings if one.rule == "AG902"), key=lambda one: one.message)
        assert level.message == (
            'gates.complexity-regression.level = "warn" is looser than the built-in default ("error")'
        )
        assert limit.message == f"{MAX} = 50 is looser than the built-in default (10)"
        assert (limit.data["old"], limit.data["new"], limit.line) == (10, 50, 2)
        fix, *adopt = limit.fix.split("\n")
        assert fix == f"leave out {MAX}, and the default holds"
        assert adopt == [
            (
                "to adopt it as it is, land the first policy before the hooks and the required check are there, or let "
                "somebody who may bypass them land it as a change of its own"
            )
        ]
        assert "\n" not in level.fix
        assert result.outcome == "fail"

    def test_overrides_are_named_with_their_paths(self, repo: Workspace) -> None:
        repo.commit("before", {"x": ""})
        repo.write(OWN, '[[gates.complexity-regression.overrides]]\npaths = ["old/**"]\nmax_complexity = 99\n')
        (found,) = (one for one in staged(repo).findings if one.rule == "AG902")
        assert found.message == f"{MAX} = 99 for old/** is looser than the built-in default (10)"
        assert found.fix.startswith(f"leave out {MAX} for old/**, and the default holds\n")

    def test_one_that_is_stricter_is_no_loosening(self, repo: Workspace) -> None:
        repo.commit("before", {"x": ""})
        repo.write(OWN, STRICT)
        assert [one.rule for one in staged(repo).findings] == ["AG905"]

    def test_a_later_one_is_measured_by_the_base(self, repo: Workspace) -> None:
        repo.commit("before", {OWN: STRICT})
        repo.write(OWN, GATE + "max_complexity = 7\n")
        (found,) = staged(repo).findings
        assert found.message == f"{MAX} is loosened from 5 to 7"
        assert "built-in" not in found.fix
