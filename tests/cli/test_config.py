"""``agentops-gate config``: what is in force with its origins, and every error of a policy that is being written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import Workspace

from agentops_gates.entry.cli.app import main
from agentops_gates.gates.registry import metadata
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError
from agentops_gates.policy.load import build, load_tree
from agentops_gates.policy.source import own_file

OWN = "agentops-gates.toml"
LIST = "agentops-gates.exemptions"
POLICY = """[gates.complexity-regression]
max_complexity = 12 # because

[[gates.complexity-regression.overrides]]
paths = ["tests/**"]
level = "off"
"""


@pytest.fixture
def here(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(repo.path)
    return repo


class TestShow:
    def test_defaults_without_a_commit(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config", "show"]) == 0
        out = capsys.readouterr().out
        assert out.startswith("# built-in defaults\n# sha256:")
        assert 'branches = ["main", "master"]                 # default\n' in out

    def test_values_and_origins(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        commit = here.commit("policy", {OWN: POLICY})
        here.write(OWN, "broken in the work tree")
        assert main(["config", "show"]) == 0
        out = capsys.readouterr().out.splitlines()
        assert out[0] == f"# {OWN} in commit {commit[:12]}"
        assert f"max_complexity = 12                           # {OWN}:2" in out
        assert 'level = "error"                               # default' in out
        assert f"[[gates.complexity-regression.overrides]]  # {OWN}:4" in out

    def test_the_text_is_that_policy_again(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        commit = here.commit("policy", {OWN: POLICY + "[deadlines]\nlocal = 0.5\n"})
        main(["config", "show"])
        shown = build(own_file(capsys.readouterr().out.encode()), None, metadata())
        with Repo.open() as opened:
            assert shown.policy.digest == load_tree(opened, commit, metadata()).policy.digest

    def test_it_fits_80_columns_and_is_still_that_policy(
        self, here: Workspace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        many = ", ".join(f'"some/folder/number-{n}/**"' for n in range(9))
        text = f"[protected]\nbranches = [{many}]\n" + POLICY.replace('"tests/**"', many)
        commit = here.commit("policy", {OWN: text + f"[deadlines]\nlocal = 0.{'1' * 14}\n"})
        main(["config", "show"])
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80
        assert f"branches = [                                  # {OWN}:2\n    " in out
        with Repo.open() as opened:
            assert (
                build(own_file(out.encode()), None, metadata()).policy.digest
                == load_tree(opened, commit, metadata()).policy.digest
            )

    def test_where_the_defaults_come_from_fits_too(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        os.symlink("elsewhere", here.path / "pyproject.toml")
        here.commit("link")
        main(["config", "show"])
        first, second, *_ = capsys.readouterr().out.splitlines()
        assert first.startswith("# built-in defaults (pyproject.toml is no regular file")
        assert second == "# followed)"

    def test_another_base(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        here.commit("old", {OWN: POLICY})
        here.commit("new", {OWN: POLICY.replace("12", "7")})
        main(["config", "show", "--base", "HEAD~1"])
        assert "max_complexity = 12 " in capsys.readouterr().out

    def test_json(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        table = "".join(
            f"[tool.agentops-gates.{line[1:]}" if line.startswith("[g") else line for line in POLICY.splitlines(True)
        )
        commit = here.commit("policy", {"pyproject.toml": table.replace("[[gates", "[[tool.agentops-gates.gates")})
        main(["config", "show", "--format", "json"])
        shown = json.loads(capsys.readouterr().out)
        rows = {row["key"]: (row["value"], row["origin"]) for row in shown["values"]}
        assert (shown["schema"], shown["base"]) == ("agentops-gates/policy/v1", commit)
        assert len(shown["digest"]) == 64
        assert rows["gates.complexity-regression.max_complexity"] == (12, "pyproject.toml:2")
        assert rows["gates.complexity-regression.overrides"] == (
            [{"paths": ["tests/**"], "level": "off"}],
            "pyproject.toml:4",
        )
        assert rows["deadlines.local"] == (5.0, "default")

    def test_an_invalid_policy_is_refused(self, here: Workspace) -> None:
        commit = here.commit("policy", {OWN: "x = 1"})
        with pytest.raises(UsageError, match=f"{OWN}:1 \\(commit {commit[:12]}\\): unknown key `x` at the top level"):
            main(["config", "show"])

    def test_an_unknown_base_is_refused(self, here: Workspace) -> None:
        with pytest.raises(UsageError, match=r"^nope names no commit in this clone$"):
            main(["config", "show", "--base", "nope"])

    def test_what_fools_a_terminal_is_escaped_and_still_toml(
        self, here: Workspace, capsys: pytest.CaptureFixture[str]
    ) -> None:
        here.commit("policy", {OWN: '[protected]\nbranches = ["\u202ex"]\n'})
        main(["config", "show"])
        out = capsys.readouterr().out
        assert "\u202e" not in out
        assert tomllib.loads(out)["protected"]["branches"] == ["\u202ex"]


class TestValidate:
    def test_no_policy(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["config", "validate"]) == 0
        assert "the built-in defaults hold" in capsys.readouterr().out

    def test_a_list_of_exemptions_is_checked_too(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        here.write(OWN, POLICY)
        here.write(LIST, "a.py::f = 12, why, 2999-01-01\n")
        assert main(["config", "validate"]) == 0
        assert capsys.readouterr().out == f"{OWN} is valid\n{LIST} is valid\n"
        here.write(LIST, "a.py::f = 12, why, 2999-01-01\na.py::g = 12, why, 2020-01-01\n")
        assert main(["config", "validate", LIST]) == 0
        assert capsys.readouterr().out == f"{LIST} is valid (1 of 2 lines ended already)\n"

    @pytest.mark.parametrize("args", [[], [LIST]], ids=["work tree", "file"])
    def test_every_fault_of_the_list_is_told(self, here: Workspace, args: list[str]) -> None:
        here.write(OWN, "a = 1\n")
        here.write(LIST, "a.py::f = 12, why, 2999-01-01\nnonsense\n\na.py::g = 0, why, 2999-01-01\n")
        with pytest.raises(UsageError) as caught:
            main(["config", "validate", *args])
        lines = str(caught.value).splitlines()
        assert [line.partition(": ")[0] for line in lines] == [
            *([] if args else [f"{OWN}:1"]),
            f"{LIST}:2",
            f"{LIST}:4",
        ]
        assert lines[-1] == f"{LIST}:4: the limit is not a positive number: a.py::g = 0, why, 2999-01-01"
        assert caught.value.fix == "write each line as: path::qualname = limit, reason, YYYY-MM-DD"

    def test_a_linked_list_is_refused(self, here: Workspace) -> None:
        here.write("real", "")
        os.symlink("real", here.path / LIST)
        with pytest.raises(UsageError, match=f"{LIST} is a symbolic link"):
            main(["config", "validate"])

    @pytest.mark.parametrize("folder", [".", "a/b"])
    def test_a_valid_work_tree(
        self, here: Workspace, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        here.write(OWN, POLICY)
        (here.path / folder).mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(here.path / folder)
        assert main(["config", "validate"]) == 0
        assert capsys.readouterr().out == f"{OWN} is valid\n"

    def test_a_table_in_pyproject(self, here: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        here.write("pyproject.toml", "[tool.agentops-gates]\nversion = 1\n")
        assert main(["config", "validate"]) == 0
        assert capsys.readouterr().out == "pyproject.toml is valid\n"

    def test_every_error_is_listed(self, here: Workspace) -> None:
        here.write(OWN, "a = 1\n" + POLICY.replace("12", "true"))
        with pytest.raises(UsageError) as caught:
            main(["config", "validate"])
        keys = "version, protected, deadlines, gates, verdicts, council, rescue, guard"
        assert str(caught.value).splitlines() == [
            f"{OWN}:1: unknown key `a` at the top level; known keys: {keys}",
            f"{OWN}:3: `max_complexity` in [gates.complexity-regression] must be an integer, not a boolean",
        ]

    def test_a_pattern_that_means_nothing_is_refused(self, here: Workspace) -> None:
        here.write(OWN, '[gates.complexity-regression]\nexclude = ["ok/**", "src/[abc"]\n')
        with pytest.raises(UsageError) as caught:
            main(["config", "validate"])
        assert str(caught.value) == (
            f"{OWN}:2: `exclude` in [gates.complexity-regression] holds an entry that cannot be used: `src/[abc` "
            "(a bracket is not closed before the next /; write [[] for a plain one)"
        )

    def test_both_homes_are_refused(self, here: Workspace) -> None:
        here.write(OWN, POLICY)
        here.write("pyproject.toml", "[tool.agentops-gates]\nversion = 1\n")
        with pytest.raises(UsageError, match=r"both agentops-gates\.toml and"):
            main(["config", "validate"])

    @pytest.mark.parametrize("name", ["elsewhere.toml", "sub/pyproject.toml"])
    def test_a_named_file(self, here: Workspace, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        here.write("elsewhere.toml", POLICY)
        here.write("sub/pyproject.toml", "[tool.agentops-gates]\nversion = 1\n")
        assert main(["config", "validate", name]) == 0
        assert capsys.readouterr().out == f"{name} is valid\n"

    def test_errors_of_a_named_file_name_it(self, here: Workspace) -> None:
        here.write("x.toml", "a = 1\n")
        with pytest.raises(UsageError, match=r"^x\.toml:1: unknown key `a`"):
            main(["config", "validate", "x.toml"])

    def test_a_named_file_works_outside_a_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "x.toml").write_text(POLICY)
        assert main(["config", "validate", "x.toml"]) == 0

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("missing.toml", "cannot read missing.toml: No such file or directory"),
            (".", "cannot read .: Is a directory"),
            ("pyproject.toml", r"pyproject.toml has no table \[tool.agentops-gates\]"),
            ("large.toml", "large.toml is larger than 65,536 bytes"),
            ("latin1.toml", "latin1.toml:2: not UTF-8: byte 0xe9"),
            ("nul\0.toml", "cannot read nul.x00.toml: embedded null byte"),
        ],
    )
    def test_what_cannot_be_checked_is_refused(self, here: Workspace, name: str, message: str) -> None:
        here.write("pyproject.toml", "[project]\n")
        here.write("large.toml", "#" * 70_000)
        here.write("latin1.toml", b"\n# caf\xe9")
        with pytest.raises(UsageError, match="^" + message):
            main(["config", "validate", name])

    def test_a_linked_policy_is_refused(self, here: Workspace) -> None:
        here.write("real.toml", POLICY)
        os.symlink("real.toml", here.path / OWN)
        with pytest.raises(UsageError, match=f"{OWN} is a symbolic link"):
            main(["config", "validate"])

    def test_a_bare_repository_has_nothing_to_check(self, here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        here.git("init", "-q", "--bare", "bare")
        monkeypatch.chdir(here.path / "bare")
        with pytest.raises(UsageError, match="a bare repository has no work tree"):
            main(["config", "validate"])

    def test_as_a_process_it_exits_2_with_the_line(self, here: Workspace) -> None:
        here.write(OWN, POLICY.replace("max_complexity", "max_complxety"))
        command = [sys.executable, "-I", "-m", "agentops_gates", "config", "validate"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr == (
            f"agentops-gate: {OWN}:2: unknown key `max_complxety` in\n"
            "  [gates.complexity-regression], did you mean `max_complexity`?\n"
        )
