"""Values are read as ``json`` reads them, with and without the interpreter's own scanner."""

from __future__ import annotations

import json
import sys

import pytest

from agentops_gates.model.values import from_json

GOOD = [
    None,
    True,
    0,
    -12345678901234567890123,
    1.5,
    1e300,
    "",
    'a"\\\n\u2028\U0001f600\ud800',
    [],
    {},
    [1, [2, {"a": [None, False]}], "x"],
    {"a": {"b": [1.0, 2]}, "": 0},
]
BAD = ["", " 1", "1 ", "[1", "[1]]", "{1: 2}", '{"a"}', '"a', '"\n"', "nul", "[" * 100_000, "\ufeff1", "'a'", "1,2"]


@pytest.fixture(params=["scanner", "json"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "json":
        monkeypatch.setitem(sys.modules, "_json", None)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("value", GOOD, ids=repr)
@pytest.mark.parametrize("indent", [None, 1])
def test_reads_what_json_wrote(value: object, indent: int | None) -> None:
    assert from_json(json.dumps(value, indent=indent)) == value


@pytest.mark.parametrize("text", BAD, ids=lambda text: repr(text[:8]))
def test_all_else_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        from_json(text)
