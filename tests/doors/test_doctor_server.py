"""``doctor`` on a server: whether the hook judges, and which level a verdict can reach, never rounded up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import make_repository
from doors.doctorlib import ask, found
from doors.doorlib import MINE, Installed, put
from doors.serverlib import GATE, MAIN, POLICY, Served
from verdicts.signlib import make_key

JUDGE = "judge@example.org"
APART = f'{POLICY}[verdicts]\nheld_apart = ["{JUDGE}"]\n'
OTHER = '[council.judges.two]\ncommand = ["/nonexistent/judge"]\nvendor = "b"\n'
TWO = APART.replace('principal = "judge@example.org"\n', f'principal = "{JUDGE}"\nvendor = "a"\n{OTHER}')
PERSON = APART.replace('principal = "judge@example.org"\n', f'principal = "{JUDGE}"\nhuman = true\n')


def _looked(served: Served, code: int = 0, **env: str) -> dict:
    return ask(served.installed, served.bare.path, code, env)


def _level(answer: dict) -> int | None:
    return answer["assurance"]["level"]


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server with the hook, the settings that are advised, and one commit on main."""
    server = Served(tmp_path, installed)
    installed.gate(tmp_path, "install", "--server", str(server.bare.path), "--configure")
    return server


def _signers(served: Served, mode: int = 0o644) -> str:
    key = make_key("ed25519", "server-judge").public
    text = f'{JUDGE} namespaces="agentops-verdict-v1" {key}\n'
    return str(put(served.bare.path.parent / "signers", text, mode))


def _administered(served: Served, *lines: str) -> Path:
    return put(served.bare.path / "agentops" / "server.toml", "".join(f"{line}\n" for line in lines), 0o644)


# What is well.


def test_nothing_is_wrong(served: Served, tmp_path: Path) -> None:
    answer = _looked(served)
    assert answer["ok"]
    assert answer["findings"] == []
    assert answer["hook"] == {"runs": True, "state": "as install wrote it"}
    assert answer["policy"]["protected"] == ["main", "release/*"]
    assert answer["policy"]["ref"] == "refs/heads/main"
    said = served.installed.gate(tmp_path, "doctor", "--server", str(served.bare.path)).stdout
    assert "pre-receive judges: as install wrote it" in said
    assert "verdicts can reach level 1 (bound) here, and no more." in said


