"""Recorded payload in, exact bytes out, and those bytes are what the runtime's schema takes."""

from __future__ import annotations

import json

import jsonschema
import pytest

from .runtimelib import HERE, hook, wired

CASES = sorted(path.name.removesuffix(".in.json") for path in (HERE / "golden").glob("*.in.json"))
EVENTS = {
    "claude": "PreToolUse",
    "codex": "PreToolUse",
    "cursor": "beforeShellExecution",
    "gemini": "BeforeTool",
    "copilot": "preToolUse",
    "opencode": "tool.execute.before",
}


def test_every_runtime_has_its_cases() -> None:
    assert {case.partition(".")[0] for case in CASES} == set(EVENTS)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ["door", "wire"])
def test_exact_bytes(case: str, way: str) -> None:
    name = case.partition(".")[0]
    given = (HERE / "golden" / f"{case}.in.json").read_bytes()
    done = hook(name, given, EVENTS[name]) if way == "door" else wired(name, EVENTS[name], given)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (HERE / "golden" / f"{case}.out").read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_what_is_printed_fits_the_schema(case: str) -> None:
    schema = json.loads((HERE / "schemas" / f"{case.partition('.')[0]}.json").read_text())
    said = (HERE / "golden" / f"{case}.out").read_text()
    if said:
        jsonschema.Draft202012Validator(schema).validate(json.loads(said))


def test_nothing_ever_says_allow() -> None:
    # It would speak for the user, whom the runtime would ask otherwise.
    assert not any('"allow"' in path.read_text() for path in (HERE / "golden").glob("*.out"))
