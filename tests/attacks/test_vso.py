from __future__ import annotations

import json

import pytest

from agentops_gates.formats.registry import get
from agentops_gates.gates.registry import metadata
from agentops_gates.model.finding import Finding, GateResult, Report

NAMES = ["##vso[task.setvariable variable=a]b.py", "####vso[x]", "##[add-mask]x", "###[x]"]


@pytest.mark.parametrize("name", ["text", "json", "sarif", "junit", "markdown", "github"])
@pytest.mark.parametrize("path", NAMES)
def test_no_format_prints_a_command_of_an_agent(name: str, path: str) -> None:
    finding = Finding("AG601", "error", f"{path} rose", path, 1, fix=path, data={"qualname": path, "why": [path]})
    report = Report((), (GateResult("complexity-regression", "fail", path, (finding,), path),))
    text = get(name)(report, width=80, color=False, gates=metadata())
    assert "##vso[" not in text
    assert "##[" not in text
    if name == "json":
        assert json.loads(text)["gates"][0]["findings"][0]["path"] == path
