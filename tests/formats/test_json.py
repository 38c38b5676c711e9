"""JSON: every report fits the published schema, the schema refuses what is wrong, and paths stay exact."""

from __future__ import annotations

import ast
import copy
import json
import os
from pathlib import Path

import jsonschema
import pytest
from formats.sample_reports import (
    BASE,
    HEAD,
    HOSTILE,
    NEW,
    OTHER,
    REPORTS,
    ROSE,
    ZERO,
    finding_report,
    hostile_report,
    many,
)

import agentops_gates
from agentops_gates.formats.json import quoted, render

SCHEMA = json.loads(
    (Path(agentops_gates.__file__).parents[1] / "schemas" / "result-v1.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
EVERYTHING = json.loads(render(REPORTS["everything"]))


def test_the_schema_is_a_draft_7_schema_at_a_stable_address():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert SCHEMA["$id"] == "https://agentops-gates.dev/schemas/result-v1.schema.json"


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_report_fits_the_schema(report):
    document = json.loads(render(report))
    VALIDATOR.validate(document)
    assert document["outcome"] == report.outcome
    assert [gate["id"] for gate in document["gates"]] == [gate.id for gate in report.gates]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_gives_plain_ascii_that_fits_the_schema(text):
    output = render(hostile_report(text))
    assert output.replace("\n", "").isascii()
    assert output.replace("\n", "").isprintable()
    document = json.loads(output)
    VALIDATOR.validate(document)
    json.dumps(document, ensure_ascii=False).encode()  # no lone surrogate anywhere
    for gate in document["gates"]:
        for finding in gate["findings"]:
            assert finding["message"].isprintable()


def test_twenty_thousand_findings_are_all_there():
    document = json.loads(render(many(20_000)))
    assert len({finding["path"] for finding in document["gates"][0]["findings"]}) == 20_000


def test_nothing_judged_is_a_skip_and_never_a_pass():
    assert json.loads(render(REPORTS["skipped"]))["outcome"] == "skip"
    assert json.loads(render(REPORTS["nothing ran"]))["outcome"] == "skip"


def test_a_finding_is_given_whole():
    finding = next(found for found in EVERYTHING["gates"][0]["findings"] if found["rule"] == "AG601")
    assert finding == {
        "rule": "AG601",
        "level": "error",
        "message": ROSE.message,
        "path": "src/flask/app.py",
        "line": 1385,
        "commit": HEAD,
        "fix": "bring it back to 14 or less",
        "data": dict(ROSE.data),
    }


def test_a_gate_says_what_makes_it_run():
    undecided = EVERYTHING["gates"][2]
    assert undecided["fix"].splitlines()[1].startswith("    git fetch --no-tags --unshallow origin")


def test_each_ref_of_a_push_has_its_own_base_and_head():
    subject = json.loads(render(REPORTS["push"]))["subject"]
    assert subject["base"] is None
    assert subject["head"] is None
    assert [(ref["base"], ref["head"], ref["local_oid"], ref["remote_oid"]) for ref in subject["refs"]] == [
        (BASE, HEAD, HEAD, BASE),
        (None, OTHER, OTHER, ZERO),
        (BASE, None, ZERO, BASE),
    ]
    assert subject["refs"][1]["remote_ref"] == '"refs/heads/caf\\351"'


def test_one_pushed_ref_is_the_subject_and_is_named():
    pushed = REPORTS["push"]
    subject = json.loads(render(pushed._replace(subjects=pushed.subjects[:1])))["subject"]
    assert (subject["kind"], subject["base"], subject["head"]) == ("range", BASE, HEAD)
    assert [ref["remote_ref"] for ref in subject["refs"]] == ["refs/heads/main"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"a/b.py", "a/b.py"),
        (b"a\\b.py", "a\\b.py"),
        ("dir/\u00e9\u6f22.py".encode(), "dir/\u00e9\u6f22.py"),
        (b"two  blanks ", "two  blanks "),
        (b"a\nb", "a\nb"),
        (b"caf\xe9.py", '"caf\\351.py"'),
        (b'"caf\\351.py"', '"\\"caf\\\\351.py\\""'),
        (b'\xff\x01\n\t"\\\x7f', '"\\377\\001\\n\\t\\"\\\\\\177"'),
    ],
)
def test_paths_are_exact_and_what_json_cannot_hold_is_quoted(path, expected):
    assert quoted(os.fsdecode(path)) == expected


