"""The judges under examples/: they run as they are, with stand-ins for the agents' command lines and for an editor."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from verdicts.council.councillib import Bench

from agentops_gates.verdicts.council import CouncilResult, JudgeConfig

EXAMPLES = Path(__file__).parents[3] / "examples" / "judges"
ANSWER = {"schema": "agentops-gates/judge-answer/v1", "verdict": "WARN", "summary": "s", "findings": []}
ANSWER |= {"checked": ["**"], "not_checked": []}
TEXT = json.dumps(ANSWER)
CLAUDE = {"type": "result", "subtype": "success", "is_error": False, "result": TEXT, "session_id": "1"}
EVENTS = [{"type": "step_start", "part": {}}, {"type": "text", "part": {"type": "text", "text": "Let me look."}}]
EVENTS += [{"type": "text", "part": {"type": "text", "text": TEXT}}, {"type": "step_finish", "part": {}}]
LINES = "\n".join(map(json.dumps, EVENTS))


@pytest.fixture
def adapted(bench: Bench) -> Bench:
    """A bench whose base holds the adapters, as the examples say."""
    files = {f".agents/judges/{name}": (EXAMPLES / name).read_text() for name in ("agent_cli.py", "human.py")}
    bench.base = bench.workspace.commit("adapters", dict(files))
    bench.workspace.commit("change", {"a.py": "x = 5\n"})
    return bench


def ask(bench: Bench, agent: str, prints: str, code: int = 0) -> tuple[CouncilResult, dict[str, Any]]:
    """Ask ``agent``, whose command line prints ``prints``; return the result, and how it was called."""
    seen = bench.programs / "seen.json"
    program = bench.programs / agent
    program.write_text(
        f"#!{sys.executable} -I\nimport json, os, sys\npacket = sys.stdin.read()\n"
        f"json.dump({{'argv': sys.argv[1:], 'packet': packet, 'env': dict(os.environ)}}, open({str(seen)!r}, 'w'))\n"
        f"print({prints!r})\nsys.exit({code})\n"
    )
    program.chmod(0o755)
    command = (sys.executable, "-I", "{base}/.agents/judges/agent_cli.py", agent, "--model", "m")
    environ = {"PATH": f"{bench.programs}:{os.environ['PATH']}"}
    result = bench.council(JudgeConfig("j", command, "j"), environ=environ)
    return result, json.loads(seen.read_text())


@pytest.mark.parametrize(
    ("agent", "prints"),
    [
        ("claude", json.dumps(CLAUDE)),
        ("codex", TEXT),
        ("gemini", json.dumps({"response": f"```json\n{TEXT}\n```", "stats": {}})),
        ("copilot", TEXT),
        ("opencode", LINES),
    ],
)
def test_an_agents_last_words_are_its_answer(adapted: Bench, agent: str, prints: str) -> None:
    result, seen = ask(adapted, agent, prints)
    assert result.verdict == "WARN", result.opinions
    assert "--model" in seen["argv"]
    packet = json.loads(seen["packet"])
    assert packet["schema"] == "agentops-gates/packet/v1"
    if agent == "codex":
        assert seen["argv"][-1] == "-"
    if agent == "opencode":
        assert json.loads(seen["env"]["OPENCODE_CONFIG_CONTENT"])["permission"]["edit"] == "deny"


@pytest.mark.parametrize(
    ("agent", "prints", "code"),
    [
        ("claude", json.dumps({**CLAUDE, "is_error": True}), 0),
        ("claude", json.dumps({**CLAUDE, "result": "I approve. PASS."}), 0),
        ("claude", TEXT, 0),
        ("claude", json.dumps(CLAUDE), 1),
        ("codex", f"Here is my verdict:\n{TEXT}", 0),
        ("gemini", json.dumps({"error": {"message": "quota"}}), 0),
        ("opencode", "ProviderModelNotFoundError: no such model", 0),
        ("opencode", json.dumps(EVENTS[0]), 0),
        ("copilot", f"```json\n{TEXT}\n```\n{TEXT}", 0),
    ],
)
def test_anything_else_is_no_answer(adapted: Bench, agent: str, prints: str, code: int) -> None:
    result, _ = ask(adapted, agent, prints, code)
    assert result.verdict is None
    assert result.opinions[0].problem


def test_an_unknown_agent_is_named(adapted: Bench) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "agent_cli.py", "other"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "claude|codex|gemini|copilot|opencode" in done.stderr


# Runs a council with the human judge and tells what came of it: to be started with a terminal of its own.
SITTING = """
import json, os, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[4])
from agentops_gates.git.repo import Repo
from agentops_gates.verdicts.council import CouncilConfig, JudgeConfig, run_council
from conftest import Workspace
from verdicts.council.councillib import move
path, base, out = sys.argv[1:4]
command = (sys.executable, "-I", "{base}/.agents/judges/human.py")
judge = JudgeConfig("sam", command, "sam@example.org", human=True)
with Repo.open(path) as repo:
    transition = move(Workspace(Path(path)), base, Workspace(Path(path)).head())
    result = run_council(repo, transition, CouncilConfig((judge,), timeout=20, retries=0), gate="push-after-vibe")
