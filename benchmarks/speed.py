"""Measures what the gate costs next to its peers, in one run, interleaved, and checks the goals.

    python benchmarks/speed.py --repo CLONE [--install-peers] [--rounds 5] [--json FILE]

It makes a clean environment with this checkout installed and clones of its own below ``--work``; the given clone is
only read. Everything is a whole process. Peers that are not there are shown as "not measured".
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from typing import Any

import environments
import jobs
import parsed
from goals import Goal, goals
from timing import Job, Result, measure

# In CI the gate trusts no cache; here it is measured as a person would run it.
_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "JENKINS_URL", "TF_BUILD", "GITEA_ACTIONS")


def main() -> int:
    """Measure and print; exit 1 if a goal is not met."""
    options = _options()
    for name in _CI:
        os.environ.pop(name, None)
    os.makedirs(options.work, exist_ok=True)
    if options.install_peers:
        environments.install_peers(options.work)
    clone, head = environments.clone(options.repo, options.work, options.head or _newest(options.repo))
    python = environments.ours(options.work)
    environments.LEFT_OUT.update(options.without)
    bench = jobs.Bench(python, clone, os.path.join(options.work, "staged"), head, options.work)
    spans = jobs.ranges(clone, head, tuple(options.sizes))
    jobs.stage(bench, spans[0].base)
    results = _run(bench, spans, options.rounds)
    counts = {span.size: _count(bench, span) for span in spans}
    met = goals(results, counts)
    _print(bench, spans, results, counts, met)
    if options.json:
        _write(options.json, bench, spans, results, counts, met)
    return 0 if all(goal.met for goal in met if goal.met is not None) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", required=True, help="a local clone with full history")
    parser.add_argument("--head", help="the commit to measure at (default: the newest that is no merge and has Python)")
    parser.add_argument("--work", default=".bench", help="folder for environments and clones (default: .bench)")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is run (default: 5)")
    parser.add_argument("--sizes", type=int, nargs="+", default=jobs.SIZES, help="commits in each range")
    parser.add_argument("--install-peers", action="store_true", help="install the peers below --work with pip")
    parser.add_argument("--without", nargs="+", default=[], metavar="PEER", help="peers to leave out, such as wily")
    parser.add_argument("--json", metavar="FILE", help="also write everything to FILE")
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    return options


def _newest(repo: str) -> str:
    return environments.git(repo, "log", "-1", "--no-merges", "--format=%H", "--", "*.py")


def _run(bench: jobs.Bench, spans: list[jobs.Range], rounds: int) -> dict[str, Result]:
    listed: list[Job | Result] = list(jobs.start_up(bench))
    for span in spans:
        listed += [*jobs.gate(bench, span), *jobs.differs(bench, span)]
    listed += jobs.absolute(bench, spans[0])
    results = {result.name: result for result in measure([job for job in listed if isinstance(job, Job)], rounds)}
    return {entry.name: entry if isinstance(entry, Result) else results[entry.name] for entry in listed}


def _count(bench: jobs.Bench, span: jobs.Range) -> parsed.Parsed:
    jobs.forget(bench.clone)
    arguments = [*jobs.check_command(bench.python)[4:], "--base", span.base, "--head", bench.head]
    return parsed.count(bench.python, bench.clone, arguments, span.base, bench.head, os.path.join(bench.work, "log"))


def _print(
    bench: jobs.Bench,
    spans: list[jobs.Range],
    results: dict[str, Result],
    counts: dict[int, parsed.Parsed],
    met: list[Goal],
) -> None:
    bare = results[jobs.BARE].wall or 1.0
    for name, value in _about(bench).items():
        print(f"- {name}: {value}")
    for span in spans:
        size = sum(parsed.differing(bench.clone, span.base, bench.head).values()) / 1e6
        print(f"- {span.size}: {span.commits} commits, {counts[span.size].blobs} blobs differ, {size:.2f} MB")
    print("\n| what | median ms | least ms | cpu ms | x bare | peak MiB | runs |\n|---|--:|--:|--:|--:|--:|--:|")
    for result in results.values():
        print(_row(result, bare))
    print("\n| goal | measured | |\n|---|---|---|")
    for goal in met:
        print(f"| {goal.text} | {goal.measured} | {goal.word} |")


def _row(result: Result, bare: float) -> str:
    if result.wall is None:
        return f"| {result.name} | {result.note} | | | | | |"
    least, cpu, peak = result.least or 0, result.cpu or 0, result.peak or 0
    name = f"{result.name} ({result.note})" if result.note else result.name
    return (
        f"| {name} | {result.wall * 1e3:.0f} | {least * 1e3:.0f} | {cpu * 1e3:.0f} "
        f"| {result.wall / bare:.1f} | {peak:.0f} | {result.rounds} |"
    )


def _about(bench: jobs.Bench) -> dict[str, str]:
    tools = {name: environments.peer(bench.work, name) for group in environments.PEERS.values() for name in group}
    return {
        "commit": bench.head[:12],
        "system": f"{platform.system()}, {os.cpu_count()} cores, CPython {platform.python_version()}",
        "git": environments.git(bench.clone, "--version").split()[-1],
        **{name: environments.version(program) for name, program in tools.items()},
    }


def _write(
    file: str,
    bench: jobs.Bench,
    spans: list[jobs.Range],
    results: dict[str, Result],
    counts: dict[int, parsed.Parsed],
    met: list[Goal],
) -> None:
    document: dict[str, Any] = {
        "about": _about(bench),
        "ranges": [{**span._asdict(), "files": len(span.files)} for span in spans],
        "results": [result._asdict() for result in results.values()],
        "parsed": {size: count._asdict() for size, count in counts.items()},
        "goals": [goal._asdict() for goal in met],
    }
    with open(file, "w", encoding="utf-8") as out:
        json.dump(document, out, indent=1)


if __name__ == "__main__":
    sys.exit(main())