def test_records_are_counted(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    assert served.push("--atomic", MAIN, served.judged()) == ""
    assert _looked(served)["records"] == {"refs": 1, "log": 0}
    served.client.commit("more", {"a.py": "x = 3\n"})
    served.judged(base="HEAD~1")
    served.rolled_up()
    assert served.push("refs/agentops/log") == ""
    assert _looked(served)["records"]["log"] == 2


def test_what_stands_behind_the_hook_is_told(served: Served) -> None:
    put(served.bare.path / "hooks" / "pre-receive.agentops-chained", MINE)
    served.installed.gate(served.bare.path.parent, "install", "--server", str(served.bare.path))
    assert "with the earlier hook behind it" in _looked(served)["hook"]["state"]


# The level.


@pytest.mark.parametrize(
    ("policy", "signed", "boundary", "level"),
    [
        ("version = 1\n", True, True, None),
        (POLICY, False, False, 1),
        (POLICY, True, True, 1),
        (APART, False, True, 1),
        (APART, True, False, 2),
        (APART, True, True, 3),
        (TWO, True, True, 4),
        (PERSON, True, True, 4),
        (TWO, False, True, 1),
        (TWO, True, False, 2),
    ],
)
def test_levels(
    tmp_path: Path, installed: Installed, policy: str, signed: bool, boundary: bool, level: int | None
) -> None:
    served = Served(tmp_path, installed, policy)
    lines = [f'signers = "{_signers(served)}"'] * signed + ['boundary = "http"'] * boundary
    _administered(served, *lines)
    answer = _looked(served)
    assert _level(answer) == level
    assert bool(answer["assurance"]["missing"]) is (level != 4)
    login = [line for line in answer["assurance"]["cannot_stop"] if "login shell" in line]
    assert bool(login) is not boundary


@pytest.mark.parametrize("place", ["hook", "hooks", "config", "server.toml", "signers", "repository"])
def test_what_others_can_write_lowers_it(tmp_path: Path, installed: Installed, place: str) -> None:
    served = Served(tmp_path, installed, TWO)
    signers = _signers(served)
    settings = _administered(served, f'signers = "{signers}"', 'boundary = "http"')
    bare = served.bare.path
    paths = {
        "hook": bare / "hooks" / "pre-receive",
        "hooks": bare / "hooks",
        "config": bare / "config",
        "server.toml": settings,
        "signers": Path(signers),
        "repository": bare,
    }
    assert _level(_looked(served)) == 4
    paths[place].chmod(paths[place].stat().st_mode | 0o002)
    answer = _looked(served)
    assert _level(answer) == 1
    assert [id_ for id_, _ in found(answer, "warning") if id_ == "writable"] == ["writable"]


def test_no_hook_no_level(tmp_path: Path, installed: Installed) -> None:
    bare = make_repository(tmp_path / "bare.git", "--bare")
    answer = ask(installed, bare, 1)
    assert _level(answer) is None
    assert answer["assurance"]["words"] == "none"
    assert [id_ for id_, _ in found(answer)] == ["hook-missing"]
    assert f"install --server {bare.path}" in answer["findings"][0]["fix"]
    assert "unborn" in [id_ for id_, _ in found(answer, "note")]


# The hook.


def _gone(line: str) -> Callable[[Served], object]:
    def change(served: Served) -> None:
        from agentops_gates.entry.githooks.script import recognise, render

        hook = served.bare.path / "hooks" / "pre-receive"
        ours = recognise(hook.read_bytes())
        assert ours is not None
        hook.write_bytes(render("pre-receive", ours.pins._replace(**{line: str(served.bare.path / "gone")})))

    return change


def _bare_python(served: Served) -> None:
    """Another Python, in which nobody installed the package."""
    from agentops_gates.entry.githooks.script import recognise, render

    hook = served.bare.path / "hooks" / "pre-receive"
    ours = recognise(hook.read_bytes())
    assert ours is not None
    other = put(served.bare.path.parent / "python", f'#!/bin/sh\nexec {ours.pins.python} -S "$@"\n')
    hook.write_bytes(render("pre-receive", ours.pins._replace(python=str(other))))


def _edit(served: Served) -> None:
    hook = served.bare.path / "hooks" / "pre-receive"
    hook.write_text(hook.read_text().replace("exit 3", "exit 0"))


def _forge(served: Served) -> None:
    """Edited by somebody who also writes the checksum anew."""
    import hashlib

    hook = served.bare.path / "hooks" / "pre-receive"
    first, second, _, *rest = hook.read_bytes().replace(b"\n  plain && passes=yes", b"\n  passes=yes").split(b"\n")
    head, body = b"\n".join((first, second, b"# checksum: ")), b"\n".join(rest)
    hook.write_bytes(head + hashlib.sha256(head + b"\n" + body).hexdigest().encode() + b"\n" + body)


def _elsewhere(served: Served) -> None:
    put(served.bare.path.parent / "elsewhere" / "pre-receive", MINE)
    served.bare.git("config", "core.hooksPath", str(served.bare.path.parent / "elsewhere"))


@pytest.mark.parametrize(
    ("change", "id_", "why"),
    [
        (lambda served: (served.bare.path / "hooks" / "pre-receive").unlink(), "hook-missing", "no such hook"),
        (lambda served: put(served.bare.path / "hooks" / "pre-receive", MINE), "hook-missing", "a hook of yours"),
        (lambda served: (served.bare.path / "hooks" / "pre-receive").chmod(0o644), "hook-missing", "not executable"),
        (_edit, "hook-missing", "edited since"),
        (_forge, "hook-missing", "not as this version writes it"),
        (_gone("python"), "hook-missing", "gone any more"),
        (_gone("package"), "hook-missing", "gone any more"),
        (_gone("git"), "hook-missing", "gone any more"),
        (_bare_python, "interpreter", "does not find"),
        (_elsewhere, "hooks-path", "core.hooksPath, local, file:"),
    ],
)
def test_a_hook_that_does_not_judge(served: Served, change: Callable[[Served], object], id_: str, why: str) -> None:
    change(served)
    answer = _looked(served, 1)
    assert not answer["hook"]["runs"]
    assert _level(answer) is None
    ((first, message), *_) = found(answer)
    assert first == id_
    assert why in message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_stranger_s_python_is_not_started(served: Served, tmp_path: Path) -> None:
    """Whoever may write the hook would otherwise have the administrator run what they like."""
    from agentops_gates.entry.githooks.script import recognise, render

    hook = served.bare.path / "hooks" / "pre-receive"
    ours = recognise(hook.read_bytes())
    assert ours is not None
    trap = put(tmp_path / "strange" / "bin" / "python", f"#!/bin/sh\n: >{tmp_path}/started\n")
    os.chown(trap, 12345, 12345)
    hook.write_bytes(render("pre-receive", ours.pins._replace(python=str(trap))))
    assert "interpreter" in [id_ for id_, _ in found(_looked(served), "warning")]
    assert not (tmp_path / "started").exists()


# What lies around it.


def _config(name: str, value: str) -> Callable[[Served], object]:
    return lambda served: served.bare.git("config", name, value)


def _alternates(served: Served) -> None:
    put(served.bare.path / "objects" / "info" / "alternates", "/nonexistent/objects\n", 0o644)


def _broken_policy(served: Served) -> None:
    served.client.commit("broken", {"agentops-gates.toml": "broken = ["})
    served.bare.git("fetch", "-q", str(served.client.path), "HEAD:refs/heads/main")


def _level_2(served: Served) -> None:
    served.client.commit("level", {"agentops-gates.toml": f"{APART}required_level = 2\n"})
    served.bare.git("fetch", "-q", str(served.client.path), "HEAD:refs/heads/main")


def _many_records(served: Served) -> None:
    refs = "".join(f"create refs/agentops/verdicts/{GATE}/x{n} {served.client.head()}\n" for n in range(501))
    served.bare.git("update-ref", "--stdin", stdin=refs.encode())


@pytest.mark.parametrize(
    ("change", "severity", "id_"),
    [
        (_config("receive.denyDeletes", "false"), "note", "setting"),
        (_config("receive.fsckObjects", "false"), "warning", "setting"),
        (_config("transfer.hideRefs", "refs/agentops"), "error", "setting"),
        (_config("core.hooksPath", "hooks"), "note", "hooks-path"),
        (lambda served: _administered(served, 'boundary = "hope"'), "error", "server-file"),
        (lambda served: _administered(served, 'signers = "/nonexistent/signers"'), "error", "server-file"),
        (lambda served: served.bare.git("replace", "-f", "HEAD^{tree}", "HEAD:"), "warning", "replaced"),
        (lambda served: put(served.bare.path / "info" / "grafts", served.client.head() + "\n"), "warning", "grafts"),
        (lambda served: put(served.bare.path / "shallow", served.client.head() + "\n"), "warning", "shallow"),
        (_alternates, "error", "alternates"),
        (_broken_policy, "error", "policy"),
        (_level_2, "error", "signers"),
        (_many_records, "note", "roll-up"),
    ],
)
def test_around_it(served: Served, change: Callable[[Served], object], severity: str, id_: str) -> None:
    change(served)
    answer = _looked(served, 1 if severity == "error" else 0)
    assert id_ in [name for name, _ in found(answer, severity)]


def test_only_a_bare_repository_is_a_server(served: Served, tmp_path: Path) -> None:
    served.installed.gate(tmp_path, "doctor", "--server", str(served.client.path), ok=2)
    served.bare.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "main")
    assert "worktrees" in ask(served.installed, served.bare.path, 1)
    served.installed.gate(tmp_path, "doctor", "--server", str(served.bare.path))
