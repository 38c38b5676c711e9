"""pre-receive on real bare repositories: what nobody judged does not land, whatever the client does."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import branchy
from doors.doorlib import MINE, Installed, put
from doors.serverlib import GATE, LOG, MAIN, POLICY, ROOT, Served, ack

from agentops_gates.entry.githooks.pre_receive import parse
from agentops_gates.model.errors import UndecidedError

ZERO = "0" * 40


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server with the hook and one commit on main, and its client."""
    return Served(tmp_path, installed)


# What must pass.


def test_branch_and_verdict_land_together(served: Served) -> None:
    head = served.client.commit("work", {"a.py": "x = 2\n"})
    record = served.judged()
    assert "level 1 (bound)" in served.landed(MAIN, record)
    assert served.refs()["refs/heads/main"] == head
    assert record in served.refs()


def test_a_verdict_that_came_before_counts(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert served.push(served.judged()) == ""
    assert served.push(MAIN) == ""


def test_a_verdict_in_a_log_that_comes_along_counts(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    served.judged()
    served.rolled_up()
    assert served.push("--atomic", MAIN, LOG) == ""


def test_topic_branches_tags_and_notes_are_free(served: Served) -> None:
    served.client.commit("work", {"a.py": branchy("f", 30)})
    served.client.git("tag", "-a", "-m", "v", "v1")
    served.client.git("notes", "add", "-m", "note")
    assert served.push("HEAD:refs/heads/topic", "v1", "refs/notes/commits") == ""
    served.client.git("commit", "-q", "--amend", "-m", "again")
    assert served.push("--force", "HEAD:refs/heads/topic") == ""
    assert served.push("--delete", "topic", "v1") == ""


def test_a_protected_branch_where_the_trunk_was_already(served: Served) -> None:
    assert served.push("HEAD:refs/heads/release/1") == ""


def test_a_record_may_go_once_the_log_has_it(served: Served) -> None:
    record = served.stored(ack())
    assert served.push(record) == ""
    served.rolled_up()
    together = served.push(LOG, f":{record}")
    assert "the log here does not hold it" in together
    assert record in served.refs()
    assert served.push(LOG) == ""
    assert served.push(f":{record}") == ""
    assert served.held() == {record.removeprefix(ROOT)}


# What must not.


@pytest.mark.parametrize("env", [{}, {"AGENTOPS_HOOKS_DISABLED": "1", "AGENTOPS_SKIP_PUSH_AFTER_VIBE": "1"}])
def test_without_a_verdict(served: Served, env: dict[str, str]) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    before = served.refs()
    assert "AG101" in served.push(MAIN, env=env)
    assert "AG101" in served.push("--force", MAIN, "HEAD:refs/heads/topic", env=env)
    assert served.refs() == before


def test_one_line_more_than_was_judged(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    record = served.judged()
    served.client.commit("evil", {"a.py": "x = 2\nevil = 1\n"})
    assert "AG102" in served.push("--atomic", MAIN, record)
    assert "AG102" in served.push(MAIN, record)
    assert served.held() == set()


def test_a_fail_that_is_here_stands_against_a_pass_that_comes(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert served.push(served.judged("FAIL")) == ""
    assert "AG103" in served.push("--atomic", MAIN, served.judged("PASS"))


def test_mechanical_gates_are_run_again(served: Served) -> None:
    """A record says PASS of what the server finds worse by itself."""
    served.client.commit("work", {"a.py": branchy("f", 30)})
    record = served.judged("PASS")
    said = served.push("--atomic", MAIN, record)
    assert "AG103" in said
    assert "complexity-regression" in said


def test_a_commit_that_stands_for_another(served: Served) -> None:
    """Replace refs show the client the judged commit; what is sent is the other."""
    good = served.client.commit("good", {"a.py": "x = 2\n"})
    record = served.judged()
    served.client.git("reset", "-q", "--hard", "HEAD~1")
    evil = served.client.commit("evil", {"a.py": "evil = 1\n"})
    served.client.git("replace", evil, good)
    assert "AG102" in served.push(f"{evil}:refs/heads/main", record)
    assert served.push(f"refs/replace/{evil}") == ""
    assert "AG102" in served.push(f"{evil}:refs/heads/main", record)


def test_deletion_and_rewind_of_main(served: Served) -> None:
    first = served.client.head()
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert served.push("--atomic", MAIN, served.judged()) == ""
    # Git itself refuses to delete the branch that HEAD names, but only after the hook.
    served.bare.git("config", "receive.denyDeleteCurrent", "ignore")
    assert "AG111" in served.push("--delete", "main")
    assert "AG111" in served.push("--force", f"{first}:refs/heads/main")


def test_deletion_and_rewind_without_judges(tmp_path: Path, installed: Installed) -> None:
    served = Served(tmp_path, installed, policy="version = 1\n")
    first = served.client.head()
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert served.push(MAIN) == ""
    served.bare.git("config", "receive.denyDeleteCurrent", "ignore")
    assert "AG111" in served.push("--delete", "main")
    assert "AG111" in served.push("--force", f"{first}:refs/heads/main")


def test_a_new_branch_from_a_commit_with_a_laxer_policy(tmp_path: Path, installed: Installed) -> None:
    served = Served(tmp_path, installed, policy=POLICY.partition("[council")[0])
    lax = served.client.head()
    served.client.commit("judges", {"agentops-gates.toml": POLICY})
    assert served.push(MAIN) == ""
    assert "another policy" in served.push(f"{lax}:refs/heads/release/1")
    served.client.git("checkout", "-q", "--detach", lax)
    served.client.commit("evil", {"a.py": "evil = 1\n"})
    assert "another policy" in served.push("HEAD:refs/heads/release/1")
    assert "refs/heads/release/1" not in served.refs()


def test_another_default_branch_that_protects_nothing(served: Served) -> None:
    """HEAD may name a branch that is not there: whoever creates it would say what is protected."""
    served.bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    served.client.commit("evil", {"agentops-gates.toml": "version = 1\n[protected]\nbranches = []\n"})
    assert served.push("HEAD:refs/heads/trunk") != ""
    assert "refs/heads/trunk" not in served.refs()


def test_an_alias_of_main(served: Served) -> None:
    served.bare.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    before = served.refs()
    served.client.commit("evil", {"a.py": "evil = 1\n"})
    assert "AG101" in served.push("HEAD:refs/heads/alias")
    assert served.refs() == before


@pytest.mark.parametrize(
    ("ref", "why"),
    [
        (ROOT + "verdict-" + "1" * 20, "no record"),
        (ROOT + "x", "no record"),
        ("refs/agentops/verdicts/x", "no record"),
        ("refs/agentops/snap/1", "only records and their log"),
        ("refs/agentops", "only records and their log"),
        ("refs/AgentOps/verdicts/x", "only records and their log"),
        (LOG, "no record"),
    ],
)
def test_what_is_no_record(served: Served, ref: str, why: str) -> None:
    before = served.refs()
    assert why in served.push(f"HEAD:{ref}")
    assert served.refs() == before


def test_a_record_is_not_changed_and_not_deleted(served: Served) -> None:
    one, other = served.stored(ack()), served.stored(ack()._replace(reason="another"))
    assert served.push(one) == ""
    before = served.refs()
    assert "never changed" in served.push("--force", f"{other}:{one}")
    assert "does not hold it" in served.push(f":{one}")
    assert served.refs() == before


def test_a_record_under_another_gate(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    record = served.judged()
    assert "no record" in served.push(f"{record}:{record.replace(GATE, 'complexity-regression')}")


def test_the_log_only_grows(served: Served) -> None:
    served.stored(ack())
    served.rolled_up()
    first = served.client.git("rev-parse", LOG)
    served.stored(ack()._replace(reason="another"))
    served.rolled_up()
    assert served.push(LOG) == ""
    before = served.refs()
    assert "would lose history" in served.push("--force", f"{first}:{LOG}")
    assert "would be deleted" in served.push(f":{LOG}")
    second = served.client.git("rev-parse", LOG)
    emptied = served.client.git("commit-tree", "-p", second, "-m", "x", f"{first}^{{tree}}")
    assert "would lose 1 records" in served.push(f"{emptied}:{LOG}")
    assert served.refs() == before


@pytest.mark.parametrize("broken", ["interpreter", "crash", "configuration", "policy file"])
def test_what_is_broken_refuses(served: Served, broken: str) -> None:
    hook = served.bare.path / "hooks" / "pre-receive"
    settings = served.bare.path / "agentops" / "server.toml"
    if broken == "interpreter":
        hook.write_text(hook.read_text().replace("\npython=", "\npython=/nonexistent/"))
    elif broken == "crash":
        bad = put(served.bare.path / "python", "#!/bin/sh\nkill -9 $$\n")
        lines = [f"python={bad}" if line.startswith("python=") else line for line in hook.read_text().split("\n")]
        hook.write_text("\n".join(lines))
    elif broken == "configuration":
        put(settings, 'boundary = "hope"\n')
    else:
        put(settings, 'signers = "/nonexistent/signers"\n')
    assert served.push("HEAD:refs/heads/topic") != ""
    assert "refs/heads/topic" not in served.refs()


def test_out_of_time_refuses(tmp_path: Path, installed: Installed) -> None:
    served = Served(tmp_path, installed, policy=f"{POLICY}[deadlines]\nci = 0.001\n")
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert "did not end within 0.001 s" in served.push(MAIN)


@pytest.mark.parametrize(
    "line",
    [f"{ZERO} {ZERO}", f"{ZERO} {ZERO} main", f"x {ZERO} refs/heads/main", f"{ZERO} {ZERO} refs/heads/a\n" * 2],
)
def test_lines_that_git_does_not_write(line: str) -> None:
    with pytest.raises(UndecidedError):
        parse(line.encode())


# Installing.


def test_install_goes_in_front_of_what_is_there_and_uninstall_restores_it(tmp_path: Path, served: Served) -> None:
    bare, hook = str(served.bare.path), served.bare.path / "hooks" / "pre-receive"
    served.installed.gate(tmp_path, "uninstall", "--server", bare)
    assert not hook.exists()
    mine = put(hook, f"#!/bin/sh\ncat >{tmp_path}/seen\nexit 0\n").read_bytes()
    served.installed.gate(tmp_path, "install", "--server", bare)
    assert served.push("HEAD:refs/heads/topic") == ""
    assert (tmp_path / "seen").read_text() == f"{ZERO} {served.client.head()} refs/heads/topic\n"
    put(hook.with_name("pre-receive.agentops-chained"), "#!/bin/sh\nexit 1\n")
    assert served.push("HEAD:refs/heads/other") != ""
    put(hook.with_name("pre-receive.agentops-chained"), mine.decode())
    served.installed.gate(tmp_path, "uninstall", "--server", bare)
    assert hook.read_bytes() == mine


def test_settings_are_advised_and_made_only_on_demand(tmp_path: Path, served: Served) -> None:
    bare = str(served.bare.path)
    served.bare.git("config", "transfer.hideRefs", "refs/agentops")
    said = served.installed.gate(tmp_path, "install", "--server", bare).stdout
    for name in ("receive.fsckObjects", "receive.denyNonFastForwards", "receive.denyDeletes"):
        assert f"git config {name} true" in said
        assert served.bare.git("config", name, check=False) == ""
    assert "transfer.hideRefs" in said
    # Which is so: what is hidden cannot be pushed.
    assert "hidden ref" in served.push(served.stored(ack()))
    served.bare.git("config", "receive.denyDeletes", "false")
    said = served.installed.gate(tmp_path, "install", "--server", bare, "--configure").stdout
    assert served.bare.git("config", "receive.fsckObjects") == "true"
    assert served.bare.git("config", "receive.denyDeletes") == "false"
    assert "receive.denyDeletes is false" in said


def test_only_a_bare_repository_is_a_server(tmp_path: Path, served: Served) -> None:
    for place in (served.client.path, served.client.path / ".git", tmp_path, served.bare.path / "refs"):
        served.installed.gate(tmp_path, "install", "--server", str(place), ok=2)
    served.bare.git("config", "core.hooksPath", str(tmp_path / "elsewhere"))
    put(tmp_path / "elsewhere" / "pre-receive", MINE)
    served.installed.gate(tmp_path, "install", "--server", str(served.bare.path), ok=2)
