"""pre-receive on real bare repositories: what lands and what does not. What a verdict is good for: tests/bypass."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import branchy
from doors.doorlib import MINE, Installed, put
from doors.serverlib import GATE, LOG, MAIN, POLICY, ROOT, Served, ack
from verdicts.signlib import make_key

from agentops_gates.entry.githooks.pre_receive import parse
from agentops_gates.model.errors import UndecidedError

ZERO = "0" * 40


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server with the hook and one commit on main, and its client."""
    return Served(tmp_path, installed)


# What must pass.


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
        (ROOT + "verdict-" + "1" * 40, "no record"),
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


def test_whoever_comes_first_keeps_no_signature_out(served: Served) -> None:
    """A FAIL that its author publishes without the judge's signature, so that the signed one finds its place taken."""
    content = ack()
    bare, signed = served.stored(content), served.stored(content, str(make_key("ed25519", "lead").path))
    assert bare != signed
    assert served.push(bare) == ""
    assert "no record" in served.push(f"{bare}:{signed}")
    assert "never changed" in served.push("--force", f"{signed}:{bare}")
    assert served.push(signed) == ""
    assert {bare, signed} <= served.refs().keys()
    served.rolled_up()
    assert served.push(LOG) == ""
    assert served.push(f":{bare}", f":{signed}") == ""
    assert served.held() == {bare.rpartition("/")[2]}


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
