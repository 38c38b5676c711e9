"""The pre-push hook and pushes that take away what others build on, in every spelling: real pushes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from doors.doorlib import Installed, quick


@pytest.fixture(params=["sha1", "sha256"])
def mine(request: pytest.FixtureRequest, tmp_path: Path, installed: Installed) -> Workspace:
    """A clone with hooks, whose remote has main (two commits), topic, a light and an annotated tag."""
    form = f"--object-format={request.param}"
    make_repository(tmp_path / "remote.git", "--bare", form)
    repo = make_repository(tmp_path / "mine", form)
    repo.commit("one", {"a": "1\n"})
    repo.git("tag", "v1")
    repo.commit("two", {"a": "2\n"})
    repo.git("tag", "-a", "-m", "two", "v2")
    repo.git("branch", "topic")
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.git("push", "-q", "-u", "origin", "main", "topic", "v1", "v2")
    Workspace(tmp_path / "remote.git").git("config", "receive.denyDeleteCurrent", "ignore")
    installed.gate(repo, "install")
    return repo


def setup(repo: Workspace, how: str) -> None:
    """Bring the clone into the state that a push starts from."""
    steps = {
        "": [],
        "ahead": [("commit", "--allow-empty", "-qm", "three")],
        "amended": [("commit", "--allow-empty", "--amend", "-qm", "two again")],
        "behind": [("reset", "-q", "--hard", "HEAD~1")],
        "topic amended": [("switch", "-q", "topic"), ("commit", "--allow-empty", "--amend", "-qm", "again")],
        "orphan": [("switch", "-q", "--orphan", "new"), ("commit", "--allow-empty", "-qm", "root")],
        "tag moved": [("tag", "-f", "v1", "HEAD")],
        "tag made anew": [("tag", "-f", "-a", "-m", "again", "v2")],
        "tag of a blob": [("tag", "-f", "v1", "HEAD:a")],
        "new tag": [("tag", "v3")],
        "no main": [("switch", "-q", "topic"), ("branch", "-qD", "main")],
        "no topic": [("branch", "-qD", "topic")],
        "mirror": [("config", "remote.origin.mirror", "true"), ("branch", "-qD", "topic"), ("tag", "v3")],
        "plus": [("reset", "-q", "--hard", "HEAD~1"), ("config", "remote.origin.push", "+refs/heads/*:refs/heads/*")],
        "mirror without main": [
            ("switch", "-q", "topic"),
            ("branch", "-qD", "main"),
            ("config", "remote.origin.mirror", "true"),
        ],
        "alias": [("reset", "-q", "--hard", "HEAD~1"), ("config", "alias.up", "push --force")],
        "no tags": [("tag", "-d", "v1", "v2")],
    }
    for step in steps[how]:
        repo.git("-c", "core.hooksPath=/dev/null", *step)


PASSES = {
    "nothing": ("", "push", "origin", "main"),
    "forward": ("ahead", "push", "origin", "main"),
    "forward, forced": ("ahead", "push", "--force", "origin", "main"),
    "forward by a plus": ("ahead", "push", "origin", "+main"),
    "all": ("ahead", "push", "--all", "origin"),
    "a new branch": ("ahead", "push", "origin", "main:refs/heads/new"),
    "an orphan, new": ("orphan", "push", "origin", "new"),
    "topic, forced": ("topic amended", "push", "--force", "origin", "topic"),
    "topic, lease": ("topic amended", "push", "--force-with-lease", "origin", "topic"),
    "topic, deleted": ("", "push", "origin", "--delete", "topic"),
    "topic, pruned": ("no topic", "push", "--prune", "origin", "refs/heads/*:refs/heads/*"),
    "a new tag": ("new tag", "push", "origin", "v3"),
    "tags that are there": ("", "push", "--tags", "origin"),
    "follow tags": ("ahead", "push", "--follow-tags", "origin", "main"),
    "a mirror that loses a topic": ("mirror", "push"),
    "a note": ("", "push", "origin", "HEAD:refs/notes/x"),
    "notes, deleted": ("", "push", "origin", "HEAD:refs/notes/x", ":refs/notes/y"),
    "a rewind that git refuses itself": ("behind", "push", "origin", "main"),
}


@pytest.mark.parametrize("case", PASSES.values(), ids=PASSES)
def test_passes_in_silence(case: tuple[str, ...], mine: Workspace) -> None:
    setup(mine, case[0])
    done = quick(mine, *case[1:])
    assert "agentops" not in done.stderr
    assert "AG46" not in done.stderr
    assert done.returncode == (1 if case[0] == "behind" else 0)


STOPPED = {
    "force": ("AG462", "behind", "push", "--force", "origin", "main"),
    "short": ("AG462", "behind", "push", "-f", "origin", "main"),
    "abbreviated": ("AG462", "behind", "push", "--force-with-l", "origin", "main"),
    "plus": ("AG462", "behind", "push", "origin", "+main"),
    "lease": ("AG462", "amended", "push", "--force-with-lease", "origin", "main"),
    "amended": ("AG462", "amended", "push", "-f"),
    "by URL": ("AG462", "behind", "push", "-f", "../remote.git", "main"),
    "all": ("AG462", "amended", "push", "-f", "--all", "origin"),
    "from elsewhere": ("AG462", "orphan", "push", "-f", "origin", "new:main"),
    "by its id": ("AG462", "orphan", "push", "-f", "origin", "HEAD:refs/heads/main"),
    "configured refspec": ("AG462", "plus", "push"),
    "alias": ("AG462", "alias", "up", "origin", "main"),
    "beside a good one": ("AG462", "amended", "push", "origin", "+main", "topic"),
    "deleted": ("AG461", "", "push", "origin", "--delete", "main"),
    "empty left side": ("AG461", "", "push", "origin", ":main"),
    "deleted, full name": ("AG461", "", "push", "origin", ":refs/heads/main"),
    "pruned": ("AG461", "no main", "push", "--prune", "origin", "refs/heads/*:refs/heads/*"),
    "mirrored": ("AG461", "no main", "push", "--mirror", "origin"),
    "mirrored, shortest": ("AG461", "no main", "push", "--m", "origin"),
    "mirrored, by its URL": ("AG461", "no main", "push", "--mirror", "../remote.git"),
    "mirrored by setting": ("AG461", "mirror without main", "push", "origin"),
    "mirrored by a setting of the moment": ("AG461", "no main", "-c", "remote.origin.mirror=true", "push", "origin"),
    "tag, forced": ("AG463", "tag moved", "push", "-f", "origin", "v1"),
    "tag, forward is no excuse": ("AG463", "tag moved", "push", "origin", "+refs/tags/v1"),
    "tag, made anew": ("AG463", "tag made anew", "push", "-f", "origin", "v2"),
    "tag, of a blob": ("AG463", "tag of a blob", "push", "-f", "origin", "v1"),
    "tags, forced": ("AG463", "tag moved", "push", "-f", "--tags", "origin"),
    "tag, deleted": ("AG463", "", "push", "origin", "--delete", "v1"),
    "tag, empty left side": ("AG463", "", "push", "origin", ":refs/tags/v2"),
    "tags, mirrored away": ("AG463", "no tags", "push", "--mirror", "origin"),
    "tags, pruned": ("AG463", "no tags", "push", "--prune", "origin", "refs/tags/*"),
}


@pytest.mark.parametrize("case", STOPPED.values(), ids=STOPPED)
def test_is_stopped_with_one_finding(case: tuple[str, ...], mine: Workspace) -> None:
    setup(mine, case[1])
    before = mine.git("ls-remote", "origin")
    done = quick(mine, *case[2:])
    assert done.returncode == 1
    assert case[0] in done.stderr
    assert "AG111" not in done.stderr
    assert mine.git("ls-remote", "origin") == before


def test_a_record_is_not_deleted(mine: Workspace) -> None:
    mine.git("-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "HEAD:refs/agentops/verdicts/push/x")
    assert "AG464" in quick(mine, "push", "origin", ":refs/agentops/verdicts/push/x").stderr
    assert "refs/agentops/verdicts/push/x" in mine.git("ls-remote", "origin")


@pytest.mark.parametrize(
    ("policy", "command", "code", "said"),
    [
        ('level = "off"', ("push", "-f", "origin", "main~1:main"), 0, ""),
        ('level = "warn"', ("push", "-f", "origin", "main~1:main"), 0, "AG462"),
        ('tags = ["v*"]', ("push", "origin", ":refs/tags/nightly"), 0, ""),
        ('tags = ["v*"]', ("push", "origin", ":refs/tags/v1"), 1, "AG463"),
    ],
    ids=["off", "warn", "another tag", "such a tag"],
)
def test_policy(policy: str, command: tuple[str, ...], code: int, said: str, mine: Workspace) -> None:
    mine.commit("policy", {"agentops-gates.toml": f"version = 1\n[gates.dangerous-git]\n{policy}\n"})
    mine.commit("more", {"b": "1\n"})
    mine.git("-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "main", "HEAD:refs/tags/nightly")
    done = quick(mine, *command)
    assert (done.returncode, said in done.stderr) == (code, True)


def test_the_policy_of_the_commit_that_is_pushed_does_not_speak(mine: Workspace) -> None:
    mine.git("switch", "-q", "--orphan", "evil")
    mine.commit("loose", {"agentops-gates.toml": 'version = 1\n[gates.dangerous-git]\nlevel = "off"\n'})
    assert "AG462" in quick(mine, "push", "-f", "origin", "evil:main").stderr
    assert "AG463" in quick(mine, "push", "-f", "origin", "evil:refs/tags/v1").stderr


def test_where_verdicts_are_asked_for_one_gate_speaks(mine: Workspace) -> None:
    judge = '[council.judges.a]\ncommand = ["true"]\n'
    mine.commit("judges", {"agentops-gates.toml": f"version = 1\n{judge}"})
    mine.git("-c", "core.hooksPath=/dev/null", "push", "-q", "origin", "main")
    for spec in ("+main~1:main", ":main"):
        done = quick(mine, "push", "origin", spec)
        assert done.returncode == 1
        assert "AG111" in done.stderr
        assert "AG46" not in done.stderr
    assert "AG463" in quick(mine, "push", "origin", ":refs/tags/v1").stderr
