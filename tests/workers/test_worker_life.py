"""Start and end: what is made, what is refused, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import Workspace
from workers.workerlib import NO_SANDBOX, again, git_files, has_sandbox, make, plain_environ, refs


def test_what_is_made(lead: Workspace, installed) -> None:
    done = installed.gate(lead, "worker", "start", "w1", "--base", "HEAD~1")
    tree = Workspace(Path(done.stdout.strip()))
    assert tree.path == lead.path.parent / "repo-workers" / "w1"
    assert tree.git("symbolic-ref", "HEAD") == "refs/heads/worker/w1"
    assert tree.head() == lead.git("rev-parse", "HEAD~1") == again(lead).base
    assert tree.git("config", "user.email") == "w1@workers.agentops.invalid"
    assert lead.git("config", "user.email") == "lena@example.org"
    assert tree.git("config", "agentops.role") == "worker"
    assert lead.git("config", "--get", "agentops.role", check=False) == ""


@pytest.mark.parametrize("many", [1, 3])
def test_nothing_is_left_behind(lead: Workspace, installed, many: int) -> None:
    before, config = (git_files(lead), refs(lead)), (lead.path / ".git" / "config").read_bytes()
    for number in range(many):
        installed.gate(lead, "worker", "start", f"w{number}")
    for number in range(many):
        assert (lead.path / ".git" / "config").read_bytes() != config
        installed.gate(lead, "worker", "end", f"w{number}")
    assert (git_files(lead), refs(lead)) == before
    assert (lead.path / ".git" / "config").read_bytes() == config
    assert not (lead.path.parent / "repo-workers").exists()


def test_a_setting_that_was_there_stays(lead: Workspace, installed) -> None:
    lead.git("config", "extensions.worktreeConfig", "true")
    lead.git("config", "--worktree", "user.name", "Only Here")
    installed.gate(lead, "worker", "start", "w1")
    installed.gate(lead, "worker", "end", "w1")
    assert lead.git("config", "extensions.worktreeConfig") == "true"
    assert lead.git("config", "user.name") == "Only Here"


REFUSED = {
    "a name that is none": (["../x"], "no name for a worker"),
    "an option": (["--x"], "no name for a worker"),
    "no commit": (["w1", "--base", "nowhere"], "names no commit"),
    "a folder that is there": (["w1", "--path", "."], "is there already"),
}


@pytest.mark.parametrize(("args", "words"), REFUSED.values(), ids=REFUSED)
def test_a_start_that_is_refused_leaves_nothing(lead: Workspace, installed, args, words: str) -> None:
    before = git_files(lead), refs(lead)
    assert words in installed.gate(lead, "worker", "start", *args, ok=2).stderr
    assert (git_files(lead), refs(lead)) == before


def test_a_name_is_given_once(lead: Workspace, installed) -> None:
    make(lead)
    assert "there is a worker w1 already" in installed.gate(lead, "worker", "start", "w1", ok=2).stderr
    lead.git("branch", "worker/w2")
    assert "there is a branch" in installed.gate(lead, "worker", "start", "w2", ok=2).stderr


def test_of_two_who_start_one_name_at_once_one_does(lead: Workspace, installed) -> None:
    argv = [installed.script, "worker", "start", "w1"]
    pipe = subprocess.PIPE
    racers = [subprocess.Popen(argv, cwd=lead.path, stdout=pipe, stderr=pipe, text=True) for _ in range(4)]
    said = [racer.communicate(timeout=60)[1] for racer in racers]
    assert sorted(racer.returncode for racer in racers) == [0, 2, 2, 2]
    assert sum("there is a worker w1 already" in words for words in said) == 3
    assert again(lead).branch == "refs/heads/worker/w1"
    installed.gate(lead, "worker", "end", "w1")


def test_a_worker_starts_collects_and_ends_nobody(lead: Workspace, installed) -> None:
    _, tree = make(lead)
    for words in (("start", "w2"), ("collect", "w1"), ("end", "w1")):
        assert "only the lead" in installed.gate(tree, "worker", *words, ok=2).stderr


def test_work_is_not_lost(lead: Workspace, installed) -> None:
    _, tree = make(lead)
    tree.write("new.txt", "new\n")
    assert "not collected" in installed.gate(lead, "worker", "end", "w1", ok=1).stderr
    installed.gate(lead, "worker", "collect", "w1")
    tree.write("new.txt", "newer\n")
    assert "not collected" in installed.gate(lead, "worker", "end", "w1", ok=1).stderr
    assert (tree.path / "new.txt").read_text() == "newer\n"
    installed.gate(lead, "worker", "end", "w1", "--discard")
    assert not tree.path.exists()


def test_commits_are_not_lost(lead: Workspace, installed) -> None:
    _, tree = make(lead)
    tree.commit("mine", {"a.txt": "mine\n"})
    installed.gate(lead, "worker", "collect", "w1")
    assert "1 commit beyond" in installed.gate(lead, "worker", "end", "w1", ok=1).stderr
    installed.gate(lead, "worker", "end", "w1", "--force")
    assert lead.git("branch", "--list", "worker/*") == ""


@pytest.mark.parametrize("half", ["only the ref", "no work tree", "no branch"])
def test_what_is_half_there_is_ended(lead: Workspace, installed, half: str) -> None:
    before = refs(lead)
    worker, tree = make(lead)
    if half != "no branch":
        lead.git("worktree", "remove", "--force", str(tree.path))
    if half != "no work tree":
        lead.git("update-ref", "-d", worker.branch)
    installed.gate(lead, "worker", "end", "w1")
    assert refs(lead) == before


def test_a_work_tree_that_names_another_repository(lead: Workspace, installed, tmp_path: Path) -> None:
    before = refs(lead)
    _, tree = make(lead)
    trap = Workspace(tmp_path / "trap")
    trap.path.mkdir()
    trap.git("init", "-q")
    trap.git("config", "core.fsmonitor", f"touch {tmp_path}/sprung; false")
    (tree.path / ".git").write_text(f"gitdir: {trap.path}/.git\n")
    tree.write("a.txt", "changed\n")
    assert "+changed" in installed.gate(lead, "worker", "collect", "w1").stdout
    installed.gate(lead, "worker", "end", "w1")
    assert not (tmp_path / "sprung").exists()
    assert not tree.path.exists()
    assert refs(lead) == before


# Commands.


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandbox", "none"])
@pytest.mark.parametrize(("line", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_exit_code_is_the_commands(lead: Workspace, installed, options, line: str, code: int) -> None:
    if not options and not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    installed.gate(lead, "worker", "start", "w1", *options, "--", "sh", "-c", line, ok=code)


def test_a_command_that_is_not_there(lead: Workspace, installed) -> None:
    before = refs(lead)
    done = installed.gate(lead, "worker", "start", "w1", "--no-sandbox", "--", "no-such-program", ok=2)
    assert "cannot run no-such-program" in done.stderr
    assert refs(lead) == before


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandbox", "none"])
def test_nothing_that_pays_for_a_push(lead: Workspace, installed, options) -> None:
    if not options and not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    given = {"GH_TOKEN": "secret", "GITHUB_TOKEN": "secret", "SSH_AUTH_SOCK": "/x", "GIT_DIR": ".git", "MINE": "kept"}
    line = "env; git config credential.helper; git config user.email"
    lead.git("config", "credential.helper", "store")
    env = {**plain_environ(), **given}
    done = subprocess.run(
        [installed.script, "worker", "start", "w1", *options, "--", "sh", "-c", line],
        cwd=lead.path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout
    assert "secret" not in said
    assert not {"SSH_AUTH_SOCK=/x", "GIT_DIR=.git"} & set(said.split("\n"))
    assert {"AGENTOPS_ROLE=worker", "MINE=kept", "GIT_TERMINAL_PROMPT=0"} <= set(said.split("\n"))
    assert said.endswith("\n\nw1@workers.agentops.invalid\n")


def test_secrets_of_the_home_are_not_in_the_sandbox(lead: Workspace, installed) -> None:
    if not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    home = Path(os.environ["HOME"])
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id").write_text("secret")
    (home / ".git-credentials").write_text("secret")
    line = 'cat "$HOME/.ssh/id" "$HOME/.git-credentials"; echo x >>"$HOME/.gitconfig"; echo x >"$HOME/mine"; true'
    done = installed.gate(lead, "worker", "start", "w1", "--", "sh", "-c", line)
    assert "secret" not in done.stdout
    assert (home / "mine").read_text() == "x\n"
    assert "x\n" not in (home / ".gitconfig").read_text().splitlines(keepends=True)[-1]


def test_the_sandbox_cannot_be_undone_from_inside(lead: Workspace, installed) -> None:
    if not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    common = lead.path / ".git"
    line = (
        f"mount -o remount,bind,rw '{common}'; umount -l '{common}'; touch '{common}/x'; "
        f"unshare -Urm sh -c \"mount -o remount,bind,rw '{common}'; umount -l '{common}'; touch '{common}/x'\"; "
        f'for p in /proc/[0-9]*; do touch "$p/root/{common}/x"; done; true'
    )
    installed.gate(lead, "worker", "start", "w1", "--", "sh", "-c", line)
    assert not (common / "x").exists()


def test_the_work_tree_goes_on_naming_its_git_directory(lead: Workspace, installed) -> None:
    if not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    line = "echo gitdir: /x >.git; rm -f .git; mv .git z; echo work >a.txt; true"
    installed.gate(lead, "worker", "start", "w1", "--", "sh", "-c", line)
    tree = Path(again(lead).path)
    assert (tree / ".git").read_text().startswith(f"gitdir: {lead.path}")
    assert (tree / "a.txt").read_text() == "work\n"


def running(lead: Workspace, installed, *options: str) -> tuple[subprocess.Popen[bytes], Path]:
    """Start a worker whose command writes a file every tenth of a second, and wait for the first."""
    beat = lead.path.parent / "beat"
    # A child of the command's, so that more than the command has to go.
    line = f"sh -c 'while :; do date +%N >\"{beat}\"; sleep 0.1; done' & wait"
    argv = [installed.script, "worker", "start", "w1", *options, "--", "sh", "-c", line]
    process = subprocess.Popen(argv, cwd=lead.path, stdin=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not beat.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert beat.exists()
    return process, beat


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_signal_ends_all_of_the_sandbox(lead: Workspace, installed, number: signal.Signals) -> None:
    if not has_sandbox(lead):
        pytest.skip(NO_SANDBOX)
    process, beat = running(lead, installed)
    assert "still running" in installed.gate(lead, "worker", "end", "w1", ok=2).stderr
    assert "runs" in installed.gate(lead, "worker", "list").stdout
    process.send_signal(number)
    process.wait(timeout=20)
    time.sleep(0.3)
    last = beat.read_bytes()
    time.sleep(0.4)
    assert beat.read_bytes() == last
    installed.gate(lead, "worker", "end", "w1")


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="no /proc here")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_all_without_a_sandbox(lead: Workspace, installed, number: signal.Signals) -> None:
    process, beat = running(lead, installed, "--no-sandbox")
    process.send_signal(number)
    assert process.wait(timeout=20) > 128
    time.sleep(0.3)
    last = beat.read_bytes()
    time.sleep(0.4)
    assert beat.read_bytes() == last


def test_a_machine_without_a_sandbox_says_so(lead: Workspace, installed, tmp_path: Path, monkeypatch) -> None:
    from agentops_gates.entry.cli import worker
    from agentops_gates.model.errors import UsageError
    from agentops_gates.workers import sandbox

    # The machine here may have one: what is replaced is the list of programs, none of which is there.
    monkeypatch.setattr(sandbox, "_known", lambda: iter(()))
    before = refs(lead)
    with pytest.raises(UsageError, match="nobody make a sandbox"):
        worker.start.callback(name="w1", base=None, path=None, no_sandbox=False, argv=("touch", str(tmp_path / "ran")))
    assert not (tmp_path / "ran").exists()
    assert refs(lead) == before
