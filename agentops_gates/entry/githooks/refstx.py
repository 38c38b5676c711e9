"""``agentops-gate hook reference-transaction``: what the script could not tell apart is judged here, by policy.

Standard input holds git's lines ``<old> <new> <ref>``, all of a transaction or those in doubt. Refs that do not really
move are left out: git writes an old value of zeros where it did not look.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...gates import dangerous_git as gate
from ...gates.registry import metadata
from ...git.objects import is_oid
from ...git.repo import Repo
from ...model.errors import UndecidedError, UsageError
from ...model.finding import Finding, GateResult, Report
from ...model.gate import Gate
from ...model.light import NamedTuple
from ...model.outcome import exit_code, from_levels
from ...model.subject import Kind, Subject
from ...model.text import printable
from ...policy.load import load
from ...policy.paths import matches
from ...policy.policy import BUILT_IN, PROTECTED, Policy, effective
from ...workers.role import Sign, sign
from .refstx_sh import UNPROVEN
from .switch import switched_off

NAME = "reference-transaction"
_HEADS, _TAGS, _STASH = "refs/heads/", "refs/tags/", "refs/stash"
_RECORDS, _RESCUE = "refs/agentops/", "refs/agentops-rescue-"
_OURS = (_HEADS, _TAGS, _RECORDS, _RESCUE)
_WORKERS = "worker-no-commit"


class Move(NamedTuple):
    """A ref that moves: where it stands, and where it would; both empty where there is none."""

    ref: str
    old: str
    new: str


def main(args: Sequence[str]) -> int:
    """Judge the transaction on standard input and return the exit code; only ``prepared`` can be refused."""
    if args[:1] != ["prepared"]:
        return 0
    with Repo.open() as repo:
        policy = _policy(repo)
        if UNPROVEN in args[1:]:
            found = [_unproven()]
            results = [_result(repo, gate.META.id, found, policy)]
        else:
            moves = list(moved(repo, sys.stdin.buffer.read()))
            results = [
                _result(repo, gate.META.id, [one for move in moves for one in _judged(repo, move, policy)], policy)
            ]
            worker = sign(repo)
            if worker is not None:
                results.append(_result(repo, _WORKERS, _stopped(moves, worker), policy))
    report = Report((), tuple(result for result in results if result.findings))
    if report.gates:
        from ...formats.text import render
        from ..terminal import width

        sys.stderr.write(render(report, width=width(sys.stderr)))
    return exit_code(report.outcome)


def moved(repo: Repo, stdin: bytes) -> Iterator[Move]:
    """Yield what really moves of the refs that count. Raises UndecidedError for a line that git does not write."""
    rows = [row for row in map(_row, filter(None, os.fsdecode(stdin).split("\n"))) if _counts(row[2])]
    here = _standing(repo, [ref for *_, ref in rows])
    for old, new, ref in rows:
        stands = old if is_oid(old) and old.strip("0") else here.get(ref, "")
        goes = _target(repo, new)
        if stands != goes:
            yield Move(ref, stands, goes)


def _row(line: str) -> tuple[str, str, str]:
    old, _, rest = line.partition(" ")
    new, _, ref = rest.partition(" ")
    if not (_value(old) and _value(new) and ref):
        raise UndecidedError(f"{NAME} was given a line that git does not write: {printable(line[:200])}")
    return old, new, ref


def _counts(ref: str) -> bool:
    return ref.startswith(_OURS) or ref in ("HEAD", _STASH)


def _value(text: str) -> bool:
    return is_oid(text) or text.startswith("ref:")


def _standing(repo: Repo, refs: Sequence[str]) -> Mapping[str, str]:
    # More names than these would be too long for a command line.
    asked = refs if len(refs) < 100 else ("refs/heads/", "refs/tags/", "refs/agentops*", _STASH)
    listing = repo.git.text("for-each-ref", "--format=%(objectname) %(refname)", *asked) if refs else ""
    rows = (row.split(" ", 1) for row in listing.split("\n") if row)
    head = {"HEAD": repo.resolve("HEAD") or ""} if "HEAD" in refs else {}
    return {**{ref: oid for oid, ref in rows}, **head}


def _target(repo: Repo, value: str) -> str:
    """Return the id that a new value means, "" for none; a symbolic one means what its target is at."""
    if value.startswith("ref:"):
        return repo.git.text("rev-parse", "--verify", "--quiet", value.removeprefix("ref:"), ok=(0, 1))
    return value if value.strip("0") else ""


def _judged(repo: Repo, move: Move, policy: Policy) -> Iterator[Finding]:
    ref, gone = move.ref, not move.new
    if not move.old:
        return  # it is made
    if ref.startswith(_HEADS) and matches(ref.removeprefix(_HEADS), policy.protected):
        if gone:
            yield gate.finding("AG461", ref, "is protected and would be deleted")
        elif lost := _lost(repo, move):
            yield gate.finding("AG462", ref, f"is protected and would lose {lost} commits that a remote has")
    elif ref == _STASH and gone:
        yield gate.finding("AG466", ref, "would be deleted, and with it every stash")
    elif ref.startswith(_RESCUE):
        yield gate.finding("AG464", ref, "is a snapshot, and would be deleted or overwritten")
    elif ref.startswith((_TAGS, _RECORDS)):
        yield from _named(repo, move, policy)


def _named(repo: Repo, move: Move, policy: Policy) -> Iterator[Finding]:
    """Yield what the gate itself says of a tag or a record."""
    if not move.ref.startswith(_TAGS) and move.new:
        if _forward(repo, move):
            return
        yield gate.finding("AG464", move.ref, "would be overwritten")
        return
    kind: Kind = "ref" if move.new else "deletion"
    subject = Subject(kind, (), move.new or None, target=move.ref, old=move.old)
    yield from gate.check(subject, policy, repo)


def _forward(repo: Repo, move: Move) -> bool:
    return repo.git.run("merge-base", "--is-ancestor", move.old, move.new, ok=(0, 1, 128)).rc == 0


def _lost(repo: Repo, move: Move) -> int:
    """Return how many commits the branch would lose that a remote-tracking ref holds."""
    asked = ("rev-list", "--count", move.old, f"^{move.new}")
    # What a shallow clone lacks below its boundary is not lost here.
    env = {"GIT_SHALLOW_FILE": os.path.join(repo.common_dir, "shallow")} if repo.shallow else {}
    every = int(repo.git.run(*asked, env=env).out)
    own = int(repo.git.run(*asked, "--not", "--remotes", env=env).out) if every else 0
    return every - own


def _unproven() -> Finding:
    fix = "commit without --no-verify; a hook that changes the index has to run before ours"
    return Finding("AG467", "error", "the hooks have not seen this commit as it is", fix=fix)


def _stopped(moves: Iterable[Move], worker: Sign) -> list[Finding]:
    fix = "leave the changes as files; the lead takes them: agentops-gate worker collect NAME"
    refs = [move.ref for move in moves if move.ref.startswith((_HEADS, _TAGS)) or move.ref in ("HEAD", _STASH)]
    return [Finding("AG306", "error", f"a worker moves {printable(ref)}: {worker.words}", fix=fix) for ref in refs[:1]]


def _result(repo: Repo, name: str, found: Sequence[Finding], policy: Policy) -> GateResult:
    """Return what is left of the findings of one gate, by the policy's level and the kill switch."""
    level = policy.gates.get(name, {}).get("level", "error")
    if not found or level == "off":
        return GateResult(name, "skip")
    known = [one.id for one in metadata()]
    if any(variable.startswith(("AGENTOPS_HOOKS_", "AGENTOPS_SKIP_")) for variable in os.environ) and switched_off(
        repo, NAME, [name], known, stream=sys.stderr
    ):
        return GateResult(name, "skip")
    weighed = tuple(one if level == "error" else one._replace(level="warning") for one in found)
    return GateResult(name, from_levels(one.level for one in weighed), "", weighed)


def _policy(repo: Repo) -> Policy:
    """Return the policy of the branch that others build on. One that cannot be read must not stop every command."""
    names = (f"refs/remotes/origin/{branch}" for branch in ("HEAD", *PROTECTED))
    base = next((oid for name in names if (oid := repo.resolve(name))), None) or repo.resolve("HEAD")
    gates: tuple[Gate, ...] = metadata()
    try:
        return load(repo, base, gates, trust_cache=True)
    except UsageError:
        return effective({}, gates, BUILT_IN)
