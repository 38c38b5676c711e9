"""``agentops-gate init``: writes once, keeps what is there, and leaves nothing half-written."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace

from agentops_gates import __version__
from agentops_gates.entry.cli.app import main
from agentops_gates.gates.registry import metadata
from agentops_gates.model.errors import UsageError
from agentops_gates.policy.load import build
from agentops_gates.policy.source import own_file
from agentops_gates.policy.template import template

OWN = "agentops-gates.toml"
HOOKS = ".pre-commit-config.yaml"
FULL_DISK = """
import resource, sys
from agentops_gates.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv = ["agentops-gate", "init"]
main()
"""
COMMAND = [sys.executable, "-I", "-m", "agentops_gates", "init"]


@pytest.fixture
def here(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(repo.path)
    return repo


def tree(repo: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in repo.path.iterdir() if path.name != ".git" and path.is_file()}


def refused(repo: Workspace) -> str:
    """Run init, expect it to refuse in one line and to leave every file as it was."""
    before = tree(repo)
    with pytest.raises(UsageError) as caught:
        main(["init"])
    assert tree(repo) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestTemplate:
    def test_it_is_the_default_policy(self) -> None:
        assert _digest(template(metadata())) == _digest("")

    def test_every_line_that_is_commented_out_is_true(self) -> None:
        text = re.sub(r"(?m)^# (?=\[|\w+ = )", "", template(metadata()))
        assert text.count(" = ") > 10
        assert build(own_file(text.encode()), None, metadata()).policy.gates["complexity-regression"]["overrides"]
        assert _digest(text.partition("[[gates")[0]) == _digest("")

    def test_another_branch_is_protected_too(self) -> None:
        policy = build(own_file(template(metadata(), "trunk").encode()), None, metadata()).policy
        assert policy.protected == ("trunk", "main", "master")

    def test_it_names_the_schema_and_stays_narrow(self) -> None:
        first, *rest = template(metadata()).splitlines()
        assert first.startswith("#:schema https://")
        assert first.endswith("/schemas/policy-v1.schema.json")
        assert max(map(len, rest)) <= 92


def _digest(text: str) -> str:
    return build(own_file(text.encode()), None, metadata()).policy.digest


class TestFresh:
    def test_both_files_are_written(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["init"]) == 0
        out = capsys.readouterr().out
        assert f"wrote {OWN}\nwrote {HOOKS}\n" in out
        assert sorted(tree(here)) == [HOOKS, OWN]
        assert f"rev: v{__version__}\n    hooks:\n      - id: agentops-pre-commit\n" in tree(here)[HOOKS].decode()
        assert main(["config", "validate"]) == 0

    def test_the_readme_shows_what_is_written(self, here: Workspace) -> None:
        main(["init"])
        readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
        shown = re.search(r"`init` adds this to `\.pre-commit-config\.yaml`.*?```yaml\n(.*?)```", readme, re.DOTALL)
        assert shown is not None
        # A remark behind a line is the README's own.
        assert re.sub(r" +#.*", "", shown[1]) == tree(here)[HOOKS].decode()

    def test_twice_is_once(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        main(["init"])
        before = tree(here)
        capsys.readouterr()
        assert main(["init"]) == 0
        assert tree(here) == before
        assert capsys.readouterr().out == f"{OWN} is there already\n{HOOKS} has the hooks already\n"

    def test_from_a_folder_it_writes_to_the_root(self, here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        here.write("a/b/c", "")
        monkeypatch.chdir(here.path / "a/b")
        main(["init"])
        assert sorted(tree(here)) == [HOOKS, OWN]

    def test_dry_run_prints_a_diff_that_applies_and_writes_nothing(
        self, here: Workspace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        here.write(HOOKS, "repos:\n- repo: x\n  hooks: [{id: a}]")
        before = tree(here)
        assert main(["init", "--dry-run"]) == 0
        assert tree(here) == before
        patch = capsys.readouterr().out
        here.git("apply", "-", stdin=patch.encode())
        applied = tree(here)
        here.write(HOOKS, before[HOOKS])
        (here.path / OWN).unlink()
        main(["init"])
        assert tree(here) == applied

    def test_the_branch_of_the_remote_is_protected(self, here: Workspace) -> None:
        here.commit("start")
        here.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
        here.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
        main(["init"])
        assert 'branches = ["trunk", "main", "master"]' in tree(here)[OWN].decode()

    def test_the_manifest_has_the_hooks_that_are_added(self, here: Workspace) -> None:
        from agentops_gates.entry.manifest import entries

        main(["init"])
        ids = re.findall(r"- id: (\S+)", tree(here)[HOOKS].decode())
        stages = {entry.id: entry.stages for entry in entries(metadata())}
        assert [stages[name] for name in ids] == [
            ("pre-commit",),
            ("pre-merge-commit",),
            ("prepare-commit-msg",),
            ("commit-msg",),
            ("pre-push",),
        ]


class TestExisting:
    def test_a_policy_is_never_touched(self, here: Workspace) -> None:
        here.write(OWN, "not even valid")
        main(["init"])
        assert tree(here)[OWN] == b"not even valid"

    def test_a_policy_in_pyproject_is_enough(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        here.write("pyproject.toml", "[tool.agentops-gates]\nversion = 1\n")
        main(["init"])
        assert OWN not in tree(here)
        assert "pyproject.toml holds the policy already" in capsys.readouterr().out

    def test_hooks_are_added_and_the_mode_is_kept(self, here: Workspace) -> None:
        text = "# mine\nrepos:\n- repo: x # yes\n  hooks:\n  - id: 'a'\n"
        here.write(HOOKS, text).chmod(0o640)
        main(["init"])
        new = tree(here)[HOOKS].decode()
        assert new.startswith(
            "# mine\n"
            "default_install_hook_types: [pre-commit, pre-merge-commit, prepare-commit-msg, commit-msg, pre-push]\n"
            "repos:\n- repo: x # yes\n"
        )
        assert (here.path / HOOKS).stat().st_mode & 0o777 == 0o640

    def test_hooks_of_ours_are_completed(self, here: Workspace) -> None:
        main(["init"])
        whole = tree(here)[HOOKS].decode()
        here.write(HOOKS, whole.replace("      - id: agentops-pre-merge-commit\n", ""))
        main(["init"])
        assert sorted(tree(here)[HOOKS].decode().splitlines()) == sorted(whole.splitlines())

    def test_single_gates_are_left_as_they_are_and_that_is_said(
        self, here: Workspace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["init"])
        text = tree(here)[HOOKS].decode().replace("- id: agentops-pre-push", "- id: complexity-regression-push")
        here.write(HOOKS, text)
        capsys.readouterr()
        main(["init"])
        assert tree(here)[HOOKS].decode() == text
        ours = "agentops-pre-commit, agentops-pre-merge-commit, agentops-prepare-commit-msg, agentops-commit-msg"
        names = f"{ours}, complexity-regression-push"
        assert (
            capsys.readouterr().out.splitlines()[-1] == f"{HOOKS} has hooks of your choice, left as they are: {names}"
        )


class TestRefused:
    @pytest.mark.parametrize("name", [OWN, HOOKS])
    def test_a_link(self, here: Workspace, name: str) -> None:
        here.write("real", "")
        os.symlink("real", here.path / name)
        assert refused(here) == f"{name} is a symbolic link"

    def test_a_dangling_link(self, here: Workspace) -> None:
        os.symlink("nowhere", here.path / HOOKS)
        assert refused(here) == f"{HOOKS} is a symbolic link"
        assert not (here.path / "nowhere").exists()

    @pytest.mark.parametrize("name", [OWN, HOOKS])
    def test_a_folder(self, here: Workspace, name: str) -> None:
        (here.path / name).mkdir()
        assert refused(here) == f"cannot read {name}: Is a directory"

    def test_broken_yaml(self, here: Workspace) -> None:
        here.write(HOOKS, "repos:\n- [")
        assert refused(here).startswith(f"{HOOKS}: not valid YAML (line ")

    def test_other_encodings(self, here: Workspace) -> None:
        here.write(HOOKS, b"repos: []\n# caf\xe9\n")
        assert refused(here) == f"{HOOKS}:2: not UTF-8"

    def test_a_broken_pyproject_that_may_hold_the_policy(self, here: Workspace) -> None:
        here.write("pyproject.toml", "[tool.agentops-gates\n")
        assert refused(here).startswith("pyproject.toml:1: not valid TOML")

    def test_a_bare_repository(self, here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        here.git("init", "-q", "--bare", "bare")
        monkeypatch.chdir(here.path / "bare")
        assert refused(here) == "a bare repository has no work tree to write to"

    def test_no_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match="is not in a git repository"):
            main(["init"])

    @pytest.mark.parametrize("limit", [0, 300], ids=["no byte fits", "only the second file fits"])
    def test_a_full_disk_leaves_everything_as_it_was(self, here: Workspace, limit: int) -> None:
        here.write(HOOKS, "repos: []\n")
        before = tree(here)
        # -B: under the limit Python would also cut its own cached modules short.
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", FULL_DISK, str(limit)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"agentops-gate: cannot write {OWN}: File too large\n  fix: nothing was written\n"
        assert tree(here) == before

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
    def test_a_read_only_folder(self, here: Workspace) -> None:
        here.path.chmod(0o555)
        try:
            assert refused(here) == f"cannot write {OWN}: Permission denied"
        finally:
            here.path.chmod(0o755)


class TestTerminal:
    @pytest.mark.parametrize(
        ("args", "answer", "written"),
        [
            ((), b"n\n", False),
            ((), b"y\n", True),
            ((), b"\n", True),
            (("--yes",), b"", True),
            (("--dry-run",), b"", False),
        ],
        ids=["no", "yes", "enter", "--yes", "--dry-run"],
    )
    def test_it_shows_the_diff_and_asks(
        self, here: Workspace, args: tuple[str, ...], answer: bytes, written: bool
    ) -> None:
        shown = on_terminal(answer, *args)
        assert (b"Write this?" in shown) == bool(answer)
        assert (b"+version = 1" in shown) == (args != ("--yes",))
        assert sorted(tree(here)) == ([HOOKS, OWN] if written else [])

    def test_it_asks_nothing_elsewhere(self, here: Workspace) -> None:
        done = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        assert "Write this?" not in done.stdout
        assert sorted(tree(here)) == [HOOKS, OWN]


def on_terminal(answer: bytes, *args: str) -> bytes:
    """Run init with a terminal as its input and output, type ``answer``, return what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, *args], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    if answer:
        while b"[Y/n]" not in shown:
            shown += os.read(ours, 1024)
        os.write(ours, answer)
    while True:
        try:
            part = os.read(ours, 1024)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    assert process.wait(60) == 0
    os.close(ours)
    return shown
