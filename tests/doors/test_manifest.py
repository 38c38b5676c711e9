"""``.pre-commit-hooks.yaml``: fresh, valid for both runners, and each id leads to a hook that exists."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from doors.doorlib import CHECKOUT, HOOKS
from ruamel.yaml import YAML

from agentops_gates.entry.manifest import MANIFEST, entries, render
from agentops_gates.gates.registry import metadata
from agentops_gates.model.gate import Gate

FIXED = {
    "language": "python",
    "always_run": True,
    "require_serial": True,
    "minimum_pre_commit_version": "3.2.0",
}


def gate(*stages: str, title: str = "Say it: what's judged #1") -> Gate:
    return Gate("some-gate", title, (), stages, ("range",))


def test_is_not_stale() -> None:
    assert (CHECKOUT / MANIFEST).read_text() == render(metadata()), "run: python -m agentops_gates.entry.manifest"


def test_module_prints_it() -> None:
    command = [sys.executable, "-m", "agentops_gates.entry.manifest"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True)
    assert done.stdout == (CHECKOUT / MANIFEST).read_bytes()


@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
def test_runners_accept_it(runner: str, tmp_path: Path) -> None:
    strange = tmp_path / "hooks.yaml"
    strange.write_text(render([gate(*HOOKS)]))
    for manifest in (CHECKOUT / MANIFEST, strange):
        subprocess.run([Path(sys.executable).parent / runner, "validate-manifest", manifest], check=True, cwd=tmp_path)


def test_fields_and_entries() -> None:
    hooks = YAML(typ="safe").load(render([gate(*HOOKS)]))
    assert len({hook["id"] for hook in hooks}) == len(hooks)
    for hook in hooks:
        assert {name: hook[name] for name in FIXED} == FIXED
        assert hook["stages"]
        assert hook["pass_filenames"] == (hook["stages"] in (["prepare-commit-msg"], ["commit-msg"]))
        program, word, name, *rest = shlex.split(hook["entry"])
        assert (program, word) == ("agentops-gate", "hook")
        assert name == hook["stages"][0]
        assert rest in ([], ["--gate", "some-gate"])


@pytest.mark.parametrize(
    ("stages", "ids"),
    [
        ((), []),
        (("pre-push",), ["some-gate-push", "agentops-pre-push"]),
        (("commit-msg",), ["some-gate-message", "agentops-commit-msg"]),
        (("pre-commit", "pre-merge-commit"), ["some-gate", "agentops-pre-commit", "agentops-pre-merge-commit"]),
        (("pre-merge-commit",), ["some-gate", "agentops-pre-merge-commit"]),
        (("pre-receive",), []),
    ],
    ids=lambda value: "+".join(value) or "none",
)
def test_ids_follow_the_stages(stages: tuple[str, ...], ids: list[str]) -> None:
    assert [entry.id for entry in entries([gate(*stages)])] == ids


def test_every_built_gate_has_an_id() -> None:
    ids = {entry.id for entry in entries(metadata())}
    for meta in metadata():
        assert any(name == meta.id or name.startswith(f"{meta.id}-") for name in ids)
