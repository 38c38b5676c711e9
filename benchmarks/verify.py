"""Measures what it costs to verify a push, by its number of commits, and a push that needs no verdict.

    python benchmarks/verify.py [--rounds 25] [--sizes 1 100 1000]

It makes repositories of its own below ``--work``, each with a verdict that was recorded by ``agentops-gate verdict``'s
own code, and a clean environment with this checkout installed. Everything is a whole process. What is told is processor
time, children included, the least of all rounds: that is what other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

import environments
from timing import Job

BARE = "python -I -c pass"
SHELL = "sh -c :"
GOAL = 1.5
_RECORD = """
import os, sys
from agentops_gates.entry import desk
from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Judge
base, head = sys.argv[1:]
with Repo.open() as repo:
    work = desk.work(repo, base, head, "refs/heads/main")
    judge = Judge("judge@example.org", "m", "vendor", "", "session", "PASS", "e" * 64)
    made = desk.Made("PASS", (judge,), desk.checks(repo, work.subject))
    desk.keep(repo, [desk.VIBE], desk.statement(repo, desk.VIBE, work.transition, work.policy, made), None)
"""
_POLICY = """\
version = 1
[council.judges.one]
command = ["/nonexistent/judge"]
principal = "judge@example.org"
"""


def main() -> int:
    """Measure and print; exit 1 if the goal is not met."""
    options = _options()
    os.makedirs(options.work, exist_ok=True)
    python = environments.ours(options.work)
    jobs = [
        Job(SHELL, ["/bin/sh", "-c", ":"], options.work),
        Job(BARE, [python, "-I", "-c", "pass"], options.work),
        *(job for size in options.sizes for job in _verifying(python, options.work, size)),
        *_free(python, options.work),
    ]
    least: dict[str, float] = {}
    for _ in range(options.rounds):
        for job in jobs:
            least[job.name] = min(least.get(job.name, 1e9), _run(job))
    print("| what | cpu ms | x bare | x sh |\n|---|--:|--:|--:|")
    for name, cost in least.items():
        print(f"| {name} | {cost:.1f} | {cost / least[BARE]:.2f} | {cost / least[SHELL]:.1f} |")
    return _goals(least, options.sizes)


def _goals(least: dict[str, float], sizes: Sequence[int]) -> int:
    met = True
    for door in ("pre-push", "pre-receive"):
        costs = [least[_name(door, size)] for size in sizes]
        ratio = max(costs) / min(costs)
        met &= ratio <= GOAL
        print(f"{door}: {ratio:.2f}x between sizes (goal {GOAL}x: {'met' if ratio <= GOAL else 'NOT met'})")
    return 0 if met else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default=".bench", help="folder for environments and repositories (default: .bench)")
    parser.add_argument("--rounds", type=int, default=25, help="how often everything is run (default: 25)")
    parser.add_argument("--sizes", type=int, nargs="+", default=(1, 100, 1000), help="commits in each push")
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    return options


def _name(door: str, size: int) -> str:
    return f"{door}, {size:,} commits, with their verdict"


def _verifying(python: str, work: str, size: int) -> Iterator[Job]:
    clone, server = os.path.join(work, f"push-{size}"), os.path.join(work, f"push-{size}.git")
    for folder in (clone, server):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "-b", "main", clone], check=True)
    subprocess.run(["git", "-C", clone, "fast-import", "--quiet"], input=_history(size), check=True)
    first = environments.git(clone, "rev-list", "--max-parents=0", "main")
    head = environments.git(clone, "rev-parse", "main")
    environments.git(clone, "reset", "-q", "--hard")
    environments.git(clone, "update-ref", "refs/remotes/origin/main", first)
    environments.git(clone, "remote", "add", "origin", server)
    subprocess.run([python, "-I", "-c", _RECORD, first, head], cwd=clone, check=True)
    environments.git(clone, "gc", "-q")
    subprocess.run(["git", "clone", "-q", "--mirror", clone, server], check=True)
    environments.git(server, "update-ref", "refs/heads/main", first)
    hook = [python, "-I", "-m", "agentops_gates", "hook"]
    pushed = f"refs/heads/main {head} refs/heads/main {first}\n".encode()
    received = f"{first} {head} refs/heads/main\n".encode()
    yield Job(_name("pre-push", size), [*hook, "pre-push", "origin", server], clone, stdin=pushed)
    yield Job(_name("pre-receive", size), [*hook, "pre-receive"], server, {"GIT_DIR": "."}, received)


def _history(size: int) -> bytes:
    """Return a first commit with a policy, and ``size`` more with messages as agents write them."""
    lines = [_commit(1, "first", "agentops-gates.toml", _POLICY)]
    for number in range(size):
        text = (
            f"Change {number}\n\nSay why, in a line or two\nas people do.\n\nCo-authored-by: B <b{number % 5}@x.org>\n"
        )
        lines.append(_commit(number + 2, text, f"d{number % 10}/f{number % 50}.txt", f"{number}\n"))
    return "".join(lines).encode()


def _commit(mark: int, message: str, path: str, content: str) -> str:
    who = f"A <a{mark % 7}@x.org> {1_700_000_000 + mark} +0000"
    return (
        f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}\n"
        f"M 100644 inline {path}\ndata {len(content)}\n{content}\n"
    )


def _free(python: str, work: str) -> Iterator[Job]:
    """Yield pushes of a topic branch through the installed hook, as the script and as the judge takes them."""
    clone, server = os.path.join(work, "push-1"), os.path.join(work, "topic.git")
    if not os.path.isdir(clone):
        return
    shutil.rmtree(server, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", "--mirror", clone, server], check=True)
    gate = [python, "-I", "-m", "agentops_gates"]
    subprocess.run([*gate, "install", "--server", server], check=True, stdout=subprocess.DEVNULL)
    environments.git(server, "update-ref", "refs/heads/topic", "main")
    head = environments.git(server, "rev-parse", "main")
    hook = [os.path.join(server, "hooks", "pre-receive")]
    env = {"GIT_DIR": "."}
    created = f"{'0' * len(head)} {head} refs/heads/new\n".encode()
    updated = f"{head} {head} refs/heads/topic\n".encode()
    yield Job("pre-receive, a new topic branch, by the judge", [*gate, "hook", "pre-receive"], server, env, created)
    _run(Job("", hook, server, env, created))
    yield Job("pre-receive, a new topic branch", hook, server, env, created)
    yield Job("pre-receive, a topic branch moves", hook, server, env, updated)


def _run(job: Job) -> float:
    """Run a job once and return its milliseconds of processor time, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        job.argv, cwd=job.cwd, env={**os.environ, **job.env}, input=job.stdin, capture_output=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or (b" commits" in job.name.encode() and b"AG112" not in done.stderr):
        sys.exit(f"{job.name}: exit code {done.returncode}: {done.stderr.decode('utf-8', 'replace')}")
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


if __name__ == "__main__":
    sys.exit(main())
