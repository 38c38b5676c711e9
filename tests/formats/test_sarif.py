"""SARIF: valid by the official schema, within GitHub's limits, every finding recognised again in the next run."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest
from formats.sample_reports import (
    DELTA,
    HEAD,
    HOSTILE,
    LOOSENED,
    META,
    NEW,
    OTHER,
    REPORTS,
    ROSE,
    finding_report,
    hostile_report,
    many,
)

from agentops_gates.formats.fingerprint import fingerprint, fingerprints
from agentops_gates.formats.sarif import render
from agentops_gates.gates.registry import metadata

# sarif-2.1/schema/sarif-schema-2.1.0.json of github.com/oasis-tcs/sarif-spec: 2.1.0 with errata 01.
OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


def _official_schema():
    """Load the copy that a development dependency ships, without running any of its code, if it is the official one."""
    package = importlib.util.find_spec("linceo")
    assert package is not None, "the schema comes with the package linceo: install the extra `dev`"
    raw = (Path(package.submodule_search_locations[0]) / "data" / "sarif-schema-2.1.0.json").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == OFFICIAL
    return json.loads(raw)


@pytest.fixture(scope="session")
def validator():
    schema = _official_schema()
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def _run(report, gates=META):
    (run,) = json.loads(render(report, gates=gates))["runs"]
    return run


def _location(result):
    return result["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(
    "report", [*REPORTS.values(), *map(hostile_report, HOSTILE.values())], ids=[*REPORTS, *HOSTILE]
)
@pytest.mark.parametrize("gates", [(), META], ids=["undescribed", "described"])
def test_valid_by_the_official_schema(report, gates, validator):
    output = render(report, gates=gates)
    assert output.isascii()
    validator.validate(json.loads(output))


def test_the_official_schema_refuses_what_is_wrong(validator):
    for wrong in ({"level": "fatal"}, {"message": {}}, {"ruleIndex": -2}, {"extra": 1}):
        log = json.loads(render(REPORTS["everything"]))
        log["runs"][0]["results"][0].update(wrong)
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(log)


@pytest.mark.parametrize(
    "report", [*REPORTS.values(), *map(hostile_report, HOSTILE.values()), many(300)], ids=[*REPORTS, *HOSTILE, "many"]
)
def test_what_github_needs(report):
    """Every property that docs.github.com calls required is there and not empty; alerts are told apart."""
    run = _run(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for rule in rules:
        assert rule["helpUri"] == f"https://agentops-gates.dev/rules/{rule['id']}"
        assert rule["name"]
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert len(rule["properties"]["tags"]) <= 10
    alerts = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        location = _location(result)
        uri = location["artifactLocation"]["uri"]
        assert location["region"]["startLine"] >= 1
        assert location["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert len(result.get("relatedLocations", ())) <= 100
        # The upload action fills in a hash of the line, unless there is one.
        line = result["partialFingerprints"].get("primaryLocationLineHash", f"line {location['region']['startLine']}")
        alerts.add((result["ruleId"], uri, line))
    assert len(alerts) == len(run["results"])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_addresses_are_relative_and_lead_back_to_the_path(text):
    run = _run(hostile_report(text))
    uris = {_location(result)["artifactLocation"]["uri"] for result in run["results"]}
    (uri,) = uris - {"agentops-gates.toml"}
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert re.fullmatch(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", uri)
    if text != HOSTILE["lone surrogate"]:
        assert unquote_to_bytes(uri) == os.fsencode(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_messages_hold_neither_links_nor_placeholders(text):
    run = _run(hostile_report(text))
    notes = run["invocations"][0]["toolExecutionNotifications"]
    related = [location for result in run["results"] for location in result.get("relatedLocations", ())]
    assert len(related) == 3
    for shown in [item["message"]["text"] for item in (*run["results"], *notes, *related)]:
        assert "](" not in shown
        assert all(len(run) % 2 == 0 for run in re.findall(r"\{+|\}+", shown))
        assert all(char.isprintable() or char == "\n" for char in shown)


def test_a_finding_about_a_commit_points_at_the_policy_file_and_names_the_commit():
    (result,) = _run(finding_report(LOOSENED))["results"]
    assert _location(result)["artifactLocation"] == {"uri": "agentops-gates.toml", "uriBaseId": "%SRCROOT%"}
    assert f"(commit {HEAD})" in result["message"]["text"]
    assert "primaryLocationLineHash" in result["partialFingerprints"]


def test_a_finding_with_a_line_of_its_own_leaves_the_line_hash_to_the_upload():
    first, second = _run(finding_report(ROSE, ROSE._replace(message="again")))["results"]
    assert list(first["partialFingerprints"]) == ["agentopsGates/v1"]
    assert list(second["partialFingerprints"]) == ["agentopsGates/v1", "primaryLocationLineHash"]


def test_decision_points_are_related_locations():
    (result,) = _run(finding_report(ROSE))["results"]
    assert [
        (item["id"], item["message"]["text"], item["physicalLocation"]["region"]["startLine"])
        for item in result["relatedLocations"]
    ] == [(0, "if", 1391), (1, "and", 1392)]
    assert {item["physicalLocation"]["artifactLocation"]["uri"] for item in result["relatedLocations"]} == {
        "src/flask/app.py"
    }


@pytest.mark.parametrize("points", [None, 7, "if", [None, 3, {"line": "x"}, {}], {"line": 3}])
def test_points_of_another_form_are_left_out(points):
    (result,) = _run(finding_report(ROSE._replace(data={"points": points})))["results"]
    assert "relatedLocations" not in result


@pytest.mark.parametrize(
    ("name", "successful", "code", "levels"),
    [
        ("passed", True, 0, []),
        ("warning", True, 0, []),
        ("skipped", True, 0, ["note"]),
        ("undecided", False, 3, ["error"]),
        ("everything", False, 1, ["error", "note"]),
        ("failed and timed out", False, 1, ["error"]),
        ("failed without a finding", False, 1, ["error"]),
    ],
)
def test_the_invocation_tells_what_did_not_run(name, successful, code, levels):
    (invocation,) = _run(REPORTS[name])["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert invocation["exitCode"] == code
    assert [note["level"] for note in invocation["toolExecutionNotifications"]] == levels


def test_the_skip_reason_and_the_fix_of_an_undecided_gate_are_told():
    undecided, skipped = _run(REPORTS["everything"])["invocations"][0]["toolExecutionNotifications"]
    assert "git fetch --no-tags" in undecided["message"]["text"]
    assert skipped["message"]["text"].startswith("flywheel-lifecycle skip: insufficient data")


def test_stays_within_the_limits_of_github_and_says_what_is_missing(validator):
    output = render(many(20_000, path="p/" * 2040 + "{}.py"), gates=META)
    run = json.loads(output)["runs"][0]
    assert len(run["results"]) == 5_000
    assert [result["level"] for result in run["results"]].count("error") == 200
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["level"] == "warning"
    assert note["message"]["text"].startswith("15,000 findings left out, the least serious ones")
    assert len(gzip.compress(output.encode(), 6)) < 10 * 1024 * 1024
    run["results"] = run["results"][:50]
    validator.validate({"version": "2.1.0", "runs": [run]})


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ROSE._replace(line=1400), id="shifted"),
        pytest.param(
            ROSE._replace(message="`Flask.dispatch` rose from 15 to 18: +3 or, line 1402"), id="other numbers"
        ),
        pytest.param(ROSE._replace(level="note", fix="", commit=OTHER), id="another policy and commit"),
        pytest.param(ROSE._replace(data={**ROSE.data, "why": []}), id="other evidence"),
    ],
)
def test_the_same_finding_is_recognised(other):
    assert fingerprint(ROSE) == fingerprint(other)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ROSE._replace(rule="AG602"), id="another rule"),
        pytest.param(ROSE._replace(path="src/flask/cli.py"), id="another file"),
        pytest.param(ROSE._replace(data={**ROSE.data, "qualname": "Flask.run"}), id="another function"),
        pytest.param(ROSE._replace(data={**ROSE.data, "metric": "cognitive"}), id="another metric"),
    ],
)
def test_another_finding_is_not_taken_for_it(other):
    assert fingerprint(ROSE) != fingerprint(other)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("line 12: grew by 3", "line 40: grew by 17", True),
        ("took 0.12s of 5s", "took 12,345.5s of 60s", True),
        (f"in commit {HEAD}", f"in commit {OTHER[:-1]}7", True),
        ("in commit 1a2b3c4", "in commit 9f8e7d6", True),
        ("f1 grew", "f2 grew", False),
        ("md5 is used", "sha256 is used", False),
        ("was defaced", "was effaced", False),
        ("  a   b ", "a b", True),
    ],
)
def test_without_a_name_the_message_counts_but_not_its_numbers(one, two, same):
    assert (fingerprint(DELTA._replace(message=one)) == fingerprint(DELTA._replace(message=two))) is same


def test_a_finding_without_a_file_belongs_to_its_commit():
    assert fingerprint(LOOSENED) != fingerprint(LOOSENED._replace(commit=OTHER))


def test_equal_findings_are_numbered():
    digest = fingerprint(NEW)
    assert fingerprints([NEW, ROSE, NEW._replace(line=99)]) == [f"{digest}:1", f"{fingerprint(ROSE)}:1", f"{digest}:2"]


def test_a_rule_brings_the_help_that_explain_prints():
    gates = metadata()
    described = {rule["id"]: rule for rule in _run(REPORTS["passed"], gates)["tool"]["driver"]["rules"]}
    for gate in gates:
        for rule in gate.rules:
            help_text, full = described[rule.id]["help"]["text"], described[rule.id]["fullDescription"]["text"]
            assert (
                help_text
                == f"{rule.help}\n\nRun `agentops-gate explain {rule.id}`, or see {described[rule.id]['helpUri']}."
            )
            assert described[rule.id]["shortDescription"]["text"] == rule.summary
            assert full == rule.help.partition("\n\n")[0].removesuffix(":")
