"""The installed hooks under real git: they judge, they stay silent, and nothing in the way makes them pass."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import Workspace, branchy, make_repository
from doors.doorlib import HOOKS, Installed, hooks_folder, put, quick

GOOD = branchy("f", 3)
BAD = branchy("f", 14)
HOSTILE = "import os\nopen(os.environ['TRACE'], 'w').close()\nos._exit(0)\n"


@pytest.fixture
def hooked(repo: Workspace, tmp_path: Path, installed: Installed) -> Workspace:
    """A repository with one good commit, a bare remote that has it, and all hooks."""
    make_repository(tmp_path / "remote.git", "--bare")
    repo.commit("first", {"a.py": GOOD, "b.py": "x = 1\n"})
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.git("push", "-q", "-u", "origin", "main")
    installed.gate(repo, "install")
    return repo


def stage(repo: Workspace, **files: str) -> None:
    for name, content in files.items():
        repo.write(f"{name}.py", content)
    repo.git("add", "-A")


def remote_refs(repo: Workspace) -> str:
    return repo.git("ls-remote", "origin")


# What must pass, without a word.


@pytest.mark.parametrize(
    "variables", [{}, {"PATH": "/nonexistent"}, {"TERM": "dumb"}], ids=["plain", "no-path", "dumb"]
)
def test_good_work_passes_in_silence(variables, hooked: Workspace) -> None:
    for round_ in ("one", "two"):
        stage(hooked, b=f"x = '{round_}'\n")
        done = quick(hooked, "commit", "-q", "-m", round_, env=variables)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        done = quick(hooked, "push", "-q", env=variables)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_deleting_a_file_and_a_branch_passes(hooked: Workspace) -> None:
    hooked.git("rm", "-q", "b.py")
    assert quick(hooked, "commit", "-q", "-m", "gone").returncode == 0
    hooked.git("push", "-q", "origin", "main:refs/heads/topic")
    assert quick(hooked, "push", "-q", "origin", ":topic").returncode == 0
    assert "topic" not in remote_refs(hooked)


def test_clean_merge_passes(hooked: Workspace) -> None:
    hooked.git("switch", "-q", "-c", "topic")
    hooked.commit("topic", {"c.py": "y = 1\n"})
    hooked.git("switch", "-q", "main")
    done = quick(hooked, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    assert (done.returncode, done.stderr) == (0, "")


# What must not.


@pytest.mark.parametrize(
    "command",
    [
        ("commit", "-m", "bad"),
        ("commit", "-a", "-m", "bad"),
        ("commit", "-m", "bad", "--", "a.py"),
        ("commit", "--amend", "-a", "--no-edit"),
    ],
    ids=["index", "all", "path", "amend-all"],
)
def test_bad_commit_is_stopped(command: tuple[str, ...], hooked: Workspace) -> None:
    head = hooked.head()
    hooked.write("a.py", BAD)
    if command[1] == "-m" and "--" not in command:
        hooked.git("add", "a.py")
    for _ in range(2):
        done = quick(hooked, *command)
        assert done.returncode != 0
        assert "AG601" in done.stderr
        assert hooked.head() == head


def test_what_is_staged_counts_not_what_lies_there(hooked: Workspace) -> None:
    stage(hooked, a=BAD)
    hooked.write("a.py", GOOD)
    assert "AG601" in quick(hooked, "commit", "-m", "bad").stderr
    hooked.git("add", "a.py")
    hooked.write("a.py", BAD)
    assert quick(hooked, "commit", "--allow-empty", "-m", "good").returncode == 0


def test_linked_worktree_is_judged(hooked: Workspace, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    linked = Workspace(tmp_path / "linked")
    stage(linked, a=BAD)
    assert "AG601" in quick(linked, "commit", "-m", "bad").stderr


def test_submodule_is_judged_by_its_own_hook(hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    inner = make_repository(tmp_path / "inner")
    inner.commit("first", {"a.py": GOOD})
    hooked.git("submodule", "--quiet", "add", str(inner.path), "sub")
    sub = Workspace(hooked.path / "sub")
    installed.gate(sub, "install")
    stage(sub, a=BAD)
    assert "AG601" in quick(sub, "commit", "-m", "bad").stderr
    stage(sub, a=GOOD.replace("x += 1", "x += 2"))
    assert quick(sub, "commit", "-q", "-m", "good").returncode == 0
    hooked.git("add", "sub")
    assert quick(hooked, "commit", "-q", "-m", "gitlink").returncode == 0


def test_merge_that_adds_up_to_too_much_is_stopped(hooked: Workspace) -> None:
    head, tail = branchy("f", 9).rsplit("    return x\n", 1)
    body = head.splitlines(keepends=True)
    hooked.commit("near the limit", {"a.py": "".join((*body, "    return x\n"))})
    more = "    if x == 90:\n        x += 1\n"
    hooked.git("switch", "-q", "-c", "topic")
    hooked.commit("top", {"a.py": "".join((body[0], more, *body[1:], "    return x\n"))})
    hooked.git("switch", "-q", "main")
    hooked.commit("bottom", {"a.py": "".join((*body, more.replace("90", "91"), "    return x\n"))})
    assert tail == ""
    done = quick(hooked, "merge", "--no-ff", "-m", "merge", "topic")
    assert done.returncode != 0
    assert "AG601" in done.stderr


@pytest.mark.parametrize("refspec", ["main", "HEAD:refs/heads/new", "+main:refs/heads/main"])
def test_bad_push_is_stopped(refspec: str, hooked: Workspace) -> None:
    before = remote_refs(hooked)
    hooked.commit("bad", {"a.py": BAD})
    for _ in range(2):
        done = quick(hooked, "push", "origin", refspec)
        assert done.returncode != 0
        assert "AG601" in done.stderr
    assert remote_refs(hooked) == before


def test_deleting_the_policy_alone_is_stopped(hooked: Workspace) -> None:
    hooked.commit("policy", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complexity = 4\n"})
    hooked.git("push", "-q", "--no-verify")
    hooked.git("rm", "-q", "agentops-gates.toml")
    assert "AG902" in quick(hooked, "commit", "-m", "gone").stderr
    hooked.git("commit", "-q", "--no-verify", "-m", "gone")
    assert "AG902" in quick(hooked, "push").stderr


def test_pushed_to_a_topic_first_it_is_still_judged_for_main(hooked: Workspace) -> None:
    hooked.commit("bad", {"a.py": BAD})
    hooked.git("push", "-q", "--no-verify", "origin", "main:refs/heads/topic")
    done = quick(hooked, "push", "origin", "main")
    assert done.returncode != 0
    assert "AG601" in done.stderr


def test_pushed_by_url_and_as_a_tag(hooked: Workspace, tmp_path: Path) -> None:
    hooked.commit("bad", {"a.py": BAD})
    hooked.git("tag", "-a", "-m", "tag", "v1")
    before = remote_refs(hooked)
    for command in (("push", str(tmp_path / "remote.git"), "main"), ("push", "origin", "v1")):
        assert "AG601" in quick(hooked, *command).stderr
    assert remote_refs(hooked) == before


def test_every_ref_of_a_push_is_seen(hooked: Workspace) -> None:
    hooked.git("switch", "-q", "-c", "evil")
    hooked.commit("bad", {"a.py": BAD})
    hooked.git("switch", "-q", "main")
    hooked.commit("good", {"b.py": "x = 2\n"})
    before = remote_refs(hooked)
    assert "AG601" in quick(hooked, "push", "origin", "main", "evil").stderr
    assert remote_refs(hooked) == before


def test_first_push_reaches_the_gate(repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    installed.gate(repo, "install")
    repo.commit("first", {"a.py": BAD})
    make_repository(tmp_path / "remote.git", "--bare")
    done = quick(repo, "push", str(tmp_path / "remote.git"), "main")
    assert done.returncode == 0
    assert "AG602" in done.stderr


# Ways around that must not lead around.


def _shadowing_modules(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    for name in ("json", "argparse", "os", "subprocess", "re", "sitecustomize", "agentops_gates"):
        repo.write(f"{name}.py", HOSTILE)
    repo.write("agentops_gates/__init__.py", HOSTILE)
    repo.write("agentops_gates/__main__.py", HOSTILE)
    return {}


def _sitecustomize(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    put(tmp_path / "evil" / "sitecustomize.py", HOSTILE)
    put(tmp_path / "evil" / "usercustomize.py", HOSTILE)
    return {"PYTHONPATH": str(tmp_path / "evil"), "PYTHONSTARTUP": str(tmp_path / "evil" / "sitecustomize.py")}


def _programs_on_path(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    for name in ("git", "python", "python3", "sh", "cat", "env"):
        put(tmp_path / "evil" / name, '#!/bin/sh\n: >"$TRACE"\nexit 0\n')
    return {"PATH": f"{tmp_path}/evil:{os.environ['PATH']}"}


def _another_git(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    return {"AGENTOPS_GIT": str(put(tmp_path / "evil" / "git", '#!/bin/sh\n: >"$TRACE"\nexit 0\n'))}


def _variables_of_the_hook(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    return {
        "python": "/bin/true",
        "package": "/bin/true",
        "hook": "commit-msg",
        "chained": "",
        "mend": "",
        "before": "x",
    }


def _as_if_run_by_a_runner(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    good = repo.git("rev-parse", "HEAD~1" if repo.git("rev-list", "--count", "HEAD") != "1" else "HEAD")
    names = ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "PRE_COMMIT_LOCAL_BRANCH", "PRE_COMMIT_REMOTE_BRANCH")
    return {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin", **dict.fromkeys(names, good)}


def _running_legacy(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    return {
        "PRE_COMMIT_RUNNING_LEGACY": "1",
        "PREK_RUNNING_LEGACY": "1",
        "SKIP": "complexity-regression",
        "LEFTHOOK": "0",
        "HUSKY": "0",
    }


def _guard_variable(repo: Workspace, tmp_path: Path) -> dict[str, str]:
    return {"AGENTOPS_HOOK": "1"}


AROUND = (
    _shadowing_modules,
    _sitecustomize,
    _programs_on_path,
    _another_git,
    _variables_of_the_hook,
    _as_if_run_by_a_runner,
    _running_legacy,
    _guard_variable,
)


@pytest.mark.parametrize("arrange", AROUND, ids=lambda arrange: arrange.__name__.strip("_"))
@pytest.mark.parametrize("door", ["commit", "push"])
def test_no_way_around(door: str, arrange, hooked: Workspace, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    if door == "push":
        hooked.commit("bad", {"a.py": BAD})
    else:
        stage(hooked, a=BAD)
    variables = {**arrange(hooked, tmp_path), "TRACE": str(trace)}
    command = ("commit", "-m", "bad") if door == "commit" else ("push", "origin", "main")
    done = quick(hooked, *command, env=variables)
    assert done.returncode != 0
    assert "AG601" in done.stderr or "AGENTOPS_HOOK is set" in done.stderr
    assert not trace.exists()


# Fail closed: what is missing blocks, and says how to mend it.


def _no_interpreter(own: Installed) -> str:
    own.python.unlink()
    return "bin/python any more"


def _interpreter_not_executable(own: Installed) -> str:
    own.python.unlink()
    own.python.write_text("")
    return "bin/python any more"


def _interpreter_broken(own: Installed) -> str:
    own.python.unlink()
    put(own.python, "#!/nonexistent/interpreter\n")
    return "ended with exit code 12"


def _interpreter_killed(own: Installed) -> str:
    own.python.unlink()
    put(own.python, "#!/bin/sh\nkill -9 $$\n")
    return "ended with exit code 137"


def _no_environment(own: Installed) -> str:
    shutil.rmtree(own.python.parent.parent)
    return "bin/python any more"


@pytest.mark.parametrize(
    "damage",
    [_no_interpreter, _interpreter_not_executable, _interpreter_broken, _interpreter_killed, _no_environment],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_missing_interpreter_blocks(damage, repo: Workspace, tmp_path: Path) -> None:
    own = Installed(tmp_path / "own environment")
    repo.commit("first", {"a.py": GOOD})
    own.gate(repo, "install")
    said = damage(own)
    stage(repo, b="x = 2\n")
    for command in (
        ("commit", "-m", "good"),
        ("push", str(make_repository(tmp_path / "r.git", "--bare").path), "main"),
    ):
        done = quick(repo, *command)
        assert done.returncode != 0
        assert said in done.stderr
        assert "fix: install agentops-gates again, then run: agentops-gate install" in done.stderr


@pytest.mark.parametrize(("pin", "file"), [("package", "__main__.py"), ("AGENTOPS_GIT", "git")])
def test_missing_program_blocks(pin: str, file: str, repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    installed.gate(repo, "install")
    _repin(repo, pin, tmp_path / "gone" / file)
    done = quick(repo, "commit", "--allow-empty", "-m", "good")
    assert done.returncode != 0
    assert f"gone/{file} any more" in done.stderr


def _repin(repo: Workspace, name: str, path: Path) -> None:
    for hook in HOOKS:
        file = hooks_folder(repo) / hook
        lines = [f"{name}={path}" if line.startswith(f"{name}=") else line for line in file.read_text().split("\n")]
        file.write_text("\n".join(lines))
