"""The validator and the published schema over one table: what is right, what is wrong, and the words for it."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from policy.policylib import GATES

from agentops_gates.gates.registry import metadata
from agentops_gates.policy.schema import schema, text
from agentops_gates.policy.template import template
from agentops_gates.policy.validate import problems

GATE = "[gates.complexity-regression]\n"
OVERRIDE = "[[gates.complexity-regression.overrides]]\n"

VALID = {
    "empty": "",
    "version": "version = 1",
    "empty tables": "[protected]\n[deadlines]\n[gates]\n" + GATE + "[gates.policy-change]",
    **{
        f"pattern {pattern!r}": f"[protected]\nbranches = ['{pattern}']"
        for pattern in (
            *("[]]", "[!]]", "[[]a].py", "a].py", "[a-]", "[-a]", "[!-a]", "[a^]", "[!^]", "[a[b]", "[a-z0-9]/[!b]"),
            *("{{cookiecutter.name}}/**", "a{b}", "a,b", "{a/b,c}", "**/*.py", "x!", "..a", "a..", ".github/"),
        )
    },
    "branches": '[protected]\nbranches = ["main", "release/*", "**/stable", "/x", "y/"]',
    "no branches": "[protected]\nbranches = []",
    "deadlines": "[deadlines]\nlocal = 5\nci = 0.5",
    "longest deadline": "[deadlines]\nci = 3600",
    "every level": "".join(f'{OVERRIDE}paths = ["a"]\nlevel = "{x}"\n' for x in ("error", "warn", "trial", "off")),
    "smallest integer": GATE + "max_complexity = 1",
    "largest integer": GATE + "max_complexity = 2147483647",
    "zero where allowed": GATE + "min_gain = 0",
    "booleans": GATE + "asserts = true\nskip_new = false",
    "strings": GATE + 'exclude = ["a", "b/**"]\nlanguages = ["!b", "a\\\\b", "é"]',
    "override": OVERRIDE + 'paths = ["src/**", "[a-z].py", "!"]\nlevel = "off"'.replace('"!"', '"x!"'),
    "inline overrides": GATE + 'overrides = [{paths = ["a"], level = "off"}, {paths = ["b"], asserts = true}]',
    "no overrides": GATE + "overrides = []",
    "hundred overrides": (OVERRIDE + 'paths = ["a"]\nasserts = true\n') * 100,
    "longest pattern": f'[protected]\nbranches = ["{"a" * 300}"]',
}

IN = "in [gates.complexity-regression]"
FIRST = "in [[gates.complexity-regression.overrides]] number 1"
_PATH = "no path in git has an empty segment, `.` or `..`"
_OPEN = "a bracket is not closed before the next /; write [[] for a plain one"
_BRACES = "braces are not expanded; write one pattern for each"
MALFORMED = {
    "!a": "a pattern cannot be negated",
    "/": "it names nothing",
    **dict.fromkeys(("a//b", "./a", "a/../b", "a/.", ".."), _PATH),
    "a\\b": "a backslash means nothing here; write [*] for a plain asterisk",
    **dict.fromkeys(("[abc", "a[.py", "[]", "[!]", "[a/b]", "[a]/[b", "[!", "[]!"), _OPEN),
    "[^a].py": "what a character must not be is written [!abc]",
    "[[:alpha:]]*": "classes like [:alpha:] are not known; write [a-z]",
    **dict.fromkeys(("*.{js,ts}", "{a,b}/c", "a{,b}"), _BRACES),
}
INVALID = {
    "unknown at the top": ("gate = 1", "unknown key `gate` at the top level, did you mean `gates`?"),
    "unknown and unlike": (
        "zzz = 1",
        (
            "unknown key `zzz` at the top level; known keys: "
            "version, protected, deadlines, gates, verdicts, council, rescue, guard"
        ),
    ),
    "version 2": ("version = 2", "`version` at the top level must be 1: this agentops-gate knows no other"),
    "version as text": ('version = "1"', "`version` at the top level must be the integer 1, not a string"),
    "version true": ("version = true", "`version` at the top level must be the integer 1, not a boolean"),
    "version as date": ("version = 2026-01-01", "`version` at the top level must be the integer 1, not a date or time"),
    "table as value": ("gates = 1", "`gates` at the top level must be a table, not an integer"),
    "table as list": ("[[protected]]", "`protected` at the top level must be a table, not a list"),
    "gate as value": (
        "[gates]\ncomplexity-regression = 1",
        "`complexity-regression` in [gates] must be a table, not an integer",
    ),
    "unknown gate": (
        "[gates.complexity-regresion]",
        "unknown gate `complexity-regresion` in [gates], did you mean `complexity-regression`?",
    ),
    "unknown key": (GATE + "max_complxety = 5", f"unknown key `max_complxety` {IN}, did you mean `max_complexity`?"),
    "key of no gate": (
        '[gates.policy-change]\nlevel = "off"',
        "unknown key `level` in [gates.policy-change]; there are no known keys",
    ),
    "overrides of a gate without": (
        '[[gates.policy-change.overrides]]\npaths = ["a"]',
        "unknown key `overrides` in [gates.policy-change]; there are no known keys",
    ),
    "unknown branch key": ("[protected]\nbranch = []", "unknown key `branch` in [protected], did you mean `branches`?"),
    "branches as text": (
        '[protected]\nbranches = "main"',
        "`branches` in [protected] must be a list of strings, not a string",
    ),
    "branch as number": (
        "[protected]\nbranches = [1]",
        "`branches` in [protected] must be a list of strings, but holds an integer",
    ),
    "deadline zero": ("[deadlines]\nci = 0", "`ci` in [deadlines] must be more than 0 and at most 3600 seconds"),
    "deadline negative": ("[deadlines]\nci = -1.5", "`ci` in [deadlines] must be more than 0 and at most 3600 seconds"),
    "deadline too long": ("[deadlines]\nci = 3601", "`ci` in [deadlines] must be more than 0 and at most 3600 seconds"),
    "deadline infinite": ("[deadlines]\nci = inf", "`ci` in [deadlines] must be more than 0 and at most 3600 seconds"),
    "deadline true": ("[deadlines]\nlocal = true", "`local` in [deadlines] must be a number of seconds, not a boolean"),
    "deadline as text": (
        '[deadlines]\nlocal = "5"',
        "`local` in [deadlines] must be a number of seconds, not a string",
    ),
    "unknown deadline": ("[deadlines]\nserver = 1", "unknown key `server` in [deadlines]; known keys: local, ci"),
    "integer as text": (GATE + 'max_complexity = "10"', f"`max_complexity` {IN} must be an integer, not a string"),
    "integer as boolean": (GATE + "max_complexity = true", f"`max_complexity` {IN} must be an integer, not a boolean"),
    "integer as float": (GATE + "max_complexity = 1.5", f"`max_complexity` {IN} must be an integer, not a float"),
    "below the minimum": (GATE + "max_complexity = 0", f"`max_complexity` {IN} must be from 1 to 2147483647"),
    "above the maximum": (
        GATE + f"max_complexity = 0x{'f' * 200}",
        f"`max_complexity` {IN} must be from 1 to 2147483647",
    ),
    "boolean as integer": (GATE + "asserts = 1", f"`asserts` {IN} must be true or false, not an integer"),
    "unknown choice": (GATE + 'level = "errors"', f"`level` {IN} must not be `errors`, did you mean `error`?"),
    "choice in capitals": (
        GATE + 'level = "OFF"',
        f"`level` {IN} must not be `OFF`; possible values: error, warn, trial, off",
    ),
    "choice as boolean": (
        GATE + "level = false",
        f"`level` {IN} must be one of `error`, `warn`, `trial`, `off`, not a boolean",
    ),
    "strings as text": (GATE + 'exclude = "a"', f"`exclude` {IN} must be a list of strings, not a string"),
    "glob that never matches": (
        GATE + 'exclude = ["!b"]',
        f"`exclude` {IN} holds an entry that cannot be used: `!b` (a pattern cannot be negated)",
    ),
    "string empty": (
        GATE + 'exclude = [""]',
        f"`exclude` {IN} holds an entry that cannot be used: `` (it is empty)",
    ),
    "string with control": (
        GATE + 'exclude = ["a\\n"]',
        f"`exclude` {IN} holds an entry that cannot be used: `a\\x0a` (it holds a control character)",
    ),
    "string too long": (
        GATE + f'exclude = ["{"a" * 301}"]',
        f"`exclude` {IN} holds an entry that cannot be used: `{'a' * 57}...` (longer than 300 characters)",
    ),
    "too many strings": (GATE + f"exclude = {['a'] * 501}", f"`exclude` {IN} has more than 500 entries"),
    "overrides as table": (
        "[gates.complexity-regression.overrides]\npaths = []",
        f"`overrides` {IN} must be a list of tables, not a table",
    ),
    "override as number": (
        GATE + "overrides = [0]",
        f"`overrides` {IN} must be a list of tables, but holds an integer",
    ),
    "too many overrides": (
        (OVERRIDE + 'paths = ["a"]\nasserts = true\n') * 101,
        f"`overrides` {IN} has more than 100 entries",
    ),
    "override without paths": (OVERRIDE + 'level = "off"', f"`paths` is missing {FIRST}"),
    "override with no paths": (OVERRIDE + 'paths = []\nlevel = "off"', f"`paths` {FIRST} must name at least one path"),
    "override that sets nothing": (
        OVERRIDE + 'paths = ["a"]',
        f"nothing is set {FIRST}; it may set `level`, `max_complexity`, `max_growth`, `asserts`",
    ),
    "override of a fixed key": (
        OVERRIDE + 'paths = ["a"]\nexclude = ["b"]',
        f"`exclude` {FIRST} cannot differ by path; only `level`, `max_complexity`, `max_growth`, `asserts` can",
    ),
    "override of an unknown key": (
        OVERRIDE + 'pahts = ["a"]\npaths = ["a"]',
        f"unknown key `pahts` {FIRST}, did you mean `paths`?",
    ),
    "override of a wrong value": (
        OVERRIDE + 'paths = ["a"]\nmax_complexity = false',
        f"`max_complexity` {FIRST} must be an integer, not a boolean",
    ),
    **{
        f"pattern {pattern!r}": (
            f"[protected]\nbranches = ['{pattern}']",
            f"`branches` in [protected] holds an entry that cannot be used: `{pattern}` ({reason})",
        )
        for pattern, reason in MALFORMED.items()
    },
    "key that fools a terminal": (
        '"\\u001b[2Jx" = 1',
        (
            "unknown key `\\x1b[2Jx` at the top level; known keys: "
            "version, protected, deadlines, gates, verdicts, council, rescue, guard"
        ),
    ),
}

# Where the two may differ, and why: JSON has one number type, TOML (and the validator) tell 1.0 from 1; the order
# of numbers says nothing about "not a number"; a regular expression does not compare characters.
DIFFERENT: dict[str, Any] = {
    "integral float for an integer": {"gates": {"complexity-regression": {"max_complexity": 5.0}}},
    "integral float for the version": {"version": 1.0},
    "not a number": {"deadlines": {"ci": math.nan}},
    "a range that is empty": {"protected": {"branches": ["release-[9-0]"]}},
}


def _accepted(document: Any) -> bool:
    return jsonschema.Draft7Validator(schema(GATES)).is_valid(document)


@pytest.mark.parametrize("toml", VALID.values(), ids=VALID)
def test_valid_documents_pass_both(toml: str) -> None:
    document = tomllib.loads(toml)
    assert problems(document, GATES) == []
    assert _accepted(document)


@pytest.mark.parametrize(("toml", "message"), INVALID.values(), ids=INVALID)
def test_invalid_documents_fail_both(toml: str, message: str) -> None:
    document = tomllib.loads(toml)
    assert message in [problem.text for problem in problems(document, GATES)]
    assert not _accepted(document)


@pytest.mark.parametrize("document", DIFFERENT.values(), ids=DIFFERENT)
def test_the_validator_is_stricter_only_where_listed(document: Any) -> None:
    assert problems(document, GATES)
    assert _accepted(document)


def test_every_problem_of_a_document_is_told() -> None:
    toml = (
        "a = 1\nversion = 2\n[deadlines]\nci = 0\n[gates.x]\n" + GATE + "level = 1\nb = 2\n" + OVERRIDE + "level = 1\n"
    )
    assert len(problems(tomllib.loads(toml), GATES)) == 8


def test_a_number_too_long_to_print_is_one_line() -> None:
    found = problems(tomllib.loads(GATE + f"max_complexity = 0x{'f' * 5000}"), GATES)
    assert [problem.text for problem in found] == [f"`max_complexity` {IN} must be from 1 to 2147483647"]


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema(GATES))


def test_the_schema_knows_every_setting_with_its_help_and_default() -> None:
    properties = schema(GATES)["properties"]["gates"]["properties"]["complexity-regression"]["properties"]
    for setting in GATES[0].settings:
        assert properties[setting.name]["description"] == setting.help
        assert _accepted({"gates": {"complexity-regression": {setting.name: properties[setting.name]["default"]}}})


def test_the_published_schema_is_the_one_of_the_built_gates() -> None:
    published = Path(__file__).parents[2] / "schemas/policy-v1.schema.json"
    assert published.read_text(encoding="utf-8") == text(metadata()), "run: python .ci/generate.py"


def test_the_published_schema_accepts_what_init_writes() -> None:
    document = tomllib.loads(template(metadata()))
    assert jsonschema.Draft7Validator(schema(metadata())).is_valid(document)
