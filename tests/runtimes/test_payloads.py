"""Payloads that are not what they should be: a refusal in the runtime's own form before a tool, silence elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agentops_gates.entry.runtimes.payload import Unreadable, parsed, read, written

from .runtimelib import QUIET, SHELL, hook, shell, verdict, wired

NAMES = [name for name, _, _ in SHELL]
_BASH = b'{"tool_name":"Bash","tool_input":{"command":"git status"}}'
BROKEN = {
    "empty": b"",
    "blank": b" \n",
    "no JSON": b"git status",
    "half": b'{"tool_name":"Bash","tool_input":{"command":"git sta',
    "a list": b"[]",
    "text": b'"git status"',
    "two values": _BASH + _BASH,
    "not UTF-8": b'{"tool_name":"Bash","tool_input":{"command":"git \xff"}}',
    "UTF-16": _BASH.decode().encode("utf-16"),
    "a key twice": b'{"tool_name":"Bash","tool_input":{"command":"git reset --hard","command":"git status"}}',
    "a key twice, spelled otherwise": b'{"tool_input":{"command":"git x","\\u0063ommand":"git y"},"tool_name":"Bash"}',
    "NaN": b'{"tool_name":"Bash","tool_input":{"command":"git status"},"timestamp":NaN}',
    "Infinity": b'{"tool_name":"Bash","tool_input":{"command":"git status"},"timestamp":-Infinity}',
    "a control character": b'{"tool_name":"Bash","tool_input":{"command":"git\x01status"}}',
    "deep": b'{"tool_name":"Bash","x":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep and open": b"[" * 500_000,
    "no tool": b'{"cwd":"/"}',
    "a long number": b'{"x":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_is_refused(name: str, case: str) -> None:
    event = next(event for one, event, _ in SHELL if one == name)
    done = hook(name, BROKEN[case], event)
    if name == "cursor" and case == "no tool":
        # The event is the tool there.
        assert b"came without command" in done.stdout
    assert (done.returncode, verdict(name, done.stdout), done.stderr) == (0, "deny", b"")
    assert b"next: " in done.stdout


@pytest.mark.parametrize("case", BROKEN)
def test_the_wire_refuses_it_too(case: str) -> None:
    done = wired("claude", "PreToolUse", BROKEN[case])
    assert (done.returncode, verdict("claude", done.stdout)) == (0, "deny")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", [None, 5, True, {}, [], [1], {"a": "git reset --hard"}], ids=str)
def test_a_command_that_is_no_text_is_refused(name: str, command: object) -> None:
    event = next(event for one, event, _ in SHELL if one == name)
    done = hook(name, shell(name, command), event)
    assert (done.returncode, verdict(name, done.stdout)) == (0, "deny")


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["git", "status"], ""), (["git", "reset", "--hard"], "deny"), (["sh", "-c", "git clean -fd"], "deny")],
    ids=str,
)
def test_words_are_a_command_too(words: list[str], expected: str) -> None:
    assert verdict("codex", hook("codex", shell("codex", words)).stdout) == expected


@pytest.mark.parametrize("name", NAMES)
def test_an_event_that_nobody_serves_is_silent(name: str) -> None:
    for given in ({"hook_event_name": "Unheard"}, {"hook_event_name": "SessionStart"}, {"hook_event_name": "stop"}):
        done = hook(name, given)
        assert (done.returncode, done.stdout.decode(), done.stderr) == (0, QUIET.get(name, ""), b"")


def test_broken_input_of_an_event_that_refuses_nothing_is_silent() -> None:
    done = hook("claude", b"{", "SessionStart")
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_new_name_of_the_event_does_not_switch_the_guard_off() -> None:
    given = {**shell("claude", "git reset --hard"), "hook_event_name": "BeforeToolUse"}
    assert verdict("claude", hook("claude", given, "PreToolUse").stdout) == "deny"


@pytest.mark.parametrize("name", NAMES)
def test_unknown_fields_and_tools_pass(name: str) -> None:
    event = next(event for one, event, _ in SHELL if one == name)
    done = hook(name, {**shell(name, "git status"), "novel": {"command": "git reset --hard"}}, event)
    assert (done.returncode, done.stdout.decode()) == (0, QUIET.get(name, ""))
    for tool in ("WebFetch", "mcp__git__reset", "bash2"):
        given = {"tool_name": tool, "toolName": tool, "tool": tool, "tool_input": {"command": "git reset --hard"}}
        event = "preToolUse" if name == "cursor" else event
        assert hook(name, given, event).stdout.decode() == QUIET.get(name, "")


@pytest.mark.parametrize("way", [hook, wired], ids=["door", "wire"])
def test_huge_payloads(way: object) -> None:
    run = (
        (lambda given: wired("claude", "PreToolUse", given)) if way is wired else (lambda given: hook("claude", given))
    )
    content = {"file_path": "/tmp/x.py", "content": "x = 1\n" * 180_000}
    started = time.monotonic()
    done = run({"cwd": "/", "hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": content})
    assert (done.returncode, done.stdout) == (0, b"")
    done = run(shell("claude", "echo " + "a" * 400_000 + "; git reset --hard"))
    assert verdict("claude", done.stdout) == "deny"
    assert time.monotonic() - started < 20


def test_a_payload_without_end_is_refused() -> None:
    done = hook("claude", b"[" + b" " * (17 << 20))
    assert verdict("claude", done.stdout) == "deny"


@pytest.mark.parametrize(
    "text", ["git reset --hard \ud800", "git reset --hard \u202e", "git\x00 reset; git reset --hard"]
)
def test_strange_characters(text: str) -> None:
    done = hook("claude", json.dumps(shell("claude", text)).encode())
    assert verdict("claude", done.stdout) == "deny"
    assert done.stdout.isascii()


@pytest.mark.parametrize("cwd", ["", "relative", "/no/such", "/etc/passwd", "/\u0000", "\udcff"], ids=repr)
def test_any_folder(cwd: str) -> None:
    done = hook("claude", json.dumps(shell("claude", "git reset --hard", cwd)).encode())
    assert (done.returncode, verdict("claude", done.stdout)) == (0, "deny")


def test_a_folder_that_is_no_text_is_refused() -> None:
    assert verdict("claude", hook("claude", {**shell("claude", "git status"), "cwd": 7}).stdout) == "deny"


def test_arguments_of_no_runtime_are_a_usage_error() -> None:
    for words in ([], ["--runtime", "emacs"], ["--event", "x"]):
        argv = [sys.executable, "-m", "agentops_gates", "hook", "agent", *words]
        done = subprocess.run(argv, input=b"", capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"--runtime" in done.stderr


@pytest.mark.parametrize("text", ["", " ", "{", '{"a":1,"a":1}', "[NaN]", "1 2", "nul", "'a'", "[" * 100_000, '"\n"'])
@pytest.mark.parametrize("scanner", [True, False], ids=["scanner", "json"])
def test_reading_refuses(text: str, scanner: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not scanner:
        monkeypatch.setitem(sys.modules, "_json", None)
    with pytest.raises(Unreadable):
        parsed(text)


@pytest.mark.parametrize("scanner", [True, False], ids=["scanner", "json"])
def test_reading_and_writing_are_those_of_json(scanner: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not scanner:
        monkeypatch.setitem(sys.modules, "_json", None)
    value = {"a": 'x"\\\n\u2028\U0001f600', "b": {"c": ""}}
    assert read(b"\xef\xbb\xbf " + json.dumps(value).encode() + b"\n") == value
    assert written(value) == json.dumps(value, separators=(",", ":"))


def test_the_deadline_comes_before_the_runtime_s(tmp_path: Path) -> None:
    code = (
        "from agentops_gates.entry.runtimes import session\n"
        "session.DEADLINE = 0.3\n"
        "raise SystemExit(session.main(['--runtime', 'claude', '--event', 'PreToolUse']))"
    )
    root = str(Path(__file__).parents[2])
    waiting, writer = os.pipe()
    try:
        environ = {**os.environ, "PYTHONPATH": root}
        argv = [sys.executable, "-c", code]
        done = subprocess.run(argv, stdin=waiting, capture_output=True, check=False, env=environ, timeout=20)
    finally:
        os.close(waiting)
        os.close(writer)
    assert (done.returncode, verdict("claude", done.stdout)) == (0, "deny")
    assert b"took longer" in done.stdout


def test_an_answer_that_cannot_be_written_is_exit_code_two(tmp_path: Path) -> None:
    argv = f"'{sys.executable}' -m agentops_gates hook agent --runtime claude"
    root = str(Path(__file__).parents[2])
    given = json.dumps(shell("claude", "git reset --hard")).encode()
    for redirection in (">&-", ">/dev/full"):
        done = subprocess.run(
            ["/bin/sh", "-c", f"{argv} {redirection}"],
            input=given, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": root},
        )  # fmt: skip
        assert done.returncode == 2
        assert b"AG401" in done.stderr


def test_an_error_of_our_own_is_a_refusal(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from agentops_gates.entry.runtimes import session\n"
        "session.SERVICES['before-tool'] = lambda module, call: 1 // 0\n"
        "raise SystemExit(session.main(['--runtime', sys.argv[1]]))"
    )
    root = str(Path(__file__).parents[2])
    for name, _, _ in SHELL:
        done = subprocess.run(
            [sys.executable, "-c", code, name],
            input=json.dumps(shell(name, "git status")).encode(),
            capture_output=True, check=False, env={**os.environ, "PYTHONPATH": root},
        )  # fmt: skip
        assert (done.returncode, verdict(name, done.stdout), done.stderr) == (0, "deny", b"")
        assert b"ZeroDivisionError" in done.stdout
