"""The safe call: nothing that lies in the repository, the environment or PATH changes what git tells us."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from gitfixtures import everything, forge_commit_graph, sample, script

from agentops_gates.gates.deadline import deadline
from agentops_gates.git.ranges import history, range_subject
from agentops_gates.git.repo import Repo
from agentops_gates.git.run import Git, find_git
from agentops_gates.model.errors import DeadlineExceededError, UndecidedError, UsageError


@pytest.mark.parametrize(
    "leaked",
    [
        pytest.param({"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "1"}, id="count"),
        pytest.param({"GIT_CONFIG_COUNT": "many"}, id="count-is-nonsense"),
        pytest.param({"GIT_CONFIG_PARAMETERS": "'core.bare=true'"}, id="parameters"),
        pytest.param({"GIT_CONFIG_GLOBAL": "/nonexistent"}, id="global"),
        pytest.param({"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_TRACE_SETUP": "1"}, id="trace"),
        pytest.param({"GIT_NAMESPACE": "other"}, id="namespace"),
        pytest.param({"GIT_REPLACE_REF_BASE": "refs/heads/"}, id="replace-base"),
        pytest.param({"GIT_EXEC_PATH": "/nonexistent"}, id="exec-path"),
        pytest.param({"GIT_ATTR_SOURCE": "HEAD~2"}, id="attribute-source"),
        pytest.param({"GIT_DIFF_OPTS": "-u0", "GIT_PREFIX": "gen/"}, id="diff-options"),
        pytest.param({"GIT_GLOB_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1"}, id="pathspecs"),
        pytest.param({"GIT_SHALLOW_FILE": "/nonexistent", "GIT_GRAFT_FILE": "/etc/hostname"}, id="history"),
        pytest.param({"GIT_DEFAULT_HASH": "sha256", "GIT_INDEX_VERSION": "4"}, id="formats"),
        pytest.param({"GIT_CEILING_DIRECTORIES": "/", "GIT_OPTIONAL_LOCKS": "1"}, id="discovery"),
        pytest.param({"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}, id="language"),
    ],
)
def test_a_leaked_variable_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaked: dict[str, str]
) -> None:
    repo = sample(tmp_path / "repo")
    before = everything(repo.path)
    for name, value in leaked.items():
        monkeypatch.setenv(name, value)
    assert everything(repo.path) == before


@pytest.mark.parametrize(
    ("settings", "fires"),
    [
        pytest.param({"core.fsmonitor": "{}"}, ("diff-index", "--cached", "HEAD"), id="fsmonitor"),
        pytest.param({"diff.external": "{}"}, ("diff", "HEAD~1"), id="diff.external"),
        pytest.param({"diff.lie.textconv": "{}"}, ("diff", "HEAD~1"), id="textconv"),
        pytest.param({"diff.lie.command": "{}"}, ("diff", "HEAD~1"), id="diff-driver"),
        pytest.param({"core.hooksPath": "{dir}"}, ("read-tree", "HEAD"), id="hook"),
        pytest.param({"filter.lie.clean": "{}", "filter.lie.smudge": "{}"}, ("add", "-A"), id="filter"),
    ],
)
def test_no_command_of_the_repository_is_run(tmp_path: Path, settings: dict[str, str], fires: tuple[str, ...]) -> None:
    repo = sample(tmp_path / "repo")
    marker = tmp_path / "marker"
    trap = script(tmp_path / "trap" / "post-index-change", f"touch {marker}; exit 0")
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    (repo.path / ".git" / "info" / "attributes").write_text("* diff=lie filter=lie\n")
    before = everything(repo.path)
    for name, value in settings.items():
        repo.git("config", "--global", name, value.format(trap, dir=trap.parent))
    assert everything(repo.path) == before
    assert not marker.exists()
    (repo.path / "b.py").write_text("y = 4\n")
    repo.run_git(*fires)
    assert marker.exists(), "the trap is not one"


@pytest.fixture
def history_of_four(repo: Workspace) -> list[str]:
    return [repo.commit(str(n), {"f": str(n)}) for n in range(4)]


def oids(path: Path) -> list[str]:
    with Repo.open(str(path)) as repo:
        return [commit.oid for commit in history(repo, "HEAD", 100)][::-1]


def test_replaced_objects_are_not_believed(repo: Workspace, history_of_four: list[str]) -> None:
    good, evil = history_of_four[0], history_of_four[-1]
    repo.git("replace", evil, good)
    repo.git("replace", repo.git("--no-replace-objects", "rev-parse", f"{evil}:f"), repo.git("rev-parse", f"{good}:f"))
    assert repo.git("cat-file", "-p", "HEAD:f") == "0"
    assert oids(repo.path) == history_of_four
    with Repo.open(str(repo.path)) as opened:
        (change,) = opened.changes(history_of_four[-2], evil)
        assert opened.objects.blob(change.new_oid) == b"3"


@pytest.mark.parametrize("forgery", ["grafts", "shallow", "commit-graph"])
def test_forged_history_is_not_believed(repo: Workspace, history_of_four: list[str], forgery: str) -> None:
    first, head = history_of_four[0], history_of_four[-1]
    if forgery == "grafts":
        (repo.path / ".git" / "info").mkdir(exist_ok=True)
        (repo.path / ".git" / "info" / "grafts").write_text(f"{head} {first}\n")
    elif forgery == "shallow":
        (repo.path / ".git" / "shallow").write_text(f"{head}\n")
    else:
        forge_commit_graph(repo, head, first)
    assert len(repo.git("rev-list", "HEAD").split()) < 4, "the forgery is none"
    assert oids(repo.path) == history_of_four
    with Repo.open(str(repo.path)) as opened:
        assert range_subject(opened, history_of_four[1], "HEAD").bases == (history_of_four[1],)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("{repo}/bin", id="absolute"),
        pytest.param("{repo}/sub/link", id="link-to-a-good-git"),
        pytest.param("bin", id="relative"),
        pytest.param("../planted", id="relative-and-outside"),
        pytest.param(".", id="dot"),
        pytest.param("", id="empty"),
        pytest.param("{outside}/link", id="link-from-outside"),
        pytest.param("{outside}/folder", id="linked-folder"),
    ],
)
@pytest.mark.parametrize("where", ["", "sub"])
def test_a_git_inside_the_work_tree_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, where: str
) -> None:
    repo = sample(tmp_path / "repo")
    good = find_git(str(tmp_path))
    marker = tmp_path / "marker"
    for folder in ("bin", ".", "sub", "sub/bin"):
        script(repo.path / folder / "git", f"touch {marker}; echo lies")
    for link, target in (("repo/sub/link/git", good), ("outside/link/git", str(repo.path / "bin" / "git"))):
        (tmp_path / link).parent.mkdir(parents=True)
        (tmp_path / link).symlink_to(target)
    script(tmp_path / "planted" / "git", f"touch {marker}; echo lies")
    script(repo.path / "planted" / "git", f"touch {marker}; echo lies")
    (tmp_path / "outside" / "folder").symlink_to(repo.path / "bin")
    monkeypatch.chdir(repo.path / where)
    first = entry.format(repo=repo.path, outside=tmp_path / "outside")
    monkeypatch.setenv("PATH", os.pathsep.join((first, os.environ["PATH"])))
    assert find_git() == good
    assert everything(Path.cwd())["policy"] == b"a = 1\n"
    assert not marker.exists()
    monkeypatch.setenv("PATH", first or os.pathsep)
    with pytest.raises(UndecidedError, match="no usable git at PATH"):
        Repo.open()


@pytest.mark.parametrize("pinned", ["git", "bin/git", "/nonexistent/git", "/", "{repo}/bin/git"])
def test_a_pinned_git_that_cannot_be_trusted_is_undecided(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, pinned: str
) -> None:
    script(repo.path / "bin" / "git", "echo lies")
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("AGENTOPS_GIT", pinned.format(repo=repo.path))
    with pytest.raises(UndecidedError, match="no usable git at AGENTOPS_GIT") as caught:
        Repo.open()
    assert caught.value.fix.startswith("set AGENTOPS_GIT to the whole path of git")


def test_a_git_below_the_work_tree_that_the_environment_names_is_passed_over(tmp_path: Path) -> None:
    script(tmp_path / "tree" / "git", "echo lies")
    (tmp_path / "here").mkdir()
    environ = {"PATH": str(tmp_path / "tree"), "GIT_WORK_TREE": "../tree"}
    with pytest.raises(UndecidedError, match="no usable git"):
        find_git(str(tmp_path / "here"), environ)


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("merge-base", "--is-ancestor", "HEAD", "1" * 40), id="unknown-object"),
        pytest.param(("rev-parse", "--verify", "no-such-name"), id="unknown-name"),
        pytest.param(("no-such-command",), id="unknown-command"),
        pytest.param(("diff-tree", "a\0b"), id="nul"),
    ],
)
def test_exit_128_is_never_no(repo: Workspace, args: tuple[str, ...]) -> None:
    repo.commit()
    with pytest.raises(UndecidedError, match="git"):
        Git(str(repo.path)).run(*args, ok=(0,) if args[0] == "no-such-command" else (0, 1))


def _children() -> set[str]:
    # Of this thread, as the kernel tells: another test may have left one of its own.
    try:
        with open("/proc/thread-self/children", encoding="ascii") as file:
            return set(file.read().split())
    except FileNotFoundError:
        return set()


def test_a_deadline_ends_the_call_and_its_process(repo: Workspace) -> None:
    git = Git(str(repo.path))
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    before = _children()
    started = time.monotonic()
    with pytest.raises(DeadlineExceededError), deadline(0.3):
        git.run("-c", "alias.slow=!sleep 5", "slow")
    assert time.monotonic() - started < 3
    assert _children() <= before
    assert not files or len(os.listdir("/proc/self/fd")) == files


@pytest.mark.parametrize("count", [0, 1, 300_000])
def test_long_input_and_long_output_do_not_wait_for_each_other(repo: Workspace, count: int) -> None:
    head = repo.commit()
    done = Git(str(repo.path)).run("cat-file", "--batch-check=%(objectname)", stdin=b"HEAD\n" * count)
    assert done.out == f"{head}\n".encode() * count


def test_input_that_nobody_reads_does_not_hurt(repo: Workspace) -> None:
    repo.commit()
    assert Git(str(repo.path)).run("rev-parse", "HEAD", stdin=b"x" * 5_000_000).out.strip() == repo.head().encode()


def test_the_complaint_names_the_command_and_is_printable(repo: Workspace) -> None:
    with pytest.raises(UndecidedError) as caught:
        Git(str(repo.path)).run("-c", "color.ui=never", "diff-tree", "\x1b[31m\nevil", "HEAD")
    assert str(caught.value).startswith("git diff-tree: fatal: ")
    assert str(caught.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else_is_undecided_with_the_mend(repo: Workspace) -> None:
    for folder, folders, files in os.walk(repo.path):
        for name in (folder, *(os.path.join(folder, name) for name in (*folders, *files))):
            os.chown(name, 12345, 12345)
    with pytest.raises(UndecidedError, match="dubious ownership") as caught:
        Repo.open(str(repo.path))
    assert "safe.directory" in caught.value.fix


def test_a_folder_that_is_gone_and_one_without_repository_are_usage_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="not in a git repository"):
        Repo.open(str(tmp_path))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UsageError, match="current directory"):
        Repo.open()


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        pytest.param("with space", "", id="space"),
        pytest.param("tschüß \u2028 \x0b \x85", "", id="separators-that-are-no-line-ends"),
        pytest.param(os.fsdecode(b"latin-\xe9"), "", id="not-utf-8"),
        pytest.param("not a git repository", "", id="misleading-name"),
        pytest.param("line\nbreak", "line break", id="line-break"),
    ],
)
def test_the_path_of_the_repository_may_be_odd(tmp_path: Path, name: str, mend: str) -> None:
    workspace = make_repository(tmp_path / name)
    workspace.commit()
    if mend:
        with pytest.raises(UndecidedError) as caught:
            Repo.open(str(workspace.path))
        assert mend in caught.value.fix
    else:
        with Repo.open(str(workspace.path)) as repo:
            assert repo.toplevel == os.path.realpath(workspace.path)
            assert repo.changes(None, "HEAD") == ()


def test_a_setting_of_the_user_does_not_reach_what_we_read(
    repo: Workspace, history_of_four: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.path.join(os.environ["HOME"], ".gitconfig"), "a", encoding="utf-8") as file:
        file.write("[trace2]\n\tnormalTarget = 2\n\teventTarget = 2\n\tperfTarget = 2\n[diff]\n\trenames = false\n")
        file.write("[core]\n\tcommentChar = x\n\tabbrev = 5\n\tquotePath = true\n[diff]\n\torderFile = /nonexistent\n")
    assert b"normalTarget" not in Git(str(repo.path)).run("rev-parse", "HEAD").err
    assert Git(str(repo.path)).run("rev-parse", "HEAD").err == b""
    assert oids(repo.path) == history_of_four
