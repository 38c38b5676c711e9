"""Who is told that three FAIL verdicts are enough: whoever tries the same again, by any way, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cli.verdictlib import said
from conftest import Workspace

from agentops_gates.entry.cli.app import main
from agentops_gates.model.errors import UsageError


def by(name: str) -> dict[str, str]:
    return {f"GIT_{who}_{part}": f"{name}@example.org" for who in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


def commit(project: Workspace, author: str, files: dict[str, str], *options: str) -> None:
    for path, content in files.items():
        project.write(path, content)
    project.git("add", "-A")
    project.git("commit", "-q", "-m", f"by {author}", *options, env=by(author))


def trunk(project: Workspace) -> None:
    """Let somebody else land something."""
    project.git("checkout", "-q", "main")
    project.commit("elsewhere", {f"other{project.git('rev-list', '--count', 'HEAD')}.py": "z = 1\n"})
    project.git("push", "-q", "origin", "main")
    project.git("checkout", "-q", "topic")


def failing(number: int) -> dict[str, str]:
    return {"b.py": f"y = {number}  # BUG\n"}


def amend(project: Workspace, number: int) -> None:
    commit(project, "ada", failing(number), "--amend")


def on_top(project: Workspace, number: int) -> None:
    commit(project, "ada", failing(number))


def new_branch(project: Workspace, number: int) -> None:
    project.git("checkout", "-q", "-b", f"topic{number}", "main")
    commit(project, "ada", failing(number))


def squashed(project: Workspace, number: int) -> None:
    commit(project, "ada", failing(number))
    project.git("reset", "-q", "--soft", "main")
    commit(project, "ada", {})


def rebased(project: Workspace, number: int) -> None:
    trunk(project)
    project.git("rebase", "-q", "main", env=by("ada"))
    commit(project, "ada", failing(number), "--amend")


def another_name(project: Workspace, number: int) -> None:
    commit(project, f"ada{number}", failing(number), "--amend", "--reset-author")


def reordered(project: Workspace, number: int) -> None:
    """Two commits, in another order each time, with an edit in both."""
    project.git("reset", "-q", "--hard", "main")
    files = [{"b.py": f"y = {number}  # BUG\n"}, {"c.py": f"z = {number}\n"}]
    for part in files if number % 2 else files[::-1]:
        commit(project, "ada", part)


@pytest.mark.parametrize(
    "again", [amend, on_top, new_branch, squashed, rebased, another_name, reordered], ids=lambda one: one.__name__
)
def test_to_try_again_is_not_to_start_over(
    project: Workspace, again: Callable[[Workspace, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, "ada", failing(0))
    said(capsys, 1, "vibe")
    for number in (1, 2):
        again(project, number)
        said(capsys, 1, "vibe")
    again(project, 3)
    with pytest.raises(UsageError, match="failed three times"):
        main(["vibe"])
    assert "AG108" in said(capsys, 1, "verdict", "verify")


def test_what_stays_possible(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Another base, another name and an edit at once: the documentation says so."""
    for number in range(4):
        trunk(project)
        project.git("reset", "-q", "--hard", "main")
        commit(project, f"ada{number}", failing(number))
        said(capsys, 1, "vibe")
    assert "AG103" in said(capsys, 1, "verdict", "verify")


def test_strangers_do_not_shut_each_other_out(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Four people, or four work trees of one, begin at the same tip; three of them fail."""
    for number, name in enumerate(("ada", "bob", "bob", "bob")):
        project.git("checkout", "-q", "-b", f"topic{number}", "main")
        commit(project, name, {f"new{number}.py": "y = 1  # BUG\n"})
        said(capsys, 1, "vibe")
    project.git("checkout", "-q", "-b", "mine", "main")
    commit(project, "ada", {"mine.py": "y = 1\n"})
    assert "(attempt 1)" in said(capsys, 0, "vibe")
    assert "accepted" in said(capsys, 0, "verdict", "verify")


def test_whoever_touches_everything_shuts_nobody_out(project: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        project.git("checkout", "-q", "-B", "topic", "main")
        commit(project, "mallory", {f"{name}.py": f"y = {number}  # BUG\n" for name in "abcdefgh"})
        said(capsys, 1, "vibe")
    project.git("checkout", "-q", "-b", "mine", "main")
    commit(project, "ada", {"a.py": "x = 2\n", "b.py": "y = 1\n"})
    said(capsys, 0, "vibe")
    assert "accepted" in said(capsys, 0, "verdict", "verify")
