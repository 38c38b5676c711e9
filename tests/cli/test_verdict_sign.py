"""One statement, several signatures; ids that a person can type; and warnings of the gates that somebody takes on."""

from __future__ import annotations

import pytest
from cli.verdictlib import recorded, said
from conftest import Workspace, branchy
from verdicts.signlib import make_key

from agentops_gates.entry.cli.app import main
from agentops_gates.model.errors import UsageError

KEY = ("--key", str(make_key("ed25519", "boss").path))
JUDGED = ("verdict", "record", "PASS", "--principal", "boss@example.org")


def records(project: Workspace) -> list[str]:
    return project.git("for-each-ref", "--format=%(refname:lstrip=4)", "refs/agentops/verdicts").split()


def policy(project: Workspace, old: str, new: str) -> None:
    """Land another policy."""
    text = (project.path / "agentops-gates.toml").read_text()
    assert old in text
    project.git("checkout", "-q", "main")
    project.commit("policy", {"agentops-gates.toml": text.replace(old, new)})
    project.git("push", "-q", "origin", "main")
    project.git("checkout", "-q", "-B", "topic")


def test_a_record_is_signed_after_it_was_made(
    project: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A judge whose key is on another account signs there what was recorded here, and it counts at once."""
    policy(project, "humans =", 'required_level = 2\n        held_apart = ["boss@example.org"]\n        humans =')
    policy(project, 'principal = "claude@council"', 'principal = "boss@example.org"')
    monkeypatch.setenv("HOME", str(project.path.parent))
    project.commit("more", {"b.py": "y = 1\n"})
    name = recorded(said(capsys, 0, *JUDGED))
    assert "is not signed, and the policy asks for level 2" in " ".join(said(capsys, 1, "verdict", "verify").split())
    assert recorded(said(capsys, 0, "verdict", "sign", name[:14], *KEY)) == name
    assert "level 2 (signed)" in " ".join(said(capsys, 0, "verdict", "verify").split())
    assert [one.partition(".")[0] for one in records(project)] == [name, name]
    said(capsys, 0, "verdict", "sign", name, *KEY)
    assert len(records(project)) == 2, "signing again changes nothing"
    listed = [line for line in said(capsys, 0, "verdict", "list").split("\n") if name in line]
    assert len(listed) == 1
    assert listed[0].endswith(", signed")
    assert "Signed: yes" in said(capsys, 0, "verdict", "show", name)
    said(capsys, 0, "verdict", "publish", "origin", "topic:main")
    remote = project.git("ls-remote", "origin")
    assert all(f"/{one}" in remote for one in records(project))


def test_any_beginning_of_an_id_will_do(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    name = recorded(said(capsys, 0, *JUDGED))
    digits = name.partition("-")[2]
    assert len(digits) == 40
    for short in (name, name[:-1], "verdict-", digits, digits[:8]):
        assert f"`{name}`" in said(capsys, 0, "verdict", "show", short)
    said(capsys, 0, "verdict", "revoke", digits[:10], "--reason", "asleep")
    for short in ("", "x", digits + "0", digits[1:]):
        with pytest.raises(UsageError, match="names"):
            main(["verdict", "show", short])
    assert recorded(said(capsys, 0, *JUDGED)) != name
    with pytest.raises(UsageError, match="'verdict' names 2 records"):
        main(["verdict", "show", "verdict"])


def warned(project: Workspace, more: str = "") -> None:
    """Land a policy in which the complexity gate only warns, and commit what it warns of."""
    gates = f'[gates.complexity-regression]\nlevel = "warn"\n{more}\n[verdicts]'
    policy(project, "[verdicts]", gates)
    project.commit("more", {"b.py": branchy("big", 15)})


def test_a_gate_that_warns_is_one_more_finding_to_take_on(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    warned(project)
    out = said(capsys, 0, "vibe")
    name = recorded(out)
    command = f"agentops-gate verdict ack {name} --finding check:complexity-regression --reason WHY"
    assert command in out
    refused = " ".join(said(capsys, 1, "verdict", "verify").split())
    assert command in refused
    assert "somebody who neither wrote nor judged it" in refused
    assert "complexity-regression warns now" in refused
    with pytest.raises(UsageError, match="not named: check:complexity-regression"):
        main(["verdict", "ack", name, "--reason", "known"])
    said(capsys, 0, *command.replace("WHY", "known").split()[1:])
    assert "accepted" in said(capsys, 0, "verdict", "verify")


def test_a_gate_that_only_advises_does_not_count(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    warned(project, '[gates.push-after-vibe]\nadvisory = ["complexity-regression"]')
    assert "PASS" in said(capsys, 0, "vibe")
    assert "accepted" in said(capsys, 0, "verdict", "verify")


def test_a_gate_that_advises_and_fails_counts(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    policy(project, "[verdicts]", '[gates.push-after-vibe]\nadvisory = ["complexity-regression"]\n[verdicts]')
    project.commit("more", {"b.py": branchy("big", 15)})
    said(capsys, 1, "vibe")
    assert "AG103" in said(capsys, 1, "verdict", "verify")
