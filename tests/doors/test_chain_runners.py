"""Our native hooks together with the real pre-commit, prek and lefthook, whoever was installed first or again."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, branchy
from doors.doorlib import Installed, hooks_folder, picture, put, quick, run_tool

GOOD = branchy("f", 3)
BAD = branchy("f", 14)


class Pair:
    """A repository in which ``name`` runs a command of its own before each commit, and our hooks come on top."""

    def __init__(self, name: str, repo: Workspace, trace: Path, installed: Installed) -> None:
        self.name, self.repo, self.installed, self._trace = name, repo, installed, trace
        command = put(trace.with_name("theirs"), f'#!/bin/sh\necho ran >>{trace}\nexit "${{THEIRS:-0}}"\n')
        hook = f"{{id: x, name: x, language: system, entry: {command}, always_run: true, pass_filenames: false}}"
        repo.write(".pre-commit-config.yaml", f"repos: [{{repo: local, hooks: [{hook}]}}]\n")
        repo.write("lefthook.yml", f"pre-commit:\n  commands:\n    x:\n      run: {command}\n")
        repo.commit("first", {"a.py": GOOD})

    def install_theirs(self, *options: str) -> None:
        run_tool(self.repo, self.name, "install", *options)

    def uninstall_theirs(self) -> None:
        run_tool(self.repo, self.name, "uninstall")

    def install_ours(self) -> str:
        return self.installed.gate(self.repo, "install", "--hook", "pre-commit").stdout

    def theirs_ran(self) -> int:
        count = len(self._trace.read_text().splitlines()) if self._trace.exists() else 0
        self._trace.unlink(missing_ok=True)
        return count

    def both_judge(self) -> None:
        """Commit something good (each runs once), something bad for us, and something bad for them."""
        self.repo.write("b.py", f"x = {self.repo.git('rev-list', '--count', 'HEAD')}\n")
        self.repo.git("add", "b.py")
        done = quick(self.repo, "commit", "-m", "good")
        assert done.returncode == 0, done.stderr
        assert self.theirs_ran() == 1
        self.repo.write("a.py", BAD)
        self.repo.git("add", "a.py")
        done = quick(self.repo, "commit", "-m", "bad")
        assert done.returncode != 0
        assert "AG601" in done.stderr + done.stdout
        self.theirs_ran()
        self.repo.git("checkout", "-q", "HEAD", "--", "a.py")
        self.repo.write("b.py", "x = 0\n")
        self.repo.git("add", "b.py")
        assert quick(self.repo, "commit", "-m", "bad for them", env={"THEIRS": "1"}).returncode != 0
        assert self.theirs_ran() == 1


@pytest.fixture
def pair(runner_name: str, repo: Workspace, tmp_path: Path, installed: Installed) -> Pair:
    return Pair(runner_name, repo, tmp_path / "trace", installed)


def test_ours_on_top_and_back(pair: Pair) -> None:
    pair.install_theirs()
    before = picture(hooks_folder(pair.repo))
    said = pair.install_ours()
    assert f"runs the hook of {pair.name} too" in said
    pair.both_judge()
    pair.both_judge()
    pair.installed.gate(pair.repo, "uninstall")
    assert picture(hooks_folder(pair.repo)) == before


def test_theirs_on_top_of_ours(pair: Pair) -> None:
    """pre-commit and prek run what they find as NAME.legacy; lefthook sets it aside, which doctor sees."""
    pair.install_ours()
    pair.install_theirs()
    if pair.name == "lefthook":
        said = pair.installed.gate(pair.repo, "doctor", ok=1).stdout
        assert "it has put our hook aside" in " ".join(said.split())
        pair.install_ours()
    pair.both_judge()
    assert "unchanged" in pair.install_ours()
    pair.both_judge()


def test_theirs_again_after_ours(pair: Pair) -> None:
    pair.install_theirs()
    pair.install_ours()
    pair.install_theirs()
    if pair.name == "lefthook":
        # Two hooks of theirs for one place now: the same bytes, so nothing is lost.
        pair.install_ours()
    pair.both_judge()


@pytest.mark.parametrize("first", ["theirs", "ours"])
def test_all_gone_in_the_end(first: str, pair: Pair) -> None:
    pair.install_theirs()
    pair.install_ours()
    pair.install_theirs()
    for who in (first, "ours", "theirs"):
        if who == "ours":
            pair.installed.gate(pair.repo, "uninstall")
        else:
            pair.uninstall_theirs()
    ours = [name for name, (_, _, content) in picture(hooks_folder(pair.repo)).items() if b"agentops" in content]
    assert ours == []
    assert "pre-commit.agentops-chained" not in picture(hooks_folder(pair.repo))


def test_lefthook_does_not_reinstall_itself_from_below(pair: Pair) -> None:
    pair.install_theirs()
    pair.install_ours()
    with open(pair.repo.path / "lefthook.yml", "a") as file:
        file.write("# changed, which makes lefthook write its hooks anew\n")
    pair.repo.commit("configuration")
    pair.both_judge()
    assert "unchanged" in pair.install_ours()
