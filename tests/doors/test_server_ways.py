"""The ways into a server: HTTP and ssh, who it knows to push, and what its administrator asserts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from doors.doorlib import Installed, put
from doors.httpd import serving
from doors.serverlib import GATE, LOG, MAIN, POLICY, Served, ack
from gitfixtures import script
from verdicts.signlib import make_key

from agentops_gates.entry import desk
from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Override

JUDGE, LEAD = "judge@example.org", "lead@example.org"


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server with the hook and one commit on main, and its client."""
    return Served(tmp_path, installed, policy=f'{POLICY}[verdicts]\nheld_apart = ["{JUDGE}"]\nhumans = ["{LEAD}"]\n')


@pytest.fixture
def web(served: Served) -> Iterator[Served]:
    """The same over HTTP; somebody who is no judge pushes."""
    served.bare.git("config", "http.receivepack", "true")
    with serving(served.bare.path.parent, "ada") as url:
        served.client.git("remote", "set-url", "origin", f"{url}/server.git")
        yield served


def test_over_http(web: Served) -> None:
    head = web.client.commit("work", {"a.py": "x = 2\n"})
    assert "AG101" in web.push(MAIN)
    assert "AG101" in web.push("--receive-pack=git -c core.hooksPath=/dev/null receive-pack", MAIN)
    assert web.push("--atomic", MAIN, web.judged()) == ""
    assert web.refs()["refs/heads/main"] == head


def test_over_ssh_with_a_forced_command(served: Served, tmp_path: Path) -> None:
    """What the client asks to run counts for nothing but the kind of service."""
    ssh = script(tmp_path / "ssh", f"shift; SSH_ORIGINAL_COMMAND=\"$*\" exec git-receive-pack '{served.bare.path}'")
    env = {"GIT_SSH_COMMAND": str(ssh), "GIT_SSH_VARIANT": "simple"}
    served.client.git("remote", "set-url", "origin", "host:x")
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert "AG101" in served.push("--receive-pack=git -c core.hooksPath=/dev/null receive-pack", MAIN, env=env)
    assert served.push("--atomic", MAIN, served.judged(), env=env) == ""


def test_a_judge_does_not_push_what_he_judged(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    with serving(served.bare.path.parent, JUDGE) as url:
        served.bare.git("config", "http.receivepack", "true")
        served.client.git("remote", "set-url", "origin", f"{url}/server.git")
        assert "AG106" in served.push("--atomic", MAIN, served.judged())


@pytest.mark.parametrize(
    ("who", "judge", "may"),
    [
        ("judge", JUDGE, False),
        ("Judge", JUDGE, False),
        ("judge@corp.example", "judge", False),
        ("judy", JUDGE, True),
        ("judge2", JUDGE, True),
        ("example.org", JUDGE, True),
    ],
)
def test_a_login_is_the_address_that_begins_with_it(
    tmp_path: Path, installed: Installed, who: str, judge: str, may: bool
) -> None:
    """The way in says a login, and judges go by an address."""
    served = Served(tmp_path, installed, policy=POLICY.replace(JUDGE, judge))
    served.client.commit("work", {"a.py": "x = 2\n"})
    record = served.judged(principal=judge)
    said = served.push("--atomic", MAIN, record, env={"REMOTE_USER": who})
    assert (said == "") if may else ("AG106" in said)


def _signed(served: Served) -> str:
    """Sign the verdict that was made with the judge's key; return the ref of the signed one."""
    key = make_key("ed25519", "server-judge")
    record = served.judged().rpartition("/")[2]
    with Repo.open(str(served.client.path)) as repo:
        _, _, content = desk.find(repo, record)
    return served.stored(content, str(key.path))


@pytest.mark.parametrize("boundary", ["http", "forced-command", ""])
def test_a_boundary_counts_only_for_what_came_that_way(web: Served, tmp_path: Path, boundary: str) -> None:
    signers = put(
        tmp_path / "signers",
        f'{JUDGE} namespaces="agentops-verdict-v1" {make_key("ed25519", "server-judge").public}\n',
        0o600,
    )
    line = f'boundary = "{boundary}"\n' if boundary else ""
    put(web.bare.path / "agentops" / "server.toml", f'{line}signers = "{signers}"\n', 0o600)
    web.client.commit("work", {"a.py": "x = 2\n"})
    assert ("level 3 (enforced)" if boundary == "http" else "level 2 (signed)") in web.landed(MAIN, _signed(web))


def test_a_person_opens_a_rewind(served: Served, tmp_path: Path) -> None:
    """The one thing that does: signed, for this move, by somebody whom the policy names."""
    first = served.client.head()
    second = served.client.commit("work", {"a.py": "x = 2\n"})
    served.landed(MAIN, served.judged())
    key = make_key("ed25519", "server-lead")
    signers = put(tmp_path / "signers", f'{LEAD} namespaces="agentops-override-v1" {key.public}\n', 0o600)
    tree = served.client.git("rev-parse", f"{first}^{{tree}}")
    lost = served.client.git("rev-parse", f"{second}^{{tree}}")
    override = Override(
        "", "refs/heads/main", second, tree, (GATE,), LEAD, "a secret landed", int(time.time()), 3600,
        (tree,), first, (lost,),
    )  # fmt: skip
    record = served.stored(override, str(key.path))
    assert "AG111" in served.push("--atomic", f"+{first}:refs/heads/main", record)
    put(served.bare.path / "agentops" / "server.toml", f'signers = "{signers}"\n', 0o600)
    assert "AG109" in served.landed(f"+{first}:refs/heads/main", record)
    assert served.refs()["refs/heads/main"] == first


def test_a_log_that_git_will_not_take_is_no_reason_to_delete(served: Served, tmp_path: Path) -> None:
    """Of a shallow clone git refuses the log after the hook has run, and deletes what else the push deletes."""
    record = served.stored(ack())
    assert served.push(record) == ""
    served.rolled_up()
    served.stored(ack()._replace(reason="another"))
    served.rolled_up()
    log = served.client.git("rev-parse", LOG)
    (served.client.path / ".git" / "shallow").write_text(f"{log}\n")
    served.push(LOG, f":{record}")
    assert record in served.refs()
