"""``doctor``: says what really runs, never rounds up, changes nothing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from doors.doctorlib import CONFIG, NEEDED, ask, found, states
from doors.doorlib import MINE, Installed, hooks_folder, picture, put, run_tool

from agentops_gates.entry.githooks.script import recognise, render

STOPS = {
    "pre-commit": "git commit",
    "pre-merge-commit": "git merge",
    "prepare-commit-msg": "git commit --no-verify (of a worker)",
    "commit-msg": "git commit (message)",
    "pre-push": "git push",
}


# All is well.


def test_all_well(hooked: Workspace, installed: Installed) -> None:
    before = picture(hooked.path)
    answer = ask(installed, hooked, 0)
    assert answer["ok"]
    assert answer["findings"] == []
    assert [hook["name"] for hook in answer["worktrees"][0]["hooks"] if hook["needed"]] == list(NEEDED)
    assert all(hook["runs"] for hook in answer["worktrees"][0]["hooks"])
    assert answer["assurance"]["level"] == "L0"
    assert answer["assurance"]["stops"] == [STOPS[hook] for hook in NEEDED]
    assert set(answer["versions"]) >= {"agentops-gates", "python", "git"}
    assert picture(hooked.path) == before


def test_text_fits_and_does_not_round_up(hooked: Workspace, installed: Installed) -> None:
    done = installed.gate(hooked, "doctor")
    lines = done.stdout.splitlines()
    assert all(len(line) <= 80 for line in lines if str(hooked.path) not in line)
    assert "Assurance: L0, comfort." in done.stdout
    (hooks_folder(hooked) / "pre-push").unlink()
    rows = installed.gate(hooked, "doctor", ok=1).stdout.splitlines()
    assert any("pre-push          does NOT run the gates: there is no such hook" in row for row in rows)
    assert "--no-verify" in done.stdout
    assert "required check in CI" in done.stdout
    assert done.stderr == ""


def test_text_fits_around_a_long_path(hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    tree = tmp_path / ("long" * 12) / "linked"
    hooked.git("worktree", "add", "-q", str(tree))
    lines = installed.gate(hooked, "doctor").stdout.splitlines()
    setters = [line.strip() for line in lines if line.strip().startswith("(")]
    assert setters == ["(git's default)"] * len(setters)
    # Only a path may stand out, and then it stands alone.
    assert [line for line in lines if len(line) > 80 and len(line.split("  ")[-1].split()) > 1] == []


def test_every_worktree_is_listed(hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    hooked.git("worktree", "add", "-q", str(tmp_path / "linked"))
    hooked.git("worktree", "add", "-q", str(tmp_path / "gone"))
    (tmp_path / "gone" / ".git").unlink()
    for where in (hooked.path, tmp_path / "linked"):
        answer = ask(installed, where, 0)
        assert [tree["path"] for tree in answer["worktrees"]] == [str(hooked.path), str(tmp_path / "linked")]


def test_sparse_checkout_is_no_finding(hooked: Workspace, installed: Installed) -> None:
    hooked.commit("more", {"dir/b.py": "y = 1\n", "other/c.py": "z = 1\n"})
    hooked.git("sparse-checkout", "set", "dir")
    assert found(ask(installed, hooked, 0), "error", "warning") == []


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_runner_with_all_hooks(name: str, repo: Workspace, installed: Installed) -> None:
    repo.commit("first", {".pre-commit-config.yaml": CONFIG})
    run_tool(repo, name, "install")
    answer = ask(installed, repo, 0)
    assert {states(answer)[hook] for hook in NEEDED} == {name}
    assert found(answer, "error", "warning") == []
    assert ("safe-path" in dict(found(answer, "note"))) == (name == "pre-commit")
    assert "safe-path" not in dict(found(ask(installed, repo, 0, {"PYTHONSAFEPATH": "1"}), "note"))


UNSHOWN = ["any but the first ref of a push", "a new branch of commits that the remote has"]


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_what_a_runner_does_not_show_is_named(name: str, repo: Workspace, installed: Installed) -> None:
    repo.commit("first", {".pre-commit-config.yaml": CONFIG})
    run_tool(repo, name, "install")
    assert ask(installed, repo, 0)["assurance"]["cannot_stop"][:2] == UNSHOWN
    lines = installed.gate(repo, "doctor").stdout.splitlines()
    start = lines.index(f"  - {UNSHOWN[0]}")
    assert lines[start + 1 : start + 3] == [f"  - {UNSHOWN[1]}", "    next: agentops-gate install --hook pre-push"]
    installed.gate(repo, *lines[start + 2].split()[2:])
    assert not set(UNSHOWN) & set(ask(installed, repo, 0)["assurance"]["cannot_stop"])
    assert "install --hook pre-push" not in installed.gate(repo, "doctor").stdout


def test_nothing_of_a_push_is_kept_from_native_hooks(hooked: Workspace, installed: Installed) -> None:
    assert not set(UNSHOWN) & set(ask(installed, hooked, 0)["assurance"]["cannot_stop"])


@pytest.mark.parametrize("covered", [True, False])
def test_one_command_installs_what_is_missing(covered: bool, repo: Workspace, installed: Installed) -> None:
    config = CONFIG if covered else CONFIG.split("\n", 1)[1]
    repo.commit("first", {".pre-commit-config.yaml": config})
    fixes = [one["fix"] for one in ask(installed, repo, 1)["findings"] if one["severity"] == "error"]
    types = "".join(f" --hook-type {hook}" for hook in NEEDED)
    plain = "pre-commit install (or: prek install)"
    assert fixes[0] == (plain if covered else f"pre-commit install{types}, or the same with prek")
    run_tool(repo, "pre-commit", *fixes[0].partition(" (")[0].partition(",")[0].split()[1:])
    assert {states(ask(installed, repo, 0))[hook] for hook in NEEDED} == {"pre-commit"}


@pytest.mark.parametrize("address", ["https://mirror.example.org/x/y.git", "/srv/git/gates", "../gates"])
def test_hooks_of_a_mirror_are_ours(address: str, repo: Workspace, installed: Installed) -> None:
    repo.commit("first", {".pre-commit-config.yaml": CONFIG.replace("https://example.org/agentops-gates", address)})
    run_tool(repo, "pre-commit", "install")
    assert states(ask(installed, repo, 0))["pre-push"] == "pre-commit"


THEIRS = {
    "a local hook with an id like ours": "- {repo: local, hooks: [{id: agentops-pre-push, entry: ./mine.sh}]}",
    "an entry that is none of ours": (
        "- {repo: https://x.example/y, rev: v1, hooks: [{id: agentops-pre-push, entry: 'true'}]}"
    ),
    "an unrelated id": "- {repo: https://x.example/agentops-gates, rev: v1, hooks: [{id: lint}]}",
}


@pytest.mark.parametrize("entry", THEIRS.values(), ids=THEIRS)
def test_hooks_of_others_are_not_taken_for_ours(entry: str, repo: Workspace, installed: Installed) -> None:
    repo.commit("first", {".pre-commit-config.yaml": f"repos:\n{entry}\n"})
    for hook in NEEDED:
        run_tool(repo, "pre-commit", "install", "--hook-type", hook)
    assert "names no gate for this hook" in states(ask(installed, repo, 1))["pre-push"]


def test_a_list_of_exemptions_that_cannot_be_read(hooked: Workspace, installed: Installed) -> None:
    hooked.commit("list", {"agentops-gates.exemptions": "a.py::f = 12, why, 2999-01-01\n"})
    assert found(ask(installed, hooked, 0)) == []
    hooked.commit("list", {"agentops-gates.exemptions": "a.py::f = 12, why, 2999-01-01\nnonsense\n"})
    answer = ask(installed, hooked, 1)
    assert [name for name, _ in found(answer)] == ["exemptions"]
    assert "agentops-gates.exemptions of the base, line 2: not of the form" in found(answer)[0][1]
    assert "which is let through" in answer["findings"][0]["fix"]


def test_merges_left_to_the_push_are_a_choice(repo: Workspace, installed: Installed) -> None:
    """What ``init`` writes: commits and pushes."""
    repo.commit(
        "first",
        {
            ".pre-commit-config.yaml": CONFIG.replace("pre-merge-commit, ", "").replace(
                "{id: agentops-pre-merge-commit}, ", ""
            )
        },
    )
    run_tool(repo, "pre-commit", "install")
    answer = ask(installed, repo, 0)
    assert found(answer, "error") == []
    assert [name for name, _ in found(answer, "warning")] == ["hook-missing"]
    assert answer["findings"][0]["fix"] == "agentops-gate install --hook pre-merge-commit"
    assert answer["assurance"]["stops"] == [STOPS[hook] for hook in NEEDED if hook != "pre-merge-commit"]


def test_lefthook(repo: Workspace, installed: Installed) -> None:
    commands = {hook: f"{hook}:\n  commands:\n    a:\n      run: agentops-gate hook {hook}\n" for hook in NEEDED}
    script = "pre-push:\n  scripts:\n    agentops-gate.sh:\n      runner: sh\n      use_stdin: true\n"
    repo.commit("first", {"lefthook.yml": "".join((commands | {"pre-push": script}).values())})
    run_tool(repo, "lefthook", "install")
    answer = ask(installed, repo, 0)
    assert {states(answer)[hook] for hook in NEEDED} == {"lefthook"}
    assert found(answer, "error", "warning") == []
    repo.write("lefthook.yml", "".join(commands.values()))
    assert [name for name, _ in found(ask(installed, repo, 0), "warning")] == ["lefthook-push"]


def test_husky(repo: Workspace, installed: Installed) -> None:
    repo.commit("first")
    repo.git("config", "core.hooksPath", ".husky/_")
    put(repo.path / ".husky" / "_" / "h", "#!/bin/sh\n", 0o644)
    for hook in NEEDED:
        put(repo.path / ".husky" / "_" / hook, '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
    answer = ask(installed, repo, 1)
    assert "a hook of husky, which runs no gate" in states(answer)["pre-push"]
    assert f"in {repo.path}/.husky (" in answer["findings"][0]["fix"]
    assert answer["findings"][0]["fix"].split("\n")[1:] == ['    agentops-gate hook "${0##*/}" "$@" || exit']
    for hook in NEEDED:
        put(repo.path / ".husky" / hook, f'agentops-gate hook {hook} "$@" || exit\n', 0o644)
    assert "mentions agentops-gate" in states(ask(installed, repo, 0))["pre-push"]


def test_another_interpreter_is_named(hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    other = Installed(tmp_path / "other")
    assert states(ask(other, hooked, 0))["pre-push"] == f"native ({installed.python})"


def test_hand_written_hook_that_calls_the_gates(repo: Workspace, installed: Installed) -> None:
    repo.commit("first")
    for hook in NEEDED:
        put(hooks_folder(repo) / hook, f'#!/bin/sh\nexec agentops-gate hook {hook} "$@"\n')
    assert "mentions agentops-gate" in states(ask(installed, repo, 0))["pre-push"]


# Something that should run does not.


def _nothing(repo: Workspace, tmp_path: Path) -> str:
    for hook in NEEDED:
        (hooks_folder(repo) / hook).unlink()
    return f"{', '.join(NEEDED)} in "


def _not_executable(repo: Workspace, tmp_path: Path) -> str:
    (hooks_folder(repo) / "pre-push").chmod(0o644)
    return "not executable"


def _edited(repo: Workspace, tmp_path: Path) -> str:
    hook = hooks_folder(repo) / "pre-push"
    hook.write_text(hook.read_text().replace("main() {", "main() {\n  exit 0"))
    return "edited since"


def _replaced(repo: Workspace, tmp_path: Path) -> str:
    put(hooks_folder(repo) / "pre-push", MINE)
    return "a hook of yours, which runs no gate"


def _commented_out(repo: Workspace, tmp_path: Path) -> str:
    put(hooks_folder(repo) / "pre-push", "#!/bin/sh\n# agentops-gate hook pre-push\n")
    return "a hook of yours, which runs no gate"


def _forged(repo: Workspace, tmp_path: Path) -> str:
    hook = hooks_folder(repo) / "pre-push"
    head, body = hook.read_bytes().replace(b"exit 3", b"exit 0").split(b"\n# checksum: ")
    body = body.partition(b"\n")[2]
    checksum = hashlib.sha256(head + b"\n# checksum: \n" + body).hexdigest()
    hook.write_bytes(head + b"\n# checksum: " + checksum.encode() + b"\n" + body)
    found_ = recognise(hook.read_bytes())
    assert found_ is not None
    assert not found_.edited
    return "not as this version writes it"


def _chained_lost(repo: Workspace, tmp_path: Path) -> str:
    hook = hooks_folder(repo) / "pre-push"
    ours = recognise(hook.read_bytes())
    assert ours is not None
    hook.write_bytes(render("pre-push", ours.pins, "other"))
    return "the earlier hook is gone"


def _hooks_path_global(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "--global", "core.hooksPath", str(tmp_path / "company"))
    return "there is no such hook"


def _hooks_path_null(repo: Workspace, tmp_path: Path) -> str:
    repo.git("config", "core.hooksPath", os.devnull)
    return "there is no such hook"


def _other_worktree(repo: Workspace, tmp_path: Path) -> str:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("-C", str(tmp_path / "linked"), "config", "--worktree", "core.hooksPath", str(tmp_path / "none"))
    return f"in {tmp_path}/linked"


def _folder_in_the_way(repo: Workspace, tmp_path: Path) -> str:
    (hooks_folder(repo) / "pre-push").unlink()
    (hooks_folder(repo) / "pre-push").mkdir()
    return "neither a file nor a link"


def _lefthook_took_over(repo: Workspace, tmp_path: Path) -> str:
    repo.commit("lefthook", {"lefthook.yml": "pre-push:\n  commands:\n    a:\n      run: 'true'\n"})
    run_tool(repo, "lefthook", "install")
    return "it has put our hook aside"


def _pre_commit_alone(repo: Workspace, tmp_path: Path) -> str:
    for hook in NEEDED:
        (hooks_folder(repo) / hook).unlink()
    repo.commit("config", {".pre-commit-config.yaml": CONFIG.split("\n", 1)[1]})
    run_tool(repo, "pre-commit", "install")
    return "but it is not installed"


def _bad_policy(repo: Workspace, tmp_path: Path) -> str:
    repo.commit("policy", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complxty = 3\n"})
    return "max_complxty"


ILL = (
    _nothing,
    _not_executable,
    _edited,
    _replaced,
    _commented_out,
    _forged,
    _chained_lost,
    _hooks_path_global,
    _hooks_path_null,
    _other_worktree,
    _folder_in_the_way,
    _lefthook_took_over,
    _pre_commit_alone,
    _bad_policy,
)


@pytest.mark.parametrize("arrange", ILL, ids=lambda arrange: arrange.__name__.strip("_"))
def test_what_should_run_and_does_not(arrange, hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    said = arrange(hooked, tmp_path)
    answer = ask(installed, hooked, 1)
    assert not answer["ok"]
    assert any(said in message for _, message in found(answer))
    assert all(one["fix"] for one in answer["findings"] if one["severity"] == "error")
    if arrange is not _bad_policy:
        assert "git push" not in answer["assurance"]["stops"]
    text = installed.gate(hooked, "doctor", ok=1).stdout
    assert "error  " in text
    assert "next: " in text


@pytest.mark.parametrize("part", ["python", "package"])
def test_hook_that_blocks_everything(part: str, hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    own = Installed(tmp_path / "own")
    own.gate(hooked, "install")
    if part == "python":
        own.python.unlink()
    else:
        hook = hooks_folder(hooked) / "pre-push"
        ours = recognise(hook.read_bytes())
        assert ours is not None
        hook.write_bytes(render("pre-push", ours.pins._replace(package=str(tmp_path / "gone.py"))))
    answer = ask(installed, hooked, 1)
    assert any("blocks everything" in message for _, message in found(answer))


def test_hooks_path_names_who_set_it(hooked: Workspace, tmp_path: Path, installed: Installed) -> None:
    hooked.git("config", "--global", "core.hooksPath", str(tmp_path / "company"))
    path = ask(installed, hooked, 1)["worktrees"][0]["hooks_path"]
    assert path["scope"] == "global"
    assert path["origin"] == f"file:{os.environ['HOME']}/.gitconfig"
    assert path["kind"] == "outside"


def test_gravest_first(hooked: Workspace, installed: Installed) -> None:
    hooked.git("update-index", "--skip-worktree", "a.py")
    hooked.git("config", "hook.linter.command", "lint")
    (hooks_folder(hooked) / "pre-push").unlink()
    answer = ask(installed, hooked, 1)
    assert [one["severity"] for one in answer["findings"]] == ["error", "warning", "note"]


def test_in_odd_places(tmp_path: Path, repo: Workspace, installed: Installed) -> None:
    bare = make_repository(tmp_path / "bare.git", "--bare")
    answer = ask(installed, bare, 1)
    assert answer["assurance"]["words"] == "none"
    assert "install --server" in answer["findings"][0]["fix"]
    assert ask(installed, repo, 1)["worktrees"][0]["path"] == str(repo.path)  # unborn HEAD
    strange = make_repository(tmp_path / os.fsdecode(b"by\xff\x1bte"))
    assert "by\\xff\\x1bte" in installed.gate(strange, "doctor", ok=1).stdout
    assert "not in a git repository" in " ".join(installed.gate(tmp_path, "doctor", ok=2).stderr.split())
