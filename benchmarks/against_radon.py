"""Runs the gate over real history and sets it against radon on full checkouts of both sides of every commit.

    python benchmarks/against_radon.py --repo CLONE [--last 300]

Three things are compared, for each of the last N commits and each of its parents (a merge also against all at once):
every function's number in every blob that either tree holds; the functions that changed; and whether `check` comes to
an end, with the blocks that its default policy calls for. The other side is `oracle.py`. Exit 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence

import differences
from differences import Side, Told
from oracle import SUFFIXES, Oracle, Place

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.compare import Comparison, compare
from agentops_gates.complexity.events import Delta
from agentops_gates.complexity.measure import Measurer
from agentops_gates.git.repo import Repo

_LANGUAGE = "python"
_LIMIT = 10


class Tally:
    """What was looked at so far, and everything that differs."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []

    def add(self, where: str, found: Sequence[str]) -> None:
        """Note differences, and print them at once: a long run may be watched."""
        for text in found:
            self.problems.append(text)
            print(f"{where}: {text}", flush=True)


class Run:
    """One repository, both engines."""

    def __init__(self, path: str, repo: Repo, tally: Tally) -> None:
        self._path = path
        self._repo = repo
        self._tally = tally
        self._oracle = Oracle(path)
        # Without a cache on disk: what an earlier run believed must not answer for this one.
        self._records = Measurer(repo.objects, Cache(None))
        self._seen: set[str] = set()

    def commits(self, head: str, count: int) -> list[tuple[str, list[str]]]:
        """Return the commits to walk."""
        return self._oracle.commits(head, count)

    def commit(self, oid: str, parents: Sequence[str], *, gate: bool) -> None:
        """Compare one commit with each of its parents, and a merge with all of them at once."""
        self._tally.counts["commits"] += 1
        for tree in (oid, *parents):
            self._numbers(tree)
        for parent in parents or ("",):
            self._single(parent, oid)
        if len(parents) > 1:
            self._merge(parents, oid)
        if gate and parents:
            self._gate(parents[0], oid)

    def _numbers(self, commit: str) -> None:
        for path, oid in self._oracle.tree(commit).items():
            if oid in self._seen:
                continue
            self._seen.add(oid)
            expected = self._oracle.functions(oid)
            record = self._records.record(oid, _LANGUAGE)
            self._tally.counts["blobs"] += 1
            where = f"{commit[:12]} {path}"
            if isinstance(expected, str):
                self._tally.counts["blobs that do not parse"] += 1
                if not record.problem.startswith("does not parse"):
                    self._tally.add(where, [f"radon cannot parse it ({expected}), the package can: {record.problem!r}"])
                continue
            if record.problem:
                self._tally.add(where, [f"radon measures it, the package does not: {record.problem}"])
                continue
            units = [(unit.qualname, unit.cyclomatic) for unit in record.units if unit.kind == "function"]
            self._tally.counts["functions"] += len(expected)
            self._tally.counts["functions that radon lists"] += sum(function.listed for function in expected)
            self._tally.add(where, differences.numbers(expected, units))

    def _single(self, parent: str, oid: str) -> None:
        where = f"{parent[:12] or 'nothing'}..{oid[:12]}"
        found = self._compare([parent] if parent else [], oid, where)
        if found is None:
            return
        base = self._oracle.tree(parent) if parent else {}
        told, unjudged = _told(found, 1)
        self._count(where, differences.single(self._oracle, base, self._oracle.tree(oid), told, unjudged))

    def _merge(self, parents: Sequence[str], oid: str) -> None:
        where = f"{' '.join(parent[:12] for parent in parents)}..{oid[:12]}"
        found = self._compare(parents, oid, where)
        if found is None:
            return
        self._tally.counts["merges"] += 1
        trees = [self._oracle.tree(parent) for parent in parents]
        told, unjudged = _told(found, len(parents))
        self._count(where, differences.merge(self._oracle, trees, self._oracle.tree(oid), told, unjudged))

    def _compare(self, bases: Sequence[str], oid: str, where: str) -> Comparison | None:
        try:
            return compare(self._repo, bases, oid, self._records)
        except Exception:  # noqa: BLE001 - a crash is a result here, and the walk goes on
            self._tally.counts["crashes"] += 1
            self._tally.add(where, [traceback.format_exc()])
            return None

    def _count(self, where: str, verdict: differences.Verdict) -> None:
        self._tally.counts["comparisons"] += 1
        self._tally.counts["functions in changed files"] += verdict.functions
        self._tally.counts["changed functions"] += verdict.changed
        self._tally.counts["moves without a change"] += verdict.moves
        self._tally.add(where, verdict.differences)

    def _gate(self, parent: str, oid: str) -> None:
        where = f"check --base {parent} --head {oid}"
        argv = [sys.executable, "-P", "-m", "agentops_gates", *where.split(), "--format", "json"]
        argv += ["--gate", "complexity-regression", "--deadline", "600"]
        env = {**os.environ, "PYTHONPATH": sys.path[0], "AGENTOPS_DEBUG": "1"}
        done = subprocess.run(argv, cwd=self._path, env=env, capture_output=True, check=False)
        self._tally.counts["runs of check"] += 1
        if done.returncode not in {0, 1}:
            self._tally.counts["crashes"] += 1
            self._tally.add(where, [f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}"])
            return
        result = json.loads(done.stdout)["gates"][0]
        self._tally.counts[f"check: {result['outcome']}"] += 1
        if (result["outcome"] == "fail") != (done.returncode == 1):
            self._tally.add(where, [f"outcome {result['outcome']}, exit code {done.returncode}"])
        blocked = [finding for finding in result["findings"] if finding["rule"] in {"AG601", "AG602"}]
        self._tally.add(where, list(self._blocks(parent, oid, blocked)))

    def _blocks(self, parent: str, oid: str, findings: Sequence[dict[str, object]]) -> Iterator[str]:
        """Compare the blocks of the default policy with what both listings call for, where names are unambiguous."""
        old, new = differences.sides(self._oracle, self._oracle.tree(parent), self._oracle.tree(oid))
        said = {_place(finding) for finding in findings}
        numbers = _unambiguous(old, new)
        above = {place for place in new.places - old.places if place.number > _LIMIT}
        risen = {place for place in above if numbers.get(place[:2], place.number) < place.number}
        self._tally.counts["functions above the limit that rose"] += len(risen)
        judged = {place for place in above - said if place.path not in old.broken | new.broken}
        yield from (f"rose above the limit, but check does not say so: {place}" for place in risen & judged)
        yield from self._new(old, new, judged)
        yield from _wrongly_said(said, new, numbers)

    def _new(self, old: Side, new: Side, silent: set[Place]) -> Iterator[str]:
        before = old.names()
        for place in silent:
            if not before[place[:2]]:
                self._tally.counts["new functions above the limit that check is silent about, with an origin"] += 1
                if not differences.has_origin(self._oracle, old, new, place):
                    yield f"new above the limit and without an origin, but check does not say so: {place}"


def _wrongly_said(said: set[Place], new: Side, numbers: dict[tuple[str, str], int]) -> Iterator[str]:
    absent = {place for place in said if _listed(place)}.difference(new.places)
    yield from (f"check names what is not there: {place}" for place in absent)
    kept = {place for place in said if numbers.get(place[:2], 0) >= place.number}
    yield from (f"check blocks what did not rise: {place}" for place in kept)


def _unambiguous(old: Side, new: Side) -> dict[tuple[str, str], int]:
    """Return the old numbers of functions whose name stands for one function on both sides."""
    before, after = old.names(), new.names()
    return {place[:2]: place.number for place in old.places if before[place[:2]] == after[place[:2]] == 1}


def _listed(place: Place) -> bool:
    return place.path.endswith(SUFFIXES) and "<" not in place.qualname.rpartition(".")[2]


def _place(finding: dict[str, object]) -> Place:
    data = finding["data"]
    assert isinstance(data, dict)
    return Place(data["path"], data["qualname"], data["after"])


def _told(found: Comparison, bases: int) -> tuple[list[Told], dict[str, str]]:
    told = [_delta(delta, bases) for delta in found.deltas if _is_function(delta)]
    skipped = {entry.path: entry.side for entry in found.not_judged if entry.state in {"syntax", "unmeasurable"}}
    return told, {path: side for path, side in skipped.items() if path.endswith(SUFFIXES)}


def _is_function(delta: Delta) -> bool:
    place = delta.place
    return place.unit.kind == "function" and place.path.endswith(SUFFIXES)


def _delta(delta: Delta, bases: int) -> Told:
    befores = tuple(old and Place(old.path, old.unit.qualname, old.unit.cyclomatic) for old in delta.befores)
    assert len(befores) == max(1, bases)
    new = delta.after
    return Told(befores, Place(new.path, new.unit.qualname, new.unit.cyclomatic) if new else None)


def main() -> int:
    """Walk and print; exit 1 if anything differs or crashed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", required=True, help="a local clone; it is only read")
    parser.add_argument("--head", default="HEAD", help="the newest commit (default: HEAD)")
    parser.add_argument("--last", type=int, default=300, help="how many commits (default: 300)")
    parser.add_argument("--no-check", action="store_true", help="leave out the runs of the whole gate")
    options = parser.parse_args()
    path = os.path.abspath(options.repo)
    tally, started = Tally(), time.monotonic()
    with Repo.open(path) as repo:
        run = Run(path, repo, tally)
        for number, (oid, parents) in enumerate(run.commits(options.head, options.last), 1):
            run.commit(oid, parents, gate=not options.no_check)
            if sys.stderr.isatty():
                print(f"\r{number} of {options.last}", end="", file=sys.stderr, flush=True)
    for name, count in tally.counts.items():
        print(f"{name}: {count:,}")
    print(f"differences: {len(tally.problems):,}\ntook {time.monotonic() - started:.0f} s")
    return 1 if tally.problems or not tally.counts["commits"] else 0


if __name__ == "__main__":
    sys.exit(main())
