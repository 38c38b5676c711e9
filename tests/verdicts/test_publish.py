"""Publishing: branch and records arrive together or not at all, over real remotes, as the user's own push."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import script
from verdicts.recordlib import GATE, numbered, stored

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError, UsageError
from agentops_gates.model.verdict import Record
from agentops_gates.verdicts import records
from agentops_gates.verdicts.publish import Pushed, RefusedError, publish, retirable
from agentops_gates.verdicts.rollup import roll_up

MAIN = "main:refs/heads/main"
LOG = "refs/agentops/log"


@pytest.fixture
def remote(repo: Workspace, tmp_path: Path) -> Workspace:
    """A bare repository, ``origin`` of ``repo``, which has one commit that is there already."""
    bare = make_repository(tmp_path / "remote.git", "--bare")
    repo.git("remote", "add", "origin", str(bare.path))
    repo.commit("one", {"f": "1"})
    repo.git("push", "-q", "origin", "main")
    return bare


def store(repo: Workspace, *wanted: Record) -> list[str]:
    with Repo.open(str(repo.path)) as opened:
        return [records.store(opened, GATE, record) for record in wanted]


def send(repo: Workspace, branches: tuple[str, ...], wanted: list[str], **more: object) -> list[Pushed]:
    with Repo.open(str(repo.path)) as opened:
        return publish(opened, str(more.pop("remote", "origin")), branches, wanted, **more)  # type: ignore[arg-type]


def refs(repo: Workspace) -> dict[str, str]:
    rows = repo.git("for-each-ref", "--format=%(refname) %(objectname)").split("\n")
    return dict(row.split(" ") for row in rows if row)


def test_branch_and_records_arrive_together(repo: Workspace, remote: Workspace) -> None:
    head = repo.commit("two", {"f": "2"})
    names = store(repo, numbered(1), numbered(2, b"signed"))
    pushed = send(repo, (MAIN,), names)
    assert [(one.ref, one.flag) for one in pushed] == [("refs/heads/main", " "), *((name, "*") for name in names)]
    assert refs(remote)["refs/heads/main"] == head
    assert stored(remote.path) == stored(repo.path)
    assert {one.flag for one in send(repo, (MAIN,), names)} == {"="}


def test_by_url_and_without_a_branch(repo: Workspace, remote: Workspace) -> None:
    names = store(repo, numbered(1))
    assert [one.ref for one in send(repo, (), names, remote=remote.path)] == names


def test_over_a_transport_of_the_users(
    repo: Workspace, remote: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = script(tmp_path / "ssh", 'shift; exec sh -c "$*"')
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    names = store(repo, numbered(1))
    assert [one.flag for one in send(repo, (), names, remote=f"host:{remote.path}")] == ["*"]


@pytest.mark.parametrize("where", ["work tree", "linked work tree", "bare"])
def test_from_wherever_the_repository_is(repo: Workspace, remote: Workspace, tmp_path: Path, where: str) -> None:
    names = store(repo, numbered(1))
    path = repo.path
    if where == "linked work tree":
        path = tmp_path / "tree"
        repo.git("worktree", "add", "-q", "--detach", str(path))
    elif where == "bare":
        repo.git("clone", "-q", "--mirror", str(repo.path), str(tmp_path / "mirror.git"))
        path = tmp_path / "mirror.git"
    assert [one.ref for one in send(Workspace(path), (), names, remote=remote.path)] == names
    assert set(names) <= refs(remote).keys()


def test_a_branch_that_is_refused_takes_the_records_with_it(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other")
    other.git("pull", "-q", str(remote.path), "main")
    other.commit("theirs", {"g": "1"})
    other.git("push", "-q", str(remote.path), "HEAD:main")
    before = refs(remote)
    repo.commit("two", {"f": "2"})
    with pytest.raises(
        RefusedError, match=r"nothing was pushed: refs/heads/main \[rejected\] \(fetch first\)"
    ) as caught:
        send(repo, (MAIN,), store(repo, numbered(1)))
    assert "judged" in caught.value.fix
    assert refs(remote) == before


def test_a_record_that_is_refused_takes_the_branch_with_it(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    names = store(repo, numbered(1))
    other = make_repository(tmp_path / "other")
    other.commit("something else")
    other.git("push", "-q", str(remote.path), f"HEAD:{names[0]}")
    before = refs(remote)
    repo.commit("two", {"f": "2"})
    with pytest.raises(RefusedError, match=f"nothing was pushed: {names[0]} .rejected."):
        send(repo, (MAIN,), names)
    assert refs(remote) == before


def test_a_remote_without_atomic_pushes_gets_nothing(repo: Workspace, remote: Workspace) -> None:
    remote.git("config", "receive.advertiseAtomic", "false")
    before = refs(remote)
    repo.commit("two", {"f": "2"})
    with pytest.raises(RefusedError, match="origin cannot take branch and records as one push: nothing was pushed"):
        send(repo, (MAIN,), store(repo, numbered(1)))
    assert refs(remote) == before


def test_a_remote_hook_that_says_no(repo: Workspace, remote: Workspace) -> None:
    script(remote.path / "hooks" / "pre-receive", "echo 'not \033[31mtoday' >&2; exit 1")
    before = refs(remote)
    repo.commit("two", {"f": "2"})
    with pytest.raises(RefusedError, match=r"\(pre-receive hook declined\)") as caught:
        send(repo, (MAIN,), store(repo, numbered(1)))
    assert any("not \\x1b[31mtoday" in line for line in caught.value.said)
    assert refs(remote) == before


@pytest.mark.parametrize(
    "url", ["/nonexistent/x.git", "https://me:secret@127.0.0.1:9/x.git", "-origin", "ext::sh -c id"]
)
def test_no_remote_there(repo: Workspace, url: str) -> None:
    repo.commit()
    with pytest.raises(RefusedError, match="nothing was pushed") as caught:
        send(repo, (), store(repo, numbered(1)), remote=url)
    assert "secret" not in f"{caught.value}{caught.value.said}"
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError) as asked:
        retirable(opened, url)
    assert "secret" not in str(asked.value)


def test_the_users_pre_push_hook_runs_as_in_any_push(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    body = f'cat > {tmp_path}/lines; env > {tmp_path}/env; [ -z "$AGENTOPS_HOOK" ]'
    script(repo.path / ".git" / "hooks" / "pre-push", body)
    repo.commit("two", {"f": "2"})
    names = store(repo, numbered(1))
    send(repo, (MAIN,), names)
    lines = (tmp_path / "lines").read_text().split("\n")
    assert {line.split(" ")[2] for line in lines if line} == {"refs/heads/main", *names}
    seen = {line.partition("=")[0] for line in (tmp_path / "env").read_text().split("\n")}
    # What a plain "git push" sets is allowed; what our own calls carry is not.
    assert not seen & {"GIT_WORK_TREE", "GIT_ALLOW_PROTOCOL", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "AGENTOPS_HOOK"}


def test_a_pre_push_hook_that_blocks_is_heard(repo: Workspace, remote: Workspace) -> None:
    script(repo.path / ".git" / "hooks" / "pre-push", "echo 'no verdict for this' >&2; exit 1")
    before = refs(remote)
    repo.commit("two", {"f": "2"})
    with pytest.raises(RefusedError, match="nothing was pushed") as caught:
        send(repo, (MAIN,), store(repo, numbered(1)))
    assert "no verdict for this" in caught.value.said
    assert refs(remote) == before


AGAIN = """
import sys
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError
from agentops_gates.verdicts.publish import publish
open(sys.argv[1], "a").write("x")
try:
    with Repo.open() as repo:
        publish(repo, "origin", ["main:refs/heads/main"])
