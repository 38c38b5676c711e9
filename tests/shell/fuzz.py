"""Drives the whole decision with mutated command lines of the corpus: python -m tests.shell.fuzz SECONDS [SEED].

Three things must hold: no text ends in an exception, none takes more than 200 ms of processor time, and what is refused
is still refused behind or inside anything that only runs it (``true; ``, ``if true; then ...; fi``, ``sh -c '...'``).
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from agentops_gates.shell.guard import decide
from agentops_gates.shell.hazards import Context

from .corpuslib import expected, files, guarded, lines

#: Seconds of processor time that one decision may take.
LONGEST = 0.2
#: What a command line can stand in without a change to what it runs: text before it, and behind it.
AROUND = (
    ("true; ", ""),
    ("true && ", ""),
    ("false || ", ""),
    ("cd . && ", ""),
    ("FOO=1; ", ""),
    (": x\n", ""),
    ("# note\n", ""),
    ("\n\t ", ""),
    ("! ", ""),
    ("time ", ""),
    ("( ", "\n)"),
    ("{ ", "\n}"),
    ("if true; then ", "\nfi"),
    ("if ", "\nthen :; fi"),
    ("while ", "\ndo break; done"),
    ("for i in 1 2; do ", "\ndone"),
    ("case x in x) ", "\n;; esac"),
    ("f() { ", "\n}; f"),
    ("set -e; ", ""),
    ("echo hello; ", ""),
    ("echo 'git status' | cat; ", ""),
    ("x=$(date); ", ""),
    ("cat <<'EOT' > /dev/null\ngit log\nEOT\n", ""),
    ("", "\ntrue"),
    ("", " &\nwait"),
    ("", "\necho done >/dev/null"),
)
#: Those that keep one simple command one simple command.
BEFORE = ("FOO=1 ", "env ", "env A=b ", "command ", "nohup ", "timeout 5 ", "nice ", "sudo ", ">/dev/null ", "time -p ")
_NOISE = (
    "'",
    '"',
    "\\",
    "$",
    "`",
    "(",
    ")",
    "{",
    "}",
    "|",
    ";",
    "&",
    "<<E\n",
    "\n",
    "*",
    "#",
    "$(",
    "${",
    "<(",
    "\0",
    "é",
)


#: What counts only for later commands of the same shell.
_LATER = ("export ", "declare ", "typeset ", "set ")


def blocked() -> list[str]:
    """Return every line of the corpus that must be refused, wherever it stands."""
    return [line for name in files("block") for _, line in expected(name) if not line.startswith(_LATER)]


def allowed() -> list[str]:
    """Return every line of the corpus that must be let through."""
    return [line for name in files("allow") for line in lines(name)]


def wrapped(line: str, random_: random.Random) -> str:
    """Return a line inside up to three things that run it."""
    for _ in range(random_.randint(1, 3)):
        before, behind = random_.choice(AROUND)
        line = f"{before}{line}{behind}"
    return line


def spoilt(line: str, random_: random.Random) -> str:
    """Return a line with pieces taken out, doubled or put in."""
    for _ in range(random_.randint(1, 4)):
        at = random_.randint(0, len(line))
        end = min(len(line), at + random_.randint(0, 6))
        middle = random_.choice(("", line[at:end] * 2, random_.choice(_NOISE), random_.choice(_NOISE) * 40))
        line = line[:at] + middle + line[end:]
    return line


def judged(line: str, cwd: str) -> str:
    """Return the answer to a line. Raises AssertionError if it takes too long, twice."""
    for _ in range(2):
        started = time.process_time()
        answer = decide(line, Context(cwd)).answer
        spent = time.process_time() - started
        if spent < LONGEST:
            return answer
    raise AssertionError(f"{spent:.3f} s for {line!r}")


def simple(line: str) -> bool:
    """Tell whether a line is surely one simple command, so that a word can stand before it."""
    return line.startswith(("git ", "rm ", "chmod ", "mv ")) and not any(char in line for char in ";&|\n<>(){}`$#")


def round_(refused: list[str], let: list[str], random_: random.Random, cwd: str) -> tuple[str, bool]:
    """Judge one mutated line; return what was tried, and whether it held."""
    kind = random_.randrange(4)
    if kind == 0:
        judged(spoilt(random_.choice(refused + let), random_), cwd)
        return "spoilt", True
    line = random_.choice(refused)
    if kind == 1 and simple(line):
        line = random_.choice(BEFORE) + line
    made = wrapped(line, random_) if kind < 3 else _nested(line, random_)
    if judged(made, cwd) == "allow":
        print(f"ALLOWED {made!r}")
        return "allowed", False
    return "wrapped" if kind < 3 else "nested", True


def _nested(line: str, random_: random.Random) -> str:
    quoted = "'" + line.replace("'", "'\\''") + "'"
    return random_.choice(("bash -c {}", "eval {}", "bash -lc {}", "bash <<< {}", "echo x; bash -c {}")).format(quoted)


def fuzz(seconds: float, seed: int) -> Counter[str]:
    """Judge mutated lines for so many seconds; print what was let through, and return how often each thing happened."""
    random_ = random.Random(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        cwd = str(guarded(Path(folder) / "repo").path)
        refused = [line for line in blocked() if judged(line, cwd) != "allow"]
        let = allowed()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            kind, _ = round_(refused, let, random_, cwd)
            counts[kind] += 1
    return counts


def main(args: list[str]) -> int:
    """Run it; the exit code is 1 if anything was let through."""
    seed = int(args[1]) if len(args) > 1 else time.time_ns() % 10**9
    counts = fuzz(float(args[0]), seed)
    print(f"seed {seed}: {dict(counts)}")
    return int(counts["allowed"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
