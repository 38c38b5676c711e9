"""The sh front: what it lets through, and that it never lets through what the guard itself would look at."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from agentops_gates.shell import quick
from agentops_gates.shell.guard import decide
from agentops_gates.shell.hazards.context import Context

from ..shell.corpuslib import expected, lines
from .runtimelib import HERE, SHELL, shell, verdict, wired

SHELLS = [path for path in map(shutil.which, ("dash", "bash", "busybox", "ksh", "zsh")) if path]
EVERYDAY = (HERE / "everyday.txt").read_text().splitlines()


def passes(command: str, shell_path: str = "/bin/sh", *, cwd: str = "/srv/app", name: str = "claude") -> bool:
    """Tell whether the front lets a command through: without an interpreter nobody else can."""
    event = next(event for one, event, _ in SHELL if one == name)
    # The interpreter is one that refuses everything.
    refusing = "/bin/false"
    done = wired(name, event, shell(name, command, cwd), shell_path, python=refusing)
    assert done.returncode == 0, done
    return verdict(name, done.stdout) == ""


@pytest.mark.parametrize("shell_path", [path for path in SHELLS if "busybox" not in path])
def test_plain_commands_take_it(shell_path: str) -> None:
    for command in ("npm test", "ls -la src", "cd /srv/x && pytest -q 2>&1 | tail -5", 'echo "a b" > out.txt', "it's"):
        assert passes(command, shell_path), command
    for command in ("git status", "echo $X", 'eval "x"', "cat *.md", "a\nb", "python3 -c 'x'", "\u0067it"):
        assert not passes(command, shell_path), command


@pytest.mark.parametrize("name", ["claude", "codex", "cursor", "gemini", "opencode"])
def test_runtimes_that_have_it(name: str) -> None:
    assert passes("npm test", name=name)
    assert not passes("git status", name=name)


def test_most_everyday_commands_without_git_take_it() -> None:
    plain = [line for line in EVERYDAY if not line.startswith(("git ", "gh "))]
    taken = [line for line in plain if passes(line)]
    assert len(taken) / len(plain) > 0.7, sorted(set(plain) - set(taken))


def test_nothing_passes_that_the_guard_would_refuse() -> None:
    refused: list[str] = []
    for name in ("block_git", "block_shell", "block_bypass", "policy"):
        refused += [line for _, line in expected(name)]
    assert len(refused) > 500
    # In a folder that is no repository a few are harmless: the fixture's aliases, for one.
    asked = [line for line in refused if decide(line, Context("/srv/app")).answer != "allow"]
    assert len(asked) > 500
    assert [line for line in asked if passes(line) or passes(f"ls src; {line} 2>&1 | tail -5")] == []


def test_the_front_is_never_looser_than_the_cheap_path_of_the_guard() -> None:
    loose = [line for line in (*EVERYDAY, *lines("allow_everyday"), *lines("allow_mentions")) if passes(line)]
    assert [line for line in loose if not quick.harmless(_plainer(line))] == []


def _plainer(line: str) -> str:
    """Return a line without the three things that the front knows better: paths, lone dots, arguments of readers."""
    found = []
    for part in re.split(r"[;&|()<>]", line):
        words = ["x" if word == "." else word.replace("/", "_") for word in part.split()]
        found.append(("_" if words[:1] and words[0] in _READERS else " ").join(words))
    return " ; ".join(found)


_READERS = ("cat", "ls", "grep", "rg", "which", "cd", "head", "tail", "test", "file", "tree", "jq", "echo")


def test_every_mark_of_the_guard_stops_it() -> None:
    for mark in quick._MARKS:
        for text in (f"echo {mark}x y", f"echo {mark.upper()}x y", f"echo a{mark[:1]}''{mark[1:]}x y"):
            assert not passes(text), text


def test_every_program_that_runs_others_stops_it() -> None:
    for word in quick._READERS:
        for text in (f"{word} x", f"a; {word} x", f"a && {word.upper()} x" if word != "." else "a && . x"):
            assert not passes(text), text


@pytest.mark.parametrize("sign", sorted(quick._MAKERS - {"\0"}))
def test_every_sign_that_makes_other_words_stops_it(sign: str) -> None:
    assert not passes(f"npm {sign} test")


@pytest.mark.parametrize(
    "command",
    [
        *(
            "python -c x",
            "python -Ic x",
            "python -uc x",
            "python3.12 -c x",
            "python -",
            "cat x | python",
            "python -mc x -c y",
        ),
        *(
            "node -e x",
            "node --eval x",
            "node -pe x",
            "cat x | node",
            "perl -e x",
            "perl -ne x",
            "ruby -e x",
            "php -r x",
        ),
        *(
            "PATH=x npm test",
            "BASH_ENV=x npm test",
            "LD_PRELOAD=x ls",
            "rg --pre x y",
            "time . x",
            "rm -rf .",
            "mv . x",
        ),
        *("find x -delete", "fd -x rm", "sed -i s/a/b/ x", "sed -n 1e x", "sed 1e x", "sed -n w x", "rm -rf /srv/app"),
        *(
            "nice /srv/x",
            "timeout 5 ./x",
            "ls; /srv/x",
            "ls > x; bash x",
            "echo x | BASH",
            "npm test & eval x",
            "(sh x)",
        ),
        *(
            "awk x y",
            "gawk x",
            "printf x",
            "echo x | base64 -d",
            "tr a b",
            "xargs rm",
            "busybox sh",
            "command x",
            "doas x",
        ),
        *(
            "npm test\teval",
            "npm test\neval x",
            "npm \u00a0test\x7f",
            "ls ..",
            "cd .. ; rm -rf app",
            "cat < x",
            "deno eval x",
        ),
    ],
)
def test_what_can_become_anything_is_looked_at(command: str) -> None:
    assert not passes(command)


ATTACKS = [
    r'{"tool_name":"Bash","tool_input":{"command":"ls"},"tool_input":{"command":"git reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"command":"ls","command":"git reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"command":"\u0067it reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"command":"ls","\u0063ommand":"git reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"description":"\",\"command\":\"ls","command":"git reset --hard"}}',
    r'{"x":"\"tool_input\":{\"command\":\"ls\"","tool_name":"Bash","tool_input":{"command":"git reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"command":"ls\\\"; git reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"command":"ls\" \"; git reset --hard"}}',
    '{"tool_name":"Bash","tool_input":{"command":"ls"},\n"tool_input":{"command":"git reset --hard"}}',
    '{"tool_name":"Bash","tool_input":{"command":"g\'\'it reset --hard"}}',
    r'{"tool_name":"Bash","tool_input":{"command":"g\"\"it reset --hard"}}',
    '{"tool_name":"Write","tool_input":{"file_path":".git/config","x":{"tool_name":"Bash","command":"ls"}}}',
    '{"tool_name":"Bash","tool_input":{"command":"echo x > config"},"cwd":"/srv/x/.git"}',
]


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("shell_path", [path for path in SHELLS if "busybox" not in path])
def test_payloads_that_two_readers_could_read_in_two_ways(text: str, shell_path: str) -> None:
    done = wired("claude", "PreToolUse", text.encode(), shell_path, python="/bin/false")
    assert verdict("claude", done.stdout) == "deny"


def test_a_guard_that_ends_in_the_middle_is_a_refusal() -> None:
    for name, event, _ in SHELL:
        done = wired(name, event, shell(name, "git status"), python="/bin/false")
        assert (done.returncode, verdict(name, done.stdout)) == (0, "deny")
        assert b"doctor --probe" in done.stdout


@pytest.mark.parametrize("name", ["claude", "codex", "cursor", "gemini", "copilot"])
def test_without_an_interpreter_git_waits_and_the_rest_is_warned_of(name: str, tmp_path: Path) -> None:
    event = next(event for one, event, _ in SHELL if one == name)
    for command, expected_verdict in (("git status", "deny"), ("./x", None), ("rm .git/index", "deny")):
        done = wired(name, event, shell(name, command, "/home/u/git/x"), python=str(tmp_path / "gone"))
        assert done.returncode == 0
        assert b"not installed any more" in done.stdout + done.stderr or b"is gone" in done.stderr
        said = json.loads(done.stdout)
        if expected_verdict is None:
            assert said == {} or set(said) == {"systemMessage"}
        else:
            assert verdict(name, done.stdout) == expected_verdict


def test_bytes_that_are_no_text_go_to_the_guard() -> None:
    given = b'{"tool_name":"Bash","tool_input":{"command":"npm \xff\xfe"}}'
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    assert verdict("claude", wired("claude", "PreToolUse", given, env=environ).stdout) in ("", "deny")