except UsageError as error:
    print(error, file=sys.stderr)
    raise SystemExit(1)
"""


def test_a_hook_that_publishes_does_not_publish_for_ever(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(AGAIN)
    root = Path(__file__).parents[2]
    body = f"PYTHONPATH={root} {sys.executable} {tmp_path}/again.py {tmp_path}/count"
    script(repo.path / ".git" / "hooks" / "pre-push", body)
    repo.commit("two", {"f": "2"})
    with pytest.raises(RefusedError) as caught:
        send(repo, (MAIN,), store(repo, numbered(1)))
    assert "a hook of this very push asked to publish again" in caught.value.said
    assert (tmp_path / "count").read_text() == "x"


@pytest.mark.parametrize(
    "spec",
    ["+main:refs/heads/main", ":refs/heads/main", "main", "main:main", "refs/heads/*:refs/heads/*", "a:b:refs/heads/c",
     "--force", "--delete:refs/heads/main", "^main:refs/heads/main", "main:refs/agentops/log", "main:refs/notes/x", ""],
)  # fmt: skip
def test_what_forces_deletes_or_is_no_branch_is_refused(repo: Workspace, remote: Workspace, spec: str) -> None:
    before = refs(remote)
    repo.commit("two", {"f": "2"})
    with pytest.raises(UsageError):
        send(repo, (spec,), store(repo, numbered(1)))
    assert refs(remote) == before


@pytest.mark.parametrize(
    "name",
    ["refs/heads/main", f"refs/agentops/verdicts/{GATE}", f"refs/agentops/verdicts/{GATE}/{numbered(9).id}", "--all",
     "refs/agentops/verdicts/*", LOG, "+refs/agentops/log"],
)  # fmt: skip
def test_what_is_no_record_here_is_refused(repo: Workspace, remote: Workspace, name: str) -> None:
    with pytest.raises(UsageError):
        send(repo, (), [name])
    with pytest.raises(UsageError, match="nothing to publish"):
        send(repo, (), [])


def test_no_tag_comes_along(repo: Workspace, remote: Workspace) -> None:
    repo.git("config", "push.followTags", "true")
    repo.commit("two", {"f": "2"})
    repo.git("tag", "-a", "-m", "x", "v1")
    send(repo, (MAIN,), store(repo, numbered(1)))
    assert "refs/tags/v1" not in refs(remote)


def test_a_record_that_only_the_log_holds_is_sent_all_the_same(repo: Workspace, remote: Workspace) -> None:
    names = store(repo, numbered(1, b"signed"))
    oid = refs(repo)[names[0]]
    with Repo.open(str(repo.path)) as opened:
        roll_up(opened)
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert repo.run_git("cat-file", "-e", oid).returncode
    send(repo, (), names)
    assert refs(remote)[names[0]] == oid


def test_rolled_up_records_leave_the_remote_with_the_log_in_their_place(repo: Workspace, remote: Workspace) -> None:
    names = store(repo, numbered(1), numbered(2))
    send(repo, (), names)
    before = stored(remote.path)
    unpublished = store(repo, numbered(3))
    with Repo.open(str(repo.path)) as opened:
        roll_up(opened)
        gone = retirable(opened, "origin")
        assert gone.keys() == set(names)
        publish(opened, "origin", retire=gone)
        assert retirable(opened, "origin") == {}
    assert set(refs(remote)) == {"refs/heads/main", LOG}
    assert before[0].items() <= stored(remote.path)[0].items()
    assert unpublished[0].rpartition("/")[2] in stored(remote.path)[0]


def test_a_record_that_changed_on_the_remote_is_not_deleted(repo: Workspace, remote: Workspace, tmp_path: Path) -> None:
    names = store(repo, numbered(1))
    send(repo, (), names)
    with Repo.open(str(repo.path)) as opened:
        roll_up(opened)
        gone = retirable(opened, "origin")
        other = make_repository(tmp_path / "other")
        other.commit("something else")
        other.git("push", "-q", "--force", str(remote.path), f"HEAD:{names[0]}")
        before = refs(remote)
        with pytest.raises(RefusedError, match="stale info"):
            publish(opened, "origin", retire=gone)
        assert retirable(opened, "origin") == {}
    assert refs(remote) == before
