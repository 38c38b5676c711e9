"""JUnit: well-formed whatever the input, and every number is the sum of what is below it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from formats.sample_reports import DELTA, HOSTILE, NEW, REPORTS, ROSE, finding_report, hostile_report, many

from agentops_gates.formats.junit import render
from agentops_gates.model.text import printable


def _parse(report):
    return ElementTree.fromstring(render(report).encode())


def _count(element, tag):
    return str(len(list(element.iter(tag))))


@pytest.mark.parametrize(
    "report",
    [*REPORTS.values(), *map(hostile_report, HOSTILE.values()), many(300)],
    ids=[*REPORTS, *HOSTILE, "many"],
)
def test_counts_are_the_sums_and_names_are_unique(report):
    root = _parse(report)
    assert root.tag == "testsuites"
    assert root.get("time") == f"{report.seconds:.3f}"
    for element in (root, *root.iter("testsuite")):
        assert element.get("tests") == _count(element, "testcase")
        assert element.get("failures") == _count(element, "failure")
        assert element.get("errors") == _count(element, "error")
        assert element.get("skipped") == _count(element, "skipped")
    assert [suite.get("name") for suite in root] == [gate.id for gate in report.gates]
    for suite in root:
        assert len(suite) >= 1
        names = [(case.get("classname"), case.get("name")) for case in suite]
        assert len(set(names)) == len(names)
        assert all(name and classname for classname, name in names)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_suite_fails_exactly_where_its_gate_blocks(report):
    for gate, suite in zip(report.gates, _parse(report), strict=True):
        blocked = any(case.find("failure") is not None or case.find("error") is not None for case in suite)
        assert blocked == (gate.outcome in {"fail", "undecided"})
        skipped = suite.find("testcase/skipped") is not None
        assert skipped == (gate.outcome == "skip")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_arrives_escaped_and_whole(text):
    root = _parse(hostile_report(text))
    error = root.find("testsuite[@name='push-after-vibe']/testcase/error")
    if len(text) <= 2000:
        assert error.get("message") == printable(text)
    assert all(char.isprintable() or char == "\n" for element in root.iter() for char in element.text or "")


def test_an_undecided_gate_is_an_error_with_its_fix():
    error = _parse(REPORTS["everything"]).find("testsuite[@name='push-after-vibe']/testcase/error")
    assert error.get("message") == "3 commits are hidden by a shallow clone"
    assert error.get("type") == "undecided"
    assert "git fetch --no-tags" in error.text


def test_a_skip_has_its_reason():
    skipped = _parse(REPORTS["skipped"]).find("testsuite/testcase/skipped")
    assert skipped.get("message") == "insufficient data: 3 learnings of 10"


def test_a_gate_that_found_nothing_is_one_passed_test():
    (suite,) = _parse(REPORTS["passed"])
    (case,) = suite
    assert (case.get("name"), len(case)) == ("pass", 0)


def test_warnings_and_notes_pass_and_carry_their_text():
    for name in ("warning", "note"):
        (suite,) = _parse(REPORTS[name])
        (case,) = suite
        assert [child.tag for child in case] == ["system-out"]
        assert "AG60" in case[0].text


def test_a_finding_is_a_failure_with_its_evidence_and_its_place():
    case = _parse(finding_report(ROSE)).find("testsuite/testcase")
    assert case.get("name") == "AG601 src/flask/app.py Flask.dispatch"
    assert (case.get("file"), case.get("line")) == ("src/flask/app.py", "1385")
    failure = case.find("failure")
    assert failure.get("type") == "AG601"
    assert failure.get("message") == "`Flask.dispatch` rose from 14 to 17 (cyclomatic complexity, limit 10)"
    assert "  why  +1 if, line 1391\n       +2 and, line 1391\n" in failure.text


def test_a_test_keeps_its_name_when_lines_shift_and_numbers_change():
    def names(*findings):
        return [case.get("name") for case in _parse(finding_report(*findings)).iter("testcase")]

    moved = ROSE._replace(line=1400, message="`Flask.dispatch` rose from 14 to 18")
    assert names(ROSE) == names(moved)
    assert names(NEW, NEW._replace(line=99)) == ["AG602 src/flask/http.py", "AG602 src/flask/http.py (2)"]


def test_a_path_shows_as_it_prints():
    case = _parse(finding_report(DELTA._replace(path="a\x1b\udcff<b"))).find("testsuite/testcase")
    assert case.get("file") == printable("a\x1b\udcff<b") == "a\\x1b\\xff<b"
