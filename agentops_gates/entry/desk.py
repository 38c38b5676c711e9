"""Where verdicts are made: from a range or a plan to a statement, and from that to a stored record."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from hashlib import sha256

from .. import __version__
from ..gates.engine import run
from ..gates.registry import mechanical, metadata
from ..git.ranges import range_subject
from ..git.repo import Repo
from ..model.errors import UndecidedError, UsageError
from ..model.finding import GateResult
from ..model.light import NamedTuple
from ..model.subject import Subject
from ..model.text import printable
from ..model.verdict import Content, Judge, Mechanical, Record, Statement, Transition, Word
from ..policy.load import judging
from ..policy.policy import PROTECTED, Policy
from ..verdicts import lineage, records
from ..verdicts.signing import sign
from ..verdicts.statement import dump, kind_of, ordered, record_id
from ..verdicts.strictjson import MalformedError
from ..verdicts.transition import read
from ..verdicts.twin import markdown
from ..verdicts.word import worst
from ..verdicts.work import plan_of

VIBE = "push-after-vibe"
PRE_MORTEM = "pre-mortem-before-crank"
TWINS = ".agents/council"
_WORDS: dict[str, Word] = {"fail": "FAIL", "warn": "WARN"}
_ZERO = "0" * 64


class Judged(NamedTuple):
    """What is judged: a range, the policy of its base, and the move of the protected ref that it would be."""

    subject: Subject
    policy: Policy
    transition: Transition


class Made(NamedTuple):
    """What a judgement adds to a transition: see :class:`model.verdict.Statement`."""

    verdict: Word
    judges: tuple[Judge, ...]
    mechanical: tuple[Mechanical, ...] = ()
    findings: tuple[str, ...] = ()
    findings_digest: str = _ZERO
    not_checked: tuple[str, ...] = ()


def work(repo: Repo, base: str | None, head: str | None, ref: str | None) -> Judged:
    """Return the range from where ``head`` (default HEAD) left ``base`` as a move of ``ref``.

    ``base`` is by default the remote's protected branch, and ``ref`` the branch that ``base`` names. Raises UsageError
    where neither can be told.
    """
    start = base or _trunk(repo)
    target = ref or _branch(repo, start)
    if not target.startswith("refs/"):
        raise UsageError(f"--ref {printable(target)} is no full name", f"--ref refs/heads/{printable(target)}")
    subject = range_subject(repo, start, head or "HEAD")._replace(target=target)
    policy = policy_of(repo, subject)
    plan = plan_of(repo, subject.base, repo.commit(head or "HEAD"), policy)
    return Judged(subject, policy, read(repo, subject, target, policy, plan, old=repo.resolve(start)))


def policy_of(repo: Repo, subject: Subject) -> Policy:
    """Return the policy by which ``subject`` is judged: that of its base."""
    return judging(repo, subject.base, (subject.head,), metadata(), trust_cache=False)


def checks(repo: Repo, subject: Subject) -> tuple[Mechanical, ...]:
    """Run the mechanical gates over ``subject``. Raises UndecidedError if one cannot decide."""
    report = run(repo, [subject], mechanical(subject.kind))
    for result in report.gates:
        if result.outcome == "undecided":
            raise UndecidedError(f"{result.id} is undecided: {result.reason}", result.fix)
    return tuple(_mechanical(result) for result in report.gates)


def plan_text(repo: Repo, judged: Judged) -> str:
    """Return the text of the plan that the range works on, for the judges; "" where it has no file."""
    plan, head = judged.transition.plan, judged.subject.head
    if plan is None:
        return ""
    text = repo.read_file(head, f"{judged.policy.gates[PRE_MORTEM]['plans']}/{plan.epic}.md") or b""
    return text.decode("utf-8", "replace")


def statement(repo: Repo, gate: str, transition: Transition, policy: Policy, made: Made) -> Statement:
    """Return the statement of a judgement that was just made. Raises UsageError after the third FAIL of its lineage."""
    earlier = lineage.about(gate, transition, _statements(repo, gate))
    if lineage.strikes(transition, lambda: transition.changes, earlier) >= lineage.STRIKES:
        raise UsageError(
            "this work has failed three times: judging it again decides nothing",
            "a person whom the policy names under humans looks at it, and can override",
        )
    said = Statement(
        gate=gate,
        verdict=worst((made.verdict, *(check.result for check in made.mechanical))),
        repository=transition.repository,
        object_format=transition.object_format,
        ref=transition.ref,
        base=transition.base,
        base_tree=transition.base_tree,
        head_tree=transition.head_tree,
        trees=tuple(transition.trees),
        changes=transition.changes,
        policy=transition.policy,
        plan=transition.plan,
        mechanical=made.mechanical,
        judges=made.judges,
        authors=tuple(transition.authors),
        findings=made.findings,
        findings_digest=made.findings_digest,
        not_checked=made.not_checked,
        lineage=lineage.name(transition, transition.changes, earlier),
        attempt=lineage.attempt(transition, transition.changes, earlier),
        issued=int(time.time()),
        lifetime=policy.verdicts["lifetime_hours"] * 3600,
    )
    return ordered(said)


def keep(repo: Repo, gates: Iterable[str], content: Content, key: str | None) -> Record:
    """Sign (with ``key``) and store a record, for every gate that it is about; return it."""
    kind, payload = kind_of(content), dump(content)
    signature = sign(payload, kind, key, cwd=repo.git.cwd) if key else b""
    record = Record(record_id(kind, payload), kind, payload, signature)
    for gate in gates:
        records.store(repo, gate, record)
    return record


def write_twin(repo: Repo, record: Record, content: Content, words: Sequence[str] = (), more: str = "") -> str:
    """Write the page for people about a record below ``.agents/council/``; return its path, "" without a work tree."""
    if repo.bare:
        return ""
    from .output import write_text

    folder = os.path.join(repo.toplevel, *TWINS.split("/"))
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{record.id}.md")
    write_text(path, markdown(record, content, words) + (f"\n{more}" if more else ""))
    return f"{TWINS}/{record.id}.md"


def find(repo: Repo, name: str) -> tuple[str, Record, Content]:
    """Return the gate, record and content of the record whose id begins with ``name``; UsageError unless it is one."""
    met = {}
    for found in records.load(repo):
        if found.record and (found.id == name or found.id.startswith(name)):
            met[found.id] = found
    if len(met) != 1 or not name:
        what = "no record" if not met else f"{len(met)} records"
        raise UsageError(f"{printable(name)!r} names {what}", "agentops-gate verdict list")
    (found,) = met.values()
    assert found.record is not None
    try:
        return found.gate, found.record, records.content_of(found.gate, found.record)
    except MalformedError as error:
        raise UsageError(f"{printable(found.place)}: {error}") from error


def _statements(repo: Repo, gate: str) -> list[Statement]:
    contents = []
    for found in records.load(repo, gate):
        if found.record and found.record.kind == "verdict":
            try:
                contents.append(records.content_of(gate, found.record))
            except MalformedError:
                continue  # the verifier tells of it
    return [content for content in contents if isinstance(content, Statement)]


def _mechanical(result: GateResult) -> Mechanical:
    said = repr((result.outcome, result.reason, sorted(map(repr, result.findings)))).encode()
    return Mechanical(result.id, __version__, _WORDS.get(result.outcome, "PASS"), sha256(said).hexdigest())


def _trunk(repo: Repo) -> str:
    names = [f"refs/remotes/origin/{name}" for name in PROTECTED]
    found = next((name for name in names if repo.resolve(name)), None)
    if found is None:
        raise UsageError("nothing says what to compare with", "give --base, such as --base refs/remotes/origin/main")
    return found


def _branch(repo: Repo, base: str) -> str:
    """Return the full name of the branch that ``base`` stands for."""
    said = repo.git.run("rev-parse", "--symbolic-full-name", "--verify", "--end-of-options", base, ok=(0, 128))
    name = os.fsdecode(said.out).strip()
    if name.startswith("refs/remotes/") and name.count("/") >= 3:
        return f"refs/heads/{name.split('/', 3)[3]}"
    if name.startswith("refs/heads/"):
        return name
    raise UsageError(f"{printable(base)} names no branch", "give --ref refs/heads/NAME: where the change is to go")
