"""Measures what the guard costs as a whole process, next to a shell, a bare Python and its peers, in one run.

    python benchmarks/guard.py [--rounds 30] [--peers FOLDER] [--json FILE]

FOLDER holds ``node_modules`` (``npm install cc-safety-net block-no-verify``) and an environment ``nah`` (``python -m
venv FOLDER/nah && FOLDER/nah/bin/pip install nah``). A peer that is not there is shown as "not measured". Each command
line is given to our own door as ``guard --shell``, to a peer as the payload of Claude Code's hook.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

from timing import Job, Result, measure, not_measured

LINES = {
    "no git": "ls -la && npm test",
    "harmless git": "git add -A && git commit -m 'stop git reset --hard' && git push",
    "a file at stake": "git restore a.txt",
    "destructive": "cd src && git reset --hard HEAD~1",
    "60 KB": "cat > notes.md <<'EOF'\n"
    + "Never run git reset --hard; it loses work.\n" * 1450
    + "EOF\ngit reset --hard",
}
#: The exit codes that are an answer: ours are 0, 1 and 4, a hook's 0 and 2.
_OURS, _HOOK = (0, 1, 4), (0, 2)
BARE, SHELL = "python -I -S -c pass", "sh -c :"


def main() -> int:
    """Measure and print; exit 1 if our own door is over four times a bare Python on any line."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        repo = _repository(folder)
        listed = [*_floor(repo), *_ours(repo), *_peers(repo, options.peers)]
        results = {one.name: one for one in measure([job for job in listed if isinstance(job, Job)], options.rounds)}
    rows = [one if isinstance(one, Result) else results[one.name] for one in listed]
    bare = results[BARE].cpu or 1.0
    _print(rows, bare)
    _write(options.json, rows)
    return int(any((results[f"guard: {name}"].cpu or 0) > 4 * bare for name in LINES))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="how often everything is run (default: 30)")
    parser.add_argument("--peers", default="", metavar="FOLDER", help="where the peers are installed")
    parser.add_argument("--json", metavar="FILE", help="also write everything to FILE")
    return parser.parse_args()


def _repository(folder: str) -> str:
    repo = os.path.join(folder, "repo")
    git = ["git", "-C", repo, "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", "init", "-q", repo], check=True)
    os.mkdir(os.path.join(repo, "src"))
    for name, text in (("a.txt", "a\n"), ("agentops-gates.toml", '[guard]\ndeny = ["AG402"]\n')):
        with open(os.path.join(repo, name), "w", encoding="utf-8") as file:
            file.write(text)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    return repo


def _floor(repo: str) -> list[Job]:
    return [Job(SHELL, ["sh", "-c", ":"], repo), Job(BARE, [sys.executable, "-I", "-S", "-c", "pass"], repo)]


def _ours(repo: str) -> list[Job]:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    door = f"import sys; sys.path.insert(0, {root!r}); from agentops_gates.__main__ import main; main()"
    start = [sys.executable, "-I", "-S", "-c", door, "guard", "--shell"]
    return [Job(f"guard: {name}", [*start, line], repo, ok=_OURS) for name, line in LINES.items()]


def _peers(repo: str, folder: str) -> list[Job | Result]:
    bins = os.path.join(os.path.abspath(folder), "node_modules", ".bin")
    found: list[Job | Result] = []
    for name, argv in (
        ("cc-safety-net", [os.path.join(bins, "cc-safety-net"), "hook", "--claude-code"]),
        ("block-no-verify", [os.path.join(bins, "block-no-verify")]),
        # Its hook is a module; its command line has more to load.
        ("nah", [os.path.join(os.path.abspath(folder), "nah", "bin", "python"), "-m", "nah.hook"]),
    ):
        if not folder or not shutil.which(argv[0]):
            found.append(not_measured(name, "not installed"))
            continue
        for title, line in LINES.items():
            payload = json.dumps(_payload(repo, line)).encode()
            env = {"HOME": os.path.dirname(repo), "XDG_CONFIG_HOME": os.path.join(os.path.dirname(repo), "config")}
            found.append(Job(f"{name}: {title}", argv, repo, env, payload, ok=_HOOK))
    return found


def _payload(repo: str, line: str) -> dict[str, object]:
    return {
        "hook_event_name": "PreToolUse",
        "session_id": "bench",
        "cwd": repo,
        "tool_name": "Bash",
        "tool_input": {"command": line},
    }


def _write(path: str | None, rows: list[Result]) -> None:
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump([row._asdict() for row in rows], file, indent=2)


def _print(rows: list[Result], bare: float) -> None:
    print("| what | wall ms | cpu ms | x bare (cpu) |\n|---|--:|--:|--:|")
    for row in rows:
        if row.wall is None or row.cpu is None:
            print(f"| {row.name} | {row.note} | | |")
            continue
        name = f"{row.name} ({row.note})" if row.note else row.name
        print(f"| {name} | {row.wall * 1e3:.1f} | {row.cpu * 1e3:.1f} | {row.cpu / bare:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
