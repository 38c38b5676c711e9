"""The kill switch: ``AGENTOPS_HOOKS_DISABLED=1`` and ``AGENTOPS_SKIP_<GATE>=1`` make a local hook skip its gates.

It is for a person whose own hook stands in the way: shown on the terminal, recorded below the git directory, and good
for this machine alone, because CI and servers judge the same change and read none of these variables. Where nobody
watches, and in an agent's shell, it is refused in one line and the gates judge.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping, Sequence

from ...git.repo import Repo
from ...model.light import TextIO
from ...model.text import printable

ALL = "AGENTOPS_HOOKS_DISABLED"
ONE = "AGENTOPS_SKIP_"
LOG = "skips.log"
# What agents' runtimes put around the commands that they run.
_AGENTS = (
    "AGENT",
    "AI_AGENT",
    "AMP_CURRENT_THREAD_ID",
    "ANTIGRAVITY_AGENT",
    "AUGMENT_AGENT",
    "CLAUDECODE",
    "CLAUDE_CODE",
    "CLINE_ACTIVE",
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_THREAD_ID",
    "COPILOT_AGENT_PROMPT",
    "CURSOR_AGENT",
    "GEMINI_CLI",
    "GOOSE_TERMINAL",
    "OPENCODE",
    "OPENCODE_CLIENT",
    "QWEN_CODE",
)


def variable(gate: str) -> str:
    """Return the variable that switches off one gate."""
    return ONE + gate.upper().replace("-", "_")


def asked(environ: Mapping[str, str]) -> list[str]:
    """Return the switches that are set; one that is empty or 0 is not."""
    return sorted(name for name in environ if name.startswith((ALL, ONE)) and environ[name] not in ("", "0"))


def switched_off(
    repo: Repo,
    hook: str,
    gates: Sequence[str],
    known: Collection[str],
    *,
    environ: Mapping[str, str] = os.environ,
    stream: TextIO,
) -> frozenset[str]:
    """Return which of ``gates`` (ids) this run of ``hook`` skips; ``known`` are all gates that there are.

    What is skipped is recorded and said on ``stream``, and so is what is refused. A skip that cannot be recorded is
    refused.
    """
    switches = asked(environ)
    named = {ALL: "", **{variable(gate): gate for gate in known}}
    off = [gate for gate in gates if {ALL, variable(gate)} & set(switches)]
    used = [name for name in switches if named.get(name) in ("", *gates)]
    _unknown(switches, named, stream)
    if not used or not off:
        return frozenset()
    reason = _refused(repo, environ, stream) or _unrecorded(repo, hook, off, used)
    if reason:
        _say(stream, f"{', '.join(used)} is refused, and {hook} judges: {reason}")
        return frozenset()
    log = printable(os.path.join(repo.state_dir, LOG))
    _say(stream, f"{hook} skips {', '.join(off)} ({', '.join(used)}), recorded in {log}; CI and servers still judge it")
    return frozenset(off)


def _unknown(switches: Collection[str], named: Collection[str], stream: TextIO) -> None:
    for name in switches:
        if name not in named:
            _say(stream, f"{printable(name)} names no gate; they are: {', '.join(sorted(set(named) - {ALL}))}")


def _refused(repo: Repo, environ: Mapping[str, str], stream: TextIO) -> str:
    """Return why nobody may skip here, or ""."""
    from ...workers.role import sign
    from ..ci import is_ci

    if worker := sign(repo, environ):
        return f"a worker works here ({worker.words})"

    agent = next((name for name in _AGENTS if environ.get(name)), "")
    if agent:
        return f"this is an agent's shell ({agent} is set)"
    if is_ci(environ):
        return "this is a CI run"
    return "" if stream.isatty() else "no terminal is here, so nobody would see it"


def _unrecorded(repo: Repo, hook: str, off: Sequence[str], used: Sequence[str]) -> str:
    """Record the skip as one line; return why that failed, or ""."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    account = f"uid={os.getuid()}" if hasattr(os, "getuid") else "uid=-"
    fields = (stamp, hook, ",".join(off), ",".join(used), account, f"head={repo.resolve('HEAD') or '-'}")
    line = " ".join(fields).encode() + b"\n"
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    try:
        os.makedirs(repo.state_dir, exist_ok=True)
        log = os.open(os.path.join(repo.state_dir, LOG), flags, 0o644)
        try:
            # One write: lines of hooks that run at the same time do not mix.
            whole = os.write(log, line) == len(line)
        finally:
            os.close(log)
    except OSError as error:
        return f"it cannot be recorded: {error.strerror}"
    return "" if whole else "it cannot be recorded: no space left"


def _say(stream: TextIO, text: str) -> None:
    stream.write(f"agentops-gate: {text}\n")
