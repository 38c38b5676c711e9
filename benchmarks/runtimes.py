"""What a runtime waits for: the registered command, as a whole process, against an empty shell and an empty Python.

    python benchmarks/runtimes.py [ROUNDS]

The contenders take turns, so that a busy machine slows all of them. Prints a Markdown table of medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agentops_gates.entry.runtimes.command import registered
from agentops_gates.entry.runtimes.probe import payload

_EVENT = {"claude": "PreToolUse", "codex": "PreToolUse"}
_LINES = (
    ("claude", "npm test"),
    ("codex", "npm test"),
    ("claude", "cd /home/u/project && pytest -q tests/unit 2>&1 | tail -20"),
    ("claude", "git status"),
    ("claude", 'git add -A && git commit -m "fix the parser"'),
    ("claude", "git reset --hard"),
)


def once(argv: list[str], given: bytes, folder: str) -> float:
    """Return how many milliseconds a process takes."""
    started = time.perf_counter()
    subprocess.run(argv, input=given, capture_output=True, check=False, cwd=folder)
    return (time.perf_counter() - started) * 1000


def main(rounds: int) -> None:
    """Measure and print."""
    contenders: dict[str, tuple[list[str], bytes]] = {
        "`sh -c :`": (["sh", "-c", ":"], b""),
        "`python -I -S -c pass`": ([sys.executable, "-I", "-S", "-c", "pass"], b""),
    }
    for name, line in _LINES:
        event = _EVENT[name]
        contenders[f"{name}: `{line}`".replace("|", r"\|")] = (
            ["sh", "-c", registered(name, event)],
            payload(name, event, line).encode(),
        )
    times: dict[str, list[float]] = {label: [] for label in contenders}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for label, (argv, given) in contenders.items():
                times[label].append(once(argv, given, folder))
    shell, python = (statistics.median(times[label]) for label in list(contenders)[:2])
    print("| | ms | x `sh` | x Python |\n|---|---|---|---|")
    for label, taken in times.items():
        middle = statistics.median(taken)
        print(f"| {label} | {middle:.1f} | {middle / shell:.1f} | {middle / python:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 40)
