"""What stood there before still runs, with the same arguments and input, and its word counts.

The interpreter here is a script that writes down how it was called, so that the order is seen too.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from doors.doorlib import GIT, HOOKS, hooks_folder, put, quick

from agentops_gates.entry.githooks.install import install
from agentops_gates.entry.githooks.script import Pins, recognise, render
from agentops_gates.entry.githooks.uninstall import uninstall
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError

# Builtins only: some tests leave nothing on PATH.
RECORD = """#!/bin/sh
{
  printf '%s:' "$WHO"
  for word in "$@"; do printf ' %s' "$word"; done
  echo
  case "$*" in *pre-push*) while IFS= read -r line; do echo "  $line"; done ;; esac
} >>"$TRACE"
"""


def recorder(path: Path, who: str, code: int = 0) -> Path:
    return put(path, RECORD.replace("#!/bin/sh\n", f"#!/bin/sh\nWHO={who}\n") + f"exit {code}\n")


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACE", str(tmp_path / "trace"))
    return tmp_path / "trace"


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    package = put(tmp_path / "package" / "__main__.py", "", 0o644)
    return Pins(str(recorder(tmp_path / "an 'interpreter' of \"ours\"", "gates")), str(package), GIT)


def install_here(repo: Workspace, pins: Pins, *hooks: str) -> None:
    with Repo.open(str(repo.path)) as opened:
        install(opened, hooks or HOOKS, pins)


def calls(trace: Path) -> list[str]:
    """Return who was called with what, the fixed words of our own call shortened, and forget it."""
    text = trace.read_text() if trace.exists() else ""
    trace.unlink(missing_ok=True)
    return text.replace("-I -m agentops_gates ", "").splitlines()


@pytest.mark.parametrize("hook", HOOKS)
def test_order_and_arguments(hook: str, repo: Workspace, tmp_path: Path, trace: Path, pins: Pins) -> None:
    first = repo.commit("first", {"a": "1\n"})
    # An argument shows that it is this hook's own input that arrives.
    recorder(hooks_folder(repo) / hook, f"earlier-{hook}")
    install_here(repo, pins, hook)
    remote = make_repository(tmp_path / "a remote.git", "--bare")
    line = f"  refs/heads/main {first} refs/heads/main {'0' * 40}"
    push = ("push", "-q", str(remote.path), "main")
    command, expected = {
        "pre-commit": (("commit", "-q", "--allow-empty", "-m", "x"), ["earlier-pre-commit:", "gates: hook pre-commit"]),
        "prepare-commit-msg": (
            ("commit", "-q", "--allow-empty", "-m", "x"),
            [
                "earlier-prepare-commit-msg: .git/COMMIT_EDITMSG message",
                "gates: hook prepare-commit-msg .git/COMMIT_EDITMSG message",
            ],
        ),
        "commit-msg": (
            ("commit", "-q", "--allow-empty", "-m", "x"),
            ["earlier-commit-msg: .git/COMMIT_EDITMSG", "gates: hook commit-msg .git/COMMIT_EDITMSG"],
        ),
        "pre-merge-commit": (
            ("merge", "-q", "--no-ff", "-m", "x", "topic"),
            ["earlier-pre-merge-commit:", "gates: hook pre-merge-commit"],
        ),
        "pre-push": (
            push,
            [
                f"gates: hook pre-push {remote.path} {remote.path}",
                line,
                f"earlier-pre-push: {remote.path} {remote.path}",
                line,
            ],
        ),
    }[hook]
    if hook == "pre-merge-commit":
        repo.git("switch", "-q", "-c", "topic")
        repo.commit("topic", {"b": "1\n"})
        repo.git("switch", "-q", "main")
        repo.commit("main", {"c": "1\n"})
    # The recorder knows a pre-push by our own arguments; the earlier hook is told to read its input anyway.
    if hook == "pre-push":
        earlier = hooks_folder(repo) / "pre-push.agentops-chained"
        earlier.write_text(earlier.read_text().replace('case "$*" in *pre-push*)', "case x in x)"))
    # Of the hooks one asks the gates for a worker only.
    done = quick(repo, *command, env={"AGENTOPS_ROLE": "worker"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert calls(trace) == expected


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg", "pre-push"])
@pytest.mark.parametrize("refuses", ["gates", "earlier"])
def test_either_can_refuse(hook: str, refuses: str, repo: Workspace, tmp_path: Path, trace: Path, pins: Pins) -> None:
    repo.commit("first")
    recorder(hooks_folder(repo) / hook, "earlier", 7 if refuses == "earlier" else 0)
    if refuses == "gates":
        recorder(Path(pins.python), "gates", 1)
    install_here(repo, pins, hook)
    remote = make_repository(tmp_path / "remote.git", "--bare")
    head = repo.head()
    pushes = hook == "pre-push"
    done = quick(repo, *(("push", str(remote.path), "main") if pushes else ("commit", "--allow-empty", "-m", "x")))
    assert done.returncode != 0
    assert repo.head() == head
    assert remote.git("for-each-ref") == ""
    # The second never runs when the first refused.
    first = "gates" if pushes else "earlier"
    who = [call.partition(":")[0] for call in calls(trace) if not call.startswith("  ")]
    assert who == ([first] if refuses == first else [first, "gates" if first == "earlier" else "earlier"])


@pytest.mark.parametrize("code", [1, 2, 3, 70, 130])
def test_exit_code_is_passed_on(
    code: int, repo: Workspace, tmp_path: Path, pins: Pins, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTOPS_ROLE", "worker")
    recorder(Path(pins.python), "gates", code)
    install_here(repo, pins)
    for chained in (False, True):
        for hook in HOOKS:
            if chained:
                recorder(hooks_folder(repo) / f"{hook}.agentops-chained", "earlier")
            script = hooks_folder(repo) / hook
            arguments = [script, "origin", "url"]
            done = subprocess.run(arguments, cwd=repo.path, stdin=subprocess.DEVNULL, timeout=10, check=False)
            assert done.returncode == code


def test_many_refs_reach_both_and_a_deaf_hook_does_no_harm(
    repo: Workspace, tmp_path: Path, trace: Path, pins: Pins
) -> None:
    oid = repo.commit("first")
    refs = [f"refs/heads/topic/{'x' * 60}-{number:04}" for number in range(1500)]
    repo.git("update-ref", "--stdin", stdin="".join(f"create {ref} {oid}\n" for ref in refs).encode())
    recorder(Path(pins.python), "gates")
    put(hooks_folder(repo) / "pre-push", "#!/bin/sh\nexit 0\n")
    install_here(repo, pins, "pre-push")
    remote = make_repository(tmp_path / "remote.git", "--bare")
    done = quick(repo, "push", "-q", str(remote.path), "refs/heads/topic/*")
    assert (done.returncode, done.stderr) == (0, "")
    lines = calls(trace)
    assert len(lines) == 1 + len(refs)
    assert sorted(line.split()[0] for line in lines[1:]) == refs


def test_changes_of_an_earlier_hook_are_judged(repo: Workspace, trace: Path, pins: Pins) -> None:
    put(hooks_folder(repo) / "pre-commit", "#!/bin/sh\necho more >late\ngit add late\n")
    put(Path(pins.python), '#!/bin/sh\ngit ls-files >"$TRACE"\n')
    install_here(repo, pins, "pre-commit")
    assert quick(repo, "commit", "-q", "--allow-empty", "-m", "x").returncode == 0
    assert calls(trace) == ["late"]


def _link(folder: Path) -> None:
    recorder(folder.parent.parent / "scripts" / "hook.sh", "earlier")
    (folder / "pre-commit").symlink_to("../../scripts/hook.sh")


def _link_beside(folder: Path) -> None:
    recorder(folder / "shared", "earlier")
    (folder / "pre-commit").symlink_to("shared")


def _sources_a_neighbour(folder: Path) -> None:
    put(folder / "common.sh", 'who() { echo "earlier:" >>"$TRACE"; }\n')
    put(folder / "pre-commit", '#!/bin/sh\n. "${0%/*}/common.sh"\nwho\n')


def _no_shebang(folder: Path) -> None:
    put(folder / "pre-commit", 'echo "earlier:" >>"$TRACE"\n')


def _python_script(folder: Path) -> None:
    put(
        folder / "pre-commit",
        "#!/usr/bin/env python3\nimport os\nopen(os.environ['TRACE'], 'a').write('earlier:\\n')\n",
    )


RUNS = (_link, _link_beside, _sources_a_neighbour, _no_shebang, _python_script)


def _not_executable(folder: Path) -> None:
    recorder(folder / "pre-commit", "earlier").chmod(0o644)


def _dangling(folder: Path) -> None:
    (folder / "pre-commit").symlink_to("nowhere")


SILENT = (_not_executable, _dangling)


@pytest.mark.parametrize("arrange", RUNS + SILENT, ids=lambda arrange: arrange.__name__.strip("_"))
def test_runs_exactly_what_git_would_have_run(arrange, repo: Workspace, trace: Path, pins: Pins) -> None:
    arrange(hooks_folder(repo))
    install_here(repo, pins, "pre-commit")
    assert quick(repo, "commit", "-q", "--allow-empty", "-m", "x").returncode == 0
    assert calls(trace) == (["earlier:"] if arrange in RUNS else []) + ["gates: hook pre-commit"]


@pytest.mark.parametrize("hook", ["pre-commit", "pre-push"])
def test_lost_earlier_hook_blocks(hook: str, repo: Workspace, tmp_path: Path, trace: Path, pins: Pins) -> None:
    repo.commit("first")
    recorder(hooks_folder(repo) / hook, "earlier")
    install_here(repo, pins, hook)
    (hooks_folder(repo) / f"{hook}.agentops-chained").unlink()
    remote = make_repository(tmp_path / "remote.git", "--bare")
    command = ("commit", "--allow-empty", "-m", "x") if hook == "pre-commit" else ("push", str(remote.path), "main")
    done = quick(repo, *command)
    assert done.returncode != 0
    assert "the hook that stood here before is gone" in done.stderr
    install_here(repo, pins, hook)
    assert quick(repo, *command).returncode == 0


def test_earlier_hook_that_replaces_ours_is_caught(repo: Workspace, trace: Path, pins: Pins) -> None:
    put(hooks_folder(repo) / "pre-commit", '#!/bin/sh\nmv "$0" "${0%/*}/pre-commit"\n')
    install_here(repo, pins, "pre-commit")
    done = quick(repo, "commit", "--allow-empty", "-m", "x")
    assert done.returncode != 0
    assert "another file in place of this one" in done.stderr


def test_works_without_anything_on_path(repo: Workspace, tmp_path: Path, trace: Path, pins: Pins) -> None:
    oid = repo.commit("first")
    for hook in HOOKS:
        recorder(hooks_folder(repo) / hook, "earlier")
    install_here(repo, pins)
    remote = make_repository(tmp_path / "remote.git", "--bare")
    nothing = {"PATH": "/nonexistent"}
    assert quick(repo, "commit", "-q", "--allow-empty", "-m", "x", env=nothing).returncode == 0
    # Nobody is a worker here, so prepare-commit-msg asks no gate.
    assert len(calls(trace)) == 5
    # git itself finds its own programs: only the hook's PATH is short.
    assert quick(repo, "push", "-q", str(remote.path), f"{oid}:refs/heads/main", env=nothing).returncode == 0
    assert [call.partition(":")[0] for call in calls(trace) if call[0] != " "] == ["gates", "earlier"]


def test_repository_can_be_moved(repo: Workspace, tmp_path: Path, trace: Path, pins: Pins) -> None:
    recorder(hooks_folder(repo) / "pre-commit", "earlier")
    install_here(repo, pins, "pre-commit")
    repo.path.rename(tmp_path / "moved 'away'")
    moved = Workspace(tmp_path / "moved 'away'")
    assert quick(moved, "commit", "-q", "--allow-empty", "-m", "x").returncode == 0
    assert calls(trace) == ["earlier:", "gates: hook pre-commit"]


# The script's own text.


def test_recognises_what_it_wrote_and_what_was_edited() -> None:
    pins = Pins("/with space/py'thon", "/a/__main__.py", os.fsdecode(b"/by\xfftes/git"))
    script = render("pre-push", pins, "other")
    found = recognise(script)
    assert found is not None
    assert found == ("pre-push", pins, "other", False)
    for edited in (script + b"\n", script.replace(b"exit 3", b"exit 0"), script.replace(b"/a/", b"/b/")):
        found = recognise(edited)
        assert found is not None
        assert found.edited
    for foreign in (b"", b"#!/bin/sh\n", script[1:], b"\xff\x00", script.replace(b"checksum: ", b"checksum: x")):
        assert recognise(foreign) is None


@pytest.mark.parametrize("path", ["relative/python", "/new\nline", "/carriage\rreturn", ""])
def test_path_that_a_script_cannot_hold(path: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="absolute and on one line"):
        render("pre-push", Pins(path, "/a", "/b"))


def test_uninstall_of_a_chain_keeps_the_earlier_hook_running(repo: Workspace, trace: Path, pins: Pins) -> None:
    recorder(hooks_folder(repo) / "pre-commit", "earlier")
    install_here(repo, pins)
    with Repo.open(str(repo.path)) as opened:
        uninstall(opened, HOOKS)
    assert quick(repo, "commit", "-q", "--allow-empty", "-m", "x").returncode == 0
    assert calls(trace) == ["earlier:"]