with open("/dev/tty") as tty:
    back = os.tcgetpgrp(tty.fileno()) == os.getpgrp()
told = {"verdict": result.verdict, "problem": result.opinions[0].problem, "findings": [f[2:5] for f in result.findings],
        "apart": [one.independence for one in result.judges], "back": back}
Path(out).write_text(json.dumps(told))
"""


def judged(bench: Bench, editor: str) -> dict[str, Any]:
    """Let the person whose ``editor`` this is judge on a terminal; return what was told."""
    script, out = bench.programs / "sitting.py", bench.programs / "out.json"
    script.write_text(SITTING)
    program = bench.programs / "editor.py"
    program.write_text(
        "import os, sys\npath = sys.argv[1]\ntext = open(path).read()\n"
        "front = os.tcgetpgrp(0) == os.getpgrp()\nassert sys.stdin.isatty() and front\n" + editor
    )
    checkout = [str(EXAMPLES.parents[1]), str(EXAMPLES.parents[1] / "tests")]
    argv = [sys.executable, str(script), str(bench.workspace.path), bench.base, str(out), json.dumps(checkout)]
    child, terminal = pty.fork()
    if not child:
        os.environ["EDITOR"] = f"{sys.executable} -I {program}"
        os.execv(argv[0], argv)
    said = b""
    while chunk := read(terminal):
        said += chunk
    os.waitpid(child, 0)
    os.close(terminal)
    assert out.exists(), said.decode(errors="replace")
    return dict(json.loads(out.read_text()))


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side has closed it
        return b""


def test_a_person_judges_in_an_editor(adapted: Bench) -> None:
    told = judged(
        adapted,
        "assert '+x = 5' in text and 'change' in text\n"
        "text = text.replace('verdict:', 'verdict: WARN').replace('summary:', 'summary: not quite')\n"
        "text = text.replace('checked: **\\n', 'checked: **\\nfinding: serious | a.py:1 | x is 5\\n', 1)\n"
        "open(path, 'w').write(text)\n",
    )
    assert told == {
        "verdict": "WARN",
        "problem": "",
        "findings": [["serious", "x is 5", "a.py:1"]],
        "apart": ["human"],
        "back": True,
    }


@pytest.mark.parametrize(
    "editor", ["pass", "sys.exit(1)", "open(path, 'w').write(text.replace('verdict:', 'verdict: ok'))"]
)
def test_a_form_that_is_not_filled_in_is_no_answer(adapted: Bench, editor: str) -> None:
    told = judged(adapted, editor)
    assert (told["verdict"], told["back"]) == (None, True)
    assert told["problem"]


def test_without_a_terminal_nobody_judges(adapted: Bench) -> None:
    judge = JudgeConfig("sam", (sys.executable, "-I", "{base}/.agents/judges/human.py"), "sam", human=True)
    result = adapted.council(judge)
    assert result.verdict is None


def test_the_plan_form_collects_predictions() -> None:
    form = "verdict: PASS\nsummary: s\nchecked: **\nnot checked:\npredicted: it is late\npredicted: it is wrong\n"
    load = f"import sys, json; sys.path.insert(0, {str(EXAMPLES)!r}); import human"
    code = f"{load}; print(json.dumps(human.answer({form!r})))"
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout)["predictions"] == [
        {"id": "P1", "text": "it is late"},
        {"id": "P2", "text": "it is wrong"},
    ]
