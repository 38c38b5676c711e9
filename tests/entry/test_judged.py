"""``check`` says what was judged, and never takes a pass over nothing for one over something."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import Workspace, branchy, make_repository
from entry.entrylib import agentops


@pytest.fixture
def history(repo: Workspace) -> Workspace:
    repo.commit("start", {"app.py": branchy("f", 5)})
    repo.commit("notes", {"notes.txt": "hello\n"})
    repo.commit("more", {"b.py": "x = 1\n"})
    return repo


def closing(repo: Workspace | Path, *args: str) -> str:
    done = agentops(getattr(repo, "path", repo), "check", "--gate", "complexity-regression", *args)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def short(repo: Workspace, *names: str) -> str:
    return "..".join(repo.git("rev-parse", name)[:7] for name in names)


def test_staged_files_are_counted(history: Workspace) -> None:
    history.write("b.py", "x = 2\n")
    history.git("add", "-A")
    assert " no findings (staged: 1 file), " in closing(history)
    history.write("c.py", "x = 2\n")
    (history.path / "notes.txt").unlink()
    history.git("add", "-A")
    assert " no findings (staged: 3 files), " in closing(history, "--staged")


def test_a_range_is_named_and_its_commits_counted(history: Workspace) -> None:
    assert f" no findings ({short(history, 'HEAD~2', 'HEAD')}: 2 commits), " in closing(history, "--base", "HEAD~2")
    one = closing(history, "--base", "HEAD~2", "--head", "HEAD~1")
    assert f" ({short(history, 'HEAD~2', 'HEAD~1')}: 1 commit), " in one


def test_a_range_is_named_from_where_it_left_its_base(history: Workspace) -> None:
    history.git("switch", "-qc", "topic", "HEAD~1")
    history.commit("topic", {"c.py": "x = 1\n"})
    assert f" ({short(history, 'main~1', 'topic')}: 1 commit), " in closing(history, "--base", "main")


def test_the_closing_line_of_a_block_says_it_too(history: Workspace) -> None:
    history.commit("grow", {"app.py": branchy("f", 12)})
    done = agentops(history.path, "check", "--base", "HEAD~1")
    assert done.returncode == 1
    assert f"; {short(history, 'HEAD~1', 'HEAD')}: 1 commit)" in " ".join(done.stdout.split())


@pytest.mark.parametrize("args", [(), ("--staged",)], ids=["by default", "staged"])
def test_nothing_staged_is_no_pass(history: Workspace, args: tuple[str, ...]) -> None:
    assert closing(history, *args) == "nothing is staged: nothing was judged\n"


@pytest.mark.parametrize("name", ["b.py", "new.py"], ids=["changed", "untracked"])
def test_work_that_is_not_staged_is_pointed_at(history: Workspace, name: str) -> None:
    history.write(name, "x = 3\n")
    assert closing(history) == (
        "nothing is staged: nothing was judged\n  the work tree has changes that are not staged: git add them first\n"
    )


def test_what_is_ignored_is_no_work(history: Workspace) -> None:
    history.commit("ignore", {".gitignore": "*.log\n"})
    history.write("a.log", "x\n")
    assert closing(history) == "nothing is staged: nothing was judged\n"


@pytest.mark.parametrize("base", ["HEAD", "HEAD~1"], ids=["the same commit", "an older one"])
def test_an_empty_range_is_no_pass(history: Workspace, base: str) -> None:
    ends = short(history, "HEAD~1", "HEAD~1")
    if base == "HEAD":
        ends = short(history, "HEAD", "HEAD")
        assert closing(history, "--base", base) == f"the range is empty ({ends}): nothing was judged\n"
    else:
        said = closing(history, "--base", "HEAD", "--head", base)
        assert said == f"the range is empty ({ends}): nothing was judged\n"


def test_a_finding_about_nothing_staged_is_not_swallowed(repo: Workspace) -> None:
    repo.commit("start", {"agentops-gates.toml": "[gates.complexity-regression]\nlevel = 'off'\n", "a.py": "x = 1\n"})
    said = closing(repo)
    assert "skip complexity-regression: switched off by the policy" in said


def test_a_merge_that_brings_nothing_is_judged_as_what_it_is(history: Workspace) -> None:
    history.git("switch", "-qc", "side", "HEAD~1")
    history.commit("side", {"side.py": "x = 1\n"})
    history.git("switch", "-q", "main")
    history.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    assert "(staged: no files)" in closing(history)


def test_a_shallow_clone_names_the_range_without_a_count(history: Workspace, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{history.path}", tmp_path / "shallow"], check=True)
    assert f" ({short(history, 'HEAD~1', 'HEAD')}" in closing(tmp_path / "shallow", "--base", "HEAD~1")


def test_other_formats_and_hooks_stay_as_they_are(history: Workspace) -> None:
    assert closing(history, "--format", "json").startswith("{")
    assert closing(history, "--format", "markdown").startswith("#")
    done = agentops(history.path, "hook", "pre-commit")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_github_gets_the_closing_line(history: Workspace) -> None:
    said = closing(history, "--base", "HEAD~2", "--format", "github")
    assert said.splitlines()[-1].startswith("passed: ")
    assert f"({short(history, 'HEAD~2', 'HEAD')}: 2 commits)" in said


@pytest.mark.parametrize("args", [(), ("--staged",)], ids=["by default", "staged"])
def test_a_bare_repository_has_no_index(tmp_path: Path, history: Workspace, args: tuple[str, ...]) -> None:
    bare = make_repository(tmp_path / "bare.git", "--bare")
    history.git("push", "-q", str(bare.path), "main")
    done = agentops(bare.path, "check", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("agentops-gate: no index here, in a bare repository: give --base\n")
    assert "2 commits" in closing(bare, "--base", "main~2", "--head", "main")


@pytest.mark.parametrize(
    "args",
    [
        ("check", "--base", ""),
        ("check", "--base="),
        ("check", "--base", " "),
        ("check", "--base", "HEAD", "--head", ""),
        ("check", "--head", "", "--staged"),
        ("check", "--base", "", "--color", "never"),
        ("check", "--base", "HEAD", "--ref", ""),
        ("complexity", "diff", "--base", ""),
        ("complexity", "diff", "--base", "HEAD", "--head", ""),
        ("complexity", "replay", "--head", ""),
        ("config", "show", "--base", ""),
    ],
    ids=" ".join,
)
def test_an_empty_revision_never_means_another_one(history: Workspace, args: tuple[str, ...]) -> None:
    history.write("app.py", branchy("f", 30))
    history.git("add", "-A")
    done = agentops(history.path, *args)
    assert (done.returncode, done.stdout) == (2, "")
    name = next(name for name in ("--ref", "--head", "--base") if name in " ".join(args))
    assert done.stderr.startswith(f"agentops-gate: {name} is empty\n")


@pytest.mark.parametrize("command", [("check",), ("complexity", "diff")], ids=" ".join)
class TestRevisionsThatAreNotHere:
    def test_cut_off(self, history: Workspace, tmp_path: Path, command: tuple[str, ...]) -> None:
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{history.path}", tmp_path / "s"], check=True)
        done = agentops(tmp_path / "s", *command, "--base", "HEAD~2")
        assert done.returncode == 3
        said = " ".join((done.stdout + done.stderr).split())
        assert "HEAD~2 is not in this shallow clone" in said
        assert "fix git fetch --unshallow" in said.replace("fix:", "fix")

    def test_zeros(self, history: Workspace, command: tuple[str, ...]) -> None:
        done = agentops(history.path, *command, "--base", "0" * 40)
        assert (done.returncode, done.stdout) == (2, "")
        assert "a commit id of zeros is git's word for none" in " ".join(done.stderr.split())
        assert "git fetch" not in done.stderr

    def test_no_such_name(self, history: Workspace, command: tuple[str, ...]) -> None:
        done = agentops(history.path, *command, "--base", "nowhere")
        assert done.returncode == 2
        assert done.stderr.startswith("agentops-gate: nowhere names no commit in this clone\n")

    def test_an_unknown_id(self, history: Workspace, command: tuple[str, ...]) -> None:
        done = agentops(history.path, *command, "--base", "1" * 40)
        assert done.returncode == 3
        assert f"git fetch origin {'1' * 40}" in " ".join((done.stdout + done.stderr).split())


def test_the_usage_error_names_no_hidden_option(history: Workspace) -> None:
    done = agentops(history.path, "check", "--base", "HEAD", "--staged")
    assert done.stderr == "agentops-gate: give --base (and --head), or --staged\n"


def test_time_given_by_hand_is_not_the_policys(history: Workspace) -> None:
    history.commit("much", {f"m{n}.py": branchy("f", 300) for n in range(40)})
    done = agentops(history.path, "check", "--base", "HEAD~1", "--deadline", "0.001")
    assert done.returncode == 3
    said = " ".join(done.stdout.split())
    assert "or give it more with --deadline" in said
    assert "[deadlines]" not in said
    history.commit("policy", {"agentops-gates.toml": "[deadlines]\nlocal = 0.001\nci = 0.001\n"})
    history.commit("again", {f"n{n}.py": branchy("f", 300) for n in range(40)})
    assert "raise [deadlines] in the policy" in " ".join(
        agentops(history.path, "check", "--base", "HEAD~1").stdout.split()
    )