@pytest.mark.parametrize(
    "name", [b"caf\xe9.py", b'"quoted".py', b"\xff \n\t\x01\\.py", "\u00e9\u6f22".encode() + b"\xe9"]
)
def test_the_quoting_is_git_s_own(repo, name):
    repo.write(name, "x = 1\n")
    repo.git("add", "-A")
    assert quoted(os.fsdecode(name)) == repo.git("ls-files")
    # A reader who knows git gets the bytes back.
    assert ast.literal_eval("b" + repo.git("ls-files")) == name


def test_different_paths_never_look_alike():
    paths = [b"caf\xe9", b'"caf\\351"', b"caf\\351", b"caf\\xe9", "caf\u00e9".encode(), b'"caf\xe9"']
    assert len({quoted(os.fsdecode(path)) for path in paths}) == len(paths)


def _without(document, *keys):
    for key in keys[:-1]:
        document = document[key]
    del document[keys[-1]]


def _put(value):
    def change(document, *keys):
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change


FINDING = ("gates", 0, "findings", 0)


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        pytest.param(_put("agentops-gates/result/v2"), ("schema",), id="another version"),
        pytest.param(_put("passed"), ("outcome",), id="unknown outcome"),
        pytest.param(_without, ("outcome",), id="no outcome"),
        pytest.param(_without, ("subject",), id="no subject"),
        pytest.param(_put(None), ("gates",), id="gates null"),
        pytest.param(_put(1), ("extra",), id="unknown key"),
        pytest.param(_put("branch"), ("subject", "kind"), id="unknown kind"),
        pytest.param(_put("HEAD"), ("subject", "head"), id="head is a name"),
        pytest.param(_put("1f1f1f1"), ("subject", "base"), id="base is abbreviated"),
        pytest.param(_put("A" * 40), ("subject", "base"), id="base in capitals"),
        pytest.param(_put("a" * 41), ("subject", "base"), id="base of 41 digits"),
        pytest.param(
            _put([{"kind": "range", "base": None, "head": None, "local_ref": "x"}]),
            ("subject", "refs"),
            id="half a ref",
        ),
        pytest.param(_put([{"base": None, "head": None}]), ("subject", "refs"), id="ref without a kind"),
        pytest.param(_put("Complexity"), ("gates", 0, "id"), id="gate id in capitals"),
        pytest.param(_put("error"), ("gates", 0, "outcome"), id="unknown gate outcome"),
        pytest.param(_without, ("gates", 0, "reason"), id="gate without reason"),
        pytest.param(_put(""), ("gates", 2, "reason"), id="undecided without saying why"),
        pytest.param(_put(""), ("gates", 3, "reason"), id="skip without saying why"),
        pytest.param(_put("AG06"), (*FINDING, "rule"), id="rule id too short"),
        pytest.param(_put("E501"), (*FINDING, "rule"), id="foreign rule id"),
        pytest.param(_put("fatal"), (*FINDING, "level"), id="unknown level"),
        pytest.param(_put(""), (*FINDING, "message"), id="empty message"),
        pytest.param(_put(""), (*FINDING, "path"), id="empty path"),
        pytest.param(_put(0), (*FINDING, "line"), id="line zero"),
        pytest.param(_put("12"), (*FINDING, "line"), id="line as text"),
        pytest.param(_put(True), (*FINDING, "line"), id="line true"),
        pytest.param(_put("HEAD"), (*FINDING, "commit"), id="commit is a name"),
        pytest.param(_put(None), (*FINDING, "fix"), id="fix null"),
        pytest.param(_put([]), (*FINDING, "data"), id="data is a list"),
        pytest.param(_without, (*FINDING, "data"), id="no data"),
        pytest.param(_put(3), (*FINDING, "column"), id="unknown finding key"),
    ],
)
def test_the_schema_refuses_what_is_wrong(change, keys):
    document = copy.deepcopy(EVERYTHING)
    VALIDATOR.validate(document)
    change(document, *keys)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


def test_data_of_any_type_becomes_json():
    (finding,) = json.loads(render(REPORTS["odd data"]))["gates"][0]["findings"]
    assert finding["data"] == {"inf": "inf", "1": "\\xff", "set": "{1}", "deep": [{"x": [1.5, None, True]}], "why": 7}


def test_prose_is_safe_to_print_and_a_fix_keeps_its_lines():
    finding = NEW._replace(message="a\x1b[2J", fix="run\x07:\n    git \u202ex", data={"name": "a\x1b[2J"})
    (given,) = json.loads(render(finding_report(finding)))["gates"][0]["findings"]
    assert given["message"] == "a\\x1b[2J"
    assert given["fix"] == "run\\x07:\n    git \\u202ex"
    assert given["data"]["name"] == "a\x1b[2J"
