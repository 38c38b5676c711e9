"""From a change to a published verdict, by the commands that a person types, with real judges, keys and remotes."""

from __future__ import annotations

import pytest
from cli.verdictlib import recorded, said
from conftest import Workspace, branchy
from verdicts.signlib import make_key

from agentops_gates.entry.cli.app import main
from agentops_gates.model.errors import UsageError


def test_what_was_judged_can_be_published(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    assert "AG101" in said(capsys, 1, "verdict", "verify")
    name = recorded(said(capsys, 0, "vibe"))
    assert "level 1 (bound)" in said(capsys, 0, "verdict", "verify")
    assert f"{name}  PASS for refs/heads/main" in said(capsys, 0, "verdict", "list")
    assert (project.path / ".agents" / "council" / f"{name}.md").read_text().startswith("# Verdict")
    out = said(capsys, 0, "verdict", "publish", "origin", "topic:main")
    assert "refs/heads/main" in out
    listed = project.git("ls-remote", "origin")
    assert f"refs/agentops/verdicts/push-after-vibe/{name}" in listed
    assert f"{project.head()}\trefs/heads/main" in listed


def test_a_fail_stands(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1  # BUG\n"})
    assert "f1" in said(capsys, 1, "vibe")
    said(capsys, 0, "verdict", "record", "PASS", "--principal", "friend@example.org")
    assert "AG103" in said(capsys, 1, "verdict", "verify")


def test_three_fails_are_the_end(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        project.commit("more", {"b.py": f"y = {number}  # BUG\n"})
        said(capsys, 1, "vibe")
    project.commit("good", {"b.py": "y = 1\n"})
    with pytest.raises(UsageError, match="failed three times"):
        main(["vibe"])
    assert "AG108" in said(capsys, 1, "verdict", "verify")


def test_a_warn_is_taken_on_by_somebody_else(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1  # HMM\n"})
    name = recorded(said(capsys, 0, "vibe"))
    assert "AG104" in said(capsys, 1, "verdict", "verify")
    with pytest.raises(UsageError, match="1 findings are not named: claude:f1"):
        main(["verdict", "ack", name, "--reason", "known"])
    said(
        capsys,
        0,
        "verdict",
        "ack",
        name,
        "--finding",
        "claude:f1",
        "--reason",
        "mine",
        "--principal",
        "ada@example.org",
    )
    assert "AG104" in said(capsys, 1, "verdict", "verify"), "the author took it on"
    said(capsys, 0, "verdict", "ack", name, "--finding", "claude:f1", "--reason", "known")
    assert "accepted" in said(capsys, 0, "verdict", "verify")


def test_no_agent_judges_its_own_work(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    said(capsys, 0, "verdict", "record", "PASS", "--principal", "Ada@Example.org")
    assert "AG106" in said(capsys, 1, "verdict", "verify")


def test_the_gates_outweigh_the_judge(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": branchy("big", 15)})
    out = said(capsys, 1, "vibe")
    assert "complexity-regression" in out
    assert "FAIL for refs/heads/main" in said(capsys, 0, "verdict", "list")


def test_a_person_overrides_with_a_signature(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    key = str(make_key("ed25519", "boss").path)
    said(capsys, 0, "verdict", "override", "--reason", "the site is down", "--key", key)
    out = " ".join(said(capsys, 0, "verdict", "verify").split())
    assert "AG109" in out
    assert "the site is down" in out
    project.commit("more", {"b.py": "y = 2\n"})
    assert "AG101" in said(capsys, 1, "verdict", "verify")


def test_what_is_revoked_does_not_count(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    name = recorded(said(capsys, 0, "vibe"))
    said(capsys, 0, "verdict", "revoke", name[:16], "--reason", "the judge was asleep")
    assert "AG107" in said(capsys, 1, "verdict", "verify")


def test_records_move_into_the_log_and_still_count(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    name = recorded(said(capsys, 0, "vibe"))
    assert "moved 2 records" in said(capsys, 0, "verdict", "roll-up")
    assert "accepted" in said(capsys, 0, "verdict", "verify")
    assert "predicateType" in project.git("show", f"refs/agentops/log:push-after-vibe/{name}/payload")


def test_a_big_epic_waits_for_its_pre_mortem(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    project.write(".agents/plans/login.md", "---\nissues: [a-1, a-2, a-3]\n---\n# Login\n")
    with pytest.raises(UsageError, match="no plan in the index"):
        main(["pre-mortem", "login"])
    project.git("add", ".agents")
    assert "AG201" in said(capsys, 1, "crank", "login")
    recorded(said(capsys, 0, "pre-mortem", ".agents/plans/login.md"))
    assert said(capsys, 0, "crank", "login").startswith("leave for login")
    project.write(".agents/plans/login.md", "---\nissues: [a-1, a-2, a-3]\n---\n# Login, and more\n")
    project.git("add", ".agents")
    assert "AG202" in said(capsys, 1, "crank", "login")


def test_a_verdict_is_bound_to_the_plan_that_the_commits_name(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = {".agents/plans/login.md": "---\nissues: [a-1]\n---\n# Login\n"}
    project.commit("plan", plan)
    project.commit("more\n\nEpic: login", {"b.py": "y = 1\n"})
    said(capsys, 0, "vibe")
    assert "accepted" in said(capsys, 0, "verdict", "verify")
    project.commit("replan", {".agents/plans/login.md": "---\nissues: [a-1, a-2]\n---\n# Login\n"})
    assert "AG102" in said(capsys, 1, "verdict", "verify")


def test_show(project: Workspace, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    assert main(["vibe"]) == 0
    capfdbinary.readouterr()
    assert main(["verdict", "show", "verdict-", "--format", "json"]) == 0
    assert b'"predicateType"' in capfdbinary.readouterr().out
    with pytest.raises(UsageError, match="'nothing' names no record"):
        main(["verdict", "show", "nothing"])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["vibe", "--ref", "main"], "no full name"),
        (["vibe", "--base", "HEAD~1"], "names no branch"),
        (["crank", "../x"], "not the name of an epic"),
        (["pre-mortem", "no such"], "no epic"),
    ],
)
def test_wrong_arguments(project: Workspace, args: list[str], message: str) -> None:
    project.commit("more", {"b.py": "y = 1\n"})
    with pytest.raises(UsageError, match=message):
        main(args)


def test_without_judges_nobody_can_be_asked(project: Workspace) -> None:
    project.git("rm", "-q", "agentops-gates.toml")
    project.commit("no policy")
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    project.commit("more", {"b.py": "y = 1\n"})
    with pytest.raises(UsageError, match="names no judges"):
        main(["vibe"])


def test_nobody_is_asked_about_nothing(project: Workspace) -> None:
    with pytest.raises(UsageError, match="nothing to judge: HEAD brings nothing that refs/heads/main lacks"):
        main(["vibe"])
    assert project.git("for-each-ref", "refs/agentops/") == ""
