"""``agentops-gate explain``: every gate and rule, offline, in 80 columns."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentops_gates.entry.cli.app import main
from agentops_gates.gates.registry import built_gates, metadata
from agentops_gates.model.errors import UsageError
from agentops_gates.model.gate import Gate, Rule
from agentops_gates.shell.hazards.hazard import Rule as Danger
from agentops_gates.shell.hazards.rules import RULES as DANGERS

GATES = metadata()
RULES = [(gate, rule) for gate in GATES for rule in gate.rules]


def explained(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert main(["explain", *args]) == 0
    return capsys.readouterr().out


def test_the_list_has_every_gate_and_rule(capsys: pytest.CaptureFixture[str]) -> None:
    out = explained(capsys)
    for gate, rule in RULES:
        assert f"\n{gate.id}: {gate.title}\n" in f"\n{out}"
        assert f"  {rule.id}  {rule.name} " in out


@pytest.mark.parametrize("module", built_gates(), ids=lambda module: module.META.id)
def test_a_gate_is_explained_by_its_own_docstring(module: object, capsys: pytest.CaptureFixture[str]) -> None:
    gate, text = module.META, module.__doc__ or ""  # type: ignore[attr-defined]
    out = explained(capsys, gate.id)
    # The same words in the same order, whatever the line breaks.
    assert " ".join(text.split()) in " ".join(out.split())
    for heading in ("What it does", "Why", "What blocks", "How to pass", "What it cannot see", "References", "Rules"):
        assert f"\n{heading}\n{'-' * len(heading)}\n" in out
    for setting in gate.settings:
        assert f"\n{setting.name} = " in out


@pytest.mark.parametrize(("gate", "rule"), RULES, ids=[rule.id for _, rule in RULES])
@pytest.mark.parametrize("spelling", ["id", "lower", "name"])
def test_a_rule_is_explained_by_its_own_help(
    gate: Gate, rule: Rule, spelling: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"id": rule.id, "lower": rule.id.lower(), "name": rule.name}
    out = explained(capsys, words[spelling])
    assert out.startswith(f"{rule.id} {rule.name} ({rule.level}), a rule of {gate.id}\n\n{rule.summary}\n\n")
    assert " ".join(rule.help.split()) in " ".join(out.split())
    assert ("\n\nIt blocks" in out) == (rule.level == "error")
    assert out.endswith(f"\n    agentops-gate explain {gate.id}\n")
    # Whoever is blocked reads this, not the page.
    assert out.count("\n") < 20


@pytest.mark.parametrize(("gate", "rule"), RULES, ids=[rule.id for _, rule in RULES])
def test_every_rule_says_in_a_few_sentences_how_to_pass(gate: Gate, rule: Rule) -> None:
    words, _, example = rule.help.partition("\n\n")
    assert 1 <= len(re.findall(r"\.(?: |$)", words)) <= 4
    assert len(words) < 450
    assert example == "" or (example.startswith("    ") and "\n" not in example)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("check --gate com", ["complexity-regression"]),
        ("check --gate zzz", []),
        ("explain AG90", [f"AG90{n}" for n in range(1, 10)]),
        ("explain ag609", ["AG609"]),
        ("explain po", ["policy-change"]),
        ("explain ", [gate.id for gate in GATES] + [rule.id for _, rule in RULES]),
    ],
)
def test_the_shell_completes_ids(words: str, expected: list[str], tmp_path: Path) -> None:
    asked = f"agentops-gate {words}"
    done = subprocess.run(
        [sys.executable, "-I", "-m", "agentops_gates"],
        cwd=tmp_path,
        env={
            **os.environ,
            "_AGENTOPS_GATE_COMPLETE": "bash_complete",
            "COMP_WORDS": asked,
            "COMP_CWORD": str(asked.count(" ")),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [f"plain,{name}" for name in expected]


@pytest.mark.parametrize("name", ["", *(gate.id for gate in GATES), *(rule.id for _, rule in RULES)])
def test_it_fits_80_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    long = [line for line in explained(capsys, *filter(None, [name])).split("\n") if len(line) > 80]
    # An address cannot be broken; nothing else may be longer.
    assert [line for line in long if " " in line.strip()] == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("AGG902", ", did you mean `AG902`?"),
        ("complexity-regresion", ", did you mean `complexity-regression`?"),
        ("policy-loosend", ", did you mean `policy-loosened`?"),
        ("zzz", ""),
        ("\x1b[2J", ""),
        ("x" * 100_000, ""),
        ("", ""),
    ],
)
def test_an_unknown_name_is_refused_with_a_suggestion(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        main(["explain", name])
    assert str(caught.value).startswith("there is no gate or rule `")
    assert str(caught.value).endswith(f"`{hint}")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_it_needs_no_repository_and_exits_2_for_an_unknown_name(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-m", "agentops_gates", "explain"]
    assert subprocess.run([*command, "AG902"], cwd=tmp_path, capture_output=True, check=True).stderr == b""
    done = subprocess.run([*command, "nope"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("rule", DANGERS.values(), ids=lambda rule: rule.id)
def test_a_rule_of_the_guard_is_explained(rule: Danger, capsys: pytest.CaptureFixture[str]) -> None:
    said = explained(capsys, rule.id.lower())
    assert said.startswith(f"{rule.id} {rule.name} ({rule.level})")
    assert rule.loses in " ".join(said.split())
    assert max(map(len, said.split("\n"))) <= 80
